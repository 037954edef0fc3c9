"""The request of a log to a witness, and the answer. Pure (C2SP tlog-witness, `add-checkpoint`).

The rule of a witness in one sentence: it signs a checkpoint only when its log signed it and it extends the
last one that this witness signed.
"""

import re
from collections.abc import Collection, Mapping
from http import HTTPStatus

import msgspec

from ledger.errors import Unproven
from ledger.tlog.signing.base64 import from_base64, to_base64
from ledger.tlog.signing.checkpoints import Checkpoint, parse_checkpoint, verify_checkpoint
from ledger.tlog.signing.keys import VerifierKey
from ledger.tlog.signing.notes import parse_note
from ledger.tlog.tree.merkle import HASH_BYTES
from ledger.tlog.tree.proofs import verify_consistency

SIZE_TYPE = "text/x.tlog.size"
TEXT_TYPE = "text/plain; charset=utf-8"
# A proof of at most 63 hashes and a checkpoint with some dozens of signatures.
LIMIT_BYTES = 65_536
_MOST_HASHES = 63
_OLD = re.compile("old (0|[1-9][0-9]{0,18})")


class Request(msgspec.Struct, frozen=True):
    """A checkpoint, and the proof that it extends the one of size `old`, which the log believes to be
    the last that the witness signed.
    """

    old: int
    proof: tuple[bytes, ...]
    checkpoint: bytes


class Answer(msgspec.Struct, frozen=True):
    """An HTTP answer. `content`: signature lines, a size, or a reason."""

    status: int
    content: str
    type: str = TEXT_TYPE


def encode_request(request: Request) -> bytes:
    """The body of a request."""
    lines = [f"old {request.old}", *(to_base64(digest) for digest in request.proof), ""]
    return "".join(f"{line}\n" for line in lines).encode() + request.checkpoint


def parse_request(body: bytes) -> Request:
    """Take a body apart. Raises Unproven."""
    head, blank, checkpoint = body.partition(b"\n\n")
    if not blank or len(body) > LIMIT_BYTES:
        raise Unproven("expected an old size, a proof, a blank line and a checkpoint")
    try:
        first, *lines = head.decode("ascii").split("\n")
    except UnicodeDecodeError:
        raise Unproven("expected an old size and a proof in ASCII") from None
    old = _OLD.fullmatch(first)
    if old is None or len(lines) > _MOST_HASHES:
        raise Unproven(f"expected `old SIZE` and at most {_MOST_HASHES} hashes")
    proof = tuple(from_base64(line) for line in lines)
    if any(len(digest) != HASH_BYTES for digest in proof):
        raise Unproven(f"a hash has {HASH_BYTES} bytes")
    return Request(int(old[1]), proof, checkpoint)


def judge(
    body: bytes,
    logs: Mapping[str, Collection[VerifierKey]],
    last: Mapping[str, Checkpoint],
) -> tuple[Request, Checkpoint] | Answer:
    """The checkpoint that a witness may sign, or the refusal.

    `logs`: keys by origin. `last`: the last checkpoint that it signed, by origin.
    """
    try:
        request = parse_request(body)
        checkpoint = parse_checkpoint(parse_note(request.checkpoint).text)
    except Unproven as error:
        return _refusal(HTTPStatus.BAD_REQUEST, str(error))
    keys = logs.get(checkpoint.origin)
    if keys is None:
        return _refusal(HTTPStatus.NOT_FOUND, "this log is not witnessed here")
    try:
        verify_checkpoint(request.checkpoint, keys)
    except Unproven as error:
        return _refusal(HTTPStatus.FORBIDDEN, str(error))
    return _extends(request, checkpoint, last.get(checkpoint.origin)) or (request, checkpoint)


def _extends(request: Request, new: Checkpoint, last: Checkpoint | None) -> Answer | None:
    """The refusal of a checkpoint that does not extend the last one; None when it does."""
    if request.old > new.size:
        return _refusal(HTTPStatus.BAD_REQUEST, "the old size is larger than the new one")
    last_size = last.size if last else 0
    if request.old != last_size:
        return Answer(HTTPStatus.CONFLICT, f"{last_size}\n", SIZE_TYPE)
    try:
        # Any tree extends the empty one, and nothing proves it.
        if last is None or last.size == 0:
            if request.proof:
                raise Unproven("a proof from an empty tree is empty")
        else:
            verify_consistency(last.size, new.size, last.root, new.root, request.proof)
    except Unproven as error:
        return _refusal(HTTPStatus.UNPROCESSABLE_ENTITY, str(error))
    return None


def _refusal(status: HTTPStatus, reason: str) -> Answer:
    return Answer(status, f"{reason}\n")
