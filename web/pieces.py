"""Pieces of a page: frozen structs that show themselves by a macro of `templates/components/`.

A template prints a piece like a text, and a cell of a table may be one.
"""

from collections.abc import Sequence
from datetime import date
from typing import ClassVar, Literal

from markupsafe import Markup
from msgspec import Struct

from web.rendering import component, offered

Tone = Literal["plain", "good", "due", "bad"]


class Piece(Struct, frozen=True):
    """What shows itself. `macro` is its file among the components and the macro in it."""

    macro: ClassVar[tuple[str, str]]

    def __html__(self) -> Markup:
        """The piece as markup."""
        return component(*self.macro, self)


class Link(Piece, frozen=True):
    """A link. `quiet`: small and grey, for an id at the end of a row."""

    macro = ("links", "link")
    href: str
    text: object
    quiet: bool = False


class Id(Piece, frozen=True):
    """What machines call something: small and grey."""

    macro = ("links", "machine_name")
    text: str


class Figure(Piece, frozen=True):
    """A number that leads to what it counts."""

    macro = ("links", "figure")
    number: int
    href: str


class Tag(Piece, frozen=True):
    """A word that stands out: red for what is wrong, amber for what is due."""

    macro = ("links", "tag")
    text: object
    tone: Tone = "plain"


class Masked(Piece, frozen=True):
    """A value that the reader may not see as it is. `ask`: where they may open it, with a reason."""

    macro = ("values", "masked")
    what: str
    ask: str | None = None


class Opened(Piece, frozen=True):
    """A value that was opened: it says that this view is recorded."""

    macro = ("values", "opened")
    value: object


class Erased(Piece, frozen=True):
    """A value that was erased: when, and on which ground in words."""

    macro = ("values", "erased")
    at: date | str | None = None
    ground: str | None = None


class Untold(Piece, frozen=True):
    """A person, for a reader who is told of none. A table leaves out a column of these alone."""

    macro = ("values", "untold")


UNTOLD = Untold()


class Lost(Piece, frozen=True):
    """A value whose key is lost."""

    macro = ("values", "lost")


class Restricted(Piece, frozen=True):
    """A value that is only stored: until when and why, where that is known."""

    macro = ("values", "restricted")
    value: object
    why: str | None = None
    until: date | str | None = None


class Held(Piece, frozen=True):
    """A value that a hold keeps: which one, and when it is reviewed."""

    macro = ("values", "held")
    value: object
    hold: object
    review: date | str | None = None


class Derived(Piece, frozen=True):
    """A value that the event did not say: where it is from, in words."""

    macro = ("values", "derived")
    value: object
    origin: str


class Deadline(Piece, frozen=True):
    """A clock: when something is due, how many days are left (none: too late), and whether it is paused.

    `at`: the hour of that day, where it matters.
    """

    macro = ("clocks", "deadline")
    due: date | str | None
    left: int | None = None
    state: Literal["running", "paused", "met", "missed"] = "running"
    share: int | None = None
    at: Markup | None = None


class Seal(Piece, frozen=True):
    """The proof of an event: the browser checks it (`seal.js`) and shows the outcome here.

    `web.proof.seals.seal_of` makes it. `shown`: what the page shows of the event, as JSON. `entry`: where
    the browser fetches what was signed; without it the mark is only a link.
    """

    macro = ("seal", "mark")
    position: int
    href: str
    state: Literal["unproven", "proven", "contradicted", "unavailable"] = "unproven"
    shown: str = "{}"
    entry: str | None = None


class Column(Struct, frozen=True):
    """A column of a table: its heading, and whether its cells are numbers."""

    heading: object
    number: bool = False
    order: str | None = None
    direction: Literal["ascending", "descending"] | None = None


@offered
def told(
    columns: Sequence[Column], rows: Sequence[Sequence[object]]
) -> tuple[Sequence[Column], Sequence[Sequence[object]]]:
    """A table without the columns in which each cell is a person of whom the reader is not told."""
    kept = [
        place
        for place in range(len(columns))
        if not rows or any(row[place] is not UNTOLD for row in rows)
    ]
    if len(kept) == len(columns):
        return columns, rows
    return [columns[place] for place in kept], [[row[place] for place in kept] for row in rows]
