"""Tables about incidents."""

from collections.abc import Iterable
from functools import partial

from rich.console import RenderableType
from rich.table import Table

from application.language import spoken
from application.queries.cases.clocks import CaseClock
from application.queries.cases.incidents import (
    AffectedPerson,
    IncidentFile,
    IncidentList,
    IncidentRow,
)
from application.register_words import RegisterWords
from application.source import ERASED
from application.words import code_word, headings, in_words, say, told_in
from console.show.requests import steps_table
from console.show.text import Stack, pairs, table, worded


def incidents_table(answer: IncidentList) -> Table:
    """What happened, and which clocks run; a row each."""
    rows = (_incident(row) for row in answer.incidents)
    return worded("incidents", "incident about since clocks status", rows)


def _incident(row: IncidentRow) -> tuple[object, ...]:
    return (
        Stack([row.ref, say("incident_kind", row.kind)]),
        row.subject or ERASED,
        row.since,
        Stack(_clocks(row)),
        Stack([_open(row), in_words("risk", row.risk), *_late(row)]),
    )


def _clocks(row: IncidentRow) -> Iterable[str]:
    return (
        f"{told_in(clock, 'title')}: {clock.due} ({say('clock', clock.state)})"
        for clock in row.clocks
    )


def _open(row: IncidentRow) -> str:
    return say("incident", "open" if row.open else "closed")


def _late(row: IncidentRow) -> list[str]:
    return [say("incident", "overdue")] if row.overdue else []


def _must_tell(answer: IncidentFile) -> str | bool | None:
    """Whether persons must be told; of a breach without an assessment, that this is not known."""
    if answer.kind == "breach" and answer.risk is None:
        return say("incident", "not-assessed")
    return answer.persons_must_be_told


def incident_tables(answer: IncidentFile) -> list[RenderableType]:
    """One incident: how it stands, its clocks, what was done."""
    word = partial(say, "incident")
    persons_told = answer.persons_told
    names = headings("incident", "kind about since risk must_tell told status")
    values = (
        code_word("incident_kind", answer.kind),
        answer.subject or ERASED,
        answer.since,
        code_word("risk", answer.risk),
        _must_tell(answer),
        "" if persons_told is None else persons_told,
        Stack(
            [
                word("open" if answer.open else "closed"),
                word("overdue") if answer.overdue else None,
            ]
        ),
    )
    title = word("title", answer.ref)
    return [
        pairs(title, zip(names, values, strict=True)),
        _clocks_table(answer.clocks),
        steps_table(answer.steps),
    ]


def _clocks_table(clocks: Iterable[CaseClock]) -> Table:
    rows = (
        (
            Stack(
                [
                    told_in(clock, "title"),
                    RegisterWords(spoken()).cited(clock.citation),
                ]
            ),
            clock.due,
            clock.done_at,
            say("clock", clock.state),
        )
        for clock in clocks
    )
    columns = headings("incident", "duty by done state")
    return table(say("incident", "clocks"), columns, rows)


def affected_table(rows: Iterable[AffectedPerson]) -> Table:
    """Whom an incident concerns; a row each."""
    return worded(
        "affected",
        "person categories events from to told",
        (
            (
                row.subject or ERASED,
                in_words("category", row.categories),
                row.events,
                row.first,
                row.last,
                row.told_at,
            )
            for row in rows
        ),
    )
