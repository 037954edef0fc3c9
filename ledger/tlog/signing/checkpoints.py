"""Checkpoints: a log's signed statements of its tree. Pure (C2SP tlog-checkpoint).

The log must never sign two that contradict each other; `publisher` sees to that.
"""

import re
from collections.abc import Collection

import msgspec

from ledger.errors import Unproven
from ledger.tlog.signing.base64 import from_base64, to_base64
from ledger.tlog.signing.keys import ED25519, Signer, VerifierKey, cosignature
from ledger.tlog.signing.notes import Note, Signature, encode_note, parse_note, verify_note
from ledger.tlog.tree.merkle import EMPTY_ROOT, HASH_BYTES

# A position is a bigint.
_MOST_LEAVES = 2**63 - 1
_SIZE = re.compile("0|[1-9][0-9]{0,18}")


class Checkpoint(msgspec.Struct, frozen=True):
    """A tree of a log. `extensions`: lines that we never write and only carry along."""

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()


def checkpoint_text(checkpoint: Checkpoint) -> str:
    """The text that is signed."""
    lines = [checkpoint.origin, str(checkpoint.size), to_base64(checkpoint.root)]
    return "".join(f"{line}\n" for line in (*lines, *checkpoint.extensions))


def parse_checkpoint(text: str) -> Checkpoint:
    """Read the text of a checkpoint. Raises Unproven for any other bytes than its own."""
    lines = text.split("\n")
    if len(lines) < 4 or not all(lines[:-1]) or lines[-1]:
        raise Unproven("a checkpoint has an origin, a size and a root, each on a line")
    origin, size, root, *extensions = lines[:-1]
    if not _SIZE.fullmatch(size) or int(size) > _MOST_LEAVES:
        raise Unproven("the size of a checkpoint is a number without leading zeros")
    checkpoint = Checkpoint(origin, int(size), from_base64(root), tuple(extensions))
    if len(checkpoint.root) != HASH_BYTES:
        raise Unproven(f"the root of a checkpoint has {HASH_BYTES} bytes")
    if checkpoint.size == 0 and checkpoint.root != EMPTY_ROOT:
        raise Unproven("an empty tree has another root")
    return checkpoint


def sign_checkpoint(checkpoint: Checkpoint, key: Signer) -> bytes:
    """The signed note of a checkpoint of the key's log."""
    text = checkpoint_text(checkpoint)
    signature = Signature(key.verifier.name, key.verifier.key_id, key.sign(text.encode()))
    return encode_note(Note(text, (signature,)))


def cosign_checkpoint(text: str, key: Signer, time: int) -> Signature:
    """A witness's signature under a checkpoint's text. `time`: seconds since 1970."""
    return Signature(key.verifier.name, key.verifier.key_id, cosignature(key, text, time))


def verify_checkpoint(content: bytes, keys: Collection[VerifierKey]) -> Checkpoint:
    """The checkpoint of a signed note; Unproven unless a given key of its own log signed it.

    Keys of witnesses may be among `keys`: if they signed, they must have signed this.
    """
    return verify_signers(content, keys)[0]


def verify_signers(
    content: bytes, keys: Collection[VerifierKey]
) -> tuple[Checkpoint, list[VerifierKey]]:
    """The checkpoint of a signed note, and the given keys that signed it; Unproven as in
    `verify_checkpoint`.
    """
    note = parse_note(content)
    checkpoint = parse_checkpoint(note.text)
    signers = [key for key, _ in verify_note(note, keys)]
    if not any(key.name == checkpoint.origin and key.algorithm == ED25519 for key in signers):
        raise Unproven("the checkpoint is not signed by a given key of its log")
    return checkpoint, signers
