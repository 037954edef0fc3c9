"""The keys' part of an audit: the keys' namespace, the keys that the key provider holds, and the journal.

Provider and journal are read before the moment that is audited, and again after it where a rotation or an
erasure may have gone on meanwhile. Memory: a block of streams, about 2 KiB for each erasure of the journal,
and at most `CappedFindings.MOST` findings of a kind. No fault ends it; details name data subjects, categories
and purposes, never a reference or a value.
"""

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import NamedTuple

import msgspec

from ledger.audit.findings import CappedFindings
from ledger.crypto.authentic import Column, RowMacs, row_macs
from ledger.crypto.provider import KeyProvider, Unwrapped, Wrapped
from ledger.errors import Halt, KeyLost, UnknownFormat
from ledger.journal.entries import ErasureJournal
from ledger.journal.linking import JournalLinks
from ledger.names import LedgerName


class Custody(msgspec.Struct, frozen=True):
    """The measures for an audit of the keys.

    `tombstone`: how long an answer tells of an erasure. `feed_list`: how long the list of a feed is kept.
    `purposes`: the ledger's own keys that must be there. Without a provider the keys are not looked at, and
    that is a finding: such an audit does not say that all is in order.
    """

    ledger: LedgerName
    now: datetime
    tombstone: timedelta
    feed_list: timedelta
    purposes: tuple[str, ...] = ()
    provider: KeyProvider | None = None
    journal: ErasureJournal | None = None


class Checked(NamedTuple):
    """A row that has a MAC, and its name in a finding."""

    columns: tuple[Column, ...]
    mac: bytes | None
    what: str


class ProviderKeys:
    """The provider's keys as they were before the audited moment; later epochs are read when needed."""

    def __init__(self, provider: KeyProvider, ledger: LedgerName, notes: CappedFindings) -> None:
        self.provider = provider
        self.ledger = ledger
        self._wrapping = provider.wrapping()
        self._notes = notes
        self._present_epochs: set[int] = set()
        self._missing_epochs: set[int] = set()
        with suppress(OSError):
            self._wrapping.hold()
            for epoch in provider.epochs():
                with suppress(KeyLost):  # destroyed just now, or damaged: named where it is needed
                    provider.commitment(epoch)
                    self._present_epochs.add(epoch)
        self._macs: RowMacs | None = None
        try:
            self._macs = row_macs(provider, ledger)
        except KeyLost as error:
            notes.note(None, "rows-key", str(error))
        self.links = JournalLinks(provider.links, self._macs_or_raise, ledger)

    def check_epoch(self, number: int) -> None:
        """Note an epoch whose key is not there."""
        if number not in self._present_epochs:
            try:
                self.provider.commitment(number)
            except KeyLost as error:
                self._note_missing(number, error)

    def unwrap(self, keys: Sequence[Wrapped]) -> list[Unwrapped]:
        """Unwrap keys, each by itself. An epoch without a key is a finding, once."""
        unwrapped = self._wrapping.unwrap(keys) if keys else []
        for key, why in zip(keys, unwrapped, strict=True):
            if isinstance(why, KeyLost):
                self._note_missing(key.epoch, why)
        return unwrapped

    def note(self, why: Halt, kind: str, detail: str) -> None:
        """Note a key that does not unwrap. An epoch that is not there is a finding already.

        `detail`: says that it does not open.
        """
        if isinstance(why, UnknownFormat):
            self._notes.note(None, "key-format", f"{detail}; {why}")
        elif not isinstance(why, KeyLost):
            self._notes.note(None, kind, detail)

    def _note_missing(self, epoch: int, error: KeyLost) -> None:
        if epoch not in self._missing_epochs:
            self._missing_epochs.add(epoch)
            self._notes.note(None, "epoch-key", f"{error}, and keys are wrapped under it")

    def check(self, table: str, rows: Sequence[Checked]) -> None:
        """Note rows that are not as this program wrote them. Without the key rows cannot be checked."""
        if self._macs is None or not rows:
            return
        belong = self._macs.belong(table, [(row.columns, row.mac) for row in rows])
        for row, ours in zip(rows, belong, strict=True):
            if not ours:
                detail = f"{row.what} is not as it was written"
                self._notes.note(None, f"{_KINDS[table]}-changed", detail)

    def _macs_or_raise(self) -> RowMacs:
        if self._macs is None:
            raise KeyLost("the key that authenticates rows is not held any more")
        return self._macs


_KINDS = {
    "epochs": "epoch",
    "subject_index": "index",
    "tombstones": "tombstone",
    "fences": "fence",
    "feed_lists": "feed-list",
}
