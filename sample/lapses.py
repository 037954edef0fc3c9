"""Planted violations of duties towards a person, each a chapter of a fixed length.

Marketing against somebody's will, silence where somebody had to be told or answered, data kept too long.
Where a customer's own consents or notices could get in the way, the person is a contact or a visitor.
"""

from datetime import datetime, timedelta

from sample import people, terms
from sample.acts import (
    Origin,
    Somebody,
    collected,
    consented,
    contact_added,
    deactivated,
    notified,
    reactivated,
)
from sample.chapters import MINUTE
from sample.contracts import SCORED
from sample.event import (
    Publication,
    below,
    office_hour,
    reference,
    waking_hour,
)
from sample.irregular import (
    annulled_in_vain,
    answered_for_others,
    breaches_reported_late,
    consent_inferred,
    dated_by_a_stopped_clock,
    erased_elsewhere,
    no_ground,
    strings_of_another_day,
    strings_that_say_otherwise,
    taken_over_by_one,
    unknown_ground,
    unknown_system,
    visitor,
)
from sample.life import CustomerLife
from sample.recording import recorded
from sample.register import (
    ADDRESS_BOOK,
    ANALYTICS,
    CALLS,
    CREDIT,
    FRAUD,
    MARKETING,
    RIGHTS,
    SUBSCRIPTION,
)
from sample.rights import Request
from sample.terms import WORDINGS
from schemas import names

HOUR = timedelta(hours=1)
# The day from which most programs count their time; moments of the sample are local.
EPOCH = datetime(1970, 1, 1, 9)  # noqa: DTZ001
MAIL = ("email",)


def _early(life: CustomerLife, days: int) -> datetime:
    """A moment in office hours this many days after opening, or on the Monday after it.

    On days 8 to 10 one account is inactive for some hours; up to day 12 no other chapter closes one.
    """
    return office_hour(life.rng, life.opened + timedelta(days=days))


def _colleague(life: CustomerLife, index: int, article: str = "14") -> list[Publication]:
    """A contact person who is told of the notice."""
    person, at = life.contact(index), _early(life, 1)
    values = people.contact_person(life.rng)
    return [
        contact_added(person, at, life.subject, values),
        notified(person, at + HOUR, article),
    ]


def _mailed(person: Somebody, at: datetime) -> Publication:
    message = {"channel": "email", "campaign": f"spring-{at.year}", "purpose": "newsletter"}
    return recorded(person, at, MARKETING, "crm", names.MARKETING_MESSAGE_SENT, MAIL, **message)


# Marketing


def mailed_without_consent(life: CustomerLife) -> list[Publication]:
    """A contact person gets a newsletter without having asked for it."""
    newsletter = _mailed(life.contact(9), _early(life, 4))
    # Of a customer who ordered something: otherwise the law forbids the e-mail as well.
    order = {"order_ref": reference(life.rng, "BE"), "services": ["voip"], "large_order": False}
    name, about = names.ORDER_PLACED, ("service_ids",)
    ordered = recorded(life, _early(life, 1), SUBSCRIPTION, "order-portal", name, about, **order)
    return [ordered, *_colleague(life, 9), newsletter.breaking("house.contact.consent")]


def mailed_after_an_objection(life: CustomerLife) -> list[Publication]:
    """A contact person gets a newsletter in spite of an objection."""
    person, colleague = life.contact(8), _colleague(life, 8)
    at = colleague[0].published + 2 * HOUR
    name, newsletter = names.MARKETING_OBJECTION_RECORDED, _mailed(person, _early(life, 4))
    return [
        *colleague,
        consented(person, at, "newsletter", "portal"),
        recorded(person, at + HOUR, MARKETING, "crm", name, channel="email"),
        newsletter.breaking("law.contact.objection"),
    ]


def mailed_after_objecting_to_all_of_it(life: CustomerLife) -> list[Publication]:
    """A contact person who objected to the activity as a whole gets a newsletter."""
    person, colleague = life.contact(10), _colleague(life, 10)
    at = colleague[0].published + 2 * HOUR
    objected = {"activity_objected": MARKETING.activity, "ground": "direct-marketing"}
    newsletter = _mailed(person, _early(life, 4))
    return [
        *colleague,
        consented(person, at, "newsletter", "portal"),
        recorded(person, at + HOUR, RIGHTS, "privacy-office", names.OBJECTION_RAISED, **objected),
        newsletter.breaking("law.use.objection", "law.contact.objection"),
    ]


