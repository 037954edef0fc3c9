"""From an order of the confidential ledger to what is gathered for it: `ledger order prepare`."""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

import msgspec

from application.answer import Answer
from application.command_line import command
from application.orders_in import is_nobody_known
from application.queries.cases.found_requests import NotAllowed
from application.queries.desk.data import OrderData, OrderGap, OrderScope
from application.queries.desk.found_orders import FoundOrder
from application.queries.desk.receipts import Receipt
from application.queries.desk.ties import KINDS, NUMBERS, SHARED
from application.queries.today.task import reference_of
from application.source import Source
from ledger.crypto.sealing import keyed_hash
from ledger.event import RecordedEvent
from ledger.keys.opening import Missing
from ledger.library.reader import LedgerReader
from ledger.recording.reads import READS
from projections.folds.timetravel import select
from projections.reading.order_steps import too_early
from projections.use.stretches import Stretch, describes
from projections.views.order_acts import OrderAct
from projections.views.orders import Order, standing
from rulebook.calendar import start_of
from rulebook.orders import Allowance, faults
from schemas.personal import Value

_MAY_HAVE = {"validated", "narrowed", "executed", "confirmed"}
_SALT = b"processing-ledger/order-data/1\n"
_WITHOUT_DATA = {"preservation", "interception"}
_NOTHING_HELD = ("data-not-held", "impossible")
"""Grounds of a refusal when there is nothing to give, as the rule of the order has them."""
_TELLING = ("postcode", "name", "company_name", "street")
"""Of values that many share, those that fewest do, first."""
_INSTANT = timedelta(microseconds=1)
_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)


class PreparedOrder(Answer, frozen=True, kw_only=True):
    """A bundle that is sealed to its authority.

    `bundle_sha256`: of the sealed file, which `command` records; `content_sha256`: of what was sealed, the
    same when it is gathered again. `sealed_to`: the SHA-256 of the certificate, or the key of age. `fields`:
    that have values. `position`: of the last event of the open ledger that it takes into account,
    `published`: of the last entry in its log. `persons`: whom it tells about. `unproven`: how
    many of the records have no proof yet. `receipt`: the file by which `command` knows what the bundle holds.
    """

    order_ref: str
    recipient: str
    case_ref: str | None
    bundle: str
    receipt: str
    bundle_sha256: str
    content_sha256: str
    sealed_to: str
    fields: list[str]
    period_from: str
    period_to: str
    position: int
    published: int
    persons: list[str]
    records: int
    unproven: int
    gaps: list[OrderGap]
    command: str


def wanted_of(
    source: Source,
    case: FoundOrder,
    now: datetime,
    by: str | None = None,
    withheld: Mapping[str, str] | None = None,
) -> OrderScope:
    """What is to be gathered for an order.

    `by`: the field by which it names a person, where it gives several. `withheld`: fields that are not given
    -> the ground. Raises NotAllowed for an order that may have nothing or not that field, or names no person.
    """
    order = case.order
    receipt, allowance = _receipt(order), _allowance(order, now)
    if early := too_early(order, now):
        raise NotAllowed(early)
    stretch, to_come = _stretch(order, receipt, allowance, now)
    for field in withheld or ():
        if field not in order.may_have:
            raise NotAllowed(
                f"order {order.ref} does not allow {field}, so there is nothing to withhold",
                field="withhold",
            )
    whom = whom_of(source, case, by)
    number = _one_value(whom, by)
    if number:
        _check_dated(order, number[0], stretch)
    return OrderScope(
        order_ref=order.ref,
        provision=receipt.provision or "",
        recipient=receipt.facts["authority"],
        case_ref=receipt.facts.get("case_ref"),
        fields=tuple(sorted(order.may_have)),
        stretch=stretch,
        subject=whom.subject,
        number=number,
        described=whom.described,
        numbers=whom.confined(number),
        withheld=withheld or {},
        to_come=to_come,
    )


def _one_value(whom: "Whom", by: str | None) -> tuple[str, Value] | None:
    """The value that finds whom an order means. Raises NotAllowed where it names several, and chose none."""
    if len(whom.found_by) > 1 or (by is None and whom.left_out):
        names = ", ".join(sorted({field for field, _ in whom.found_by} | set(whom.left_out)))
        raise NotAllowed(f"the order names {names}: say with --by which one to look for")
    return next(iter(whom.found_by), None)


def _check_dated(order: Order, field: str, stretch: Stretch) -> None:
    """Raise NotAllowed for a value that somebody had for a moment, of an order that names no period."""
    if stretch.since == stretch.until and not describes(field):
        raise NotAllowed(
            f"order {order.ref} names {field}, which somebody had for a moment, and no period: give "
            f"`ledger order object {order.ref} --ground incomplete`, so that the authority says of when"
        )


class Whom(NamedTuple):
    """Whom an order is about: a person, or who had a value by which it names them.

    `found_by`: such values, each of which finds persons by itself. `described`: what whoever is found so
    must have had as well. `numbers`: that the order names. `left_out`: fields that the order names, and that
    find nobody here.
    """

    subject: str | None
    found_by: tuple[tuple[str, Value], ...]
    described: tuple[tuple[str, Value], ...]
    numbers: tuple[tuple[str, Value], ...]
    left_out: tuple[str, ...]

    def confined(self, number: tuple[str, Value] | None) -> tuple[tuple[str, Value], ...]:
        """The numbers to which a person is confined whom a value finds; None: who is named.

        Whom a number finds is confined to that number by itself.
        """
        return () if number and number[0] in KINDS else self.numbers


