"""The transparency log as a reader sees it: its checkpoint, who signed it, how it grew; one entry of it."""

from contextlib import suppress
from datetime import UTC, datetime

from application.answer import Answer
from application.queries.upkeep.log import SignedCheckpoint, signed_answer
from ledger.audit import PublishedLog
from ledger.errors import Unproven
from ledger.event import instant
from ledger.storage.postgres import Session
from ledger.tlog.proving.left import is_bundle_pruned, row_entry
from ledger.tlog.proving.proof_file import encode_proof
from ledger.tlog.proving.reading import PublishedCheckpoint, kept_entry, prove, published
from ledger.tlog.signing.base64 import to_base64
from ledger.tlog.signing.checkpoints import parse_checkpoint, verify_signers
from ledger.tlog.signing.keys import COSIGNATURE, ED25519, VerifierKey, cosignature_time
from ledger.tlog.signing.notes import parse_note
from ledger.tlog.store.folder import LogFolder


class LogWitness(Answer, frozen=True):
    """A witness of the policy, and when it signed the published checkpoint; null where it did not."""

    name: str
    key: str
    signed_at: str | None


class LogDay(Answer, frozen=True):
    """How many entries were signed at the end of a day."""

    day: str
    size: int


class LogState(Answer, frozen=True):
    """The log. `signed`: whether a key of the log signed the checkpoint, as this program finds.

    `keys`: the log's verification keys, oldest first. `recorded`: the position of the last event.
    `checkpoint`: null when nothing is published, or when it cannot be read (`damaged`).
    """

    origin: str
    keys: list[str]
    recorded: int
    checkpoint: SignedCheckpoint | None
    signed: bool
    damaged: bool
    witnesses: list[LogWitness]
    growth: list[LogDay]


class EventEntry(Answer, frozen=True):
    """An event as bytes, in base64. `entry`: as the log holds it. `row`: as the database holds it now.

    Null where there is none. Nothing here compares them: the reader does. `pruned`: the log has no entry
    there any more, and the row alone can be what was signed.
    """

    position: int
    entry: bytes | None
    row: bytes | None
    pruned: bool


class EventProof(Answer, frozen=True):
    """The proof that the log holds an event; without one where the event is not published yet.

    `damaged`: the files of the log make up no proof. `size`, `root`: of the checkpoint. `hashes`: of the
    way from the entry to the root, the lowest first. `proof`: the file for `ledger verify`.
    """

    position: int
    origin: str
    size: int = 0
    root: str | None = None
    hashes: tuple[str, ...] = ()
    proof: str | None = None
    damaged: bool = False


def log_state(log: PublishedLog, origin: str, now: datetime, recorded: int) -> LogState:
    """The log now. Raises ServiceAway."""
    signed, damaged = _published(log.folder)
    signers = _signers(signed, log.keys) if signed else {}
    own = [key for key in log.keys if key.algorithm == ED25519 and key.name == origin]
    return LogState(
        origin=origin,
        keys=list(dict.fromkeys(key.text for key in own)),
        recorded=recorded,
        checkpoint=signed_answer(signed, _age_s(log.folder, now)) if signed else None,
        signed=bool(signers),
        damaged=damaged,
        witnesses=[
            LogWitness(key.name, key.text, signers.get(key))
            for key in log.keys
            if key.algorithm == COSIGNATURE
        ],
        growth=_growth(log.folder),
    )


def _published(folder: LogFolder) -> tuple[PublishedCheckpoint | None, bool]:
    """The published checkpoint, and whether what is there cannot be read."""
    try:
        return published(folder), False
    except Unproven:
        return None, True


def _growth(folder: LogFolder) -> list[LogDay]:
    """The last checkpoint of each day; a day whose last one is damaged is left out."""
    days = []
    for day, content in folder.history.days():
        with suppress(Unproven):
            days.append(LogDay(day, parse_checkpoint(parse_note(content).text).size))
    return days


def _signers(
    signed: PublishedCheckpoint, keys: tuple[VerifierKey, ...]
) -> dict[VerifierKey, str | None]:
    """The keys that signed, with the time of a witness; none at all where a signature is wrong."""
    try:
        _, signers = verify_signers(signed.content, keys)
    except Unproven:
        return {}
    signatures = parse_note(signed.content).signatures
    return {
        key: _signed_at(signature.content) if key.algorithm == COSIGNATURE else None
        for key in signers
        for signature in signatures
        if signature.by(key)
    }


def _signed_at(signature: bytes) -> str:
    return instant(datetime.fromtimestamp(cosignature_time(signature), tz=UTC))


def _age_s(folder: LogFolder, now: datetime) -> float:
    return max(0.0, round(now.timestamp() - folder.checkpoint_time(), 1))


def event_entry(session: Session, folder: LogFolder, position: int) -> EventEntry:
    """An event as log and database hold it. `session`: of the reader."""
    entry, pruned = None, False
    with suppress(Unproven):  # then the reader finds no entry where the log promised one
        pruned = is_bundle_pruned(folder, position)
        entry = None if pruned else kept_entry(folder, position)
    return EventEntry(position, entry, row_entry(session, position), pruned)


def event_proof(folder: LogFolder, origin: str, position: int) -> EventProof:
    """The proof of an event, from the files of the log. Raises ServiceAway."""
    try:
        signed = published(folder)
        if signed is None or position > signed.checkpoint.size:
            return EventProof(position, origin)
        proof = prove(folder, position)
    except Unproven:
        return EventProof(position, origin, damaged=True)
    checkpoint = parse_checkpoint(parse_note(proof.checkpoint).text)
    return EventProof(
        position=position,
        origin=checkpoint.origin,
        size=checkpoint.size,
        root=to_base64(checkpoint.root),
        hashes=tuple(to_base64(one) for one in proof.hashes),
        proof=encode_proof(proof).decode(),
    )
