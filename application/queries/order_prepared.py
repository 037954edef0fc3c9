"""From an order of the confidential ledger to what is gathered for it: `ledger order prepare`."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import NamedTuple

import msgspec

from application.answer import Answer
from application.queries.found_orders import FoundOrder
from application.queries.found_requests import NotAllowed
from application.queries.order_data import OrderData, OrderGap, Wanted
from application.source import Source
from ledger.crypto.sealing import keyed_hash
from ledger.event import RecordedEvent
from ledger.keys.opening import Missing
from ledger.library.reader import LedgerReader
from ledger.recording.reads import READS
from projections.folds.timetravel import select
from projections.folds.view import order_of
from projections.use.stretches import Stretch
from rulebook.calendar import start_of
from rulebook.orders import Allowance, allowed, day_in, facts_of, faults, rule_of
from schemas import names
from schemas.personal import Value

_DECIDED = {names.ORDER_VALIDATED, names.ORDER_NARROWED}
_ENDED = {names.ORDER_OBJECTED, names.ORDER_REJECTED, names.ORDER_WITHDRAWN}
_SALT = b"processing-ledger/order-data/1\n"
_WITHOUT_DATA = {"preservation", "interception"}
_INSTANT = timedelta(microseconds=1)


class PreparedOrder(Answer, frozen=True, kw_only=True):
    """A bundle that is sealed to its authority. `bundle_sha256`: of what was sealed; `sealed_sha256`: of the file.

    `sealed_to`: SHA-256 of the certificate, or the key of age. `fields`: that have values. `position`: of the
    last event of the open ledger that it takes into account.
    """

    order_ref: str
    recipient: str
    bundle: str
    bundle_sha256: str
    sealed_sha256: str
    sealed_to: str
    fields: list[str]
    period_from: str
    period_to: str
    position: int
    persons: int
    records: int
    gaps: list[OrderGap]


class _Steps(NamedTuple):
    """What says what an order may have: how it came, and how it was decided."""

    receipt: RecordedEvent
    decision: RecordedEvent


def wanted_of(source: Source, case: FoundOrder, now: datetime, by: str | None = None) -> Wanted:
    """What is to be gathered for an order. `by`: the field by which it names a person, where it names several.

    Raises NotAllowed for an order that may have nothing, or names nobody.
    """
    steps = _steps(source, case)
    subject = case.person
    # An order of which no person is known has a subject of its own.
    named = None if by or subject == f"visitor/{case.order.ref}" else subject
    allowance = _allowance(steps)
    stretch, to_come = _stretch(steps, allowance, now)
    return Wanted(
        order_ref=case.order.ref,
        provision=steps.receipt.provision or "",
        recipient=steps.receipt.facts["authority"],
        fields=_fields(steps, allowance),
        stretch=stretch,
        subject=named,
        number=None if named else _number(source, subject, steps.receipt, by),
        to_come=to_come,
    )


def salted(source: Source, wanted: Wanted, position: int) -> Wanted:
    """The same with its salt, which follows from the order and the position: gathered again it is the same."""
    text = _SALT + f"{wanted.order_ref}\n{position}".encode()
    salt = keyed_hash(source.opener.ledger_key(READS), text).hex()
    return msgspec.structs.replace(wanted, salt=salt)


def bundle_of(data: OrderData) -> bytes:
    """The bytes of a bundle, always the same ones of the same data."""
    return msgspec.json.encode(data, order="sorted") + b"\n"


def fields_told(data: OrderData) -> list[str]:
    """The fields that have a value in it."""
    return sorted({f for person in data.persons for record in person.records for f in record.values})


def _steps(source: Source, case: FoundOrder) -> _Steps:
    events = LedgerReader(source.session).folded(
        case.stream, lambda events: select(events, privacy_office=source.privacy_office).counted
    )
    ref = case.order.ref
    steps = sorted(
        (event for event in events or () if event.facts.get("order_ref") == ref), key=order_of
    )
    receipt = _last(steps, {names.ORDER_RECEIVED})
    decision = _last(steps, _DECIDED | _ENDED)
    if receipt is None or decision is None:
        raise NotAllowed(f"order {ref} is not decided: `ledger order validate` or `narrow` it first")
    if decision.name in _ENDED:
        raise NotAllowed(f"order {ref} may have nothing: it was refused, objected to or withdrawn")
    return _Steps(receipt, decision)


def _last(steps: Iterable[RecordedEvent], among: set[str]) -> RecordedEvent | None:
    return next((event for event in reversed(list(steps)) if event.name in among), None)


def _allowance(steps: _Steps) -> Allowance:
    """What the rulebook allows of an order. Raises NotAllowed where that is nothing."""
    receipt = steps.receipt
    order = facts_of(receipt.time, receipt.provision, receipt.facts)
    ref, rule = receipt.facts["order_ref"], rule_of(order)
    if rule is None:
        raise NotAllowed(f"the rulebook has no rule for the provision of order {ref}")
    if wrong := faults(rule, order):
        raise NotAllowed(f"order {ref} may have nothing: {', '.join(wrong)}")
    if order.kind in _WITHOUT_DATA:
        raise NotAllowed(f"order {ref} asks for no data that is stored")
    return allowed(rule, order)


def _fields(steps: _Steps, allowance: Allowance) -> tuple[str, ...]:
    """What was decided, and never more than the rulebook allows."""
    decided = steps.decision.facts.get("allowed_fields")
    fields = set(allowance.fields)
    return tuple(sorted(fields if decided is None else fields.intersection(decided)))


def _stretch(steps: _Steps, allowance: Allowance, now: datetime) -> tuple[Stretch, bool]:
    """The period of an order up to now, and whether some of it is to come.

    Without one: when it was received.
    """
    received, decided = steps.receipt.time, steps.decision.facts
    firsts = [day for day in (allowance.period_from, day_in(decided, "period_from")) if day]
    lasts = [day for day in (allowance.period_to, day_in(decided, "period_to")) if day]
    if not firsts and not lasts:
        return Stretch(received, received), False
    until = _end(min(lasts)) if lasts else received
    since = start_of(max(firsts or lasts))
    if since > now:
        raise NotAllowed(f"the period of order {steps.receipt.facts['order_ref']} has not begun")
    return Stretch(since, max(since, min(until, now))), until > now


def _end(day: date) -> datetime:
    return start_of(day + timedelta(days=1)) - _INSTANT


def _number(
    source: Source, subject: str, receipt: RecordedEvent, by: str | None
) -> tuple[str, Value]:
    """The value by which an order names whom it is about. Raises NotAllowed without one, or with several."""
    source.reads.note([subject], list(receipt.sealed))
    opened: Mapping[str, Value | Missing] = source.personal(receipt)
    named = {
        field: value
        for field, value in opened.items()
        if not isinstance(value, Missing) and by in {None, field}
    }
    if not named:
        raise NotAllowed("the order names nobody: no subject, and no value by which to find one")
    if len(named) > 1:
        raise NotAllowed(f"the order names {', '.join(named)}: say with --by which one to look for")
    [number] = named.items()
    return number
