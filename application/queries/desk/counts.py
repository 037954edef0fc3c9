"""How many orders there were, in a form that can be published.

Each order is counted in one cell: half-year, provision, country, kind and outcome. A cell of fewer than five
is a range. Totals are made of what the cells show, so no total says more than they do.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Literal, NamedTuple

from application.answer import Answer

FEWEST = 5
_JULY = 7

Outcome = Literal[
    "executed", "executed-in-part", "objected", "refused", "withdrawn", "lapsed", "open"
]
"""What became of an order. `executed-in-part`: it asked for more than it may have, and that was refused."""


class Counted(NamedTuple):
    """An order as it is counted, and nothing that tells it from another one of its cell."""

    half_year: str
    provision: str
    country: str
    kind: str
    outcome: str


class Figure(Answer, frozen=True):
    """A number of orders: exactly `least`, where `most` is the same; else it lies between them."""

    least: int
    most: int


class OrderCell(Answer, frozen=True):
    """How many orders were alike in all that is published of them."""

    half_year: str
    provision: str
    country: str
    kind: str
    outcome: str
    count: Figure


class HalfYear(Answer, frozen=True):
    """The totals of a half-year, each made of what its cells show."""

    half_year: str
    total: Figure
    by_provision: dict[str, Figure]
    by_country: dict[str, Figure]
    by_kind: dict[str, Figure]
    by_outcome: dict[str, Figure]


class OrderCounts(Answer, frozen=True):
    """How many orders there were. `running`: the half-year whose numbers may still grow.

    `not_counted`: citations of the laws under which the number itself is secret.
    """

    cells: list[OrderCell]
    half_years: list[HalfYear]
    running: str
    not_counted: list[str]


def half_year_of(day: date) -> str:
    """The half-year of a day, such as 2026-H2."""
    return f"{day.year}-H{1 if day.month < _JULY else 2}"


def order_counts(
    orders: Iterable[Counted], running: str, not_counted: Iterable[str] = ()
) -> OrderCounts:
    """The numbers that can be published, sorted."""
    counts = Counter(orders)
    cells = [OrderCell(*key, figure_of(counts[key])) for key in sorted(counts)]
    halves = sorted({cell.half_year for cell in cells})
    return OrderCounts(
        cells=cells,
        half_years=[_half_year(half, [c for c in cells if c.half_year == half]) for half in halves],
        running=running,
        not_counted=sorted(not_counted),
    )


def figure_of(count: int) -> Figure:
    """A count as it is published."""
    return Figure(count, count) if count >= FEWEST or count == 0 else Figure(1, FEWEST - 1)


def shown_figure(figure: Figure) -> int | str:
    """A number, or a range such as `1-4`."""
    return figure.least if figure.least == figure.most else f"{figure.least}-{figure.most}"


def _half_year(half_year: str, cells: list[OrderCell]) -> HalfYear:
    def by(name: Callable[[OrderCell], str]) -> dict[str, Figure]:
        names = sorted({name(cell) for cell in cells})
        return {each: _sum(cell for cell in cells if name(cell) == each) for each in names}

    return HalfYear(
        half_year=half_year,
        total=_sum(cells),
        by_provision=by(lambda cell: cell.provision),
        by_country=by(lambda cell: cell.country),
        by_kind=by(lambda cell: cell.kind),
        by_outcome=by(lambda cell: cell.outcome),
    )


def _sum(cells: Iterable[OrderCell]) -> Figure:
    figures = [cell.count for cell in cells]
    return Figure(sum(each.least for each in figures), sum(each.most for each in figures))


def tables_of(half: HalfYear) -> Mapping[str, Mapping[str, Figure]]:
    """The tables of a half-year, by the name of what they are divided by."""
    return {
        "provision": half.by_provision,
        "country": half.by_country,
        "kind": half.by_kind,
        "outcome": half.by_outcome,
    }
