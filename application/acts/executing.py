"""The execution of an order: what was given, to whom, with the disclosure that a later report tells of.

Exactly what the order was found to allow may be given, or less; the event says so beside the hash of the
bundle, and the disclosure is an event of its own in the same transaction.
"""

from collections.abc import Mapping
from uuid import uuid4

from msgspec import Struct

from application.acts.acting import Act, one_at_a_time
from application.acts.on_orders import ACTIVITY, OnOrder, act_on, again, check_deed
from application.acts.requesting import record
from application.queries.found_orders import FoundOrder, find_order
from application.queries.found_requests import NotAllowed
from application.site import Site
from application.source import Source
from rulebook import Provision, provision
from schemas import names
from schemas.encoding import JsonValue

_KINDS: Mapping[str, str] = {
    "investigating-officer": "police",
    "public-prosecutor": "public-prosecutor",
    "inspector": "tax-authority",
    "head-of-service": "intelligence-service",
    "minister": "intelligence-service",
    "supervisor": "supervisory-authority",
    "court": "court",
    "bailiff": "bailiff",
}


class Execution(Struct, frozen=True, kw_only=True):
    """How an order is executed. `fields`: those that are given, none named: all that are allowed.

    `bundle_sha256`: of what was sealed for the authority. `position`: of the open ledger that it reflects.
    """

    fields: tuple[str, ...] = ()
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
    beyond = [name for name in execution.fields if name not in case.order.allowed_fields]
    if beyond:
        raise NotAllowed(
            f"order {on.ref} does not allow {', '.join(beyond)}: expected some of "
            f"{', '.join(case.order.allowed_fields)}",
            field="field",
        )
    return case


def _acts(case: FoundOrder, execution: Execution) -> list[Act]:
    """The execution, and what was disclosed by it."""
    order, stated = case.order, dict[str, JsonValue]()
    given = [name for name in order.allowed_fields if name in execution.fields or not execution.fields]
    recipient = execution.recipient or order.authority
    disclosure = _disclosure(case, given, recipient) if given else None
    stated |= {"fields": given, "recipient": recipient, **order.allowed_period}
    optional = {
        "bundle_sha256": execution.bundle_sha256,
        "position": execution.position,
        "disclosure_id": disclosure and disclosure.id,
    }
    stated |= {name: value for name, value in optional.items() if value is not None}
    executed = act_on(case, names.ORDER_EXECUTED, stated)
    return [executed, *([disclosure] if disclosure else []), *_interception(case)]


def _disclosure(case: FoundOrder, given: list[str], recipient: str) -> Act:
    """The disclosure, as the person's report tells of it once its secrecy is lifted."""
    order, law = case.order, provision(case.order.provision or "")
    facts: dict[str, JsonValue] = {
        "recipient": recipient,
        "recipient_kind": _kind_of(case, law),
        "purpose": _PURPOSE,
        "method": "push",
        "country": order.country or "NL",
        "fields": list(given),
        "necessity_reason": "legal-duty",
        "case_ref": order.ref,
        "notice": "barred" if law is None or law.notice in _SILENT else "none",
        **order.allowed_period,
    }
    return Act(
        name=names.PERSONAL_DATA_DISCLOSED,
        subject=case.person,
        provision=order.provision,
        activity=ACTIVITY,
        facts=facts,
        id=str(uuid4()),
    )


def _kind_of(case: FoundOrder, law: Provision | None) -> str:
    """The kind of recipient: by who ordered, among those that the provision names."""
    authorities = law.authorities if law else ()
    kind = _KINDS.get(case.order.issued_by or "")
    return kind if kind in authorities or not authorities else authorities[0]


def _interception(case: FoundOrder) -> list[Act]:
    """That an authority can tap from now on; what is tapped is never recorded."""
    if case.order.kind != "interception":
        return []
    last = case.order.allowed_period.get("period_to")
    return [act_on(case, names.INTERCEPTION_PROVIDED, {"until": last} if last else {})]
