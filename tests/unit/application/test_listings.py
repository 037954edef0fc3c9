"""Every declared list and file: no member is forgotten, each word is there, both edges draw it."""

import importlib
import pkgutil
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any, NamedTuple, get_args

import pytest

import application.listings
import console.commands
import web.pages
from application.answer import Answer
from application.language import speak
from application.listings.cells import Person
from application.listings.listing import (
    Column,
    File,
    Listing,
    Misdeclared,
    Notice,
    Rows,
    cell_of,
    heading,
)
from schemas.texts import LANGUAGES, Language

# Lists that one edge alone has, with the reason.
ONE_EDGE = {"AFFECTED": "no page counts the persons whom a breach reached: that reads every stream"}


class Declared(NamedTuple):
    """A declaration, its name, and the type of its row."""

    name: str
    row: Any
    what: Listing[Any] | File[Any]


def declared() -> Iterator[Declared]:
    for module in pkgutil.iter_modules(application.listings.__path__, "application.listings."):
        annotated = importlib.import_module(module.name)
        for name, of in annotated.__annotations__.items():
            what = getattr(annotated, name, None)
            if isinstance(what, Listing | File):
                yield Declared(name, get_args(of)[0], what)


EVERY = list(declared())
each = pytest.mark.parametrize("one", EVERY, ids=lambda one: one.name)


def reads(function: Callable[..., object]) -> set[str]:
    """The names of attributes that a function may read, with the functions of its module that it calls."""
    waiting, names, seen = [function], set[str](), set[object]()
    while waiting:
        one = waiting.pop()
        if isinstance(one, FunctionType) and one not in seen:
            seen.add(one)
            names |= (found := set(names_of(one.__code__)))
            waiting += [one.__globals__[name] for name in found if name in one.__globals__]
    return names


def names_of(code: CodeType) -> Iterator[str]:
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from names_of(constant)


def functions_of(what: Listing[Any] | File[Any]) -> Iterator[Callable[..., object]]:
    if isinstance(what, Listing):
        yield from (column.cell for column in what.columns)
        return
    yield what.ref
    yield from (fact.cell for fact in what.facts)
    for part in what.parts:
        yield part.of
        yield from filter(None, [getattr(part, "stream", None)])


@each
def test_every_member_is_shown_or_left_out_with_a_reason(one: Declared) -> None:
    assert not_shown(one.row, one.what) == set(one.what.left_out)


def not_shown(row: Any, what: Listing[Any] | File[Any]) -> set[str]:
    return set(row.__struct_fields__).difference(*map(reads, functions_of(what)))


def test_a_member_that_no_column_shows_is_found() -> None:
    columns: list[Column[Any]] = [Column("about", lambda row: Person(row.subject))]
    assert not_shown(Row, Listing("complaint", tuple(columns))) == {"since"}


@each
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_heading_has_a_word(one: Declared, language: Language) -> None:
    speak(language)
    what = one.what
    assert heading(what.about, what.title, "1")
    assert all(map(heading, *zip(*words_of(what), strict=True)))


def words_of(what: Listing[Any] | File[Any]) -> Iterator[tuple[str, str]]:
    """The section and the name of each heading."""
    for column in what.columns if isinstance(what, Listing) else what.facts:
        yield what.about, column.name
    for part in () if isinstance(what, Listing) else what.parts:
        if isinstance(part, Rows):
            yield from ((part.about, name) for name in part.columns.split())
        if isinstance(part, Notice):
            yield what.about, part.heading


@each
def test_every_edge_draws_it(one: Declared) -> None:
    edges = {
        "console": (console.commands, r"tables?_of[(,] ?"),
        "web": (web.pages, r"(list|fil)ed\(context, "),
    }
    drawn = {
        edge
        for edge, (room, call) in edges.items()
        for file in Path(room.__path__[0]).glob("*.py")
        if re.search(rf"{call}{one.name}\b", file.read_text("utf-8"))
    }
    assert drawn == ({"console"} if one.name in ONE_EDGE else set(edges))


def test_there_are_some() -> None:
    assert {"COMPLAINTS", "COMPLAINT", "HOLDS", "INCIDENT", "REQUESTS"} <= {
        one.name for one in EVERY
    }
    assert set(ONE_EDGE) <= {one.name for one in EVERY}


class Row(Answer, frozen=True):
    subject: str
    since: str


def test_an_error_names_the_subject_and_the_column() -> None:
    with pytest.raises(Misdeclared, match="complaint, colour: there is no word"):
        heading("complaint", "colour")
    forgotten: Column[Any] = Column("about", lambda row: Person(row.person))
    with pytest.raises(Misdeclared, match=r"complaint, about: .*'person'"):
        cell_of("complaint", forgotten, Row("customer/1", "2026"))
