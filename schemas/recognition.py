"""Messages that are alike: a check that one of them passed is not repeated for the next.

A source writes thousands of messages that differ in little: the person, the time, the event's id, the
personal values, the reference of a case. All else is the same text, so every check of it has the same result.
The second such message leaves a `Kind`: the decisions, and the canonical JSON around the parts that vary.
Those parts are checked in every message.

Only acceptance is remembered. A message with anything unusual is not recognised; then `schemas.admission`
looks at the whole of it, and names its fault. Invariant: a recognised message gives the event that
`schemas.admission` would give. No personal value is remembered.
"""

from collections.abc import Callable, Hashable
from datetime import datetime
from operator import itemgetter
from typing import Any, Final

import msgspec
import orjson
from msgspec import Struct

from schemas.canonical import canonical_of
from schemas.envelope import ATTRIBUTES
from schemas.event import AdmissionRules, Event
from schemas.events.disclosure import PRIVATE_KINDS
from schemas.formats import (
    instant_of,
    is_ahead,
    is_id,
    is_plausible,
    is_traceparent,
    is_uuid,
)
from schemas.leaks import is_harmless_id, is_harmless_reference, leak_of_subject
from schemas.personal import Fit, formatted_in
from schemas.references import is_numbered, kind_of
from schemas.rules import checks_of
from schemas.sources import not_allowed

# The others are seldom there, and are looked at in ways of their own.
_USUAL: Final = ATTRIBUTES - {"tracestate", "correlationid", "causationid"}
_SINGLE: Final = frozenset({str, int, float, bool})
_LARGEST: Final = 2**63 - 1
# Uses flat memory, other than orjson, which is for values that are known to be small.
_encode: Final = msgspec.json.Encoder().encode
# Facts with more bytes of JSON than this are looked at each time.
_MOST_FACTS: Final = 2_048
# Stands for what varies while the JSON around it is made. A message that holds it leaves no kind.
_HOLE: Final = "\ue0f1"
# The varying parts that are not texts in JSON: their places have no quotes.
_BARE: Final = frozenset({"personal", "sequence"})


class Kind(Struct, frozen=True):
    """The common part of messages that are alike.

    `facts`: with places for those that vary. `formatted`: the personal fields with a format. `template`:
    canonical JSON with places for the varying parts; `places` gives these in order.
    """

    activity: str | None
    legal_basis: str | None
    provision: str | None
    categories: tuple[str, ...]
    facts: dict[str, Any]
    formatted: tuple[Fit, ...]
    template: str
    places: Callable[[dict[str, Any]], tuple[Any, ...]]


class Parts(Struct, gc=False):
    """A message taken apart: the key of its kind, personal values, and the facts that vary."""

    key: tuple[Hashable, ...]
    message: dict[str, Any]
    personal: dict[str, Any]
    varying: dict[str, str]


def parts_of(message: Any, intake: AdmissionRules) -> Parts | None:
    """The parts of a parsed message; None where it has none of the usual shape."""
    try:
        return None if intake.confidential else _taken_apart(message)
    except (KeyError, TypeError, AttributeError, OverflowError, RecursionError):
        return None


def _taken_apart(message: dict[str, Any]) -> Parts | None:
    data, type = message["data"], message["type"]
    facts: dict[str, Any] = data.copy()
    personal: dict[str, Any] = facts.pop("personal") if "personal" in data else {}
    varying = {}
    for name, _ in checks_of(type).references:
        if facts.get(name).__class__ is str:
            varying[name], facts[name] = facts[name], _HOLE
    same = _encode(facts)
    if len(same) > _MOST_FACTS or ("personal" in data and not personal):
        return None
    about = message["source"], message["specversion"], message.get("datacontenttype")
    key = (type, same, kind_of(message["subject"]), about, tuple(message), tuple(personal.keys()))
    return Parts(key, message, personal, varying)


def event_of(parts: Parts, intake: AdmissionRules, now: datetime) -> Event | None:
    """The event that a message of a known kind is; None where the kind is unknown, or anything is unusual."""
    try:
        kind: Kind | None = intake.secrecy.admitted.get(parts.key)
        return None if kind is None else _recognised(parts, kind, intake, now)
    except (TypeError, orjson.JSONEncodeError):  # what varies has no type that it may have
        return None


