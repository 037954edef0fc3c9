"""What tells of an investigation and what clears it, as the data that admission to a ledger judges by.

Owns `house/own_reports.toml` and `house/investigation_hints.toml`; provisions and kinds of recipient come
from their own files.
"""

from datetime import date
from functools import cache
from typing import Annotated, Literal

from msgspec import Meta, Struct

from rulebook.loading import load
from rulebook.provisions import PROVISIONS, Provision, secret_provisions
from rulebook.recipients import RECIPIENT_KINDS
from schemas.provision import folded
from schemas.secrecy import HintWord, Secrecy

__all__ = ["INVESTIGATION_HINTS", "OWN_REPORTS", "InvestigationHint", "OwnReport", "secrecy"]


class OwnReportTest(Struct, frozen=True, forbid_unknown_fields=True):
    """A legal basis, and whether a report for the purpose is the provider's own on it."""

    basis: str
    own: bool


class OwnReport(Struct, frozen=True, forbid_unknown_fields=True):
    """A purpose that the house pursues of its own accord, on these legal bases."""

    purpose: str
    title: str
    legal_bases: tuple[str, ...]
    citation: str
    confidence: Literal["sourced", "unconfirmed"]
    valid_from: date
    tests: Annotated[tuple[OwnReportTest, ...], Meta(min_length=1)]


class HintTest(Struct, frozen=True, forbid_unknown_fields=True):
    """A text, and whether the word hints in it."""

    text: str
    hints: bool


class InvestigationHint(Struct, frozen=True, forbid_unknown_fields=True):
    """A word that hints at an investigation: see `schemas.secrecy.HintWord`."""

    word: str
    tests: Annotated[tuple[HintTest, ...], Meta(min_length=1)]
    whole: bool = False
    unless: tuple[str, ...] = ()


OWN_REPORTS: tuple[OwnReport, ...] = load("house", "own_report", OwnReport)
INVESTIGATION_HINTS: tuple[InvestigationHint, ...] = load(
    "house", "investigation_hint", InvestigationHint
)


@cache
def secrecy() -> Secrecy:
    """The rulebook's secrecy, for `schemas.Intake`; made once, since it remembers what was harmless."""
    clear = [entry for entry in PROVISIONS if entry.secrecy != "mandatory"]
    return Secrecy(
        secret=secret_provisions(),
        clearing={name: _cleared_kinds(entry) for entry in clear for name in _spellings(entry)},
        powers={name for entry in clear if entry.authorities for name in _spellings(entry)},
        own_reports={entry.purpose: entry.legal_bases for entry in OWN_REPORTS},
        kinds={kind for kind, rule in RECIPIENT_KINDS.items() if rule.investigates},
        words=[HintWord(hint.word, hint.whole, hint.unless) for hint in INVESTIGATION_HINTS],
    )


def _spellings(entry: Provision) -> set[str]:
    return {folded(name) for name in (entry.id, *entry.aliases)}


def _cleared_kinds(entry: Provision) -> tuple[str, ...]:
    """Where secrecy depends on the case, a provision clears its own authorities only."""
    return entry.authorities if entry.secrecy == "conditional" else ()
