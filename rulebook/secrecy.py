"""What tells of an investigation and what clears it, as the data that admission to a ledger judges by.

Owns `house/own_reports.toml`, `house/investigation_hints.toml` and `house/ordinary_words.toml`; provisions,
purposes and kinds of recipient come from their own files.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date
from functools import cache
from typing import Annotated, Literal

from msgspec import Meta, Struct

from rulebook.countries import COUNTRIES
from rulebook.loading import load
from rulebook.provisions import PROVISIONS, Provision, secret_provisions
from rulebook.purposes import PURPOSES
from rulebook.recipients import RECIPIENT_KINDS
from rulebook.requests import REFUSALS
from rulebook.retention import RETENTION_RULES
from schemas.clearance import Clearance
from schemas.hints import HintWord
from schemas.ordinary import Ordinary, Place
from schemas.provision import folded
from schemas.secrecy import Secrecy, SecrecyRules
from schemas.unclear import Unclear


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
    """A word that hints at an investigation: see `schemas.hints.HintWord`."""

    word: str
    tests: Annotated[tuple[HintTest, ...], Meta(min_length=1)]
    whole: bool = False
    unless: tuple[str, ...] = ()
    common: bool = False
    party: bool = False
    case: bool = False


class OrdinaryTest(Struct, frozen=True, forbid_unknown_fields=True):
    """A code, and whether it is ordinary."""

    code: str
    ordinary: bool


class OrdinaryWords(Struct, frozen=True, forbid_unknown_fields=True):
    """Words that ordinary codes of a place are made of, and whole codes: see `schemas.ordinary`.

    `also`: places whose words and codes are ordinary here as well. `behind`: word -> words behind which
    alone it is one. `apart`: word -> words that do not stand in the same code.
    """

    place: Place
    title: str
    words: str
    codes: tuple[str, ...]
    tests: Annotated[tuple[OrdinaryTest, ...], Meta(min_length=1)]
    also: tuple[Place, ...] = ()
    behind: dict[str, str] = {}
    apart: dict[str, str] = {}


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
    purposes = {entry.purpose for entry in PURPOSES}
    known_codes: dict[Place, set[str]] = {
        "business": purposes,
        "ground": {*REFUSALS, *(entry.id for entry in RETENTION_RULES)},
        "authority": purposes,
    }
    words: dict[Place, set[str]] = {}
    whole_codes: dict[Place, set[str]] = {}
    for entry in ORDINARY_WORDS:
        place, place_words = entry.place, {*entry.words.split(), *map(str.lower, codes)}
        words[place] = place_words.union(*(words[other_place] for other_place in entry.also))
        whole_codes[place] = {*entry.codes, *known_codes.get(place, ()), *codes}.union(
            *(whole_codes[other_place] for other_place in entry.also)
        )
    behind = _neighbours_of(entry.behind for entry in ORDINARY_WORDS)
    apart = _neighbours_of(entry.apart for entry in ORDINARY_WORDS)
    return Ordinary(words, whole_codes, _KINDS, behind=behind, apart=apart)


def _neighbours_of(tables: Iterable[Mapping[str, str]]) -> dict[str, list[str]]:
    """By word the words that it goes with, or does not."""
    return {word: of.split() for table in tables for word, of in table.items()}


@cache
def secrecy(codes: frozenset[str] = frozenset()) -> Secrecy:
    """The rulebook's secrecy, for `schemas.AdmissionRules`; made once a process, since that costs as much as
    a hundred messages and it remembers what was harmless.

    `codes`: further ones that are ordinary in this deployment.
    """
    clearance = _clearance()
    authorities = {kind for kind, rule in RECIPIENT_KINDS.items() if rule.public}
    return Secrecy(
        SecrecyRules(
            secret=frozenset(secret_provisions()),
            clearance=clearance,
            own_reports={entry.purpose: entry.legal_bases for entry in OWN_REPORTS},
            kinds=frozenset(_KINDS),
            never_own=frozenset({"intelligence-service"}),
            words=tuple(map(_hint_word, INVESTIGATION_HINTS)),
            unclear=Unclear(ordinary(codes), clearance, authorities),
            feeds={kind: _feeds_to(kind) for kind in RECIPIENT_KINDS},
            neighbours=frozenset(_neighbours()),
        )
    )


def _clearance() -> Clearance:
    """The provisions that tell of no investigation, by every spelling."""
    spelled = {name: entry.authorities for entry in _CLEAR for name in _spellings(entry)}
    return Clearance(spelled, _open_laws())


def _hint_word(hint: InvestigationHint) -> HintWord:
    return HintWord(hint.word, hint.whole, hint.unless, hint.common, hint.party, hint.case)


def _feeds_to(kind: str) -> frozenset[str]:
    """The spellings of the provisions under which a kind of recipient gets a feed that is no secret."""
    entries = (entry for entry in PROVISIONS if kind in entry.feeds)
    return frozenset(name for entry in entries for name in _names(entry))


def _neighbours() -> Iterator[str]:
    """Countries of the EEA: their courts hear civil cases as ours do."""
    return (
        country.code
        for country in COUNTRIES
        if country.region == "eea" and country.valid_to is None
    )


_COURT = "court"
# A provision that bars telling the person clears nothing, even one without secrecy.
_CLEAR = tuple(
    entry for entry in PROVISIONS if entry.secrecy != "mandatory" and entry.notice != "barred"
)


def _open_laws() -> dict[str, set[str]]:
    """Laws of which every known article is without secrecy -> the kinds of recipient that these name.

    No court, since an unknown article may be one of a criminal court.
    """
    laws: dict[str, list[Provision]] = {}
    for entry in PROVISIONS:
        laws.setdefault(".".join(entry.id.split(".")[:2]), []).append(entry)
    return {
        law: {kind for entry in provisions for kind in entry.authorities} - {_COURT}
        for law, provisions in laws.items()
        if all(entry.secrecy == "none" and entry.authorities for entry in provisions)
    }


def _names(entry: Provision) -> tuple[str, ...]:
    return (entry.id, *entry.aliases)


def _spellings(entry: Provision) -> set[str]:
    return {folded(name) for name in _names(entry)}