def _recognised(parts: Parts, kind: Kind, intake: AdmissionRules, now: datetime) -> Event | None:
    message, personal, varying = parts.message, parts.personal, parts.varying
    time = instant_of(message["time"])
    if time is None or not is_plausible(time) or is_ahead(time, now):
        return None
    if not _is_usual(parts, kind, intake):
        return None
    sequence: int | None = message.get("sequence")
    trace: str | None = message.get("traceparent")
    places = {
        "id": message["id"],
        "subject": message["subject"],
        "time": msgspec.to_builtins(time),
        "sequence": sequence,
        "traceparent": trace,
        "personal": orjson.dumps(personal, None, orjson.OPT_SORT_KEYS).decode(),
    }
    return Event(
        message["type"],
        message["id"],
        message["source"],
        message["subject"],
        time,
        sequence,
        {} if trace is None else {"traceparent": trace},
        kind.activity,
        kind.legal_basis,
        kind.provision,
        kind.categories,
        kind.facts | varying if varying else kind.facts,
        personal,
        (kind.template % kind.places(places | varying if varying else places)).encode(),
    )


def _is_usual(parts: Parts, kind: Kind, intake: AdmissionRules) -> bool:
    """Whether all that varies but the time has its form, leads to no person, and names no secret."""
    message, varying = parts.message, parts.varying
    texts = _names(message)
    if texts is None or not (_fits(parts.personal, kind.formatted) and _has_usual_order(message)):
        return False
    if varying:
        if not _fits_facts(parts):
            return False
        texts += varying.values()
    return not_allowed(message, intake) is None and not intake.secrecy.withholds_texts(texts)


def _names(message: dict[str, Any]) -> list[str] | None:
    """Id and subject as far as they may hold words; None where one has not its form, or leads to a person."""
    id, subject = message["id"], message["subject"]
    names = []
    if not is_uuid(id):
        if not (is_id(id) and is_harmless_id(id)):
            return None
        names.append(id)
    if not is_numbered(subject):
        if leak_of_subject(subject):
            return None
        names.append(subject)
    return names


def _has_usual_order(message: dict[str, Any]) -> bool:
    """Whether sequence and trace have their form, where they are there."""
    if "sequence" in message:
        sequence = message["sequence"]
        if sequence.__class__ is not int or not 0 <= sequence <= _LARGEST:
            return False
    return "traceparent" not in message or is_traceparent(message["traceparent"]) is not None


def _fits(personal: dict[str, Any], formatted: tuple[Fit, ...]) -> bool:
    """Whether personal values have the types and formats of their fields. A list of such ones is unusual."""
    if not _SINGLE.issuperset(map(type, personal.values())) and not all(
        map(_is_flat, personal.values())
    ):
        return False
    for name, fits in formatted:
        if personal[name].__class__ is not str or not fits(personal[name]):
            return False
    return True


def _is_flat(value: Any) -> bool:
    return value.__class__ in _SINGLE or (
        value.__class__ is list and _SINGLE.issuperset(map(type, value))
    )


def _fits_facts(parts: Parts) -> bool:
    """Whether the facts that vary have their form, and look like nothing of a person."""
    fits = dict(checks_of(parts.message["type"]).references)
    return all(
        fits[name](text) and is_harmless_reference(text) for name, text in parts.varying.items()
    )


def learn(parts: Parts, event: Event, intake: AdmissionRules) -> None:
    """Remember the kind of a message that gave an event, when it is met again and may be remembered."""
    if not intake.secrecy.admitted.met_again(parts.key):
        return
    message = parts.message
    if not message.keys() <= _USUAL or message["data"].get("kind") in PRIVATE_KINDS:
        return
    holed = _holed(parts)
    if holed is None:
        return
    template, names = holed
    kind = Kind(
        event.activity,
        event.legal_basis,
        event.provision,
        event.categories,
        event.facts,
        formatted_in(tuple(parts.personal)),
        template,
        itemgetter(*names),
    )
    intake.secrecy.admitted.keep(parts.key, kind)


def _holed(parts: Parts) -> tuple[str, list[str]] | None:
    """Canonical JSON of a message with places for what varies, and the names of that in order.

    None where a place cannot be told from the message's own text.
    """
    message, checks = parts.message, checks_of(parts.message["type"])
    data = message["data"] | {name: _hole(name) for name in parts.varying}
    names = [*parts.varying, "id", "subject", "time"]
    names += [name for name in ("sequence", "traceparent") if name in message]
    if parts.personal:
        names.append("personal")
        data["personal"] = _hole("personal")
    said = {name: _hole(name) for name in names if name in message}
    text = canonical_of(
        message | said | {"data": data}, _hole("time"), checks.instants, checks.silent
    ).decode()
    if text.count(_HOLE) != 2 * len(names):
        return None
    names.sort(key=lambda name: text.index(_hole(name)))
    template = text.replace("%", "%%")
    for name in names:
        quote = '"' if name in _BARE else ""
        template = template.replace(f"{quote}{_hole(name)}{quote}", "%s")
    return template, names


def _hole(name: str) -> str:
    return f"{_HOLE}{name}{_HOLE}"
