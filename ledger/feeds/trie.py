"""The tree over the members of a feed: a place for every token, so that a path proves it there or not.

Pure. A token is read bit by bit, from the highest: 0 goes left, 1 goes right, until it is alone. The root
binds everything on a path, and a token has one path, so no prover can show both that it is there and that it
is not. Neighbours in a sorted list would need a checker who knows that the list is sorted.
"""

import hashlib
from base64 import b64decode
from bisect import bisect_left
from collections.abc import Sequence

import msgspec

from ledger.errors import Unproven
from ledger.tlog.tree.merkle import EMPTY_ROOT, HASH_BYTES, hash_children, hash_leaf

TOKEN_BYTES = 16
_BITS = 8 * TOKEN_BYTES
_TITLE = b"processing-ledger/feed/1\n"
_SIZE_BYTES = 8
_PLAIN = str.maketrans("-_", "+/")


class Path(msgspec.Struct, frozen=True):
    """The way of a token from the root. `siblings`: hashes beside it, the highest first.

    `found`: the token at its end: the same token, another that begins alike, or None.
    """

    siblings: tuple[bytes, ...]
    found: bytes | None


def commitment(public: bytes, size: int, root: bytes) -> bytes:
    """The hash that an event commits to: over the key of the tokens, their number, and the root of their
    tree.
    """
    return hashlib.sha256(_TITLE + public + size.to_bytes(_SIZE_BYTES) + root).digest()


def root_in(text: str) -> bytes | None:
    """The root that an event spells in hex or base64; None unless the text spells 32 bytes."""
    try:
        if len(text) == 2 * HASH_BYTES:
            return bytes.fromhex(text)
        padded = text.rstrip("=") + "=" * (-len(text.rstrip("=")) % 4)
        root = b64decode(padded.translate(_PLAIN), validate=True)
    except ValueError:
        return None
    return root if len(root) == HASH_BYTES else None


def root_of(tokens: Sequence[bytes]) -> bytes:
    """The root over different tokens in ascending order."""
    return _root(tokens, 0, len(tokens), 0)


def _root(tokens: Sequence[bytes], start: int, end: int, depth: int) -> bytes:
    """The root of the tokens from `start` to `end`, whose first `depth` bits are the same."""
    if end - start < 2:
        return hash_leaf(tokens[start]) if start < end else EMPTY_ROOT
    middle = _middle(tokens, start, end, depth)
    return hash_children(
        _root(tokens, start, middle, depth + 1), _root(tokens, middle, end, depth + 1)
    )


def _middle(tokens: Sequence[bytes], start: int, end: int, depth: int) -> int:
    """Where the tokens begin whose next bit is 1."""
    first = int.from_bytes(tokens[start]) >> (_BITS - depth)
    right = ((first << 1) | 1) << (_BITS - depth - 1)
    return bisect_left(tokens, right.to_bytes(TOKEN_BYTES), start, end)


def path_of(tokens: Sequence[bytes], token: bytes) -> Path:
    """The way of a token through the tree of tokens in ascending order."""
    siblings: list[bytes] = []
    start, end = 0, len(tokens)
    while end - start > 1:
        depth = len(siblings)
        middle = _middle(tokens, start, end, depth)
        left, right = (start, middle), (middle, end)
        (start, end), sibling = (right, left) if _bit(token, depth) else (left, right)
        siblings.append(_root(tokens, *sibling, depth + 1))
    return Path(tuple(siblings), tokens[start] if start < end else None)


def verify_path(root: bytes, token: bytes, path: Path) -> bool:
    """Whether a token is in the tree with a root. Raises Unproven when the path does not tell."""
    _check_path(token, path)
    depth = len(path.siblings)
    node = EMPTY_ROOT if path.found is None else hash_leaf(path.found)
    for height, sibling in enumerate(reversed(path.siblings), 1):
        is_right = _bit(token, depth - height)
        node = hash_children(sibling, node) if is_right else hash_children(node, sibling)
    if node != root:
        raise Unproven("the path does not lead to the root that the event commits to")
    # Another token, or none, at the end of the only path: then this one is not in the tree.
    return path.found == token


def _check_path(token: bytes, path: Path) -> None:
    """A path has hashes only, no more than a token has bits, and ends where the token would be."""
    depth, last = len(path.siblings), path.found
    if depth > _BITS or any(len(sibling) != HASH_BYTES for sibling in path.siblings):
        raise Unproven("the path has too many hashes, or one of another length")
    if last is None:
        return
    if len(last) != TOKEN_BYTES or _prefix(last, depth) != _prefix(token, depth):
        raise Unproven("the path leads to a place of another token")


def _bit(token: bytes, depth: int) -> bool:
    return bool(token[depth >> 3] >> (7 - (depth & 7)) & 1)


def _prefix(token: bytes, bits: int) -> int:
    return int.from_bytes(token) >> (_BITS - bits)
