"""The execution of an order: what was given, to whom, with the disclosure that a later report tells of.

Exactly what the order was found to allow may be given, or less; the event says so beside the hash of the
bundle, and the disclosure is an event of its own in the same transaction.
"""

from collections.abc import Mapping, Sequence
from uuid import uuid4

from msgspec import Struct

from application.acts.acting import Act, one_at_a_time
from application.acts.on_orders import ACTIVITY, Facts, OnOrder, act_on, again, check_deed
from application.acts.requesting import record
from application.queries.cases.found_requests import NotAllowed
from application.queries.desk.found_orders import FoundOrder, find_order
from application.site import Site
from application.source import Source
from projections.views.order_acts import OrderAct, secret_by_law
from projections.views.orders import Order
from rulebook import Provision, provision
from schemas import names
from schemas.encoding import JsonValue

_PURPOSE = "legal-order"
_KINDS: Mapping[str, str] = {
    "investigating-officer": "police",
    "public-prosecutor": "public-prosecutor",
    "inspector": "tax-authority",
    "head-of-service": "intelligence-service",
    "minister": "intelligence-service",
    "supervisor": "supervisory-authority",
    "court": "court",
    "bailiff": "bailiff",
    "emergency-operator": "emergency-services",
}
_REASONS: Mapping[str, str] = {
    "6-1-c": "legal-duty",
    "6-1-d": "vital-interest",
    "6-1-f": "interest-of-claimant",
}
"""Why data was given, by the legal basis of the rule."""


class Execution(Struct, frozen=True, kw_only=True):
    """How an order is executed. `fields`: those that are given; none named: all that are allowed.

    `bundle_sha256`: of what was sealed for the authority. `position`: of the open ledger that it reflects.
    """

    fields: Sequence[str] = ()
    bundle_sha256: str | None = None
    recipient: str | None = None
    position: int | None = None


def execute(site: Site, source: Source, on: OnOrder, execution: Execution) -> FoundOrder:
    """Record that an order was executed, with the disclosure. Raises NotAllowed."""
    with one_at_a_time(site):
        case = executable(source, on, execution)
        record(site, _acts(case, execution), on.time)
    return again(source, case)


def executable(source: Source, on: OnOrder, execution: Execution) -> FoundOrder:
    """The order, which may be executed like this. Raises NotAllowed otherwise."""
    case = find_order(source, on.ref, on.subject)
    check_deed(case, "execute", on.time)
    may_have = case.order.may_have
    beyond = [name for name in execution.fields if name not in may_have]
    if beyond:
        raise NotAllowed(
            f"order {on.ref} does not allow {', '.join(beyond)}; it allows {', '.join(may_have)}",
            field="field",
        )
    return case


def allowed_period(order: Order) -> dict[str, JsonValue]:
    """The days of which data may be given, as facts of an event."""
    decision = order.decision
    facts = decision.facts if decision else {}
    return {name: facts[name] for name in ("period_from", "period_to") if name in facts}


def _acts(case: FoundOrder, execution: Execution) -> list[Act]:
    """The execution, and what was disclosed by it."""
    order, receipt = case.order, case.received
    given = [name for name in order.may_have if name in execution.fields or not execution.fields]
    recipient = execution.recipient or str(receipt.facts["authority"])
    days = allowed_period(order)
    disclosure = disclosure_of(order, case.person, given, recipient, days) if given else None
    facts: dict[str, JsonValue] = {"fields": list(given), "recipient": recipient, **days}
    facts |= _stated(
        bundle_sha256=execution.bundle_sha256,
        position=execution.position,
        disclosure_id=disclosure.id if disclosure else None,
    )
    executed = act_on(case, names.ORDER_EXECUTED, facts)
    if disclosure is None or is_open(case):
        # A disclosure without secrecy is no event of this ledger: the hand-over makes it of the execution.
        return [executed, *_interception(case)]
    return [executed, disclosure, *_interception(case)]


def _stated(**facts: JsonValue) -> dict[str, JsonValue]:
    return {name: value for name, value in facts.items() if value is not None}


def is_open(case: FoundOrder) -> bool:
    """Whether the open ledger may know what is given for an order: its provision has no secrecy."""
    return not secret_by_law(case.provision)


def disclosure_of(
    order: Order, subject: str, given: Sequence[str], recipient: str | None, days: Facts
) -> Act:
    """The disclosure, as the person's report tells of it, once nothing keeps it secret.

    `recipient`: None: the authority that ordered.
    """
    receipt, rule = order.receipt, order.rule
    assert receipt
    law = provision(receipt.provision or "")
    secret = secret_by_law(receipt.provision)
    basis = rule.legal_basis if rule else "6-1-c"
    facts: dict[str, JsonValue] = {
        "recipient": recipient or str(receipt.facts["authority"]),
        "recipient_kind": _kind_of(receipt, law),
        "purpose": _PURPOSE,
        "method": "push",
        "country": str(receipt.facts.get("country", "NL")),
        "fields": list(given),
        "necessity_reason": _REASONS[basis],
        "case_ref": order.ref,
        **({"notice": "barred"} if secret else {}),
        **days,
    }
    return Act(
        name=names.PERSONAL_DATA_DISCLOSED,
        subject=subject,
        provision=receipt.provision,
        legal_basis=basis,
        activity=ACTIVITY,
        facts=facts,
        id=str(uuid4()),
    )


def _kind_of(receipt: OrderAct, law: Provision | None) -> str:
    """The kind of recipient: by who ordered, among those that the provision names."""
    authorities = law.authorities if law else ()
    kind = _KINDS.get(str(receipt.facts.get("issued_by", "")), "")
    return kind if kind in authorities or not authorities else authorities[0]


def _interception(case: FoundOrder) -> list[Act]:
    """That an authority can tap from now on; what is tapped is never recorded."""
    if case.order.kind != "interception":
        return []
    last = allowed_period(case.order).get("period_to")
    return [act_on(case, names.INTERCEPTION_PROVIDED, {"until": last} if last else {})]
