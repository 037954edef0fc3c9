"""Tables about what came in, and what was refused."""

from collections.abc import Iterable
from typing import Any

from rich.console import RenderableType
from rich.table import Table

from console.show.text import pairs, table
from console.show.upkeep import SHOWN_NAME

__all__ = ["ingested_tables", "retried_table"]

# So many are shown; `--json` and `dead-letters list` have them all.
_SHOWN_REJECTIONS = 20


def ingested_tables(answer: dict[str, Any], withheld: int = 0) -> list[RenderableType]:
    """Counts, then the first of the refused lines. Also for `schema validate`.

    `withheld`: how many of the rejected lines are sealed for the confidential ledger.
    """
    counts: list[tuple[str, Any]] = []
    for name, value in answer.items():
        if name != "rejections":
            counts.append((name.replace("_", " "), value))
        if name == "rejected" and withheld:
            counts.append(("of which withheld", withheld))
    shown: list[RenderableType] = [pairs("Lines", counts)]
    refused = answer["rejections"]
    if refused:
        rows = [(row["line"], row["code"], row["pointer"]) for row in refused[:_SHOWN_REJECTIONS]]
        title = "Rejected" if len(rows) == len(refused) else f"Rejected, the first {len(rows)}"
        shown.append(table(title, ("line", "code", "pointer"), rows))
    return shown


def retried_table(rows: Iterable[dict[str, Any]]) -> Table:
    """What became of each letter."""
    columns = ("letter", "outcome", "code", "pointer")
    shown = ([row["letter"][:SHOWN_NAME], *(row[name] for name in columns[1:])] for row in rows)
    return table("Tried again", columns, shown)
