"""The hashes of entries that were pruned, as the database keeps them: from them the log can be made again."""

from collections.abc import Iterator

from ledger.errors import Halt
from ledger.storage.postgres import Session
from ledger.tlog.tree.merkle import HASH_BYTES
from ledger.tlog.tree.tiles import TILE_WIDTH, decode_tile

# How many tiles are read at once: 512 kB.
_TILES = 64


def pruned_leaves(session: Session, size: int = 0) -> Iterator[list[bytes]]:
    """The hashes after the first `size`, which are whole tiles; some tiles at a time, in their order.

    Raises Halt where some in between are missing.
    """
    while rows := session.of("ledger").rows("pruned_leaves", position=size, count=_TILES):
        leaves: list[bytes] = []
        for first, hashes in rows:
            if first != size + 1 or len(hashes) != TILE_WIDTH * HASH_BYTES:
                raise Halt(f"the hash of position {size + 1} is missing: see `ledger audit`")
            leaves += decode_tile(bytes(hashes), TILE_WIDTH)
            size += TILE_WIDTH
        yield leaves
