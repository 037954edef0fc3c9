"""Rules whose breach is a finding: law and house policy as data, and the one function that applies them.

A rule says to which kind of situation it applies and what about it is a breach. A situation is a flat map
of names to codes and truth values; the code that knows the facts makes it (`projections.findings`). No rule
is an `if` in code.
"""

from collections.abc import Mapping
from datetime import date
from functools import cache, lru_cache
from typing import Annotated, Literal

from msgspec import Meta, Struct

from rulebook.layers import LayeredRule
from rulebook.loading import load, load_both
from rulebook.validity import grouped, in_force
from rulebook.verdict import Verdict

_SITUATIONS = 4096

Fact = str | bool
Situation = Mapping[str, Fact]
RuleId = Annotated[str, Meta(pattern=r"^(?:law|house)(?:\.[a-z0-9]+(?:-[a-z0-9]+)*)+\Z")]


class RuleTest(Struct, frozen=True, forbid_unknown_fields=True):
    """A situation, a day within the rule's validity, and whether it is a breach."""

    situation: dict[str, Fact]
    breach: bool


class Rule(LayeredRule, frozen=True, forbid_unknown_fields=True):
    """A rule of law or of the house.

    `applies_to`: the kind of situation. `breach_if`: names of a situation and the facts under which it is
    a breach; all must hold, and a fact that the situation lacks does not. `resolved_by`: what ends the
    finding. `valid_to`: the first day on which the rule no longer holds. `clock`: what is too late by it is
    a task of today, since no task of another kind tells of it.
    """

    applies_to: str
    title: str
    title_nl: str
    severity: Literal["high", "medium", "low"]
    breach_if: Annotated[dict[str, tuple[Fact, ...]], Meta(min_length=1)]
    resolved_by: str
    resolved_by_nl: str
    tests: Annotated[tuple[RuleTest, ...], Meta(min_length=2)]
    clause: str = ""
    clock: bool = False

    def is_broken_by(self, situation: Situation) -> bool:
        """Whether a situation is what the rule forbids."""
        return all(situation.get(name) in facts for name, facts in self.breach_if.items())


RULES = load_both("rule", Rule)
ORDER_FINDINGS: tuple[Rule, ...] = tuple(
    entry
    for layer in ("law", "house")
    for entry in load(layer, "rule", Rule, file="order_findings")
)
"""Rules about orders of authorities and their secrecy: asked in a confidential ledger alone."""
ELSEWHERE: frozenset[str] = frozenset(load("house", "elsewhere", str, file="order_findings"))
"""Rules that ask the register of the open ledger, so that a confidential one does not judge by them."""


@cache
def _by_kind() -> Mapping[str, tuple[Rule, ...]]:
    return grouped((*RULES, *ORDER_FINDINGS), lambda entry: entry.applies_to)


def breaches(kind: str, situation: Situation, day: date) -> tuple[Rule, ...]:
    """The rules that a situation of a kind breaks on a day, in the order of the rulebook."""
    return tuple(entry for entry in ever_broken(kind, situation) if in_force(entry, day))


def ever_broken(kind: str, situation: Situation) -> tuple[Rule, ...]:
    """The rules that a situation of a kind breaks on some day: none, for nearly all."""
    return _forbidding(kind, tuple(situation.items()))


def rule_verdicts(kind: str, situation: Situation, day: date) -> tuple[Verdict, ...]:
    """The verdicts, on a day, of every rule that judges situations of a kind, permissions included.

    The code of a verdict is the deciding fact, after its name: `occasion-none`.
    """
    return tuple(
        _verdict(entry, situation)
        for entry in _by_kind().get(kind, ())
        if entry.breach_if.keys() <= situation.keys() and in_force(entry, day)
    )


def _verdict(entry: Rule, situation: Situation) -> Verdict:
    why = "-".join(f"{name}-{situation[name]}" for name in entry.breach_if)
    allowed = not entry.is_broken_by(situation)
    return Verdict(entry.id, entry.layer, allowed, why, entry.citation, entry.confidence)


@lru_cache(_SITUATIONS)
def _forbidding(kind: str, situation: tuple[tuple[str, Fact], ...]) -> tuple[Rule, ...]:
    """The rules that a situation breaks on some day. Cached: there are few that differ, seen often."""
    facts = dict(situation)
    return tuple(r for r in _by_kind().get(kind, ()) if r.is_broken_by(facts))


def rule(name: str) -> Rule:
    """The rule of an id; of several versions the newest. Raises KeyError."""
    versions = [entry for entry in (*RULES, *ORDER_FINDINGS) if entry.id == name]
    if not versions:
        raise KeyError(name)
    return max(versions, key=lambda entry: entry.valid_from)
