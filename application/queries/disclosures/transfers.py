"""`ledger transfers`: what left the European Economic Area, where to, and on which ground.

Where data went is what the disclosure says, or else the country of its recipient at the time. What it rests
on is judged for the day of the disclosure and for the recipient as it was then: a decision of adequacy may
cover only some. Persons are counted, never named.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice
from uuid import UUID

import msgspec
from msgspec.structs import replace

from application.answer import Answer
from application.queries.disclosures.known import disclosed_at, recipients_at
from application.queries.disclosures.received import DisclosureFilter, judge
from application.source import Source, instant_or_none
from ledger.event import RecordedEvent
from ledger.reading import events_but_reads
from projections.folds.timetravel import NOW, Moment, select
from projections.reading.transfers import agreed_at, place_of, transfer_of
from projections.views.disclosures import Disclosure
from projections.views.recipients import Recipient
from rulebook import Transfer

# Persons whose events are in memory together.
_BLOCK_ROWS = 200
_Key = tuple[str, str, str | None, bool | None, str | None]
"""Country, region, mechanism, whether the customer had agreed (None: a feed about many), what is lacking."""


class TransferRow(Answer, frozen=True):
    """Disclosures outside the EEA that agree in all that matters for chapter V.

    `mechanism`: what they rest on, None for nothing; `lacks`: why a decision of adequacy that is there does
    not help. `agreement`: whether the customer had agreed, None for a feed about many. `country_derived`: of
    how many the country is that of the recipient's entry.
    """

    country: str
    region: str
    mechanism: str | None
    lacks: str | None
    agreement: bool | None
    disclosures: int
    country_derived: int
    data_subjects: int
    recipients: list[str]
    recipient_kinds: list[str]
    first: str | None
    last: str | None


class Transfers(Answer, frozen=True):
    """What left the EEA, grouped; and how many disclosures stayed inside, or went to an unknown country."""

    transfers: list[TransferRow]
    inside_eea: int
    country_unknown: int


class _Aside(msgspec.Struct):
    """Disclosures that are only counted."""

    inside_eea: int = 0
    country_unknown: int = 0


class _Group(msgspec.Struct):
    """Disclosures that agree in all that matters for chapter V. `derived`: countries from the register."""

    disclosures: int = 0
    derived: int = 0
    people: set[UUID] = set()
    recipients: set[str] = set()
    kinds: set[str] = set()
    first: datetime | None = None
    last: datetime | None = None

    def add(self, row: Disclosure, derived: bool) -> None:
        self.disclosures += 1
        self.derived += derived
        if row.subject is None:
            self.people.add(row.stream)
        self.recipients.add(row.recipient)
        self.kinds.add(row.recipient_kind)
        self.first = self.first or row.occurred_at  # rows come in the order of time
        self.last = row.occurred_at


class _ThirdCountryDisclosure(msgspec.Struct, frozen=True):
    """A disclosure outside the EEA."""

    row: Disclosure
    country: str
    derived: bool
    transfer: Transfer

    def key(self, agreed: bool | None) -> _Key:
        """What it is counted with."""
        return (
            self.country,
            self.transfer.region,
            self.transfer.mechanism,
            agreed,
            self.transfer.lacks,
        )


def transfers(source: Source, criteria: DisclosureFilter, moment: Moment = NOW) -> Transfers:
    """Disclosures outside the EEA, grouped; those inside and those to an unknown country are counted.

    Memory grows with the persons whose data left the EEA.
    """
    aside = _Aside()
    recipients = recipients_at(source, replace(moment, as_of=criteria.period.as_of))
    rows = filter(judge(criteria, recipients), disclosed_at(source, criteria.period, moment))
    groups: dict[_Key, _Group] = {}
    outside = _outside_eea(rows, recipients, aside)
    while block := list(islice(outside, _BLOCK_ROWS)):
        events = _counted(source, {disclosure.row.stream for disclosure in block}, moment)
        for disclosure in block:
            agreed = None
            if disclosure.row.subject is None:
                agreed = agreed_at(
                    events[disclosure.row.stream], disclosure.country, disclosure.row.occurred_at
                )
            groups.setdefault(disclosure.key(agreed), _Group()).add(
                disclosure.row, disclosure.derived
            )
    ordered = sorted(groups.items(), key=_order)
    transfer_rows = [_row(*group) for group in ordered]
    return Transfers(transfer_rows, aside.inside_eea, aside.country_unknown)


def _outside_eea(
    rows: Iterable[Disclosure], recipients: Mapping[str, Recipient], aside: _Aside
) -> Iterator[_ThirdCountryDisclosure]:
    for row in rows:
        recipient = recipients.get(row.recipient)
        place, transfer = place_of(row, recipient), transfer_of(row, recipient)
        if place.country is None or transfer is None:
            aside.country_unknown += 1
        elif transfer.region == "eea":
            aside.inside_eea += 1
        else:
            yield _ThirdCountryDisclosure(row, place.country, place.derived, transfer)


def _counted(
    source: Source, streams: set[UUID], moment: Moment
) -> dict[UUID, Sequence[RecordedEvent]]:
    by_stream: dict[UUID, list[RecordedEvent]] = {stream: [] for stream in streams}
    for event in events_but_reads(source.session, sorted(streams)):
        by_stream[event.stream].append(event)
    office = source.privacy_office
    return {
        stream: select(events, moment.known, office).counted for stream, events in by_stream.items()
    }


def _order(entry: tuple[_Key, _Group]) -> tuple[str, datetime, str, str, int, str]:
    """By country, and there in the order of time."""
    (country, place, mechanism, agreed, lacks), group = entry
    assert group.first is not None
    agreement = -1 if agreed is None else int(agreed)
    return country, group.first, place, mechanism or "", agreement, lacks or ""


def _row(key: _Key, group: _Group) -> TransferRow:
    country, place, mechanism, agreed, lacks = key
    return TransferRow(
        country=country,
        region=place,
        mechanism=mechanism,
        lacks=lacks,
        agreement=agreed,
        disclosures=group.disclosures,
        country_derived=group.derived,
        data_subjects=len(group.people),
        recipients=sorted(group.recipients),
        recipient_kinds=sorted(group.kinds),
        first=instant_or_none(group.first),
        last=instant_or_none(group.last),
    )
