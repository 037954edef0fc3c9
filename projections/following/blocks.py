"""What views come to, in blocks that are ready to be written. In flat memory."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import NamedTuple

from projections.folds.dispatch import StreamEvents
from projections.folds.view import StoredRow
from projections.following.batch import NamedEvent
from projections.following.derive import Content, DerivedRows, Goal, derive

# Rows of all views and named events that are together in a block.
_BLOCK_ROWS = 2_000


class ViewRows(NamedTuple):
    """Of one view: rows as they are stored, how many of them by label, and entries that are complete."""

    rows: list[StoredRow]
    labels: Counter[str]
    entries: list[object]


class StreamBlock(NamedTuple):
    """What some streams come to, for each goal, and what annulments in them name."""

    named: set[NamedEvent]
    parts: list[ViewRows]

    @property
    def size(self) -> int:
        """How much there is to write."""
        return len(self.named) + sum(len(part.rows) for part in self.parts)


def blocks(
    streams: Iterable[StreamEvents],
    goals: Sequence[Goal],
    contents: Sequence[Content],
    privacy_office: Collection[str],
) -> Iterator[StreamBlock]:
    """What streams in the order of keys come to. `contents`: of each goal, which take it in."""
    block = _empty(goals)
    for derived in derive(streams, goals, privacy_office):
        _add(block, derived, goals, contents)
        if block.size >= _BLOCK_ROWS:
            yield block
            block = _empty(goals)
    yield block


def _empty(goals: Sequence[Goal]) -> StreamBlock:
    return StreamBlock(set(), [ViewRows([], Counter(), []) for _ in goals])


def _add(
    block: StreamBlock, derived: DerivedRows, goals: Sequence[Goal], contents: Sequence[Content]
) -> None:
    block.named.update(derived.named)
    parts = zip(goals, contents, derived.rows, block.parts, strict=True)
    for (view, _), content, states, part in parts:
        rows, entries = content.add(derived.stream, states)
        part.rows.extend(rows)
        part.entries.extend(entries)
        if view.labels:
            part.labels.update(map(view.label, states.values()))
