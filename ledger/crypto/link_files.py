"""Keys of the erasure journal's lines as files in a folder of their own: part of `ledger.crypto.key_files`.

Each line gets a key of its own. Files grow by records of one size, so the keys of many persons take one write
and one fsync. A record is the data subject and the key; a destroyed record is zeros. A sealed link names its
record, so it is opened without a search.
"""

import errno
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from struct import Struct
from uuid import UUID

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ledger.crypto.formats import AES_256_GCM, FORMAT_BYTES, check_format
from ledger.crypto.provider import Tie
from ledger.crypto.sealing import KEY_BYTES, NONCE_BYTES, open_bytes, seal_bytes
from ledger.errors import Halt, KeyLost, Retry
from ledger.storage.files import Folder

LINKS = "links"
_NAME = re.compile(r"([0-9]{6,9})\.keys")
_PASSING = {errno.ENOSPC, errno.EDQUOT, errno.EIO}
_SUBJECT_BYTES = 16
_RECORD_BYTES = _SUBJECT_BYTES + KEY_BYTES
_GONE = bytes(_RECORD_BYTES)
# A file with this many records gets no more.
_RECORDS = 10_000
# A sealed link begins with its format, then the number of the file and of the record in it.
_WHERE = Struct(">II")
_BODY = FORMAT_BYTES + _WHERE.size


class FileLinkKeys:
    """A key for each line of the erasure journal, with the person whom the line is about."""

    def __init__(self, files: Folder) -> None:
        """`files`: the folder of all keys."""
        self._files = files

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
            for name in self._names()
            for record in _records(self._content(name))
            if record != _GONE
        )

    def destroy(self, subjects: Iterable[UUID]) -> None:
        """See `LinkKeys`. Records are overwritten; a full file of destroyed ones is removed."""
        going = {subject.bytes for subject in subjects}
        with mapping_write_faults():
            for name in self._names() if going else ():
                self._destroy(name, going)

    def _add(self, records: Sequence[bytes]) -> tuple[int, int]:
        """Add records, durably; the number of their file, and of the first of them in it."""
        file = max(map(_number, self._names()), default=1)
        while True:
            with self._files.locked(_name(file)) as descriptor:
                held = os.fstat(descriptor).st_size // _RECORD_BYTES  # a torn record names no line
                if held < _RECORDS:
                    _write(descriptor, b"".join(records), held * _RECORD_BYTES)
                    return file, held
            file += 1

    def _destroy(self, name: str, subjects: set[bytes]) -> None:
        """Overwrite the records of some data subjects in a file, durably."""
        records = list(_records(self._content(name)))
        going = [at for at, record in enumerate(records) if record[:_SUBJECT_BYTES] in subjects]
        if not going:
            return
        with self._files.locked(name, make=False) as descriptor:
            for at in going:
                os.pwrite(descriptor, _GONE, at * _RECORD_BYTES)
            os.fsync(descriptor)
        if len(records) >= _RECORDS and len(going) == len(records) - records.count(_GONE):
            self._files.remove([name])

    def _secret(self, subject: UUID, file: int, record: int) -> bytes:
        """The key in a record. Raises Lost when that is no key of the data subject, or no more."""
        try:
            with self._files.opened(_name(file)) as held:
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

    def _content(self, name: str) -> bytes:
        try:
            with self._files.opened(name) as file:
                return file.read(_RECORDS * _RECORD_BYTES * 2)
        except FileNotFoundError:  # removed meanwhile: nothing was left in it
            return b""

    def _names(self) -> list[str]:
        names = self._files.names(LINKS)
        return [f"{LINKS}/{name}" for name in names if _NAME.fullmatch(name)]


@contextmanager
def mapping_write_faults() -> Iterator[None]:
    """Raise Retry for a fault of the key folder's disk that may pass; other errors pass through."""
    try:
        yield
    except OSError as error:
        if error.errno not in _PASSING:
            raise
        raise Retry(f"the folder of epoch keys cannot be written: {error.strerror}") from None


def _name(file: int) -> str:
    return f"{LINKS}/{file:06d}.keys"


def _number(name: str) -> int:
    return int(name.removeprefix(f"{LINKS}/").removesuffix(".keys"))


def _records(content: bytes) -> Iterator[bytes]:
    """Whole records."""
    for at in range(0, len(content) - _RECORD_BYTES + 1, _RECORD_BYTES):
        yield content[at : at + _RECORD_BYTES]


def _write(descriptor: int, content: bytes, place: int) -> None:
    """Write at a place, durably. A record that is written in part belongs to no line."""
    if os.pwrite(descriptor, content, place) != len(content):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    os.fsync(descriptor)
