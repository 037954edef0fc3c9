"""In whose hands an order is: a hand-over names the next employee, and what that one must know."""

from datetime import datetime
from typing import Annotated

from application.acts.acting import Act, office_lock
from application.acts.given import Ask, Timed
from application.acts.on_orders import ACTIVITY, again, is_ours
from application.acts.requesting import record
from application.queries.cases.found_requests import NotAllowed
from application.queries.desk.found_orders import FoundOrder, find_cases
from application.queries.subjects import check_reference
from application.site import Site
from application.source import Source
from ledger.errors import Misconfigured
from ledger.event import instant
from schemas import names
from schemas.encoding import JsonValue
from schemas.references import kind_of


class HandOver(Timed, frozen=True, kw_only=True):
    """An order given into the hands of another employee. `note`: sealed with the values of its person."""

    events = (names.ORDER_HANDED_OVER,)
    ref: Annotated[str, Ask("The desk's reference of the order.", argument="REF", fact="order_ref")]
    to: Annotated[
        str, Ask("The employee who owns it from then on, such as employee/9.", fact="to_employee")
    ]
    note: Annotated[
        str | None,
        Ask(
            "What that employee must know, as text; - is standard input. It is sealed.",
            look="file",
            fact="",
        ),
    ] = None
    subject: Annotated[
        str | None,
        Ask("Whom the order is about, such as customer/10023.", look="hidden", fact=""),
    ] = None


def hand_over(site: Site, source: Source, given: HandOver, time: datetime) -> list[FoundOrder]:
    """Record a hand-over of an order, for all of its persons. Raises NotAllowed, Misconfigured."""
    check_reference(given.to)
    if kind_of(given.to) != "employee":
        raise Misconfigured("expected an employee, such as employee/9", field="to")
    with office_lock(site):
        cases = find_cases(source, given.ref, given.subject)
        record(site, [_handed_over(case, given, time) for case in cases], time)
    return [again(source, case) for case in cases]


def _handed_over(case: FoundOrder, given: HandOver, time: datetime) -> Act:
    """The act on one person of an order. Raises NotAllowed for what the employee owns already."""
    if not is_ours(case.order):
        raise NotAllowed(f"order {given.ref} was never received: give `ledger order receive`")
    last = case.order.steps[-1].time
    if time < last:
        raise NotAllowed(
            f"this cannot have been done before the last act on order {given.ref}, at {instant(last)}"
        )
    owner = case.owner(time)
    if owner == given.to:
        raise NotAllowed(f"order {given.ref} is in the hands of {given.to} already")
    facts: dict[str, JsonValue] = {"order_ref": given.ref, "to_employee": given.to}
    return Act(
        name=names.ORDER_HANDED_OVER,
        subject=case.person,
        provision=case.provision,
        activity=ACTIVITY,
        facts=facts | ({"from_employee": owner} if isinstance(owner, str) else {}),
        personal={"remark": given.note} if given.note else {},
    )
