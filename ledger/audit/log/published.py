"""The event table against the published log: each leaf, tile and bundle, and each checkpoint ever signed.

A tree is built from the table and compared with the log's files as it grows. At the size of each signed
checkpoint its root decides: where table and tiles differ, the side that comes to the signed root is right.
"""

from collections.abc import Iterable, Iterator, Sequence

from ledger.audit.findings import Findings
from ledger.audit.log.signed import PublishedLog, SignedCheckpoints
from ledger.errors import ServiceAway, Unproven
from ledger.tlog.publishing.state import edge_at
from ledger.tlog.signing.checkpoints import Checkpoint
from ledger.tlog.tree.edge import Edge, grow
from ledger.tlog.tree.merkle import HASH_BYTES, hash_leaf
from ledger.tlog.tree.tiles import TILE_BITS, TILE_WIDTH, decode_tile, tile_path, width_at

_NO_LEAVES = [bytes(HASH_BYTES)] * TILE_WIDTH
# The words for a position where the table is wrong: for an event, and for a pruned entry.
_EVENT = "the event differs from the published event"
_PRUNED = "the hash that is kept of a pruned entry is missing, or not the published one"


def _told_once(
    first: int, entries: Sequence[bytes | None], differing: Iterable[int]
) -> Iterator[tuple[int, bool]]:
    """Positions that differ, and whether their entry is pruned; of pruned ones the first alone.

    Somebody may have emptied the table of their hashes.
    """
    told = False
    for position in differing:
        gone = entries[position - first - 1] is None
        if not (gone and told):
            yield position, gone
        told = told or gone


