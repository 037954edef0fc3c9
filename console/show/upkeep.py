"""Tables about the ledger itself: progress, keys, audit, dead letters, schemas."""

from collections.abc import Iterable
from typing import Any

from rich.console import RenderableType
from rich.table import Table

from console.show.text import Stack, pairs, table

__all__ = [
    "SHOWN_NAME",
    "audit_tables",
    "letters_table",
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
        ("dead letters", answer["dead_letters"]),
        ("halted topics", answer["halted"]),
        ("reads that wait", answer["reads_waiting"]),
    ]
    return [
        pairs("Ledger", about),
        table("Views", ("view", "bookmark", "lag"), views),
        table("Kafka", ("topic", "partition", "bookmark", "lag"), kafka),
    ]


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


def letters_table(letters: Iterable[dict[str, Any]]) -> Table:
    """Dead letters without their messages."""
    columns = ("letter and why", "event", "from", "last seen", "forgotten after")
    rows = (
        (
            _letter_and_why(row),
            Stack([row["type"], row["source"], row["id"]]),
            _origin(row),
            Stack([row["last_seen"], _times(row)]),
            row["forgotten_after"],
        )
        for row in letters
    )
    return table("Dead letters", columns, rows)


def _letter_and_why(row: dict[str, Any]) -> Stack:
    """Its name and code; all that is withheld has no name but its code."""
    if row["letter"] == row["code"]:
        return Stack([row["code"]])
    return Stack([row["letter"][:SHOWN_NAME], f"{row['code']} {row['pointer']}"])


def _times(row: dict[str, Any]) -> str | None:
    if row["letter"] == row["code"]:
        return f"{row['times']} message{'s' if row['times'] > 1 else ''}"
    return f"{row['times']} times" if row["times"] > 1 else None


def _origin(row: dict[str, Any]) -> str:
    """Where a message came from: a line of a file, or a record of a partition."""
    if row["topic"] is None:
        return ""
    if row["topic"].startswith("file:"):
        return f"{row['topic'].removeprefix('file:')} line {row['offset']}"
    return f"{row['topic']} {row['partition']}/{row['offset']}"


def named_values(title: str, answer: dict[str, Any]) -> Table:
    """A small answer as names and values."""
    return pairs(title, ((name.replace("_", " "), value) for name, value in answer.items()))
