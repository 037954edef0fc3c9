"""Bringing entries that a backup missed back from the log after a restore, byte for byte.

Every entry is checked against the signed checkpoint before it is written. Some data is not in the log and
stays lost: fingerprints (an event of a known name counts as a repeat from then on), dead letters, and keys,
which have a backup of their own.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import groupby
from uuid import UUID

import msgspec

from ledger.crypto.sealing import KeyedHash
from ledger.erasure.events import erasure_ended
from ledger.errors import Halt, Unproven
from ledger.event import decode_event
from ledger.names import LedgerName
from ledger.storage.postgres import Session
from ledger.tlog.publishing.state import last_promise
from ledger.tlog.signing.checkpoints import Checkpoint
from ledger.tlog.signing.keys import VerifierKey
from ledger.tlog.store.folder import LogFolder
from ledger.tlog.tree.bundles import Entry, entry_of, read_entry
from ledger.tlog.tree.merkle import hash_leaf
from ledger.tlog.tree.proofs import inclusion_proof, verify_inclusion
from ledger.tlog.tree.tiles import TILE_WIDTH, nodes_of, width_at
from ledger.writing.append import BatchNotes, NewEvent, Span, append, lock_head, new_event
from ledger.writing.chain import ChainLink

# Labels of batches: of events that came back, and of those that never had a name.
REIMPORT, _UNNAMED = "command:reimport", "application"
# No key of this generation exists: the fingerprint is gone, as after an erasure.
_NO_FINGERPRINT = (b"", -1)
_ERASED = ("nl.voipzeker.ledger.personal-data-erased.", "nl.voipzeker.ledger.values-resealed.")
# How many entries, at least, one transaction brings back.
_BLOCK_ENTRIES = 8_192


class ReimportedRange(msgspec.Struct, frozen=True):
    """Positions `first` to `last` came back; none when last < first."""

    first: int
    last: int

    @property
    def count(self) -> int:
        """How many."""
        return self.last - self.first + 1


def is_elsewhere(folder: LogFolder, origin: str, keys: Sequence[VerifierKey]) -> bool:
    """Whether a log has a key, and nothing of it is in its folder: it is elsewhere, or never began.

    `keys`: verification keys that were there before a restore.
    """
    is_here = bool(folder.checkpoint() or folder.history.last())
    return any(key.name == origin for key in keys) and not is_here


def reimport(
    session: Session,
    ledger: LedgerName,
    chain: KeyedHash,
    folder: LogFolder,
    keys: Sequence[VerifierKey],
) -> ReimportedRange:
    """Append the entries that the log promises and the database lacks. Needs the recorder's role.

    `chain`: vouches for the batches. `keys`: verification keys of the log. Positions, times, versions and
    bytes are those of before, so the publisher goes on. Committed block by block: after a fault the same
    call goes on. Raises Retry, or Halt when the log is damaged, or the database is not what the log begins
    with.
    """
    head = _position(session)
    promise = last_promise(folder, keys)
    size = promise[1].size if promise else 0
    if promise is None or not size:
        return ReimportedRange(head + 1, head)
    both = min(head, size)
    try:
        check_entries_there(folder, max(1, both))
        entries = checked_entries(folder, promise[1], max(1, both))
        if both:
            _check_beginning(session, both, next(entries))
        if head >= size:
            return ReimportedRange(head + 1, head)
        batches = groupby(map(read_entry, entries), lambda entry: entry.recorded_at)
        for block in _blocks(batches):
            _write(session, ledger, chain, block)
    except Unproven as error:
        raise Halt(f"nothing more is brought back from {folder.path}: {error}") from None
    return ReimportedRange(head + 1, _position(session))


def check_entries_there(folder: LogFolder, first: int) -> None:
    """Raise Halt where the entries that are needed are pruned."""
    least = folder.minimum_index()
    if first <= least:
        raise Halt(
            f"this backup ends at position {first}, and the log's entries up to position {least} are pruned:"
            " restore a backup that was made after that"
        )


def checked_entries(folder: LogFolder, promise: Checkpoint, first: int) -> Iterator[bytes]:
    """Entries from a position on, up to the end of a checkpoint, each proven by it. Raises Unproven."""
    node = nodes_of(promise.size, folder.tile)
    for number in range((first - 1) // TILE_WIDTH, -(-promise.size // TILE_WIDTH)):
        width, start = width_at(0, number, promise.size), number * TILE_WIDTH
        entries = folder.bundle(number, width)
        leaves = folder.tile(0, number, width)
        if [hash_leaf(entry) for entry in entries] != leaves:
            raise Unproven(f"its entry bundle {number} holds other entries")
        # The path of one leaf is computed from all leaves of its tile, and so vouches for them.
        path = inclusion_proof(start, promise.size, node)
        verify_inclusion(leaves[0], start, promise.size, path, promise.root)
        yield from entries[max(0, first - 1 - start) :]


def _position(session: Session) -> int:
    row = session.row("head")
    if row is None:
        raise Halt("the head row is missing")
    return int(row[0])


def _check_beginning(session: Session, head: int, entry: bytes) -> None:
    row = session.row("events_after", position=head - 1, upto=head, count=1)
    if row is None or entry_of(row) != entry:
        raise Halt(f"the database holds another entry at position {head} than the log")


def _blocks(
    batches: Iterator[tuple[datetime, Iterator[Entry]]],
) -> Iterator[list[list[Entry]]]:
    """Batches by the time when they were recorded, many to a block."""
    block: list[list[Entry]] = []
    count = 0
    for _, entries in batches:
        block.append(list(entries))
        count += len(block[-1])
        if count >= _BLOCK_ENTRIES:
            yield block
            block, count = [], 0
    if block:
        yield block


def _write(
    session: Session, ledger: LedgerName, chain: KeyedHash, block: Sequence[Sequence[Entry]]
) -> None:
    with session.transaction():
        position = lock_head(session).position
        for entry in [entry for batch in block for entry in batch]:
            position += 1
            if entry.position != position:
                raise Halt(f"expected position {position} from the log, got {entry.position}")
        for batch in block:
            events = [_event(entry) for entry in batch]
            has_names = any(event.name for event in events)
            append(
                session,
                events,
                Span(REIMPORT if has_names else _UNNAMED),
                ChainLink(chain),
                notes=BatchNotes(
                    erasures=sum(entry.type.startswith(_ERASED) for entry in batch),
                    recorded_at=batch[0].recorded_at,
                ),
                channel=ledger.channel,
            )


def _event(entry: Entry) -> NewEvent:
    return new_event(entry.stream, entry.version, entry.type, entry.state, _name(entry))


def _name(entry: Entry) -> tuple[str, str, bytes, int, UUID | None] | None:
    """Source and id of the event; None for an event that the library recorded in its own form."""
    try:
        event = decode_event(
            entry.stream,
            entry.version,
            entry.type,
            entry.state,
            entry.position,
            entry.recorded_at,
        )
    except Halt:
        return None
    return (event.source, event.id, *_NO_FINGERPRINT, erasure_ended(event.source, event.id))
