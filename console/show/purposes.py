"""The table of purposes: law beside house, and who declares what."""

from collections.abc import Iterator
from typing import Any

from rich.table import Table

from console.show.text import Stack, table

__all__ = ["purposes_table"]


def purposes_table(answer: dict[str, Any]) -> Table:
    """One row a purpose; what nobody allows stands out in words."""
    columns = ("purpose", "by law", "by the house", "declared by")
    rows = (
        (row["purpose"], _layer(row, "law"), _layer(row, "house"), Stack(_declared(row)))
        for row in answer["purposes"]
    )
    return table(f"Purposes on {answer['judged_on']}", columns, rows)


def _layer(row: dict[str, Any], layer: str) -> Stack:
    """What the entry of a layer says; nothing where it has none."""
    lines: list[Any] = []
    for entry in row["entries"]:
        if entry["layer"] == layer:
            doubt = "to be confirmed by a lawyer" if entry["confidence"] == "unconfirmed" else None
            lines += [entry["title"], entry["legal_bases"] or "forbidden", entry["citation"], doubt]
    return Stack(lines)


def _declared(row: dict[str, Any]) -> Iterator[str]:
    for one in row["declared"]:
        basis = ", ".join(filter(None, (one["legal_basis"], one["provision"])))
        yield f"{one['activity']} ({basis})"
        if not one["verdicts"]:
            yield "not allowed: nobody knows this purpose"
        for verdict in one["verdicts"]:
            if not verdict["allowed"]:
                yield f"not allowed by the {verdict['layer']}: {verdict['why']}"
