"""Tables of counts over an archive."""

from collections.abc import Mapping
from typing import Any

from rich.table import Table

from application.queries.upkeep.archives import ArchivedCounts
from application.words import counted, headings, in_words, say
from console.show.text import Stack, table


def counts_table(answer: ArchivedCounts) -> Table:
    """The rows of an answer, and up to which position they count."""
    title = say("counts", answer.question, answer.position)
    if answer.question == "register":
        columns, rows = "activity observed basis recipients", [*map(_activity, answer.rows)]
    else:
        columns = " ".join(answer.rows[0] if answer.rows else [])
        rows = [tuple(row.values()) for row in answer.rows]
    return table(title, headings("counts", columns), rows)


def _activity(row: Mapping[str, Any]) -> tuple[object, ...]:
    """Ten columns do not fit a terminal: what belongs together is in one cell, a line each."""
    counts = counted("event", row["events"]), counted("data-subject", row["data_subjects"])
    categories = in_words("category", row["categories"])
    whom = [*row["recipients"], ", ".join(row["recipient_kinds"]), ", ".join(row["countries"])]
    return (
        row["activity"],
        Stack([*counts, row["first"], row["last"]]),
        Stack([", ".join(row["legal_bases"]), categories]),
        Stack(whom),
    )
