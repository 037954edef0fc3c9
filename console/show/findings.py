"""The table of findings."""

from collections.abc import Iterable
from typing import Any

from rich.table import Table

from console.show.text import Stack, table

__all__ = ["findings_table"]


def findings_table(rows: Iterable[dict[str, Any]]) -> Table:
    """What breaks which rule, since when, and what ends it; a row each."""
    columns = ("rule", "about", "since", "ends when")
    return table("Findings", columns, (_finding(row) for row in rows))


def _finding(row: dict[str, Any]) -> tuple[Any, ...]:
    event = row["event"]
    unsure = "unconfirmed" if row["confidence"] == "unconfirmed" else None
    return (
        Stack([row["title"], row["rule"], row["citation"], row["severity"], unsure]),
        Stack(
            [
                row["subject"] or {"erased": True},
                f"{event['type']} at position {event['position']}",
                row["detail"],
            ]
        ),
        row["since"],
        row["resolved_by"],
    )
