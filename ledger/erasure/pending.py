"""Journal and database side by side: which erasures the one knows and the other does not."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from ledger.erasure.events import SOURCE, last_name
from ledger.journal.entries import ErasureEntry, ErasureJournal
from ledger.keys.opening import field_fence
from ledger.storage.postgres import Session


class JournalComparison(NamedTuple):
    """Journal and database side by side. `pending`: entries that the database does not hold, in part or at
    all. `lacking`: how many erasures the database has recorded that the journal does not know."""

    pending: list[ErasureEntry]
    lacking: int


def compare(session: Session, journal: ErasureJournal) -> JournalComparison:
    """Compare all of the journal. Memory is flat but for the pending entries."""
    # Counted first: an erasure that is recorded by then is in the journal by the time that it is read.
    ((recorded,),) = session.rows("count_erasures")
    missing: list[ErasureEntry] = []
    for block, _ in journal.blocks():
        recorded_ids = _recorded_ids(session, block)
        recorded -= sum(entry.erases and last_name(entry) in recorded_ids for entry in block)
        missing += _missing(session, block, recorded_ids)
    return JournalComparison(missing, max(0, recorded))


def pending(session: Session, journal: ErasureJournal) -> list[ErasureEntry]:
    """Entries of the journal that the database does not hold, in part or at all."""
    return compare(session, journal).pending


def missing_of(session: Session, entries: Sequence[ErasureEntry]) -> list[ErasureEntry]:
    """The entries, among some of the journal, that the database lacks in part or at all."""
    return _missing(session, entries, _recorded_ids(session, entries))


def _recorded_ids(session: Session, entries: Sequence[ErasureEntry]) -> set[str]:
    ids = [last_name(entry) for entry in entries]
    return {id for (id,) in session.rows("event_ids_of", source=SOURCE, ids=ids)}


def _missing(
    session: Session, entries: Sequence[ErasureEntry], recorded_ids: set[str]
) -> list[ErasureEntry]:
    fences = {
        (subject, category): through
        for subject, category, through in session.rows(
            "fences_of_subjects", subjects=[entry.subject for entry in entries]
        )
    }
    return [entry for entry in entries if not _is_complete(entry, fences, recorded_ids)]


def _is_complete(
    entry: ErasureEntry, fences: dict[tuple[UUID, str], datetime], recorded_ids: set[str]
) -> bool:
    if last_name(entry) not in recorded_ids:
        return False
    fenced = [*entry.categories, *map(field_fence, entry.fields or ())]
    throughs = [fences.get((entry.subject, name)) for name in fenced]
    return all(through is not None and through >= entry.through for through in throughs)
