"""No reference of the sample reads as a personal number, however large the sample."""

from collections.abc import Iterator
from random import Random

from sample.event import correlation
from schemas.leaks import is_harmless_id

TELEPHONE = int("dab0746709312", 16)
HARMLESS = int("dab074670931a", 16)


class _Drawn(Random):
    """Gives what is told, as draws below 2**52."""

    def __init__(self, numbers: Iterator[int]) -> None:
        super().__init__()
        self._numbers = numbers

    def random(self) -> float:
        return next(self._numbers) / 2**52


def test_a_case_that_reads_as_a_telephone_number_is_drawn_again() -> None:
    assert not is_harmless_id("case-dab0746709312")
    case = correlation(_Drawn(iter([TELEPHONE, HARMLESS])))
    assert case == "case-dab074670931a"
    assert is_harmless_id(case)
