"""Ends of cases that change what others were told: somebody is cleared, a claim is owed no more."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from rulebook.loading import Sourced, load


class CaseEndTest(Struct, frozen=True, forbid_unknown_fields=True):
    """An outcome, and whether it is one of the entry's."""

    outcome: str
    is_one: bool


class CaseEnd(Sourced, frozen=True, forbid_unknown_fields=True):
    """Outcomes that mean the same."""

    id: Literal["cleared", "still-owed"]
    outcomes: frozenset[str]
    tests: Annotated[tuple[CaseEndTest, ...], Meta(min_length=1)]


CASE_ENDS: tuple[CaseEnd, ...] = load("house", "case_end", CaseEnd)
_BY_ID = {entry.id: entry.outcomes for entry in CASE_ENDS}


def is_cleared(outcome: str) -> bool:
    """Whether a case of suspected misuse ended without misuse."""
    return outcome.lower() in _BY_ID["cleared"]


def is_settled(outcome: str) -> bool:
    """Whether a claim is no longer owed when its collection ends so."""
    return outcome.lower() not in _BY_ID["still-owed"]
