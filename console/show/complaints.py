"""Tables about complaints."""

from functools import partial

from rich.console import RenderableType
from rich.table import Table

import rulebook
from application.language import spoken
from application.queries.cases.complaints import ComplaintFile, ComplaintList, ComplaintRow
from application.register_words import RegisterWords
from application.source import ERASED
from application.words import code_word, headings, say, told_in
from console.show.requests import steps_table
from console.show.text import Stack, pairs, table
from rulebook.calendar import last_day
from schemas.formats import instant_of


def complaints_table(answer: ComplaintList) -> Table:
    """A row for each complaint: who complained, how it stands, and by when it must be answered."""
    columns = headings("complaint", "complaint about received clock status")
    title = say("complaint", "list")
    rows = (_complaint(row) for row in answer.complaints)
    return table(title, columns, rows)


def _complaint(row: ComplaintRow) -> tuple[object, ...]:
    return (
        row.complaint_ref,
        row.subject or ERASED,
        Stack([row.received_at, code_word("channel", row.via)]),
        Stack([_last_day(row.due), say("clock", row.clock.state)]),
        Stack(_standing(row)),
    )


def _last_day(due: str) -> str:
    too_late = instant_of(due)
    assert too_late
    return last_day(too_late).isoformat()


def _standing(row: ComplaintRow) -> list[object]:
    word = partial(say, "complaint")
    return [
        word("open" if row.open else "answered"),
        code_word("complaint-outcome", row.outcome),
        word("overdue") if row.overdue else None,
        *(word("breaks", told_in(rulebook.rule(rule), "title"), rule) for rule in row.findings),
    ]


def complaint_tables(answer: ComplaintFile) -> list[RenderableType]:
    """One complaint: how it stands, its clock, what was done."""
    word = partial(say, "complaint")
    clock = answer.clock
    names = headings("complaint", "about received clock answered-at status")
    values = (
        answer.subject or ERASED,
        Stack([answer.received_at, code_word("channel", answer.via)]),
        Stack(
            [
                _last_day(clock.due),
                say("clock", clock.state),
                told_in(clock, "title"),
                RegisterWords(spoken()).cited(clock.citation),
            ]
        ),
        Stack([answer.answered_at, code_word("channel", answer.answered_via)]),
        Stack(_standing(answer)),
    )
    title = word("title", answer.complaint_ref)
    return [
        pairs(title, zip(names, values, strict=True)),
        steps_table(answer.steps),
    ]
