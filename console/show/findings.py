"""The table of findings."""

from collections.abc import Iterable
from typing import Any

from rich.table import Table

import rulebook
from application.language import spoken
from application.register_words import Words
from application.words import say, told_in
from console.show.text import Stack, worded
from documents.messages import told


def findings_table(rows: Iterable[dict[str, Any]]) -> Table:
    """What breaks which rule, since when, and what ends it; a row each."""
    return worded("findings", "rule about since ends", (_finding(row) for row in rows))


def _finding(row: dict[str, Any]) -> tuple[Any, ...]:
    event, rule = row["event"], rulebook.rule(row["rule"])
    unsure = say("confidence", "unconfirmed") if row["confidence"] == "unconfirmed" else None
    cited = Words(spoken()).cited(row["citation"])
    return (
        Stack([told_in(rule, "title"), row["rule"], cited, _severity(row), unsure]),
        Stack(
            [
                row["subject"] or {"erased": True},
                say("findings", "event", event["type"], event["position"]),
                told(row["detail"] or ""),
            ]
        ),
        row["since"],
        told_in(rule, "resolved_by"),
    )


def _severity(row: dict[str, Any]) -> str:
    return say("severity", row["severity"])
