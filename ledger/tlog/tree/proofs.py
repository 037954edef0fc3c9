"""Inclusion and consistency proofs: made from subtrees of the log, checked by anyone. Pure.

A proof is a list of hashes in the order of RFC 9162 (2.1.3, 2.1.4). It is made from *nodes*: a node is
a perfect subtree, (level, index), which covers the leaves from index * 2^level on.
"""

from collections.abc import Callable, Sequence

from ledger.errors import Unproven
from ledger.tlog.tree.merkle import EMPTY_ROOT, HASH_BYTES, fold, hash_children

Node = Callable[[int, int], bytes]
"""Gives the hash of the perfect subtree (level, index)."""

_Span = tuple[int, int]
"""Leaves [first, end)."""


def subtrees(first: int, end: int) -> list[tuple[int, int]]:
    """The perfect subtrees that make up the leaves [first, end), largest first.

    `first` is a multiple of a power of 2 that is no less than the number of leaves.
    """
    spans = []
    while first < end:
        level = (end - first).bit_length() - 1
        spans.append((level, first >> level))
        first += 1 << level
    return spans


def root_at(size: int, node: Node) -> bytes:
    """Root of the tree over the first `size` leaves."""
    return _hash((0, size), node) if size else EMPTY_ROOT


def root_around(size: int, own: _Span, inner: Node, outer: Node) -> bytes:
    """Root of the tree, with nodes of the leaves of `own` from `inner`, and all others from `outer`.

    `own`: neighbouring perfect subtrees of one level; `inner` knows their nodes from that level on.
    """
    first, end = own

    def root(low: int, high: int) -> bytes:
        if high <= first or low >= end:
            return _hash((low, high), outer)
        count = high - low
        if first <= low and high <= end and count & (count - 1) == 0:
            level = count.bit_length() - 1
            return inner(level, low >> level)
        middle = low + _split(count)
        return hash_children(root(low, middle), root(middle, high))

    return root(0, size)


def inclusion_proof(index: int, size: int, node: Node) -> list[bytes]:
    """Hashes that lead from the leaf of an index, from 0, to the root of a tree of `size` leaves."""
    if not 0 <= index < size:
        raise ValueError(f"expected an index below {size}, got {index}")
    spans: list[_Span] = []
    first, end = 0, size
    while end - first > 1:
        middle = first + _split(end - first)
        if index < middle:
            spans.append((middle, end))
            end = middle
        else:
            spans.append((first, middle))
            first = middle
    return [_hash(span, node) for span in reversed(spans)]


def consistency_proof(old: int, new: int, node: Node) -> list[bytes]:
    """Hashes that show a tree of `new` leaves to begin with one of `old`; empty when either is all."""
    if not 0 <= old <= new:
        raise ValueError(f"expected an old size up to {new}, got {old}")
    if old in {0, new}:
        return []
    spans: list[_Span] = []
    first, end, whole = 0, new, True
    while old != end:
        middle = first + _split(end - first)
        if old <= middle:
            spans.append((middle, end))
            end = middle
        else:
            spans.append((first, middle))
            first, whole = middle, False
    if not whole:
        spans.append((first, end))
    return [_hash(span, node) for span in reversed(spans)]


def verify_inclusion(
    leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes
) -> None:
    """Raise Unproven unless the leaf hash is at an index, from 0, of the tree (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < size:
        raise Unproven(f"index {index} lies outside a tree of {size} leaves")
    _check_hashes([leaf, *proof, root])
    position, last, computed = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            raise Unproven("the proof has too many hashes")
        if position & 1 or position == last:
            computed = hash_children(sibling, computed)
            position, last = _up_to_right_child(position, last)
        else:
            computed = hash_children(computed, sibling)
        position, last = position >> 1, last >> 1
    if last != 0:
        raise Unproven("the proof has too few hashes")
    if computed != root:
        raise Unproven("the proof leads to another root: the entry is not there, or was changed")


def verify_consistency(
    old: int, new: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]
) -> None:
    """Raise Unproven unless the new tree begins with the old one (RFC 9162, 2.1.4.2).

    An empty old tree needs no proof: then the proof must be empty (C2SP tlog-witness).
    """
    _check_hashes([old_root, new_root, *proof])
    if not 0 <= old <= new:
        raise Unproven(f"a tree of {new} leaves cannot extend one of {old}")
    if old == 0 and old_root != EMPTY_ROOT:
        raise Unproven("this is not the root of an empty tree")
    if old in {0, new}:
        if proof:
            raise Unproven("the proof has too many hashes")
        if old == new and old_root != new_root:
            raise Unproven("two trees of the same size have different roots")
        return
    _follow(old, new, old_root, new_root, proof)


def _follow(old: int, new: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]) -> None:
    """Compute both roots from a proof; 0 < old < new."""
    hashes = list(proof)
    # An old tree that is perfect is a node itself, and the proof leaves it out.
    if old & (old - 1) == 0:
        hashes.insert(0, old_root)
    if not hashes:
        raise Unproven("the proof has too few hashes")
    position, last = _up_to_left_child(old - 1, new - 1)
    old_computed = new_computed = hashes[0]
    for sibling in hashes[1:]:
        if last == 0:
            raise Unproven("the proof has too many hashes")
        if position & 1 or position == last:
            old_computed, new_computed = (
                hash_children(sibling, old_computed),
                hash_children(sibling, new_computed),
            )
            position, last = _up_to_right_child(position, last)
        else:
            new_computed = hash_children(new_computed, sibling)
        position, last = position >> 1, last >> 1
    if last != 0:
        raise Unproven("the proof has too few hashes")
    if old_computed != old_root or new_computed != new_root:
        raise Unproven("the proof leads to other roots: the new tree does not extend the old one")


def _up_to_left_child(position: int, last: int) -> tuple[int, int]:
    while position & 1:
        position, last = position >> 1, last >> 1
    return position, last


def _up_to_right_child(position: int, last: int) -> tuple[int, int]:
    """Skip the levels on which a node at the right edge has no sibling."""
    while position and not position & 1:
        position, last = position >> 1, last >> 1
    return position, last


def _check_hashes(hashes: Sequence[bytes]) -> None:
    if any(len(digest) != HASH_BYTES for digest in hashes):
        raise Unproven(f"a hash has {HASH_BYTES} bytes")


def _split(count: int) -> int:
    """The largest power of 2 below a number of leaves, at least 2."""
    return 1 << ((count - 1).bit_length() - 1)


def _hash(span: _Span, node: Node) -> bytes:
    return fold([node(level, index) for level, index in subtrees(*span)])
