"""Answers about gaps in Kafka: `ledger kafka accept-gap`."""

from collections.abc import Sequence

from msgspec import UNSET, UnsetType

from application.answer import Answer
from consumers.gaps import Proposal, Why


class GapRow(Answer, frozen=True):
    """What is passed over in a partition: `from_offset` would have been read next, `to_offset` is instead.

    `position`: of the event that records the gap; None: it is not recorded. `former_topic_id`: of a topic
    that was made anew, the incarnation that was read so far; `topic_id`: the incarnation from now on.
    """

    topic: str
    partition: int
    from_offset: int
    to_offset: int
    reason: str
    why: Why
    position: int | None
    former_topic_id: str | UnsetType = UNSET
    topic_id: str | UnsetType = UNSET


class AcceptedGaps(Answer, frozen=True):
    """The gaps of a topic, and whether they were recorded."""

    accepted: bool
    gaps: list[GapRow]


def accepted_gaps(proposals: Sequence[Proposal], positions: Sequence[int]) -> AcceptedGaps:
    """The gaps, each with why it is one and the position of its event. No positions: not recorded."""
    recorded: list[int | None] = [*positions] or [None] * len(proposals)
    rows = zip(proposals, recorded, strict=True)
    return AcceptedGaps(bool(positions), [_row(proposal, position) for proposal, position in rows])


def _row(proposal: Proposal, position: int | None) -> GapRow:
    gap = proposal.gap
    return GapRow(
        topic=gap.topic,
        partition=gap.partition,
        from_offset=gap.from_offset,
        to_offset=gap.to_offset,
        reason=gap.reason,
        why=proposal.why,
        position=position,
        former_topic_id=gap.former_topic_id if gap.made_anew else UNSET,
        topic_id=gap.topic_id if gap.made_anew else UNSET,
    )
