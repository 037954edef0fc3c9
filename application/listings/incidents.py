"""Breaches and suspected misuse: the list, one of them, and the persons whom a breach concerns."""

from collections.abc import Iterator

from application.answer import Name
from application.listings.cells import (
    Cell,
    Clock,
    Instant,
    Lines,
    Person,
    Reference,
    Said,
    Word,
    Words,
    lines,
)
from application.listings.listing import Clocks, Column, File, Listing, Steps
from application.queries.cases.incidents import AffectedPerson, IncidentFile, IncidentRow


def _whose(row: IncidentRow) -> Name | None:
    """The person of a case of misuse; a breach is about no single person."""
    return row.subject if row.kind == "misuse" else None


def _about(row: IncidentRow) -> Cell:
    return Person(row.subject) if row.kind == "misuse" else None


def _standing(row: IncidentRow) -> Iterator[Cell]:
    yield Said("incident", "open" if row.open else "closed")
    if row.overdue:
        yield Said("incident", "overdue", tone="bad")


def _with_risk(row: IncidentRow) -> Iterator[Cell]:
    yield from _standing(row)
    if row.risk:
        yield Said("incidents", "risk", (Word("risk", row.risk),))


def _must_tell(row: IncidentRow) -> Cell:
    """Whether persons must be told; nobody knows of a breach without an assessment."""
    if row.kind == "breach" and row.risk is None:
        return Said("incident", "not-assessed")
    return row.persons_must_be_told


INCIDENTS: Listing[IncidentRow] = Listing(
    about="incidents",
    columns=(
        Column(
            "incident",
            lambda row: lines(
                Reference("incidents", row.ref, _whose(row)), Word("incident_kind", row.kind)
            ),
        ),
        Column("about", _about),
        Column("since", lambda row: Instant(row.since)),
        Column("clocks", lambda row: Lines([*map(Clock, row.clocks)])),
        Column("status", lambda row: Lines([*_with_risk(row)])),
    ),
    left_out={
        "persons_must_be_told": "it follows from the risk; the file has it",
        "ended_at": "the status says that it ended; the acts of the file say when",
    },
)
INCIDENT: File[IncidentFile] = File(
    about="incident",
    ref=lambda row: row.ref,
    facts=(
        Column("kind", lambda row: Word("incident_kind", row.kind)),
        Column("about", _about),
        Column("since", lambda row: Instant(row.since)),
        Column("risk", lambda row: Word("risk", row.risk)),
        Column("must_tell", _must_tell),
        Column("told", lambda row: row.persons_told),
        Column("status", lambda row: Lines([*_standing(row)])),
    ),
    parts=(
        Clocks(lambda row: row.clocks),
        Steps(lambda row: row.steps, lambda row: row.subject),
    ),
    left_out={
        "ended_at": "the acts say when it ended",
        "told_now": "the command that told persons says it",
        "told_before": "as told_now",
    },
)
AFFECTED: Listing[AffectedPerson] = Listing(
    about="affected",
    columns=(
        Column("person", lambda row: Person(row.subject)),
        Column("categories", lambda row: Words("category", row.categories)),
        Column("events", lambda row: row.events, is_number=True),
        Column("from", lambda row: Instant(row.first)),
        Column("to", lambda row: Instant(row.last)),
        Column("told", lambda row: Instant(row.told_at)),
    ),
    left_out={"data_subject": "the reference names the person; the stream is for machines"},
)
