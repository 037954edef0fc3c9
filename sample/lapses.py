"""Planted violations of duties towards a person, each a chapter of a fixed length.

Silence where somebody had to be told or answered, data kept too long, what is written down wrongly; with
`sample.unwanted`, all of them in order.
Where a customer's own consents or notices could get in the way, the person is a contact or a visitor.
"""

from datetime import datetime, timedelta

from rulebook.calendar import AMSTERDAM
from sample import people, terms
from sample.acts import (
    collected,
    consented,
    contact_added,
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
    RIGHTS,
    SUBSCRIPTION,
    TAX,
)
from sample.rights import Request
from sample.strangers import HOUR, colleague, early, visitor
from sample.unwanted import EVIDENCE, MAIL, UNWANTED

# The day from which most programs count their time; moments of the sample are local.
EPOCH = datetime(1970, 1, 1, 9)  # noqa: DTZ001


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
        early(life, 8),
        CREDIT,
        "order-portal",
        "third-party",
        personal=answer,
        from_recipient=bureau,
    )
    return [*colleague(life, 5, "13"), asked.breaking("law.notice.indirect")]


def request_answered_late(life: Life) -> list[Publication]:
    """A request is extended when its month is over, and answered after that."""
    at, ref = life.office(0.4), {"request_ref": reference(life.rng, "VZ")}
    asked = {"right": "access", "channel": "post", "received_on": at.date().isoformat()}
    received, extended = "rights-request-received", "rights-request-extended"
    first = recorded(life, at, RIGHTS, "privacy-office", received, **ref, **asked)
    late, end = at + timedelta(days=45), at + timedelta(days=70)
    second = recorded(life, late, RIGHTS, "privacy-office", extended, **ref, reason="many-data")
    name, how = "rights-request-answered", {"outcome": "granted"}
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
        request.step(9, "identity-verified", method="call-back").breaking("house.rights.ended"),
        request.answered(15, "partly-granted").breaking("house.rights.answered"),
        unheard.answered(3).breaking("law.rights.receipt"),
    ]


def warned_late(life: Life) -> list[Publication]:
    """Somebody else uses a login, and its owner hears of it days later."""
    at, case = life.free(0.5), {"case_ref": reference(life.rng, "MB")}
    end, source = "password-changed", "security"
    first = recorded(life, at, FRAUD, source, "misuse-suspected", **case, data_kinds=["login"])
    later = at + timedelta(days=3)
    return [
        first.breaking("house.misuse.warning"),
        recorded(life, later, FRAUD, source, "customer-warned", **case, channel="email"),
        recorded(life, later + HOUR, FRAUD, source, "misuse-resolved", **case, outcome=end),
    ]


# More than was allowed


def needless_credit_check(life: Life) -> list[Publication]:
    """A customer of long standing, without any large order, is checked all the same."""
    about, at = life.usual(terms.CREDIT_BUREAU).fields, life.office(0.6)
    name, why = "credit-check-requested", {"reason": "large-order"}
    asked = recorded(life, at, CREDIT, "crm", name, about, **why)
    return [asked.breaking("house.credit.reason")]


def contacts_without_permission(life: Life) -> list[Publication]:
    """The app reads an address book before it may."""
    at, count = life.soon(1), 20 + below(life.rng, 400)
    name = "contact-list-uploaded"
    sent = recorded(life, at, ADDRESS_BOOK, "app-backend", name, count=count)
    return [sent.breaking("house.permission.contacts")]


def visit_kept_too_long(life: Life) -> list[Publication]:
    """What a visitor looked at is still there after its thirteen months."""
    person, at = visitor(life), waking_hour(life.rng, life.era.day(0.4))
    seen = people.behaviour(life.rng)
    kept = collected(person, at + MINUTE, ANALYTICS, "app-backend", "cookie", personal=seen)
    return [
        consented(person, at, "analytics-cookies", "web"),
        kept.breaking("law.retention.passed"),
    ]


def call_kept_too_long(life: Life) -> list[Publication]:
    """Traffic data of a call is still there after its six months."""
    at = waking_hour(life.rng, life.era.day(0.75))
    call = people.call(life.rng, at)
    kept = collected(life, at, CALLS, "network", "network", personal=call)
    return [kept.breaking("law.retention.passed")]


# What is written down wrongly


def taken_over_by_one(life: Life) -> list[Publication]:
    """A contract is taken over, and only one of the two is on record with it."""
    parties = {"from_customer": f"customer/{life.number + 1}", "to_customer": life.subject}
    facts, name = {"contract_ref": reference(life.rng, "CT"), **parties}, "contract-taken-over"
    taken = recorded(life, life.office(0.5), SUBSCRIPTION, "crm", name, **facts)
    return [taken.breaking("house.takeover.one-sided")]