class Comparison:
    """Grows the tree of the table, block by block, and compares it with a log. Without one it only grows."""

    def __init__(self, log: PublishedLog | None, findings: Findings) -> None:
        self.pruned = 0
        """Up to which position entries may be missing: their leaves are the hashes that are kept of them."""
        self.kept = Edge()
        """The tree over the hashes that are kept of pruned entries, as far as none is missing."""
        self._kept: dict[int, list[bytes]] = {}
        self._log = log
        self._findings = findings
        self.signed = SignedCheckpoints(log, findings) if log else None
        self._last = self.signed.published if self.signed else None
        self._size = self._last.size if self._last else 0
        self._promises: Iterator[Checkpoint] = iter(())
        self._next: Checkpoint | None = None
        self.roots: dict[int, bytes] = {}
        self._sizes_left: list[int] = []
        self.since: Checkpoint | None = None
        """The checkpoint that an auditor kept: the tree begins with the tiles that it vouches for."""
        self._edge = Edge()
        self._theirs: Edge | None = None
        self._differing: list[tuple[int, bool]] = []  # position, and whether its entry was pruned
        self._bundle: list[bytes | None] = []
        self._bundle_start = 0
        self._noted: set[int] = set()
        self._sound_size = 0
        self._block: list[bytes | None] = []
        self._room = TILE_WIDTH
        self._position = 1

    @property
    def size(self) -> int:
        """How many entries were taken."""
        return self._edge.size + len(self._block)

    @property
    def published_size(self) -> int:
        """How many entries were published when the comparison began."""
        return self._size

    @property
    def root(self) -> bytes:
        """The root over all entries of the table."""
        self._close_block()
        return self._edge.root()

    def want(self, sizes: Iterable[int]) -> None:
        """Keep the root of the tree at some sizes in `roots`. Called before it begins."""
        self._sizes_left = sorted(sizes)

    def begin(self) -> None:
        """Begin the tree. Called before the first entry.

        Where an auditor kept a checkpoint, the tree begins with the tiles that it vouches for, unless they
        make up another tree, which is a finding, or something was pruned behind it: then with nothing.
        """
        kept = self._log.since if self._log else None
        if kept and self.signed and kept.size >= self.pruned and (edge := self._edge_at(kept)):
            self.since, self._edge = kept, edge
            self._position = kept.size + 1
            self._bundle_start = kept.size % TILE_WIDTH
        since = self._edge.size
        self._sizes_left = [size for size in self._sizes_left if size >= since]
        if self.signed:
            self._promises = self.signed.promises(self._size, since)
            self._next = next(self._promises, None)
        self._settle_all()
        self._sound_size = since

    def _edge_at(self, kept: Checkpoint) -> Edge | None:
        """The edge of the tree of a checkpoint, from the tiles; None where the log does not begin with it."""
        assert self._log
        try:
            if kept.size > self._size:
                raise Unproven(f"{self._size} entries are published")
            edge = edge_at(self._log.folder, kept)
        except (Unproven, ServiceAway) as error:
            what = f"the {kept.size} entries of the checkpoint that was kept"
            detail = f"the log does not begin with {what}: {error}"
            self._findings.note(None, "checkpoint", detail)
            return None
        return edge

    def add(self, position: int, entry: bytes) -> None:
        """Take the next entry; where positions are missing before it, published entries stand in."""
        if position > self._position:
            self._pass_over(min(position - 1, self.pruned))
            while self._position < position and self.size < self._size:
                self._append(self._stand_in(self.size))
                self._position += 1
        self._append(entry)
        # A position that goes back, such as the smallest number there is, leaves nothing to stand in for.
        self._position = max(self._position, position + 1)

    def add_hashes(self, first: int, hashes: bytes) -> None:
        """Take the hashes that are kept of pruned entries, from a first position on: a tile of them."""
        number, rest = divmod(first - 1, TILE_WIDTH)
        if rest or len(hashes) != TILE_WIDTH * HASH_BYTES or first > self.pruned:
            self._findings.note(None, "pruned", "the ledger keeps hashes that no pruning left")
            return
        # Rows come in order of position: a missing position before this one was pruned. So few are held at
        # once.
        self._pass_over(first - 1)
        leaves = decode_tile(hashes, TILE_WIDTH)
        self._kept[number] = leaves
        if self.kept.size == first - 1:
            self.kept, _ = grow(self.kept, leaves)

    def end(self) -> None:
        """Compare the rest. The log may have entries that the table does not."""
        self._pass_over(self.pruned)
        if self.size < self._size:
            detail = (
                f"positions up to {self._size} are published and not here: see `ledger restore`"
            )
            self._findings.note(self.size or None, "rolled-back", detail)
        self._close_block()
        for _ in self._promises:  # trees signed meanwhile, and beyond the table
            pass

    def _pass_over(self, last: int) -> None:
        """Let hashes stand for entries that were pruned."""
        while self._position <= last:
            self._append(None)
            self._position += 1

    def _append(self, entry: bytes | None) -> None:
        self._block.append(entry)
        if len(self._block) == self._room:
            self._close_block()

    def _close_block(self) -> None:
        """Let the tree grow by the block, and check a checkpoint of this size."""
        if self._block:
            first, entries, self._block = self._edge.size, self._block, []
            leaves = self._leaves_of(first, entries)
            theirs = self._compare_leaves(first, leaves, entries)
            if self._theirs is None and theirs != leaves:
                self._theirs = self._edge
            if self._theirs is not None:
                self._theirs, _ = grow(self._theirs, theirs)
            self._edge, full = grow(self._edge, leaves)
            # Tiles above the leaves, which must be the hashes of those below.
            for tile in full:
                if tile.level and tile.number < self._size >> (TILE_BITS * (tile.level + 1)):
                    self._compare_tile(tile.level, tile.number, tile.hashes)
        self._settle_all()

    def _settle_all(self) -> None:
        """Check the roots given for a tree of this size."""
        while self._next and self._next.size == self._edge.size:
            self._settle(self._next)
            self._next = next(self._promises, None)
        while self._sizes_left and self._sizes_left[0] <= self._edge.size:
            self.roots[self._sizes_left.pop(0)] = self._edge.root()
        # Entries up to the end of the tile, or to the next size at which a root was signed.
        size = self._edge.size
        ends = [size - size % TILE_WIDTH + TILE_WIDTH, *self._sizes_left[:1]]
        if self._next:
            ends.append(self._next.size)
        self._room = min(ends) - size

    def _leaves_of(self, first: int, entries: Sequence[bytes | None]) -> list[bytes]:
        """The hashes of entries, and in the places of pruned ones those that are kept of them."""
        if first >= self.pruned:
            return [hash_leaf(entry or b"") for entry in entries]
        number, start = divmod(first, TILE_WIDTH)
        # Blocks come in their order, and a block never reaches beyond a tile.
        whole = start + len(entries) == TILE_WIDTH
        kept = self._kept.pop(number, _NO_LEAVES) if whole else self._kept.get(number, _NO_LEAVES)
        return [
            hash_leaf(entry) if entry is not None else kept[start + place]
            for place, entry in enumerate(entries)
        ]

    def _compare_leaves(
        self, first: int, leaves: list[bytes], entries: Sequence[bytes | None]
    ) -> list[bytes]:
        """The leaves as the log has them; those that differ are remembered until the next checkpoint."""
        if self._log is None or first >= self._size:
            return leaves
        number, start = divmod(first, TILE_WIDTH)
        width = width_at(0, number, self._size)
        # Keep the entries of one bundle: checkpoints may have cut it into many blocks.
        if start == 0:
            self._bundle, self._bundle_start, self._noted = [], 0, set()
        self._bundle += entries
        try:
            tile = self._log.folder.tile(0, number, width)
        except (Unproven, ServiceAway) as error:
            self._findings.note(first + 1, "tile", str(error))
            return leaves
        theirs = tile[start : start + len(leaves)]
        theirs += leaves[len(theirs) :]
        if theirs != leaves:
            pairs = enumerate(zip(leaves, theirs, strict=True), first + 1)
            differing = [position for position, (a, b) in pairs if a != b]
            self._differing += _told_once(first, entries, differing)
            self._noted.update(differing)
        if start + len(leaves) >= width:
            self._compare_bundle(number, width)
        return theirs

    def _compare_bundle(self, number: int, width: int) -> None:
        """Compare a bundle as far as it is published, but for entries that differ by a leaf already."""
        assert self._log
        if (number + 1) * TILE_WIDTH <= self.pruned:
            return
        try:
            bundle = self._log.folder.bundle(number, width)
        except (Unproven, ServiceAway) as error:
            self._findings.note(number * TILE_WIDTH + 1, "bundle", str(error))
            return
        start = self._bundle_start
        bundle, ours = bundle[start:], self._bundle[: width - start]
        if bundle == ours:
            return
        for position, (theirs, entry) in enumerate(
            zip(bundle, ours, strict=True), number * TILE_WIDTH + start + 1
        ):
            if theirs != entry and position not in self._noted:
                self._findings.note(position, "bundle", "the bundle holds another entry")

    def _compare_edge(self) -> None:
        """The partial tiles above the leaves, at the published size."""
        for level, row in enumerate(self._edge.tiles):
            if level and row:
                self._compare_tile(level, self._size >> (TILE_BITS * (level + 1)), row)

    def _compare_tile(self, level: int, number: int, hashes: tuple[bytes, ...]) -> None:
        if self._log is None or self._theirs is not None:
            return
        try:
            published = self._log.folder.tile(level, number, len(hashes))
        except (Unproven, ServiceAway) as error:
            self._findings.note(None, "tile", str(error))
        else:
            if tuple(published) != hashes:
                detail = f"{tile_path(level, number, len(hashes))} holds other hashes"
                self._findings.note(None, "tile", detail)

    def _settle(self, promise: Checkpoint) -> None:
        """Decide whether table or tiles are right about the entries up to a signed size."""
        if promise.size == self._size and self._last and promise == self._last:
            self._compare_edge()
            self._last = None
        if self._edge.root() == promise.root:
            for position, _ in self._differing:
                self._findings.note(position, "tile", "the tile holds another leaf than was signed")
        else:
            self._note_differing()
            if self._theirs is None or self._theirs.root() != promise.root:
                since = f"positions {self._sound_size + 1} to {promise.size}"
                self._findings.note(None, "root", f"{since} make up another tree than was signed")
            else:
                self._edge = self._theirs
        self._theirs, self._differing, self._sound_size = None, [], promise.size

    def _note_differing(self) -> None:
        """Name the positions where the table is wrong."""
        for position, gone in self._differing:
            detail = _PRUNED if gone else _EVENT
            self._findings.note(position, "pruned" if gone else "leaf", detail)

    def _stand_in(self, index: int) -> bytes:
        """The published entry where the table has none, so that the others can be compared."""
        assert self._log
        number, place = divmod(index, TILE_WIDTH)
        try:
            return self._log.folder.bundle(number, width_at(0, number, self._size))[place]
        except (Unproven, ServiceAway):
            return b""
