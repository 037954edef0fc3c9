"""Words and tables for a terminal. No value can move its cursor or change its colours."""

from collections.abc import Iterable, Sequence

from rich.table import Table
from rich.text import Text

from application.language import spoken
from application.times import has_instant, localized, zone_name
from application.words import headings, say
from documents.text import GONE, clean
from schemas.texts import field_name


class Stack(list[object]):
    """Values of one cell, a line each; what is missing takes no line."""


def is_empty(value: object) -> bool:
    """Whether a cell of a value would have nothing in it."""
    return all(map(is_empty, value)) if isinstance(value, Stack) else value in (None, "")


def cell(value: object) -> Text:
    """A cell of a table, with times as a clock here shows them; what is gone stands out."""
    if isinstance(value, Stack):
        return Text("\n").join(cell(line) for line in value if line not in (None, ""))
    text = localized(clean(value))
    gone_words = {say("value", name) for name in GONE}
    return Text(text, style="dim" if text in gone_words else "")


def _has_instant(value: object) -> bool:
    if isinstance(value, Stack):
        return any(map(_has_instant, value))
    return has_instant(clean(value))


def _zone_caption() -> Text:
    text = say("value", "times", zone_name())
    return Text(text, style="dim", no_wrap=True, overflow="ignore")


def table(title: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> Table:
    """A table; its caption names the zone of the times in it, or says that it is empty."""
    head = Text(localized(title), style="bold")
    grid = Table(title=head, title_justify="left", caption_justify="left", header_style="bold")
    for column in columns:
        grid.add_column(column, overflow="fold")  # an identifier is never cut
    has_times = has_instant(title)
    for row in rows:
        grid.add_row(*(cell(value) for value in row))
        has_times = has_times or any(map(_has_instant, row))
    if not grid.row_count:
        grid.caption = say("value", "nothing")
    elif has_times:
        grid.caption = _zone_caption()
    return grid


def worded(
    about: str,
    columns: str,
    rows: Iterable[Sequence[object]],
    *values: object,
    title: str = "title",
) -> Table:
    """A table whose title and headings are our words about one thing. `values`: for the title's places."""
    return table(say(about, title, *values), headings(about, columns), rows)


def pairs(title: str, rows: Iterable[tuple[str, object]]) -> Table:
    """A table of names and values; its caption names the zone of the times in it."""
    head = Text(localized(title), style="bold")
    grid = Table(title=head, title_justify="left", caption_justify="left", show_header=False)
    grid.add_column(style="bold")
    grid.add_column(overflow="fold")
    has_times = has_instant(title)
    for name, value in rows:
        grid.add_row(Text(name), cell(value))
        has_times = has_times or _has_instant(value)
    if has_times:
        grid.caption = _zone_caption()
    return grid


def field_names(fields: Iterable[str]) -> str:
    """What fields of personal data are called, on one line."""
    return ", ".join(field_name(field, spoken()) for field in fields)
