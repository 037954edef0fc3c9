"""The right edge of the tree: the partial tiles, which are all that is needed to let it grow. Pure."""

from collections.abc import Sequence

import msgspec

from ledger.tlog.tree.merkle import EMPTY_ROOT, fold, hash_perfect
from ledger.tlog.tree.proofs import subtrees
from ledger.tlog.tree.tiles import TILE_BITS, TILE_WIDTH


class FullTile(msgspec.Struct, frozen=True):
    """A tile that became full: 256 hashes."""

    level: int
    number: int
    hashes: tuple[bytes, ...]


class Edge(msgspec.Struct, frozen=True):
    """A tree of `size` leaves by its partial tiles, one a level, from level 0; some may be empty."""

    size: int = 0
    tiles: tuple[tuple[bytes, ...], ...] = ()

    def root(self) -> bytes:
        """The root of the tree."""
        parts = [
            hash_perfect(tile[index << height : (index + 1) << height])
            for tile in reversed(self.tiles)
            for height, index in subtrees(0, len(tile))
        ]
        return fold(parts) if parts else EMPTY_ROOT


def grow(edge: Edge, leaves: Sequence[bytes]) -> tuple[Edge, list[FullTile]]:
    """The edge after more leaf hashes, and the tiles that they filled, lower levels first."""
    tiles: list[tuple[bytes, ...]] = []
    full: list[FullTile] = []
    rising: Sequence[bytes] = leaves
    level = 0
    while rising or level < len(edge.tiles):
        old = edge.tiles[level] if level < len(edge.tiles) else ()
        row = (*old, *rising)
        first = edge.size >> (TILE_BITS * (level + 1))
        filled = [
            FullTile(level, first + number, row[number * TILE_WIDTH : (number + 1) * TILE_WIDTH])
            for number in range(len(row) // TILE_WIDTH)
        ]
        tiles.append(row[len(filled) * TILE_WIDTH :])
        full.extend(filled)
        rising = [hash_perfect(tile.hashes) for tile in filled]
        level += 1
    return Edge(edge.size + len(leaves), tuple(tiles)), full
