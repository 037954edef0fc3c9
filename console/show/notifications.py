"""The table of what recipients must be told."""

from collections.abc import Iterable
from typing import Any

from rich.table import Table

from application.words import in_words, say
from console.show.text import Stack, worded


def notifications_table(rows: Iterable[dict[str, Any]]) -> Table:
    """Who must be told what about whom, and what became of it; a row each."""
    return worded("notify", "recipient about of since status", (_task(row) for row in rows))


def _task(row: dict[str, Any]) -> tuple[Any, ...]:
    return (
        Stack([row["recipient_name"], row["recipient"]]),
        Stack([row["subject"] or {"erased": True}, *row.get("references", [])]),
        Stack([in_words("right", row["action"]), in_words("category", row["categories"])]),
        row["since"],
        _status(row),
    )


def _status(row: dict[str, Any]) -> Any:
    if row["open"]:
        return say("notify", "open")
    codes = (in_words("told", row[name]) for name in ("outcome", "ground"))
    return Stack([*codes, row["told_at"]])
