"""`ledger find`: who has or had a value, through the blind index."""

from typing import Any

from console.answers.source import Source
from console.answers.state import state
from ledger.errors import UnknownSubject
from ledger.intake import blind_hash
from projections.timetravel import NOW
from schemas import PERSONAL_FIELDS

__all__ = ["find"]


def find(source: Source, field: str, value: str) -> dict[str, Any]:
    """References of the people, sorted; `current`: whether the value is theirs now.

    Spelling is folded: case and spaces do not matter. The value itself is not repeated.
    """
    key = source.opener.ledger_key("blind")
    wanted = blind_hash(key, field, value)
    found = []
    for reference in source.opener.find(wanted):
        known = _current(source, reference, field)
        found.append(
            {
                "subject": reference,
                "current": known is not None and blind_hash(key, field, known) == wanted,
            }
        )
    return {"field": field, "subjects": found}


def _current(source: Source, reference: str, field: str) -> Any:
    try:
        personal = state(source, reference, NOW)["personal"]
    except UnknownSubject:
        return None
    return personal.get(PERSONAL_FIELDS[field], {}).get(field)
