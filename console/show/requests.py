"""Tables about requests of data subjects."""

from typing import Any

from rich.console import RenderableType
from rich.table import Table

from console.show.text import Stack, pairs, table

__all__ = ["request_tables", "requests_table"]


def requests_table(answer: dict[str, Any]) -> Table:
    """Who asked for what, how it stands, and until when; a row each."""
    columns = ("request", "about", "received", "status", "answer by")
    return table("Requests", columns, (_request(row) for row in answer["requests"]))


def _request(row: dict[str, Any]) -> tuple[Any, ...]:
    return (
        Stack([row["request_ref"], row["right"]]),
        row["subject"] or {"erased": True},
        Stack([row["received_on"], row["channel"]]),
        Stack([row["status"], row["outcome"], f"identity {row['identity']}"]),
        Stack(
            [row["due_on"] or "stands still", *_moved(row), "OVERDUE" if row["overdue"] else None]
        ),
    )


def _moved(row: dict[str, Any]) -> list[str | None]:
    days = sum(pause["days"] for pause in row["pauses"])
    return ["extended" if row["extended"] else None, f"paused {days} days" if days else None]


def request_tables(answer: dict[str, Any]) -> list[RenderableType]:
    """One request: how it stands, what was done, and what the person must be told."""
    head = pairs(
        f"Request {answer['request_ref']}",
        [
            ("right", answer["right"]),
            ("about", answer["subject"] or {"erased": True}),
            ("received", f"{answer['received_on']} by {answer['channel']}"),
            ("identity", answer["identity"]),
            ("status", Stack([answer["status"], answer["outcome"]])),
            ("answer by", Stack([answer["due_on"] or "stands still", *_moved(answer)])),
            ("overdue", answer["overdue"]),
        ],
    )
    rows = ((step["occurred_at"], step["text"], step["source"]) for step in answer["steps"])
    made: list[RenderableType] = [head, table("What was done", ("when", "what", "by"), rows)]
    if answer["notice"]:
        told = [("Dutch", answer["notice"]["nl"]), ("English", answer["notice"]["en"])]
        made.append(pairs("What the person must be told", told))
    return made
