"""From an order of the confidential ledger to what is gathered for it: `ledger order prepare`."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta

import msgspec

from application.answer import Answer
from application.orders_in import is_nobody_known
from application.queries.cases.found_requests import NotAllowed
from application.queries.desk.data import OrderData, OrderGap, Wanted
from application.queries.desk.found_orders import FoundOrder
from application.queries.today.task import command, reference_of
from application.source import Source
from ledger.crypto.sealing import keyed_hash
from ledger.event import RecordedEvent
from ledger.keys.opening import Missing
from ledger.library.reader import LedgerReader
from ledger.recording.reads import READS
from projections.folds.timetravel import select
from projections.folds.view import order_of
from projections.reading.order_steps import too_early
from projections.use.stretches import Stretch
from projections.views.order_acts import OrderAct
from projections.views.orders import Order, standing
from rulebook.calendar import start_of
from rulebook.orders import Allowance, faults
from schemas import names
from schemas.personal import Value

_MAY_HAVE = {"validated", "narrowed", "executed", "confirmed"}
_SALT = b"processing-ledger/order-data/1\n"
_WITHOUT_DATA = {"preservation", "interception"}
_NOTHING_HELD = ("data-not-held", "impossible")
"""Grounds of a refusal when there is nothing to give, as the rule of the order has them."""
_NUMBERS = ("assigned_numbers", "mobile_number", "fixed_number")
"""Fields that a telephone number may stand in: the order need not know in which one it is here."""
_INSTANT = timedelta(microseconds=1)


class PreparedOrder(Answer, frozen=True, kw_only=True):
    """A bundle that is sealed to its authority.

    `bundle_sha256`: of the sealed file, which `command` records; `content_sha256`: of what was sealed, the
    same when it is gathered again. `sealed_to`: the SHA-256 of the certificate, or the key of age. `fields`:
    that have values. `position`: of the last event of the open ledger that it takes into account. `persons`:
    whom it tells about.
    """

    order_ref: str
    recipient: str
    bundle: str
    bundle_sha256: str
    content_sha256: str
    sealed_to: str
    fields: list[str]
    period_from: str
    period_to: str
    position: int
    persons: list[str]
    records: int
    gaps: list[OrderGap]
    command: str


def wanted_of(source: Source, case: FoundOrder, now: datetime, by: str | None = None) -> Wanted:
    """What is to be gathered for an order.

    `by`: the field by which it names a person, where it gives several. Raises NotAllowed for an order that
    may have nothing, or names no person.
    """
    order, subject = case.order, case.person
    receipt, allowance = _receipt(order), _allowance(order, now)
    if early := too_early(order, now):
        raise NotAllowed(early)
    stretch, to_come = _stretch(order, receipt, allowance, now)
    # An order of which no person is known has a subject of its own.
    refs = (order.ref, str(receipt.facts.get("extends", "")))
    named = None if by or any(is_nobody_known(ref, subject) for ref in refs) else subject
    return Wanted(
        order_ref=order.ref,
        provision=receipt.provision or "",
        recipient=receipt.facts["authority"],
        fields=tuple(sorted(order.may_have)),
        stretch=stretch,
        subject=named,
        number=None if named else _number(source, case, by),
        to_come=to_come,
    )


def salted(source: Source, wanted: Wanted, position: int) -> Wanted:
    """The same with its salt, which follows from order and position: gathered again it is the same."""
    text = _SALT + f"{wanted.order_ref}\n{position}".encode()
    salt = keyed_hash(source.opener.ledger_key(READS), text).hex()
    return msgspec.structs.replace(wanted, salt=salt)


def bundle_of(data: OrderData) -> bytes:
    """The bytes of a bundle, always the same ones of the same data."""
    return msgspec.json.encode(data, order="sorted") + b"\n"


def fields_told(data: OrderData) -> list[str]:
    """The fields that have a value in it."""
    return sorted(
        {f for person in data.persons for record in person.records for f in record.values}
    )


def command_after(case: FoundOrder, data: OrderData, bundle: str) -> str:
    """The act that follows a bundle: the execution, and of an empty one never that anything was given."""
    given, subject = fields_told(data), reference_of(case.reference)
    ref, position = data.order_ref, str(data.position)
    if given:
        return command(
            *("order", "execute", ref),
            subject=subject,
            bundle=bundle,
            position=position,
            field=given,
        )
    if case.order.execution or any(gap.reason == "not-yet" for gap in data.gaps):
        return command("order", "show", ref, subject=subject)
    grounds = case.order.rule.refusals if case.order.rule else ()
    ground = next((known for known in _NOTHING_HELD if known in grounds), "G")
    return command("order", "refuse", ref, subject=subject, ground=ground)


def _receipt(order: Order) -> OrderAct:
    if order.receipt is None:
        raise NotAllowed(f"order {order.ref} has no receipt: `ledger order receive` it first")
    return order.receipt


def _allowance(order: Order, now: datetime) -> Allowance:
    """What the rulebook allows of an order, which was decided. Raises NotAllowed where that is nothing."""
    status = standing(order, now)
    if order.decision is None or status is None or status.status not in _MAY_HAVE:
        stands = status.status if status else "received"
        raise NotAllowed(
            f"order {order.ref} is {stands}: only what was validated or narrowed has data"
        )
    facts, rule, allowance = order.facts, order.rule, order.allowance
    if facts is None or rule is None or allowance is None:
        raise NotAllowed(f"the rulebook has no rule for the provision of order {order.ref}")
    if wrong := faults(rule, facts):
        raise NotAllowed(f"order {order.ref} may have nothing: {', '.join(wrong)}")
    if order.kind in _WITHOUT_DATA:
        raise NotAllowed(f"order {order.ref} asks for no data that is stored")
    return allowance


def _stretch(
    order: Order, receipt: OrderAct, allowance: Allowance, now: datetime
) -> tuple[Stretch, bool]:
    """The period of an order up to now, and whether some of it is to come.

    Without one: when it was received.
    """
    firsts = _days(allowance.period_from, order.decision, "period_from")
    lasts = _days(allowance.period_to, order.decision, "period_to")
    if not firsts and not lasts:
        return Stretch(receipt.time, receipt.time), False
    until = _end(min(lasts)) if lasts else receipt.time
    since = start_of(max(firsts or lasts))
    if since > now:
        raise NotAllowed(f"the period of order {order.ref} has not begun")
    return Stretch(since, max(since, min(until, now))), until > now


def _days(by_law: date | None, decision: OrderAct | None, bound: str) -> list[date]:
    """A bound of the period as the rulebook has it and as it was decided, where they have one."""
    decided = decision.day(bound) if decision else None
    return [day for day in (by_law, decided) if day is not None]


def _end(day: date) -> datetime:
    return start_of(day + timedelta(days=1)) - _INSTANT


def _number(source: Source, case: FoundOrder, by: str | None) -> tuple[str, Value]:
    """The value by which an order names whom it is about. Raises NotAllowed without one, or with several."""
    receipt = _event(source, case)
    source.reads.note([case.person], list(receipt.sealed))
    opened: Mapping[str, Value | Missing] = source.personal(receipt)
    named = {field: value for field, value in opened.items() if not isinstance(value, Missing)}
    if by is not None:
        named = _named_by(named, by)
    if not named:
        raise NotAllowed(
            "the order names no person: it has no subject, and no value by which to find one"
        )
    if len(named) > 1:
        raise NotAllowed(f"the order names {', '.join(named)}: say with --by which one to look for")
    [number] = named.items()
    return number


def _named_by(named: Mapping[str, Value], by: str) -> dict[str, Value]:
    """The value of one field; a telephone number is taken from any field of numbers."""
    fields = (by, *(_NUMBERS if by in _NUMBERS else ()))
    return next(({by: named[field]} for field in fields if field in named), {})


def _event(source: Source, case: FoundOrder) -> RecordedEvent:
    """The event by which an order was received, with the values that it names."""

    def receipts(events: Iterable[RecordedEvent]) -> list[RecordedEvent]:
        counted = select(events, privacy_office=source.privacy_office).counted
        return sorted(filter(is_receipt, counted), key=order_of)

    def is_receipt(event: RecordedEvent) -> bool:
        return event.name == names.ORDER_RECEIVED and event.facts.get("order_ref") == case.order.ref

    found = LedgerReader(source.session, reads=False).folded(case.stream, receipts)
    if not found:
        raise NotAllowed(f"order {case.order.ref} has no receipt: `ledger order receive` it first")
    return found[0]
