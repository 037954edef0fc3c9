"""The table of what recipients must be told."""

from collections.abc import Iterable
from typing import Any

from rich.table import Table

from console.show.text import Stack, table

__all__ = ["notifications_table"]


def notifications_table(rows: Iterable[dict[str, Any]]) -> Table:
    """Who must be told what about whom, and what became of it; a row each."""
    columns = ("recipient", "about", "of", "since", "status")
    return table("Recipients to be told", columns, (_task(row) for row in rows))


def _task(row: dict[str, Any]) -> tuple[Any, ...]:
    return (
        Stack([row["recipient_name"], row["recipient"]]),
        Stack([row["subject"] or {"erased": True}, *row.get("references", [])]),
        Stack([row["action"], row["categories"]]),
        row["since"],
        "to be told" if row["open"] else Stack([row["outcome"], row["ground"], row["told_at"]]),
    )
