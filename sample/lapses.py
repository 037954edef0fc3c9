"""Planted violations of duties towards a person, each a chapter of a fixed length.

Marketing against somebody's will, silence where somebody had to be told or answered, data kept too long.
Where a customer's own consents or notices could get in the way, the person is a contact or a visitor.
"""

from datetime import datetime, timedelta

from rulebook.calendar import AMSTERDAM
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
from sample.event import (
    Ground,
    Publication,
    below,
    identifier,
    office_hour,
    offset_time,
    publish,
    reference,
    waking_hour,
)
from sample.life import Life
from sample.recording import recorded
from sample.register import (
    ADDRESS_BOOK,
    ANALYTICS,
    CALLS,
    CARE,
    CREDIT,
    FRAUD,
    MARKETING,
    RIGHTS,
    SUBSCRIPTION,
    TAX,
)
from sample.rights import Request
from sample.tc_strings import tc_string
from schemas import names

HOUR = timedelta(hours=1)
# The day from which most programs count their time; moments of the sample are local.
EPOCH = datetime(1970, 1, 1, 9)  # noqa: DTZ001
MAIL = ("email",)


def _visitor(life: Life) -> Somebody:
    return Somebody(life.rng, f"visitor/v-{below(life.rng, 16**10):010x}")


def _early(life: Life, days: int) -> datetime:
    """A moment in office hours so many days after opening, or on the Monday after it.

    On days 8 to 10 one account is inactive for some hours; up to day 12 no other chapter closes one.
    """
    return office_hour(life.rng, life.opened + timedelta(days=days))


def _colleague(life: Life, index: int, article: str = "14") -> list[Publication]:
    """A contact person who is told of the notice."""
    person, at = life.contact(index), _early(life, 1)
    values = people.contact_person(life.rng)
    return [
        contact_added(person, at, life.subject, values),
        notified(person, at + HOUR, article),
    ]


def _mailed(person: Somebody, at: datetime) -> Publication:
    sent = {"channel": "email", "campaign": f"spring-{at.year}", "purpose": "newsletter"}
    return recorded(person, at, MARKETING, "crm", names.MARKETING_MESSAGE_SENT, MAIL, **sent)


# Marketing


def mailed_without_consent(life: Life) -> list[Publication]:
    """A contact person gets a newsletter that nobody asked for."""
    sent = _mailed(life.contact(9), _early(life, 4))
    return [*_colleague(life, 9), sent.breaking("house.contact.consent")]


def mailed_after_an_objection(life: Life) -> list[Publication]:
    """A contact person gets a newsletter in spite of an objection."""
    person, known = life.contact(8), _colleague(life, 8)
    at = known[0].published + 2 * HOUR
    name, sent = names.MARKETING_OBJECTION_RECORDED, _mailed(person, _early(life, 4))
    return [
        *known,
        consented(person, at, "newsletter", "portal"),
        recorded(person, at + HOUR, MARKETING, "crm", name, channel="email"),
        sent.breaking("law.contact.objection"),
    ]


def mailed_after_objecting_to_all_of_it(life: Life) -> list[Publication]:
    """A contact person who objected to the activity as a whole gets a newsletter."""
    person, known = life.contact(10), _colleague(life, 10)
    at = known[0].published + 2 * HOUR
    objected = {"activity_objected": MARKETING.activity, "ground": "direct-marketing"}
    sent = _mailed(person, _early(life, 4))
    return [
        *known,
        consented(person, at, "newsletter", "portal"),
        recorded(person, at + HOUR, RIGHTS, "privacy-office", names.OBJECTION_RAISED, **objected),
        sent.breaking("law.use.objection", "law.contact.objection"),
    ]


def objection_to_nothing(life: Life) -> list[Publication]:
    """A visitor objects to something that is not in the register."""
    objected = {"activity_objected": "cold-calling", "ground": "own-situation"}
    said = recorded(
        _visitor(life), life.office(0.5), RIGHTS, "crm", names.OBJECTION_RAISED, **objected
    )
    return [said.breaking("house.objection.undeclared")]


