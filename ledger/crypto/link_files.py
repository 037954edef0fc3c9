"""Keys of the erasure journal's lines as files in a folder of their own: part of `ledger.crypto.key_files`.

Each line gets a key of its own. Files grow by records of one size, so the keys of many persons take one write
and one fsync. A record is the data subject and the key; a destroyed one is zeros. What is sealed names its
record, so it is opened without a search.
"""

import errno
import fcntl
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from struct import Struct
from uuid import UUID

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ledger.crypto.formats import AES_256_GCM, FORMAT_BYTES, check_format
from ledger.crypto.provider import Tie
from ledger.crypto.sealing import KEY_BYTES, NONCE_BYTES, open_bytes, seal_bytes
from ledger.errors import Halt, KeyLost
from ledger.storage.durable import fsync_folder, mapping_write_faults
from ledger.storage.ordinary import open_ordinary

_SUFFIX = ".keys"
_NAME = re.compile(r"([0-9]{6,9})\.keys")
_SUBJECT_BYTES = 16
_RECORD_BYTES = _SUBJECT_BYTES + KEY_BYTES
_GONE = bytes(_RECORD_BYTES)
# A file that holds so many records gets no more.
_RECORDS = 10_000
# What is sealed begins with its format, then the number of the file and of the record in it.
_WHERE = Struct(">II")
_BODY = FORMAT_BYTES + _WHERE.size


class FileLinkKeys:
    """A key for each line of the erasure journal, with the person whom the line is about."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def seal(self, ties: Sequence[Tie]) -> list[bytes]:
        """See `LinkKeys`."""
        if not ties:
            return []
        random = os.urandom(len(ties) * (KEY_BYTES + NONCE_BYTES))
        secrets = [random[at : at + KEY_BYTES] for at in range(0, len(ties) * KEY_BYTES, KEY_BYTES)]
        nonces = random[len(ties) * KEY_BYTES :]
        records = [tie.subject.bytes + secret for tie, secret in zip(ties, secrets, strict=True)]
        with mapping_write_faults():
            file, first = self._add(records)
        sealed = []
        for number, (tie, secret) in enumerate(zip(ties, secrets, strict=True)):
            nonce = nonces[number * NONCE_BYTES : (number + 1) * NONCE_BYTES]
            text = seal_bytes(AESGCM(secret), tie.text, tie.place, nonce)
            where = _WHERE.pack(file, first + number)
            sealed.append(text[:FORMAT_BYTES] + where + text[FORMAT_BYTES:])
        return sealed

    def open(self, subject: UUID, sealed: bytes, place: bytes) -> bytes:
        """See `LinkKeys`."""
        check_format(sealed, AES_256_GCM)
        if len(sealed) < _BODY:
            raise Halt("what ties a line of the erasure journal to a person is too short")
        file, record = _WHERE.unpack(sealed[FORMAT_BYTES:_BODY])
        secret = self._secret(subject, file, record)
        return open_bytes(AESGCM(secret), sealed[:FORMAT_BYTES] + sealed[_BODY:], place)

    def subjects(self) -> frozenset[UUID]:
        """See `LinkKeys`."""
        return frozenset(
            UUID(bytes=record[:_SUBJECT_BYTES])
            for path in self._paths()
            for record in _records(_content(path))
            if record != _GONE
        )

    def destroy(self, subjects: Iterable[UUID]) -> None:
        """See `LinkKeys`. Records are overwritten; a full file of destroyed ones is removed."""
        going = {subject.bytes for subject in subjects}
        with mapping_write_faults():
            for path in self._paths() if going else ():
                _destroy(path, going)

    def _add(self, records: Sequence[bytes]) -> tuple[int, int]:
        """Add records, durably; the number of their file, and of the first of them in it."""
        if not self._folder.exists():
            self._folder.mkdir(mode=0o700, exist_ok=True)
            fsync_folder(self._folder.parent)
        file = max(map(_number, self._paths()), default=1)
        while True:
            path = self._folder / f"{file:06d}{_SUFFIX}"
            with _locked(path, os.O_CREAT) as descriptor:
                held = os.fstat(descriptor).st_size // _RECORD_BYTES  # a torn record names no line
                if held < _RECORDS:
                    _write(descriptor, b"".join(records), held * _RECORD_BYTES)
                    if not held:
                        fsync_folder(self._folder)
                    return file, held
            file += 1

    def _secret(self, subject: UUID, file: int, record: int) -> bytes:
        """The key in a record. Raises Lost when that is no key of the data subject, or no more."""
        try:
            with open_ordinary(self._folder / f"{file:06d}{_SUFFIX}") as held:
                held.seek(record * _RECORD_BYTES)
                found = held.read(_RECORD_BYTES)
        except FileNotFoundError:
            found = b""
        except OSError as error:
            raise KeyLost(
                f"the key of a line of the erasure journal cannot be read: {error.strerror}"
            ) from None
        if len(found) != _RECORD_BYTES or found[:_SUBJECT_BYTES] != subject.bytes:
            raise KeyLost("the key of a line of the erasure journal is not held any more")
        return found[_SUBJECT_BYTES:]

    def _paths(self) -> list[Path]:
        return sorted(p for p in self._folder.glob(f"*{_SUFFIX}") if _NAME.fullmatch(p.name))


def _number(path: Path) -> int:
    return int(path.name.removesuffix(_SUFFIX))


def _content(path: Path) -> bytes:
    try:
        with open_ordinary(path) as file:
            return file.read(_RECORDS * _RECORD_BYTES * 2)
    except FileNotFoundError:  # removed meanwhile: nothing was left in it
        return b""


def _records(content: bytes) -> Iterator[bytes]:
    """Whole records."""
    for at in range(0, len(content) - _RECORD_BYTES + 1, _RECORD_BYTES):
        yield content[at : at + _RECORD_BYTES]


def _destroy(path: Path, subjects: set[bytes]) -> None:
    """Overwrite the records of some data subjects in a file, durably."""
    records = list(_records(_content(path)))
    going = [at for at, record in enumerate(records) if record[:_SUBJECT_BYTES] in subjects]
    if not going:
        return
    with _locked(path) as descriptor:
        for at in going:
            os.pwrite(descriptor, _GONE, at * _RECORD_BYTES)
        os.fsync(descriptor)
    if len(records) >= _RECORDS and len(going) == len(records) - records.count(_GONE):
        path.unlink(missing_ok=True)
        fsync_folder(path.parent)


@contextmanager
def _locked(path: Path, flags: int = 0) -> Iterator[int]:
    """A descriptor of a file, locked against other writers."""
    descriptor = os.open(path, os.O_RDWR | flags, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield descriptor
    finally:
        os.close(descriptor)


def _write(descriptor: int, content: bytes, place: int) -> None:
    """Write at a place, durably. What is written in part belongs to no line."""
    if os.pwrite(descriptor, content, place) != len(content):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    os.fsync(descriptor)
