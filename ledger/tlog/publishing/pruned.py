"""The hashes of entries that were pruned, as the database keeps them: from them the log can be made again."""

from collections.abc import Iterator

from ledger.errors import Halt
from ledger.storage.postgres import Session
from ledger.tlog.tree.merkle import HASH_BYTES
from ledger.tlog.tree.tiles import TILE_WIDTH, decode_tile

# How many tiles are read at once: 512 kB.
_TILES = 64
_MISSING = "the hash of position {} is missing: see `ledger audit`"


def pruned_leaves(session: Session, size: int = 0) -> Iterator[list[bytes]]:
    """The hashes after the first `size`, each time up to the end of a tile, in their order.

    Raises Halt where some in between are missing.
    """
    # Where the size is within a tile, that tile is read whole.
    known, start = size % TILE_WIDTH, size - size % TILE_WIDTH
    while rows := session.of("ledger").rows("pruned_leaves", position=start, count=_TILES):
        leaves: list[bytes] = []
        for first, hashes in rows:
            if first != start + 1 or len(hashes) != TILE_WIDTH * HASH_BYTES:
                raise Halt(_MISSING.format(start + 1))
            leaves += decode_tile(bytes(hashes), TILE_WIDTH)
            start += TILE_WIDTH
        yield leaves[known:]
        known = 0


def next_leaves(session: Session, size: int) -> list[bytes]:
    """The first block of kept leaves. Raises Halt when it is missing."""
    for leaves in pruned_leaves(session, size):
        return leaves
    raise Halt(_MISSING.format(size + 1))