def marketing_that_goes_on(life: Life) -> list[Publication]:
    """A visitor objects to direct marketing, and is told that interests outweigh it."""
    visitor, at = _visitor(life), life.office(0.5)
    objected = {"activity_objected": MARKETING.activity, "ground": "own-situation"}
    why = {**objected, "ground": "compelling-grounds"}
    later = at + timedelta(days=2)
    said = recorded(visitor, later, RIGHTS, "crm", names.OBJECTION_OVERRULED, **why)
    return [
        recorded(visitor, at, RIGHTS, "crm", names.OBJECTION_RAISED, **objected),
        said.breaking("law.objection.overruled"),
    ]


def mailed_while_inactive(life: Life) -> list[Publication]:
    """A newsletter goes out in the hours in which an account is not active."""
    person, known, at = life.contact(7), _colleague(life, 7), _early(life, 8)
    sent = _mailed(person, at + 2 * HOUR)
    return [
        *known,
        consented(person, known[0].published + 2 * HOUR, "newsletter", "portal"),
        deactivated(life, at, "customer-request"),
        sent.breaking("house.contact.inactive"),
        reactivated(life, at + 5 * HOUR, "resumed"),
    ]


def mailed_a_stranger(life: Life) -> list[Publication]:
    """Somebody who only visited the website gets a newsletter."""
    sent = _mailed(_visitor(life), life.office(0.5))
    return [sent.breaking("house.contact.consent", "law.contact.channel")]


# Silence


def contact_not_told(life: Life) -> list[Publication]:
    """A contact person never hears of the privacy notice."""
    values = people.contact_person(life.rng)
    added = contact_added(life.contact(6), life.office(0.3), life.subject, values)
    return [added.breaking("law.notice.never")]


def source_not_told(life: Life) -> list[Publication]:
    """What the bureau says of a contact person is written down, and the person is not told."""
    bureau, answer = terms.CREDIT_BUREAU.recipient, {"credit_outcome": "accepted"}
    asked = collected(
        life.contact(5),
        _early(life, 8),
        CREDIT,
        "order-portal",
        Origin("third-party", from_recipient=bureau),
        answer,
    )
    return [*_colleague(life, 5, "13"), asked.breaking("law.notice.indirect")]


def request_answered_late(life: Life) -> list[Publication]:
    """A request is extended when its month is over, and answered after that."""
    at, ref = life.office(0.4), {"request_ref": reference(life.rng, "VZ")}
    asked = {"right": "access", "channel": "post", "received_on": at.date().isoformat()}
    received, extended = names.RIGHTS_REQUEST_RECEIVED, names.RIGHTS_REQUEST_EXTENDED
    first = recorded(life, at, RIGHTS, "privacy-office", received, **ref, **asked)
    late, end = at + timedelta(days=45), at + timedelta(days=70)
    second = recorded(life, late, RIGHTS, "privacy-office", extended, **ref, reason="many-data")
    name, how = names.RIGHTS_REQUEST_ANSWERED, {"outcome": "granted"}
    return [
        first.breaking("law.rights.overdue"),
        second.breaking("law.rights.extension"),
        recorded(life, end, RIGHTS, "privacy-office", name, **ref, **how),
    ]


def requests_out_of_order(life: Life) -> list[Publication]:
    """One request is answered twice and goes on after that; of another one nobody recorded the receipt."""
    request, unheard = (Request(life, "restriction", "email", share) for share in (0.3, 0.45))
    return [
        request.received(),
        request.verified(),
        request.answered(6),
        request.step(9, names.IDENTITY_VERIFIED, method="call-back").breaking("house.rights.ended"),
        request.answered(15, "partly-granted").breaking("house.rights.answered"),
        unheard.answered(3).breaking("law.rights.receipt"),
    ]


def warned_late(life: Life) -> list[Publication]:
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


def needless_credit_check(life: Life) -> list[Publication]:
    """A customer of long standing, without any large order, is checked all the same."""
    about, at = life.usual(terms.CREDIT_BUREAU).fields, life.office(0.6)
    name, why = names.CREDIT_CHECK_REQUESTED, {"reason": "large-order"}
    asked = recorded(life, at, CREDIT, "crm", name, about, **why)
    return [asked.breaking("house.credit.reason")]


def contacts_without_permission(life: Life) -> list[Publication]:
    """The app reads an address book before it may."""
    at, count = life.soon(1), 20 + below(life.rng, 400)
    name = names.CONTACT_LIST_UPLOADED
    sent = recorded(life, at, ADDRESS_BOOK, "app-backend", name, count=count)
    return [sent.breaking("house.permission.contacts")]


