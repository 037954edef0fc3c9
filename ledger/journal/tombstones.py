"""Tombstones: what answers that a person was erased, for as long as that must be known."""

from datetime import datetime

from ledger.journal.linking import JournalLinks
from ledger.storage.postgres import Session

_BLOCK = 5_000


def expire_tombstones(session: Session, links: JournalLinks, now: datetime) -> int:
    """Delete the tombstones whose date has come; returns how many. As the eraser. Idempotent.

    The links from the journal's lines to these persons are destroyed first, so that a run that dies leaves
    none; so are links that an earlier run, a restore or an old copy of the journal left behind. The fences
    stay: they name no person, and erased data must not come back from an old copy.
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
