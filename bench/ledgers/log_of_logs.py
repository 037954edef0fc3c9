"""One log over the logs of all ledgers: its entries are their signed checkpoints, byte for byte.

It takes a checkpoint as a witness signs one: signed by its ledger, and an extension of the one before. So two
histories of one ledger cannot both be in it. Its own checkpoint is published once its witnesses signed it.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from http import HTTPStatus

import msgspec

from ledger.errors import Unproven
from ledger.tlog.proving.proof_file import Proof, verify_entry
from ledger.tlog.proving.reading import prove, published
from ledger.tlog.publishing.delivery import Delivery
from ledger.tlog.publishing.observer import PublisherObserver
from ledger.tlog.publishing.state import State, grown, load
from ledger.tlog.signing.checkpoints import (
    Checkpoint,
    parse_checkpoint,
    sign_checkpoint,
    verify_checkpoint,
)
from ledger.tlog.signing.keys import Signer, VerifierKey
from ledger.tlog.signing.notes import parse_note
from ledger.tlog.signing.policy import Policy
from ledger.tlog.store.folder import LogFolder
from ledger.tlog.tree.proofs import consistency_proof
from ledger.tlog.tree.tiles import TILE_WIDTH, nodes_of, width_at
from ledger.tlog.witnessing.cosigning import Answer, Request, encode_request, judge
from ledger.tlog.witnessing.witnesses import Witnesses

CLOSED = "closed: continued by "
"""How the last checkpoint of a ledger that was split says so, in a line of its own."""
Keys = Mapping[str, Collection[VerifierKey]]
"""The keys of each ledger's log by its origin."""


class LogOfLogs:
    """The log while it grows. One writer at a time."""

    def __init__(
        self, folder: LogFolder, key: Signer, keys: Keys, witnesses: Witnesses | None = None
    ) -> None:
        self.folder = folder
        self._key = key
        self._keys = keys
        self._delivery = Delivery(folder, witnesses, PublisherObserver())
        signed = published(folder)
        self._state = load(folder, signed.checkpoint) if signed else State()
        self.last = latest(folder)

    def offer(self, request: bytes) -> Checkpoint | Answer:
        """Whether a checkpoint may get in: what a witness would answer, and nothing after the closing one."""
        judged = judge(request, self._keys, self.last)
        if isinstance(judged, Answer):
            return judged
        asked, checkpoint = judged
        last = self.last.get(checkpoint.origin)
        if last and is_closed(last):
            return Answer(HTTPStatus.FORBIDDEN, "this ledger was closed\n")
        # Nothing new is no entry.
        if last != checkpoint:
            self.append([asked.checkpoint])
        return checkpoint

    def append(self, checkpoints: Sequence[bytes]) -> None:
        """Put checkpoints in as they are; the caller has judged them."""
        growth = grown(self._state, checkpoints)
        self.folder.put(growth.tiles, growth.bundles)
        self._state = growth.state
        for content in checkpoints:
            checkpoint = _read(content)
            self.last[checkpoint.origin] = checkpoint

    def publish(self, today: date) -> Checkpoint:
        """Sign what is in it, and publish that with the signatures of the witnesses."""
        edge = self._state.edge
        new = Checkpoint(self._key.verifier.name, edge.size, edge.root())
        content = sign_checkpoint(new, self._key)
        self.folder.history.append(content, today)
        self._delivery.deliver(content, new)
        return new


def request_of(folder: LogFolder, old: int) -> bytes:
    """The request of a ledger: its published checkpoint, as an extension of the one of some size."""
    signed = published(folder)
    if signed is None:
        raise Unproven("the ledger has published nothing")
    size = signed.checkpoint.size
    proof = consistency_proof(old, size, nodes_of(size, folder.tile)) if 0 < old <= size else []
    return encode_request(Request(old, tuple(proof), signed.content))


def entries_of(folder: LogFolder) -> Iterator[bytes]:
    """Every entry of a log as published, in order."""
    signed = published(folder)
    size = signed.checkpoint.size if signed else 0
    for number in range(-(-size // TILE_WIDTH)):
        yield from folder.bundle(number, width_at(0, number, size))


def latest(folder: LogFolder) -> dict[str, Checkpoint]:
    """The last checkpoint of each ledger."""
    return {one.origin: one for one in map(_read, entries_of(folder))}


def is_closed(checkpoint: Checkpoint) -> bool:
    """Whether a checkpoint is the last one of its ledger."""
    return any(line.startswith(CLOSED) for line in checkpoint.extensions)


def close(last: Checkpoint, key: Signer, heirs: Sequence[str]) -> bytes:
    """The last checkpoint of a ledger: the same tree once more, with the origins that go on with it."""
    line = f"{CLOSED}{' '.join(heirs)}"
    return sign_checkpoint(msgspec.structs.replace(last, extensions=(line,)), key)


class ChainedProof(msgspec.Struct, frozen=True):
    """That an event is in a ledger's log, and the checkpoint which says so in the log of logs."""

    event: Proof
    checkpoint: Proof


def chained(ledger: LogFolder, position: int, top: LogFolder) -> ChainedProof:
    """The proof of an event up to the checkpoint of checkpoints. Raises Unproven when it is not there yet."""
    event = prove(ledger, position)
    for number, content in enumerate(entries_of(top), 1):
        if content == event.checkpoint:
            return ChainedProof(event, prove(top, number))
    raise Unproven("the ledger's checkpoint is not in the log of logs yet")


def verify_chained(
    proof: ChainedProof, entry: bytes, ledger: Collection[VerifierKey], top: Policy
) -> Checkpoint:
    """The checkpoint of checkpoints under which the event is proven; else Unproven. Needs no network."""
    verify_entry(proof.event, entry, ledger)
    return verify_entry(proof.checkpoint, proof.event.checkpoint, (), top)


def verified(content: bytes, keys: Keys) -> Checkpoint:
    """The checkpoint of a ledger that is known. Raises Unproven."""
    return verify_checkpoint(content, keys.get(_read(content).origin, ()))


def _read(content: bytes) -> Checkpoint:
    return parse_checkpoint(parse_note(content).text)
