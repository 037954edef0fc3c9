"""Gaps that an operator may accept: where a bookmark does not fit the records in Kafka, and where to read on.

Pure. A gap is proposed only where reading cannot go on, and reaches no further than to the first record that
can be read. Going back is always allowed: a record that is read twice is a duplicate.
"""

from collections.abc import Callable
from typing import Literal

import msgspec

from consumers.source import Identity, OffsetRange, Partition, Unreadable
from consumers.store import StoredBookmark
from ledger.errors import Misconfigured
from ledger.recording.gaps import Gap

Why = Literal["made-anew", "gone", "lost", "unreadable", "asked"]

Damage = Callable[[int], Unreadable | None]
"""The unreadable records at an offset, None without any. Asks Kafka: called only when it matters."""


class Accepted(msgspec.Struct, frozen=True):
    """The operator's decision: why, from which offset to read on, and whether the topic may be a new one."""

    reason: str
    to_offset: int | None = None
    new_topic: bool = False


class Proposal(msgspec.Struct, frozen=True):
    """A gap and why it is one.

    `made-anew`: the topic was. `gone`: records were deleted before they were read. `lost`: Kafka has less
    than was read already. `unreadable`: the next record is damaged. `asked`: to read again.
    """

    gap: Gap
    why: Why


def propose(
    partition: Partition,
    stored: StoredBookmark,
    identity: Identity,
    extent: OffsetRange,
    accepted: Accepted,
    damage: Damage,
) -> Proposal | None:
    """The gap that a partition has, None when it has none.

    Raises Misconfigured where the operator's decision does not fit.
    """
    if stored.cluster_id != identity.cluster_id:
        raise Misconfigured(
            f"the bookmark of {partition} belongs to cluster {stored.cluster_id}, but this is cluster "
            f"{identity.cluster_id}: connect to the right one"
        )
    topic_id = identity.topic_ids[partition.topic]
    if topic_id != stored.topic_id:
        _check_new_topic(partition, accepted)
    why, least, most = _limits(stored, topic_id, extent, accepted, damage)
    if why is None:
        return None
    to_offset = _chosen(partition, accepted, why, least, most)
    gap = Gap(
        topic=partition.topic,
        partition=partition.number,
        from_offset=stored.next_offset,
        to_offset=to_offset,
        reason=accepted.reason,
        cluster_id=stored.cluster_id,
        former_topic_id=stored.topic_id,
        topic_id=topic_id,
    )
    return Proposal(gap, why)


def _check_new_topic(partition: Partition, accepted: Accepted) -> None:
    if not accepted.new_topic:
        raise Misconfigured(
            f"topic {partition.topic} was deleted and made anew: what was not read of the former one "
            "is lost; say that you accept it",
            field="new_topic",
        )


def _limits(
    stored: StoredBookmark, topic_id: str, extent: OffsetRange, accepted: Accepted, damage: Damage
) -> tuple[Why | None, int, int]:
    """Why there is a gap, and between which offsets reading may go on, both included."""
    here = stored.next_offset
    if topic_id != stored.topic_id:
        return "made-anew", extent.start, extent.start
    if here < extent.start:
        return "gone", extent.start, extent.start
    if here > extent.end:
        return "lost", extent.start, extent.end
    if accepted.to_offset is not None and accepted.to_offset <= here:
        return "asked", extent.start, here
    return _damaged(stored, extent, damage)


def _damaged(
    stored: StoredBookmark, extent: OffsetRange, damage: Damage
) -> tuple[Why | None, int, int]:
    """Whether a batch of the broker cannot be read where reading would go on, or just before."""
    here = stored.next_offset
    damaged = damage(here) if here < extent.end else None
    if damaged is not None:
        return "unreadable", here + 1, min(damaged.end, extent.end)
    # The last recorded record is read once more, to be compared: that fails as well.
    compared = stored.last_record is not None and here > extent.start
    return ("unreadable" if compared and damage(here - 1) else None), here, here


def _chosen(partition: Partition, accepted: Accepted, why: Why, least: int, most: int) -> int:
    """Where reading goes on: the offset that was asked for, or the last one that loses nothing readable."""
    if accepted.to_offset is None:
        return most
    if not least <= accepted.to_offset <= most:
        expected = f"{least}" if least == most else f"{least} to {most}"
        raise Misconfigured(
            f"{partition} can be read on from offset {expected} ({why})", field="to"
        )
    return accepted.to_offset
