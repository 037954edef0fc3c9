"""Messages of ETSI TS 103 120 that create an order: its authorisation, and a task for each person or number.

A message may do more than create an order; that is refused, as is one with several authorisations, several
addressees or tasks of several kinds: which of them is meant is not ours to choose.
"""

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from msgspec import Struct, convert

from documents.order_forms.catalogue import CATEGORIES
from documents.order_forms.filled import Filled, Part, gathered
from documents.order_forms.identifiers import OTHER
from documents.order_forms.problems import FormRefused, Problem
from documents.order_forms.safe_xml import Element
from rulebook.calendar import AMSTERDAM
from schemas.formats import instant_of, is_plausible

_NAMESPACES = "http://uri.etsi.org/03120/common/"
_TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"
_DOCUMENT = "DocumentObject"
_READABLE = frozenset(
    {"issuing_state", "file_number", "provision", "kind", "issued_by", "signed_on", "category"}
    | {"issuing_authority", "addressee", "deadline", "issuer_kind", "validator", "validator_kind"}
    | {"phone", "email", "ip_address", "device", "user", "from", "to", "validated_on"}
)


class _Words(Struct, frozen=True, forbid_unknown_fields=True):
    """What `ts_103_120.toml` holds."""

    legal_types: dict[str, str]
    priorities: dict[str, str]
    roles: dict[str, str]
    formats: dict[str, str]
    types: dict[str, tuple[str, ...]]
    deliveries: dict[str, tuple[str, ...]]
    tasks: dict[str, str]


_WORDS = convert(
    tomllib.loads(Path(__file__).with_name("ts_103_120.toml").read_text("utf-8")), _Words
)
_SUBTYPES = {
    one.ts_103_120: one.id for many in CATEGORIES.values() for one in many if one.ts_103_120
}
_Pairs = Iterator[tuple[str, str]]


def is_ts_103_120(root: Element) -> bool:
    """Whether a document is a message of TS 103 120."""
    return root.name == "HI1Message" and root.namespace.startswith(_NAMESPACES)


def read_ts_103_120(root: Element) -> Filled:
    """The order that a message creates, as the form that it comes to. Raises FormRefused."""
    objects = [*_created(root)]
    authorisations = [one for kind, one in objects if kind == "AuthorisationObject"]
    tasks = [(_WORDS.tasks[kind], one) for kind, one in objects if kind in _WORDS.tasks]
    problems = [*_unclear(authorisations, tasks)]
    if problems:
        raise FormRefused(problems)
    reading = _Reading(root, authorisations[0], tasks)
    others = {kind for kind, _ in objects} - _WORDS.tasks.keys() - {"AuthorisationObject"}
    return Filled(reading.code, tuple(reading.parts()), _READABLE, ("",) if others else ())


def _created(root: Element) -> Iterator[tuple[str, Element]]:
    """Type and element of each object that the message creates. Raises FormRefused for any other message."""
    actions = [*_at([root], "Payload", "RequestPayload", "ActionRequests", "ActionRequest")]
    made = [*_at(actions, "CREATE", "HI1Object")]
    if not actions or len(made) != len(actions):
        raise FormRefused([Problem("not-a-request")])
    for one in made:
        yield one.attributes.get(_TYPE, "").rpartition(":")[2], one


def _unclear(authorisations: list[Element], tasks: list[tuple[str, Element]]) -> Iterator[Problem]:
    """What leaves open which order is meant."""
    if len(authorisations) != 1:
        yield Problem("authorisations")
    if len({kind for kind, _ in tasks}) != 1:
        yield Problem("tasks")
    for authorisation in authorisations:
        if len([*_at([authorisation], "AuthorisationCSPID", "CSPID")]) > 1:
            yield Problem("addressees")
        if len([*_at([authorisation], "AuthorisationLegalType", "Value")]) > 1:
            yield Problem("legal-types")


def _at(elements: Iterable[Element], *names: str) -> Iterable[Element]:
    """The elements below others, by the names on the way."""
    for name in names:
        elements = [child for element in elements for child in element.named(name)]
    return elements


def _texts(element: Element, *names: str) -> list[str]:
    return [one.text for one in _at([element], *names)]


def _words(found: Iterable[str], words: Mapping[str, str]) -> Iterator[str]:
    """Each value as we write it; one that is not known as it is, which is refused later."""
    return (words.get(text, text) for text in found)


