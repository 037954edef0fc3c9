"""The execution of an order: what was given, to whom, with the disclosure that a later report tells of.

What is given is what the bundle holds that was prepared for the order, to whoever ordered it: the receipt of
the bundle says so, and no option of a command. The disclosure is an event of its own, in exactly one ledger:
here, in the same transaction, or in the open one where it is no secret.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from uuid import UUID

import msgspec
from msgspec import Struct

from application.acts.acting import Act, Permit, check, message, office_lock
from application.acts.on_orders import ACTIVITY, OnOrder, act_on, again, check_deed
from application.acts.requesting import record
from application.answer import given
from application.queries.cases.found_requests import NotAllowed
from application.queries.desk.data import OrderGap
from application.queries.desk.found_orders import FoundOrder, find_order
from application.queries.desk.prepared import command_after
from application.queries.desk.receipts import Receipt
from application.site import Site
from application.source import Source
from ledger.event import instant
from projections.views.order_acts import secrecy_of, secret_by_law
from projections.views.orders import EXECUTED, Order
from rulebook import Provision, provision
from rulebook.calendar import day_of
from schemas import PERSONAL_FIELDS, names
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
    """How an order is executed. `receipt`: of the bundle that was prepared; None where nothing is given.

    `bundle_sha256`: of the file that is given. What a command may say besides, and must be so: `fields` that
    are given, the `recipient`, and the `position` of the open ledger that it reflects. `tells_open`: the
    disclosure is no secret, and goes to the open ledger.
    """

    receipt: Receipt | None = None
    bundle_sha256: str | None = None
    fields: Sequence[str] = ()
    recipient: str | None = None
    position: int | None = None
    tells_open: bool = False


def execute(
    site: Site,
    source: Source,
    on: OnOrder,
    execution: Execution,
    permit: Permit | None,
    tell_open: Callable[[bytes], None] | None = None,
) -> FoundOrder:
    """Record that an order was executed, with the disclosure. Raises NotAllowed, NotPermitted.

    `tell_open`: gives a disclosure that is no secret to the open ledger, durably, before it is recorded that
    the order was executed.
    """
    with office_lock(site):
        case = executable(site, source, on, execution)
        acts, elsewhere = _acts(case, execution)
        if elsewhere is not None:
            assert tell_open
            tell_open(message(site, msgspec.structs.replace(elsewhere, time=on.time)))
        record(site, acts, on.time, permit=permit)
    return again(source, case)


def executable(site: Site, source: Source, on: OnOrder, execution: Execution) -> FoundOrder:
    """The order, which may be executed like this. Raises NotAllowed, ActRefused otherwise.

    Both before the first person approves it: what the ledger would refuse, nobody has to approve.
    """
    case = find_order(source, on.ref, on.subject)
    check_deed(case, "execute", on.time)
    may_have, authority = case.order.may_have, str(case.received.facts["authority"])
    if execution.recipient not in {None, authority}:
        raise NotAllowed(
            f"{authority} gave order {on.ref}, and no other authority may have what it asks for",
            field="to",
        )
    beyond = [name for name in execution.fields if name not in may_have]
    if beyond:
        raise NotAllowed(
            f"order {on.ref} does not allow {', '.join(beyond)}; it allows {', '.join(may_have)}",
            field="field",
        )
    if execution.receipt is not None:
        _check_receipt(case, execution.receipt, execution, on.time)
    elif may_have and not case.order.follows:
        raise NotAllowed(
            f"order {on.ref} is given data: name the file that `ledger order prepare {on.ref}` made",
            field="bundle",
        )
    acts, elsewhere = _acts(case, execution)
    _check_where(on.ref, elsewhere, execution)
    check(site, acts, on.time)
    return case


def _check_where(ref: str, elsewhere: Act | None, execution: Execution) -> None:
    """Raise NotAllowed unless the open ledger is told of a disclosure exactly where it records that."""
    if elsewhere is not None and not execution.tells_open:
        raise NotAllowed(
            f"what order {ref} gives is no secret, so the open ledger records the disclosure: "
            "name a new file for `ledger ingest --signed` there",
            field="disclosure",
        )
    if elsewhere is None and execution.tells_open:
        raise NotAllowed(
            f"the open ledger is told nothing of order {ref}: it is secret, or it is given nothing",
            field="disclosure",
        )


def _check_receipt(
    case: FoundOrder, receipt: Receipt, execution: Execution, time: datetime
) -> None:
    """Raise NotAllowed for a bundle that is not what this order may have, or not as the command says."""
    order, ref = case.order, case.order.ref
    authority = case.received.facts["authority"]
    if (receipt.order_ref, receipt.subject) != (ref, case.person):
        raise NotAllowed(f"this bundle was prepared for another order than {ref}", field="bundle")
    if receipt.bundle_sha256 != execution.bundle_sha256:
        raise NotAllowed(
            f"this file is not the bundle that was prepared for order {ref}", field="bundle"
        )
    if (receipt.asked, receipt.recipient) != (sorted(order.may_have), authority):
        raise NotAllowed(
            f"order {ref} was decided anew after this bundle was prepared: prepare it again",
            field="bundle",
        )
    if any(
        act.facts.get("bundle_sha256") == receipt.bundle_sha256 for act in order.named(EXECUTED)
    ):
        raise NotAllowed(f"this bundle was given for order {ref} already", field="bundle")
    _check_gives(case, receipt)
    if receipt.until > time:
        raise NotAllowed(
            f"the bundle of order {ref} has data up to {instant(receipt.until)}, so it cannot have been "
            "given before",
            field="at",
        )
    if execution.position not in {None, receipt.position}:
        raise NotAllowed(f"the bundle reflects position {receipt.position}", field="position")
    _check_fields(receipt, execution.fields)


def _check_gives(case: FoundOrder, receipt: Receipt) -> None:
    """Raise NotAllowed for a bundle that gives nothing, where nothing was given before or is to come."""
    is_to_come = any(gap.reason == "not-yet" for gap in receipt.gaps)
    if not (receipt.given or case.order.execution or is_to_come):
        raise NotAllowed(
            f"the bundle of order {case.order.ref} gives nothing, and nothing is to come: nothing was "
            f"executed, and `{command_after(case, receipt, '')}` answers the authority",
            field="bundle",
        )


def _check_fields(receipt: Receipt, fields: Sequence[str]) -> None:
    """Every field that is named is in the bundle, and the other way round; what is not has its reason."""
    named = set(fields) or set(receipt.given)
    if lacking := sorted(named.difference(receipt.given)):
        raise NotAllowed(f"the bundle has no value of {', '.join(lacking)}", field="field")
    if unnamed := sorted(set(receipt.given) - named):
        raise NotAllowed(
            f"the bundle gives {', '.join(unnamed)} as well: name it, or prepare the order with --withhold",
            field="field",
        )
    explained = {gap.field for gap in receipt.gaps}
    nobody = OrderGap("not-found") in receipt.gaps
    if not nobody and (bare := sorted(set(receipt.asked) - named - explained)):
        raise NotAllowed(
            f"the bundle lacks {', '.join(bare)} and says no reason: prepare the order again",
            field="field",
        )


def allowed_period(order: Order) -> dict[str, JsonValue]:
    """The days of which data may be given, as facts of an event."""
    decision = order.decision
    facts = decision.facts if decision else {}
    return {name: facts[name] for name in ("period_from", "period_to") if name in facts}


def _acts(case: FoundOrder, execution: Execution) -> tuple[list[Act], Act | None]:
    """What is recorded here: the execution, the disclosure, that an authority can tap.

    Beside it the disclosure where the open ledger records it instead.
    """
    recipient = str(case.received.facts["authority"])
    receipt = execution.receipt
    fields = [name for name in case.order.may_have if receipt and name in receipt.given]
    facts: dict[str, JsonValue] = {"fields": list(fields), "recipient": recipient}
    disclosures: list[Act] = []
    if receipt is not None:
        told = _told(receipt)
        disclosures += [_disclosure(case, fields, told)] if fields else []
        facts |= {
            **told,
            "content_sha256": receipt.content_sha256,
            "position": receipt.position,
            "withheld": [_withheld(gap) for gap in receipt.gaps],
        }
    if disclosures:
        facts["disclosure_id"] = disclosures[0].id
    executed = [act_on(case, names.ORDER_EXECUTED, facts)]
    if is_open(case):
        return [*executed, *_interception(case)], next(iter(disclosures), None)
    return [*executed, *disclosures, *_interception(case)], None


def _told(receipt: Receipt) -> dict[str, JsonValue]:
    """What a bundle gives, as facts: of which period that has passed, and which entries."""
    return {
        "period_from": day_of(receipt.since).isoformat(),
        "period_to": day_of(receipt.until).isoformat(),
        "bundle_sha256": receipt.bundle_sha256,
        "entries": len(receipt.entries),
        "entries_sha256": receipt.entries_sha256,
    }


def _withheld(gap: OrderGap) -> dict[str, JsonValue]:
    """What a bundle lacks, as a fact: without the person, whose order it is."""
    known = {
        "reason": gap.reason,
        "field": given(gap.field),
        "count": given(gap.values),
        "ground": given(gap.ground),
    }
    return {name: value for name, value in known.items() if value is not None}


def is_open(case: FoundOrder) -> bool:
    """Whether the open ledger may know what is given: no law keeps it secret, and nobody imposed that."""
    receipt = case.received
    secrecy = secrecy_of(case.order.steps, receipt, receipt.provision)
    return not secret_by_law(case.provision) and secrecy != "in-force"


def _disclosure(case: FoundOrder, fields: Sequence[str], told: Mapping[str, JsonValue]) -> Act:
    """The disclosure, as the person's report tells of it once the person may know."""
    law, rule = provision(case.provision or ""), case.order.rule
    basis = rule.legal_basis if rule else "6-1-c"
    facts: dict[str, JsonValue] = {
        "recipient": str(case.received.facts["authority"]),
        "recipient_kind": _kind_of(case, law),
        "purpose": _PURPOSE,
        "method": "push",
        "country": str(case.received.facts.get("country", "NL")),
        "fields": list(fields),
        "necessity_reason": _REASONS[basis],
        "case_ref": case.order.ref,
        **told,
        **({} if is_open(case) else {"notice": "barred"}),
    }
    # Given to the open ledger once more, the disclosure of a bundle is a duplicate there.
    name = sha256(f"{case.order.ref}\n{told['bundle_sha256']}".encode()).digest()
    return Act(
        name=names.PERSONAL_DATA_DISCLOSED,
        subject=case.person,
        provision=case.provision,
        legal_basis=basis,
        activity=ACTIVITY,
        facts=facts,
        categories=sorted({PERSONAL_FIELDS[field] for field in fields}),
        id=str(UUID(bytes=name[:16], version=4)),
    )


def _kind_of(case: FoundOrder, law: Provision | None) -> str:
    """The kind of recipient: by who ordered, among those that the provision names."""
    authorities = law.authorities if law else ()
    kind = _KINDS.get(str(case.received.facts.get("issued_by", "")), "")
    return kind if kind in authorities or not authorities else authorities[0]


def _interception(case: FoundOrder) -> list[Act]:
    """That an authority can tap from now on; what is tapped is never recorded."""
    if case.order.kind != "interception":
        return []
    last = allowed_period(case.order).get("period_to")
    return [act_on(case, names.INTERCEPTION_PROVIDED, {"until": last} if last else {})]
