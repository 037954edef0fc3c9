"""What happened with a person's data, act by act, and what lasted: for the picture of a person's time.

Texts name facts only, so nothing is opened. An act that was taken back stands there, too; a state is made of
the acts that count.
"""

import tomllib
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Literal, NamedTuple

from msgspec.structs import asdict

from application.answer import Answer
from application.queries.naming import Naming
from application.queries.period import ALWAYS, Period
from application.queries.persons.history import text_shown
from application.queries.persons.paging import AnnullableEvent
from application.queries.persons.standing import PersonStanding, standing_of
from application.queries.subjects import chosen_and_all, seen_in
from application.source import Source
from ledger.event import RecordedEvent, instant
from projections.dossier.contracts import acts_on
from projections.folds.timetravel import Moment
from projections.folds.view import Order, order_of
from projections.keeping.holds import ACTS_ON_HOLDS
from projections.views.consent_status import act_of
from schemas import names
from schemas.texts import Language

Lane = Literal["contract", "data", "choices", "looked", "received", "requests", "keeping"]
LastingKind = Literal["contract", "consent", "hold", "restriction"]
OTHERS: Lane = "requests"
"""The lane of a type that the file does not list."""
LANE_OF: dict[LastingKind, Lane] = {
    "contract": "contract",
    "consent": "choices",
    "hold": "keeping",
    "restriction": "keeping",
}
_CONSENT = "consent-"
_GIVING = frozenset({"given", "renewed"})
_RESTRICTS = {names.PROCESSING_RESTRICTED: True, names.RESTRICTION_LIFTED: False}


class ActOnPerson(Answer, frozen=True):
    """One act. `text`: what happened, in words; null for a type of a later version.

    `annulled_by`: what took the act back.
    """

    position: int
    occurred_at: str
    recorded_at: str
    lane: Lane
    type: str
    text: str | None
    categories: list[str]
    annulled_by: str | None


class Lasting(Answer, frozen=True):
    """Something that lasted. `ref`: the contract, the purpose, the hold or the category.

    `end`: null while it lasts. `position`: of the act that began it.
    """

    kind: LastingKind
    ref: str
    start: str
    end: str | None
    position: int


class PersonTimeline(Answer, frozen=True):
    """What happened with a person's data: acts by position, and what lasted, by when it began.

    `count`: of all acts, whatever the period. `first`, `last`: when the earliest and the latest occurred.
    """

    subject: str
    acts: list[ActOnPerson]
    lasting: list[Lasting]
    count: int
    first: str
    last: str


class Person(PersonTimeline, frozen=True, kw_only=True):
    """A person: what happened with their data, and where it stands."""

    standing: PersonStanding


class PersonSeen(Answer, frozen=True):
    """The same, for a page that draws every act and words few of them. No file and no program gets it.

    `events`: those of the period, by position. `word`: what happened, as `ActOnPerson.text` has it.
    """

    events: list[AnnullableEvent]
    word: Callable[[RecordedEvent], str | None]
    lasting: list[Lasting]
    count: int
    first: datetime
    last: datetime
    standing: PersonStanding


def person(
    source: Source, reference: str, moment: Moment, language: Language, period: Period = ALWAYS
) -> Person:
    """The acts of a period, all that lasted, and where the data stands. Raises UnknownSubject."""
    seen, now = _seen_and_standing(source, reference, moment)
    told = _told(source, reference, seen, language, period)
    return Person(**asdict(told), standing=now)


def person_seen(
    source: Source, reference: str, moment: Moment, language: Language, period: Period = ALWAYS
) -> PersonSeen:
    """The same without words. Raises UnknownSubject."""
    seen, now = _seen_and_standing(source, reference, moment)
    times = [event.time for event, _ in seen]
    return PersonSeen(
        events=[entry for entry in seen if period.holds(entry[0].time)],
        word=_wording(source, language),
        lasting=lasting(event for event, annulled_by in seen if annulled_by is None),
        count=len(seen),
        first=min(times),
        last=max(times),
        standing=now,
    )


