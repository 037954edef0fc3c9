"""The table of findings."""

from collections.abc import Iterable

from rich.table import Table

import rulebook
from application.language import spoken
from application.queries.oversight.findings import OpenFinding
from application.register_words import RegisterWords
from application.source import ERASED
from application.words import say, told_in
from console.show.text import Stack, worded
from documents.messages import told


def findings_table(rows: Iterable[OpenFinding]) -> Table:
    """A row a finding: which rule, which event and when, since when it breaks the rule, what ends it."""
    return worded("findings", "rule about occurred since ends", (_finding(row) for row in rows))


def _finding(row: OpenFinding) -> tuple[object, ...]:
    event, rule = row.event, rulebook.rule(row.rule)
    unsure = say("confidence", "unconfirmed") if row.confidence == "unconfirmed" else None
    cited = RegisterWords(spoken()).cited(row.citation)
    return (
        Stack([told_in(rule, "title"), row.rule, cited, _severity(row), unsure]),
        Stack(
            [
                row.subject or ERASED,
                say("findings", "event", event.type, event.position),
                told(row.detail or ""),
            ]
        ),
        row.occurred_at,
        row.since,
        told_in(rule, "resolved_by"),
    )


def _severity(row: OpenFinding) -> str:
    return say("severity", row.severity)
