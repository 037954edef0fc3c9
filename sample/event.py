"""Builds one sample message: a CloudEvent in structured form, as a JSON-ready dict.

Moments inside the sample are *local*: naive datetimes on an Amsterdam wall clock between 07:00 and
23:00, so that no hour is ambiguous or missing when summer time begins or ends. The offset is added
when a message is written. Every random value comes from `Random.random()`, the one method whose
sequence Python promises never to change; so the same seed gives the same bytes on every machine.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, time, timedelta
from functools import cache
from random import Random
from typing import Any, NamedTuple, TypeVar

from rulebook.calendar import AMSTERDAM
from schemas import CATEGORIES, PERSONAL_FIELDS
from schemas.names import type_of

TEN_DIGITS = re.compile("[0-9]{10}")
REFERENCE_SIGNS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"

Item = TypeVar("Item")


class Ground(NamedTuple):
    """Why an act is allowed: a processing activity and its legal basis."""

    activity: str
    legal_basis: str
    provision: str | None = None


class Publication(NamedTuple):
    """A message and the local moment at which its producer publishes it (not part of it)."""

    published: datetime
    event: dict[str, Any]
    breaks: tuple[str, ...] = ()
    """Rules that it breaks on purpose (not part of it either)."""

    def breaking(self, *rules: str) -> "Publication":
        """The same event, as a planted violation of some rules."""
        return self._replace(breaks=rules)


def moment_of_publication(publication: Publication) -> datetime:
    """The sort key that puts publications in order; sorting and merging by it must be stable."""
    return publication.published


def seeded(seed: int, name: str) -> Random:
    """The random source of one named part of the sample."""
    return Random(f"{seed}:{name}")  # noqa: S311 - a sample must repeat, not be unguessable


def below(rng: Random, limit: int) -> int:
    """A whole number from 0 up to, not including, `limit`."""
    return int(rng.random() * limit)


def pick(rng: Random, items: Sequence[Item]) -> Item:
    """One of the items, each as likely as the other."""
    return items[int(rng.random() * len(items))]


def digits(rng: Random, count: int) -> str:
    """`count` (at most 15) decimal digits."""
    return f"{below(rng, 10**count):0{count}d}"


def reference(rng: Random, prefix: str) -> str:
    """A case reference such as `HD-K7MQ2X`: too few digits to be taken for a personal number."""
    number = below(rng, 32**6)
    return f"{prefix}-" + "".join(
        REFERENCE_SIGNS[number >> shift & 31] for shift in range(0, 30, 5)
    )


def correlation(rng: Random) -> str:
    """An identifier that the messages of one case share.

    Drawn again when it has ten digits in a row, which may be a telephone number: the ledger would refuse it.
    """
    while TEN_DIGITS.search(drawn := f"{below(rng, 2**52):013x}"):
        pass
    return f"case-{drawn}"


def traceparent(rng: Random) -> str:
    """A W3C Trace Context header, version 00, sampled."""
    trace = f"{below(rng, 2**52):016x}{below(rng, 2**52) | 1:016x}"
    return f"00-{trace}-{below(rng, 2**52) | 1:016x}-01"


def waking_hour(rng: Random, day: datetime) -> datetime:
    """A moment of that day between 07:00 and 23:00, in whole seconds."""
    return datetime.combine(day, time(7)) + timedelta(seconds=below(rng, 16 * 3600))


def office_hour(rng: Random, day: datetime) -> datetime:
    """A moment between 08:30 and 17:30 of that day, or of the Monday after it in a weekend."""
    weekday = day + timedelta(days=max(0, 7 - day.weekday()) if day.weekday() >= 5 else 0)
    return datetime.combine(weekday, time(8, 30)) + timedelta(seconds=below(rng, 9 * 3600))


def offset_time(local: datetime) -> str:
    """The local moment in RFC 3339 with its offset from UTC."""
    return local.replace(tzinfo=AMSTERDAM).isoformat()


def identifier(rng: Random, moment: datetime) -> str:
    """A UUID of version 7 (RFC 9562): the milliseconds of an aware moment, then 74 random bits."""
    high, low = below(rng, 2**26), below(rng, 2**48)
    stamp = f"{int(moment.timestamp() * 1000):012x}"
    variant = 0x8000 | high & 0x3FFF
    return f"{stamp[:8]}-{stamp[8:]}-7{high >> 14:03x}-{variant:04x}-{low:012x}"


@cache
def _categories(fields: tuple[str, ...]) -> tuple[str, ...]:
    touched = {PERSONAL_FIELDS[field] for field in fields} - {"remark"}
    return tuple(category for category in CATEGORIES if category in touched)


def act(
    ground: Ground,
    /,
    about: tuple[str, ...] = (),
    personal: Mapping[str, Any] | None = None,
    **facts: Any,
) -> dict[str, Any]:
    """The `data` of a message about a person.

    `about` names the personal fields that the act touches; with the fields of `personal` they
    decide its categories.
    """
    data: dict[str, Any] = {"activity": ground.activity, "legal_basis": ground.legal_basis}
    if ground.provision is not None:
        data["provision"] = ground.provision
    categories = _categories((*about, *personal) if personal else about)
    if categories:
        data["categories"] = list(categories)
    data.update(facts)
    if personal:
        data["personal"] = dict(personal)
    return data


def publish(
    rng: Random,
    local: datetime,
    source: str,
    name: str,
    *,
    subject: str,
    data: dict[str, Any],
    **attributes: Any,
) -> Publication:
    """The message of something that occurred at `local`, published at once."""
    moment = local.replace(tzinfo=AMSTERDAM)
    event = {
        "specversion": "1.0",
        "id": identifier(rng, moment),
        "source": f"urn:voipzeker:{source}",
        "type": type_of(name),
        "subject": subject,
        "time": moment.isoformat(),
        "datacontenttype": "application/json",
        **attributes,
        "data": data,
    }
    return Publication(local, event)
