"""Entries of the log, also those that a pruning left: their bundles are gone, and only the table has them.

A row is believed no more than a file. It counts when its hash is in the tiles, which the signed root covers.
"""

from collections.abc import Callable

from ledger.errors import EventPruned, Halt, Unproven
from ledger.reading import pruned_through
from ledger.storage.postgres import Session
from ledger.tlog.proving.reading import entry_at
from ledger.tlog.store.folder import LogFolder
from ledger.tlog.tree.bundles import entry_of, header_of
from ledger.tlog.tree.merkle import hash_leaf
from ledger.tlog.tree.tiles import TILE_WIDTH


def row_entry(session: Session, position: int) -> bytes | None:
    """The entry of a row as the database holds it now, None without one.

    It has no state where the frame was changed and opens no more.
    """
    row = session.of("ledger").row("events_after", position=position - 1, upto=position, count=1)
    if row is None:
        return None
    try:
        return entry_of(row)
    except Halt:
        return header_of(row)


def is_gone(session: Session, position: int) -> bool:
    """Whether a pruning removed the event of a position."""
    return position <= pruned_through(session) and row_entry(session, position) is None


def is_bundle_pruned(folder: LogFolder, position: int) -> bool:
    """Whether the log says that the bundle of an entry is gone. Raises Unproven when it says nonsense."""
    return position <= folder.minimum_index()


def entry_left(folder: LogFolder, position: int, row: Callable[[int], bytes | None]) -> bytes:
    """The published entry of a position. `row`: gives that of the database, where the bundle was pruned.

    Raises EventPruned where the event went, too, and Unproven, also for a changed bundle or row.
    """
    if not is_bundle_pruned(folder, position):
        return entry_at(folder, position)
    entry = row(position)
    if entry is None:
        raise EventPruned(position)
    number, place = divmod(position - 1, TILE_WIDTH)
    if hash_leaf(entry) != folder.tile(0, number, TILE_WIDTH)[place]:
        raise Unproven(f"the database holds another event at position {position} than was signed")
    return entry
