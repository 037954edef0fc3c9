"""`ledger erase`: what was destroyed, and when the places that remember have forgotten as well."""

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from typing import Any

from ledger.erasure.eraser import Erasure
from ledger.event import instant
from rulebook import period


def erased(
    reference: str,
    ground: str,
    erasures: Sequence[Erasure],
    epoch_started_at: datetime,
    now: datetime,
) -> dict[str, Any]:
    """The result of an erasure that is committed and journalled."""
    return {
        "subject": reference,
        "ground": ground,
        "erasures": [_erasure(erasure) for erasure in erasures],
        "forgotten": forgotten(epoch_started_at, now),
    }


def forgotten(epoch_started_at: datetime, now: datetime) -> dict[str, str | None]:
    """Per place the time from which nothing can be opened there any more of what was erased now.

    None for logs and backups while the rotation of the key epoch is overdue, since nobody knows when it
    will be done.
    """
    epoch_ends_at = epoch_started_at + period("key-epoch")
    return {
        "ledger_and_views": instant(now),
        "write_ahead_log_and_backups": instant(epoch_ends_at) if epoch_ends_at > now else None,
        "dead_letters_of_this_person": instant(now),
        "dead_letters_without_readable_subject": instant(_letters_of(now)),
        "kafka_topics": instant(now + period("kafka-retention")),
    }


def _letters_of(now: datetime) -> datetime:
    """When the dead letters of today are forgotten: a day's letters go together, after its last one."""
    last_day = (now + period("dead-letter-retention")).astimezone(UTC).date()
    return datetime.combine(last_day + timedelta(days=1), time.min, UTC)


def _erasure(erasure: Erasure) -> dict[str, Any]:
    return {
        "data_subject": str(erasure.subject),
        "categories": sorted(erasure.categories),
        "whole_person": erasure.whole,
        "keys_destroyed": len(erasure.keys),
        "dead_letters": erasure.dead_letters,
        "occurred_at": instant(erasure.time),
        "last_position": erasure.last_position,
    }
