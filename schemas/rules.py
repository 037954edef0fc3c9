"""Rules that hold between members, where the shape of each one alone is right.

Pure functions over messages that the structs of their envelope and data have already accepted. Each gives the
pointer of the member that breaks it, or None.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from typing import Any

from msgspec import Struct
from msgspec.structs import fields

from schemas.catalogue import ALL_TYPES, ERASED
from schemas.event import OWN_SOURCES
from schemas.facts import COMMON_LISTS, Facts
from schemas.formats import (
    CODE,
    DAY,
    ID,
    INSTANT,
    LAST_DAY,
    OPEN,
    TC_STRING,
    instant_of,
    is_plausible,
    is_plausible_day,
    is_plausible_end,
)
from schemas.personal import REMARK, Fit, unfit_field
from schemas.references import OUTSIDERS, PERSONS, Kind, kind_of
from schemas.shapes import members_marked, names_marked, plain_texts
from schemas.tc_string import is_tc_string

# A member that is a date, or holds objects of which some members are.
Dated = tuple[str, frozenset[str]]


class Checks(Struct, frozen=True):
    """The checks of one event type, laid out for speed.

    `instants` are the facts that must name a real instant, `days` and `last_days` those that are dates,
    `open_facts` those that a sender words freely, so that personal data may have slipped into them,
    `tc_strings` those of the Transparency and Consent Framework. `silent`: members that are optional, and say
    nothing when they are empty. `references`: numbers of a firm, such as that of a case, and the formats that
    they must fit.
    """

    data: type[Facts]
    subjects: frozenset[Kind]
    needs_activity: bool
    erases: bool
    instants: tuple[str, ...]
    days: tuple[Dated, ...]
    last_days: tuple[Dated, ...]
    open_facts: tuple[str, ...]
    tc_strings: tuple[str, ...]
    silent: tuple[str, ...]
    references: tuple[Fit, ...]


@cache
def checks_of(type: str) -> Checks:
    """The checks of a type that other systems may send. Raises KeyError for every other name.

    Made when it is first asked for: to look through all types takes a fifth of a second.
    """
    entry = ALL_TYPES[type]
    if entry.own:
        raise KeyError(type)
    return Checks(
        data=entry.data,
        subjects=entry.subjects,
        needs_activity=entry.needs_activity,
        erases=entry.type == ERASED,
        instants=members_marked(entry.data, INSTANT),
        days=names_marked(entry.data, DAY),
        last_days=names_marked(entry.data, LAST_DAY),
        open_facts=members_marked(entry.data, OPEN),
        tc_strings=members_marked(entry.data, TC_STRING),
        silent=_silent(entry.data),
        references=tuple(
            (name, re.compile(pattern).match)
            for name, pattern in plain_texts(entry.data).items()
            if name.endswith("_ref") and pattern in {CODE, ID}
        ),
    )


def _silent(data: type[Facts]) -> tuple[str, ...]:
    """The lists whose empty form means the same as their absence."""
    lists = (field for field in fields(data) if field.name in COMMON_LISTS)
    return tuple(field.name for field in lists if not field.required)


def is_own(source: str) -> bool:
    """True for a source that is reserved for a ledger itself; the name of a URN ignores case."""
    return source.lower().startswith(OWN_SOURCES)


def broken_rule(message: dict[str, Any], checks: Checks) -> str | None:
    """The pointer of the first rule that a message from outside breaks."""
    if is_own(message["source"]):
        return "/source"
    kind = kind_of(message["subject"])
    if kind not in checks.subjects:
        return "/subject"
    data = message["data"]
    below = _broken_legal_rule(data, checks.needs_activity and kind in OUTSIDERS)
    if below is None:
        below = _broken_by_type(data, checks)
    if below is None and "personal" in data:
        below = _unfit_personal(data) if kind in PERSONS else "/personal"
    return None if below is None else f"/data{below}"


def _broken_by_type(data: dict[str, Any], checks: Checks) -> str | None:
    """The pointer below the data of the first rule that only some types have; asked only where one has it."""
    below = None
    if checks.instants or checks.tc_strings:
        below = _unreadable(data, checks)
    if below is None and checks.days:
        below = _misdated(data, checks.days, is_plausible_day)
    if below is None and checks.last_days:
        below = _misdated(data, checks.last_days, is_plausible_end)
    if below is None and checks.erases:
        below = _broken_erasure_rule(data)
    return below


def _broken_legal_rule(data: dict[str, Any], needs_activity: bool) -> str | None:
    if needs_activity and "activity" not in data:
        return "/activity"
    if needs_activity and "legal_basis" not in data:
        return "/legal_basis"
    if data.get("origin") == "third-party" and "from_recipient" not in data:
        return "/from_recipient"
    return None


def _unreadable(data: dict[str, Any], checks: Checks) -> str | None:
    return _not_an_instant(data, checks.instants) or _no_tc_string(data, checks.tc_strings)


def _not_an_instant(data: dict[str, Any], members: Sequence[str]) -> str | None:
    for member in members:
        if member in data:
            instant = instant_of(data[member])
            if instant is None or not is_plausible(instant):
                return f"/{member}"
    return None


def _no_tc_string(data: dict[str, Any], members: Sequence[str]) -> str | None:
    wrong = (name for name in members if name in data and not is_tc_string(data[name]))
    return next((f"/{name}" for name in wrong), None)


def _misdated(
    data: dict[str, Any], members: Sequence[Dated], is_plausible: Callable[[str], bool]
) -> str | None:
    """The first date of no year that it may have. Below a map or a list the pointer ends at that."""
    for member, below in members:
        value = data.get(member)
        days = [value] if isinstance(value, str) else _dates(value, below)
        if not all(map(is_plausible, days)):
            return f"/{member}"
    return None


def _dates(value: Any, names: frozenset[str]) -> Iterator[str]:
    """The texts of these names in a map or a list, at any depth that the types allow."""
    for item in value.values() if isinstance(value, dict) else value or ():
        if isinstance(item, dict):
            yield from (item[name] for name in names if isinstance(item.get(name), str))
            yield from _dates(list(item.values()), names)
        elif isinstance(item, list):
            yield from _dates(item, names)


def _broken_erasure_rule(data: dict[str, Any]) -> str | None:
    """Only a ledger itself destroys keys, and says that remarks are gone."""
    if data["keys_destroyed"]:
        return "/keys_destroyed"
    if REMARK in data["categories"]:
        return f"/categories/{data['categories'].index(REMARK)}"
    return None


def _unfit_personal(data: dict[str, Any]) -> str | None:
    unfit = unfit_field(data["personal"], data.get("categories", ()))
    if unfit is None:
        return None
    return f"/personal{unfit}" if unfit else "/categories"
