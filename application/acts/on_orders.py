"""Acts on orders of authorities: each is judged and recorded under the lock of the office.

So two people who decide or execute the same order at the same time do it once: the second one is told what
the first one did. What an order may have is computed from the rulebook, and never taken from the command.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from itertools import chain
from typing import Literal

import msgspec
from msgspec import UNSET, Struct

from application.acts.acting import MOST_TOGETHER, Act, check, office_lock
from application.acts.requesting import new_reference, record
from application.lookups import folded, provisions
from application.orders_in import UNKNOWN_LAW, OrderForm, as_code, nobody_known
from application.queries.cases.found_requests import NotAllowed
from application.queries.desk.found_orders import (
    FoundOrder,
    find_cases,
    find_order,
    known_orders,
    owners_of,
)
from application.queries.subjects import check_person, streams_of
from application.site import Site
from application.source import Source, instant_or_none
from ledger.errors import Misconfigured
from projections.reading.order_judging import judgement_of, objection, refusal
from projections.reading.order_steps import OrderDeed, hindrance
from projections.views.order_clocks import runs_tap
from projections.views.orders import WAITING, Order
from rulebook import provision
from rulebook.calendar import day_of
from rulebook.orders import Allowance, facts_of, review_on, rule_of
from schemas import PERSONAL_FIELDS, names
from schemas.encoding import JsonValue

ACTIVITY = "orders-of-authorities"
"""The processing activity of everything that is done about orders."""
Facts = Mapping[str, JsonValue]
_CONFIRMING: Mapping[str, OrderDeed] = {
    "written-order": "confirm-order",
    "receipt": "confirm-receipt",
    "no-ground": "confirm-no-ground",
}


class OnOrder(Struct, frozen=True):
    """The order of an act, and its time. `subject`: whom it is about, where named.

    `dry`: the act is judged, and nothing is recorded.
    """

    ref: str
    subject: str | None
    time: datetime
    dry: bool = False


def receive(site: Site, source: Source, form: OrderForm, time: datetime) -> FoundOrder:
    """Record that an order came in, and the secrecy that the law imposes with it. Raises NotAllowed.

    Whatever comes in is recorded, also under a law that the rulebook does not know: it is decided later.
    """
    [found] = receive_all(site, source, [form], time)
    return found


def receive_all(
    site: Site, source: Source, forms: Sequence[OrderForm], time: datetime, *, another: bool = False
) -> list[FoundOrder]:
    """The same of all orders of one document, each about a person, under one reference: all or none.

    `another`: it is another order, although its document came in before.
    """
    ref = forms[0].order_ref or new_reference(time, "OR")
    with office_lock(site):
        forms = _about_whom(source, forms)
        subjects = [form.subject or nobody_known(ref, place) for place, form in enumerate(forms)]
        acts = [_received(form, ref, who, time) for form, who in zip(forms, subjects, strict=True)]
        _check_new(source, ref, subjects)
        if not another:
            _check_unlike(source, ref, forms)
        record(site, _together(chain.from_iterable(acts)), time)
    found = {case.reference: case for case in find_cases(source, ref)}
    return [found[subject] for subject in subjects]


def _check_new(source: Source, ref: str, subjects: Sequence[str]) -> None:
    """Raise NotAllowed for an order that is there already about one of the persons."""
    known = {stream for stream, order in known_orders(source, refs=[ref]) if is_ours(order)}
    if any(known & set(streams_of(source, subject)) for subject in subjects):
        raise NotAllowed(f"there is an order {ref} about this person already")


def _check_unlike(source: Source, ref: str, forms: Sequence[OrderForm]) -> None:
    """Raise NotAllowed for a document that came in before, as another order."""
    digests = {form.sha256 for form in forms if form.sha256}
    if not digests:
        return
    for _, order in known_orders(source):
        receipt = order.receipt
        if (
            order.ref != ref
            and is_ours(order)
            and receipt
            and receipt.facts.get("sha256") in digests
        ):
            raise NotAllowed(
                f"this document came in on {day_of(receipt.time)}, as order {order.ref}: give --another "
                "if it is another order all the same"
            )


def _together(acts: Iterable[Act]) -> list[Act]:
    """Acts that one transaction can take. Raises NotAllowed for more: an order is not recorded in parts."""
    found = [*acts]
    if len(found) > MOST_TOGETHER:
        raise NotAllowed(
            f"these are {len(found)} events, and at most {MOST_TOGETHER} are recorded together: "
            "name fewer persons"
        )
    return found


def _about_whom(source: Source, forms: Sequence[OrderForm]) -> Sequence[OrderForm]:
    """The orders, each about whom the order is that it follows, where it names nobody itself.

    Annexes V and VI name no person, and prolong what is kept of every person of the order.
    """
    [form, *more] = forms
    if more or form.subject or not form.extends:
        return forms
    persons = _persons_of(source, form.extends)
    # Of several persons a document that names values means one: nobody knows yet which.
    if len(persons) > 1 and form.personal:
        return forms
    return [msgspec.structs.replace(form, subject=person) for person in persons] or forms


def _persons_of(source: Source, ref: str) -> list[str]:
    """The references of the persons whom an order of the desk is about, those of erased ones aside."""
    rows = [row for row in known_orders(source, refs=[ref]) if is_ours(row[1])]
    named = [source.noted(stream) for stream, _ in rows]
    return sorted(name for name in named if isinstance(name, str))


def _received(form: OrderForm, ref: str, subject: str, time: datetime) -> list[Act]:
    check_person(subject)
    if form.period_from and form.period_to and form.period_to < form.period_from:
        raise Misconfigured("expected a day that is not before the first one", field="period_to")
    form = msgspec.structs.replace(form, provision=_known(form.provision))
    stated: dict[str, JsonValue] = {
        "kind": form.kind,
        "country": form.country,
        "issued_by": form.issued_by,
        "period_from": _iso(form.period_from),
        "period_to": _iso(form.period_to),
        "respond_by": instant_or_none(form.respond_by),
        "urgent": form.urgent,
        "case_ref": form.case_ref,
        "form": form.form,
        "sha256": form.sha256,
        "extends": form.extends,
        "deliver": form.deliver,
        "notified": form.notified,
        "form_faults": list(form.form_faults) or None,
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
    return [received, *_authorised(form, received), *_secrecy_of(received, time)]


def _known(text: str) -> str:
    """A provision by its id, however it is named; an unknown one as it is spelled, as far as a code can."""
    entry = provision(text)
    known = entry.id if entry else provisions().get(folded(text))
    return known or as_code(text) or UNKNOWN_LAW


def _authorised(form: OrderForm, received: Act) -> list[Act]:
    """The authorisation that came with an order."""
    if form.authorised_by is None or form.authorisation_sha256 is None:
        return []
    facts: Facts = {
        "order_ref": received.facts["order_ref"],
        "by": form.authorised_by,
        "document_sha256": form.authorisation_sha256,
    }
    return [
        msgspec.structs.replace(
            received, name=names.AUTHORISATION_RECORDED, facts=facts, categories=UNSET, personal={}
        )
    ]


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _secrecy_of(received: Act, time: datetime) -> list[Act]:
    """The secrecy that the provision of an order imposes by itself, with the day of its review."""
    facts = facts_of(time, received.provision, dict(received.facts))
    rule = rule_of(facts)
    if rule is None or not rule.review_months:
        return []
    stated: dict[str, JsonValue] = {
        "order_ref": received.facts["order_ref"],
        "by": "statute",
        "evidence": rule.provision,
        "review_on": review_on(rule, day_of(time)).isoformat(),
    }
    return [
        Act(
            name=names.SECRECY_IMPOSED,
            subject=received.subject,
            provision=received.provision,
            activity=ACTIVITY,
            facts=stated,
        )
    ]


def is_ours(order: Order) -> bool:
    """Whether the desk, or a file that its people brought, says that an order came in."""
    return order.receipt is not None and order.receipt.came != "outside"


def authenticate(site: Site, source: Source, on: OnOrder, method: str) -> list[FoundOrder]:
    """Record that an order comes from whom it says. Raises NotAllowed."""
    return _act_on_order(
        site, source, on, "authenticate", said(names.ORDER_AUTHENTICATED, method=method)
    )


def authorise(site: Site, source: Source, on: OnOrder, by: str, sha256: str) -> list[FoundOrder]:
    """Record that an authority whose word an order needs gave it, by the hash of its document."""
    recorded = said(names.AUTHORISATION_RECORDED, by=by, document_sha256=sha256)
    return _act_on_order(site, source, on, "authorise", recorded)


def validate(
    site: Site, source: Source, on: OnOrder, found: Sequence[str] = ()
) -> list[FoundOrder]:
    """Record that an order may be executed as it stands. Raises NotAllowed when it asks for more.

    `found`: the conditions of its rule that the desk found fulfilled.
    """

    def acts_on(case: FoundOrder) -> list[Act]:
        answer = _decided(case, "validate", found)
        facts: Facts = {
            "allowed_fields": list(answer.fields),
            **_period(answer),
            **_conditions(found),
        }
        return [act_on(case, names.ORDER_VALIDATED, facts)]

    return _act_on_order(site, source, on, "decide", acts_on)


def narrow(site: Site, source: Source, on: OnOrder, found: Sequence[str] = ()) -> list[FoundOrder]:
    """Record exactly what an order may have, and the remainder as refused. Raises NotAllowed.

    `found`: as in `validate`.
    """

    def acts_on(case: FoundOrder) -> list[Act]:
        answer = _decided(case, "narrow", found)
        facts: Facts = {
            "allowed_fields": list(answer.fields),
            "refused_fields": list(answer.refused),
            "ground": answer.grounds[0],
            **_period(answer),
            **_conditions(found),
        }
        return [act_on(case, names.ORDER_NARROWED, facts)]

    return _act_on_order(site, source, on, "decide", acts_on)


def object_to(
    site: Site, source: Source, on: OnOrder, ground: str, form_sha256: str | None
) -> list[FoundOrder]:
    """Record that the authority was told why an order cannot be executed, or not yet. Raises NotAllowed."""
    objected = said(names.ORDER_OBJECTED, ground=ground, form_sha256=form_sha256)
    return _act_on_order(site, source, on, "object", objected, ground)


def refuse(site: Site, source: Source, on: OnOrder, ground: str) -> list[FoundOrder]:
    """Refuse an order as a whole, on a ground that its rule has. Raises NotAllowed."""
    refused = said(names.ORDER_REJECTED, ground=ground)
    return _act_on_order(site, source, on, "refuse", refused, ground)


def confirm(
    site: Site, source: Source, on: OnOrder, what: str, sha256: str | None
) -> list[FoundOrder]:
    """Record a confirmation: of an oral order in writing, of a receipt, or that no ground is raised.

    That opens an order before its days are over, so it needs the document. Raises Misconfigured without it.
    """
    deed = _CONFIRMING[what]
    if what == "no-ground" and sha256 is None:
        raise Misconfigured(
            "expected what the authority of the other State wrote", field="document"
        )
    return _act_on_order(
        site, source, on, deed, said(names.ORDER_CONFIRMED, what=what, sha256=sha256)
    )


def withdraw(site: Site, source: Source, on: OnOrder, reason: str | None) -> list[FoundOrder]:
    """Record that the authority took an order back. Raises NotAllowed once all of it was given."""
    return _act_on_order(site, source, on, "withdraw", said(names.ORDER_WITHDRAWN, reason=reason))


def end(site: Site, source: Source, on: OnOrder) -> FoundOrder:
    """Record that a tap ended, on the day of a time. Raises NotAllowed where none runs."""
    with office_lock(site):
        case = find_order(source, on.ref, on.subject)
        if not runs_tap(case.order.until(on.time)):
            raise NotAllowed(f"no tap runs for order {on.ref}")
        ended = act_on(case, names.INTERCEPTION_ENDED, {"until": day_of(on.time).isoformat()})
        record(site, [ended], on.time)
    return again(source, case)


def act_on(case: FoundOrder, name: str, facts: Facts) -> Act:
    """An act on an order."""
    return Act(
        name=name,
        subject=case.person,
        provision=case.provision,
        activity=ACTIVITY,
        facts={"order_ref": case.order.ref, **facts},
    )


def said(name: str, **facts: str | None) -> Callable[[FoundOrder], list[Act]]:
    """Makes one act of a type on an order, with the facts that are known."""
    known = {member: value for member, value in facts.items() if value is not None}
    return lambda case: [act_on(case, name, known)]


def _decided(
    case: FoundOrder, deed: Literal["validate", "narrow"], found: Sequence[str]
) -> Allowance:
    """What the order may have. Raises NotAllowed when it is not to be decided like this."""
    judged = judgement_of(case.order)
    why = judged and objection(case.order.ref, judged, deed, found)
    if why:
        raise NotAllowed(why)
    assert judged
    assert judged.allowance
    return judged.allowance


def _conditions(found: Sequence[str]) -> Facts:
    return {"conditions": list(found)} if found else {}


def _period(answer: Allowance) -> Facts:
    days = {"period_from": answer.period_from, "period_to": answer.period_to}
    return {name: day.isoformat() for name, day in days.items() if day is not None}


def check_deed(case: FoundOrder, deed: OrderDeed, time: datetime, ground: str = "") -> None:
    """Raise NotAllowed when the steps of an order forbid an act at a time, or its rule lacks the ground."""
    if not is_ours(case.order) and case.order.receipt is not None:
        raise NotAllowed(
            f"order {case.order.ref} came from outside, and no officer received it: give "
            "`ledger order receive` with what the document says"
        )
    why = hindrance(deed, case.order, time)
    judged = judgement_of(case.order) if ground else None
    if why is None and judged is not None:
        state = case.standing(time)
        why = refusal(case.order.ref, judged, ground, lapsed=state is not None and state.lapsed)
    if why is not None:
        raise NotAllowed(why)


def _act_on_order(
    site: Site,
    source: Source,
    on: OnOrder,
    deed: OrderDeed,
    acts_on: Callable[[FoundOrder], list[Act]],
    ground: str = "",
) -> list[FoundOrder]:
    """Record acts that the steps of an order allow; the order after them. `ground`: of a refusal.

    Of an order about several persons, of whom none is named: for all of them, or none. Those for whom it
    ended before are left as they are.
    """
    with office_lock(site):
        # Read inside the lock: another person may have decided the order meanwhile.
        cases = _for_whom(find_cases(source, on.ref, on.subject), deed, on.time)
        for case in cases:
            check_deed(case, deed, on.time, ground)
        recording = check if on.dry else record
        recording(site, _together(chain.from_iterable(map(acts_on, cases))), on.time)
    return [again(source, case) for case in cases]


def _for_whom(cases: list[FoundOrder], deed: OrderDeed, time: datetime) -> list[FoundOrder]:
    """The persons of an order for whom an act is due: those who wait for one, or for whom it is allowed."""
    due = [
        case
        for case in cases
        if (state := case.standing(time)) is None
        or state.status in WAITING
        or hindrance(deed, case.order, time) is None
    ]
    return due or cases


def again(source: Source, case: FoundOrder) -> FoundOrder:
    """An order as it stands after acts on it."""
    [(_, after)] = known_orders(source, streams=[case.stream], refs=[case.order.ref])
    whose = owners_of(source, [(case.stream, after)])
    return msgspec.structs.replace(case, order=after, employees=whose)
