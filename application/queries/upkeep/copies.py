"""Answers about backups: `ledger backup`, `ledger restore`."""

from application.answer import Answer
from ledger.backup import Copy
from ledger.event import instant


class Backup(Answer, frozen=True):
    """A backup of a ledger up to a position. `epochs`: whose keys are needed to restore it."""

    ledger: str
    taken_at: str
    position: int
    epochs: list[int]


class PartitionBookmark(Answer, frozen=True):
    """Where reading of a partition goes on."""

    topic: str
    partition: int
    bookmark: int


class RestoredBackup(Backup, frozen=True):
    """A backup, and what a restore of it left.

    `reimported`: how many events came back from the transparency log. `findings`: of the audit.
    """

    reimported: int
    erasures_reapplied: int
    findings: int
    kafka: list[PartitionBookmark]


def backup_of(copy: Copy) -> Backup:
    """What is known of a backup."""
    return Backup(
        ledger=copy.ledger,
        taken_at=instant(copy.taken_at),
        position=copy.position,
        epochs=sorted(int(epoch) for epoch in copy.epochs),
    )
