"""Answers about the transparency log."""

from typing import Any

from ledger.event import instant
from ledger.tlog.proving.proof_file import Proof
from ledger.tlog.proving.reading import Signed
from ledger.tlog.publishing.publisher import Published
from ledger.tlog.signing.base64 import to_base64
from ledger.tlog.signing.checkpoints import Checkpoint, parse_checkpoint
from ledger.tlog.signing.notes import parse_note
from ledger.tlog.tree.bundles import read_entry


def published_answer(published: Published) -> dict[str, Any]:
    """What a publication left; `entries`: how many it added."""
    return {
        "size": published.size,
        "root": to_base64(published.root),
        "entries": published.entries,
    }


def signed_answer(signed: Signed, age_s: float) -> dict[str, Any]:
    """The published checkpoint and who signed it, by name and key id; nobody has checked them."""
    note = parse_note(signed.content)
    return {
        "origin": signed.checkpoint.origin,
        "size": signed.checkpoint.size,
        "root": to_base64(signed.checkpoint.root),
        "age_s": age_s,
        "signatures": [{"name": one.name, "key_id": one.key_id.hex()} for one in note.signatures],
        "note": signed.content.decode(),
    }


def checkpoint_status(signed: Signed | None, age_s: float | None) -> dict[str, Any]:
    """The published checkpoint in a few figures; size 0 and no root when there is none."""
    if signed is None:
        return {"size": 0, "root": None, "age_s": None}
    root = to_base64(signed.checkpoint.root)
    return {"size": signed.checkpoint.size, "root": root, "age_s": age_s}


def proof_answer(proof: Proof, file: str, entry: str | None) -> dict[str, Any]:
    """What was written where, and under which checkpoint."""
    checkpoint = parse_checkpoint(parse_note(proof.checkpoint).text)
    return {
        "position": proof.index + 1,
        "proof": file,
        "entry": entry,
        "origin": checkpoint.origin,
        "size": checkpoint.size,
        "root": to_base64(checkpoint.root),
    }


def verified_answer(checkpoint: Checkpoint, entry: bytes) -> dict[str, Any]:
    """What is proven: the entry's place and header, and the tree that it is in."""
    header = read_entry(entry)
    return {
        "verified": True,
        "position": header.position,
        "recorded_at": instant(header.recorded_at),
        "stream": str(header.stream),
        "type": header.type,
        "version": header.version,
        "origin": checkpoint.origin,
        "size": checkpoint.size,
        "root": to_base64(checkpoint.root),
    }
