"""A flood of withheld messages is known by number, or by bytes, of one place and one day."""

import pytest

from consumers.floods import FLOOD_BYTES, FLOOD_LETTERS, FLOOD_SECONDS, Floods


@pytest.mark.parametrize(
    ("letters", "size", "flooded"),
    [
        (FLOOD_LETTERS - 1, 0, False),
        (FLOOD_LETTERS, 0, False),
        (FLOOD_LETTERS + 1, 0, True),
        (1, FLOOD_BYTES - 1, False),
        (1, FLOOD_BYTES, False),
        (1, FLOOD_BYTES + 1, True),
    ],
)
def test_more_than_the_bound_is_a_flood(letters: int, size: int, flooded: bool) -> None:
    floods = Floods()
    assert floods.add("topic", letters, size, 0.0) is flooded
    assert floods.is_flood("topic", 1.0) is flooded
    assert not floods.is_flood("other", 1.0)


def test_it_is_counted_over_batches_of_one_day() -> None:
    floods = Floods()
    assert not floods.add("topic", FLOOD_LETTERS, 0, 10.0)
    assert not floods.add("topic", 0, 0, 20.0)
    assert floods.add("topic", 1, 0, 9.0 + FLOOD_SECONDS)
    assert not floods.is_flood("topic", 10.0 + FLOOD_SECONDS)
    assert not floods.add("topic", FLOOD_LETTERS, 0, 11.0 + FLOOD_SECONDS)


def test_after_a_halt_it_is_counted_anew() -> None:
    floods = Floods()
    assert floods.add("topic", FLOOD_LETTERS + 1, 0, 0.0)
    floods.forget("topic")
    assert not floods.is_flood("topic", 1.0)
    assert not floods.add("topic", FLOOD_LETTERS, 0, 2.0)
