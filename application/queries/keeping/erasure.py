"""`ledger erase`: what was destroyed, and when the places that remember have forgotten as well."""

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta

from msgspec import UNSET, UnsetType

from application.answer import Answer
from ledger.erasure.eraser import Erasure
from ledger.event import instant
from rulebook import period


class Forgotten(Answer, frozen=True):
    """Per place the time from which nothing can be opened there any more of what was erased.

    Null for logs and backups while the rotation of the key epoch is overdue: then the time is not known.
    """

    ledger_and_views: str
    write_ahead_log_and_backups: str | None
    dead_letters_of_this_person: str
    dead_letters_without_readable_subject: str
    kafka_topics: str


class ErasureShown(Answer, frozen=True):
    """One erasure. `dead_letters`: how many went with it. `last_position`: of its events.

    `fields`: single ones that went, where no category did.
    """

    data_subject: str
    categories: list[str]
    whole_person: bool
    keys_destroyed: int
    dead_letters: int
    occurred_at: str
    last_position: int
    fields: list[str] | UnsetType = UNSET


class Erased(Answer, frozen=True):
    """What was destroyed of a person, one erasure a data subject, and when each place has forgotten."""

    subject: str
    ground: str
    erasures: list[ErasureShown]
    forgotten: Forgotten


def erased(
    reference: str,
    ground: str,
    erasures: Sequence[Erasure],
    epoch_started_at: datetime,
    now: datetime,
) -> Erased:
    """The result of an erasure that is committed and journalled."""
    return Erased(
        subject=reference,
        ground=ground,
        erasures=[_erasure(erasure) for erasure in erasures],
        forgotten=forgotten(epoch_started_at, now),
    )


def forgotten(epoch_started_at: datetime, now: datetime) -> Forgotten:
    """When each place has forgotten what was erased now."""
    epoch_ends_at = epoch_started_at + period("key-epoch")
    return Forgotten(
        ledger_and_views=instant(now),
        write_ahead_log_and_backups=instant(epoch_ends_at) if epoch_ends_at > now else None,
        dead_letters_of_this_person=instant(now),
        dead_letters_without_readable_subject=instant(_letters_of(now)),
        kafka_topics=instant(now + period("kafka-retention")),
    )


def _letters_of(now: datetime) -> datetime:
    """When the dead letters of today are forgotten: a day's letters go together, after its last one."""
    last_day = (now + period("dead-letter-retention")).astimezone(UTC).date()
    return datetime.combine(last_day + timedelta(days=1), time.min, UTC)


def _erasure(erasure: Erasure) -> ErasureShown:
    return ErasureShown(
        data_subject=str(erasure.subject),
        categories=sorted(erasure.categories),
        whole_person=erasure.whole,
        keys_destroyed=len(erasure.keys),
        dead_letters=erasure.dead_letters,
        occurred_at=instant(erasure.time),
        last_position=erasure.last_position,
        fields=sorted(erasure.fields) or UNSET,
    )
