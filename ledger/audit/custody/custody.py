"""The keys' part of an audit: everything in the keys' namespace, the key provider's folder and the journal.

What it needs is read before the moment that is audited, and asked again after it where a rotation or an
erasure may have gone on meanwhile. Memory: a block of streams, about 2 KiB for each erasure of the journal,
and at most `Capped.MOST` findings of a kind. Nothing that it meets ends it; details name data subjects,
categories and purposes, never a reference or a value.
"""

from collections import Counter
from contextlib import suppress
from datetime import datetime, timedelta

import msgspec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ledger.audit.findings import Findings
from ledger.crypto.authentic import Column, RowMacs, row_macs
from ledger.crypto.provider import EpochCiphers, FileKeyProvider
from ledger.errors import Lost
from ledger.journal.entries import ErasureJournal
from ledger.journal.linking import JournalLinks, LinkKeys
from ledger.names import LedgerName


class Custody(msgspec.Struct, frozen=True):
    """What an audit of the keys is held against. `tombstone`: how long an answer tells of an erasure.
    `feed_list`: how long the list of a feed is kept.

    `purposes`: the ledger's own keys that must be there. Without a provider the keys are not looked at, and
    that is a finding: such an audit does not say that all is in order.
    """

    ledger: LedgerName
    now: datetime
    tombstone: timedelta
    feed_list: timedelta
    purposes: tuple[str, ...] = ()
    provider: FileKeyProvider | None = None
    journal: ErasureJournal | None = None


class Capped:
    """Findings of the keys, as many of a kind as somebody can read, and how many more there were."""

    MOST = 1_000

    def __init__(self, findings: Findings) -> None:
        self._findings = findings
        self._count: Counter[str] = Counter()

    def note(self, position: int | None, kind: str, detail: str) -> None:
        """Take down one finding."""
        self._count[kind] += 1
        if self._count[kind] <= self.MOST:
            self._findings.note(position, kind, detail)

    def end(self) -> None:
        """Say what was left out."""
        for kind, count in sorted(self._count.items()):
            if count > self.MOST:
                self._findings.note(None, kind, f"{count - self.MOST} more of this kind")


class Held:
    """The provider's keys as they were before the audited moment; keys that began since are read then."""

    def __init__(self, provider: FileKeyProvider, ledger: LedgerName, notes: Capped) -> None:
        self.provider = provider
        self.ledger = ledger
        self._epochs = EpochCiphers(provider)
        with suppress(OSError):
            self._epochs.hold()
        self._macs: RowMacs | None = None
        self._missing: set[int] = set()
        self._notes = notes
        try:
            self._macs = row_macs(provider, ledger)
        except Lost as error:
            notes.note(None, "rows-key", str(error))
        self.links = JournalLinks(LinkKeys(provider), self._the_macs, ledger)

    def epoch(self, number: int) -> AESGCM | None:
        """The cipher of an epoch; None, and a finding once, when its key is not there."""
        try:
            return self._epochs.of(number)
        except Lost as error:
            if number not in self._missing:
                self._missing.add(number)
                self._notes.note(None, "epoch-key", f"{error}, and keys are wrapped under it")
            return None

    def check(self, table: str, row: tuple[Column, ...], mac: bytes | None, what: str) -> None:
        """Note a row that is not as this program wrote it. Without the key none can be told."""
        if self._macs is not None and not self._macs.belongs(mac, table, row):
            self._notes.note(None, f"{_KINDS[table]}-changed", f"{what} is not as it was written")

    @property
    def authenticates(self) -> bool:
        """Whether the key of the MACs is there."""
        return self._macs is not None

    def _the_macs(self) -> RowMacs:
        if self._macs is None:
            raise Lost("the key that authenticates rows is not held any more")
        return self._macs


_KINDS = {
    "epochs": "epoch",
    "subject_index": "index",
    "tombstones": "tombstone",
    "fences": "fence",
    "feed_lists": "feed-list",
}
