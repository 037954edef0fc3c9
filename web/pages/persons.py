"""A person: what happened with their data, and where it is now."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from application.queries.persons.timeline import LANE_OF, Lasting, PersonSeen, lane_of
from ledger.errors import Halt
from ledger.event import RecordedEvent
from schemas import names
from schemas.formats import instant_of
from web.context import RequestContext
from web.linking import person_parts, person_to, to
from web.moments import dated, day, iso_day
from web.page import Page
from web.pages.common import Offered, acts
from web.pages.values import any_shown, groups, hidden_in, opening
from web.pieces import Figure, Link, Tone
from web.rendering import code
from web.requests import bound_of
from web.resources.persons import LineParams, PersonParams, person_drawn, person_shown
from web.rights import Permission
from web.scale import Window
from web.timeline import DrawnAct, State, Timeline, by_month, timeline
from web.words import counted, t, title_of

LATEST = 15
"""So many acts stand on the first page; the others are behind a link."""
PARTS = ("history", "consents", "recipients", "requests", "looks", "comparison", "documents")
"""The pages about a person beside the first one, in the order of their links."""
_DAY = "0000-00-00"
_TONES: dict[str, Tone] = {"hold": "due", "restriction": "due", "consent": "good"}


def links(context: RequestContext, reference: str, here: str = "") -> list[object]:
    """Links to the pages about a person; the one that is shown is no link."""
    parts = ["", *(name for name in PARTS if name != "documents" or context.may("requests"))]
    return [
        t(f"part.{name or 'all'}")
        if name == here
        else Link(
            person_to(context, reference, *([name] if name else [])), t(f"part.{name or 'all'}")
        )
        for name in parts
    ]


def head(
    context: RequestContext, params: PersonParams, here: str, said: object
) -> dict[str, object]:
    """What the head of a page about a person says."""
    return {
        "title": title_of(params.reference),
        "part": t(f"part.{here}") if here else "",
        "said": said,
        "links": links(context, params.reference, here),
        "deeds": _deeds(context, params.reference),
    }


def _deeds(context: RequestContext, reference: str) -> tuple[Link, ...]:
    """What the reader may begin for this person, the form filled in with whose it is."""
    subject: dict[str, str | None] = {"subject": reference}
    offered: tuple[tuple[Permission, Offered], ...] = (
        ("requests", ("request-open", "acts/open-request", subject)),
        ("requests", ("complaint-receive", "acts/receive-complaint", subject)),
        ("holds", ("hold-place", "acts/place-hold", subject)),
        ("decisions", ("decide", "acts/decide", subject)),
    )
    return acts(context, *(act for deed, act in offered if context.may(deed)))


class _Done(NamedTuple):
    """An act as picture and list show it. It is put in words when it is shown: most are one of many."""

    event: RecordedEvent
    annulled_by: str | None
    word: Callable[[RecordedEvent], str | None]
    rest: str
    tone: Tone = "plain"

    @property
    def lane(self) -> str:
        return lane_of(self.event.name)

    @property
    def occurred(self) -> datetime:
        return self.event.time

    @property
    def recorded(self) -> datetime:
        return self.event.recorded_at

    @property
    def text(self) -> str:
        text = dated(self.word(self.event) or self.event.type)
        return str(t("person.annulled", text)) if self.annulled_by else text

    @property
    def href(self) -> str:
        return f"/events/{self.event.position}{self.rest}"


def _person(
    context: RequestContext, params: LineParams, answer: PersonSeen
) -> Mapping[str, object]:
    reference = params.reference
    rest = to(context)[1:]  # what every address of the same moment ends with
    done = [_Done(event, annulled_by, answer.word, rest) for event, annulled_by in answer.events]
    # A look at this page is an event, too. The looks have a page of their own, and would soon fill this list.
    told = (act for act in done if act.event.name != names.LEDGER_READ)
    latest = sorted(told, key=lambda act: act.occurred)[-LATEST:]
    everything = person_to(context, reference, "history")
    said = t(
        "person.said",
        Figure(answer.count, everything),
        day(answer.last),
        t(f"status.{answer.standing.status}"),
    )
    return head(context, params, "", said) | {
        "line": line(context, params, answer, done),
        "months": by_month(latest),
        "all": Link(
            everything,
            t("person.all_told" if context.hides else "person.all", counted("act", answer.count)),
        ),
        "groups": groups(context, answer.standing),
        "recorded": any_shown(answer.standing.categories),
        "opening": opening(context, reference, hidden_in(answer.standing.categories)),
    }


def line(
    context: RequestContext, params: LineParams, answer: PersonSeen, done: Sequence[DrawnAct]
) -> Timeline:
    """The picture of the acts and of what lasted, in the period that is asked for."""

    # Made once: the picture has dozens of these addresses, which differ in two days. These come last.
    days = {"from": _DAY, "until": _DAY}
    before, between, after = to(context, *person_parts(params.reference), **days).rsplit(_DAY, 2)

    def zoom(closer: Window) -> str:
        return f"{before}{iso_day(closer.start)}{between}{iso_day(closer.end)}{after}"

    states = [_state(context, one) for one in answer.lasting]
    return timeline(done, states, window(context, params, answer), context.now, zoom)


def window(context: RequestContext, params: LineParams, answer: PersonSeen) -> Window:
    """The period that is shown: what is asked for, else from the first act until now."""
    shown = context.moment.as_of or context.now
    start = bound_of(params.from_, "from") or answer.first
    end = bound_of(params.until, "until", last=True) or max(shown, answer.last)
    return Window(start, max(end, start + timedelta(days=1)))


def _state(context: RequestContext, one: Lasting) -> State:
    about = {"consent": "purpose", "restriction": "category"}.get(one.kind)
    name = code(one.ref, about) if about else one.ref
    return State(
        LANE_OF[one.kind],
        _instant(one.start),
        _instant(one.end) if one.end else None,
        str(t(f"lasting.{one.kind}", name)),
        to(context, "events", str(one.position)),
        _TONES.get(one.kind, "plain"),
    )


def _instant(text: str) -> datetime:
    instant = instant_of(text)
    if instant is None:
        raise Halt("an answer has a time that is none")
    return instant


def texts(some: Iterable[str], about: str) -> str:
    """Codes in words, one after the other."""
    return ", ".join(code(one, about) for one in some)


PAGES = (
    Page(
        "/persons/{kind}/{id}",
        "person",
        person_drawn,
        "person.html",
        _person,
        export=person_shown,
    ),
)
