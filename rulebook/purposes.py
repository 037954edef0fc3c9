"""Purposes: on which legal basis data may be used for each, and for what else the same data may be used.

Both layers are asked and both answers are shown. A purpose may stand in one layer alone: what the policy does
not promise, the law may oblige to; what no statute mentions, the house answers for.
"""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Literal, get_args

from msgspec import Meta, Struct

from rulebook.layers import Layer
from rulebook.loading import RulebookError, load_both
from rulebook.validity import in_force, versions
from rulebook.verdict import Verdict

PurposeCode = Annotated[str, Meta(pattern=r"^[a-z]+(?:-[a-z]+)*\Z", max_length=64)]
Channel = Literal["email", "sms", "app", "phone", "post"]
LegalBasis = Annotated[str, Meta(pattern=r"^6-1-[a-f]\Z")]
# What needs no purpose that fits: the person agreed, or a law demands it (GDPR art. 6(4)).
_OWN_GROUNDS = ("6-1-a", "6-1-c")


class PurposeTest(Struct, frozen=True, forbid_unknown_fields=True):
    """A day within the entry's validity, and what the entry alone says of a basis, or of a further use."""

    on: date
    allowed: bool
    basis: str = ""
    further: str = ""


class Purpose(Struct, frozen=True, forbid_unknown_fields=True):
    """One layer's entry for a purpose.

    `legal_bases`: on which it may rest; none: it is forbidden. `provision`: of the duty, where it is one.
    `compatible`: purposes for which data that was collected for this one may be used as well. `aliases`:
    other codes for the same. `clause`: of the privacy policy. `channels`: of marketing, by
    which a person who agreed to it may be approached. `direct_marketing`: an objection to it is final
    (GDPR Art. 21(3)).
    """

    purpose: PurposeCode
    layer: Layer
    title: str
    title_nl: str
    legal_bases: tuple[LegalBasis, ...]
    citation: str
    valid_from: date
    tests: Annotated[tuple[PurposeTest, ...], Meta(min_length=1)]
    confidence: Annotated[str, Meta(pattern=r"^(?:sourced|unconfirmed)\Z")]
    compatible: tuple[PurposeCode, ...] = ()
    aliases: tuple[PurposeCode, ...] = ()
    channels: tuple[Channel, ...] = ()
    direct_marketing: bool = False
    provision: str = ""
    clause: str = ""
    valid_to: date | None = None

    @property
    def id(self) -> str:
        """How clauses and explanations name it: `house.purpose.newsletter`."""
        return f"{self.layer}.purpose.{self.purpose}"

    def basis_verdict(self, legal_basis: str) -> Verdict:
        """Whether it may rest on a legal basis."""
        if not self.legal_bases:
            return self._verdict(False, "forbidden")
        allowed = legal_basis in self.legal_bases
        return self._verdict(allowed, "basis" if allowed else "other-basis")

    def further_verdict(self, purpose: str) -> Verdict:
        """Whether data that was collected for it may be used for another purpose without a new ground."""
        allowed = purpose in self.compatible
        return self._verdict(allowed, "compatible" if allowed else "incompatible")

    def _verdict(self, allowed: bool, why: str) -> Verdict:
        return Verdict(self.id, self.layer, allowed, why, self.citation, self.confidence)


class PurposeDecision(Struct, frozen=True):
    """Allowed when there is a verdict and none denies it; law first. No verdict: the purpose is unknown."""

    allowed: bool
    verdicts: tuple[Verdict, ...]


PURPOSES = load_both("purpose", Purpose)
CHANNELS: tuple[Channel, ...] = get_args(Channel)
CHANNELS_OF: Mapping[str, frozenset[Channel]] = {
    entry.purpose: frozenset(entry.channels) for entry in PURPOSES if entry.channels
}
"""Purpose of a consent to marketing -> the channels that it is about; consent is specific (GDPR 4(11))."""


def _index(entries: tuple[Purpose, ...]) -> Mapping[str, tuple[Purpose, ...]]:
    """Every code, aliases too -> its entries, law first. Raises RulebookError when two contradict."""
    versions(entries, lambda entry: entry.id)
    index: dict[str, list[Purpose]] = {}
    for entry in entries:
        for code in (entry.purpose, *entry.aliases):
            index.setdefault(code, []).append(entry)
    for code, purposes_of_code in index.items():
        if len({entry.purpose for entry in purposes_of_code}) > 1:
            raise RulebookError(f"two purposes share the code {code}")
    return {code: tuple(purposes_of_code) for code, purposes_of_code in index.items()}


_INDEX = _index(PURPOSES)


def _name(code: str) -> str:
    """The code under which a purpose stands in the rulebook; another one stays as it is."""
    return _INDEX[code][0].purpose if code in _INDEX else code


def purposes_on(code: str, day: date) -> tuple[Purpose, ...]:
    """The entries of a purpose that hold on a day, law first; none for an unknown purpose."""
    return tuple(entry for entry in _INDEX.get(code, ()) if in_force(entry, day))


def codes_of(code: str) -> frozenset[str]:
    """Every code of a purpose, by any of them; none for an unknown purpose."""
    entries = _INDEX.get(code, ())
    return frozenset(name for entry in entries for name in (entry.purpose, *entry.aliases))


def is_direct_marketing(code: str) -> bool:
    """Whether a purpose, by whichever of its codes, is direct marketing (GDPR Art. 21(2) and (3))."""
    return any(entry.direct_marketing for entry in _INDEX.get(code, ()))


def purpose_decision(
    purpose: str, legal_basis: str, day: date, collected_for: str | None = None
) -> PurposeDecision:
    """Whether data may be used for a purpose on a legal basis on a day.

    `collected_for`: the purpose for which the data was collected; a further use has to fit it, unless the
    person agreed or a law demands it.
    """
    verdicts = [entry.basis_verdict(legal_basis) for entry in purposes_on(purpose, day)]
    if collected_for is not None and legal_basis not in _OWN_GROUNDS:
        first, further = _name(collected_for), _name(purpose)
        if first != further:
            verdicts += [entry.further_verdict(further) for entry in purposes_on(first, day)]
    return PurposeDecision(bool(verdicts) and all(v.allowed for v in verdicts), tuple(verdicts))


PURPOSE_WHY: Mapping[str, tuple[str, str]] = {
    "basis": ("it may rest on this legal basis", "het mag op deze grondslag rusten"),
    "other-basis": ("it needs another legal basis", "het vraagt een andere grondslag"),
    "forbidden": ("it is no purpose for which data may be used", "het is geen toegestaan doel"),
    "compatible": (
        "it fits the purpose of collection",
        "het is verenigbaar met het doel van verzameling",
    ),
    "incompatible": (
        "it does not fit the purpose of collection",
        "het is niet verenigbaar met het doel van verzameling",
    ),
}
"""Code of a verdict -> in English, in Dutch."""
