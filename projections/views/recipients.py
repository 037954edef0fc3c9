"""View `recipients`: every party that may receive personal data, as it was at any time.

Versions start at `valid_from`, 00:00 in Europe/Amsterdam; a later rename does not rewrite the past.
"""

from collections.abc import Iterable
from datetime import date, datetime
from itertools import chain

import msgspec

from ledger.event import RecordedEvent
from projections.folds.view import Order, Value, View, order_of
from rulebook import in_force
from rulebook.calendar import day_of
from schemas import names

_PREFIX = "recipient/"
_VERSIONS = {names.RECIPIENT_REGISTERED, names.RECIPIENT_CHANGED}
_ACTS = {*_VERSIONS, names.RECIPIENT_ENDED}


class Certification(msgspec.Struct, frozen=True):
    """That a recipient is certified under a framework. `valid_to`: the first day on which it no longer is."""

    framework: str
    valid_from: date
    valid_to: date | None = None


class Version(msgspec.Struct, frozen=True):
    """A recipient from a day on. `sealed_name` instead of `name` when it is a private person.

    The sealed name has category `identity`, field `name`.
    """

    valid_from: date
    order: Order
    registered: bool
    name: str | None
    sealed_name: Value | None
    kind: str
    role: str
    country: str
    agreement_ref: str | None
    transfer_mechanism: str | None
    certifications: tuple[Certification, ...] = ()


class RecipientEnd(msgspec.Struct, frozen=True):
    """A statement that the recipient receives nothing after `valid_to`."""

    order: Order
    valid_to: date
    reason: str


class Recipient(msgspec.Struct, frozen=True):
    """All that was said about one recipient: versions by (valid_from, order), endings by order."""

    recipient: str
    versions: tuple[Version, ...] = ()
    endings: tuple[RecipientEnd, ...] = ()


def keys(event: RecordedEvent) -> tuple[str, ...]:
    """The acts on a recipient touch its one row."""
    return ("",) if event.name in _ACTS and (event.subject or "").startswith(_PREFIX) else ()


def evolve(state: Recipient | None, event: RecordedEvent) -> Recipient:
    """Add what the event says. Nothing is overwritten: `recipient_at` decides by time."""
    state = state or Recipient((event.subject or "").removeprefix(_PREFIX))
    if event.name in _VERSIONS:
        versions = sorted((*state.versions, _version(event)), key=_version_order)
        return msgspec.structs.replace(state, versions=tuple(versions))
    endings = sorted((*state.endings, _ending(event)), key=_ending_order)
    return msgspec.structs.replace(state, endings=tuple(endings))


def _version(event: RecordedEvent) -> Version:
    facts, order = event.facts, order_of(event)
    sealed = event.sealed.get("identity")
    return Version(
        valid_from=date.fromisoformat(facts["valid_from"]),
        order=order,
        registered=event.name == names.RECIPIENT_REGISTERED,
        name=facts.get("name"),
        sealed_name=(
            Value(order, sealed.key, sealed.fields, sealed.blob)
            if sealed and "name" in sealed.fields
            else None
        ),
        kind=facts["kind"],
        role=facts["role"],
        country=facts["country"],
        agreement_ref=facts.get("agreement_ref"),
        transfer_mechanism=facts.get("transfer_mechanism"),
        certifications=msgspec.convert(
            facts.get("certifications", ()), tuple[Certification, ...], strict=False
        ),
    )


def _ending(event: RecordedEvent) -> RecipientEnd:
    facts = event.facts
    return RecipientEnd(order_of(event, 1), date.fromisoformat(facts["valid_to"]), facts["reason"])


def _version_order(version: Version) -> tuple[date, Order]:
    return version.valid_from, version.order


def _ending_order(ending: RecipientEnd) -> Order:
    return ending.order


def known_at(state: Recipient, as_of: datetime) -> Recipient | None:
    """Only what was said by events that had occurred by then; None when that is nothing."""
    versions = tuple(version for version in state.versions if version.order.time <= as_of)
    endings = tuple(ending for ending in state.endings if ending.order.time <= as_of)
    if not versions and not endings:
        return None
    return msgspec.structs.replace(state, versions=versions, endings=endings)


def recipient_at(state: Recipient, time: datetime) -> Version | None:
    """The recipient as it was at a time; before its first version the first; None without any."""
    if not state.versions:
        return None
    today = day_of(time)
    started = [version for version in state.versions if version.valid_from <= today]
    # A disclosure may precede the registration; of versions of one day the last told counts.
    first = state.versions[0].valid_from
    return (started or [version for version in state.versions if version.valid_from == first])[-1]


def frameworks_on(versions: Iterable[Version], version: Version, day: date) -> frozenset[str]:
    """The frameworks of a recipient's certification on a day on which `version` holds.

    That version states them, or a later one, which may tell of earlier days.
    """
    later = [other for other in versions if _version_order(other) >= _version_order(version)]
    certificates = chain.from_iterable(version.certifications for version in later)
    return frozenset(held.framework for held in certificates if in_force(held, day))


def ended_at(state: Recipient) -> RecipientEnd | None:
    """The latest ending, unless the recipient was registered again after it."""
    if not state.endings:
        return None
    last = state.endings[-1]
    again = any(version.registered and version.order > last.order for version in state.versions)
    return None if again else last


VIEW: View[Recipient] = View(
    name="recipients",
    version="4",
    type=Recipient,
    keys=keys,
    names=frozenset(_ACTS),
    evolve=lambda _subkey, state, event: evolve(state, event),
)
