"""The table of what was taken over: which act, and why the open ledger withheld it."""

from rich.table import Table

from application.queries.desk.taken_over import TakenOverList
from application.words import in_words
from console.show.text import Stack, worded


def taken_over_table(answer: TakenOverList) -> Table:
    """Newest first."""
    rows = (
        (
            row.position,
            Stack([row.type, row.source, row.id]),
            row.occurred_at,
            Stack([row.pointer, in_words("withheld-why", row.rule) if row.rule else None]),
        )
        for row in answer.taken_over
    )
    return worded("taken-over", "position event time why", rows, f"{answer.read:,}")
