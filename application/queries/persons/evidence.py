"""The evidence of an act on a consent: a TC string, and the browser's signal. Pure.

Evidence decides nothing here: the act does. Where the two contradict each other is a finding.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from msgspec import convert, to_builtins

from application.answer import Answer
from application.words import phrase
from ledger.event import instant
from rulebook.consent_evidence import feature_name, tcf_purpose_name
from schemas.encoding import JsonValue
from schemas.tc_string import Fault, TcFault, TcString, Vendors, decoded
from schemas.texts import Language

_ABOUT = "evidence"
_VENDORS = ("vendors_consent", "vendors_li", "vendors_disclosed", "vendors_allowed")


class VendorCount(Answer, frozen=True):
    """How many vendors are meant, and their ids as ranges: both ends are inclusive."""

    count: int
    ranges: list[list[int]]


class VendorRestriction(Answer, frozen=True):
    """What the publisher restricts for some vendors. `kind`: 0 all, 1 all but consent, 2 all but `li`."""

    purpose: int
    kind: int
    vendors: list[list[int]]


class PublisherChoices(Answer, frozen=True):
    """What the person chose for the publisher itself, which numbers the custom purposes."""

    purposes_consent: list[int]
    purposes_li: list[int]
    custom_consent: list[int]
    custom_li: list[int]


class DecodedString(Answer, frozen=True):
    """The fields of a TC string. `li`: legitimate interest, transparent and not objected to.

    `purpose_one_undisclosed`: purpose 1 was not asked, by the law of the publisher's country.
    `vendors_disclosed`, `vendors_allowed` and `publisher` are null where the string does not say them.
    """

    created: str
    last_updated: str
    cmp_id: int
    cmp_version: int
    consent_screen: int
    consent_language: str
    vendor_list_version: int
    policy_version: int
    service_specific: bool
    non_standard_texts: bool
    special_features: list[int]
    purposes_consent: list[int]
    purposes_li: list[int]
    purpose_one_undisclosed: bool
    publisher_country: str
    vendors_consent: VendorCount
    vendors_li: VendorCount
    restrictions: list[VendorRestriction]
    vendors_disclosed: VendorCount | None
    vendors_allowed: VendorCount | None
    publisher: PublisherChoices | None


class UnreadString(Answer, frozen=True):
    """A string that this version does not read, and why."""

    fault: Fault


if TYPE_CHECKING:
    StringShown = DecodedString | UnreadString
else:  # inside of an answer the schemas tell two structs apart by a tag, which these do not have
    StringShown = Any


class Evidence(Answer, frozen=True):
    """What shows a consent or a choice. `gpc`: the browser's signal, null where none was recorded.

    `tc_string`: the fields of a TC string as `ledger schema tc-string` prints them, or its `fault`.
    """

    gpc: bool | None
    tc_string: StringShown | None


def evidence_of(facts: Mapping[str, JsonValue]) -> Evidence | None:
    """What facts show; None where they hold neither a signal nor a string."""
    signal, text = facts.get("gpc"), facts.get("tc_string")
    if signal is None and text is None:
        return None
    return Evidence(
        gpc=None if signal is None else bool(signal),
        tc_string=_string(str(text)) if text else None,
    )


def _string(text: str) -> DecodedString | UnreadString:
    try:
        return decoded_string(decoded(text))
    except TcFault as fault:
        return UnreadString(fault=fault.name)


def decoded_string(string: TcString) -> DecodedString:
    """The fields of a string for programs; of vendors how many there are, and their ids as ranges."""
    fields: dict[str, JsonValue] = to_builtins(string)
    fields |= {"created": instant(string.created), "last_updated": instant(string.last_updated)}
    for name in _VENDORS:
        vendors: Vendors | None = getattr(string, name)
        fields[name] = None if vendors is None else to_builtins(_counted(vendors))
    return convert(fields, DecodedString)


def _counted(vendors: Vendors) -> VendorCount:
    """Ranges without overlaps, and how many ids are in them."""
    ranges: list[list[int]] = []
    for first, last in sorted(vendors):
        if ranges and first <= ranges[-1][1] + 1:
            ranges[-1][1] = max(last, ranges[-1][1])
        else:
            ranges.append([first, last])
    return VendorCount(count=sum(last - first + 1 for first, last in ranges), ranges=ranges)


def evidence_words(evidence: Evidence | None, language: Language) -> list[str]:
    """Evidence in sentences; none where nothing is recorded."""
    return [*_evidence_words(evidence, language)] if evidence else []


def _evidence_words(evidence: Evidence, language: Language) -> Iterator[str]:
    if evidence.gpc is not None:
        yield phrase(_ABOUT, "signal" if evidence.gpc else "no-signal", language)
    string = evidence.tc_string
    if isinstance(string, UnreadString):
        yield phrase(_ABOUT, "unread", language, phrase("tc-fault", string.fault, language))
    elif string is not None:
        yield from string_words(string, language)


def string_words(string: DecodedString, language: Language) -> Iterator[str]:
    """A decoded string in sentences: what it is, what it consents to, which vendors."""

    def say(name: str, *values: object) -> str:
        return phrase(_ABOUT, name, language, *values)

    yield say(
        "string",
        string.last_updated[:10],
        string.policy_version,
        string.vendor_list_version,
        string.consent_language,
        string.publisher_country,
    )
    yield say("made", string.cmp_id, string.cmp_version, string.consent_screen)
    if string.created != string.last_updated:
        yield say("created", string.created[:10])
    yield say("consent", _purposes(string.purposes_consent, language) or say("nothing"))
    yield say("interest", _purposes(string.purposes_li, language) or say("nothing"))
    features = _named(string.special_features, feature_name, language)
    yield say("features", features or say("nothing"))
    if string.purpose_one_undisclosed:
        yield say("purpose-one")
    yield say("vendors", string.vendors_consent.count, string.vendors_li.count)
    disclosed = string.vendors_disclosed
    yield say("disclosed", disclosed.count) if disclosed else say("undisclosed")
    if string.restrictions:
        yield say("restrictions", len(string.restrictions))
    own = string.publisher
    if own:
        yield say("publisher", _purposes(own.purposes_consent, language) or say("nothing"))


def _purposes(numbers: Sequence[int], language: Language) -> str:
    return _named(numbers, tcf_purpose_name, language)


def _named(numbers: Iterable[int], name: Callable[[int, Language], str], language: Language) -> str:
    """`1 (Store and/or access information on a device), 12`."""
    words = ((number, name(number, language)) for number in numbers)
    return ", ".join(f"{number} ({text})" if text else str(number) for number, text in words)