def visit_kept_too_long(life: Life) -> list[Publication]:
    """What a visitor looked at is still there after its thirteen months."""
    person, at = _visitor(life), waking_hour(life.rng, life.era.day(0.4))
    seen = people.behaviour(life.rng)
    kept = collected(person, at + MINUTE, ANALYTICS, "app-backend", Origin("cookie"), seen)
    return [
        consented(person, at, "analytics-cookies", "web"),
        kept.breaking("law.retention.passed"),
    ]


def call_kept_too_long(life: Life) -> list[Publication]:
    """Traffic data of a call is still there after its six months."""
    at = waking_hour(life.rng, life.era.day(0.75))
    call = people.call(life.rng, at)
    kept = collected(life, at, CALLS, "network", Origin("network"), call)
    return [kept.breaking("law.retention.passed")]


# What is shown of a consent


def strings_that_say_otherwise(life: Life) -> list[Publication]:
    """One string lacks the consent that it is to show, and one still has what was withdrawn."""
    first, second = _visitor(life), _visitor(life)
    at, then = (waking_hour(life.rng, life.era.day(share)) for share in (0.8, 0.82))
    took = _chose(second, then, names.CONSENT_WITHDRAWN, tc_string(then.date(), (1, 8)))
    return [
        _chose(first, at, names.CONSENT_GIVEN, tc_string(at.date(), (1,))).breaking(
            "law.consent.evidence.lacking"
        ),
        took.breaking("law.consent.evidence.consenting"),
    ]


def strings_of_another_day(life: Life) -> list[Publication]:
    """A string of last month comes with a consent, one of next week with another; a third one grows old."""
    shown = (1, 8)
    story = []
    for share, days, rule in ((0.8, -30, "older"), (0.82, 7, "newer"), (0.2, 0, "expired")):
        at = waking_hour(life.rng, life.era.day(share))
        day = (at + timedelta(days=days)).date()
        said = _chose(_visitor(life), at, names.CONSENT_GIVEN, tc_string(day, shown))
        story.append(said.breaking(f"house.consent.evidence.{rule}"))
    return story


def consent_inferred(life: Life) -> list[Publication]:
    """A visitor whose browser says no goes on reading, and that is taken for a yes."""
    person, at = _visitor(life), waking_hour(life.rng, life.era.day(0.75))
    chosen = {"functional": True, "analytical": False, "gpc": True, "text_version": "2026-1"}
    source = "app-backend"
    return [
        recorded(person, at, ANALYTICS, source, names.COOKIE_PREFERENCE_RECORDED, **chosen),
        _chose(person, at + HOUR, names.CONSENT_GIVEN, None, method="continued-use").breaking(
            "law.consent.signal"
        ),
    ]


def _chose(
    person: Somebody, at: datetime, name: str, string: str | None, method: str = "cookie-banner"
) -> Publication:
    facts: dict[str, str] = {"purpose": "analytics-cookies", "channel": "web"}
    if name == names.CONSENT_GIVEN:
        facts |= {"text_version": f"cookies/{at.year}-1", "method": method}
    if string is not None:
        facts["tc_string"] = string
    return recorded(person, at, ANALYTICS, "app-backend", name, **facts)


# What is written down wrongly


def taken_over_by_one(life: Life) -> list[Publication]:
    """A contract is taken over, and only one of the two is on record with it."""
    parties = {"from_customer": f"customer/{life.number + 1}", "to_customer": life.subject}
    facts, name = {"contract_ref": reference(life.rng, "CT"), **parties}, names.CONTRACT_TAKEN_OVER
    taken = recorded(life, life.office(0.5), SUBSCRIPTION, "crm", name, **facts)
    return [taken.breaking("house.takeover.one-sided")]


def erased_elsewhere(life: Life) -> list[Publication]:
    """Another system says that it destroyed what only the ledger can destroy."""
    facts = {"categories": ["behaviour"], "ground": "request", "keys_destroyed": []}
    at, name = life.office(0.5), names.PERSONAL_DATA_ERASED
    said = recorded(_visitor(life), at, RIGHTS, "app-backend", name, **facts)
    return [said.breaking("house.erasure.outside", "house.source.type")]


