"""Tombstones: what answers that a person was erased, for as long as that must be known."""

from datetime import datetime

from ledger.journal.linking import JournalLinks
from ledger.storage.postgres import Session

_BLOCK = 5_000


def expire_tombstones(session: Session, links: JournalLinks, now: datetime) -> int:
    """Forget the tombstones whose date has come; how many there were. As the eraser. Idempotent.

    What ties the journal's lines to these persons goes first, so that nothing is left of a run that dies; so
    does what a run, a restore or an old copy of the journal left behind. The fences stay: they name no
    person, and what was erased must not come back from an old copy.
    """
    due = [subject for (subject,) in session.rows("expired_tombstones", now=now)]
    links.keys.destroy(due)
    count = session.run("expire_tombstones", now=now, subjects=due)
    # Destroy the links of data subjects that have no index row and no tombstone.
    subjects = sorted(links.keys.subjects(), key=lambda subject: subject.int)
    for start in range(0, len(subjects), _BLOCK):
        block = subjects[start : start + _BLOCK]
        known = {subject for (subject,) in session.rows("remembered_subjects", subjects=block)}
        links.keys.destroy([subject for subject in block if subject not in known])
    return count
