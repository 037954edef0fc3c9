"""What tells of an investigation and what clears it, as the data that admission to a ledger judges by.

Owns `house/own_reports.toml`, `house/investigation_hints.toml` and `house/ordinary_words.toml`; provisions,
purposes and kinds of recipient come from their own files.
"""

from collections.abc import Collection
from datetime import date
from functools import cache
from typing import Annotated, Literal

from msgspec import Meta, Struct

from rulebook.loading import load
from rulebook.provisions import PROVISIONS, Provision, secret_provisions
from rulebook.purposes import PURPOSES
from rulebook.recipients import RECIPIENT_KINDS
from rulebook.requests import REFUSALS
from rulebook.retention import RETENTION_RULES
from schemas.clearance import Clearance
from schemas.ordinary import Ordinary, Place
from schemas.provision import folded
from schemas.secrecy import HintWord, Secrecy
from schemas.unclear import Unclear

__all__ = [
    "INVESTIGATION_HINTS",
    "ORDINARY_WORDS",
    "OWN_REPORTS",
    "InvestigationHint",
    "OrdinaryWords",
    "OwnReport",
    "ordinary",
    "secrecy",
]


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
    common: bool = False


class OrdinaryTest(Struct, frozen=True, forbid_unknown_fields=True):
    """A code, and whether it is ordinary."""

    code: str
    ordinary: bool


class OrdinaryWords(Struct, frozen=True, forbid_unknown_fields=True):
    """Words that ordinary codes of a place are made of, and whole codes: see `schemas.ordinary`."""

    place: Place
    title: str
    words: str
    codes: tuple[str, ...]
    tests: Annotated[tuple[OrdinaryTest, ...], Meta(min_length=1)]


OWN_REPORTS: tuple[OwnReport, ...] = load("house", "own_report", OwnReport)
INVESTIGATION_HINTS: tuple[InvestigationHint, ...] = load(
    "house", "investigation_hint", InvestigationHint
)
ORDINARY_WORDS: tuple[OrdinaryWords, ...] = load(
    "house", "ordinary", OrdinaryWords, file="ordinary_words"
)


_KINDS = frozenset(kind for kind, rule in RECIPIENT_KINDS.items() if rule.investigates)


def ordinary(codes: Collection[str] = ()) -> Ordinary:
    """What is ordinary: the rulebook's words, its purposes, refusals and retention rules.

    `codes`: a deployment's own, whole codes or words of its codes.
    """
    known: dict[Place, set[str]] = {
        "business": {entry.purpose for entry in PURPOSES},
        "ground": {*REFUSALS, *(entry.id for entry in RETENTION_RULES)},
        "authority": {entry.purpose for entry in PURPOSES},
    }
    return Ordinary(
        {entry.place: {*entry.words.split(), *map(str.lower, codes)} for entry in ORDINARY_WORDS},
        {entry.place: {*entry.codes, *known[entry.place], *codes} for entry in ORDINARY_WORDS},
        _KINDS,
    )


@cache
def secrecy(codes: frozenset[str] = frozenset()) -> Secrecy:
    """The rulebook's secrecy, for `schemas.Intake`; made once, since it remembers what was harmless.

    `codes`: further ones that are ordinary in this deployment.
    """
    clearance = Clearance(
        {name: entry.authorities for entry in _CLEAR for name in _spellings(entry)}, _open_laws()
    )
    authorities = {kind for kind, rule in RECIPIENT_KINDS.items() if rule.public}
    return Secrecy(
        secret=secret_provisions(),
        clearance=clearance,
        own_reports={entry.purpose: entry.legal_bases for entry in OWN_REPORTS},
        kinds=_KINDS,
        never_own={"intelligence-service"},
        words=[
            HintWord(hint.word, hint.whole, hint.unless, hint.common)
            for hint in INVESTIGATION_HINTS
        ],
        unclear=Unclear(ordinary(codes), clearance, authorities),
    )


# What nobody may be told of clears nothing, whatever its secrecy.
_CLEAR = tuple(
    entry for entry in PROVISIONS if entry.secrecy != "mandatory" and entry.notice != "barred"
)


def _open_laws() -> dict[str, set[str]]:
    """Laws of which every known article is without secrecy -> the kinds of recipient that these name."""
    laws: dict[str, list[Provision]] = {}
    for entry in PROVISIONS:
        laws.setdefault(".".join(entry.id.split(".")[:2]), []).append(entry)
    return {
        law: {kind for entry in known for kind in entry.authorities}
        for law, known in laws.items()
        if all(entry.secrecy == "none" and entry.authorities for entry in known)
    }


def _spellings(entry: Provision) -> set[str]:
    return {folded(name) for name in (entry.id, *entry.aliases)}
