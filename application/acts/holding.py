"""Legal holds: placed, reviewed and released. To end or narrow one may need a second person."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Annotated, Literal

from msgspec import Struct
from msgspec.structs import replace

from application.acts.acting import Act, Permit, act, check_permit, office_lock
from application.acts.given import Ask, Choice, Given, Person
from application.acts.offered import HOLD_GROUNDS, OWNERS, RELEASE_GROUNDS
from application.answer import Answer
from application.queries.keeping.holds import in_force
from application.queries.subjects import check_person, is_erased
from application.site import Site
from ledger.errors import Misconfigured, Reject, UnknownSubject
from projections.keeping.holds import Hold
from rulebook.calendar import day_of
from schemas import CATEGORIES, names

# A hold serves a claim of the controller or of somebody else, not a duty.
_BASIS = "6-1-f"
RELEASE = "hold-release"
"""The act of `LEDGER_FOUR_EYES`: to end a hold, or to let go of a part of it."""

HoldFacts = Mapping[str, str | None]
"""Ground, review_on and owner; what is None is not said."""
_GROUND, _OWNER = Choice("ground", HOLD_GROUNDS, True), Choice("owner", OWNERS, True)
_HOLD = "Reference, such as HOLD-2026-0003."
_OWNED = "The person or desk that is responsible, as a code."
_ReviewOn = Annotated[str, Ask("Day of its next review.", look="day")]
_HELD = Ask(
    "A category that the hold keeps; may be repeated.", Choice("category", CATEGORIES), fact=""
)


class NewHold(Given, frozen=True, kw_only=True):
    """What is held, why, and until its next review."""

    events = (names.LEGAL_HOLD_PLACED,)
    subject: Person
    ref: Annotated[
        str, Ask(_HOLD, argument="HOLD", label="hold_ref", hint="hold_ref", fact="hold_ref")
    ]
    ground: Annotated[str, Ask("Why, as a code such as civil-claim.", _GROUND)]
    category: Annotated[tuple[str, ...], _HELD] = ()
    review_on: _ReviewOn
    owner: Annotated[str | None, Ask(_OWNED, _OWNER)] = None


class OnHold(Given, frozen=True, kw_only=True):
    """A hold over a person's data."""

    subject: Annotated[
        str, Ask("Such as customer/10023.", look="hidden", argument="SUBJECT", fact="")
    ]
    ref: Annotated[str, Ask(_HOLD, look="path", argument="HOLD", fact="hold_ref")]


class HoldReview(OnHold, frozen=True, kw_only=True):
    """That a hold goes on until its next review. `category`: it keeps only these; without one, as before."""

    events = (names.LEGAL_HOLD_REVIEWED,)
    review_on: _ReviewOn
    category: Annotated[tuple[str, ...], replace(_HELD, hint="only_these")] = ()
    ground: Annotated[
        str | None, Ask("Another ground from now on.", _GROUND, hint="another_ground")
    ] = None
    owner: Annotated[str | None, Ask(_OWNED, _OWNER, hint="another_owner")] = None


class HoldRelease(OnHold, frozen=True, kw_only=True):
    """That a hold ends, and why."""

    events = (names.LEGAL_HOLD_RELEASED,)
    ground: Annotated[
        str | None,
        Ask(
            "Why it ends, as a code.",
            Choice("ground", RELEASE_GROUNDS, True),
            label="release_ground",
            hint="release_ground",
        ),
    ] = None


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


def asked_release(site: Site, given: HoldRelease) -> Approvable:
    """The release of a hold that is in force. Raises Reject where there is none."""
    held = named_hold(site, given).categories
    return Approvable(RELEASE, [given.ref, given.ground, held], given.subject)