def annulled_in_vain(life: Life) -> list[Publication]:
    """An annulment names an event that there never was."""
    at = life.office(0.6)
    facts = {"annuls": identifier(life.rng, at.replace(tzinfo=AMSTERDAM)), "reason": "mistake"}
    said = publish(life.rng, at, "crm", names.EVENT_ANNULLED, subject=life.subject, data=facts)
    return [said.breaking("house.annulment.void")]


def answered_for_others(life: Life) -> list[Publication]:
    """A complaint, of which the record comes late, is answered only by a department that it is not of."""
    at, facts = life.office(0.6), {"complaint_ref": reference(life.rng, "KL"), "via": "email"}
    got = recorded(life, at, RIGHTS, "helpdesk", names.COMPLAINT_RECEIVED, **facts)
    said = recorded(life, at + HOUR, RIGHTS, "crm", names.COMPLAINT_ANSWERED, **facts)
    return [
        said.breaking("house.power.missing"),
        got._replace(published=at + timedelta(days=1)).breaking("house.complaint.answer"),
    ]


def unknown_ground(life: Life) -> list[Publication]:
    """A message rests on an article that does not exist."""
    ground = Ground(TAX.activity, "6-1-c", "nl.awr.98")
    told = {"channel": "email", "reference": reference(life.rng, "BR")}
    sent = recorded(life, life.office(0.5), ground, "crm", names.SERVICE_MESSAGE_SENT, MAIL, **told)
    return [sent.breaking("house.provision.unknown")]


def dated_by_a_stopped_clock(life: Life) -> list[Publication]:
    """A device whose clock began anew, for want of a battery, dates what a visitor chose in 1970."""
    chosen = {"functional": True, "analytical": False, "gpc": False, "text_version": "2026-1"}
    said = recorded(
        _visitor(life), EPOCH, ANALYTICS, "app-backend", names.COOKIE_PREFERENCE_RECORDED, **chosen
    )
    return [
        said._replace(published=life.office(0.5)).breaking("house.time.before-founding"),
    ]


def no_ground(life: Life) -> list[Publication]:
    """A message is sent because the law demands it, it says, but not which law."""
    told = {"channel": "email", "reference": reference(life.rng, "BR")}
    ground = Ground(TAX.activity, "6-1-c")
    sent = recorded(
        life, life.office(0.52), ground, "crm", names.SERVICE_MESSAGE_SENT, MAIL, **told
    )
    return [sent.breaking("law.basis.provision")]


def unknown_system(life: Life) -> list[Publication]:
    """A tool for surveys that nobody registered sends what a customer wrote."""
    said, at = {"ticket_text": "Is tevreden over de helpdesk."}, life.era.day(0.6)
    heard = collected(
        life, office_hour(life.rng, at), CARE, "enquete-tool", Origin("customer"), said
    )
    return [heard.breaking("house.source.unregistered")]


def breaches_reported_late(life: Life) -> list[Publication]:
    """One breach is not reported at all, and what was reported of another is completed too late."""
    first, second = office_hour(life.rng, life.era.day(0.5)), life.era.day(0.65)
    found = office_hour(life.rng, second)
    hidden, late = f"BR-{first.year}-7", f"BR-{found.year}-8"
    return [
        _breach(life, first, hidden, names.BREACH_DETECTED, "gdpr").breaking(
            "law.breach.authority"
        ),
        _breach(life, found, late, names.BREACH_DETECTED, "telecom").breaking(
            "law.breach.authority.full"
        ),
        _breach(life, found + 5 * HOUR, late, names.AUTHORITY_NOTIFIED, "telecom", phase="initial"),
        _breach(
            life,
            found + timedelta(days=6),
            late,
            names.AUTHORITY_NOTIFIED,
            "telecom",
            phase="full",
        ),
    ]


def _breach(
    life: Life, at: datetime, ref: str, name: str, regime: str, **facts: str
) -> Publication:
    told = {"breach_ref": ref, "regime": regime, **facts}
    if name == names.BREACH_DETECTED:
        told["detected_at"] = offset_time(at)
    return publish(life.rng, at, "security", name, subject=f"breach/{ref}", data=told)


LAPSES = (
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