class _Reading:
    """One message, as the form that it comes to."""

    def __init__(
        self, root: Element, authorisation: Element, tasks: list[tuple[str, Element]]
    ) -> None:
        self._root, self._authorisation, self._tasks = root, authorisation, tasks
        legal = _texts(authorisation, "AuthorisationLegalType", "Value")
        self._legal = legal[0] if legal else ""
        self.code = _WORDS.legal_types.get(self._legal, "national")

    def parts(self) -> Iterator[Part]:
        """The sections of the form that a message holds."""
        first = self._national() if self.code == "national" else self._european()
        for letter, pairs in first:
            values = gathered(pairs)
            if values:
                yield Part(letter, values)
        letter = {"national": "B", "epoc": "EF", "epoc-pr": "CD"}[self.code]
        for _, task in self._tasks:
            yield Part(letter, gathered(self._task(task)))

    def _national(self) -> Iterator[tuple[str, _Pairs]]:
        yield "A", self._order()

    def _order(self) -> _Pairs:
        if self._legal:
            yield "provision", self._legal
        yield "kind", self._tasks[0][0]
        for role in self._roles("ApproverDetails", "ApproverRole"):
            yield "issued_by", role
        yield from self._common()
        for approved in self._roles("ApprovalTimestamp"):
            yield "signed_on", _day(approved)
        if "IsEmergency" in self._flags():
            yield "urgent", "true"

    def _european(self) -> Iterator[tuple[str, _Pairs]]:
        issuer, validator = ("I", "J") if self.code == "epoc" else ("F", "G")
        yield "A", self._authority()
        yield "B", (("addressee", text) for text in self._addressees())
        if self.code == "epoc":
            priorities = _texts(self._authorisation, "AuthorisationPriority", "Value")
            yield "C", (("deadline", text) for text in _words(priorities, _WORDS.priorities))
        yield issuer, self._approval("IssuingAuthority", "issuer_kind", "signed_on")
        yield validator, self._approval("ValidatingAuthority", "validator_kind", "validated_on")

    def _authority(self) -> _Pairs:
        yield from self._common()
        for approval in self._approvals("IssuingAuthority"):
            for name in _texts(approval, "ApproverDetails", "ApproverName"):
                yield "issuing_authority", name

    def _common(self) -> _Pairs:
        for state in _texts(self._root, "Header", "SenderIdentifier", "CountryCode"):
            yield "issuing_state", state
        for reference in _texts(self._authorisation, "AuthorisationReference"):
            yield "file_number", reference

    def _addressees(self) -> list[str]:
        return _texts(self._authorisation, "AuthorisationCSPID", "CSPID", "UniqueIdentifier")

    def _approvals(self, kind: str) -> Iterator[Element]:
        for one in self._authorisation.named("AuthorisationApprovalDetails"):
            if _texts(one, "ApprovalType") == [kind]:
                yield one

    def _approval(self, which: str, kind: str, on: str) -> _Pairs:
        for one in self._approvals(which):
            for role in _words(_texts(one, "ApproverDetails", "ApproverRole"), _WORDS.roles):
                yield kind, role
            for approved in _texts(one, "ApprovalTimestamp"):
                yield on, _day(approved)
            if kind == "validator_kind":
                for name in _texts(one, "ApproverDetails", "ApproverName"):
                    yield "validator", name
            elif _texts(one, "ApprovalIsEmergency") == ["true"]:
                yield "without_validation", "true"

    def _roles(self, *names: str) -> list[str]:
        """Something of every approval, each value once."""
        found = _texts(self._authorisation, "AuthorisationApprovalDetails", *names)
        return [*dict.fromkeys(_words(found, _WORDS.roles))]

    def _flags(self) -> list[str]:
        return _texts(self._authorisation, "AuthorisationFlags", "AuthorisationFlag", "Value")

    def _task(self, task: Element) -> _Pairs:
        details = [*task.named("RequestDetails")]
        for one in details:
            yield from _span(one)
            yield from _sought(_at([one], "RequestValues", "RequestValue"))
            yield from _requested(one)
        for one in task.named("Timespan"):
            yield from _span(one)
        path = ("TargetIdentifier", "TargetIdentifierValues", "TargetIdentifierValue")
        yield from _sought(_at([task], *path))
        for delivery in _texts(task, "DeliveryType", "Value"):
            yield from (("category", one) for one in _WORDS.deliveries.get(delivery, (delivery,)))


def _day(text: str) -> str:
    """The day here of an instant that may be; another text as it is."""
    instant = instant_of(text)
    if instant is None or not is_plausible(instant):
        return text
    return instant.astimezone(AMSTERDAM).date().isoformat()


def _span(element: Element) -> _Pairs:
    for name, field in (("StartTime", "from"), ("EndTime", "to")):
        for text in _texts(element, name):
            yield field, text


def _sought(values: Iterable[Element]) -> _Pairs:
    """What to look for, each under the field of its format."""
    for one in values:
        formats, texts = _texts(one, "FormatType", "FormatName"), _texts(one, "Value")
        field = _WORDS.formats.get(formats[0], OTHER) if len(formats) == 1 else OTHER
        for text in texts:
            # The format has the digits alone; they begin with the country code.
            yield field, f"+{text}" if field == "phone" and text.isdecimal() else text


def _requested(details: Element) -> _Pairs:
    """Categories of data: the subtypes where they are named, else all of the type."""
    subtypes = _texts(details, "Subtype", "RequestSubtype", "Value")
    types = [
        group
        for text in _texts(details, "Type", "Value")
        for group in _WORDS.types.get(text, (text,))
    ]
    for group in types:
        if not (subtypes and group == "subscriber"):
            yield "category", group
    for text in subtypes:
        yield "category", _SUBTYPES.get(text, text)
