"""Transfers outside the EEA: where a disclosure went, on which ground, and what the customer agreed to.

Pure. `agreed_at` asks the events of one person that count (privacy policy 3.2).
"""

from collections.abc import Iterable
from datetime import date, datetime
from typing import NamedTuple

from msgspec.structs import replace

from ledger.event import RecordedEvent
from projections.folds.view import order_of
from projections.views.disclosures import FEED, Disclosure
from projections.views.recipients import Recipient, Version, frameworks_on, recipient_at
from rulebook import Party, Transfer, kind_under, transfer
from rulebook.calendar import day_of
from schemas import names

_RECORDED, _ENDED = names.TRANSFER_AGREEMENT_RECORDED, names.TRANSFER_AGREEMENT_ENDED


class Destination(NamedTuple):
    """Where data went. `derived`: the disclosure does not say so, but its recipient's entry of the time."""

    country: str | None
    derived: bool


def with_kind(row: Disclosure, recipient: Recipient | None) -> Disclosure:
    """A feed with the kind of its recipient at the time, if its event does not state it.

    A recipient outside the register has the one kind that its provision knows, if there is exactly one.
    """
    if row.name != FEED or row.recipient_kind:
        return row
    version = recipient_at(recipient, row.occurred_at) if recipient else None
    kind = version.kind if version else kind_under(row.provision)
    return replace(row, facts={**row.facts, "recipient_kind": kind}) if kind else row


def place_of(row: Disclosure, recipient: Recipient | None) -> Destination:
    """The country of a disclosure; None where nothing says so."""
    if row.country is not None:
        return Destination(row.country, derived=False)
    version = recipient_at(recipient, row.occurred_at) if recipient else None
    return Destination(version.country if version else None, derived=version is not None)


def transfer_of(row: Disclosure, recipient: Recipient | None) -> Transfer | None:
    """The transfer basis of a disclosure; None without a country."""
    country = place_of(row, recipient).country
    if country is None:
        return None
    version = recipient_at(recipient, row.occurred_at) if recipient else None
    day = day_of(row.occurred_at)
    party = Party(
        kind=row.recipient_kind,
        role=version.role if version else None,
        method=row.method,
        frameworks=_frameworks(recipient, version, day),
    )
    registered = version.transfer_mechanism if version else None
    return transfer(country, day, party, row.facts.get("transfer_mechanism"), registered)


def party_of(recipient: Recipient, version: Version, day: date) -> Party:
    """A recipient on a day, as a decision of adequacy asks for it."""
    return Party(version.kind, version.role, frameworks=_frameworks(recipient, version, day))


def _frameworks(recipient: Recipient | None, version: Version | None, day: date) -> frozenset[str]:
    if recipient is None or version is None:
        return frozenset()
    return frameworks_on(recipient.versions, version, day)


def agreed_at(events: Iterable[RecordedEvent], country: str, time: datetime) -> bool:
    """Whether the latest act by then about a country is an agreement; an end without countries ends all."""
    acts = [
        (order_of(event, event.name == _ENDED), event.name)
        for event in events
        if event.time <= time and _concerns(event, country)
    ]
    return bool(acts) and max(acts)[1] == _RECORDED


def _concerns(event: RecordedEvent, country: str) -> bool:
    if event.name == _RECORDED:
        return country in event.facts["countries"]
    return event.name == _ENDED and country in event.facts.get("countries", [country])
