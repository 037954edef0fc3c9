"""The Merkle tree over the entries: hashing and the root of a growing tree. Pure (RFC 9162, 2.1.1).

Only what an audit needs today; proofs, tiles and checkpoints build on these functions.
"""

import hashlib
from collections.abc import Iterable

__all__ = ["EMPTY_ROOT", "hash_children", "hash_leaf", "root_of"]

EMPTY_ROOT = hashlib.sha256(b"").digest()


def hash_leaf(entry: bytes) -> bytes:
    """Leaf hash of an entry: SHA-256 of 0x00 and the entry."""
    return hashlib.sha256(b"\x00" + entry).digest()


def hash_children(left: bytes, right: bytes) -> bytes:
    """Hash of an inner node: SHA-256 of 0x01, the left and the right child."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def root_of(leaves: Iterable[bytes]) -> tuple[int, bytes]:
    """Number of leaf hashes and their root, in memory that grows with the logarithm of the number.

    Keeps the roots of the perfect subtrees (a compact range): one for each bit of the size.
    """
    size, subtrees = 0, list[bytes]()
    for leaf in leaves:
        node, bits = leaf, size
        while bits & 1:
            node = hash_children(subtrees.pop(), node)
            bits >>= 1
        subtrees.append(node)
        size += 1
    if not subtrees:
        return 0, EMPTY_ROOT
    root = subtrees.pop()
    while subtrees:
        root = hash_children(subtrees.pop(), root)
    return size, root
