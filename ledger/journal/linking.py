"""What ties a line of the erasure journal to a person: sealed under a key of that data subject alone.

The journal is kept for ever, and so are its copies. The key lives beside the epoch keys, a file for each data
subject of whom something was erased, and is destroyed before the tombstone goes: from then on nothing tells
which reference a line was about, whoever holds the journal, the database and every key that lives.
"""

import hashlib
import os
import re
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from uuid import UUID

import msgspec
import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ledger.crypto.authentic import RowMacs
from ledger.crypto.provider import (
    FileKeyProvider,
    create_secret,
    destroy_secret,
    read_secret,
    written,
)
from ledger.crypto.sealing import (
    NONCE_BYTES,
    ValuePlace,
    associated_data,
    base64url,
    from_base64url,
)
from ledger.errors import Lost
from ledger.journal.entries import ErasureEntry, ErasureJournal
from ledger.names import LedgerName
from ledger.storage.durable import fsync_folder

_FOLDER, _SUFFIX = "links", ".key"
_TIE = re.compile(rb'"reference_hmac"\s*:\s*"')
_SOURCE = "urn:processing-ledger:erasure-journal"


class LinkKeys:
    """A key for each data subject of whom something was erased, as files in a folder of the provider."""

    def __init__(self, provider: FileKeyProvider) -> None:
        self.folder = provider.folder / _FOLDER

    def get(self, subject: UUID) -> bytes:
        """The key of a data subject, 32 bytes. Raises Lost when it is gone or damaged."""
        return read_secret(self._path(subject), "the key of a line of the erasure journal")

    def make(self, subject: UUID, random: Callable[[int], bytes]) -> bytes:
        """The key of a data subject, made when it is missing; durable on return. Raises Retry or Lost."""
        with written():
            if not self.folder.exists():
                self.folder.mkdir(mode=0o700)
                fsync_folder(self.folder.parent)
            if not self._path(subject).exists():
                create_secret(self._path(subject), random(32))
        return self.get(subject)

    def subjects(self) -> frozenset[UUID]:
        """Whose key is held."""
        names = [path.name.removesuffix(_SUFFIX) for path in self.folder.glob(f"*{_SUFFIX}")]
        found = set()
        for name in names:
            with suppress(ValueError):
                found.add(UUID(name))
        return frozenset(found)

    def destroy(self, subjects: Iterable[UUID]) -> None:
        """Overwrite and remove the keys of some data subjects. Durable on return; raises Retry."""
        paths = [self._path(subject) for subject in subjects]
        if not paths or not self.folder.exists():
            return
        with written():
            for path in paths:
                destroy_secret(path)
            fsync_folder(self.folder)

    def _path(self, subject: UUID) -> Path:
        return self.folder / f"{subject}{_SUFFIX}"


class JournalLinks:
    """Lines of the journal as they are written, and as they are worked with.

    Written, `link` is what ties the line to a person, sealed, and `mac` authenticates all that it says.
    Worked with, `reference_hmac` is in clear, as in lines from before, and None once its key was destroyed.
    """

    def __init__(self, keys: LinkKeys, macs: Callable[[], RowMacs], ledger: LedgerName) -> None:
        self.keys = keys
        self._macs = macs
        self._ledger = str(ledger)

    def sealed(self, entry: ErasureEntry) -> ErasureEntry:
        """The line with its tie sealed. The same entry gives the same line as long as its key lives."""
        if not entry.reference_hmac:
            return entry
        cipher = AESGCM(self.keys.make(entry.subject, os.urandom))
        hmac = bytes.fromhex(entry.reference_hmac)
        link = base64url(cipher.encrypt(_nonce(entry), hmac, self._place(entry)))
        return msgspec.structs.replace(entry, reference_hmac=None, link=link)

    def closed(self, entry: ErasureEntry) -> ErasureEntry:
        """The line to write: its tie sealed, and all of it authenticated."""
        bare = msgspec.structs.replace(self.sealed(entry), mac=None)
        return msgspec.structs.replace(bare, mac=self._mac(bare))

    def opened(self, entry: ErasureEntry) -> ErasureEntry:
        """The entry with what it ties to, should the key be there and the line be ours."""
        if not entry.link:
            return entry
        hmac = None
        with suppress(Lost, InvalidTag, ValueError):
            cipher = AESGCM(self.keys.get(entry.subject))
            blob = from_base64url(entry.link)
            hmac = cipher.decrypt(_nonce(entry), blob, self._place(entry)).hex()
        return msgspec.structs.replace(entry, reference_hmac=hmac, link=None, mac=None)

    def belongs(self, entry: ErasureEntry) -> bool:
        """Whether a line is as this program wrote it. One from before the MACs is not."""
        bare = msgspec.structs.replace(entry, mac=None)
        return entry.mac is not None and entry.mac == self._mac(bare)

    def _mac(self, bare: ErasureEntry) -> str:
        """Over what the line says; a member that a later program adds is null in it."""
        said = {
            name: value for name, value in msgspec.to_builtins(bare).items() if value is not None
        }
        return self._macs().of("journal", [orjson.dumps(said, option=orjson.OPT_SORT_KEYS)]).hex()

    def _place(self, entry: ErasureEntry) -> bytes:
        return associated_data(
            ValuePlace(
                ledger=self._ledger,
                subject=entry.subject,
                source=_SOURCE,
                id=str(entry.erasure),
                category="reference",
                field="reference_hmac",
                key="",
            )
        )


def _nonce(entry: ErasureEntry) -> bytes:
    """One for each line under its key, so that a line which is made again is the same."""
    return hashlib.sha256(entry.erasure.bytes).digest()[:NONCE_BYTES]


def seal_ties(journal: ErasureJournal, links: JournalLinks) -> int:
    """Seal what lines from before tie to a person in clear; how many. It makes no line authentic."""
    if not any(map(_TIE.search, journal.lines())):
        return 0
    return journal.rewrite(links.sealed)
