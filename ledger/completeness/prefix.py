"""The prefix tree: 32-byte keys with 32-byte values under one root, and what proves a key there or not.

Pure. The format is that of akd with SHA-256, without epochs of leaves: a node with one child does not exist
but at the root, whose other child is then the empty node. `docs/reference/completeness.md` writes it down.
Nodes are always given in the ascending order of their labels, and none is above another. A proof holds nodes
and not their hashes, so that the hash of each is computed from its label: a hash under another label would
prove a key absent that is there.
"""

import hashlib
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from itertools import chain
from operator import attrgetter
from typing import NamedTuple

from ledger.errors import Unproven

KEY_BYTES = 32
KEY_BITS = 8 * KEY_BYTES
_BITS_BYTES = 4


class Node(NamedTuple):
    """A leaf or a whole subtree.

    `bits`: the length of its label. `label`: 32 bytes, zero behind its bits; that of a leaf is its key.
    `value`: 32 bytes: that of the key, else the hash of the children.
    """

    bits: int
    label: bytes
    value: bytes


def _hash(node: Node) -> bytes:
    bits, label, value = node
    named = hashlib.sha256(bits.to_bytes(_BITS_BYTES) + label).digest()
    return hashlib.sha256(value + named).digest()


_ZERO = bytes(KEY_BYTES)
_NOTHING = hashlib.sha256(b"\x00").digest()
_EMPTY_LABEL = b"\x01" * KEY_BYTES
# Its value is hashed with its label already, as akd has it.
EMPTY = Node(0, _EMPTY_LABEL, _hash(Node(0, _EMPTY_LABEL, _NOTHING)))
"""Stands beside the only child of a root, and alone proves that a key is not in an empty tree."""
_EMPTY_TREE = Node(0, _ZERO, _NOTHING)


def subtree(nodes: Iterable[Node]) -> Node:
    """The node above some nodes, at least one, in memory that grows with the depth alone."""
    each = iter(nodes)
    last = next(each)
    # What stands left of the last subtree, and how many bits each shares with what follows it.
    waiting = list[tuple[Node, int]]()
    for node in each:
        common = _common(last.label, node.label)
        waiting.append((_grown(waiting, last, common), common))
        last = node
    return _grown(waiting, last, -1)


def _grown(waiting: list[tuple[Node, int]], node: Node, common: int) -> Node:
    """The subtree that ends with a node, where what follows it shares only so many bits with it."""
    while waiting and waiting[-1][1] > common:
        left, bits = waiting.pop()
        node = _parent(left, node, bits)
    return node


def root(nodes: Iterable[Node]) -> bytes:
    """The root over some nodes."""
    each = iter(nodes)
    first = next(each, None)
    return _hash(_EMPTY_TREE if first is None else _rooted(subtree(chain([first], each))))


def path(nodes: Sequence[Node], key: bytes) -> tuple[Node, ...]:
    """The nodes beside the way of a key to the root, the lowest first: the proof of what the tree has of it.

    `nodes`: those of a whole tree, among them the leaf of the key where it has one.
    """
    if not nodes:
        return (EMPTY,)
    start, end = 0, len(nodes)
    bits = _bits_over(nodes, start, end)
    # Where all nodes begin with the same bit, the root's other child is the empty node.
    beside = [EMPTY] if bits else []
    while _common(nodes[start].label, key) >= bits and end - start > 1:
        middle = bisect_left(nodes, _upper(key, bits), start, end, key=attrgetter("label"))
        own, other = (start, middle), (middle, end)
        if _bit(key, bits):
            own, other = other, own
        beside.append(subtree(nodes[slice(*other)]))
        start, end = own
        bits = _bits_over(nodes, start, end)
    if _common(nodes[start].label, key) < bits:  # the key would part from all of these higher up
        beside.append(subtree(nodes[start:end]))
    return tuple(reversed(beside))


def _bits_over(nodes: Sequence[Node], start: int, end: int) -> int:
    """The length of the label above the nodes of a range, at least one."""
    if end - start == 1:
        return nodes[start].bits
    return _common(nodes[start].label, nodes[end - 1].label)


def verify(root: bytes, key: bytes, value: bytes | None, beside: Sequence[Node]) -> None:
    """Raise Unproven unless the tree of a root has this value for a key, or nothing for it (None)."""
    if any(not _is_node(node) for node in beside):
        raise Unproven("the proof holds what is no node of a tree")
    if value is not None:
        top = _climbed(Node(KEY_BITS, key, value), beside)
    elif tuple(beside) == (EMPTY,):
        top = _EMPTY_TREE
    else:
        top = _climbed(_parting(key, beside), beside[2:])
    if top.bits or _hash(top) != root:
        raise Unproven("the proof does not lead to the root")


def _parting(key: bytes, beside: Sequence[Node]) -> Node:
    """The lowest node above a key that the tree does not have. Raises Unproven where it might have it."""
    if len(beside) < 2:
        raise Unproven("a proof of absence has two nodes at least")
    if any(_is_above(node, key) for node in beside[:2]):
        raise Unproven("the proof leaves room for the key that it calls absent")
    parent = _joined(beside[0], beside[1])
    if not _is_above(parent, key):
        raise Unproven("the proof of absence is of another place in the tree")
    return parent


def _climbed(node: Node, beside: Sequence[Node]) -> Node:
    for other in beside:
        node = _joined(node, other)
    return node


def _joined(one: Node, other: Node) -> Node:
    """The parent of two nodes in either order. Raises Unproven for two of which one is above the other."""
    if EMPTY in (one, other):
        node = other if one == EMPTY else one
        if node == EMPTY or node.bits == 0:
            raise Unproven("the proof joins nodes that no tree joins")
        return _rooted(node)
    common = _common(one.label, other.label)
    if common >= min(one.bits, other.bits):
        raise Unproven("the proof joins nodes that no tree joins")
    left, right = (other, one) if _bit(one.label, common) else (one, other)
    return _parent(left, right, common)


def _rooted(node: Node) -> Node:
    """The root above the topmost node: itself, or one that has the empty node as its other child."""
    if node.bits == 0:
        return node
    children = (EMPTY, node) if _bit(node.label, 0) else (node, EMPTY)
    return _parent(*children, 0)


def _parent(left: Node, right: Node, bits: int) -> Node:
    value = hashlib.sha256(_hash(left) + _hash(right)).digest()
    return Node(bits, _prefix(left.label, bits), value)


def _is_node(node: Node) -> bool:
    """Whether it is the empty node, or one whose label has nothing behind its bits."""
    if node == EMPTY:
        return True
    sizes = 0 < node.bits <= KEY_BITS and len(node.label) == len(node.value) == KEY_BYTES
    return sizes and _prefix(node.label, node.bits) == node.label


def _is_above(node: Node, key: bytes) -> bool:
    return node != EMPTY and _common(node.label, key) >= node.bits


def _common(one: bytes, other: bytes) -> int:
    """How many bits two labels share at their beginning."""
    return KEY_BITS - (int.from_bytes(one) ^ int.from_bytes(other)).bit_length()


def _prefix(label: bytes, bits: int) -> bytes:
    rest = KEY_BITS - bits
    return (int.from_bytes(label) >> rest << rest).to_bytes(KEY_BYTES)


def _upper(key: bytes, bits: int) -> bytes:
    """The smallest key that begins with the same bits, and then with 1."""
    rest = KEY_BITS - bits - 1
    return ((int.from_bytes(key) >> rest | 1) << rest).to_bytes(KEY_BYTES)


def _bit(label: bytes, place: int) -> int:
    return label[place >> 3] >> (7 - (place & 7)) & 1
