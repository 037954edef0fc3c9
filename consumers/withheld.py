"""Withheld messages on their way from the open ledger to the confidential one: a file of sealed lines.

Neither file nor open ledger says anything about a message; who holds the private key opens and records it.
"""

import os
from base64 import b64decode, b64encode
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

import orjson

from consumers.files import IngestResult, RejectedLine
from consumers.pipeline import again
from ledger.application import Ledger
from ledger.durable import fsync_folder
from ledger.errors import Reject
from ledger.message import FileOrigin, KafkaOrigin, Message
from ledger.postgres import Session
from ledger.reading import head_position
from ledger.recording import Batch
from ledger.withheld import Handed, KeyPair, remove_withheld, withheld
from ledger.writing import Span
from schemas import Intake

__all__ = ["hand_over", "read_handed", "take_over"]

_FILE = "file:"
_MEMBERS = {"letter", "sealed"}


def hand_over(session: Session, file: Path, *, remove: bool) -> int:
    """Write all that is withheld to a file of mode 0600; how many they are. Durable on return.

    `remove`: forget what such a file holds instead; what came later stays. Raises Reject or OSError.
    """
    if remove:
        with file.open("rb") as stream:
            return remove_withheld(session, [letter for letter, _ in _lines(stream)])
    kept = withheld(session)
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as stream:
        for letter, sealed in kept:
            row = {"letter": letter.hex(), "sealed": b64encode(sealed).decode()}
            stream.write(orjson.dumps(row) + b"\n")
        stream.flush()
        os.fsync(stream.fileno())
    fsync_folder(file.absolute().parent)
    return len(kept)


def read_handed(stream: BinaryIO, pair: KeyPair) -> list[Handed]:
    """What was handed over, opened. Raises Reject, Lost or Misconfigured: then nothing of it."""
    return [pair.open(sealed) for _, sealed in _lines(stream)]


def _lines(stream: BinaryIO) -> Iterator[tuple[bytes, bytes]]:
    """Name and sealed bytes of each line. Raises Reject for any other file."""
    for number, line in enumerate(stream, 1):
        try:
            row = orjson.loads(line)
            yield bytes.fromhex(row["letter"]), b64decode(row["sealed"], validate=True)
        except (ValueError, TypeError, KeyError):
            raise Reject(f"line {number} is none of `ledger dead-letters hand-over`") from None


def take_over(
    ledger: Ledger,
    files: Sequence[tuple[str, Sequence[Handed]]],
    intake: Intake,
    now: datetime,
    most: int,
) -> IngestResult:
    """Record opened messages with the places that they came from; each line is one of the result.

    `most`: messages in one transaction. What was taken over before is a duplicate.
    """
    read = recorded = duplicates = 0
    rejections: list[RejectedLine] = []
    for label, handed in files:
        for start in range(0, len(handed), most):
            part = [_message(one, intake, now) for one in handed[start : start + most]]
            span = Span(f"{_FILE}{label}", 0, start + 1, start + len(part) + 1)
            outcome = ledger.record(Batch(part, span))
            read, recorded = read + len(part), recorded + outcome.recorded
            duplicates += outcome.duplicates
            rejections += [
                RejectedLine(label, start + index + 1, why.code, why.pointer)
                for index, why in outcome.rejections
            ]
    last = head_position(ledger.session)
    return IngestResult(read, recorded, duplicates, len(rejections), last, tuple(rejections))


def _message(handed: Handed, intake: Intake, now: datetime) -> Message:
    return again(handed.body, handed.mode, _origin(handed), intake, now)


def _origin(handed: Handed) -> KafkaOrigin | FileOrigin:
    if handed.topic.startswith(_FILE):
        return FileOrigin(handed.topic.removeprefix(_FILE), handed.offset)
    return KafkaOrigin(handed.topic, handed.partition, handed.offset)
