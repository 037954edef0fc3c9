"""Tiles: the hashes of the tree as files of 256, where they lie, and nodes read from them. Pure.

Tile n of level l holds the roots of the perfect subtrees of 256^l leaves from n * 256 on. The last tile of a
level may be partial; its width is part of its name (C2SP tlog-tiles).
"""

import re
from collections.abc import Callable, Sequence
from typing import NamedTuple

from ledger.errors import Unproven
from ledger.tlog.tree.merkle import HASH_BYTES, hash_perfect
from ledger.tlog.tree.proofs import Node, root_around

ReadTile = Callable[[int, int, int], Sequence[bytes]]
"""Gives the hashes of a tile by level, number and width."""

TILE_BITS = 8
TILE_WIDTH = 1 << TILE_BITS
# The standard allows 63; a tree of 2^63 leaves has no tile above level 7.
_MOST_LEVEL = 63
_PATH = re.compile(
    r"tile/(?P<level>entries|[0-9]{1,2})/(?P<number>(?:x[0-9]{3}/){0,6}[0-9]{3})"
    r"(?:\.p/(?P<width>[1-9][0-9]{0,2}))?"
)


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


class FilePlace(NamedTuple):
    """The path of a tile or a bundle, taken apart. `level`: None for a bundle."""

    level: int | None
    number: int
    width: int

    @property
    def path(self) -> str:
        """The only path of it."""
        level = "entries" if self.level is None else str(self.level)
        return _path(level, self.number, self.width)

    @property
    def least_size(self) -> int:
        """The leaves of the smallest tree that has it."""
        return (self.number * TILE_WIDTH + self.width) << (TILE_BITS * (self.level or 0))

    def is_in(self, size: int) -> bool:
        """Whether a tree of `size` leaves has it, whole or as the beginning of a wider one."""
        return width_at(self.level or 0, self.number, size) >= self.width


def place_of(path: str) -> FilePlace | None:
    """The tile or bundle of a path; None for any other spelling than that of `tile_path` and
    `bundle_path`.
    """
    parts = _PATH.fullmatch(path)
    if parts is None:
        return None
    level = None if parts["level"] == "entries" else int(parts["level"])
    number, width = int(re.sub("[x/]", "", parts["number"])), int(parts["width"] or TILE_WIDTH)
    place = FilePlace(level, number, width)
    sound = width <= TILE_WIDTH and (level or 0) <= _MOST_LEVEL
    return place if sound and place.path == path else None


def root_with(size: int, place: FilePlace, hashes: Sequence[bytes], read_tile: ReadTile) -> bytes:
    """The root of a tree of `size` leaves in which a tile has these hashes. `read_tile`: gives the others."""
    unit = TILE_BITS * (place.level or 0)
    first = place.number << (TILE_BITS + unit)

    def own(level: int, index: int) -> bytes:
        start = ((index << level) - first) >> unit
        return hash_perfect(hashes[start : start + (1 << (level - unit))])

    end = first + (len(hashes) << unit)
    return root_around(size, (first, end), own, nodes_of(size, read_tile))


def encode_tile(hashes: Sequence[bytes]) -> bytes:
    """A tile's bytes: its hashes one after the other."""
    return b"".join(hashes)


def decode_tile(content: bytes, width: int) -> list[bytes]:
    """The first `width` hashes of a tile, which may have grown since. Raises Unproven."""
    if len(content) < width * HASH_BYTES or len(content) % HASH_BYTES:
        raise Unproven(f"a tile is damaged: expected {width} hashes in {len(content)} bytes")
    return [content[at : at + HASH_BYTES] for at in range(0, width * HASH_BYTES, HASH_BYTES)]


def last_widths(size: int) -> list[int]:
    """Width of the partial tile of each level, 0 for a level without one, in a tree of `size` leaves."""
    widths = []
    while size:
        widths.append(size % TILE_WIDTH)
        size //= TILE_WIDTH
    return widths


def width_at(level: int, number: int, size: int) -> int:
    """Width of a tile in a tree of `size` leaves; 0 when it is not there."""
    hashes = size >> (TILE_BITS * level)
    return max(0, min(TILE_WIDTH, hashes - number * TILE_WIDTH))


def nodes_of(size: int, read_tile: ReadTile) -> Node:
    """The nodes of a tree of `size` leaves."""

    def node(level: int, index: int) -> bytes:
        tile_level, height = divmod(level, TILE_BITS)
        first = index << height
        number, start = divmod(first, TILE_WIDTH)
        tile = read_tile(tile_level, number, width_at(tile_level, number, size))
        return hash_perfect(tile[start : start + (1 << height)])

    return node
