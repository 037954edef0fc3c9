"""Tables of feeds about many persons, and what a proof says in a sentence."""

from collections.abc import Iterable
from typing import Any

from rich.table import Table

from console.show.text import Stack, table
from console.words import phrase
from schemas.texts import Language

__all__ = ["feeds_table", "proven_sentence"]


def feeds_table(rows: Iterable[dict[str, Any]]) -> Table:
    """Each feed, and what is kept of its list."""
    columns = ("position", "feed", "given to", "list")
    return table("Feeds", columns, (_feed(row) for row in rows))


def _feed(row: dict[str, Any]) -> tuple[Any, ...]:
    kept = row["list"]
    return (
        row["position"],
        Stack([row["occurred_at"], f"{row['record_count']} records"]),
        row["recipient"],
        Stack([f"{kept['members']} members", f"until {kept['keep_until']}"]) if kept else "none",
    )


def proven_sentence(answer: dict[str, Any], language: Language) -> str:
    """What is proven, in one sentence."""
    name = "included" if answer["included"] else "absent"
    told = (answer[one] for one in ("subject", "recipient", "day", "members"))
    return phrase("feed", name, language, *told)