def _seen_and_standing(
    source: Source, reference: str, moment: Moment
) -> tuple[list[AnnullableEvent], PersonStanding]:
    shown, everyone = chosen_and_all(source, reference, moment, reads=True)
    seen = seen_in(one.selected for one in everyone)
    # The one note of the standing says all that is opened.
    return seen, standing_of(source, reference, shown, moment)


def _wording(source: Source, language: Language) -> Callable[[RecordedEvent], str | None]:
    naming = Naming(source, language)
    return lambda event: text_shown(source.teller.shown(event), language, naming)


def _told(
    source: Source,
    reference: str,
    seen: Sequence[AnnullableEvent],
    language: Language,
    period: Period,
) -> PersonTimeline:
    times, word = [event.time for event, _ in seen], _wording(source, language)
    return PersonTimeline(
        subject=reference,
        acts=[
            _act(event, annulled_by, word(event))
            for event, annulled_by in seen
            if period.holds(event.time)
        ],
        lasting=lasting(event for event, annulled_by in seen if annulled_by is None),
        count=len(seen),
        first=instant(min(times)),
        last=instant(max(times)),
    )


def _act(event: RecordedEvent, annulled_by: str | None, text: str | None) -> ActOnPerson:
    return ActOnPerson(
        position=event.position,
        occurred_at=instant(event.time),
        recorded_at=instant(event.recorded_at),
        lane=lane_of(event.name),
        type=event.type,
        text=text,
        categories=list(event.categories),
        annulled_by=annulled_by,
    )


def lane_of(name: str) -> Lane:
    """The lane of a type of event."""
    return lanes().get(name, OTHERS)


@cache
def lanes() -> dict[str, Lane]:
    """Type of event -> its lane."""
    text = Path(__file__).with_name("lanes.toml").read_text("utf-8")
    return {name: lane for lane, listed in tomllib.loads(text).items() for name in listed}  # type: ignore[misc]


class _Turn(NamedTuple):
    """An act that begins something or ends it. `until`: when it ends by itself."""

    kind: LastingKind
    ref: str
    order: Order
    begins: bool
    position: int
    until: datetime | None = None


def lasting(events: Iterable[RecordedEvent]) -> list[Lasting]:
    """What lasted, from the events of one person that count, by when it began."""
    turns = sorted(chain.from_iterable(map(_turns, events)), key=lambda turn: turn.order)
    by_ref: dict[tuple[LastingKind, str], list[_Turn]] = {}
    for turn in turns:
        by_ref.setdefault((turn.kind, turn.ref), []).append(turn)
    spans = chain.from_iterable(map(_spans, by_ref.values()))
    return sorted(spans, key=lambda span: (span.start, span.kind, span.ref))


def _turns(event: RecordedEvent) -> Iterator[_Turn]:
    place = event.position
    for act in acts_on(event):
        yield _Turn("contract", act.contract_ref, act.order, act.runs, place)
    if event.name.startswith(_CONSENT):
        consent = act_of(event)
        begins = consent.act in _GIVING
        yield _Turn("consent", consent.purpose, consent.order, begins, place, consent.valid_until)
    elif event.name in ACTS_ON_HOLDS:
        begins = event.name != names.LEGAL_HOLD_RELEASED
        yield _Turn("hold", event.facts["hold_ref"], order_of(event, not begins), begins, place)
    elif event.name in _RESTRICTS:
        begins = _RESTRICTS[event.name]
        for category in event.categories:
            yield _Turn("restriction", category, order_of(event, not begins), begins, place)


def _spans(turns: Iterable[_Turn]) -> Iterator[Lasting]:
    """From each act that begins something to the next one that ends it, or to its own end."""
    began: _Turn | None = None
    until: datetime | None = None
    for turn in turns:
        at = turn.order.time
        if began is not None and (not turn.begins or (until is not None and until <= at)):
            yield _span(began, min(at, until) if until else at)
            began = None
        if turn.begins:
            began, until = began or turn, turn.until
    if began is not None:
        yield _span(began, until)


def _span(began: _Turn, end: datetime | None) -> Lasting:
    return Lasting(
        kind=began.kind,
        ref=began.ref,
        start=instant(began.order.time),
        end=instant(end) if end else None,
        position=began.position,
    )
