"""Answers about gaps in Kafka: `ledger kafka accept-gap`."""

from collections.abc import Sequence
from typing import Any

from consumers.gaps import Proposal


def accepted_gaps(proposals: Sequence[Proposal], positions: Sequence[int]) -> dict[str, Any]:
    """The gaps, each with why it is one and the position of its event; None: not recorded."""
    known: list[int | None] = [*positions] or [None] * len(proposals)
    return {
        "accepted": bool(positions),
        "gaps": [
            {**proposal.gap.facts, "why": proposal.why, "position": position}
            for proposal, position in zip(proposals, known, strict=True)
        ],
    }
