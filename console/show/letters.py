"""The table of dead letters: what was refused, in words, without a value of any message."""

from collections.abc import Iterable
from typing import Any

from rich.table import Table

from console.show.text import Stack, table
from console.show.upkeep import SHOWN_NAME
from console.words import headings, phrase
from schemas.texts import Language

__all__ = ["letters_table"]


def letters_table(
    letters: Iterable[dict[str, Any]], shown: int, matching: int, total: int, language: Language
) -> Table:
    """Dead letters without their messages, and how many there are: shown, like these, in all."""
    columns = headings("letters", "letter event from seen forgotten", language)
    rows = (
        (
            Stack(
                [
                    row["letter"][:SHOWN_NAME],
                    f"{row['code']} {row['pointer']}",
                    (row["words"] or {}).get(language),
                ]
            ),
            Stack([row["type"], row["source"], row["id"]]),
            _origin(row, language),
            Stack([row["last_seen"], _times(row["times"], language)]),
            row["forgotten_after"],
        )
        for row in letters
    )
    title = phrase("letters", "title", language)
    if total:
        counts = phrase("letters", "counts", language, f"{shown:,}", f"{matching:,}")
        in_all = phrase("letters", "in-all", language, f"{total:,}") if matching < total else ""
        title = f"{title}: {counts}{in_all}"
    return table(title, columns, rows, language)


def _times(times: int, language: Language) -> str | None:
    return phrase("letters", "times", language, times) if times > 1 else None


def _origin(row: dict[str, Any], language: Language) -> str:
    """Where a message came from: a line of a file, or a record of a partition."""
    if row["topic"] is None:
        return ""
    if row["topic"].startswith("file:"):
        file = row["topic"].removeprefix("file:")
        return phrase("letters", "line", language, file, row["offset"])
    return f"{row['topic']} {row['partition']}/{row['offset']}"
