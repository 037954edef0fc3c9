"""Tables about the sources of Kafka's topics."""

from collections.abc import Iterable
from typing import Any

from rich.table import Table

from console.show.text import Stack, table
from console.words import headings, phrase
from schemas.texts import Language

__all__ = ["sources_table"]

_COLUMNS = "source state recorded duplicates refused quarantined seen resume"


def sources_table(sources: Iterable[dict[str, Any]], language: Language) -> Table:
    """One line a source and topic."""
    rows = (
        (
            Stack([_name(row["source"], language), row["topic"]]),
            Stack(_state(row, language)),
            *(row[name] for name in ("recorded", "duplicates", "refused", "quarantined")),
            row["last_seen"],
            row["resume"],
        )
        for row in sources
    )
    title = phrase("sources", "title", language)
    return table(title, headings("sources", _COLUMNS, language), rows, language)


def _name(source: str | None, language: Language) -> str:
    if source is None:
        return phrase("sources", "none", language)
    return phrase("sources", "others", language) if source == "*" else source


def _state(row: dict[str, Any], language: Language) -> list[str]:
    state = phrase("source-state", row["state"], language)
    if row["since"] is None:
        return [state]
    why = row["reason"]
    return [
        phrase("sources", "since", language, state, row["since"]),
        phrase("sources", "share", language, why["refused"], why["of"]),
    ]
