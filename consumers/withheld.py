"""Withheld messages on their way from the open ledger to the confidential one: a file of sealed lines.

Neither file nor open ledger says anything about a message: the holder of the private key opens it.
Back comes a file of receipts: the open ledger forgets what the other one has recorded, and nothing else.
"""

import os
from base64 import b64decode, b64encode
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

import msgspec
import orjson

from consumers.files import IngestResult, RejectedLine
from consumers.pipeline import again
from ledger.application import Ledger
from ledger.errors import Reject, Remedy
from ledger.keys.keyring import Keyring
from ledger.letters.withheld import KeyPair, OpenedLetter, remove_received, withheld
from ledger.reading import head_position
from ledger.recording.batch import Batch, Outcome
from ledger.storage.access import GIVEN
from ledger.storage.files import Folder
from ledger.storage.named import opened_new, write_named
from ledger.storage.postgres import Session
from ledger.writing.append import Span
from ledger.writing.message import FileOrigin, KafkaOrigin, Message
from schemas import AdmissionRules
from schemas.sources import taken_over_label

_FILE = "file:"
_RECEIPTS = ".receipt"
# Receipts of two million messages.
_MOST_BYTES = 1 << 27


class TakenMessages(msgspec.Struct, frozen=True):
    """What became of handed messages. `receipts`: of those that are recorded, now or before."""

    result: IngestResult
    receipts: tuple[bytes, ...]


def hand_over(session: Session, file: Path) -> int:
    """Write all that is withheld to a new file of mode 0600; how many they are. Durable on return.

    Raises OSError.
    """
    messages = withheld(session)
    rows = (
        {"letter": letter.hex(), "sealed": b64encode(sealed).decode()}
        for letter, sealed in messages
    )
    with opened_new(file) as stream:
        stream.writelines(orjson.dumps(row) + b"\n" for row in rows)
        stream.flush()
        os.fsync(stream.fileno())
    return len(messages)


def forget_received(session: Session, keyring: Keyring, file: Path) -> int:
    """Forget what the confidential ledger gave receipts of, beside the file handed over; how many they were.

    Without a receipt a message stays. Raises Reject when there is none, or it is none.
    """
    receipts = receipts_file(file)
    try:
        content = Folder(receipts.parent, GIVEN, named=True).read(receipts.name, _MOST_BYTES)
    except FileNotFoundError:
        raise Reject(
            f"there is no {receipts.name} beside the file: nothing was removed",
            remedy=Remedy("take-over"),
        ) from None
    named = {_receipt(line) for line in content.splitlines()}
    return remove_received(session, keyring, named)


def write_receipts(file: Path, receipts: Sequence[bytes]) -> None:
    """Write receipts beside the file that was taken over, in place of those of an earlier time. Durable."""
    write_named(receipts_file(file), b"".join(b"%b\n" % r.hex().encode() for r in receipts))


def receipts_file(file: Path) -> Path:
    """Where the receipts of a file are."""
    return file if file.name.endswith(_RECEIPTS) else file.with_name(f"{file.name}{_RECEIPTS}")


def _receipt(line: bytes) -> bytes:
    try:
        return bytes.fromhex(line.decode("ascii"))
    except ValueError:
        raise Reject("this is no file of receipts; nothing was removed") from None


def read_handed(stream: BinaryIO, pair: KeyPair) -> list[OpenedLetter]:
    """What was handed over, opened. Raises Reject, Lost or Misconfigured: then no message is opened."""
    return [pair.open(sealed) for _, sealed in _lines(stream)]


def _lines(stream: BinaryIO) -> Iterator[tuple[bytes, bytes]]:
    """Name and sealed bytes of each line. Raises Reject for any other file."""
    for number, line in enumerate(stream, 1):
        try:
            row = orjson.loads(line)
            yield bytes.fromhex(row["letter"]), b64decode(row["sealed"], validate=True)
        except (ValueError, TypeError, KeyError):
            raise Reject(
                f"line {number} does not come from `ledger dead-letters hand-over`"
            ) from None


def take_over(
    ledger: Ledger,
    files: Sequence[tuple[str, Sequence[OpenedLetter]]],
    intake: AdmissionRules,
    now: datetime,
    most: int,
) -> TakenMessages:
    """Record opened messages with the places that they came from; each line is one of the result.

    `most`: messages in one transaction. What was taken over before is a duplicate. What is refused becomes a
    dead letter here, and gets no receipt: it stays where it came from as well.
    """
    read = recorded = duplicates = 0
    rejections: list[RejectedLine] = []
    receipts: list[bytes] = []
    for label, handed in files:
        for start in range(0, len(handed), most):
            messages = [_message(letter, intake, now) for letter in handed[start : start + most]]
            span = Span(f"{_FILE}{label}", 0, start + 1, start + len(messages) + 1)
            outcome = ledger.record(Batch(messages, span))
            read, recorded = read + len(messages), recorded + outcome.recorded
            duplicates += outcome.duplicates
            receipts += _receipts(handed[start : start + most], outcome)
            rejections += _rejected(label, start, outcome)
    last = head_position(ledger.session)
    result = IngestResult(read, recorded, duplicates, len(rejections), last, tuple(rejections))
    return TakenMessages(result, tuple(receipts))


def _receipts(handed: Sequence[OpenedLetter], outcome: Outcome) -> list[bytes]:
    """Receipts of the messages that were recorded, now or before."""
    # A duplicate gets one too: the file with its first receipt may be lost.
    refused = {index for index, _ in outcome.rejections}
    return [letter.receipt for index, letter in enumerate(handed) if index not in refused]


def _rejected(label: str, start: int, outcome: Outcome) -> list[RejectedLine]:
    return [
        RejectedLine(label, start + index + 1, why.code, why.pointer)
        for index, why in outcome.rejections
    ]


def _message(handed: OpenedLetter, intake: AdmissionRules, now: datetime) -> Message:
    return again(handed.body, handed.mode, _origin(handed), intake, now)


def _origin(handed: OpenedLetter) -> KafkaOrigin | FileOrigin:
    if handed.topic.startswith(_FILE):
        return FileOrigin(taken_over_label(handed.topic.removeprefix(_FILE)), handed.offset)
    return KafkaOrigin(handed.topic, handed.partition, handed.offset)
