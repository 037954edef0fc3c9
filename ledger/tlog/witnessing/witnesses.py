"""Asking the witnesses of a policy for their signatures under a checkpoint, all at once.

A witness that is away, refuses or lies costs its signature and nothing else: whether the others make the
quorum is the policy's decision. What a witness says is believed only when its signature verifies.
"""

import logging
import urllib.error
import urllib.request
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from http import HTTPStatus
from http.client import HTTPException
from typing import NamedTuple

from ledger.errors import LedgerError, Misconfigured, Retry, Unproven
from ledger.tlog.signing.checkpoints import Checkpoint, checkpoint_text
from ledger.tlog.signing.keys import VerifierKey
from ledger.tlog.signing.notes import Note, Signature, parse_signatures, verify_note
from ledger.tlog.signing.policy import Policy, TrustedKey
from ledger.tlog.tree.proofs import Node, consistency_proof
from ledger.tlog.witnessing.cosigning import LIMIT_BYTES, SIZE_TYPE, Request, encode_request

TIMEOUT_S = 5.0
# The size that we remember may not be what the witness signed last: then it answers with that size, once.
_ATTEMPTS = 2
_LOG = logging.getLogger(__name__)


class Reply(NamedTuple):
    """An HTTP answer: status, content type, body."""

    status: int
    type: str
    body: bytes


class CosignedCheckpoint(NamedTuple):
    """Signatures under a checkpoint, names of the witnesses with and without, whether that is enough."""

    signatures: tuple[Signature, ...]
    signed: tuple[str, ...]
    missing: tuple[str, ...]
    enough: bool


class Witnesses:
    """The witnesses of one policy that have an address."""

    def __init__(
        self,
        policy: Policy,
        send: Callable[[str, bytes], Reply] | None = None,
    ) -> None:
        unreached = [name for name, witness in policy.witnesses.items() if witness.url is None]
        if unreached:
            raise Misconfigured(f"the policy names no URL of {', '.join(unreached)}")
        self._policy = policy
        self._send = send or post
        self._sizes: dict[VerifierKey, int] = {}

    def cosign(self, signed: bytes, checkpoint: Checkpoint, node: Node) -> CosignedCheckpoint:
        """Collect signatures under a checkpoint that its log signed. `node`: of its tree. Never raises."""
        witnesses = list(self._policy.witnesses.items())
        if not witnesses:
            return CosignedCheckpoint((), (), (), self._policy.satisfied(()))

        ask = partial(self._signature_of, signed, checkpoint, node)
        with ThreadPoolExecutor(len(witnesses)) as pool:
            answers = list(pool.map(ask, witnesses))
        signatures = {name: s for s, (name, _) in zip(answers, witnesses, strict=True) if s}
        return CosignedCheckpoint(
            signatures=tuple(signatures.values()),
            signed=tuple(signatures),
            missing=tuple(name for name, _ in witnesses if name not in signatures),
            enough=self._policy.satisfied(
                [self._policy.witnesses[name].key for name in signatures]
            ),
        )

    def _signature_of(
        self,
        signed: bytes,
        checkpoint: Checkpoint,
        node: Node,
        named_witness: tuple[str, TrustedKey],
    ) -> Signature | None:
        """The signature of a witness; None when it does not sign."""
        name, witness = named_witness
        try:
            return self._ask(witness, signed, checkpoint, node)
        except LedgerError as error:
            _LOG.warning("witness %s does not sign: %s", name, error)
            return None

    def _ask(
        self, witness: TrustedKey, signed: bytes, checkpoint: Checkpoint, node: Node
    ) -> Signature:
        """One witness's signature. Raises Retry when it gives none, Unproven when it is wrong."""
        for _ in range(_ATTEMPTS):
            old = min(self._sizes.get(witness.key, 0), checkpoint.size)
            proof = consistency_proof(old, checkpoint.size, node) if old else []
            body = encode_request(Request(old, tuple(proof), signed))
            reply = self._send(f"{(witness.url or '').rstrip('/')}/add-checkpoint", body)
            if reply.status == HTTPStatus.OK:
                signature = _verified(reply.body, checkpoint, witness.key)
                self._sizes[witness.key] = checkpoint.size
                return signature
            if reply.status != HTTPStatus.CONFLICT or reply.type != SIZE_TYPE:
                raise Retry(f"it answers with status {reply.status}")
            self._sizes[witness.key] = _size(reply.body, checkpoint.size)
        raise Retry("it contradicts its own answer about what it signed last")


def _size(body: bytes, largest: int) -> int:
    """The size that a witness signed last. Raises Unproven when this log cannot have had it."""
    text = body.decode("ascii", errors="replace").removesuffix("\n")
    if not text.isdecimal() or len(text) > len(str(largest)) or int(text) > largest:
        raise Unproven(f"it says that it signed a larger tree than the {largest} entries here")
    return int(text)


def _verified(body: bytes, checkpoint: Checkpoint, key: VerifierKey) -> Signature:
    lines = parse_signatures(body.decode(errors="replace"))
    note = Note(checkpoint_text(checkpoint), tuple(line for line in lines if line.by(key)))
    (_, signature), *_ = verify_note(note, [key])
    return signature


def post(url: str, body: bytes) -> Reply:
    """Send a body over HTTP or HTTPS and return the answer, whatever its status. Raises Retry."""
    if not url.startswith(("http://", "https://")):
        raise Retry("its URL is neither http nor https")
    request = urllib.request.Request(url, body, {"Content-Type": "text/plain"})  # noqa: S310  see above
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT_S) as answer:  # noqa: S310
            return Reply(answer.status, answer.headers.get_content_type(), answer.read(LIMIT_BYTES))
    except urllib.error.HTTPError as answer:
        with answer:
            return Reply(answer.code, answer.headers.get_content_type(), answer.read(LIMIT_BYTES))
    except (OSError, HTTPException, ValueError) as error:
        raise Retry(f"it is not reached ({type(error).__name__})") from None
