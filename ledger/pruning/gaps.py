"""Gaps in files: events that are gone, and whether a recorded pruning was to remove them. Pure.

A pruning was to remove the events of a file if the file was erased wholly by what was signed, and nothing but
the account of erasures came between the prefix and the event of the pruning. In the prefix, that account and
the last signed event remain then, and nothing else. The pruning took no event behind that last one. Only the
events that are gone could say which matters were open in the file, and which persons it named.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from ledger.pruning.events import Pruning

RecordedPruning = tuple[int, Pruning]
"""A pruning, and the position of the event that says it."""


class LeftEvent(NamedTuple):
    """An event that is left. `account`: of an erasure; `wholly`: which destroyed everything of the person."""

    position: int
    version: int
    account: bool
    wholly: bool


_START = LeftEvent(0, 0, account=False, wholly=False)


def gone_from(left: Sequence[LeftEvent], through: int) -> int:
    """How many events of a prefix are gone from a file of which these are left, in the order of versions."""
    before = [event for event in left if event.position <= through]
    behind = left[len(before) :]
    last = behind[0].version - 1 if behind else before[-1].version
    return last - len(before)


def unexplained(left: Sequence[LeftEvent], prunings: Sequence[RecordedPruning]) -> int | None:
    """The position behind the first gap that no pruning explains; None without such a gap."""
    told = [pruning for at, pruning in prunings if _was_to_go(left, at, pruning)]
    return next((gap[1] for gap in _gaps(left) if not any(_lies_in(gap, p) for p in told)), None)


def _lies_in(gap: tuple[int, int], pruning: Pruning) -> bool:
    """Whether a pruning can have left a gap: it kept the last event that was signed, so none behind that."""
    start, behind = gap
    return start < pruning.through and behind <= pruning.signed


def _gaps(left: Sequence[LeftEvent]) -> Iterator[tuple[int, int]]:
    """Positions of the events before and behind each gap."""
    for before, behind in pairwise([_START, *left]):
        if behind.version > before.version + 1:
            yield before.position, behind.position


def _was_to_go(left: Sequence[LeftEvent], told_at: int, pruning: Pruning) -> bool:
    """Whether the rest of a file is the rest that such a pruning leaves of a closed one."""
    through, signed = pruning.through, pruning.signed
    if not through < signed < told_at:  # no checkpoint was signed over what came later
        return False
    known = [event for event in left if event.position <= signed]
    erased = any(event.wholly for event in known)
    return erased and all(
        event.position <= through and event == known[-1] for event in _ordinary(left, told_at)
    )


def _ordinary(left: Sequence[LeftEvent], before: int) -> Iterator[LeftEvent]:
    """The events before a pruning that are not an account of an erasure: at most the last event stays."""
    return (event for event in left if event.position < before and not event.account)
