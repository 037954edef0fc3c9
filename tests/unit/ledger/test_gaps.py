"""What may be missing of a file, by what is left of it and what prunings say."""

import pytest

from ledger.pruning.events import Pruning
from ledger.pruning.gaps import LeftEvent, gone_from, unexplained


def pruned(through: int, signed: int, at: int) -> tuple[int, Pruning]:
    return at, Pruning(through, "", signed, 0, 0, "")


def other(position: int, version: int) -> LeftEvent:
    return LeftEvent(position, version, account=False, wholly=False)


def account(position: int, version: int) -> LeftEvent:
    return LeftEvent(position, version, account=True, wholly=False)


def erased(position: int, version: int) -> LeftEvent:
    return LeftEvent(position, version, account=True, wholly=True)


FIRST, SECOND = pruned(256, 300, 310), pruned(512, 600, 610)
CLOSED = [account(200, 5), erased(201, 6)]
# What is left of a file, and where a gap of it lies that neither pruning explains.
FILES = {
    "closed": (CLOSED, None),
    "erased between prefix and checkpoint": ([account(270, 5), erased(271, 6)], None),
    "erased after the checkpoint of the first, by that of the second": (
        [account(320, 5), erased(321, 6)],
        None,
    ),
    "erased after both checkpoints": ([account(605, 5), erased(606, 6)], 605),
    "erased after both prunings": ([account(700, 5), erased(701, 6)], 700),
    "erased in part": ([account(200, 5), account(201, 6)], 200),
    "never erased": ([other(200, 5)], 200),
    "ordinary events before it are left": ([other(10, 1), *CLOSED], 200),
    "the last event is no account": ([*CLOSED, other(220, 9)], None),
    "an event after the second prefix, before its event": ([*CLOSED, other(520, 7)], None),
    "and more is gone than the first removed": ([*CLOSED, other(520, 9)], 520),
    "opened after the first, and that is gone while it is open": ([*CLOSED, other(700, 9)], 700),
    "opened after the first, and closed by the second": ([*CLOSED, account(500, 9)], None),
    "erased after the first again, and after both": (
        [*CLOSED, account(700, 9), erased(701, 10)],
        700,
    ),
    "the last event of the first, and another gap behind it": (
        [*CLOSED, other(220, 9), other(700, 11)],
        700,
    ),
    "an event after both prefixes of a file of the second": (
        [account(300, 5), erased(301, 6), other(520, 7)],
        300,
    ),
    "opened after both": ([*CLOSED, other(700, 7)], None),
    "an event within the second prefix": ([*CLOSED, other(400, 7), other(401, 8)], None),
    "gone where the first does not reach": ([*CLOSED, other(400, 7), other(401, 9)], 401),
}


@pytest.mark.parametrize("file", FILES)
def test_gaps_are_explained_or_found(file: str) -> None:
    left, found = FILES[file]
    assert unexplained(left, [FIRST, SECOND]) == found
    assert unexplained(left, []) is not None


@pytest.mark.parametrize("signed", [256, 310, 400])
def test_a_checkpoint_lies_between_the_prefix_and_what_says_it(signed: int) -> None:
    assert unexplained(CLOSED, [pruned(256, signed, 310)]) == 200


@pytest.mark.parametrize(
    ("left", "gone"),
    [
        (CLOSED, 4),
        ([other(10, 2), *CLOSED], 3),
        ([other(300, 5)], 4),
        ([erased(201, 6), other(300, 7)], 5),
        ([erased(201, 6), other(300, 9)], 7),
    ],
)
def test_what_is_gone_of_a_prefix_is_counted_by_versions(left: list[LeftEvent], gone: int) -> None:
    assert gone_from(left, 256) == gone
