"""What is recorded beside an act on a consent to show it: a TC string, and the browser's signal. Pure.

Evidence decides nothing here: the act does. Where the two contradict each other is a finding.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from application.words import phrase
from ledger.event import instant
from rulebook.consent_evidence import feature_name, tcf_purpose_name
from schemas.tc_string import TcFault, TcString, Vendors, decoded
from schemas.texts import Language

_ABOUT = "evidence"
_VENDORS = ("vendors_consent", "vendors_li", "vendors_disclosed", "vendors_allowed")


def evidence_of(facts: Mapping[str, Any]) -> dict[str, Any] | None:
    """What facts show: `gpc` (None: not recorded) and `tc_string`; None where there is neither."""
    signal, text = facts.get("gpc"), facts.get("tc_string")
    if signal is None and text is None:
        return None
    return {"gpc": signal, "tc_string": _string(text) if text else None}


def _string(text: str) -> dict[str, Any]:
    """The fields of a string, or by name why this version does not read it."""
    try:
        return decoded_string(decoded(text))
    except TcFault as fault:
        return {"fault": fault.name}


def decoded_string(string: TcString) -> dict[str, Any]:
    """The fields of a string for programs; of vendors how many there are, and their ids as ranges."""
    fields: dict[str, Any] = msgspec.to_builtins(string)
    fields |= {name: instant(getattr(string, name)) for name in ("created", "last_updated")}
    for name in _VENDORS:
        vendors = getattr(string, name)
        fields[name] = None if vendors is None else _counted(vendors)
    return fields


def _counted(vendors: Vendors) -> dict[str, Any]:
    """Ranges without overlaps, and how many ids are in them."""
    ranges: list[list[int]] = []
    for first, last in sorted(vendors):
        if ranges and first <= ranges[-1][1] + 1:
            ranges[-1][1] = max(last, ranges[-1][1])
        else:
            ranges.append([first, last])
    return {"count": sum(last - first + 1 for first, last in ranges), "ranges": ranges}


def evidence_words(evidence: Mapping[str, Any] | None, language: Language) -> list[str]:
    """Evidence in sentences; none where nothing is recorded."""
    return [*_evidence_words(evidence, language)] if evidence else []


def _evidence_words(evidence: Mapping[str, Any], language: Language) -> Iterator[str]:
    if evidence["gpc"] is not None:
        yield phrase(_ABOUT, "signal" if evidence["gpc"] else "no-signal", language)
    string = evidence["tc_string"]
    if string is None:
        return
    if "fault" in string:
        yield phrase(_ABOUT, "unread", language, phrase("tc-fault", string["fault"], language))
    else:
        yield from string_words(string, language)


def string_words(string: Mapping[str, Any], language: Language) -> Iterator[str]:
    """A decoded string in sentences: what it is, what it consents to, which vendors."""

    def say(name: str, *values: Any) -> str:
        return phrase(_ABOUT, name, language, *values)

    yield say(
        "string",
        string["last_updated"][:10],
        string["policy_version"],
        string["vendor_list_version"],
        string["consent_language"],
        string["publisher_country"],
    )
    yield say("made", string["cmp_id"], string["cmp_version"], string["consent_screen"])
    if string["created"] != string["last_updated"]:
        yield say("created", string["created"][:10])
    yield say("consent", _purposes(string["purposes_consent"], language) or say("nothing"))
    yield say("interest", _purposes(string["purposes_li"], language) or say("nothing"))
    features = _named(string["special_features"], feature_name, language)
    yield say("features", features or say("nothing"))
    if string["purpose_one_undisclosed"]:
        yield say("purpose-one")
    yield say("vendors", string["vendors_consent"]["count"], string["vendors_li"]["count"])
    disclosed = string["vendors_disclosed"]
    yield say("disclosed", disclosed["count"]) if disclosed else say("undisclosed")
    if string["restrictions"]:
        yield say("restrictions", len(string["restrictions"]))
    own = string["publisher"]
    if own:
        yield say("publisher", _purposes(own["purposes_consent"], language) or say("nothing"))


def _purposes(numbers: list[int], language: Language) -> str:
    return _named(numbers, tcf_purpose_name, language)


def _named(numbers: list[int], name: Any, language: Language) -> str:
    """`1 (Store and/or access information on a device), 12`."""
    words = ((number, name(number, language)) for number in numbers)
    return ", ".join(f"{number} ({text})" if text else str(number) for number, text in words)