def whom_of(source: Source, case: FoundOrder, by: str | None = None) -> Whom:
    """Whom an order is about. `by`: as in `wanted_of`. Raises NotAllowed for an order that names nobody."""
    values = _values(source, case)
    named = None if by else _person_of(case)
    numbers = tuple((field, value) for field, value in values.items() if field in KINDS)
    if named:
        return Whom(named, (), (), numbers, ())
    found_by = _found_by(values, by)
    others = {field: v for field, v in values.items() if v not in found_by.values()}
    if SHARED.isdisjoint(found_by):
        return Whom(None, tuple(found_by.items()), (), numbers, tuple(others))
    return Whom(None, tuple(found_by.items()), tuple(others.items()), numbers, ())


def _person_of(case: FoundOrder) -> str | None:
    """The person whom an order names by a reference; None where only its values say whom it means."""
    # An order of which no person is known has a subject of its own, or that of the order that it follows.
    refs = (case.order.ref, case.order.fact("extends") or "")
    nobody = any(is_nobody_known(ref, case.person) for ref in refs)
    return None if nobody else case.person


def wanted_to_keep(source: Source, case: FoundOrder, fields: Iterable[str]) -> list[OrderScope]:
    """What an order to preserve has copied: of its period, or without one, what there was at its receipt.

    Of an order that names several numbers or addresses: by each of them, since a copy gives nothing away and
    cannot be made later. Raises NotAllowed for an order that names nobody.
    """
    order, receipt, whom = case.order, _receipt(case.order), whom_of(source, case)
    first, last = receipt.day("period_from"), receipt.day("period_to")
    since = start_of(first) if first else _BEGINNING
    until = _end(last) if last else receipt.time
    wanted = OrderScope(
        order_ref=order.ref,
        provision=receipt.provision or "",
        recipient=receipt.facts["authority"],
        fields=tuple(sorted(fields)),
        stretch=Stretch(since, max(since, until)),
        subject=whom.subject,
        described=whom.described,
    )
    return [
        msgspec.structs.replace(wanted, number=number, numbers=whom.confined(number))
        for number in whom.found_by or (None,)
    ]


def salted(source: Source, wanted: OrderScope, position: int) -> OrderScope:
    """The same with its salt, which follows from order and position: gathered again it is the same."""
    text = _SALT + f"{wanted.order_ref}\n{position}".encode()
    salt = keyed_hash(source.opener.ledger_key(READS), text).hex()
    return msgspec.structs.replace(wanted, salt=salt)


def bundle_of(data: OrderData) -> bytes:
    """The bytes of a bundle, always the same ones of the same data."""
    return msgspec.json.encode(data, order="sorted") + b"\n"


def command_after(case: FoundOrder, made: Receipt, bundle: str) -> str:
    """The act that follows a bundle: the execution, and of an empty one never that anything was given."""
    ref, subject = made.order_ref, reference_of(case.reference)
    if made.given:
        return command("order", "execute", ref, subject=subject, bundle=bundle)
    if case.order.execution or any(gap.reason == "not-yet" for gap in made.gaps):
        return command("order", "show", ref, subject=subject)
    if any(gap.reason == "no-period" for gap in made.gaps):
        return command("order", "object", ref, subject=subject, ground="incomplete")
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


def _values(source: Source, case: FoundOrder) -> dict[str, Value]:
    """The values by which an order names whom it is about."""
    receipt = _event(source, case)
    if not receipt.sealed:
        return {}
    source.reads.note([case.person], list(receipt.sealed))
    opened: Mapping[str, Value | Missing] = source.personal(receipt)
    return {field: value for field, value in opened.items() if not isinstance(value, Missing)}


def _found_by(named: Mapping[str, Value], by: str | None) -> dict[str, Value]:
    """The values by which an order names whom it is about: each that is one's own, else a shared one.

    Raises NotAllowed without any.
    """
    if by is not None:
        named = _named_by(named, by)
    own = {field: value for field, value in named.items() if field not in SHARED}
    if own or not named:
        if not own:
            raise NotAllowed(
                "the order names no person: it has no subject, and no value by which to find one"
            )
        return own
    field = next((field for field in _TELLING if field in named), min(named))
    return {field: named[field]}


def _named_by(named: Mapping[str, Value], by: str) -> dict[str, Value]:
    """The value of one field; a telephone number is taken from any field of numbers."""
    fields = (by, *(NUMBERS if by in NUMBERS else ()))
    return next(({by: named[field]} for field in fields if field in named), {})


def _event(source: Source, case: FoundOrder) -> RecordedEvent:
    """The event by which an order was received, with the values that it names."""
    # The same one that decides all else: another may have come from outside, with other values.
    position = case.received.position

    def receipts(events: Iterable[RecordedEvent]) -> list[RecordedEvent]:
        counted = select(events, privacy_office=source.privacy_office).counted
        return [event for event in counted if event.position == position]

    found = LedgerReader(source.session, reads=False).folded(case.stream, receipts)
    if not found:
        raise NotAllowed(f"order {case.order.ref} has no receipt: `ledger order receive` it first")
    return found[0]
