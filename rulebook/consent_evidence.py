"""A TC string or a browser's signal as evidence of a consent, in numbers and words of the framework.

Owns `house/consent_evidence.toml`. The numbers are those of the Transparency and Consent Framework of IAB
Europe; the controller maps purposes of the house to them.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Annotated, Literal

from msgspec import Meta, Struct

from rulebook.calendar import months_after
from rulebook.loading import load

_FILE = "consent_evidence"
Number = Annotated[int, Meta(ge=1, le=24)]


class NumberedPurpose(Struct, frozen=True, forbid_unknown_fields=True):
    """A purpose or a special feature of the framework, in English and Dutch."""

    number: Number
    title: str
    title_nl: str


class ConsentPurpose(Struct, frozen=True, forbid_unknown_fields=True):
    """The content that a string must consent to for a purpose of the house.

    `by_signal`: a browser's signal sent before the act covers the purpose as well.
    """

    purpose: str
    tcf_purposes: tuple[Number, ...] = ()
    special_features: tuple[Number, ...] = ()
    by_signal: bool = False


class _Explicit(Struct, frozen=True, forbid_unknown_fields=True):
    methods: frozenset[str]


class _Lifetime(Struct, frozen=True, forbid_unknown_fields=True):
    months: Annotated[int, Meta(ge=1)]


def _numbered(name: str) -> Mapping[int, NumberedPurpose]:
    return {entry.number: entry for entry in load("house", name, NumberedPurpose, file=_FILE)}


TCF_PURPOSES, SPECIAL_FEATURES = _numbered("tcf_purpose"), _numbered("special_feature")
CONSENT_PURPOSES: Mapping[str, ConsentPurpose] = {
    entry.purpose: entry for entry in load("house", "consent_purpose", ConsentPurpose, file=_FILE)
}
EXPLICIT: frozenset[str] = load("house", "explicit", _Explicit, file=_FILE)[0].methods
LIFETIME = load("house", "lifetime", _Lifetime, file=_FILE)[0].months
"""Months for which the choices in a string stand."""
CONSENT_EVIDENCE_TABLE = ([*CONSENT_PURPOSES.values()], sorted(EXPLICIT), LIFETIME)
"""All that findings are judged by."""
_NOTHING = ConsentPurpose("")


def tcf_purpose_name(number: int, language: Literal["nl", "en"]) -> str:
    """A purpose of the framework in words; a purpose that it does not have yet by its number alone."""
    return _name(TCF_PURPOSES.get(number), language)


def feature_name(number: int, language: Literal["nl", "en"]) -> str:
    """A special feature in words."""
    return _name(SPECIAL_FEATURES.get(number), language)


def _name(purpose: NumberedPurpose | None, language: Literal["nl", "en"]) -> str:
    if purpose is None:
        return ""
    return purpose.title_nl if language == "nl" else purpose.title


def wanted_of(purpose: str, tcf_purposes: Iterable[int] | None) -> ConsentPurpose:
    """The content that a string must consent to. `tcf_purposes`: stated by the act itself; they take
    precedence.
    """
    ours = CONSENT_PURPOSES.get(purpose, _NOTHING)
    if tcf_purposes is None:
        return ours
    return ConsentPurpose(purpose, tuple(tcf_purposes), by_signal=ours.by_signal)


def is_explicit(method: str | None) -> bool:
    """Whether a method is an act of the person by which they agree (GDPR Art. 4(11))."""
    return method in EXPLICIT


def lifetime_end(updated: datetime) -> datetime:
    """The instant from which the choices in a string that was last updated then must be asked for again."""
    return datetime.combine(months_after(updated.date(), LIFETIME), updated.timetz())
