"""Declared lists and files (`application/listings`) for a terminal."""

from collections.abc import Iterable, Iterator, Sequence
from typing import assert_never

from msgspec.structs import replace
from rich.console import RenderableType
from rich.table import Table

import rulebook
from application.answer import InBothLanguages
from application.language import spoken
from application.listings import cells
from application.listings.cells import Edge, drawn
from application.listings.listing import (
    Clocks,
    File,
    Listing,
    Notice,
    Part,
    R_contra,
    Remark,
    Rows,
    Steps,
    cell_of,
    heading,
)
from application.queries.cases.clocks import CaseAct, CaseClock
from application.register_words import RegisterWords
from application.source import ERASED
from application.words import code_word, counted, in_words, say, told_in
from console.show.text import Stack, is_empty, pairs, table


def table_of(listing: Listing[R_contra], rows: Iterable[R_contra]) -> Table:
    """A list as a table, a row each."""
    about = listing.about
    return table(
        heading(about, listing.title),
        [heading(about, column.name) for column in listing.columns],
        (
            [drawn(AS_TYPED, cell_of(about, column, row)) for column in listing.columns]
            for row in rows
        ),
    )


def tables_of(file: File[R_contra], answer: R_contra) -> list[RenderableType]:
    """A file as a table of its facts, without those that are empty, and what each part of it is."""
    about = file.about
    facts = (
        (heading(about, fact.name), drawn(IN_FULL, cell_of(about, fact, answer)))
        for fact in file.facts
    )
    title = heading(about, file.title, file.ref(answer))
    return [
        pairs(title, [fact for fact in facts if not is_empty(fact[1])]),
        *(drawn for part in file.parts for drawn in _part(about, part, answer)),
    ]


def _part(about: str, part: Part[R_contra], answer: R_contra) -> Iterator[RenderableType]:
    match part:
        case Clocks():
            yield _clocks(part.of(answer))
        case Steps():
            yield _steps(part.of(answer))
        case Rows():
            yield from _rows(part, answer)
        case Notice():
            yield from _notice(about, part.heading, part.of(answer))
        case Remark():
            yield _said(part.of(answer))
        case _:
            assert_never(part)


def _rows(part: Rows[R_contra], answer: R_contra) -> Iterator[Table]:
    if rows := [[drawn(IN_FULL, one) for one in row] for row in part.of(answer)]:
        heads = [heading(part.about, name) for name in part.columns.split()]
        yield table(_said(part.title), heads, rows)


def _clocks(clocks: Sequence[CaseClock]) -> Table:
    """Every clock of a case, with the law that it comes from."""
    words = RegisterWords(spoken())
    names = [heading("incident", name) for name in ("duty", "by", "done", "state")]
    rows = (
        (
            Stack([told_in(clock, "title"), words.cited(clock.citation)]),
            clock.due,
            clock.done_at,
            say("clock", clock.state),
        )
        for clock in clocks
    )
    return table(say("incident", "clocks"), names, rows)


def _steps(steps: Sequence[CaseAct]) -> Table:
    """What was done about a case, in words."""
    names = [heading("steps", name) for name in ("when", "what", "by")]
    rows = ((step.occurred_at, step.text, step.source) for step in steps)
    return table(say("steps", "title"), names, rows)


def _notice(about: str, name: str, text: InBothLanguages | None) -> Iterator[Table]:
    if text:
        texts = [(say(about, "dutch"), text.nl), (say(about, "english"), text.en)]
        yield pairs(heading(about, name), texts)


def _said(cell: cells.Said) -> str:
    return say(cell.about, cell.name, *(drawn(IN_FULL, one) for one in cell.values))


def _clock(clock: CaseClock) -> str:
    return f"{told_in(clock, 'title')}: {clock.due} ({say('clock', clock.state)})"


def _state(state: cells.State) -> str | None:
    """What stands beside the last day of a term; of one that runs nothing."""
    if state == "running":
        return None
    words = {"paused": ("requests", "still"), "overdue": ("task-state", "overdue")}
    return say(*words.get(state, ("clock", state)))


AS_TYPED = Edge(
    person=lambda cell: cell.name or ERASED,
    instant=lambda cell: cell.at,
    day=lambda cell: cell.on,
    word=lambda cell: in_words(cell.about, cell.code),
    words=lambda cell: in_words(cell.about, cell.codes),
    register_word=lambda cell: RegisterWords(spoken()).code(cell.section, cell.code),
    said=_said,
    counted=lambda cell: counted(cell.name, cell.number),
    reference=lambda cell: cell.ref,
    named=lambda cell: Stack([cell.name, cell.id]),
    rule=lambda cell: say("complaint", "breaks", told_in(rulebook.rule(cell.id), "title"), cell.id),
    clock=lambda cell: _clock(cell.clock),
    due=lambda cell: Stack([cell.on, _state(cell.state)]),
    lines=Stack,
)
"""Draws the cells of a list, which has codes as they are typed for a flag."""
IN_FULL = replace(AS_TYPED, word=lambda cell: code_word(cell.about, cell.code))
"""Draws the facts of a file and what stands in a phrase: codes in words."""
