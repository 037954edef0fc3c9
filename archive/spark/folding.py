"""Shares of streams folded into rows of views, with the functions that the projector uses. Runs in executors.

Rows go back to who asked. Nothing is written here, so a task may run twice, or die, and nobody notices.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from typing import TypeVar
from uuid import UUID

import msgspec

from archive.spark.sorting import Part, in_order
from ledger.cycles import settle
from ledger.errors import LedgerError, Retry
from ledger.event import RecordedEvent, decode_event
from ledger.reading import newest
from projections.folds.dispatch import StreamEvents
from projections.following.blocks import StreamBlock, blocks
from projections.following.derive import Content, Seen, StreamRows, shared_names, shared_rows
from projections.following.work import Work

T = TypeVar("T")
AskedRows = list[list[StreamRows]]
"""For each goal the rows that rows of other streams ask for."""


class _Header(msgspec.Struct, gc=False):
    position: int
    recorded: datetime
    stream: UUID
    type: str
    version: int


_header = msgspec.json.Decoder(_Header).decode


def fold_asked(work: Work, parts: Iterable[Part]) -> Iterator[AskedRows]:
    """The rows of a share's streams that rows of other streams ask for."""
    goals, streams = work.goals(), list(_streams(parts))
    yield [
        list(shared_rows(streams, goal, work.privacy_office)) if shared_names(goal[0]) else []
        for goal in goals
    ]


def fold_share(
    work: Work, asked: Callable[[], AskedRows], parts: Iterable[Part]
) -> Iterator[StreamBlock | list[Seen]]:
    """Fold all streams of a share; in the end, give the sightings of each goal."""
    goals = work.goals()
    contents = [Content(view, rows) for (view, _), rows in zip(goals, asked(), strict=True)]
    yield from blocks(_streams(parts), goals, contents, work.privacy_office)
    yield [content.seen() for content in contents]


def _streams(parts: Iterable[Part]) -> Iterator[StreamEvents]:
    settle()  # Spark looks for cycles after each task: not among modules, registers and staff
    events = map(_event, in_order(parts))
    for stream, members in groupby(events, key=attrgetter("stream")):
        yield stream, list(members)


def _event(entry: bytes) -> RecordedEvent:
    """The event of an entry that is proven, so that its header needs no other look."""
    text, _, state = entry.partition(b"\n")
    header = _header(text)
    place = header.stream, header.version, header.type, state
    return newest(decode_event(*place, header.position, header.recorded))


def told(results: Iterable[T]) -> Iterator[T | LedgerError]:
    """Results, and at last the error that ended them, if to run the task again would not help."""
    try:
        yield from results
    except Retry:
        raise
    except LedgerError as error:
        yield error
