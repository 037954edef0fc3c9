"""Views that show the remains of pruned files. Works as the projector.

The remains of a block of files are read and shared out once, for all views. Each view moves by itself, and
each block is a transaction of its own, so a follower waits for a block and not for all of them.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from uuid import UUID

from ledger.event import RecordedEvent
from ledger.names import LedgerName
from ledger.pruning.cutting import PrunedFile
from ledger.reading import events_of, head_position
from ledger.storage.postgres import Session
from projections.folds.dispatch import Dispatch, StreamEvents
from projections.folds.timetravel import counting
from projections.folds.view import AnyView
from projections.following.batch import apply_again, by_stream, named_by, settle
from projections.following.storage import NamedEvents, Tables, locked_bookmark

# Files whose events are in memory together, and how many events of theirs may have gone: a view can have had
# a row for each of these.
_FILES = 1_000
_GONE = 10_000


def fold_again(
    session: Session,
    ledger: LedgerName,
    views: Sequence[AnyView],
    files: Iterable[PrunedFile],
    privacy_office: Collection[str],
) -> None:
    """Make every view say of some files what their events say; others may follow meanwhile. Idempotent.

    A view of another version is left alone: it must be built again anyway.
    """
    session = session.of("projections")
    for streams in _blocks(files):
        left = _Left(session, views, streams, privacy_office)
        for view in views:
            with _moving(session, ledger, view) as (tables, position):
                if tables:
                    apply_again(view, streams, left.of(view, position), tables)
    for view in views:
        with _moving(session, ledger, view) as (tables, _):
            if tables:
                settle(view, tables)


def _blocks(files: Iterable[PrunedFile]) -> Iterator[list[UUID]]:
    """The streams of files, some at a time."""
    block: list[UUID] = []
    gone = 0
    for file in files:
        if block and (len(block) >= _FILES or gone + file.gone > _GONE):
            yield block
            block, gone = [], 0
        block.append(file.stream)
        gone += file.gone
    if block:
        yield block


@contextmanager
def _moving(
    session: Session, ledger: LedgerName, view: AnyView
) -> Iterator[tuple[Tables | None, int]]:
    """A transaction in which a view stays at its position; no tables where it is of another version."""
    with session.transaction():
        bookmark = locked_bookmark(session, view)
        same = bookmark.version == view.version
        yield Tables(session, ledger, view, bookmark.colour) if same else None, bookmark.position


class _Left:
    """The remains of some files, shared out among views."""

    def __init__(
        self,
        session: Session,
        views: Sequence[AnyView],
        streams: Sequence[UUID],
        privacy_office: Collection[str],
    ) -> None:
        self._session = session
        self._dispatch = Dispatch(views)
        self._streams = streams
        self._privacy_office = privacy_office
        with session.transaction():
            # Removed before it is read: what is named meanwhile is either read here, or stays.
            session.run("forget_named", streams=streams)
            self._read()
            NamedEvents(session).add(named_by(self._events, privacy_office))

    def of(self, view: AnyView, upto: int) -> Sequence[StreamEvents]:
        """The events up to a position that may touch rows of a view, and that count."""
        if upto > self._head:  # more was recorded since, maybe of these files
            self._read()
        end = min(upto, self._last)
        if end not in self._shares:
            events = [event for event in self._events if event.position <= end]
            self._shares[end] = self._dispatch.share_streams(
                (stream, counting(its_events, self._privacy_office))
                for stream, its_events in by_stream(events).items()
            )
        return self._shares[end][view.name]

    def _read(self) -> None:
        self._head = head_position(self._session)
        self._events: list[RecordedEvent] = events_of(self._session, self._streams)
        # Every position beyond it has the same events.
        self._last = self._events[-1].position if self._events else 0
        self._shares: dict[int, dict[str, list[StreamEvents]]] = {}
