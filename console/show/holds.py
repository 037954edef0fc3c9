"""The table of legal holds."""

from collections.abc import Iterable

from rich.table import Table

from application.queries.keeping.holds import HoldInForce
from application.source import ERASED
from application.words import in_words, say
from console.show.text import Stack, worded


def holds_table(rows: Iterable[HoldInForce]) -> Table:
    """A row for each hold: whose data is held, why, who answers for it, and when it is reviewed."""
    columns = "subject hold categories ground owner review"
    return worded("holds", columns, (_hold(row) for row in rows))


def _hold(row: HoldInForce) -> tuple[object, ...]:
    return (
        row.subject or ERASED,
        Stack(
            [
                row.hold_ref,
                say("holds", "since", row.since),
                say("holds", "void") if row.void else None,
            ]
        ),
        in_words("category", row.categories),
        in_words("ground", row.ground),
        row.owner,
        Stack([row.review_on, say("task-state", "overdue") if row.overdue else None]),
    )
