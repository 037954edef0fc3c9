"""The cut: rows of closed files go, the hashes of the prefix are kept, an event says so: one transaction.

Needs the pruner's role, which alone may remove an event, and only what lies in the prefix of an event that
the same transaction records. Recording goes on meanwhile: the head is locked at the end, when rows are gone.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from hashlib import sha256
from itertools import islice
from typing import NamedTuple
from uuid import UUID

import msgspec

from ledger.crypto.sealing import KeyedHash
from ledger.errors import Halt, Overtaken, Unproven
from ledger.names import LedgerName
from ledger.pruning.events import ACCOUNT, Pruning, pruning_event, told_by
from ledger.reading import decoded, pruned_through
from ledger.storage.faults import UniqueConflict
from ledger.storage.postgres import Session
from ledger.tlog.publishing.pruned import pruned_leaves
from ledger.tlog.signing.base64 import to_base64
from ledger.tlog.store.folder import LogFolder
from ledger.tlog.tree.edge import Edge, grow
from ledger.tlog.tree.tiles import TILE_WIDTH, encode_tile
from ledger.writing.append import Span, append, latest_versions, lock_head
from ledger.writing.chain import ChainLink
from schemas.catalogue import PRUNED

# Streams whose rows are removed by one statement: the guard holds these rows in memory.
_STREAMS = 500
# Tiles of hashes that one statement keeps: 512 kB.
_TILES = 64
# Files that are named at a time.
_FILES = 10_000
_MEANWHILE = "entries were pruned meanwhile: run `ledger prune` again"


class Cut(msgspec.Struct, frozen=True):
    """A pruning to do: a prefix, the root of the tree over it in base64, and the closed files.

    `signed`: how many entries were signed by then; those entries closed the files, and no later ones.
    """

    through: int
    root: str
    signed: int
    closed: Sequence[UUID] = ()


def kept_digest(session: Session, through: int) -> tuple[int, str]:
    """How many events are left of a prefix, and the SHA-256 of their rows and names, in hex.

    The log vouches for the content of an event; this digest vouches for the choice of remaining events, their
    stored form, and their names.
    """
    blocks = session.of("ledger").rows("kept_rows", through=through)
    digest = sha256(b"".join(bytes(block) for _, block in blocks))
    return sum(count for count, _ in blocks), digest.hexdigest()


def cut(
    session: Session,
    ledger: LedgerName,
    chain: KeyedHash,
    asked: Cut,
    folder: LogFolder,
    now: datetime,
) -> Pruning:
    """Remove a prefix of closed files and record it; on return it is committed.

    `chain`: vouches for the batch. `folder`: has the tiles. Raises Overtaken when one of the files was opened
    again meanwhile, Retry or Halt: then nothing was removed.
    """
    with session.transaction():
        pruning = _removed(session, asked, folder)
        lock_head(session)
        _check_still_closed(session, asked)
        _record(session, ledger, chain, pruning, now)
    return pruning


def cut_again(session: Session, asked: Cut, folder: LogFolder, recorded: Pruning) -> None:
    """Remove the entries that an event says were removed, after a restore of a copy from before it.

    Raises Halt when that leaves other rows than the event says.
    """
    with session.transaction():
        if _removed(session, asked, folder) != recorded:
            raise Halt(
                f"what would stay up to position {asked.through} is not what stayed when it was pruned:"
                " nothing was removed, see `ledger audit`"
            )


def _removed(session: Session, asked: Cut, folder: LogFolder) -> Pruning:
    """Remove the rows, and keep the hashes; returns the content of the pruning's event."""
    try:
        session.run("add_pruning", through=asked.through)
        if pruned_through(session) > asked.through:
            raise Overtaken(_MEANWHILE)
        _keep_leaves(session, asked, folder)
    except UniqueConflict:  # of another cut that was committed after this one began
        raise Overtaken(_MEANWHILE) from None
    removed = sum(
        session.run("remove_events", **removable(asked, block)) for block in in_blocks(asked.closed)
    )
    session.run("remove_names", through=asked.through)
    kept, digest = kept_digest(session, asked.through)
    return Pruning(asked.through, asked.root, asked.signed, removed, kept, digest)


def removable(asked: Cut, streams: Sequence[UUID]) -> dict[str, object]:
    """The parameters of the statements that remove events of some files, and that count them."""
    return {
        "streams": list(streams),
        "through": asked.through,
        "signed": asked.signed,
        "account": list(ACCOUNT),
    }


def _keep_leaves(session: Session, asked: Cut, folder: LogFolder) -> None:
    """Take the hashes of the prefix from the tiles. Raises Halt unless they make up the signed tree."""
    edge = Edge()
    for leaves in pruned_leaves(session):
        edge, _ = grow(edge, leaves)
    for start in range(edge.size, asked.through, _TILES * TILE_WIDTH):
        firsts = range(start, min(asked.through, start + _TILES * TILE_WIDTH), TILE_WIDTH)
        try:
            tiles = [folder.tile(0, first // TILE_WIDTH, TILE_WIDTH) for first in firsts]
        except Unproven as error:
            raise Halt(f"nothing was removed: {error}") from None
        session.run(
            "add_pruned_leaves",
            firsts=[first + 1 for first in firsts],
            tiles=list(map(encode_tile, tiles)),
        )
        edge, _ = grow(edge, [leaf for tile in tiles for leaf in tile])
    if to_base64(edge.root()) != asked.root:
        raise Halt(
            f"nothing was removed: the hashes up to position {asked.through} make up another tree than was"
            " signed, see `ledger audit`"
        )


def _check_still_closed(session: Session, asked: Cut) -> None:
    """Raise Overtaken for a file of which more than an account of erasures comes after the prefix."""
    for block in in_blocks(asked.closed):
        parameters = {"streams": block, "through": asked.through, "account": list(ACCOUNT)}
        if session.rows("opened_again", **parameters):
            raise Overtaken(
                "a file that was to be pruned has a new event: run `ledger prune` again"
            )


def _record(
    session: Session, ledger: LedgerName, chain: KeyedHash, pruning: Pruning, now: datetime
) -> None:
    stream = ledger.registry_stream(ledger.reference)
    version = latest_versions(session, [stream]).get(stream, 0) + 1
    event = pruning_event(pruning, ledger.reference, stream, version, now)
    append(session, [event], Span("command:prune"), ChainLink(chain), channel=ledger.channel)


def recorded_prunings(session: Session, ledger: LedgerName) -> list[tuple[int, Pruning]]:
    """Every pruning that an event tells of, with the position of the event, in their order."""
    stream = ledger.registry_stream(ledger.reference)
    events = decoded(session.of("ledger").rows("approvals", stream=stream, type=PRUNED))
    return [(event.position, told) for event in events if (told := told_by(event))]


class PrunedFile(NamedTuple):
    """A file of which events were removed, and how many."""

    stream: UUID
    gone: int


def pruned_files(session: Session) -> Iterator[PrunedFile]:
    """Every file of which events were removed, in the order of streams; in flat memory."""
    return map(PrunedFile._make, session.stream("pruned_files", _FILES))


def in_blocks(streams: Iterable[UUID], count: int = _STREAMS) -> Iterable[list[UUID]]:
    """Streams, some at a time."""
    rest = iter(streams)
    while block := list(islice(rest, count)):
        yield block
