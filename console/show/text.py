"""Words and tables for a terminal. No value can move its cursor or change its colours."""

from collections.abc import Iterable, Sequence
from typing import Any

from rich.table import Table
from rich.text import Text

from console.clock import localized
from console.output import shown
from console.words import phrase
from schemas.texts import Language

__all__ = ["Stack", "cell", "clean", "pairs", "table"]

_GONE = ("erased", "lost")


class Stack(list[Any]):
    """Values of one cell, a line each; what is missing takes no line."""


def clean(value: Any, language: Language = "en") -> str:
    """A value as one line of text that a terminal shows as it is."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return phrase("value", "yes" if value else "no", language)
    if isinstance(value, dict):
        return _cleaned(value, language)
    if isinstance(value, list | tuple):
        return ", ".join(clean(item, language) for item in value)
    text = str(value)
    return shown(text)


def _cleaned(value: dict[str, Any], language: Language) -> str:
    gone = [phrase("value", name, language) for name in _GONE if value == {name: True}]
    if gone:
        return gone[0]
    return "; ".join(f"{clean(k)}: {clean(v, language)}" for k, v in value.items())


def cell(value: Any, language: Language = "en") -> Text:
    """A cell of a table, with times as a clock here shows them; what is gone stands out."""
    if isinstance(value, Stack):
        return Text("\n").join(cell(one, language) for one in value if one not in (None, ""))
    text = localized(clean(value, language))
    gone = {phrase("value", name, language) for name in _GONE}
    return Text(text, style="dim" if text in gone else "")


def table(
    title: str, columns: Sequence[str], rows: Iterable[Sequence[Any]], language: Language = "en"
) -> Table:
    """A table; an empty one says so in its caption."""
    head = Text(localized(title), style="bold")
    made = Table(title=head, title_justify="left", header_style="bold")
    for column in columns:
        made.add_column(column, overflow="fold")
    for row in rows:
        made.add_row(*(cell(value, language) for value in row))
    if not made.row_count:
        made.caption = phrase("value", "nothing", language)
    return made


def pairs(title: str, rows: Iterable[tuple[str, Any]], language: Language = "en") -> Table:
    """A table of names and values."""
    head = Text(localized(title), style="bold")
    made = Table(title=head, title_justify="left", show_header=False)
    made.add_column(style="bold")
    made.add_column(overflow="fold")
    for name, value in rows:
        made.add_row(Text(name), cell(value, language))
    return made
