"""Figures of the ledger for monitoring: one small read each, whatever the size of the ledger.

Only new lines of the journal are read; the database is asked for the erasures that it did not have yet.
"""

from datetime import datetime

from ledger.erasure.pending import missing_of
from ledger.journal.entries import ErasureEntry, ErasureJournal
from ledger.letters.withheld import sizes_of_withheld
from ledger.metrics import Figures
from ledger.names import LedgerName
from ledger.reading import halted_topics
from ledger.recording.reads import waiting
from ledger.storage.postgres import Session

# Monitoring must not block recording.
WATCH_LIMIT_S = 5.0


def watch_only(session: Session) -> None:
    """Let a session only read, and no statement take longer than `WATCH_LIMIT_S`."""
    session.rows("watch_only", limit_ms=str(int(WATCH_LIMIT_S * 1000)))


def ledger_figures(session: Session, ledger: LedgerName, now: datetime) -> Figures:
    """The figures of the ledger in the database, read as the reader. Raises Retry or NotInstalled."""
    # The figures that have no labels.
    position, erasures = session.row("head") or (0, 0)
    (letters,) = session.row("count_letters") or (0,)
    namespaces = [ledger.events, ledger.keys, ledger.views]
    (size,) = session.row("sizes", namespaces=namespaces) or (0,)
    withheld, withheld_bytes = sizes_of_withheld(session)
    figures = {
        "ledger_position": float(position),
        "ledger_erasures_total": float(erasures),
        "ledger_dead_letters": float(letters),
        "ledger_reads_waiting": float(waiting(session, now)),
        "ledger_withheld_messages": float(withheld),
        "ledger_withheld_bytes": float(withheld_bytes),
        "ledger_halted_topics": float(len(halted_topics(session))),
        "ledger_data_directory_bytes": float(size),
    }
    if epoch := session.row("current_epoch"):
        age_s = (now - epoch[1]).total_seconds()
        figures["ledger_key_epoch_age_seconds"] = max(0.0, age_s)
    by_labels: dict[str, dict[tuple[str, ...], float]]
    by_labels = {name: {(): value} for name, value in figures.items()}
    rows = session.rows("quarantined_sources")
    by_labels["ledger_quarantined_sources"] = {(topic,): float(count) for topic, count in rows}
    return by_labels


class JournalFigures:
    """The figures of the erasure journal, read on from the end of the last look. Not for two threads."""

    def __init__(self, journal: ErasureJournal) -> None:
        self._journal = journal
        self._begin()

    def _begin(self) -> None:
        self._offset = self._keys = self._erasures = 0
        self._file = self._journal.file
        self._pending: list[ErasureEntry] = []

    def read(self, session: Session) -> Figures:
        """The figures; none without a key folder: another process shows them. Raises Halt, Retry."""
        if not self._journal.path.parent.is_dir():
            return {}
        _, erasures = session.row("head") or (0, 0)
        # An entry whose erasure failed may be taken back; a restored database lacks erasures that it had; a
        # journal that was rewritten has its entries elsewhere.
        if self._pending or erasures < self._erasures or self._file != self._journal.file:
            self._begin()
        self._erasures, self._pending = erasures, []
        for entries, end in self._journal.blocks(self._offset):
            self._pending += missing_of(session, entries)
            self._keys += sum(len(entry.keys) for entry in entries)
            self._offset = end
        return {
            "ledger_erasures_pending": {(): float(len(self._pending))},
            "ledger_keys_destroyed_total": {(): float(self._keys)},
        }
