"""Rights of a person that are set aside (UAVG Art. 41): with a ground, and with all that must be considered."""

from collections.abc import Mapping
from datetime import date, datetime

from msgspec import Struct

from application.acts.acting import Act, act, one_at_a_time
from application.acts.on_orders import ACTIVITY
from application.answer import Answer
from application.queries.subjects import check_person
from application.site import Site
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


def restrict(site: Site, new: NewRestriction, time: datetime) -> RestrictionAct:
    """Record a restriction. Raises Misconfigured when a consideration is missing, or its review is over."""
    check_person(new.subject)
    missing = [letter for letter in CONSIDERATIONS if not new.considerations.get(letter)]
    if missing:
        raise Misconfigured(
            f"{', '.join(missing)} of UAVG Art. 41(2) not considered: a restriction names all of a to h",
            field="consider",
        )
    if new.review_on < day_of(time):
        raise Misconfigured("this day is over; expected today or a day to come", field="review_on")
    facts: dict[str, JsonValue] = {
        "ground": new.ground,
        "considerations": dict(new.considerations),
        "review_on": new.review_on.isoformat(),
        "tell_subject": new.reason_not_told is None,
    }
    facts |= {"order_ref": new.order_ref} if new.order_ref else {}
    facts |= {"reason_not_told": new.reason_not_told} if new.reason_not_told else {}
    restricted = Act(
        name=names.RESTRICTION_APPLIED,
        subject=new.subject,
        activity=ACTIVITY,
        provision=_PROVISION,
        facts=facts,
        time=time,
    )
    with one_at_a_time(site):
        outcome = act(site, [restricted])
    return RestrictionAct(
        subject=new.subject,
        ground=new.ground,
        considerations=dict(new.considerations),
        review_on=new.review_on.isoformat(),
        told=new.reason_not_told is None,
        position=outcome.last_position,
    )
