"""Answers about the transparency log."""

from datetime import datetime
from typing import Literal

from application.answer import Answer
from ledger.event import instant
from ledger.tlog.proving.proof_file import Proof
from ledger.tlog.proving.reading import PublishedCheckpoint, published
from ledger.tlog.publishing.publisher import Published
from ledger.tlog.signing.base64 import to_base64
from ledger.tlog.signing.checkpoints import Checkpoint, parse_checkpoint
from ledger.tlog.signing.notes import parse_note
from ledger.tlog.store.folder import LogFolder
from ledger.tlog.tree.bundles import read_entry


class Publication(Answer, frozen=True):
    """What a publication left: the tree that is signed now, and how many `entries` it added."""

    size: int
    root: str
    entries: int


class Signature(Answer, frozen=True):
    """Who signed a checkpoint, as it says itself: the signature is not checked."""

    name: str
    key_id: str


class SignedCheckpoint(Answer, frozen=True):
    """The published checkpoint, what it says, and the whole signed `note` of it."""

    origin: str
    size: int
    root: str
    age_s: float
    signatures: list[Signature]
    note: str


class CheckpointStatus(Answer, frozen=True):
    """The published checkpoint in a few figures; size 0 and no root when there is none."""

    size: int
    root: str | None
    age_s: float | None


class WrittenProof(Answer, frozen=True):
    """What was written where, and under which checkpoint. `proof`, `entry`: names of files."""

    position: int
    proof: str
    entry: str | None
    origin: str
    size: int
    root: str


class VerifiedEntry(Answer, frozen=True):
    """What is proven: the entry's place and header, and the tree that it is in."""

    verified: Literal[True]
    position: int
    recorded_at: str
    stream: str
    type: str
    version: int
    origin: str
    size: int
    root: str


class LogKeys(Answer, frozen=True):
    """The verification keys of the log, oldest first."""

    origin: str
    keys: list[str]


class NewLogKey(Answer, frozen=True):
    """The verification key that the log signs with from now on."""

    origin: str
    key: str


def published_answer(published: Published) -> Publication:
    """What a publication left."""
    return Publication(
        size=published.size, root=to_base64(published.root), entries=published.entries
    )


def signed_answer(signed: PublishedCheckpoint, age_s: float) -> SignedCheckpoint:
    """The published checkpoint and who signed it, by name and key id."""
    note = parse_note(signed.content)
    return SignedCheckpoint(
        origin=signed.checkpoint.origin,
        size=signed.checkpoint.size,
        root=to_base64(signed.checkpoint.root),
        age_s=age_s,
        signatures=[
            Signature(signature.name, signature.key_id.hex()) for signature in note.signatures
        ],
        note=signed.content.decode(),
    )


def checkpoint_status(signed: PublishedCheckpoint | None, age_s: float | None) -> CheckpointStatus:
    """The published checkpoint for a status."""
    if signed is None:
        return CheckpointStatus(0, None, None)
    return CheckpointStatus(signed.checkpoint.size, to_base64(signed.checkpoint.root), age_s)


def checkpoint_now(folder: LogFolder, now: datetime) -> CheckpointStatus:
    """The published checkpoint for a status. Raises Unproven when it is damaged."""
    signed = published(folder)
    return checkpoint_status(signed, age_s(folder, now) if signed else None)


def age_s(folder: LogFolder, now: datetime) -> float:
    """Seconds since the checkpoint was published, to a tenth."""
    return max(0.0, round(now.timestamp() - folder.checkpoint_time(), 1))


def proof_answer(proof: Proof, file: str, entry: str | None) -> WrittenProof:
    """What was written where, and under which checkpoint."""
    checkpoint = parse_checkpoint(parse_note(proof.checkpoint).text)
    return WrittenProof(
        position=proof.index + 1,
        proof=file,
        entry=entry,
        origin=checkpoint.origin,
        size=checkpoint.size,
        root=to_base64(checkpoint.root),
    )


def verified_answer(checkpoint: Checkpoint, entry: bytes) -> VerifiedEntry:
    """What is proven of an entry whose proof holds."""
    header = read_entry(entry)
    return VerifiedEntry(
        verified=True,
        position=header.position,
        recorded_at=instant(header.recorded_at),
        stream=str(header.stream),
        type=header.type,
        version=header.version,
        origin=checkpoint.origin,
        size=checkpoint.size,
        root=to_base64(checkpoint.root),
    )
