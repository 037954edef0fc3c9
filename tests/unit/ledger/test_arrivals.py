"""Messages as they arrived are decoded in blocks, and memory stays flat whatever they are."""

import io
import tracemalloc
from collections.abc import Callable, Sequence
from functools import partial

import pytest

from application.queries.intake.messages import validated
from consumers.lines import Line, lines, messages_of_lines
from ledger.recording.arrivals import Arrivals, blocks
from ledger.writing.message import BLOCK
from schemas import AdmissionRules
from tests.fixtures.ledger import NOW


class Sized:
    def __init__(self, size: int) -> None:
        self.size = size


@pytest.mark.parametrize(
    ("sizes", "expected"),
    [
        ([], []),
        ([1, 1, 1], [[1, 1, 1]]),
        ([1] * 7, [[1, 1, 1], [1, 1, 1], [1]]),
        ([6, 4, 1], [[6, 4], [1]]),
        ([99, 1], [[99], [1]]),
        ([1, 99, 1], [[1], [99], [1]]),
    ],
)
def test_blocks_keep_within_count_and_bytes(
    sizes: Sequence[int], expected: list[list[int]]
) -> None:
    items = [Sized(size) for size in sizes]
    cut = blocks(items, 3, 10)
    assert [[item.size for item in block] for block in cut] == expected


READ = partial(messages_of_lines, "test", intake=AdmissionRules(), now=NOW)


def test_messages_are_the_same_however_they_are_looked_at() -> None:
    arrived = [Line(number, b"[%d" % number, 3) for number in range(3 * BLOCK + 1)]
    arrivals = Arrivals(arrived, READ)
    assert list(arrivals) == [arrivals[index] for index in range(len(arrived))]
    assert list(arrivals[BLOCK:]) == list(arrivals)[BLOCK:]


def peak_of(work: Callable[[], object]) -> int:
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_messages_that_swell_are_not_in_memory_together() -> None:
    text = b"[" + b",".join([b"[[]]"] * 9_600) + b"]"
    arrived = [Line(number, text, len(text)) for number in range(85)]
    peak = peak_of(partial(lambda messages: sum(1 for _ in messages), Arrivals(arrived, READ)))
    assert peak < 12e6


def test_long_lines_are_not_in_memory_together() -> None:
    stream = io.BytesIO((b"x" * 1_000_000 + b"\n") * 16)
    size = len(stream.getvalue())
    assert size > 15e6
    assert peak_of(partial(validated, "file", lines(stream), AdmissionRules(), NOW)) < 12e6