def objection_to_nothing(life: CustomerLife) -> list[Publication]:
    """A visitor objects to something that is not in the register."""
    objected = {"activity_objected": "cold-calling", "ground": "own-situation"}
    decision = recorded(
        visitor(life), life.office(0.5), RIGHTS, "crm", names.OBJECTION_RAISED, **objected
    )
    return [decision.breaking("house.objection.undeclared")]


def marketing_that_goes_on(life: CustomerLife) -> list[Publication]:
    """A visitor objects to direct marketing, and is told that interests outweigh it."""
    person, at = visitor(life), life.office(0.5)
    objected = {"activity_objected": MARKETING.activity, "ground": "own-situation"}
    why = {**objected, "ground": "compelling-grounds"}
    later = at + timedelta(days=2)
    decision = recorded(person, later, RIGHTS, "crm", names.OBJECTION_OVERRULED, **why)
    return [
        recorded(person, at, RIGHTS, "crm", names.OBJECTION_RAISED, **objected),
        decision.breaking("law.objection.overruled"),
    ]


def mailed_while_inactive(life: CustomerLife) -> list[Publication]:
    """A newsletter goes out in the hours in which an account is not active."""
    person, colleague, at = life.contact(7), _colleague(life, 7), _early(life, 8)
    newsletter = _mailed(person, at + 2 * HOUR)
    return [
        *colleague,
        consented(person, colleague[0].published + 2 * HOUR, "newsletter", "portal"),
        deactivated(life, at, "customer-request"),
        newsletter.breaking("house.contact.inactive"),
        reactivated(life, at + 5 * HOUR, "resumed"),
    ]


def mailed_a_stranger(life: CustomerLife) -> list[Publication]:
    """Somebody who only visited the website gets a newsletter."""
    newsletter = _mailed(visitor(life), life.office(0.5))
    return [newsletter.breaking("house.contact.consent", "law.contact.channel")]


# Silence


def contact_not_told(life: CustomerLife) -> list[Publication]:
    """A contact person never hears of the privacy notice."""
    values = people.contact_person(life.rng)
    added = contact_added(life.contact(6), life.office(0.3), life.subject, values)
    return [added.breaking("law.notice.never")]


def source_not_told(life: CustomerLife) -> list[Publication]:
    """The bureau's data about a contact person is recorded, and the person is not told."""
    bureau, answer = terms.CREDIT_BUREAU.recipient, {"credit_outcome": "accepted"}
    collection = collected(
        life.contact(5),
        _early(life, 8),
        CREDIT,
        "order-portal",
        Origin("third-party", from_recipient=bureau),
        answer,
    )
    return [*_colleague(life, 5, "13"), collection.breaking("law.notice.indirect")]


def request_answered_late(life: CustomerLife) -> list[Publication]:
    """A request is extended when its month is over, and answered after that."""
    at, ref = life.office(0.4), {"request_ref": reference(life.rng, "VZ")}
    request = {"right": "access", "channel": "post", "received_on": at.date().isoformat()}
    received, extended = names.RIGHTS_REQUEST_RECEIVED, names.RIGHTS_REQUEST_EXTENDED
    first = recorded(life, at, RIGHTS, "privacy-office", received, **ref, **request)
    late, end = at + timedelta(days=45), at + timedelta(days=70)
    second = recorded(life, late, RIGHTS, "privacy-office", extended, **ref, reason="many-data")
    name, how = names.RIGHTS_REQUEST_ANSWERED, {"outcome": "granted"}
    return [
        first.breaking("law.rights.overdue"),
        second.breaking("law.rights.extension"),
        recorded(life, end, RIGHTS, "privacy-office", name, **ref, **how),
    ]


def requests_out_of_order(life: CustomerLife) -> list[Publication]:
    """One request is answered twice and goes on after that; the receipt of another one was never recorded."""
    request, unheard = (Request(life, "restriction", "email", share) for share in (0.3, 0.45))
    return [
        request.received(),
        request.verified(),
        request.answered(6),
        request.step(9, names.IDENTITY_VERIFIED, method="call-back").breaking("house.rights.ended"),
        request.answered(15, "partly-granted").breaking("house.rights.answered"),
        unheard.answered(3).breaking("law.rights.receipt"),
    ]


def warned_late(life: CustomerLife) -> list[Publication]:
    """Somebody else uses a login, and its owner hears of it days later."""
    at, case = life.free(0.5), {"case_ref": reference(life.rng, "MB")}
    end, source = "password-changed", "security"
    first = recorded(life, at, FRAUD, source, names.MISUSE_SUSPECTED, **case, data_kinds=["login"])
    later = at + timedelta(days=3)
    return [
        first.breaking("house.misuse.warning"),
        recorded(life, later, FRAUD, source, names.CUSTOMER_WARNED, **case, channel="email"),
        recorded(life, later + HOUR, FRAUD, source, names.MISUSE_RESOLVED, **case, outcome=end),
    ]


