"""Of which number a record is: an order that names one number may have the records of no other. Pure.

A name, an address or a letter belongs to the person. A call, a place, a SIM or a device belongs to one line
of the person, and only what stands in the record itself says to which: nothing is guessed from which numbers
a person had. A line is known by a telephone number, or by another mark, such as that of a SIM.
"""

import re
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Literal, NamedTuple

from ledger.keys.opening import Missing
from ledger.writing.packing import spelling
from projections.use.stretches import Stretch
from schemas import PERSONAL_FIELDS
from schemas.personal import Single, Value, each_of

Opened = Mapping[str, Value | Missing]
Tie = Literal["ordered", "other", "unknown"]
"""Whether a record is of an ordered line, of another one, or does not say of which."""
NUMBERS = ("assigned_numbers", "mobile_number", "fixed_number")
"""Fields that a telephone number of a person may stand in."""
_NUMBER = "number"
_ENDS = ("calling_number", "called_number")
_MARKS = ("sim_iccid", "service_ids", "device_id", "ip_address", "cookie_id")
KINDS: Mapping[str, str] = {
    **dict.fromkeys((*NUMBERS, *_ENDS), _NUMBER),
    **{field: field for field in _MARKS},
}
"""Field -> the kind of mark that its values are. A value of any other field names a person, and no line."""
OF_LINES = {
    *("assigned_numbers", "sim_iccid", "service_ids"),
    *(
        field
        for field, category in PERSONAL_FIELDS.items()
        if category in {"traffic", "location", "device", "behaviour"}
    ),
}
"""Fields whose values belong to one line of a person; those of all others belong to the person."""
_OCCUR = OF_LINES - {"assigned_numbers", "sim_iccid", "service_ids"}
SHARED = frozenset(
    field
    for field, category in PERSONAL_FIELDS.items()
    if category in {"identity", "address"} and field != "kvk_number"
)
"""Fields of which many persons may have the same value: one alone says of nobody who it is."""
_INTERNATIONAL = re.compile(r"\+[1-9][0-9]{6,14}")


class Line(NamedTuple):
    """A mark that an order names, as it is compared, and when it was the person's."""

    kind: str
    mark: str
    stretches: tuple[Stretch, ...]


class Told(NamedTuple):
    """Of some fields of a record: the values that may be told, and the fields of which no line is known."""

    values: dict[str, Value]
    unknown: frozenset[str]


def marks(field: str, value: Value) -> frozenset[str]:
    """The marks that a value is, as they are compared. A telephone number is one however it is written."""
    return frozenset(_mark(field, each) for each in each_of(value))


def lines_of(field: str, value: Value, stretches: tuple[Stretch, ...]) -> list[Line]:
    """The lines that a value of a field names. `stretches`: when they were the person's."""
    return [Line(KINDS[field], mark, stretches) for mark in sorted(marks(field, value))]


def _mark(field: str, single: Single) -> str:
    if KINDS.get(field) != _NUMBER:
        return spelling(single)
    text = re.sub(r"[^0-9+]", "", str(single))
    text = re.sub(r"^00", "+", text)
    text = re.sub(r"^0(?=[1-9])", "+31", text)
    text = re.sub(r"^31(?=[1-9][0-9]{8}$)", "+31", text)
    return text if _INTERNATIONAL.fullmatch(text) else spelling(single)


def told_of(opened: Opened, fields: Iterable[str], lines: Collection[Line], time: datetime) -> Told:
    """What an order that names lines may be told of a record. `opened`: all of it; `time`: when it was."""
    then = [line for line in lines if any(s.since <= time <= s.until for s in line.stretches)]
    values: dict[str, Value] = {}
    unknown: set[str] = set()
    for field in fields:
        value = opened[field]
        if isinstance(value, Missing):
            continue
        told, tie = _told(opened, field, value, then if field in _OCCUR else lines)
        if told is not None:
            values[field] = told
        elif tie == "unknown":
            unknown.add(field)
    return Told(values, frozenset(unknown))


def _told(
    opened: Opened, field: str, value: Value, lines: Collection[Line]
) -> tuple[Value | None, Tie]:
    """What may be told of a value, and of which line it is; what belongs to the person is told as it is."""
    named = {line.mark for line in lines if line.kind == KINDS.get(field)}
    if field not in _ENDS and named:
        part = _only(field, value, named)
        return part, "other" if part is None else "ordered"
    tie = _tie(opened, lines) if field in OF_LINES else "ordered"
    return value if tie == "ordered" else None, tie


def _only(field: str, value: Value, named: Collection[str]) -> Value | None:
    """The part of a value that is ordered; None where nothing of it is."""
    left = [each for each in each_of(value) if _mark(field, each) in named]
    if not left:
        return None
    return left if isinstance(value, list) else value


def _tie(opened: Opened, lines: Collection[Line]) -> Tie:
    """Of which line a record is. At a time at which no ordered line was the person's it is of another one."""
    kinds = {line.kind for line in lines}
    ties = {
        _tie_by(opened, kind, {line.mark for line in lines if line.kind == kind}) for kind in kinds
    }
    if "ordered" in ties:
        return "ordered"
    return "unknown" if "unknown" in ties else "other"


def _tie_by(opened: Opened, kind: str, named: Collection[str]) -> Tie:
    if kind == _NUMBER and any(field in opened for field in _ENDS):
        return _tie_of_call(opened, named)
    fields = NUMBERS if kind == _NUMBER else (kind,)
    stated = _stated(opened, fields)
    if stated is None or not stated:
        return "unknown"
    if stated <= set(named):
        return "ordered"
    return "other" if stated.isdisjoint(named) else "unknown"


def _tie_of_call(opened: Opened, named: Collection[str]) -> Tie:
    """A call is of the number at either end. It is of another one only if both ends say so."""
    ends = [_stated(opened, [field]) for field in _ENDS if field in opened]
    if any(end and not end.isdisjoint(named) for end in ends):
        return "ordered"
    both = [end for end in ends if end and all(map(_INTERNATIONAL.fullmatch, end))]
    return "other" if len(both) == len(_ENDS) else "unknown"


def _stated(opened: Opened, fields: Iterable[str]) -> frozenset[str] | None:
    """The marks that some fields of a record hold; None where one of them opens no more."""
    found: frozenset[str] = frozenset()
    for field in fields:
        value = opened.get(field)
        if isinstance(value, Missing):
            return None
        if value is not None:
            found |= marks(field, value)
    return found
