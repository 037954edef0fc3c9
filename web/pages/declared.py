"""Declared lists and files (`application/listings`) as parts of a page."""

from collections.abc import Callable, Iterator, Sequence
from typing import assert_never
from uuid import UUID

from markupsafe import escape

import rulebook
from application.answer import InBothLanguages, Name
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
from application.register_words import RegisterWords
from application.words import form_of, say, told_in
from web import parts
from web.context import RequestContext
from web.linking import person, to
from web.moments import day, when
from web.pages.common import (
    cap,
    clock,
    clocks_table,
    codes,
    days_left,
    steps_table,
    streams_of,
)
from web.parts import Definitions, Nothing, Table, Text, lines
from web.pieces import UNTOLD, Column, Deadline, Id, Link, Tag
from web.rendering import code
from web.words import counted, piece, t


def title_of(listing: Listing[R_contra]) -> str:
    """The title of a list, for its page and for links to it."""
    return heading(listing.about, listing.title)


def listed(
    context: RequestContext,
    listing: Listing[R_contra],
    rows: Sequence[R_contra],
    nothing: str,
    acts: Callable[[R_contra], object] | None = None,
) -> Table | Nothing:
    """A list as a table, or how something gets there. `nothing`: the section of the words for that.

    `acts`: the cell of a last column, with what may be done.
    """
    if not rows:
        return Nothing(t(f"{nothing}.nothing"), t(f"{nothing}.nothing_how"))
    about, edge = listing.about, edge_of(context)
    heads = [
        Column(cap(heading(about, column.name)), number=column.is_number)
        for column in listing.columns
    ]
    shown = (
        [drawn(edge, cell_of(about, column, row)) for column in listing.columns]
        + ([acts(row)] if acts else [])
        for row in rows
    )
    more = [Column(t(f"{nothing}.acts"))] if acts else []
    return Table(title_of(listing), (*heads, *more), tuple(map(tuple, shown)))


def title_of_file(file: File[R_contra], answer: R_contra) -> str:
    """The title of the page of one case."""
    return heading(file.about, file.title, file.ref(answer))


def filed(context: RequestContext, file: File[R_contra], answer: R_contra) -> Iterator[object]:
    """The parts of the page of one case: its facts, without those that are empty, and what follows."""
    about, edge = file.about, edge_of(context)
    facts = (
        (cap(heading(about, fact.name)), drawn(edge, cell_of(about, fact, answer)))
        for fact in file.facts
    )
    yield Definitions(tuple(pair for pair in facts if pair[1] not in (None, "", UNTOLD)))
    for part in file.parts:
        yield from _part(context, edge, about, part, answer)


def _part(
    context: RequestContext, edge: Edge, about: str, part: Part[R_contra], answer: R_contra
) -> Iterator[object]:
    match part:
        case Clocks():
            yield clocks_table(context, part.of(answer))
        case Steps():
            yield steps_table(context, part.of(answer), _streams(context, part.stream(answer)))
        case Rows():
            yield from _rows(edge, part, answer)
        case Notice():
            if text := part.of(answer):
                yield parts.Notice(heading(about, part.heading), text.said(context.language))
        case Remark():
            yield Text(drawn(edge, part.of(answer)))
        case _:
            assert_never(part)


def _rows(edge: Edge, part: Rows[R_contra], answer: R_contra) -> Iterator[Table]:
    rows = tuple(tuple(drawn(edge, cell) for cell in row) for row in part.of(answer))
    heads = parts.columns(*(cap(heading(part.about, name)) for name in part.columns.split()))
    if rows:
        yield Table(drawn(edge, part.title), heads, rows, part.about)


def _streams(context: RequestContext, stream: Name | UUID | None) -> Sequence[UUID]:
    return [stream] if isinstance(stream, UUID) else streams_of(context, stream)


def edge_of(context: RequestContext) -> Edge:
    """Draws cells for a reader: a link stands where the reader has its page."""
    edge = Edge(
        person=lambda cell: person(context, cell.name),
        instant=lambda cell: when(cell.at) if cell.at else None,
        day=lambda cell: day(cell.on) if cell.on else None,
        word=lambda cell: code(cell.code, cell.about) if cell.code else None,
        words=lambda cell: codes(cell.about, cell.codes),
        register_word=lambda cell: RegisterWords(spoken()).code(cell.section, cell.code),
        said=lambda cell: _said(edge, cell),
        counted=lambda cell: counted(cell.name, cell.number),
        reference=lambda cell: _reference(context, cell),
        named=lambda cell: lines(cell.name if isinstance(cell.name, str) else None, Id(cell.id)),
        rule=lambda cell: _rule(context, cell.id),
        clock=lambda cell: clock(context, cell.clock),
        due=lambda cell: _due(context, cell),
        lines=lambda some: lines(*some),
    )
    return edge


def _said(edge: Edge, cell: cells.Said) -> object:
    """A phrase; a value in it that is markup stays markup."""
    form = form_of(cell.about, cell.name, spoken())
    # A text of ours is told whole: only values from elsewhere may be long.
    shown = [
        escape(drawn(edge, one)) if isinstance(one, InBothLanguages) else piece(drawn(edge, one))
        for one in cell.values
    ]
    text = escape(form).format(*shown) if shown else form
    return text if cell.tone == "plain" else Tag(text, cell.tone)


def _reference(context: RequestContext, cell: cells.Reference) -> Link:
    whose = cell.person if isinstance(cell.person, str) else None
    return Link(to(context, cell.path, cell.ref, subject=whose), cell.ref)


def _rule(context: RequestContext, id: str) -> object:
    title = told_in(rulebook.rule(id), "title")
    return Link(to(context, "rules", id), title) if context.has("findings") else title


def _due(context: RequestContext, cell: cells.Due) -> object:
    if cell.on is None:
        return Deadline(None, state="paused")
    if cell.state in {"met", "late"}:
        return lines(day(cell.on), Tag(say("clock", cell.state)))
    return Deadline(cell.on, days_left(context, cell.on))
