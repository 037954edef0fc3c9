"""The transparency report: nothing that it shows gives away a count from 1 to 4."""

from collections.abc import Iterator
from itertools import product
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from application.queries.disclosures.transparency import (
    FEWEST,
    SUPPRESSED,
    TransparencyReport,
    report,
)
from documents.transparency import transparency_csv, transparency_page

QUARTERS, KINDS = ["2024-Q1", "2024-Q2"], ["ciot", "police"]
CELLS = list(product(QUARTERS, KINDS))
counts = st.fixed_dictionaries({cell: st.integers(0, 9) for cell in CELLS})


def lines(made: TransparencyReport) -> Iterator[tuple[list[tuple[str, str]], int | None]]:
    """Every total, with the cells over which it is."""
    for kind in made.kinds:
        yield [(quarter, kind.recipient_kind) for quarter in made.quarters], kind.total
    for quarter, line in made.totals.items():
        yield [(quarter, kind.recipient_kind) for kind in made.kinds], line.total
    yield CELLS, made.total


def cell(made: TransparencyReport, quarter: str, kind: str) -> int | str:
    (row,) = [row for row in made.kinds if row.recipient_kind == kind]
    return row.counts[quarter]


@given(counts)
def test_small_counts_stay_hidden_whatever_totals_are_known(known: dict[Any, int]) -> None:
    """Every table that fits what is shown is tried: a hidden cell may hold any of 1 to 4."""
    made = report(known, "2024-Q2")
    hidden = [at for at in CELLS if cell(made, *at) == SUPPRESSED]
    assert {at for at, count in known.items() if 0 < count < FEWEST} == set(hidden)
    possible: dict[Any, set[int]] = {at: set() for at in hidden}
    for guess in product(range(1, FEWEST), repeat=len(hidden)):
        table = known | dict(zip(hidden, guess, strict=True))
        if all(
            total is None or total == sum(table[at] for at in at_all)
            for at_all, total in lines(made)
        ):
            for at, count in zip(hidden, guess, strict=True):
                possible[at].add(count)
    assert all(values == {1, 2, 3, 4} for values in possible.values())


@given(counts)
def test_totals_are_sums_where_nothing_is_hidden_and_lower_bounds_elsewhere(
    known: dict[Any, int],
) -> None:
    made = report(known, "2024-Q2")
    for cells, total in lines(made):
        assert total in (None, sum(known[at] for at in cells))
    assert made.at_least <= sum(known.values())
    assert made.at_least == sum(c if c == 0 or c >= FEWEST else 1 for c in known.values())
    if not any(0 < count < FEWEST for count in known.values()):
        assert made.total == sum(known.values())


def test_the_report_is_read_in_two_languages() -> None:
    made = report({("2024-Q1", "police"): 7, ("2024-Q2", "police"): 2}, "2024-Q2")
    rows = transparency_csv(made, "nl").decode("utf-8-sig").splitlines()
    assert rows == [
        "Soort ontvanger,2024-Q1,2024-Q2,Totaal",
        "Politie,7,<5,≥ 8",
        "Totaal,7,≥ 1,≥ 8",
    ]
    page = transparency_page(made, "en", controller="Example B.V.", made_at="T").decode()
    assert '<html lang="en">' in page
    assert "<td>&lt;5</td>" in page
    assert "Police" in page


def test_nothing_recorded_is_an_empty_report() -> None:
    made = report({}, "2024-Q2")
    assert (made.quarters, made.kinds, made.total) == ([], [], 0)
