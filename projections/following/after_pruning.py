"""Streams folded again from what is left of them, when events of theirs were pruned. As the projector."""

from collections.abc import Collection, Iterable, Sequence
from uuid import UUID

from ledger.names import LedgerName
from ledger.pruning.cutting import in_blocks
from ledger.reading import events_of
from ledger.storage.postgres import Session
from projections.folds.dispatch import Dispatch
from projections.folds.timetravel import counting
from projections.folds.view import AnyView
from projections.following.batch import apply_again, by_stream, named_by
from projections.following.storage import NamedEvents, Tables, locked_bookmark

# Streams whose events are in memory together.
_STREAMS = 50


def fold_again(
    session: Session,
    ledger: LedgerName,
    views: Sequence[AnyView],
    streams: Iterable[UUID],
    privacy_office: Collection[str],
) -> None:
    """Make every view say of some streams what their events say; others may follow meanwhile. Idempotent.

    A view of another version is left alone: it must be built again anyway.
    """
    session = session.of("projections")
    for block in in_blocks(streams, _STREAMS):
        _forget_named(session, block, privacy_office)
        for view in views:
            _fold(session, ledger, view, block, privacy_office)


def _forget_named(session: Session, block: list[UUID], privacy_office: Collection[str]) -> None:
    with session.transaction():
        session.run("forget_named", streams=block)
        NamedEvents(session).add(named_by(events_of(session, block), privacy_office))


def _fold(
    session: Session,
    ledger: LedgerName,
    view: AnyView,
    block: list[UUID],
    privacy_office: Collection[str],
) -> None:
    dispatch = Dispatch([view])
    with session.transaction():
        bookmark = locked_bookmark(session, view)
        if bookmark.version != view.version:
            return
        left = by_stream(events_of(session, block, bookmark.position))
        counted = {
            stream: dispatch.share(counting(left.get(stream, []), privacy_office))[view.name]
            for stream in block
        }
        apply_again(view, counted, Tables(session, ledger, view, bookmark.colour))
