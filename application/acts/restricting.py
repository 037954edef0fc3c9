"""Rights of a person that are set aside (UAVG Art. 41): with a ground, and all that must be considered."""

from collections.abc import Mapping
from datetime import date, datetime

from msgspec import Struct

from application.acts.acting import Act, act, office_lock
from application.acts.on_orders import ACTIVITY
from application.answer import Answer
from application.queries.desk.found_orders import find_order
from application.queries.subjects import check_person
from application.site import Site
from application.source import Source
from ledger.errors import Misconfigured
from rulebook.calendar import day_of
from schemas import names
from schemas.encoding import JsonValue

GROUNDS = tuple("abcdefghij")
CONSIDERATIONS = tuple("abcdefgh")
_PROVISION = "nl.uavg.41"


class NewRestriction(Struct, frozen=True, kw_only=True):
    """A restriction to be recorded. `reason_not_told`: why the person is not told of it; None: they are."""

    subject: str
    ground: str
    considerations: Mapping[str, str]
    review_on: date
    order_ref: str | None = None
    reason_not_told: str | None = None


class RestrictionAct(Answer, frozen=True):
    """A restriction that was recorded. `position`: of the event that says so."""

    subject: str
    ground: str
    considerations: dict[str, str]
    review_on: str
    told: bool
    position: int


def restrict(site: Site, source: Source, new: NewRestriction, time: datetime) -> RestrictionAct:
    """Record a restriction. Raises Misconfigured when a consideration is missing, or its review is over.

    Raises NotAllowed for an order that there is not.
    """
    check_person(new.subject)
    missing = [letter for letter in CONSIDERATIONS if not new.considerations.get(letter)]
    if missing:
        raise Misconfigured(
            f"{', '.join(missing)} of UAVG Art. 41(2) not considered: a restriction names all of a to h",
            field="consider",
        )
    if new.review_on < day_of(time):
        raise Misconfigured("this day is over; expected today or a day to come", field="review_on")
    with office_lock(site):
        order = find_order(source, new.order_ref, new.subject) if new.order_ref else None
        outcome = act(site, [_act(new, order.provision if order else None, time)])
    return RestrictionAct(
        subject=new.subject,
        ground=new.ground,
        considerations=dict(new.considerations),
        review_on=new.review_on.isoformat(),
        told=new.reason_not_told is None,
        position=outcome.last_position,
    )


def _act(new: NewRestriction, provision: str | None, time: datetime) -> Act:
    facts: dict[str, JsonValue] = {
        "ground": new.ground,
        "considerations": dict(new.considerations),
        "review_on": new.review_on.isoformat(),
        "tell_subject": new.reason_not_told is None,
        "order_ref": new.order_ref,
        "reason_not_told": new.reason_not_told,
    }
    return Act(
        name=names.RESTRICTION_APPLIED,
        subject=new.subject,
        activity=ACTIVITY,
        provision=provision or _PROVISION,
        facts={name: value for name, value in facts.items() if value is not None},
        time=time,
    )
