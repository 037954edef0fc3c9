"""What cells mean. Each edge decides how a meaning looks: a person is a link on a page, a name in a terminal.

A member that may be null stays so: a cell about nothing is an empty one.
"""

from collections.abc import Callable, Sequence
from typing import Literal

from msgspec import Struct

from application.answer import Gone, InBothLanguages, Name
from application.language import spoken
from application.queries.cases.clocks import CaseClock
from application.source import Shown
from rulebook.calendar import last_day
from schemas.formats import instant_of

Tone = Literal["plain", "good", "due", "bad"]


class Meaning(Struct, frozen=True):
    """The base of all cells that each edge draws in its own way."""

    def _draw(self, edge: "Edge") -> object:
        raise NotImplementedError


class Person(Meaning, frozen=True):
    """A data subject or an employee; null is one who was erased."""

    name: Name | None

    def _draw(self, edge: "Edge") -> object:
        return edge.person(self)


class Instant(Meaning, frozen=True):
    """A time with its offset."""

    at: str | None

    def _draw(self, edge: "Edge") -> object:
        return edge.instant(self)


class Day(Meaning, frozen=True):
    """A date; of an instant the day here."""

    on: str | None

    def _draw(self, edge: "Edge") -> object:
        return edge.day(self)


class Word(Meaning, frozen=True):
    """A code of a closed list. `about`: its section of the application's words."""

    about: str
    code: str | None

    def _draw(self, edge: "Edge") -> object:
        return edge.word(self)


class Words(Meaning, frozen=True):
    """Several codes of one list."""

    about: str
    codes: Sequence[str]

    def _draw(self, edge: "Edge") -> object:
        return edge.words(self)


class RegisterWord(Meaning, frozen=True):
    """A code whose words are those of the register (`register.toml`), such as an owner."""

    section: str
    code: str | None

    def _draw(self, edge: "Edge") -> object:
        return edge.register_word(self)


class Said(Meaning, frozen=True):
    """A phrase of the application's words with cells in its places. `tone`: how far it stands out."""

    about: str
    name: str
    values: tuple["Cell", ...] = ()
    tone: Tone = "plain"

    def _draw(self, edge: "Edge") -> object:
        return edge.said(self)


class Counted(Meaning, frozen=True):
    """How many there are of something, such as `2 events`."""

    name: str
    number: int

    def _draw(self, edge: "Edge") -> object:
        return edge.counted(self)


class Reference(Meaning, frozen=True):
    """The reference of a case, which leads to its file. `path`: of all such files.

    `person`: of whom the file is, since several persons may have one reference.
    """

    path: str
    ref: str
    person: Name | None = None

    def _draw(self, edge: "Edge") -> object:
        return edge.reference(self)


class Named(Meaning, frozen=True):
    """What the register knows by an id. `name`: null where it has none."""

    id: str
    name: Shown | None

    def _draw(self, edge: "Edge") -> object:
        return edge.named(self)


class Rule(Meaning, frozen=True):
    """A rule of the rulebook that is broken."""

    id: str

    def _draw(self, edge: "Edge") -> object:
        return edge.rule(self)


class Clock(Meaning, frozen=True):
    """A term of the law with its duty and its state."""

    clock: CaseClock

    def _draw(self, edge: "Edge") -> object:
        return edge.clock(self)


State = Literal["running", "paused", "met", "late", "overdue"]


class Due(Meaning, frozen=True):
    """The last day for something. `state`: paused has no day; met and late are over."""

    on: str | None
    state: State

    def _draw(self, edge: "Edge") -> object:
        return edge.due(self)


class Lines(Meaning, frozen=True):
    """Cells below each other; empty ones take no line."""

    cells: Sequence["Cell"]

    def _draw(self, edge: "Edge") -> object:
        return edge.lines([drawn(edge, cell) for cell in self.cells])


Plain = Gone | InBothLanguages | str | int | None
"""Values that stand for themselves."""
Cell = Meaning | Plain


class Edge(Struct, frozen=True):
    """How a terminal or a page draws each meaning. A meaning that an edge forgets is an error of types.

    `lines`: of cells that are drawn.
    """

    person: Callable[[Person], object]
    instant: Callable[[Instant], object]
    day: Callable[[Day], object]
    word: Callable[[Word], object]
    words: Callable[[Words], object]
    register_word: Callable[[RegisterWord], object]
    said: Callable[[Said], object]
    counted: Callable[[Counted], object]
    reference: Callable[[Reference], object]
    named: Callable[[Named], object]
    rule: Callable[[Rule], object]
    clock: Callable[[Clock], object]
    due: Callable[[Due], object]
    lines: Callable[[Sequence[object]], object]


def drawn(edge: Edge, cell: Cell) -> object:
    """A cell as an edge has it."""
    if isinstance(cell, Meaning):
        return cell._draw(edge)
    return cell.said(spoken()) if isinstance(cell, InBothLanguages) else cell


def lines(*cells: Cell) -> Lines:
    """Cells below each other."""
    return Lines(cells)


def due_before(too_late: str, state: State) -> Due:
    """The last day of a term. `too_late`: the first instant after it."""
    instant = instant_of(too_late)
    assert instant is not None
    return Due(last_day(instant).isoformat(), state)