# More than was allowed


def needless_credit_check(life: CustomerLife) -> list[Publication]:
    """A customer of long standing, without any large order, is checked all the same."""
    about, at = life.usual(terms.CREDIT_BUREAU).fields, life.office(0.6)
    name, why = names.CREDIT_CHECK_REQUESTED, {"reason": "large-order"}
    check = recorded(life, at, CREDIT, "crm", name, about, **why)
    return [check.breaking("house.credit.reason")]


def contacts_without_permission(life: CustomerLife) -> list[Publication]:
    """The app reads an address book before it may."""
    at, count = life.soon(1), 20 + below(life.rng, 400)
    name = names.CONTACT_LIST_UPLOADED
    upload = recorded(life, at, ADDRESS_BOOK, "app-backend", name, count=count)
    return [upload.breaking("house.permission.contacts")]


def visit_kept_too_long(life: CustomerLife) -> list[Publication]:
    """A visitor's page views are still there after their thirteen months."""
    person, at = visitor(life), waking_hour(life.rng, life.era.day(0.4))
    behaviour = people.behaviour(life.rng)
    collection = collected(
        person, at + MINUTE, ANALYTICS, "app-backend", Origin("cookie"), behaviour
    )
    return [
        consented(person, at, "analytics-cookies", "web"),
        collection.breaking("law.retention.passed"),
    ]


def call_kept_too_long(life: CustomerLife) -> list[Publication]:
    """Traffic data of a call is still there after its six months."""
    at = waking_hour(life.rng, life.era.day(0.75))
    call = people.call(life.rng, at)
    collection = collected(life, at, CALLS, "network", Origin("network"), call)
    return [collection.breaking("law.retention.passed")]


def refused_by_a_program(life: CustomerLife) -> list[Publication]:
    """A program refuses a subscription on the ground of a legitimate interest, which does not allow it."""
    at, name = life.office(0.6), names.AUTOMATED_DECISION_MADE
    facts = {"decision": "refused", "logic_ref": f"credit-rules/{at.year}-1"}
    refusal = recorded(life, at, CREDIT, "order-portal", name, SCORED, **facts)
    return [refusal.breaking("law.automated.basis")]


def consent_without_an_act(life: CustomerLife) -> list[Publication]:
    """A box that was ticked before is recorded as a contact person's consent."""
    at, wording = _early(life, 3), {"purpose": "telemarketing", "text_version": "telemarketing/1"}
    how = {"method": "pre-ticked-box", "channel": "portal"}
    ground, name = WORDINGS["telemarketing"], names.CONSENT_GIVEN
    given = recorded(life.contact(13), at, ground.ground, ground.source, name, **wording, **how)
    return [*_colleague(life, 13), given.breaking("law.consent.no-act")]


def notices_that_nobody_published(life: CustomerLife) -> list[Publication]:
    """Two contact persons get versions of the notice: one that does not exist, and one of a later year."""
    at, name = _early(life, 3), names.PRIVACY_NOTICE_PROVIDED
    versions = {"1999-1": "law.notice.unpublished", f"{at.year + 1}-1": "law.notice.early"}
    lines = [*_colleague(life, 14)]
    for version, rule in versions.items():
        how = {"version": version, "channel": "email", "article": "14"}
        notice = recorded(life.contact(14), at, SUBSCRIPTION, "crm", name, **how)
        lines.append(notice.breaking(rule))
        at += HOUR
    return lines


LAPSES = (
    refused_by_a_program,
    consent_without_an_act,
    notices_that_nobody_published,
    mailed_without_consent,
    mailed_after_an_objection,
    mailed_after_objecting_to_all_of_it,
    objection_to_nothing,
    marketing_that_goes_on,
    mailed_while_inactive,
    mailed_a_stranger,
    contact_not_told,
    source_not_told,
    request_answered_late,
    requests_out_of_order,
    warned_late,
    needless_credit_check,
    contacts_without_permission,
    visit_kept_too_long,
    call_kept_too_long,
    taken_over_by_one,
    erased_elsewhere,
    annulled_in_vain,
    answered_for_others,
    strings_that_say_otherwise,
    strings_of_another_day,
    consent_inferred,
    unknown_ground,
    dated_by_a_stopped_clock,
    no_ground,
    unknown_system,
    breaches_reported_late,
)
