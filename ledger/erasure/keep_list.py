"""The keep list: what may not be erased yet, for a reason that is not told here.

Another system writes the list, and the eraser looks each person up in it, under the lock that destroys keys.
The list says nothing to a reader without its key: all of it are tokens of one size, real ones and random ones
together, in an order that means nothing, of a number that does not change, and all of them new each time.
A token is a keyed hash of a category and a reference. The list is a file outside of the database, so that
no restore forgets it; without a list that is whole and new, nothing is erased for anybody.

A file: format, time in seconds since 1970 (8 bytes), salt (16), tokens (16 each), HMAC-SHA256 of all before.
"""

import hashlib
import hmac
import os
import secrets
from collections.abc import Collection, Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from msgspec import Struct

from ledger.crypto.sealing import keyed_hash
from ledger.errors import Misconfigured, Retry
from ledger.storage.access import GIVEN, PRIVATE, Unsafe
from ledger.storage.files import Folder
from schemas import CATEGORIES

_FORMAT: Final = b"\x01"
_TIME_BYTES, _SALT_BYTES, _TOKEN_BYTES, _MAC_BYTES, _KEY_BYTES = 8, 16, 16, 32, 32
_HEAD_BYTES = len(_FORMAT) + _TIME_BYTES + _SALT_BYTES
# Room for a thousand persons of whom everything is kept; a list that needs more is twice as long.
FEWEST: Final = 16_384
_MOST_BYTES = 64 * 1024 * 1024
# How far the clock of the writer may be ahead.
_AHEAD = timedelta(minutes=5)


class KeepKey(Struct, frozen=True):
    """The key of a list, which its writer and the eraser have; whoever has it can ask the list."""

    secret: bytes

    def name(self, reference: str, category: str) -> bytes:
        """What stands for a category of a person, in every list: it leads back to neither without the key."""
        return keyed_hash(self._for(b"name"), f"{category}\0{reference}".encode())

    def known_as(self, reference: str, what: str) -> bytes:
        """What stands for something else about a person, such as an order to keep."""
        return keyed_hash(self._for(b"known-as"), f"{what}\0{reference}".encode())

    def mac(self, content: bytes) -> bytes:
        """What shows that the holder of the key wrote a list."""
        return keyed_hash(self._for(b"mac"), content)

    def _for(self, purpose: bytes) -> bytes:
        return keyed_hash(self.secret, b"keep list: " + purpose)


def read_key(path: Path) -> KeepKey:
    """The key of a file. Raises Misconfigured when there is none."""
    try:
        secret = Folder(path.parent, PRIVATE).read(path.name, _KEY_BYTES)
    except Unsafe as error:
        raise Misconfigured(error.strerror) from None
    except OSError:
        secret = b""
    if len(secret) != _KEY_BYTES:
        raise Misconfigured(f"{path} holds no key of a keep list: nothing is erased without it")
    return KeepKey(secret)


def make_key(path: Path) -> KeepKey:
    """The key of a file, which is made when it is missing; durable on return."""
    folder = Folder(path.parent, PRIVATE)
    if not folder.has(path.name):
        folder.create(path.name, secrets.token_bytes(_KEY_BYTES))
    return read_key(path)


def write_list(path: Path, key: KeepKey, names: Collection[bytes], now: datetime) -> None:
    """Put a new list in place of the old one, in one step and durably. Raises OSError."""
    _beside(path).write({path.name: listed(key, names, now)})


def _beside(path: Path) -> Folder:
    """Where a list lies: the settings name it, and the list itself shows who wrote it."""
    return Folder(path.parent, GIVEN, named=True)


def listed(key: KeepKey, names: Collection[bytes], now: datetime) -> bytes:
    """The content of a list in which these names stand."""
    size = FEWEST
    while size < len(names):
        size *= 2
    salt = secrets.token_bytes(_SALT_BYTES)
    tokens = {_token(salt, name) for name in names}
    while len(tokens) < size:
        tokens.add(secrets.token_bytes(_TOKEN_BYTES))
    head = _FORMAT + int(now.timestamp()).to_bytes(_TIME_BYTES) + salt
    content = head + b"".join(sorted(tokens))
    return content + key.mac(content)


def _token(salt: bytes, name: bytes) -> bytes:
    return hashlib.sha256(salt + name).digest()[:_TOKEN_BYTES]


