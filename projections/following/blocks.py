"""What views come to, in blocks that are ready to be written. In flat memory."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import chain
from typing import NamedTuple

from ledger.storage.copy_format import packed
from projections.folds.dispatch import StreamEvents
from projections.folds.view import AnyView
from projections.following.batch import NamedEvent
from projections.following.derive import Content, Goal, StreamRows, derive
from projections.following.joins import join_of

# Each write of a view is a statement of its own.
_BLOCK_BYTES = 2_000_000


class ViewRows(NamedTuple):
    """Of one view: its rows and the entries that are complete, packed, and how many rows by label."""

    rows: bytes
    entries: bytes
    labels: Counter[str]


class StreamBlock(NamedTuple):
    """What some streams come to, for each goal, and what annulments in them name."""

    named: set[NamedEvent]
    parts: list[ViewRows]


def blocks(
    streams: Iterable[StreamEvents],
    goals: Sequence[Goal],
    contents: Sequence[Content],
    privacy_office: Collection[str],
) -> Iterator[StreamBlock]:
    """What streams in the order of keys come to. `contents`: of each goal, which take it in."""
    made: list[StreamBlock] = []
    size = 0
    for derived in derive(streams, goals, privacy_office):
        parts = zip(goals, contents, derived.rows, strict=True)
        made.append(
            StreamBlock(
                derived.named,
                [_part(view, content, streams) for (view, _), content, streams in parts],
            )
        )
        size += sum(len(part.rows) for part in made[-1].parts)
        if size >= _BLOCK_BYTES:
            yield _joined(made)
            made, size = [], 0
    if made:
        yield _joined(made)


def _joined(made: Sequence[StreamBlock]) -> StreamBlock:
    """What is derived in small blocks and written in large ones."""
    named = set(chain.from_iterable(block.named for block in made))
    parts = zip(*(block.parts for block in made), strict=True)
    return StreamBlock(named, list(map(_view_joined, parts)))


def _view_joined(parts: Sequence[ViewRows]) -> ViewRows:
    rows, entries, labels = zip(*parts, strict=True)
    return ViewRows(b"".join(rows), b"".join(entries), sum(labels, Counter()))


def _part(view: AnyView, content: Content, streams: Sequence[StreamRows]) -> ViewRows:
    rows, entries = content.add(streams)
    packed_rows = packed(view.column_types, rows, view.compression.compress)
    return ViewRows(packed_rows, packed_entries(view, entries), _labels(view, streams))


def packed_entries(view: AnyView, entries: Sequence[object]) -> bytes:
    """Entries of a joined view, ready to be written."""
    join = join_of(view.join)
    if join is None:
        return b""
    return packed(join.types, map(join.row, entries), join.compression.compress)


def _labels(view: AnyView, streams: Sequence[StreamRows]) -> Counter[str]:
    if not view.labels:
        return Counter()
    return Counter(map(view.label, chain.from_iterable(rows.values() for _, rows in streams)))
