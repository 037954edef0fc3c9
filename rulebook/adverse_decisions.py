"""Decisions of a program that significantly affect a person, and what they may rest on (GDPR Art. 22)."""

import re
from typing import Annotated

from msgspec import Meta, Struct

from rulebook.loading import Sourced, load


class AdverseTest(Struct, frozen=True, forbid_unknown_fields=True):
    """The code of a decision, and whether it is adverse."""

    decision: str
    adverse: bool


class AdverseDecision(Sourced, frozen=True, forbid_unknown_fields=True):
    """`words`: how a part of the code of such a decision begins. `legal_bases`: on which it may rest."""

    words: tuple[str, ...]
    legal_bases: frozenset[str]
    tests: Annotated[tuple[AdverseTest, ...], Meta(min_length=1)]


(ADVERSE,) = load("law", "adverse_decision", AdverseDecision)


def is_adverse(decision: str) -> bool:
    """Whether a decision refuses somebody something, or ends it, by the words of its code."""
    return any(part.startswith(ADVERSE.words) for part in re.split(r"[^a-z]+", decision.lower()))