def erased_elsewhere(life: Life) -> list[Publication]:
    """Another system says that it destroyed what only the ledger can destroy."""
    facts = {"categories": ["behaviour"], "ground": "request", "keys_destroyed": []}
    at, name = life.office(0.5), "personal-data-erased"
    said = recorded(visitor(life), at, RIGHTS, "app-backend", name, **facts)
    return [said.breaking("house.erasure.outside", "house.source.type")]


def annulled_in_vain(life: Life) -> list[Publication]:
    """An annulment names an event that there never was."""
    at = life.office(0.6)
    facts = {"annuls": identifier(life.rng, at.replace(tzinfo=AMSTERDAM)), "reason": "mistake"}
    said = publish(life.rng, at, "crm", "event-annulled", subject=life.subject, data=facts)
    return [said.breaking("house.annulment.void")]


def answered_for_others(life: Life) -> list[Publication]:
    """A complaint, of which the record comes late, is answered only by a department that it is not of."""
    at, facts = life.office(0.6), {"complaint_ref": reference(life.rng, "KL"), "via": "email"}
    got = recorded(life, at, RIGHTS, "helpdesk", "complaint-received", **facts)
    said = recorded(life, at + HOUR, RIGHTS, "crm", "complaint-answered", **facts)
    return [
        said.breaking("house.power.missing"),
        got._replace(published=at + timedelta(days=1)).breaking("house.complaint.answer"),
    ]


def unknown_ground(life: Life) -> list[Publication]:
    """A message rests on an article that does not exist."""
    ground = Ground(TAX.activity, "6-1-c", "nl.awr.98")
    told = {"channel": "email", "reference": reference(life.rng, "BR")}
    sent = recorded(life, life.office(0.5), ground, "crm", "service-message-sent", MAIL, **told)
    return [sent.breaking("house.provision.unknown")]


def dated_by_a_stopped_clock(life: Life) -> list[Publication]:
    """A device whose clock began anew, for want of a battery, dates what a visitor chose in 1970."""
    chosen = {"functional": True, "analytical": False, "gpc": False, "text_version": "2026-1"}
    said = recorded(
        visitor(life), EPOCH, ANALYTICS, "app-backend", "cookie-preference-recorded", **chosen
    )
    return [
        said._replace(published=life.office(0.5)).breaking("house.time.before-founding"),
    ]


def no_ground(life: Life) -> list[Publication]:
    """A message is sent because the law demands it, it says, but not which law."""
    told = {"channel": "email", "reference": reference(life.rng, "BR")}
    ground = Ground(TAX.activity, "6-1-c")
    sent = recorded(life, life.office(0.52), ground, "crm", "service-message-sent", MAIL, **told)
    return [sent.breaking("law.basis.provision")]


def unknown_system(life: Life) -> list[Publication]:
    """A tool for surveys that nobody registered sends what a customer wrote."""
    said, at = {"ticket_text": "Is tevreden over de helpdesk."}, life.era.day(0.6)
    heard = collected(
        life, office_hour(life.rng, at), CARE, "enquete-tool", "customer", personal=said
    )
    return [heard.breaking("house.source.unregistered")]


def breaches_reported_late(life: Life) -> list[Publication]:
    """One breach is not reported at all, and what was reported of another is completed too late."""
    first, second = office_hour(life.rng, life.era.day(0.5)), life.era.day(0.65)
    found = office_hour(life.rng, second)
    hidden, late = f"BR-{first.year}-7", f"BR-{found.year}-8"
    return [
        _breach(life, first, hidden, "breach-detected", "gdpr").breaking("law.breach.authority"),
        _breach(life, found, late, "breach-detected", "telecom").breaking(
            "law.breach.authority.full"
        ),
        _breach(life, found + 5 * HOUR, late, "authority-notified", "telecom", phase="initial"),
        _breach(
            life,
            found + timedelta(days=6),
            late,
            "authority-notified",
            "telecom",
            phase="full",
        ),
    ]


def _breach(
    life: Life, at: datetime, ref: str, name: str, regime: str, **facts: str
) -> Publication:
    told = {"breach_ref": ref, "regime": regime, **facts}
    if name == "breach-detected":
        told["detected_at"] = offset_time(at)
    return publish(life.rng, at, "security", name, subject=f"breach/{ref}", data=told)


LAPSES = (
    *UNWANTED,
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
    *EVIDENCE,
    unknown_ground,
    dated_by_a_stopped_clock,
    no_ground,
    unknown_system,
    breaches_reported_late,
)
