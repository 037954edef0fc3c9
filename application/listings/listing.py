"""A list and a file: a title, and columns that say what each cell means. They are drawn by every edge.

A column's name is its word in the section `about` of `words.toml`. A declaration is annotated with its row
(`COMPLAINTS: Listing[ComplaintRow]`): types find a member that is not there, and
`tests/unit/application/test_listings.py` finds one that no column shows.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Generic, TypeVar
from uuid import UUID

from msgspec import Struct

from application.answer import Answer, InBothLanguages, Name
from application.listings.cells import Cell, Said
from application.queries.cases.clocks import CaseAct, CaseClock
from application.words import say

R_contra = TypeVar("R_contra", bound=Answer, contravariant=True)


class Misdeclared(LookupError):
    """A declaration disagrees with the words or with the answer."""


class Column(Struct, Generic[R_contra], frozen=True):
    """A heading and the cell of a row. `is_number`: on a page the cells stand to the right."""

    name: str
    cell: Callable[[R_contra], Cell]
    is_number: bool = False


class Listing(Struct, Generic[R_contra], frozen=True):
    """A list. `title`: the name of its phrase. `left_out`: members that no column shows, with the reason."""

    about: str
    columns: tuple[Column[R_contra], ...]
    left_out: Mapping[str, str] = {}
    title: str = "title"


class Clocks(Struct, Generic[R_contra], frozen=True):
    """The part of a file with its terms."""

    of: Callable[[R_contra], Sequence[CaseClock]]


class Steps(Struct, Generic[R_contra], frozen=True):
    """The part of a file with every act. `stream`: whose events they are, by reference or by stream."""

    of: Callable[[R_contra], Sequence[CaseAct]]
    stream: Callable[[R_contra], Name | UUID | None]


class Rows(Struct, Generic[R_contra], frozen=True):
    """The part of a file that is a table; without rows it is left out. `columns`: words of `about`."""

    title: Said
    about: str
    columns: str
    of: Callable[[R_contra], Iterable[Sequence[Cell]]]


class Notice(Struct, Generic[R_contra], frozen=True):
    """A text that the person must be told. `heading`: its word in the section of the file."""

    heading: str
    of: Callable[[R_contra], InBothLanguages | None]


class Remark(Struct, Generic[R_contra], frozen=True):
    """A sentence about the whole file."""

    of: Callable[[R_contra], Said]


Part = Clocks[R_contra] | Steps[R_contra] | Rows[R_contra] | Notice[R_contra] | Remark[R_contra]


class File(Struct, Generic[R_contra], frozen=True):
    """One case: its facts, without empty ones, then its parts. `title`, `left_out`: as for a list.

    `ref`: what stands in the title.
    """

    about: str
    ref: Callable[[R_contra], str]
    facts: tuple[Column[R_contra], ...]
    parts: tuple[Part[R_contra], ...]
    left_out: Mapping[str, str] = {}
    title: str = "title"


def heading(about: str, name: str, *values: str) -> str:
    """The word of a column or a title. Raises Misdeclared, which names the subject and the column."""
    try:
        return say(about, name, *values)
    except KeyError as error:
        raise Misdeclared(f"{about}, {name}: there is no word") from error


def cell_of(about: str, column: Column[R_contra], row: R_contra) -> Cell:
    """The meaning of one cell. Raises Misdeclared, which names the subject and the column."""
    try:
        return column.cell(row)
    except (AttributeError, LookupError) as error:
        raise Misdeclared(f"{about}, {column.name}: {error}") from error
