"""What an event must say clearly, since it could tell of an investigation.

Why something was done, by whom, with what result, and under which provision. There an unknown
word is not taken for an ordinary one, nor is an unknown provision, in any type.
"""

from collections.abc import Collection, Mapping
from typing import Any, Final

from msgspec.structs import fields

from schemas import names
from schemas.catalogue import DISCLOSING, EVENT_TYPES
from schemas.clearance import Clearance
from schemas.event_type import EventType
from schemas.ordinary import Ordinary, Place
from schemas.strings import SAYING_WHY, MessageTexts

UPKEEP: Final = frozenset({"recipient", "activity", "role", "system", "measure", "notice"})
"""Subjects of the register's upkeep: it says which parties and rules there are, not what was done about a
person."""
# Types that say why something was done to a person's data because of others, or was not done: each word
# of theirs must be known.
_SAYING: Final = frozenset(
    map(
        names.type_of,
        (
            names.DISCLOSURE_NOTICE_REQUESTED,
            names.DISCLOSURE_NOTICE_GIVEN,
            names.DISCLOSURE_NOTICE_WITHHELD,
            names.LEGAL_HOLD_PLACED,
            names.LEGAL_HOLD_REVIEWED,
            names.LEGAL_HOLD_RELEASED,
            names.RIGHTS_REQUEST_EXTENDED,
            names.RIGHTS_REQUEST_REFUSED,
            names.RIGHTS_REQUEST_ANSWERED,
            names.OBJECTION_RAISED,
            names.OBJECTION_UPHELD,
            names.OBJECTION_OVERRULED,
            names.SERVICE_BLOCKED,
            names.SERVICE_UNBLOCKED,
            names.SERVICE_DEACTIVATED,
            names.PROCESSING_RESTRICTED,
            names.RESTRICTION_LIFTED,
            names.ERASURE_DECIDED,
            names.RECIPIENT_NOTIFIED,
            names.PERSONAL_DATA_ACCESSED,
            names.EVENT_ANNULLED,
            names.NUMBER_PORTING_CANCELLED,
        ),
    )
)
# In these, and where others receive data or ask for it, so must the provision be.
_TELLING: Final = (
    _SAYING
    | DISCLOSING
    | set(
        map(
            names.type_of,
            (
                names.NUMBER_PORTING_REQUESTED,
                names.NUMBER_PORTING_PERFORMED,
                names.EQUIPMENT_SHIPPED,
                names.ACCOUNT_DEACTIVATED,
                names.ACCOUNT_REACTIVATED,
                names.INTERNAL_REPORT_PRODUCED,
                names.SUPERVISORY_INQUIRY_RECEIVED,
                names.SUPERVISORY_INQUIRY_ANSWERED,
                names.COURT_PETITION_RECEIVED,
            ),
        )
    )
)
_ERASURE: Final = names.type_of(names.ERASURE_DECIDED)
_PLACES: Final[Mapping[str, Place]] = {
    **dict.fromkeys(SAYING_WHY, "reason"),
    **dict.fromkeys(("ground", "rule"), "ground"),
    **dict.fromkeys(("role", "purpose", "purposes"), "business"),
}
# What an authority gets data for says more than what others do.
_ASKED: Final = frozenset({"purpose", "necessity_reason"})
_CLASSIFIED: Final = frozenset({"dataclassification", "dataregulation", "datacategory"})
# A court gets what a duty commands under a provision, or a criminal court may have commanded it.
_COURT, _DUTIES = "court", frozenset({"6-1-c", "6-1-e"})
# No honest message says so much in one place.
_MOST: Final = 256

TELLING_NAMES: Final = tuple(
    sorted(EVENT_TYPES[name].name.replace("-", "") for name in _TELLING - {_ERASURE})
)
"""The letters of their names: bytes that hold one and cannot be read cannot be judged.

What the privacy office decides on an erasure comes from a program of this house: a fault in it is shown.
"""


