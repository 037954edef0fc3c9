"""`ledger transfers`: what left the European Economic Area, where to, and on which ground.

Where data went is what the disclosure says, or else the country of its recipient at the time. The regions
are those of the day of the disclosure. Persons are counted, never named.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from itertools import islice
from typing import Any
from uuid import UUID

import msgspec

from console.answers.source import Source, instant_or_none
from ledger.event import RecordedEvent
from ledger.reading import events_of
from projections.disclosures import Disclosure
from projections.read import disclosed, recipients_by_id
from projections.recipients import Recipient, Version, recipient_at
from projections.timetravel import counting
from projections.transfers import agreed_at
from rulebook import region
from rulebook.calendar import day_of

__all__ = ["transfers"]

# Persons whose events are in memory together.
_BLOCK_ROWS = 200
_Key = tuple[str, str, str | None, bool | None]
"""Country, region, mechanism, and whether the customer had agreed; None for a feed about many."""


class _Group(msgspec.Struct):
    """Disclosures that agree in all that matters for chapter V."""

    disclosures: int = 0
    people: set[UUID] = set()
    recipients: set[str] = set()
    kinds: set[str] = set()
    first: datetime | None = None
    last: datetime | None = None

    def add(self, row: Disclosure) -> None:
        self.disclosures += 1
        if row.subject is None:
            self.people.add(row.stream)
        self.recipients.add(row.recipient)
        self.kinds.add(row.recipient_kind)
        self.first = self.first or row.occurred_at  # rows come in the order of time
        self.last = row.occurred_at


class _Outside(msgspec.Struct, frozen=True):
    """A disclosure outside the EEA."""

    row: Disclosure
    country: str
    region: str
    mechanism: str | None


def transfers(source: Source, since: datetime | None, until: datetime | None) -> dict[str, Any]:
    """Disclosures outside the EEA, grouped; those inside and those to an unknown country are counted.

    Bounds are inclusive. Memory grows with the persons whose data left the EEA.
    """
    seen = {"inside_eea": 0, "country_unknown": 0}
    recipients = recipients_by_id(source.session)
    rows = disclosed(source.session, since=since, until=until)
    groups: dict[_Key, _Group] = {}
    outside = _outside(rows, recipients, seen)
    while block := list(islice(outside, _BLOCK_ROWS)):
        events = _counted(source, {one.row.stream for one in block})
        for one in block:
            agreed = None
            if one.row.subject is None:
                agreed = agreed_at(events[one.row.stream], one.country, one.row.occurred_at)
            key = one.country, one.region, one.mechanism, agreed
            groups.setdefault(key, _Group()).add(one.row)
    return {"transfers": [_shown(key, groups[key]) for key in sorted(groups, key=_order)], **seen}


def _outside(
    rows: Iterable[Disclosure], recipients: Mapping[str, Recipient], seen: dict[str, int]
) -> Iterator[_Outside]:
    for row in rows:
        known = recipients.get(row.recipient)
        version = recipient_at(known, row.occurred_at) if known else None
        country = row.country or (version.country if version else None)
        if country is None:
            seen["country_unknown"] += 1
            continue
        place = region(country, day_of(row.occurred_at))
        if place == "eea":
            seen["inside_eea"] += 1
        else:
            yield _Outside(row, country, place, _mechanism(row, version, place))


def _mechanism(row: Disclosure, version: Version | None, place: str) -> str | None:
    """What the disclosure says, or the recipient's entry; an adequacy decision needs nothing else."""
    stated: str | None = row.facts.get("transfer_mechanism")
    registered = version.transfer_mechanism if version else None
    return stated or registered or ("adequacy-decision" if place == "adequate" else None)


def _counted(source: Source, streams: set[UUID]) -> dict[UUID, list[RecordedEvent]]:
    by_stream: dict[UUID, list[RecordedEvent]] = {stream: [] for stream in streams}
    for event in events_of(source.session, sorted(streams)):
        by_stream[event.stream].append(event)
    return {stream: counting(events, source.privacy_office) for stream, events in by_stream.items()}


def _order(key: _Key) -> tuple[str, str, str, int]:
    country, place, mechanism, agreed = key
    return country, place, mechanism or "", -1 if agreed is None else int(agreed)


def _shown(key: _Key, group: _Group) -> dict[str, Any]:
    country, place, mechanism, agreed = key
    return {
        "country": country,
        "region": place,
        "mechanism": mechanism,
        "agreement": agreed,
        "disclosures": group.disclosures,
        "data_subjects": len(group.people),
        "recipients": sorted(group.recipients),
        "recipient_kinds": sorted(group.kinds),
        "first": instant_or_none(group.first),
        "last": instant_or_none(group.last),
    }