def asked_review(site: Site, given: HoldReview) -> Approvable | None:
    """The release of the categories that a review no longer names; None where it names them all.

    Raises Reject where no such hold is in force.
    """
    facts, held = review_facts(site, given), named_hold(site, given).categories
    if not given.category or set(held) <= set(given.category):
        return None
    what = [given.ref, facts, held, sorted(given.category)]
    return Approvable(RELEASE, what, given.subject)


def review_facts(site: Site, given: HoldReview) -> HoldFacts:
    """What a review says. A ground or an owner that it does not name stays. Raises Misconfigured."""
    day = review_day(given.review_on, day_of(site.clock()))
    facts = {"review_on": day, "owner": given.owner}
    return facts | {"ground": given.ground} if given.ground else facts


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


def place(site: Site, given: NewHold) -> HoldAct:
    """Place a hold. Raises Reject when it is in force already, Misconfigured when it holds nothing.

    Raises UnknownSubject when the person was wholly erased: there is nothing left to hold.
    """
    check_person(given.subject)
    day = review_day(given.review_on, day_of(site.clock()))
    if not given.category:
        raise Misconfigured("name what is held", field="category")
    with office_lock(site):
        source = site.source("hold")
        if is_erased(source, given.subject):
            raise UnknownSubject("all of this person is erased already: there is nothing to hold")
        if any(hold.hold_ref == given.ref for hold in in_force(source, given.subject)):
            raise Reject("this person has a hold of that reference already: review it")
        facts = {"ground": given.ground, "review_on": day, "owner": given.owner}
        return _act(site, "placed", given, facts, given.category)


def review(site: Site, given: HoldReview, permit: Permit | None = None) -> HoldAct:
    """Record that a hold goes on until its next review; a fact or category that is not named stays.

    Raises NotPermitted in a confidential ledger without the permit to release what is not named any more.
    """
    with office_lock(site):
        hold, asked = named_hold(site, given), asked_review(site, given)
        if asked is not None:
            check_permit(site, RELEASE, permit)
        _check_seen(permit, asked)
        updated = {"ground": hold.ground, **review_facts(site, given)}
        return _act(site, "reviewed", given, updated, given.category or hold.categories)


def release(site: Site, given: HoldRelease, permit: Permit | None = None) -> HoldAct:
    """End a hold; the next run of retention carries out an erasure that waited for it."""
    with office_lock(site):
        hold = named_hold(site, given)
        facts = {"ground": given.ground or hold.ground, "review_on": hold.review_on.isoformat()}
        check_permit(site, RELEASE, permit)
        _check_seen(permit, asked_release(site, given))
        return _act(site, "released", given, facts, hold.categories)


def _check_seen(permit: Permit | None, asked: Approvable | None) -> None:
    """Raise Reject where an act would let go of something else than was approved: the hold changed since."""
    if permit is None or permit.seen is None:
        return
    if asked is None or list(asked.parameters) != list(permit.seen):
        raise Reject("this hold changed after the act was approved: give it anew")


def _act(
    site: Site,
    deed: _Deed,
    given: NewHold | OnHold,
    facts: HoldFacts,
    categories: Sequence[str],
) -> HoldAct:
    stated = {name: value for name, value in facts.items() if value is not None}
    hold_act = Act(
        name=given.events[0],
        subject=given.subject,
        facts={"hold_ref": given.ref, **stated},
        categories=sorted(categories),
        legal_basis=_BASIS,
    )
    # Who may release a hold was asked by now.
    outcome = act(site, [hold_act], permit=Permit(RELEASE))
    return HoldAct(
        subject=given.subject,
        hold_ref=given.ref,
        act=deed,
        categories=sorted(categories),
        position=outcome.last_position,
    )


def named_hold(site: Site, given: OnHold) -> Hold:
    """A hold that is in force over a person's data. Raises Reject where there is none of that reference."""
    check_person(given.subject)
    for hold in in_force(site.source("hold"), given.subject):
        if hold.hold_ref == given.ref:
            return hold
    raise Reject("no hold of that reference is in force over this person's data")