class Unclear:
    """Looks whether a message leaves open what it tells. `authorities`: kinds of recipient that are some."""

    def __init__(
        self, ordinary: Ordinary, clearance: Clearance, authorities: Collection[str]
    ) -> None:
        self._ordinary = ordinary
        self._clearance = clearance
        self._authorities = frozenset(authorities)

    def is_due(self, message: dict[str, Any]) -> bool:
        """Whether a message of a known type and the right shape may be unclear."""
        name: str = message["type"]
        data: dict[str, Any] = message["data"]
        if name == _ERASURE or data.get("recipient_kind") in self._authorities:
            return True
        for member, place in _JUDGED[name]:
            text = data.get(member)
            if text is not None and not (text.__class__ is str and self._is_code(place, text)):
                return True
        provision = data.get("provision")
        if provision is not None and name in _TELLING and not self._clearance.is_known(provision):
            return True
        return not _CLASSIFIED.isdisjoint(message)

    def is_open(self, message: Any, texts: MessageTexts) -> bool:
        """Whether a JSON value of any shape is unclear: an event, events in a list or a wrapper, or none."""
        event = message if isinstance(message, dict) else {}
        name, data = event.get("type"), event.get("data")
        types = {type for type in (name, *texts.types) if isinstance(type, str)}
        if not self._are_ordinary(types, texts):
            return True
        facts = data if isinstance(data, dict) else {}
        if isinstance(name, str) and name in _TELLING and _hides(data, facts, texts):
            return True
        return _is_duty_to_court(facts) or self._hides_provision(types, texts, facts)

    def _hides_provision(self, types: set[str], texts: MessageTexts, facts: dict[str, Any]) -> bool:
        """Whether an unknown provision stands where it must be known."""
        is_free = bool(types) and types <= _FREE
        return not (is_free or self._are_provisions(texts, facts.get("recipient_kind")))

    def _are_ordinary(self, types: set[str], texts: MessageTexts) -> bool:
        """Whether types, kinds of recipient and the words of the judged members are all known as ordinary."""
        kinds = texts.of("recipient_kind")
        if not all(map(self._ordinary.is_type, types)) or not all(
            map(self._ordinary.is_kind, kinds)
        ):
            return False
        places = _places(types, texts, self._authorities)
        return all(self._are_codes(place, texts.of(member)) for member, place in places.items())

    def _are_provisions(self, texts: MessageTexts, kind: Any) -> bool:
        name = kind if isinstance(kind, str) else ""
        return all(
            self._clearance.is_known(text) or self._clearance.is_mistake(text, name)
            for text in texts.of("provision")
        )

    def _are_codes(self, place: Place, texts: Collection[str]) -> bool:
        return len(texts) <= _MOST and all(self._is_code(place, text) for text in texts)

    def _is_code(self, place: Place, text: str) -> bool:
        """Whether a text is ordinary. A ground may be an article that is known to be open."""
        return self._ordinary.is_code(place, text) or (
            place == "ground" and self._clearance.is_article(text)
        )


def _says(data: Any) -> bool:
    """Whether what stands for the facts of an event says anything."""
    return bool(data) and data.__class__ not in {bool, int, float}


def _is_duty_to_court(facts: dict[str, Any]) -> bool:
    basis = facts.get("legal_basis")
    return (
        facts.get("recipient_kind") == _COURT
        and isinstance(basis, str)
        and basis in _DUTIES
        and "provision" not in facts
    )


def _hides(data: Any, facts: dict[str, Any], texts: MessageTexts) -> bool:
    """Whether the data of an event cannot be read, or is no object and says something all the same."""
    return not texts.readable or (not facts and _says(data))


def _places(
    types: Collection[str], texts: MessageTexts, authorities: Collection[str]
) -> dict[str, Place]:
    """The members of a message that are judged, and where their words are listed.

    Of an unknown type all are judged; of a type that is not about other parties, those that it does not have.
    """
    unjudged = set.intersection(*(_UNJUDGED.get(type, set()) for type in types)) if types else set()
    places = {member: place for member, place in _PLACES.items() if member not in unjudged}
    if texts.of("disclosure_id"):
        places["channel"] = "reason"
    if not frozenset(authorities).isdisjoint(texts.of("recipient_kind")):
        places |= dict.fromkeys(_ASKED, "authority")
    return places


def _judged(entry: EventType) -> tuple[tuple[str, Place], ...]:
    """The members of a type's facts that are judged where its shape is right."""
    if entry.type not in _SAYING:
        return ()
    members = {field.name for field in fields(entry.data)}
    places = {**_PLACES, "channel": "reason"} if "disclosure_id" in members else _PLACES
    return tuple((name, place) for name, place in sorted(places.items()) if name in members)


def _unjudged(entry: EventType) -> set[str]:
    """The members that say of a type's own business why: any code, as the contract has it."""
    if entry.type in _SAYING:
        return set()
    members = {field.name for field in fields(entry.data)}
    return set(SAYING_WHY) - _CLASSIFIED if entry.subjects <= UPKEEP else members


_UNJUDGED: Final = {name: _unjudged(entry) for name, entry in EVENT_TYPES.items()}
_JUDGED: Final = {name: _judged(entry) for name, entry in EVENT_TYPES.items()}
# Types in which an unknown provision is a finding, and no reason to refuse.
_FREE: Final = EVENT_TYPES.keys() - _TELLING
