"""Tables of feeds about many persons, and what a proof says in a sentence."""

from collections.abc import Iterable
from typing import Any

from rich.table import Table

from application.words import counted, say
from console.show.text import Stack, worded


def feeds_table(rows: Iterable[dict[str, Any]]) -> Table:
    """Each feed, and what is kept of its list."""
    return worded("feeds", "position feed given-to list", (_feed(row) for row in rows))


def _feed(row: dict[str, Any]) -> tuple[Any, ...]:
    kept = row["list"]
    return (
        row["position"],
        Stack([row["occurred_at"], counted("record", row["record_count"])]),
        row["recipient"],
        Stack([counted("member", kept["members"]), say("feeds", "until", kept["keep_until"])])
        if kept
        else say("feeds", "none"),
    )


def proven_sentence(answer: dict[str, Any]) -> str:
    """What is proven, in one sentence."""
    name = "included" if answer["included"] else "absent"
    told = (answer[one] for one in ("subject", "recipient", "day", "members"))
    return say("feed", name, *told)
