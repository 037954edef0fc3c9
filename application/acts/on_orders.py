"""Acts on orders of authorities: each is judged and recorded under the lock of the office.

So two people who decide or execute the same order at the same time do it once: the second one is told what
the first one did. What an order may have is computed from the rulebook, and never taken from the command.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime

import msgspec
from msgspec import Struct

from application.acts.acting import Act, one_at_a_time
from application.acts.requesting import new_reference, record
from application.lookups import named, provisions
from application.orders_in import OrderForm
from application.queries.found_orders import FoundOrder, find_order, known_orders
from application.queries.found_requests import NotAllowed
from application.queries.subjects import check_person, streams_of
from application.site import Site
from application.source import Source
from ledger.errors import Misconfigured
from ledger.event import instant
from projections.reading.order_acts import OrderDeed, hindrance
from projections.reading.order_rules import Verdict, judged
from rulebook import order_rule, provision
from rulebook.calendar import day_of
from schemas import PERSONAL_FIELDS, names
from schemas.encoding import JsonValue

ACTIVITY = "legal-orders"
"""The processing activity of everything that is done about orders."""
Facts = Mapping[str, JsonValue]


class OnOrder(Struct, frozen=True):
    """The order of an act, and its time. `subject`: whom it is about, where named."""

    ref: str
    subject: str | None
    time: datetime


def receive(site: Site, source: Source, form: OrderForm, time: datetime) -> FoundOrder:
    """Record that an order came in, and the secrecy that the law imposes with it. Raises NotAllowed.

    Raises NotKnown for a provision that the rulebook does not have.
    """
    form = msgspec.structs.replace(form, provision=_known(form.provision))
    ref = form.order_ref or new_reference(time, "OR")
    subject = form.subject or f"visitor/{ref}"
    check_person(subject)
    if form.period_from and form.period_to and form.period_to < form.period_from:
        raise Misconfigured("expected a day that is not before the first one", field="period_to")
    with one_at_a_time(site):
        streams = streams_of(source, subject)
        if any(stream in streams for stream, _ in known_orders(source, refs=[ref])):
            raise NotAllowed(f"there is an order {ref} about this person already")
        record(site, _receipt(form, ref, subject, time), time)
    return find_order(source, ref, subject)


def _known(text: str) -> str:
    entry = provision(text)
    return entry.id if entry else named(text, provisions(), "ledger purposes")


def _receipt(form: OrderForm, ref: str, subject: str, time: datetime) -> list[Act]:
    stated: dict[str, JsonValue] = {
        "kind": form.kind,
        "country": form.country,
        "issued_by": form.issued_by,
        "period_from": form.period_from and form.period_from.isoformat(),
        "period_to": form.period_to and form.period_to.isoformat(),
        "respond_by": form.respond_by and instant(form.respond_by),
        "urgent": form.urgent,
        "case_ref": form.case_ref,
        "form": form.form,
        "sha256": form.sha256,
        "extends": form.extends,
    }
    received = Act(
        name=names.ORDER_RECEIVED,
        subject=subject,
        provision=form.provision,
        activity=ACTIVITY,
        facts={
            "order_ref": ref,
            "authority": form.authority,
            "requested_fields": list(form.requested_fields),
            "oral": form.oral,
            **{name: value for name, value in stated.items() if value is not None},
        },
        categories=sorted({PERSONAL_FIELDS[field] for field in form.personal}),
        personal=form.personal,
    )
    return [received, *_secrecy_of(received, time)]


def act_on(case: FoundOrder, name: str, facts: Facts) -> Act:
    """An act on an order."""
    receipt = case.order.receipt
    return Act(
        name=name,
        subject=case.person,
        provision=case.order.provision,
        activity=ACTIVITY,
        facts={"order_ref": case.order.ref, **facts},
    )
