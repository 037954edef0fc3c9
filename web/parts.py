"""Parts of a page that several pages have: a table, bars, names with values, a filter, a notice.

A page of parts is its head and a list of them; each shows itself, like every piece.
"""

from collections.abc import Sequence
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from web.pieces import UNTOLD, Column, Piece, Tone

Kind = Literal[
    "text",
    "number",
    "date",
    "datetime-local",
    "email",
    "tel",
    "choice",
    "checks",
    "textarea",
    "hidden",
]
Given = str | Sequence[str]


class Table(Piece, frozen=True):
    """A table; the first cell of a row is its heading. `id`: by which a link leads here.

    `repeats`: a heading above says the same as the caption, which then is for screen readers.
    """

    macro = ("parts", "a_table")
    caption: object
    columns: tuple[Column, ...]
    rows: tuple[tuple[object, ...], ...]
    id: str = ""
    repeats: bool = False

    def under(self, heading: object) -> "Table":
        """The same below a heading."""
        return replace(self, repeats=self.caption == heading)


class Bar(Struct, frozen=True):
    """One bar: words, a number, and where the number leads."""

    words: object
    number: int
    href: str | None = None
    tone: Tone = "plain"


class Bars(Piece, frozen=True):
    """Bars to compare, a row each."""

    macro = ("parts", "some_bars")
    caption: object
    bars: tuple[Bar, ...]

    @property
    def rows(self) -> list[tuple[object, int, str | None, str]]:
        """As the component takes them."""
        return [
            (bar.words, bar.number, bar.href, "" if bar.tone == "plain" else bar.tone)
            for bar in self.bars
        ]


class Folded(Piece, frozen=True):
    """A part that shows itself when somebody asks for it. `summary`: what is in it."""

    macro = ("parts", "a_fold")
    summary: object
    part: object


class Definitions(Piece, frozen=True):
    """Names and values, one a line."""

    macro = ("parts", "some_definitions")
    pairs: tuple[tuple[object, object], ...]


class Lines(Piece, frozen=True):
    """Several values in one cell, one below the other."""

    macro = ("parts", "some_lines")
    values: tuple[object, ...]


class Notice(Piece, frozen=True):
    """What must be noticed: `bad`, `due`, or `good` for what went well."""

    macro = ("parts", "a_notice")
    what: object
    do: object = None
    kind: Literal["bad", "due", "good"] = "due"


class Text(Piece, frozen=True):
    """A paragraph, with a heading or without."""

    macro = ("parts", "a_text")
    text: object
    heading: object = None


class Nothing(Piece, frozen=True):
    """What would stand here, and how it gets here."""

    macro = ("parts", "nothing_here")
    what: object
    how: object


class Input(Struct, frozen=True):
    """A field of a form. `options`: codes with their words. `label`, `hint`: names in the words of fields.

    `title`: what the field is called, where that is no word of ours. `autocomplete`: what a browser fills in.
    `free`: none of the options is needed, since somebody may write something else beside them.
    """

    name: str
    kind: Kind = "text"
    options: tuple[tuple[str, object], ...] = ()
    required: bool = False
    label: str = ""
    hint: str = ""
    value: Given = ""
    title: str = ""
    autocomplete: str = "off"
    free: bool = False

    @property
    def known(self) -> list[str]:
        """The codes of its options."""
        return [code for code, _ in self.options]


class Filter(Piece, frozen=True):
    """What a list can be narrowed to; it keeps the moment. `moment`: names and texts of it."""

    macro = ("parts", "a_filter")
    action: str
    inputs: tuple[Input, ...]
    moment: tuple[tuple[str, str], ...] = ()


def columns(*headings: object, numbers: Sequence[int] = ()) -> tuple[Column, ...]:
    """Columns of some headings. `numbers`: places of those that stand to the right."""
    return tuple(Column(heading, number=place in numbers) for place, heading in enumerate(headings))


def lines(*values: object) -> object:
    """Values below each other; one stands alone, and nothing is left out.

    Beside something else no words stand for a person of whom the reader is not told.
    """
    some = tuple(value for value in values if value not in (None, "", (), []))
    some = tuple(value for value in some if value is not UNTOLD) or some
    return some[0] if len(some) == 1 else Lines(some) if some else None