class _Opened(Struct, frozen=True):
    """A list that was read. `file`: by what it is known that the file is still the same."""

    file: tuple[int, int, int]
    written_at: datetime
    salt: bytes
    tokens: frozenset[bytes]


class KeepList:
    """The list as the eraser asks it: the same work for every person, whatever stands in it."""

    def __init__(self, path: Path, key_file: Path, seen_file: Path, lasting: timedelta) -> None:
        """`seen_file`: remembers the time of the newest list. `lasting`: how old a list may be."""
        self._path, self._key_file, self._lasting = path, key_file, lasting
        self._seen = _Seen(seen_file)
        self._key: KeepKey | None = None
        self._opened: _Opened | None = None

    def check(self, now: datetime) -> None:
        """Raise Retry, or Misconfigured without a key, when nothing may be erased now."""
        self._current(now)

    def kept(self, references: Iterable[str], now: datetime) -> frozenset[str]:
        """Categories of a person that may not be erased yet. `references`: none for an erased one.

        Raises what `check` raises, before anybody is looked up.
        """
        opened, key = self._current(now)
        # Nobody has an empty reference: so much is done for an erased person as well.
        return frozenset(
            category
            for reference in tuple(references) or ("",)
            for category in CATEGORIES
            if _token(opened.salt, key.name(reference, category)) in opened.tokens
        )

    def _current(self, now: datetime) -> tuple[_Opened, KeepKey]:
        key = self._key = self._key or read_key(self._key_file)
        opened = self._opened = self._read(key)
        if not -_AHEAD <= now - opened.written_at <= self._lasting:
            raise Retry(f"{self._path.name}, the keep list, is too old: {_UNTIL_THEN}")
        if not self._seen.is_newest(opened.written_at):
            raise Retry(
                f"{self._path.name}, the keep list, is older than one before it: {_UNTIL_THEN}"
            )
        return opened, key

    def _read(self, key: KeepKey) -> _Opened:
        """The list, read again only when the file is another one."""
        try:
            with _beside(self._path).opened(self._path.name, _MOST_BYTES) as opened:
                status = os.fstat(opened.fileno())
                file = status.st_ino, status.st_mtime_ns, status.st_size
                if self._opened is not None and self._opened.file == file:
                    return self._opened
                content = opened.read(_MOST_BYTES)
        except OSError:
            raise Retry(
                f"{self._path.name}, the keep list, cannot be read: {_UNTIL_THEN}"
            ) from None
        return _opened(content, key, file, self._path.name)


class _Seen:
    """The time of the newest list that was read: an earlier list, put back, would let go what is kept since.

    The file is outside of the database, like the list and the journal, so that no restore forgets it.
    """

    def __init__(self, path: Path) -> None:
        self._folder = Folder(path.parent, PRIVATE)
        self._name = path.name

    def is_newest(self, written_at: datetime) -> bool:
        """Whether no newer list was read, in which case this one is remembered. Raises Retry."""
        seconds = int(written_at.timestamp())
        try:
            newest = self._read()  # each time: another process may have read a newer list
            if seconds > newest:
                self._folder.write({self._name: str(seconds).encode()})
        except (OSError, ValueError):
            raise Retry(f"{self._name} is damaged or closed: {_UNTIL_THEN}") from None
        return seconds >= newest

    def _read(self) -> int:
        if not self._folder.has(self._name):
            return 0
        return int(self._folder.read(self._name, _KEY_BYTES))


_UNTIL_THEN = "nothing of any person is erased until there is a new one"


def _opened(content: bytes, key: KeepKey, file: tuple[int, int, int], name: str) -> _Opened:
    signed, mac = content[:-_MAC_BYTES], content[-_MAC_BYTES:]
    if signed[:1] != _FORMAT or not hmac.compare_digest(key.mac(signed), mac):
        raise Retry(f"{name}, the keep list, is damaged or of another key: {_UNTIL_THEN}")
    head, tokens = signed[:_HEAD_BYTES], signed[_HEAD_BYTES:]
    seconds = int.from_bytes(head[len(_FORMAT) : len(_FORMAT) + _TIME_BYTES])
    starts = range(0, len(tokens), _TOKEN_BYTES)
    return _Opened(
        file=file,
        written_at=datetime.fromtimestamp(seconds, UTC),
        salt=head[-_SALT_BYTES:],
        tokens=frozenset(tokens[start : start + _TOKEN_BYTES] for start in starts),
    )
