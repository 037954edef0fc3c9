"""The file of withheld messages that the open ledger hands over: a sealed line for each, then one signature.

The signature is of a key for these files alone (DSSE, a payload type of its own). It says which ledger
wrote the file, to which key its lines are sealed, how many they are, and the SHA-256 of them all. So nothing
counts of a file that was cut, reordered, added to, made by anybody else, or meant for another ledger.
"""

from base64 import b64decode, b64encode
from collections.abc import Collection, Iterable, Iterator
from hashlib import sha256
from typing import BinaryIO

import msgspec
import orjson

from ledger.errors import Halt, Reject, Unproven
from ledger.letters.withheld import Sealed, WithheldKey
from ledger.tlog.signing.envelope import enclosed, opened
from ledger.tlog.signing.keys import Signer, VerifierKey

PAYLOAD_TYPE = "application/vnd.processing-ledger.handed-over+json"
MOST_LINE_BYTES = 512 * 1024
"""The most bytes of one line: a message kept as a whole, sealed and padded, in base64, takes 342 KiB."""
MOST_FILE_BYTES = 64 * 1024 * 1024
"""The most bytes of a file, which is checked as a whole in memory. More messages go into a further file."""
MOST_SEALED_BYTES = 46 * 1024 * 1024
"""The most sealed bytes of a file: its lines take at most 1.4 times as much, below its limit."""


class _Signed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The signed facts of a file. `ledger`: the origin of the log of the ledger that wrote it."""

    ledger: str
    sealed_to: str
    lines: int
    sha256: str


def handed_lines(
    messages: Iterable[Sealed], ledger: str, key: WithheldKey, signer: Signer
) -> Iterator[bytes]:
    """The lines of a file, each with its end. `ledger`: origin of the log. `key`: to which it is sealed."""
    digest, count = sha256(), 0
    for letter, sealed in messages:
        row = {"letter": letter.hex(), "sealed": b64encode(sealed).decode()}
        line = orjson.dumps(row) + b"\n"
        if len(line) > MOST_LINE_BYTES:
            raise Halt("a withheld message is larger than this program makes any: it was changed")
        digest.update(line)
        count += 1
        yield line
    signed = _Signed(ledger, key.text, count, digest.hexdigest())
    yield enclosed(msgspec.json.encode(signed), PAYLOAD_TYPE, signer) + b"\n"


def sealed_in(stream: BinaryIO, own: WithheldKey, keys: Collection[VerifierKey]) -> list[bytes]:
    """The sealed messages in the lines of a file, after all of it was checked.

    `own`: this ledger's public key.

    Raises Reject unless one of the keys signed the whole file for this ledger.
    """
    content = stream.read(MOST_FILE_BYTES + 1)
    if len(content) > MOST_FILE_BYTES:
        raise Reject(f"a file that was handed over has at most {MOST_FILE_BYTES} bytes")
    lines = content.removesuffix(b"\n").split(b"\n")
    if max(map(len, lines)) > MOST_LINE_BYTES:
        raise Reject(f"a line of a file that was handed over has at most {MOST_LINE_BYTES} bytes")
    envelope = lines.pop()
    told = memoryview(content)[: len(content.removesuffix(b"\n")) - len(envelope)]
    try:
        signed = msgspec.json.decode(opened(envelope, PAYLOAD_TYPE, keys), type=_Signed)
    except (Unproven, msgspec.DecodeError):
        raise Reject(
            "no known ledger signed this file: it was cut, or is not of `ledger dead-letters hand-over`"
        ) from None
    if signed.sealed_to != own.text:
        raise Reject("this file is for the holder of another key: nothing was recorded")
    if (signed.lines, signed.sha256) != (len(lines), sha256(told).hexdigest()):
        raise Reject("this file is not as it was signed: nothing was recorded")
    return [_sealed(line, number) for number, line in enumerate(lines, 1)]


def _sealed(line: bytes, number: int) -> bytes:
    try:
        row = orjson.loads(line)
        return b64decode(row["sealed"], validate=True)
    except (ValueError, TypeError, KeyError):
        raise Reject(f"line {number} does not come from `ledger dead-letters hand-over`") from None
