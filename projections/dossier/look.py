"""A look: a fact together with the dossiers around it, as a rule sees them. Pure."""

from collections.abc import Callable, Hashable
from datetime import datetime
from typing import Any, NamedTuple, TypeVar
from uuid import UUID

import msgspec

from projections.dossier.dossier import NO_DOSSIER, Dossier
from rulebook import Keeping, Situation

T = TypeVar("T")


class FactContext(msgspec.Struct, frozen=True):
    """The stream of a fact, its own dossier, and the others by name.

    `beside`: what keeps the person's data by the word of others; a decision on an erasure reads it.
    `beside_customer`: the same of the customer whose contact person it is.
    `known`: what was worked out of the other dossiers alone, for every look at the same ones.
    """

    stream: UUID
    own: Dossier
    others: Callable[[str], Dossier | None]
    beside: tuple[Keeping, ...] = ()
    beside_customer: tuple[Keeping, ...] = ()
    known: dict[Hashable, Any] = msgspec.field(default_factory=dict)
    _answers: dict[Callable[..., Any], Any] = msgspec.field(default_factory=dict)

    def once(self, work_out: Callable[["FactContext"], T]) -> T:
        """The result of a function for this look, worked out only once."""
        if work_out not in self._answers:
            self._answers[work_out] = work_out(self)
        answer: T = self._answers[work_out]
        return answer

    def shared(self, key: Hashable, work_out: Callable[[], T]) -> T:
        """The result of a function that depends on the other dossiers and the key alone, worked out only
        once.
        """
        if key not in self.known:
            self.known[key] = work_out()
        answer: T = self.known[key]
        return answer

    def at(self, name: str) -> Dossier:
        """The dossier of a name; an empty one where nothing is known."""
        return self.others(name) or NO_DOSSIER


class SeenSituation(NamedTuple):
    """A situation, when it is due if that is later, and codes that say more.

    `kind`: of the rules that judge it, when they are not those of the fact.
    """

    situation: Situation
    due: datetime | None = None
    detail: str | None = None
    kind: str | None = None
