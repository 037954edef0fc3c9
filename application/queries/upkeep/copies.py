"""Answers about backups: `ledger backup`, `ledger restore`."""

from application.answer import Answer
from ledger.backup import Copy
from ledger.backup.lost import LostPerson
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


class LostName(Answer, frozen=True):
    """An event that came back from the log; `categories`: whose values did not, as no copy has their keys."""

    position: int
    source: str
    id: str
    categories: list[str]


class LostPart(Answer, frozen=True):
    """A data subject of whom something is lost. `findable`: the reference still leads to the events."""

    data_subject: str
    findable: bool
    events: list[LostName]


class RestoredBackup(Backup, frozen=True):
    """A backup, and what a restore of it left.

    `reimported`: how many events came back from the transparency log. `findings`: of the audit. `lost`:
    persons of whom the events came back without what was sealed.
    """

    reimported: int
    erasures_reapplied: int
    findings: int
    kafka: list[PartitionBookmark]
    lost: list[LostPart]


def lost_part(person: LostPerson) -> LostPart:
    """A person of whom something is lost."""
    events = [
        LostName(event.position, event.source, event.id, list(event.categories))
        for event in person.events
    ]
    return LostPart(str(person.stream), person.findable, events)


def backup_of(copy: Copy) -> Backup:
    """What is known of a backup."""
    return Backup(
        ledger=copy.ledger,
        taken_at=instant(copy.taken_at),
        position=copy.position,
        epochs=sorted(int(epoch) for epoch in copy.epochs),
    )
