"""Answers about pruning: what goes of a prefix, what stays, and what stands against it."""

from typing import Literal

from application.answer import Answer

Reason = Literal[
    "another-archive",
    "archive",
    "audit",
    "closed-later",
    "completeness",
    "no-archive",
    "not-published",
    "not-published-erasure",
    "nothing-closed",
    "period",
    "annulment",
    "complaint",
    "hold",
    "incident",
    "notification",
    "order",
    "request",
    "secrecy",
]


class Against(Answer, frozen=True):
    """Something that stands against pruning. `reference`: of what is open, a recipient, or an archive.

    `change`: what the recipient must be told of. `data_subject`: the pseudonym of the person in whose file it
    is open. `position`: up to which it is possible. `see`: the command that shows it or ends it, if one does.
    """

    reason: Reason
    reference: str | None = None
    change: str | None = None
    data_subject: str | None = None
    position: int | None = None
    see: str | None = None


class Untold(Answer, frozen=True):
    """A recipient who was never told of a change, about a person whose reference is forgotten."""

    recipient: str
    change: str
    data_subject: str


class PrunedPrefix(Answer, frozen=True):
    """What was pruned up to a position, or would be. `files`: how many persons' files are closed.

    `removed`, `kept`: events of the prefix. `position`: of the event that says so; None: nothing was done.
    `untold`: recipients of whom only what goes knows that they were never told.
    """

    through: int
    files: int
    removed: int
    kept: int
    position: int | None
    against: list[Against]
    untold: list[Untold]

    @property
    def done(self) -> bool:
        """Whether it was carried out."""
        return self.position is not None
