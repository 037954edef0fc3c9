"""Chapters about unpaid invoices, disputes, misuse and complaints, each of a fixed length."""

from datetime import timedelta

from sample import people, terms
from sample.acts import disclosed
from sample.chapters import MINUTE
from sample.event import Publication, reference
from sample.incidents import DEBT, NOTICE, reminded
from sample.life import CustomerLife
from sample.recording import recorded
from sample.register import (
    CALLS,
    COLLECTION,
    DELIVERY,
    DISPUTES,
    EMERGENCY,
    FRAUD,
    MALICIOUS_CALLS,
    RIGHTS,
)
from schemas import names

SERVICE = ("service_ids",)


def default(life: CustomerLife) -> list[Publication]:
    """A customer who does not pay within fourteen days of the notice finds the collection agency."""
    rng, case, bill = life.rng, reference(life.rng, "IN"), reference(life.rng, "FA")
    at, line = life.office(life.between(0.1, 0.2)), reference(life.rng, "CT")
    reminded_at, handed_over_at = at + timedelta(days=1), at + timedelta(days=NOTICE + 2)
    paid = handed_over_at + timedelta(days=5)
    cut, back = handed_over_at + MINUTE, paid + MINUTE
    blocked = {"service": "voip", "contract_ref": line, "reason": "unpaid"}
    free = {**blocked, "reason": "paid"}
    owed = {"invoice_ref": bill}
    source, closed = "collections", names.COLLECTION_CLOSED
    agency, claim = life.usual(terms.COLLECTION_AGENCY), people.claim(rng)
    return [
        recorded(life, at, COLLECTION, source, names.PAYMENT_DEFAULT_RECORDED, DEBT, **owed),
        reminded(life, reminded_at, bill),
        disclosed(life, handed_over_at, agency, claim, case_ref=case),
        recorded(life, cut, DELIVERY, "network", names.SERVICE_BLOCKED, SERVICE, **blocked),
        recorded(life, paid, COLLECTION, source, closed, DEBT, **owed, outcome="paid"),
        recorded(life, back, DELIVERY, "network", names.SERVICE_UNBLOCKED, SERVICE, **free),
    ]


def dispute_in_court(life: CustomerLife) -> list[Publication]:
    """A dispute reaches the court; what proves it is held for as long as it lasts."""
    rng, case, at = life.rng, reference(life.rng, "GE"), life.office(0.25)
    facts = {"case_ref": case, "forum": "court"}
    hold = {
        "hold_ref": reference(rng, "HOLD"),
        "ground": "dispute",
        "review_on": (at + timedelta(days=183)).date().isoformat(),
    }
    about, petition = ("name", *terms.ADDRESS, "claim_amount", "letter_text"), life.office(0.4)
    reviewed_at, end = life.office(0.6), life.office(0.85)
    after, closed = end + MINUTE, names.DISPUTE_CLOSED
    again = {**hold, "review_on": (reviewed_at + timedelta(days=183)).date().isoformat()}
    return [
        recorded(life, at, DISPUTES, "crm", names.DISPUTE_OPENED, **facts),
        recorded(life, at + MINUTE, DISPUTES, "crm", names.LEGAL_HOLD_PLACED, about, **hold),
        recorded(life, petition, DISPUTES, "crm", names.COURT_PETITION_RECEIVED, case_ref=case),
        recorded(life, reviewed_at, DISPUTES, "crm", names.LEGAL_HOLD_REVIEWED, about, **again),
        recorded(life, end, DISPUTES, "crm", closed, **facts, outcome="settled"),
        recorded(life, after, DISPUTES, "crm", names.LEGAL_HOLD_RELEASED, about, **again),
    ]


def misuse(life: CustomerLife) -> list[Publication]:
    """Somebody else uses the customer's login: the customer is warned within the hour."""
    at, case = life.free(life.between(0.2, 0.8)), {"case_ref": reference(life.rng, "MB")}
    kinds, later = ["login", "call-costs"], at + timedelta(days=2)
    source, warned, end = "security", names.CUSTOMER_WARNED, "password-changed"
    return [
        recorded(life, at, FRAUD, source, names.FRAUD_SIGNAL_RECORDED, ("fraud_signal",), **case),
        recorded(
            life, at + 5 * MINUTE, FRAUD, source, names.MISUSE_SUSPECTED, **case, data_kinds=kinds
        ),
        recorded(life, at + 25 * MINUTE, FRAUD, source, warned, **case, channel="phone"),
        recorded(life, later, FRAUD, source, names.MISUSE_RESOLVED, **case, outcome=end),
    ]


def calls_of_note(life: CustomerLife) -> list[Publication]:
    """A call to 112; calls whose caller the called subscriber may come to know, and the caller's notice."""
    at, later = life.free(life.between(0.2, 0.4)), life.office(life.between(0.5, 0.8))
    number = ("calling_number",)
    alarm = {
        "recipient": terms.ALARM_CENTRE.recipient,
        "fields": list(terms.ALARM_CENTRE.fields),
        "caller_id_blocked": True,
    }
    facts = {
        "recipient": "abonnee-schijnman",
        "fields": ["calling_number"],
        "request_ref": reference(life.rng, "HB"),
    }
    malicious = names.MALICIOUS_CALL_DATA_DISCLOSED
    about = terms.ALARM_CENTRE.fields
    disclosure = recorded(life, later, MALICIOUS_CALLS, "network", malicious, number, **facts)
    letter = {"disclosure_id": disclosure.event["id"], "channel": "post"}
    sent_at = later + timedelta(days=2)
    return [
        recorded(
            life, at, CALLS, "network", names.CALLER_ID_BLOCKING_CHANGED, SERVICE, blocked=True
        ),
        recorded(
            life, at + MINUTE, EMERGENCY, "network", names.EMERGENCY_CALL_DISCLOSED, about, **alarm
        ),
        disclosure,
        recorded(life, sent_at, MALICIOUS_CALLS, "crm", names.DISCLOSURE_NOTICE_GIVEN, **letter),
    ]


def complaint(life: CustomerLife) -> list[Publication]:
    """A complaint about how data is handled is answered."""
    at = life.office(life.between(0.3, 0.7))
    later = at + timedelta(days=4)
    facts = {"complaint_ref": reference(life.rng, "KL"), "via": "email"}
    return [
        recorded(life, at, RIGHTS, "helpdesk", names.COMPLAINT_RECEIVED, **facts),
        recorded(life, later, RIGHTS, "helpdesk", names.COMPLAINT_ANSWERED, **facts),
    ]
