"""What pages of cases share: headings, filters, clocks, acts on a case, every act that was done."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Protocol
from uuid import UUID

from msgspec import to_builtins

from application.language import spoken
from application.queries.cases.clocks import CaseAct, CaseClock, positions_of
from application.queries.subjects import streams_of as streams_named
from application.register_words import RegisterWords
from application.words import say, told_in
from projections.folds.timetravel import NOW
from rulebook.calendar import day_of, last_day
from schemas.formats import instant_of
from web.context import RequestContext
from web.linking import act, moment_texts, to
from web.moments import dated, day, when
from web.names import cited
from web.parts import Filter, Input, Table, columns, lines
from web.pieces import UNTOLD, Column, Deadline, Id, Link, Tag, Tone
from web.rendering import code
from web.resource import Params
from web.words import t


class _Days(Protocol):
    """Parameters of an answer about some days."""

    @property
    def from_(self) -> str | None: ...

    @property
    def until(self) -> str | None: ...


SEVERITY_TONES: dict[str, Tone] = {"high": "bad", "medium": "due"}


def cap(text: str) -> str:
    """A text with a capital, as a heading has it."""
    return text[:1].upper() + text[1:]


def headings(about: str, names: str, numbers: Sequence[int] = ()) -> tuple[Column, ...]:
    """Columns by words of the application."""
    return columns(*(cap(say(about, name)) for name in names.split()), numbers=numbers)


def pairs(about: str, names: str, values: Sequence[object]) -> tuple[tuple[object, object], ...]:
    """Words of the application with values; what has no value is left out."""
    named = zip(names.split(), values, strict=True)
    return tuple(
        (cap(say(about, name)), value) for name, value in named if value not in (None, "", UNTOLD)
    )


def codes(about: str, some: Iterable[str] | None) -> str:
    """Codes in words, one after the other."""
    return ", ".join(code(one, about) for one in some or ())


def ground(word: str | None) -> str | None:
    """The ground of a hold or a decision in words."""
    return code(word, "ground") if word else None


def anchor(word: str, otherwise: str | None = None) -> str:
    """What a period runs from, in words. `otherwise`: where that does not come."""
    return RegisterWords(spoken()).begins(word, otherwise)


def owner(word: str | None) -> str | None:
    """A department of the house in words."""
    return RegisterWords(spoken()).code("owner", word) if word else None


def filtered(context: RequestContext, path: str, *inputs: Input) -> Filter:
    """A filter of a list, which keeps the moment. Only who is told of persons is asked for one."""
    shown = tuple(it for it in inputs if it.name != "subject" or context.has("persons"))
    return Filter(path, shown, tuple(moment_texts(context.moment).items()))


def more(
    context: RequestContext, path: str, params: Params, following: str | None
) -> tuple[str | None, str | None]:
    """The addresses of the page that follows and of the first one, with the filters of this one."""
    texts = to_builtins(params)
    filters = {name: _text(value) for name, value in texts.items() if name != "after" and value}
    after = to(context, path, **{**filters, "after": following}) if following else None
    return after, to(context, path, **filters) if texts.get("after") else None


def _text(value: object) -> str:
    return "true" if value is True else str(value)


def choice(name: str, options: Iterable[tuple[str, object]], value: str | None) -> Input:
    """A choice of a filter; none of them: all."""
    return Input(name, "choice", (("", t("list.any")), *options), value=value or "")


def days(params: _Days) -> Iterator[Input]:
    """From which day until which day."""
    for name, value in (("from", params.from_), ("until", params.until)):
        yield Input(name, "date", title=str(t(f"timeline.{name}")), value=value or "")


def also(name: str, value: bool) -> Input:
    """Whether a list has more than what is open, or only some of it."""
    options = (("", t(f"also.not_{name}")), ("true", t(f"also.{name}")))
    return Input(name, "choice", options, value="true" if value else "", label=f"also_{name}")


Offered = tuple[str, str, dict[str, str | None]]
"""An act on a page: its name, its path, and what its form is filled in with."""


def acts(context: RequestContext, *offered: Offered) -> tuple[Link, ...]:
    """Links to acts: their words, path and parameters. As of the past nothing can be done."""
    if context.moment != NOW:
        return ()
    return tuple(
        Link(act(*path.strip("/").split("/"), **named), t(f"act-{name}.title"))
        for name, path, named in offered
    )


def today_of(context: RequestContext) -> date:
    """The day that a page is of."""
    return day_of(context.moment.as_of or context.now)


def days_left(context: RequestContext, due: date | str | None) -> int | None:
    """How many days there are until a day; fewer than none: it is over."""
    if due is None:
        return None
    last = due if isinstance(due, date) else date.fromisoformat(due[:10])
    return (last - today_of(context)).days


def clock(context: RequestContext, it: CaseClock) -> object:
    """A clock of hours or days, with the duty that it is of."""
    due = instant_of(it.due)
    assert due is not None
    title = told_in(it, "title")
    if it.done_at is not None:
        tone: Tone = "good" if it.state == "met" else "bad"
        return lines(title, Tag(say("clock", it.state), tone), when(it.done_at))
    return lines(title, Deadline(last_day(due), days_left(context, last_day(due))))


def _until(due: str) -> object:
    """By when: the hour where the term is of hours, else the last day."""
    time = instant_of(due)
    assert time is not None
    return when(due) if day_of(time) == last_day(time) else day(last_day(time))


def clocks_table(context: RequestContext, some: Iterable[CaseClock]) -> Table:
    """Every clock of a case, with the law that it comes from."""
    rows = tuple(
        (
            lines(told_in(it, "title"), cited(it.citation)),
            clock_state(context, it),
            _until(it.due),
            when(it.done_at) if it.done_at else None,
        )
        for it in some
    )
    return Table(
        cap(say("incident", "clocks")), headings("incident", "duty state by done"), rows, "clocks"
    )


def clock_state(context: RequestContext, it: CaseClock) -> object:
    """How a clock stands: what is left, or how it ended."""
    due = instant_of(it.due)
    assert due is not None
    if it.done_at is not None:
        return Tag(say("clock", it.state), "good" if it.state == "met" else "bad")
    return Deadline(last_day(due), days_left(context, last_day(due)))


def steps_table(context: RequestContext, some: Sequence[CaseAct], streams: Sequence[UUID]) -> Table:
    """What was done about a case, in words, the latest first. `streams`: that the events are in."""
    places = positions_of(context.source("event"), streams) if context.has("persons") else {}
    rows = tuple(
        (
            when(step.occurred_at),
            dated(step.text),
            lines(Id(step.source), _event(context, step, places)),
        )
        for step in reversed(some)
    )
    return Table(cap(say("steps", "title")), headings("steps", "when what by"), rows, "steps")


def _event(context: RequestContext, step: CaseAct, places: Mapping[tuple[str, str], int]) -> object:
    """The event of an act: a link where its page is there for the reader."""
    position = places.get((step.source, step.id))
    if position is None:
        return Id(step.id)
    return Link(to(context, "events", str(position)), t("steps.event", position), quiet=True)


def streams_of(context: RequestContext, reference: object) -> Sequence[UUID]:
    """The streams of a person or a thing of the register; none of one who was erased."""
    return streams_named(context.source("event"), reference) if isinstance(reference, str) else ()


def severity(word: str) -> Tag:
    """How grave a finding is."""
    return Tag(say("severity", word), SEVERITY_TONES.get(word, "plain"))
