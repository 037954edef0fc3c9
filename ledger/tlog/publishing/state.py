"""The publisher's starting point: the tree that was signed last, read back from its files and checked."""

from collections.abc import Sequence
from functools import cache
from itertools import pairwise

import msgspec

from ledger.errors import Halt, Unproven
from ledger.tlog.signing.checkpoints import Checkpoint, verify_checkpoint
from ledger.tlog.signing.keys import VerifierKey
from ledger.tlog.store.folder import LogFolder
from ledger.tlog.tree.bundles import encode_bundle
from ledger.tlog.tree.edge import Edge, FullTile, grow
from ledger.tlog.tree.merkle import hash_leaf
from ledger.tlog.tree.proofs import Node, consistency_proof, root_at, verify_consistency
from ledger.tlog.tree.tiles import (
    TILE_WIDTH,
    bundle_path,
    encode_tile,
    last_widths,
    nodes_of,
    tile_path,
)


class State(msgspec.Struct, frozen=True):
    """A tree with the nodes that it needs to grow.

    `last_leaf`: hash of its last leaf, None when it is empty. `entries`: of the partial bundle.
    """

    edge: Edge = Edge()
    last_leaf: bytes | None = None
    entries: tuple[bytes, ...] = ()


class GrownTree(msgspec.Struct, frozen=True):
    """A tree after more entries, and the files that it needs beside those of before."""

    state: State
    full: tuple[FullTile, ...]
    tiles: dict[str, bytes]
    bundles: dict[str, bytes]


def last_promise(folder: LogFolder, keys: Sequence[VerifierKey]) -> tuple[bytes, Checkpoint] | None:
    """The checkpoint that was signed last, published or not; None for a new log.

    Raises Halt when its files are damaged or contradict each other.
    """
    signed, published = folder.history.last(), folder.checkpoint()
    # Oldest first: a checkpoint is in the history before it is published. Without witnesses both are one.
    promises = [content for content in dict.fromkeys((published, signed)) if content is not None]
    try:
        checked = [(content, verify_checkpoint(content, keys)) for content in promises]
        for (_, old), (_, new) in pairwise(checked):
            _check_consistent(old, new, nodes_of(new.size, folder.tile))
    except Unproven as error:
        raise Halt(f"the checkpoints in {folder.path} cannot be trusted: {error}") from None
    return checked[-1] if checked else None


def _check_consistent(old: Checkpoint, new: Checkpoint, node: Node) -> None:
    proof = consistency_proof(old.size, new.size, node) if old.size <= new.size else []
    verify_consistency(old.size, new.size, old.root, new.root, proof)


def load(folder: LogFolder, promise: Checkpoint) -> State:
    """The state at a checkpoint, from tiles and bundles. Raises Halt when they do not make up its tree."""
    size = promise.size
    try:
        edge = edge_at(folder, promise)
        if size == 0:
            return State(edge)
        number, width = divmod(size, TILE_WIDTH)
        entries = tuple(folder.bundle(number, width)) if width else ()
        # Without a partial tile the last leaf ends the full tile before.
        leaves = edge.tiles[0] or folder.tile(0, number - 1, TILE_WIDTH)
        if tuple(map(hash_leaf, entries)) != edge.tiles[0]:
            raise Unproven("its last entry bundle holds other entries")
    except Unproven as error:
        raise Halt(f"the log in {folder.path} is not what was signed: {error}") from None
    return State(edge, leaves[-1], entries)


def edge_at(folder: LogFolder, promise: Checkpoint) -> Edge:
    """The right edge of a checkpoint's tree, from tiles. Raises Unproven where they make up another."""
    size = promise.size
    edge = Edge(size, tuple(_row(folder, size, level) for level in range(len(last_widths(size)))))
    if edge.root() != promise.root:
        raise Unproven("its tiles make up another tree")
    return edge


def _row(folder: LogFolder, size: int, level: int) -> tuple[bytes, ...]:
    number, width = divmod(size >> (8 * level), TILE_WIDTH)
    return tuple(folder.tile(level, number, width)) if width else ()


def grown(state: State, entries: Sequence[bytes]) -> GrownTree:
    """The state after more entries, at least one, and every file that its tree needs in addition. Pure."""
    edge, full = grow(state.edge, [hash_leaf(entry) for entry in entries])
    rows = (*state.entries, *entries)
    first = state.edge.size // TILE_WIDTH
    whole = len(rows) // TILE_WIDTH
    tiles = _tiles(edge, full)
    bundles = _whole_bundles(rows[: whole * TILE_WIDTH], first)
    rest = rows[whole * TILE_WIDTH :]
    if rest:
        bundles[bundle_path(first + whole, len(rest))] = encode_bundle(rest)
    return GrownTree(State(edge, hash_leaf(entries[-1]), rest), tuple(full), tiles, bundles)


def grown_by_leaves(state: State, leaves: Sequence[bytes]) -> GrownTree:
    """The state after the hashes of entries that are gone, up to the end of a tile; no bundles. Pure."""
    edge, full = grow(state.edge, leaves)
    return GrownTree(State(edge, leaves[-1]), tuple(full), _tiles(edge, full), {})


def _tiles(edge: Edge, full: Sequence[FullTile]) -> dict[str, bytes]:
    """The tiles of a tree that has grown, by path: those that became full, and the partial ones."""
    tiles = {tile_path(tile.level, tile.number): encode_tile(tile.hashes) for tile in full}
    for level, row in enumerate(edge.tiles):
        if row:
            number = edge.size >> (8 * (level + 1))
            tiles[tile_path(level, number, len(row))] = encode_tile(row)
    return tiles


def _whole_bundles(rows: Sequence[bytes], first: int) -> dict[str, bytes]:
    """The bundles of entries that fill them, by path; `first`: number of the first one."""
    starts = range(0, len(rows), TILE_WIDTH)
    return {
        bundle_path(number): encode_bundle(rows[start : start + TILE_WIDTH])
        for number, start in enumerate(starts, first)
    }


def check_extension(folder: LogFolder, old: Checkpoint, new: Checkpoint) -> None:
    """Raise Halt unless the files hold the new tree and it begins with the old one."""
    # Root and proof are made of the same tiles at the edge: each is read once.
    node = cache(nodes_of(new.size, cache(folder.tile)))
    try:
        if root_at(new.size, node) != new.root:
            raise Unproven("the tiles that were written make up another tree")
        _check_consistent(old, new, node)
    except Unproven as error:
        raise Halt(f"nothing more is signed: {error}") from None
