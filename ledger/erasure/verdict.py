"""Decisions of an erasure: verdicts over the categories of persons, and their grounds. Pure."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

import msgspec

from ledger.event import RecordedEvent
from schemas import CATEGORIES, PERSONAL_FIELDS

Ground = Literal["request", "retention", "consent-withdrawn", "unlawful", "objection", "removed"]
# The grounds that a person may name; `removed` is the ground when single values are removed.
GROUNDS: tuple[Ground, ...] = ("request", "retention", "consent-withdrawn", "unlawful", "objection")

Guard = Callable[[Sequence[RecordedEvent]], Mapping[str, Sequence[str]]]
"""From all events of a stream to the holds over it: category -> references of legal holds."""


class Verdict(msgspec.Struct, frozen=True):
    """The decision about each category: facts of `erasure-decided`. `month`: as in `Eraser.expire`.

    `fields`: single fields whose values up to `through` are erased, while no category is; None: up to now.
    """

    ground: Ground
    decisions: Mapping[str, Mapping[str, Any]]
    request_ref: str | None = None
    month: int | None = None
    fields: tuple[str, ...] = ()
    through: datetime | None = None

    @property
    def erased(self) -> tuple[str, ...]:
        """The categories that go, in the order of the contract."""
        going = {
            name for name, decision in self.decisions.items() if decision["decision"] == "erase"
        }
        return tuple(category for category in CATEGORIES if category in going)

    @property
    def touched(self) -> frozenset[str]:
        """The categories of which anything goes."""
        return frozenset({*self.erased, *(PERSONAL_FIELDS[field] for field in self.fields)})


Judge = Callable[[Mapping[UUID, Sequence[RecordedEvent]]], Mapping[UUID, Verdict]]
"""From all events of some streams to what is decided now; a stream of which nothing is decided has no
verdict."""


def outright(categories: Sequence[str], ground: Ground, month: int | None = None) -> Verdict:
    """The verdict that erases all of these categories."""
    decision = {"decision": "erase", "ground": ground}
    return Verdict(ground, dict.fromkeys(categories, decision), month=month)
