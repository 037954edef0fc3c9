"""The index: of each key, how many entries lengthen its chain and what these come to; and its prefix tree.

A file of rows in the order of keys for one size of the log, `index/SIZE`, and one of subtrees,
`index/SIZE.parts`, so that a proof reads a part of the rows. Both follow from the entries alone: whatever a
crash leaves is made again to the same bytes. Rows say whom the ledger knows: they are for the owner alone.
"""

import hashlib
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import groupby
from pathlib import Path
from struct import Struct
from typing import BinaryIO, NamedTuple

from ledger.completeness.naming import keys_of
from ledger.completeness.prefix import KEY_BITS, KEY_BYTES, Node, path, root, subtree
from ledger.errors import Halt, NotPublished, Unproven
from ledger.storage.access import SECRET
from ledger.storage.files import Folder
from ledger.tlog.store.faults import mapped_faults
from ledger.tlog.store.folder import LogFolder
from ledger.tlog.tree.merkle import HASH_BYTES, hash_leaf
from ledger.tlog.tree.tiles import TILE_WIDTH, width_at

NO_HEAD = bytes(HASH_BYTES)
"""What a chain comes to before its first entry."""
INDEX = "index"
_ROW = Struct(f">{KEY_BYTES}sQ{HASH_BYTES}s")
_PART = Struct(f">I{KEY_BYTES}s{KEY_BYTES}sQ")
# Rows whose keys share so many bits are a part: of a million keys some 250, of ten million 2,500.
_PART_BITS = 12
_ROWS_AT_ONCE = 4_096
# Entries whose links are in memory before they are merged into a file: some 60 MB.
_ENTRIES_AT_ONCE = 1_024 * TILE_WIDTH
Beat = Callable[[], None]
"""Called now and then while it works: it is alive."""


class Link(NamedTuple):
    """An entry in a chain: its position, and its leaf hash."""

    position: int
    leaf: bytes


class Chained(NamedTuple):
    """How many entries a chain has, and what they come to."""

    length: int = 0
    head: bytes = NO_HEAD

    @property
    def value(self) -> bytes:
        """Its value in the tree."""
        return hashlib.sha256(self.length.to_bytes(8) + self.head).digest()

    def longer(self, links: Iterable[Link]) -> "Chained":
        """The chain with more entries, in the order of their positions."""
        length, head = self
        for position, leaf in links:
            length += 1
            head = hashlib.sha256(head + position.to_bytes(8) + leaf).digest()
        return Chained(length, head)


Row = tuple[bytes, int, bytes]
"""Key, count and head."""


class Index:
    """The index of a log, in a folder. One writer at a time."""

    def __init__(self, folder: Path) -> None:
        self._folder = Folder(folder, SECRET)

    def sizes(self) -> list[int]:
        """The sizes of which rows are there, ascending."""
        with mapped_faults():
            return sorted(int(name) for name in self._folder.names(INDEX) if name.isdecimal())

    def advance(self, log: LogFolder, size: int, beat: Beat) -> bytes:
        """Let the rows come to a size of the log, from the largest at or below it; the root. Durable.

        Raises Unproven or Halt where the log's entries are not what its tiles say, or pruned.
        """
        begun = max((known for known in self.sizes() if known <= size), default=0)
        while begun < size:
            end = min(size, begun - begun % TILE_WIDTH + _ENTRIES_AT_ONCE)
            links = links_of(log, begun, end, beat)
            rows = merged(self.rows(begun), links, beat)
            with mapped_faults(), self._folder.replacing(f"{INDEX}/{end}") as file:
                file.writelines(_ROW.pack(*row) for row in rows)
            begun = end
        return self._divided(size, beat)

    def root(self, size: int) -> bytes:
        """The root over the rows that are there for a size. Raises ServiceAway where there are none."""
        return root(map(_node, self.rows(size)))

    def rows(self, size: int) -> Iterator[Row]:
        """The rows at a size, in the order of keys; none at 0."""
        if size:
            with mapped_faults(), self._folder.opened(f"{INDEX}/{size}") as file:
                while block := file.read(_ROWS_AT_ONCE * _ROW.size):
                    yield from _ROW.iter_unpack(block)

    def proof(self, size: int, key: bytes) -> tuple[Chained | None, tuple[Node, ...]]:
        """The entry of a key in the index, None without one, and its proof.

        Raises NotPublished when the rows of this size are not kept any more.
        """
        with mapped_faults():
            try:
                content = self._folder.read(f"{INDEX}/{size}.parts", _PART.size << _PART_BITS)
                file = self._folder.opened(f"{INDEX}/{size}")
            except FileNotFoundError:
                raise NotPublished(f"the index of {size} entries is not kept any more") from None
        parts = list(_PART.iter_unpack(content))
        nodes = [Node(*part[:3]) for part in parts]
        number = bisect_right(nodes, part_of(key), key=lambda node: part_of(node.label)) - 1
        with file:
            if number >= 0 and part_of(nodes[number].label) == part_of(key):
                rows = _part_rows(file, [part[3] for part in parts], number)
            else:
                rows = []
        if not rows:
            return None, path(nodes, key)
        leaves = [_node(row) for row in rows]
        found = next((Chained(*row[1:]) for row in rows if row[0] == key), None)
        return found, path([*nodes[:number], *leaves, *nodes[number + 1 :]], key)

    def keep(self, sizes: Iterable[int]) -> None:
        """Remove the files of all other sizes."""
        kept = {name for size in sizes for name in (f"{size}", f"{size}.parts")}
        with mapped_faults():
            names = self._folder.names(INDEX)
            self._folder.remove(f"{INDEX}/{name}" for name in names if name not in kept)

    def _divided(self, size: int, beat: Beat) -> bytes:
        """Write the parts of the rows of a size; the root."""
        nodes, content, first = list[Node](), bytearray(), 0
        for _, rows in groupby(self.rows(size), key=lambda row: part_of(row[0])):
            leaves = [_node(row) for row in rows]
            nodes.append(subtree(leaves))
            content += _PART.pack(*nodes[-1], first)
            first += len(leaves)
            beat()
        with mapped_faults():
            self._folder.write({f"{INDEX}/{size}.parts": bytes(content)})
        return root(nodes)


