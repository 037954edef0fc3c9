"""Rules that hold between members, where the shape of each one alone is right.

Pure functions over messages that the structs of their envelope and data have already accepted.
Each gives the pointer of what breaks it, or None.
"""

from typing import Any

from schemas.catalogue import ERASED, EVENT_TYPES
from schemas.event import OWN_SOURCES
from schemas.formats import INSTANT, instant_of
from schemas.personal import REMARK, lacks_category, malformed
from schemas.references import OUTSIDERS, PERSONS, kind_of
from schemas.shapes import members_marked

_INSTANTS = {name: members_marked(entry.data, INSTANT) for name, entry in EVENT_TYPES.items()}
_NEEDS_PROVISION = frozenset({"6-1-c", "6-1-e"})


def is_own(source: str) -> bool:
    """True for a source that is reserved for a ledger itself; the name of a URN ignores case."""
    return source.lower().startswith(OWN_SOURCES)


def broken_rule(message: dict[str, Any]) -> str | None:
    """The pointer of the first broken rule, whoever sends the event."""
    entry = EVENT_TYPES[message["type"]]
    kind = kind_of(message["subject"])
    if kind not in entry.subjects:
        return "/subject"
    data = message["data"]
    below = (
        _legal(data, entry.needs_activity and kind in OUTSIDERS)
        or _not_an_instant(data, _INSTANTS[entry.type])
        or _personal(data, kind in PERSONS)
    )
    return None if below is None else f"/data{below}"


def _legal(data: dict[str, Any], needs_activity: bool) -> str | None:
    if needs_activity and "activity" not in data:
        return "/activity"
    if needs_activity and "legal_basis" not in data:
        return "/legal_basis"
    if data.get("legal_basis") in _NEEDS_PROVISION and "provision" not in data:
        return "/provision"
    if data.get("origin") == "third-party" and "from_recipient" not in data:
        return "/from_recipient"
    return None


def _not_an_instant(data: dict[str, Any], members: tuple[str, ...]) -> str | None:
    for member in members:
        if member in data and instant_of(data[member]) is None:
            return f"/{member}"
    return None


def _personal(data: dict[str, Any], about_person: bool) -> str | None:
    personal = data.get("personal")
    if personal is None:
        return None
    if not about_person:
        return "/personal"
    if lacks_category(personal, data.get("categories", [])):
        return "/categories"
    below = malformed(personal)
    return None if below is None else f"/personal{below}"


def foreign_rule(message: dict[str, Any]) -> str | None:
    """The pointer of the first rule broken by an event that does not come from a ledger itself."""
    if is_own(message["source"]):
        return "/source"
    if message["type"] == ERASED:
        data = message["data"]
        if data["keys_destroyed"]:
            return "/data/keys_destroyed"
        if REMARK in data["categories"]:
            return f"/data/categories/{data['categories'].index(REMARK)}"
    return None
