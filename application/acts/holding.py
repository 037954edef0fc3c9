"""Legal holds: placed, reviewed and released. To end or narrow one may need a second person."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Literal

from msgspec import Struct

from application.acts.acting import Act, Permit, act, check_permit, one_at_a_time
from application.answer import Answer
from application.queries.keeping.holds import in_force
from application.queries.subjects import is_erased
from application.site import Site
from ledger.errors import Misconfigured, Reject, UnknownSubject
from projections.keeping.holds import Hold

# A hold serves a claim of the controller or of somebody else, not a duty.
_BASIS = "6-1-f"
RELEASE = "hold-release"
"""The act of `LEDGER_FOUR_EYES`: to end a hold, or to let go of a part of it."""

HoldFacts = Mapping[str, str | None]
"""Ground, review_on and owner; what is None is not said."""
_Deed = Literal["placed", "reviewed", "released"]


class HoldAct(Answer, frozen=True):
    """What was done with a hold. `categories`: those it covered. `position`: of the event that says so."""

    subject: str
    hold_ref: str
    act: _Deed
    categories: list[str]
    position: int


class Approvable(Struct, frozen=True):
    """An act that two persons may have to ask for. `parameters`: all that decides what it does."""

    act: str
    parameters: Sequence[object]
    about: str


def asked_release(site: Site, reference: str, hold_ref: str, ground: str | None) -> Approvable:
    """The release of a hold that is in force. Raises Reject where there is none."""
    held = named_hold(site, reference, hold_ref).categories
    return Approvable(RELEASE, [hold_ref, ground, held], reference)


def asked_review(
    site: Site, reference: str, hold_ref: str, facts: HoldFacts, categories: Sequence[str]
) -> Approvable | None:
    """The release of the categories that a review no longer names; None where it names them all.

    Raises Reject where no such hold is in force.
    """
    held = named_hold(site, reference, hold_ref).categories
    if not categories or set(held) <= set(categories):
        return None
    return Approvable(RELEASE, [hold_ref, facts, held, sorted(categories)], reference)


def review_facts(review_on: str, owner: str | None, ground: str | None) -> HoldFacts:
    """What a review says. A ground or an owner that it does not name stays."""
    facts = {"review_on": review_on, "owner": owner}
    return facts | {"ground": ground} if ground else facts


def review_day(text: str, today: date) -> str:
    """The day of a review, which must be to come: of a review that was held, upstream sends the event.

    Raises Misconfigured.
    """
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise Misconfigured("expected a day, such as 2026-11-24", field="review_on") from None
    if day < today:
        raise Misconfigured("this day is over; expected today or a day to come", field="review_on")
    return day.isoformat()


def place(
    site: Site, reference: str, hold_ref: str, facts: HoldFacts, categories: Sequence[str]
) -> HoldAct:
    """Place a hold. Raises Reject when it is in force already, Misconfigured when it holds nothing.

    Raises UnknownSubject when the person was wholly erased: there is nothing left to hold.
    """
    if not categories:
        raise Misconfigured("name what is held", field="category")
    with one_at_a_time(site):
        source = site.source("hold")
        if is_erased(source, reference):
            raise UnknownSubject("all of this person is erased already: there is nothing to hold")
        if any(hold.hold_ref == hold_ref for hold in in_force(source, reference)):
            raise Reject("this person has a hold of that reference already: review it")
        return _act(site, "placed", reference, hold_ref, facts, categories)


def review(
    site: Site,
    reference: str,
    hold_ref: str,
    facts: HoldFacts,
    categories: Sequence[str],
    permit: Permit | None = None,
) -> HoldAct:
    """Record that a hold goes on until its next review; a fact or category that is not named stays.

    Raises NotPermitted in a confidential ledger without the permit to release what is not named any more.
    """
    with one_at_a_time(site):
        hold = named_hold(site, reference, hold_ref)
        narrows = bool(categories) and not set(hold.categories) <= set(categories)
        if narrows:
            check_permit(site, RELEASE, permit)
        _check_seen(permit, asked_review(site, reference, hold_ref, facts, categories))
        updated = {"ground": hold.ground, **facts}
        return _act(site, "reviewed", reference, hold_ref, updated, categories or hold.categories)


def release(
    site: Site, reference: str, hold_ref: str, ground: str | None, permit: Permit | None = None
) -> HoldAct:
    """End a hold; the next run of retention carries out an erasure that waited for it."""
    with one_at_a_time(site):
        hold = named_hold(site, reference, hold_ref)
        facts = {"ground": ground or hold.ground, "review_on": hold.review_on.isoformat()}
        check_permit(site, RELEASE, permit)
        _check_seen(permit, asked_release(site, reference, hold_ref, ground))
        return _act(site, "released", reference, hold_ref, facts, hold.categories)


def _check_seen(permit: Permit | None, asked: Approvable | None) -> None:
    """Raise Reject where an act would let go of something else than was approved: the hold changed since."""
    if permit is None or permit.seen is None:
        return
    if asked is None or list(asked.parameters) != list(permit.seen):
        raise Reject("this hold changed after the act was approved: give it anew")


def _act(
    site: Site,
    deed: _Deed,
    reference: str,
    hold_ref: str,
    facts: HoldFacts,
    categories: Sequence[str],
) -> HoldAct:
    stated = {name: value for name, value in facts.items() if value is not None}
    hold_act = Act(
        name=f"legal-hold-{deed}",
        subject=reference,
        facts={"hold_ref": hold_ref, **stated},
        categories=sorted(categories),
        legal_basis=_BASIS,
    )
    # Who may release a hold was asked by now.
    outcome = act(site, [hold_act], permit=Permit(RELEASE))
    return HoldAct(
        subject=reference,
        hold_ref=hold_ref,
        act=deed,
        categories=sorted(categories),
        position=outcome.last_position,
    )


def named_hold(site: Site, reference: str, hold_ref: str) -> Hold:
    """A hold that is in force over a person's data. Raises Reject where there is none of that reference."""
    for hold in in_force(site.source("hold"), reference):
        if hold.hold_ref == hold_ref:
            return hold
    raise Reject("no hold of that reference is in force over this person's data")
