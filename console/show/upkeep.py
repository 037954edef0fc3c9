"""Tables about the ledger itself: progress, keys, audit, dead letters, schemas."""

from collections.abc import Iterable
from typing import Any

from rich.console import RenderableType
from rich.table import Table

from console.answers.upkeep import INTAKE_COUNTS
from console.show.text import Stack, pairs, table
from console.words import phrase

__all__ = [
    "SHOWN_NAME",
    "audit_tables",
    "named_values",
    "reports_table",
    "status_tables",
]


_VERDICTS = {
    "in-order": "in order",
    "not-in-order": "NOT in order",
    "not-comparable": "NOT comparable with its log",
}
# Enough of a letter's name to tell it from others; the commands take a beginning.
SHOWN_NAME = 12


def status_tables(answer: dict[str, Any]) -> list[RenderableType]:
    """The head, then how far its followers are."""
    views = [(row["view"], row["bookmark"], row["lag"]) for row in answer["views"]]
    kafka = [
        (row["topic"], row["partition"], row["bookmark"], row["lag"]) for row in answer["kafka"]
    ]
    about = [
        ("position", answer["position"]),
        ("published position", answer["checkpoint"]["size"]),
        ("dead letters", _letters(answer)),
        ("withheld messages", answer["withheld"]),
        ("halted topics", answer["halted"]),
        (
            "quarantined sources",
            Stack(
                phrase("sources", "kept-out", "en", one["source"], one["topic"])
                for one in answer["quarantined"]
            )
            or [],
        ),
        ("reads that wait", answer["reads_waiting"]),
    ]
    return [
        pairs("Ledger", about),
        _arrived(answer["intake"]),
        table("Views", ("view", "bookmark", "lag"), views),
        table("Kafka", ("topic", "partition", "bookmark", "lag"), kafka),
    ]


# What counts as a topic, and is none.
_PLACES = {"file:": "(files)", None: "all"}


def _arrived(intake: dict[str, Any]) -> Table:
    """What became of everything that arrived: a line a topic, and their sum."""
    columns = ("topic", "messages", *INTAKE_COUNTS)
    rows = [[row[name] for name in columns] for row in (*intake["topics"], intake["total"])]
    for row in rows:
        row[0] = _PLACES.get(row[0], row[0])
    return table("Arrived, and what became of it", [c.replace("_", " ") for c in columns], rows)


def _letters(answer: dict[str, Any]) -> str:
    letters, messages = answer["dead_letters"], answer["dead_letter_messages"]
    return f"{letters:,} of {messages:,} messages" if messages != letters else f"{letters:,}"


def audit_tables(answer: dict[str, Any]) -> list[RenderableType]:
    """The verdict, then everything that was found."""
    about = [
        ("verdict", _VERDICTS[answer["verdict"]]),
        ("events", answer["size"]),
        ("published", answer["published"] or "nothing yet"),
        ("root", answer["root"]),
        *(("not looked at", what) for what in answer["unchecked"]),
    ]
    found = [(row["position"], row["kind"], row["detail"]) for row in answer["findings"]]
    shown: list[RenderableType] = [
        pairs("Audit", about),
        table("Findings", ("position", "kind", "detail"), found),
    ]
    if answer["gaps"]:
        columns = ("position", "topic", "partition", "from_offset", "to_offset", "reason")
        gaps = [tuple(row[name] for name in columns) for row in answer["gaps"]]
        shown.append(table("Gaps in Kafka, accepted", columns, gaps))
    return [*shown, reports_table("Views", answer["views"])] if answer["views"] else shown


def reports_table(title: str, reports: Iterable[dict[str, Any]]) -> Table:
    """Views and their digests."""
    columns = ("view", "version", "position", "digest", "equal to its events")
    rows = (
        (row["view"], row["version"], row["position"], row["digest"], row["ok"]) for row in reports
    )
    return table(title, columns, rows)


def named_values(title: str, answer: dict[str, Any]) -> Table:
    """A small answer as names and values."""
    return pairs(title, ((name.replace("_", " "), value) for name, value in answer.items()))
