"""Withheld messages on their way from the open ledger to the confidential one: files of sealed lines, signed.

Neither file nor open ledger says anything about a message: the holder of the private key opens it. A file of
receipts comes back: the open ledger forgets the messages that the other ledger has recorded, and nothing
else.
"""

import os
import re
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from itertools import count, takewhile
from pathlib import Path
from typing import BinaryIO

import msgspec

from consumers.files import IngestResult, RejectedLine
from consumers.handed_file import MOST_FILE_BYTES, MOST_SEALED_BYTES, handed_lines, sealed_in
from consumers.pipeline import again
from ledger.application import Ledger
from ledger.errors import Reject, Remedy
from ledger.keys.keyring import Keyring
from ledger.letters.withheld import (
    RECEIPT_BYTES,
    KeyPair,
    OpenedLetter,
    WithheldKey,
    remove_received,
    withheld_parts,
)
from ledger.reading import head_position
from ledger.recording.batch import Batch, Outcome
from ledger.storage.access import GIVEN, Unsafe
from ledger.storage.files import Folder
from ledger.storage.named import opened_new, write_named
from ledger.storage.postgres import Session
from ledger.tlog.signing.keys import Signer, VerifierKey
from ledger.writing.append import Span
from ledger.writing.message import FileOrigin
from schemas import AdmissionRules
from schemas.sources import taken_over_label

_FILE = "file:"
_RECEIPTS = ".receipt"
_RECEIPT = re.compile(rb"[0-9a-f]{64}")
MOST_RECEIPTS_BYTES = MOST_FILE_BYTES // 64
"""The limit of a file of receipts: a line takes 65 bytes, and its handed message 5,500 or more."""
_ORIGIN = re.compile(r"[A-Za-z0-9._/-]{1,256}")


class TakenMessages(msgspec.Struct, frozen=True):
    """The outcome of handed messages. `receipts`: of the messages that are recorded, now or before."""

    result: IngestResult
    receipts: tuple[bytes, ...]


def hand_over(
    session: Session, file: Path, ledger: str, key: WithheldKey, signer: Signer
) -> tuple[int, list[Path]]:
    """Write all withheld messages to new files of mode 0600; returns their number, and the files. Durable.

    `ledger`: the origin of its log. `key`: the key to which it seals. Messages that do not fit one file go
    into further files in the same folder. Raises OSError.
    """
    messages, files = 0, []
    for part, name in zip(withheld_parts(session, MOST_SEALED_BYTES), _parts(file), strict=False):
        with opened_new(name) as stream:
            stream.writelines(handed_lines(part, ledger, key, signer))
            stream.flush()
            os.fsync(stream.fileno())
        messages += len(part)
        files.append(name)
    return messages, files


def forget_received(session: Session, keyring: Keyring, file: Path) -> int:
    """Forget the messages with receipts of the confidential ledger, in files beside the files handed over.

    Returns how many it forgot. A message without a receipt stays. Raises Reject for a missing or malformed
    file.
    """
    file = file.with_name(file.name.removesuffix(_RECEIPTS))
    files = list(takewhile(_lies, map(receipts_file, _parts(file))))
    if not files:
        raise Reject(
            f"there is no {receipts_file(file).name} beside the file: nothing was removed",
            remedy=Remedy("take-over"),
        )
    receipts = {receipt for each in files for receipt in _receipts_in(each)}
    return remove_received(session, keyring, receipts)


def _parts(file: Path) -> Iterator[Path]:
    """The names of a file and of its continuations: `name.ndjson`, `name-2.ndjson`."""
    yield file
    for number in count(2):
        yield file.with_name(f"{file.stem}-{number}{file.suffix}")


def write_receipts(file: Path, receipts: Sequence[bytes]) -> None:
    """Write receipts beside the file that was taken over, in place of earlier receipts. Durable."""
    write_named(receipts_file(file), b"".join(b"%b\n" % r.hex().encode() for r in receipts))


def receipts_file(file: Path) -> Path:
    """Where the receipts of a file are."""
    return file.with_name(f"{file.name}{_RECEIPTS}")


def _beside(file: Path) -> Folder:
    """Where the receipts of a file lie: no link leads to them."""
    return Folder(file.parent, GIVEN, named=True)


def _lies(file: Path) -> bool:
    return _beside(file).has(file.name)


def _receipts_in(file: Path) -> Iterator[bytes]:
    try:
        lines = _beside(file).read(file.name, MOST_RECEIPTS_BYTES).splitlines()
    except Unsafe:
        raise
    except OSError:
        lines = [b""]
    for line in lines:
        if not _RECEIPT.fullmatch(line):
            raise Reject("this is no file of receipts; nothing was removed")
        yield bytes.fromhex(line.decode())


def read_handed(
    stream: BinaryIO, pair: KeyPair, keys: Collection[VerifierKey]
) -> list[OpenedLetter]:
    """The messages that a ledger with one of the keys handed over, opened.

    Raises Reject, Lost or Misconfigured: then no message counts.
    """
    return [pair.open(sealed) for sealed in sealed_in(stream, pair.key(), keys)]


def take_over(
    ledger: Ledger,
    files: Sequence[tuple[str, Sequence[OpenedLetter]]],
    intake: AdmissionRules,
    now: datetime,
    most: int,
) -> TakenMessages:
    """Record opened messages with the places that they came from; each is a line of the result.

    `most`: messages in one transaction. A message that was taken over before is a duplicate. A refused
    message becomes a dead letter here, and gets no receipt: it stays where it came from as well.
    """
    read = recorded = duplicates = 0
    rejections: list[RejectedLine] = []
    receipts: list[bytes] = []
    for label, handed in files:
        for start in range(0, len(handed), most):
            messages = [
                again(letter.body, letter.mode, _origin(letter), intake, now)
                for letter in handed[start : start + most]
            ]
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
    return [
        letter.receipt
        for index, letter in enumerate(handed)
        # Any other content in its place would make the file malformed.
        if index not in refused and len(letter.receipt) == RECEIPT_BYTES
    ]


def _rejected(label: str, start: int, outcome: Outcome) -> list[RejectedLine]:
    return [
        RejectedLine(label, start + index + 1, why.code, why.pointer)
        for index, why in outcome.rejections
    ]


def _origin(handed: OpenedLetter) -> FileOrigin:
    """Where it came from, as the letter claims: a place without power, whatever the claim is."""
    claimed = f"{handed.topic.removeprefix(_FILE)}/{handed.partition}"
    is_plain = _ORIGIN.fullmatch(claimed) is not None
    return FileOrigin(taken_over_label(claimed if is_plain else "unknown"), handed.offset)
