"""A proof in one file: place of an entry, hashes and signed checkpoint. Pure (C2SP tlog-proof)."""

import re
from collections.abc import Collection, Sequence

import msgspec

from ledger.errors import Unproven
from ledger.event import RecordedEvent, decode_event
from ledger.tlog.signing.base64 import from_base64, to_base64
from ledger.tlog.signing.checkpoints import Checkpoint, verify_signers
from ledger.tlog.signing.keys import VerifierKey
from ledger.tlog.signing.policy import Policy
from ledger.tlog.tree.bundles import read_entry
from ledger.tlog.tree.merkle import HASH_BYTES, hash_leaf
from ledger.tlog.tree.proofs import verify_inclusion

_TITLE = "c2sp.org/tlog-proof@v1"
_INDEX = re.compile("index (0|[1-9][0-9]{0,18})")
# A tree of 2^63 leaves has no longer path.
_MOST_HASHES = 63
# The file's other part is a note of at most a megabyte.
_LIMIT_BYTES = 1_010_000


class Proof(msgspec.Struct, frozen=True):
    """That an entry is in a log. `index` from 0. `extra`: bytes that nothing vouches for."""

    index: int
    hashes: tuple[bytes, ...]
    checkpoint: bytes
    extra: bytes | None = None


def encode_proof(proof: Proof) -> bytes:
    """The bytes of the file."""
    extra = [] if proof.extra is None else [f"extra {to_base64(proof.extra)}"]
    hashes = [to_base64(digest) for digest in proof.hashes]
    lines = [_TITLE, *extra, f"index {proof.index}", *hashes, ""]
    return "".join(f"{line}\n" for line in lines).encode() + proof.checkpoint


def parse_proof(content: bytes) -> Proof:
    """Take a file apart, without checking its content. Raises Unproven."""
    if len(content) > _LIMIT_BYTES:
        raise Unproven("a proof file is smaller")
    head, blank, checkpoint = content.partition(b"\n\n")
    try:
        title, *lines = head.decode("ascii").split("\n")
    except UnicodeDecodeError:
        raise Unproven("this is not a proof file") from None
    if title != _TITLE or not blank:
        raise Unproven("this is not a proof file")
    extra = None
    if lines and lines[0].startswith("extra "):
        extra = from_base64(lines.pop(0).removeprefix("extra "))
    index = _INDEX.fullmatch(lines[0]) if lines else None
    if index is None:
        raise Unproven("the proof file names no index")
    return Proof(int(index[1]), _hashes(lines[1:]), checkpoint, extra)


def _hashes(lines: Sequence[str]) -> tuple[bytes, ...]:
    if len(lines) > _MOST_HASHES:
        raise Unproven("the proof has too many hashes")
    hashes = tuple(from_base64(line) for line in lines)
    if any(len(digest) != HASH_BYTES for digest in hashes):
        raise Unproven(f"a hash has {HASH_BYTES} bytes")
    return hashes


def verify_entry(
    proof: Proof, entry: bytes, keys: Collection[VerifierKey], policy: Policy | None = None
) -> Checkpoint:
    """The checkpoint under which the entry is proven to be at the proof's index; else Unproven.

    `policy`: its keys are trusted beside `keys`, and its quorum must have signed.
    """
    trusted = {*keys, *policy.keys} if policy else keys
    checkpoint, signers = verify_signers(proof.checkpoint, trusted)
    if policy and not policy.satisfied(signers):
        raise Unproven("fewer witnesses signed the checkpoint than the policy asks for")
    leaf = hash_leaf(entry)
    verify_inclusion(leaf, proof.index, checkpoint.size, proof.hashes, checkpoint.root)
    return checkpoint


def proven_event(
    proof: Proof, entry: bytes, keys: Collection[VerifierKey], policy: Policy | None = None
) -> tuple[RecordedEvent, Checkpoint]:
    """The event of an entry that is proven as `verify_entry` says, at the position that it states."""
    checkpoint = verify_entry(proof, entry, keys, policy)
    read = read_entry(entry)
    # The log counts from 0, positions from 1. An honest log holds each entry at the position that it states.
    if read.position != proof.index + 1:
        raise Unproven("the entry says that it belongs to another position")
    event = decode_event(
        read.stream, read.version, read.type, read.state, read.position, read.recorded_at
    )
    return event, checkpoint
