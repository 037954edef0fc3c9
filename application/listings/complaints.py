"""Complaints: the list, and one of them."""

from collections.abc import Iterator

from application.listings.cells import (
    Cell,
    Instant,
    Lines,
    Person,
    Reference,
    Rule,
    Said,
    Word,
    due_before,
    lines,
)
from application.listings.listing import Clocks, Column, File, Listing, Steps
from application.queries.cases.complaints import ComplaintFile, ComplaintRow


def _standing(row: ComplaintRow) -> Iterator[Cell]:
    yield Said("complaint", "open" if row.open else "answered")
    yield Word("complaint-outcome", row.outcome)
    yield from map(Rule, row.findings)


_ABOUT: Column[ComplaintRow] = Column("about", lambda row: Person(row.subject))
_RECEIVED: Column[ComplaintRow] = Column(
    "received", lambda row: lines(Instant(row.received_at), Word("channel", row.via))
)
_DUE: Column[ComplaintRow] = Column("clock", lambda row: due_before(row.due, row.clock.state))
_STATUS: Column[ComplaintRow] = Column("status", lambda row: Lines([*_standing(row)]))

COMPLAINTS: Listing[ComplaintRow] = Listing(
    about="complaint",
    title="list",
    columns=(
        Column("complaint", lambda row: Reference("complaints", row.complaint_ref, row.subject)),
        _ABOUT,
        _RECEIVED,
        _DUE,
        _STATUS,
    ),
    left_out={
        "answered_at": "the list is about complaints that wait; the file has it",
        "answered_via": "as answered_at",
        "overdue": "the clock says it",
    },
)
COMPLAINT: File[ComplaintFile] = File(
    about="complaint",
    ref=lambda row: row.complaint_ref,
    facts=(
        _ABOUT,
        _RECEIVED,
        _DUE,
        Column(
            "answered-at",
            lambda row: lines(Instant(row.answered_at), Word("channel", row.answered_via)),
        ),
        _STATUS,
    ),
    parts=(
        Clocks(lambda row: [row.clock]),
        Steps(lambda row: row.steps, lambda row: row.subject),
    ),
    left_out={"overdue": "the clock says it"},
)
