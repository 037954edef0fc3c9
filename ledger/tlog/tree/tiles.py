"""Tiles: the hashes of the tree as files of 256, where they lie, and nodes read from them. Pure.

Tile n of level l holds the roots of the perfect subtrees of 256^l leaves from n * 256 on. The last tile of a
level may be partial; its width is part of its name (C2SP tlog-tiles).
"""

from collections.abc import Callable, Iterator, Sequence

from ledger.errors import Unproven
from ledger.tlog.tree.merkle import HASH_BYTES, hash_perfect
from ledger.tlog.tree.proofs import Node

TILE_BITS = 8
TILE_WIDTH = 1 << TILE_BITS


def tile_path(level: int, number: int, width: int = TILE_WIDTH) -> str:
    """Path of a tile below the log's folder: `tile/0/x001/x234/067`, or `tile/0/273.p/112`."""
    return _path(str(level), number, width)


def bundle_path(number: int, width: int = TILE_WIDTH) -> str:
    """Path of the entry bundle beside a tile of level 0."""
    return _path("entries", number, width)


def _path(level: str, number: int, width: int) -> str:
    groups = [f"{number % 1000:03d}"]
    while number := number // 1000:
        groups.insert(0, f"x{number % 1000:03d}")
    partial = "" if width == TILE_WIDTH else f".p/{width}"
    return f"tile/{level}/{'/'.join(groups)}{partial}"


def encode_tile(hashes: Sequence[bytes]) -> bytes:
    """A tile's bytes: its hashes one after the other."""
    return b"".join(hashes)


def decode_tile(content: bytes, width: int) -> list[bytes]:
    """The first `width` hashes of a tile, which may have grown since. Raises Unproven."""
    if len(content) < width * HASH_BYTES or len(content) % HASH_BYTES:
        raise Unproven(f"a tile is damaged: expected {width} hashes in {len(content)} bytes")
    return [content[at : at + HASH_BYTES] for at in range(0, width * HASH_BYTES, HASH_BYTES)]


def last_widths(size: int) -> list[int]:
    """Width of the partial tile of each level, 0 where there is none, in a tree of `size` leaves."""
    widths = []
    while size:
        widths.append(size % TILE_WIDTH)
        size //= TILE_WIDTH
    return widths


def width_at(level: int, number: int, size: int) -> int:
    """Width of a tile in a tree of `size` leaves; 0 when it is not there."""
    hashes = size >> (TILE_BITS * level)
    return max(0, min(TILE_WIDTH, hashes - number * TILE_WIDTH))


def tiles_of(size: int) -> Iterator[tuple[int, int, int]]:
    """Level, number and width of every tile of a tree of `size` leaves."""
    level = 0
    while hashes := size >> (TILE_BITS * level):
        for number in range(-(-hashes // TILE_WIDTH)):
            yield level, number, width_at(level, number, size)
        level += 1


def nodes_of(size: int, read_tile: Callable[[int, int, int], Sequence[bytes]]) -> Node:
    """The nodes of a tree of `size` leaves. `read_tile`: hashes of (level, number, width)."""

    def node(level: int, index: int) -> bytes:
        tile_level, height = divmod(level, TILE_BITS)
        first = index << height
        number, start = divmod(first, TILE_WIDTH)
        tile = read_tile(tile_level, number, width_at(tile_level, number, size))
        return hash_perfect(tile[start : start + (1 << height)])

    return node