def links_of(log: LogFolder, begin: int, end: int, beat: Beat) -> dict[bytes, list[Link]]:
    """The entries after the first `begin` up to `end`, by the keys whose chains they lengthen."""
    links: dict[bytes, list[Link]] = {}
    for number in range(begin // TILE_WIDTH, -(-end // TILE_WIDTH)):
        beat()
        width = width_at(0, number, end)
        try:
            entries = log.bundle(number, width)
        except NotPublished:
            raise Halt(
                f"position {number * TILE_WIDTH + 1} is pruned, and the index of completeness lacks it:"
                " put the folder of that index back from a copy"
            ) from None
        start = max(0, begin - number * TILE_WIDTH)
        pairs = zip(entries, log.tile(0, number, width), strict=True)
        for position, (entry, leaf) in enumerate(pairs, number * TILE_WIDTH + 1):
            if position <= number * TILE_WIDTH + start:
                continue
            if hash_leaf(entry) != leaf:
                raise Unproven(f"the entry bundle holds another entry at position {position}")
            for key in keys_of(entry):
                links.setdefault(key, []).append(Link(position, leaf))
    return links


def merged(
    rows: Iterable[Row], links: Mapping[bytes, Iterable[Link]], beat: Beat = lambda: None
) -> Iterator[Row]:
    """Rows in the order of keys, with the links that came since."""
    waiting = sorted(links, reverse=True)
    for number, row in enumerate(rows):
        if number % _ROWS_AT_ONCE == 0:
            beat()
        while waiting and waiting[-1] < row[0]:
            new = waiting.pop()
            yield (new, *Chained().longer(links[new]))
        if waiting and waiting[-1] == row[0]:
            yield (waiting.pop(), *Chained(*row[1:]).longer(links[row[0]]))
        else:
            yield row
    for new in reversed(waiting):
        yield (new, *Chained().longer(links[new]))


def _node(row: Row) -> Node:
    return Node(KEY_BITS, row[0], Chained(*row[1:]).value)


def part_of(key: bytes) -> int:
    """The number of the part that a key is in."""
    return int.from_bytes(key[:2]) >> (16 - _PART_BITS)


def _part_rows(file: BinaryIO, firsts: list[int], number: int) -> list[Row]:
    """The rows of a part. `firsts`: which row is the first of each part."""
    file.seek(firsts[number] * _ROW.size)
    ends = firsts[number + 1] if number + 1 < len(firsts) else None
    count = -1 if ends is None else (ends - firsts[number]) * _ROW.size
    return list(_ROW.iter_unpack(file.read(count)))
