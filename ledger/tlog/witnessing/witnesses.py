"""Asking the witnesses of a policy for their signatures under a checkpoint, all at once.

A witness that is away, slow, refuses or lies costs its signature and nothing else: the log does not wait for
it once the others make the quorum, and at most `DEADLINE_S` before. A signature counts only when it verifies.
A witness is asked one thing at a time, and its answer is bounded in time and in bytes.
"""

import logging
import time
from collections.abc import Callable
from http import HTTPStatus
from queue import Empty, SimpleQueue
from threading import Lock, Thread
from typing import NamedTuple

from ledger.errors import LedgerError, Misconfigured, Retry, Unproven
from ledger.http import Bounds, Question, Reply, ask, client
from ledger.tlog.signing.checkpoints import Checkpoint, checkpoint_text
from ledger.tlog.signing.keys import VerifierKey
from ledger.tlog.signing.notes import Note, Signature, parse_signatures, verify_note
from ledger.tlog.signing.policy import Policy
from ledger.tlog.tree.proofs import Node, consistency_proof
from ledger.tlog.witnessing.cosigning import LIMIT_BYTES, SIZE_TYPE, Request, encode_request

# For all that one witness is asked about one checkpoint. Longer, and checkpoints would get old behind it.
DEADLINE_S = 5.0
# The size that we remember may differ from the last one that the witness signed: it answers with its own,
# once.
_ATTEMPTS = 2
_LOG = logging.getLogger(__name__)
Send = Callable[[str, bytes, float], Reply]
"""Sends a body to an address, and waits at most so many seconds for the answer. Raises Retry."""
Told = Callable[[str, bool], None]
"""Takes the name of a witness and whether it signed, from any thread."""


class CosignedCheckpoint(NamedTuple):
    """Signatures under a checkpoint, names of the witnesses with and without, whether that is enough.

    Without are those that refuse or are away, and those that were not waited for.
    """

    signatures: tuple[Signature, ...]
    signed: tuple[str, ...]
    missing: tuple[str, ...]
    enough: bool


class _Round(NamedTuple):
    """A checkpoint on its way around the witnesses, and their answers so far."""

    signed: bytes
    checkpoint: Checkpoint
    node: Node
    until: float
    told: Told
    answers: "SimpleQueue[tuple[str, Signature | None]]"

    @property
    def left_s(self) -> float:
        return max(0.0, self.until - time.monotonic())


def _nobody(_name: str, _signed: bool) -> None:
    """Tell nobody."""


class Witnesses:
    """The witnesses of one policy that have an address. For one thread."""

    def __init__(self, policy: Policy, send: Send | None = None) -> None:
        unreached = [name for name, witness in policy.witnesses.items() if witness.url is None]
        if unreached:
            raise Misconfigured(f"the policy names no URL of {', '.join(unreached)}")
        self._policy = policy
        self._send = send or post
        self._turns = {name: Lock() for name in policy.witnesses}
        self._sizes: dict[VerifierKey, int] = {}
        self._round: _Round | None = None

    def cosign(
        self, signed: bytes, checkpoint: Checkpoint, node: Node, told: Told = _nobody
    ) -> CosignedCheckpoint:
        """Collect signatures under a checkpoint that its log signed, until they make the quorum.

        `node`: of its tree, for any thread. `told`: also of witnesses that answer later. Never raises.
        """
        until = time.monotonic() + DEADLINE_S
        asked = self._round = _Round(signed, checkpoint, node, until, told, SimpleQueue())
        for name in self._turns:
            # A process that ends does not wait for witnesses either.
            Thread(target=self._ask_in_turn, args=(name, asked), daemon=True).start()
        signatures: dict[str, Signature] = {}
        answered = 0
        while not self._enough(signatures) and answered < len(self._turns):
            try:
                name, signature = asked.answers.get(timeout=asked.left_s)
            except Empty:
                break
            answered += 1
            if signature:
                signatures[name] = signature
        return CosignedCheckpoint(
            signatures=tuple(signatures.values()),
            signed=tuple(name for name in self._turns if name in signatures),
            missing=tuple(name for name in self._turns if name not in signatures),
            enough=self._enough(signatures),
        )

    def late(self) -> tuple[bytes, tuple[Signature, ...]]:
        """The checkpoint of the last `cosign`, and signatures under it that came since; each once."""
        asked, came = self._round, list[Signature]()
        while asked and not asked.answers.empty():
            _, signature = asked.answers.get()
            came += [signature] if signature else []
        return asked.signed if asked else b"", tuple(came)

    def _enough(self, signatures: dict[str, Signature]) -> bool:
        return self._policy.satisfied([self._policy.witnesses[name].key for name in signatures])

    def _ask_in_turn(self, name: str, asked: _Round) -> None:
        """Ask a witness once it has answered its last request; not for a checkpoint of the past."""
        turn = self._turns[name]
        if not turn.acquire(timeout=asked.left_s):
            return
        try:
            if asked is not self._round:
                return
            signature = self._signature_of(name, asked)
        finally:
            turn.release()
        asked.answers.put((name, signature))
        asked.told(name, signature is not None)

    def _signature_of(self, name: str, asked: _Round) -> Signature | None:
        """The signature of a witness; None when it does not sign."""
        try:
            return self._ask(name, asked)
        except LedgerError as error:
            _LOG.warning("witness %s does not sign: %s", name, error)
            return None

    def _ask(self, name: str, asked: _Round) -> Signature:
        """One witness's signature. Raises Retry when it gives none, Unproven when it is wrong."""
        witness, checkpoint = self._policy.witnesses[name], asked.checkpoint
        for _ in range(_ATTEMPTS):
            old = min(self._sizes.get(witness.key, 0), checkpoint.size)
            proof = consistency_proof(old, checkpoint.size, asked.node) if old else []
            body = encode_request(Request(old, tuple(proof), asked.signed))
            address = f"{(witness.url or '').rstrip('/')}/add-checkpoint"
            reply = self._send(address, body, asked.left_s)
            if reply.status == HTTPStatus.OK:
                signature = _verified(reply.body, checkpoint, witness.key)
                self._sizes[witness.key] = checkpoint.size
                return signature
            if reply.status != HTTPStatus.CONFLICT or reply.type != SIZE_TYPE:
                raise Retry(f"it answers with status {reply.status}")
            largest = checkpoint.size
            # The size that a witness signed last. Raises Unproven when this log cannot have had it.
            text = reply.body.decode("ascii", errors="replace").removesuffix("\n")
            if not text.isdecimal() or len(text) > len(str(largest)) or int(text) > largest:
                raise Unproven(
                    f"it says that it signed a larger tree than the {largest} entries here"
                )
            self._sizes[witness.key] = int(text)
        raise Retry("it contradicts its own answer about what it signed last")


def _verified(body: bytes, checkpoint: Checkpoint, key: VerifierKey) -> Signature:
    lines = parse_signatures(body.decode(errors="replace"))
    note = Note(checkpoint_text(checkpoint), tuple(line for line in lines if line.by(key)))
    (_, signature), *_ = verify_note(note, [key])
    return signature


def post(url: str, body: bytes, within_s: float) -> Reply:
    """Send a body over HTTP or HTTPS and return the answer, whatever its status. Raises ServiceAway."""
    question = Question("POST", url, {"content-type": "text/plain"}, body)
    return ask(question, Bounds(within_s, LIMIT_BYTES), lambda: client(proxies=True))
