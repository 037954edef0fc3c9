"""The Merkle tree over the entries: hashes, and the root of a growing tree. Pure (RFC 9162, 2.1.1)."""

import hashlib
from collections.abc import Iterable, Sequence

HASH_BYTES = 32
EMPTY_ROOT = hashlib.sha256(b"").digest()


def hash_leaf(entry: bytes) -> bytes:
    """Leaf hash of an entry: SHA-256 of 0x00 and the entry."""
    return hashlib.sha256(b"\x00" + entry).digest()


def hash_children(left: bytes, right: bytes) -> bytes:
    """Hash of an inner node: SHA-256 of 0x01, the left and the right child."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def hash_perfect(hashes: Sequence[bytes]) -> bytes:
    """Root of a perfect subtree over neighbouring hashes of one level; their number is a power of 2."""
    sha256 = hashlib.sha256
    row = hashes
    while len(row) > 1:
        each = iter(row)
        row = [
            sha256(b"\x01" + left + right).digest() for left, right in zip(each, each, strict=True)
        ]
    return row[0]


def fold(subtrees: Sequence[bytes]) -> bytes:
    """Root over perfect subtrees that shrink from left to right; at least one."""
    root = subtrees[-1]
    for left in subtrees[-2::-1]:
        root = hash_children(left, root)
    return root


class CompactRange:
    """The roots of the perfect subtrees of a tree that grows: one for each bit of its size."""

    def __init__(self) -> None:
        self.size = 0
        self._subtrees: list[bytes] = []

    def add(self, leaf: bytes) -> None:
        """Grow by one leaf hash."""
        node, bits = leaf, self.size
        while bits & 1:
            node = hash_children(self._subtrees.pop(), node)
            bits >>= 1
        self._subtrees.append(node)
        self.size += 1

    def root(self) -> bytes:
        """The root at this size."""
        return fold(self._subtrees) if self._subtrees else EMPTY_ROOT


def root_of(leaves: Iterable[bytes]) -> tuple[int, bytes]:
    """Number of leaf hashes and their root, in memory that grows with the logarithm of the number."""
    tree = CompactRange()
    for leaf in leaves:
        tree.add(leaf)
    return tree.size, tree.root()
