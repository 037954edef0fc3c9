"""Words and tables for a terminal. No value can move its cursor or change its colours."""

import unicodedata
from collections.abc import Iterable, Sequence
from typing import Any

from rich.table import Table
from rich.text import Text

__all__ = ["Stack", "cell", "clean", "pairs", "table"]

_GONE = {"erased": "(erased)", "lost": "(LOST)"}
# Of category C: control, format, surrogate, private use, unassigned. Format marks such as a
# right-to-left override could make a value look like another one.
_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"


class Stack(list[Any]):
    """Values of one cell, a line each; what is missing takes no line."""


def clean(value: Any) -> str:
    """A value as one line of text that a terminal shows as it is."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dict):
        gone = [word for name, word in _GONE.items() if value == {name: True}]
        return gone[0] if gone else "; ".join(f"{clean(k)}: {clean(v)}" for k, v in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(clean(item) for item in value)
    text = str(value)
    return "".join(_REPLACEMENT if unicodedata.category(c)[0] == "C" else c for c in text)


def cell(value: Any) -> Text:
    """A cell of a table; what is gone stands out."""
    if isinstance(value, Stack):
        return Text("\n").join(cell(one) for one in value if one not in (None, ""))
    text = clean(value)
    return Text(text, style="dim" if text in _GONE.values() else "")


def table(title: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> Table:
    """A table; an empty one says so in its caption."""
    made = Table(title=Text(title, style="bold"), title_justify="left", header_style="bold")
    for column in columns:
        made.add_column(column, overflow="fold")
    for row in rows:
        made.add_row(*(cell(value) for value in row))
    if not made.row_count:
        made.caption = "nothing"
    return made


def pairs(title: str, rows: Iterable[tuple[str, Any]]) -> Table:
    """A table of names and values."""
    made = Table(title=Text(title, style="bold"), title_justify="left", show_header=False)
    made.add_column(style="bold")
    made.add_column(overflow="fold")
    for name, value in rows:
        made.add_row(Text(name), cell(value))
    return made
