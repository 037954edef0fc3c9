"""The comparison of times finds what it says that it finds, and nothing where there is nothing."""

from random import Random

import pytest

from tests.fixtures.ranks import LEVEL, POWER, probability, visible

COUNT, RUNS = 1_000, 60


def seen(shift: float) -> float:
    """In which share of runs a shift is seen."""
    random = Random(20261127)
    found = 0
    for _ in range(RUNS):
        first = [random.gauss(0, 1) for _ in range(COUNT)]
        second = [random.gauss(shift, 1) for _ in range(COUNT)]
        found += probability(first, second) < LEVEL
    return found / RUNS


def test_two_samples_of_a_thousand_show_a_quarter_of_a_deviation() -> None:
    assert visible(COUNT) == pytest.approx(0.257, abs=0.001)
    assert seen(visible(COUNT)) >= POWER - 0.05


def test_nothing_is_seen_where_there_is_nothing() -> None:
    assert seen(0.0) <= LEVEL + 0.02


def test_the_same_values_and_ties_are_no_difference() -> None:
    assert probability([1.0] * 10, [1.0] * 10) == 1.0
    assert probability([1, 2, 2, 3], [1, 2, 2, 3]) == pytest.approx(1.0)
    assert probability(range(50), range(100, 150)) < 1e-9
