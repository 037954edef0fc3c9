"""Tables about incidents."""

from collections.abc import Iterable
from typing import Any

from rich.console import RenderableType
from rich.table import Table

from console.show.text import Stack, pairs, table

__all__ = ["affected_table", "incident_tables", "incidents_table"]


def incidents_table(answer: dict[str, Any]) -> Table:
    """What happened, and which clocks run; a row each."""
    columns = ("incident", "about", "since", "clocks", "status")
    return table("Incidents", columns, (_incident(row) for row in answer["incidents"]))


def _incident(row: dict[str, Any]) -> tuple[Any, ...]:
    return (
        Stack([row["ref"], row["kind"]]),
        row["subject"] or {"erased": True},
        row["since"],
        Stack(_clocks(row)),
        Stack(["open" if row["open"] else "closed", row["risk"], *_late(row)]),
    )


def _clocks(row: dict[str, Any]) -> Iterable[str]:
    return (f"{clock['title']}: {clock['due']} ({clock['state']})" for clock in row["clocks"])


def _late(row: dict[str, Any]) -> list[str]:
    return ["OVERDUE"] if row["overdue"] else []


def incident_tables(answer: dict[str, Any]) -> list[RenderableType]:
    """One incident: how it stands, its clocks, what was done."""
    told = answer["persons_told"]
    head = pairs(
        f"Incident {answer['ref']}",
        [
            ("kind", answer["kind"]),
            ("about", answer["subject"] or {"erased": True}),
            ("since", answer["since"]),
            ("risk", answer["risk"]),
            ("persons must be told", answer["persons_must_be_told"]),
            ("persons told themselves", "" if told is None else told),
            ("status", Stack(["open" if answer["open"] else "closed", *_late(answer)])),
        ],
    )
    clocks = (
        (Stack([c["title"], c["citation"]]), c["due"], c["done_at"], c["state"])
        for c in answer["clocks"]
    )
    steps = ((step["occurred_at"], step["text"], step["source"]) for step in answer["steps"])
    return [
        head,
        table("Clocks", ("duty", "by", "done", "state"), clocks),
        table("What was done", ("when", "what", "by"), steps),
    ]


def affected_table(rows: Iterable[dict[str, Any]]) -> Table:
    """Whom an incident concerns; a row each."""
    columns = ("person", "categories", "events", "from", "to", "told")
    return table(
        "Persons concerned",
        columns,
        (
            (
                row["subject"] or {"erased": True},
                row["categories"],
                row["events"],
                row["first"],
                row["last"],
                row["told_at"],
            )
            for row in rows
        ),
    )
