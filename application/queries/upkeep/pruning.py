"""Answers about pruning: what goes of a prefix, what stays, and what stands against it."""

from typing import Literal

from application.answer import Answer

Reason = Literal[
    "archive",
    "audit",
    "not-published",
    "nothing-closed",
    "period",
    "complaint",
    "hold",
    "incident",
    "notification",
    "order",
    "request",
    "secrecy",
]


class Against(Answer, frozen=True):
    """Something that stands against pruning. `reference`: of what is open.

    `position`: up to which it is possible. `see`: the command that shows it, if one does.
    """

    reason: Reason
    reference: str | None
    position: int | None
    see: str | None


class PrunedPrefix(Answer, frozen=True):
    """What was pruned up to a position, or would be. `files`: how many persons' files are closed.

    `removed`, `kept`: events of the prefix. `position`: of the event that says so; None: nothing was done.
    """

    through: int
    files: int
    removed: int
    kept: int
    position: int | None
    against: list[Against]

    @property
    def done(self) -> bool:
        """Whether it was carried out."""
        return self.position is not None
