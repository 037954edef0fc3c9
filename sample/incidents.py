"""Chapters in which something is the matter: debts, disputes, orders of the law, and mistakes.

The second half is there to be found: events that arrive late, are annulled, or do not fit the
register. A chapter is described in `sample_chapters`.
"""

from datetime import datetime, timedelta

from sample import people, terms
from sample.acts import (
    Look,
    Origin,
    accessed,
    annulled,
    collected,
    corrected,
    disclosed,
)
from sample.chapters import MINUTE
from sample.event import Publication, below, correlation, office_hour, pick, reference
from sample.life import CustomerLife
from sample.recording import recorded
from sample.register import CARE, COLLECTION, DISPUTES, FRAUD, RIGHTS, SUBSCRIPTION, UNDECLARED
from schemas import names

# Days between the last notice and the hand-over of a claim, the day of the notice not counted.
NOTICE = 14
DEBT = ("name", "claim_amount", "invoice_numbers")
DEBTOR = ("name", *terms.ADDRESS, "iban")
QUESTIONS = ("Hoort geen kiestoon.", "Vraagt uitleg bij de factuur.", "Ruis op de lijn.")


def ticket(life: CustomerLife) -> list[Publication]:
    """A question to the helpdesk: the agent looks, then writes down what it was about."""
    at, case = life.office(life.between(0.05, 0.93)), correlation(life.rng)
    about = ("name", "email", "service_ids")
    look = accessed(life, at, Look(terms.HELPDESK, "customer-question", about), correlationid=case)
    return [
        look,
        collected(
            life,
            at + 9 * MINUTE,
            CARE,
            "helpdesk",
            Origin("customer"),
            {"ticket_text": pick(life.rng, QUESTIONS)},
            correlationid=case,
            causationid=look.event["id"],
        ),
    ]


def debt(life: CustomerLife) -> list[Publication]:
    """Invoices that stay unpaid after a notice go to the agency, some of them to a bailiff after that."""
    rng, case = life.rng, reference(life.rng, "IN")
    reminded_at = life.office(life.between(0.2, 0.6))
    at, claim = office_hour(rng, reminded_at + timedelta(days=NOTICE + 1)), people.claim(rng)
    if at >= life.day(0.93):
        return []
    story = [
        reminded(life, reminded_at, case),
        accessed(life, at, Look(terms.COLLECTOR, "payment-default", DEBTOR), case_ref=case),
        disclosed(
            life, at + 30 * MINUTE, life.usual(terms.COLLECTION_AGENCY), claim, case_ref=case
        ),
    ]
    if rng.random() < 0.3 and (later := at + timedelta(days=40)) < life.day(0.93):
        amount = {"claim_amount": claim["claim_amount"]}
        story.append(disclosed(life, later, life.usual(terms.BAILIFF), amount, case_ref=case))
    return story


def reminded(life: CustomerLife, at: datetime, case: str) -> Publication:
    """`collection-notice-sent`: two weeks to pay, the day of the notice not counted."""
    deadline = (at + timedelta(days=NOTICE)).date().isoformat()
    facts = {"invoice_ref": case, "deadline": deadline}
    return recorded(
        life, at, COLLECTION, "collections", names.COLLECTION_NOTICE_SENT, DEBT, **facts
    )


def tax_question(life: CustomerLife) -> list[Publication]:
    """The tax authority asks for last year's records about the customer (AWR art. 53)."""
    at, case = life.office(life.between(0.3, 0.93)), reference(life.rng, "FI")
    about = terms.TAX_AUTHORITY.fields
    return [
        accessed(life, at, Look(terms.TAX_SPECIALIST, "statutory-request", about), case_ref=case),
        disclosed(
            life,
            at + 45 * MINUTE,
            life.usual(terms.TAX_AUTHORITY),
            case_ref=case,
            notice="on-request",
            period_from=f"{at.year - 1}-01-01",
            period_to=f"{at.year - 1}-12-31",
        ),
    ]


def emergency(life: CustomerLife) -> list[Publication]:
    """A call to 112: number, address and place go along, also when the number is withheld."""
    return [disclosed(life, life.free(life.between(0.05, 0.93)), life.usual(terms.ALARM_CENTRE))]


def dispute(life: CustomerLife) -> list[Publication]:
    """A letter of disagreement goes to the provider's lawyer."""
    at, case = life.office(life.between(0.3, 0.93)), reference(life.rng, "GE")
    letter = {"letter_text": "Betwist de factuur en vraagt om een specificatie."}
    return [
        collected(life, at, DISPUTES, "crm", Origin("customer"), letter),
        disclosed(life, at + 60 * MINUTE, life.usual(terms.LAWYER), case_ref=case),
    ]


def fraud_signal(life: CustomerLife) -> list[Publication]:
    """The network notices calls that look like misuse."""
    values = {"fraud_signal": "unusual-call-volume"}
    at = life.free(life.between(0.1, 0.9))
    return [collected(life, at, FRAUD, "network", Origin("network"), values)]


def wrong_bank_account(life: CustomerLife) -> list[Publication]:
    """The helpdesk changes the wrong customer and takes it back."""
    at, values = life.office(life.between(0.2, 0.9)), {"iban": people.iban(life.rng)}
    mistake = corrected(life, at, "helpdesk", "new-bank-account", values)
    return [mistake, annulled(life.rng, mistake, at + 25 * MINUTE, "wrong-customer")]


def wrong_annulment(life: CustomerLife) -> list[Publication]:
    """A correction is annulled by mistake, so the annulment is annulled: the correction stands."""
    at = life.office(life.between(0.2, 0.9))
    change = corrected(life, at, "helpdesk", "moved", people.address(life.rng))
    mistake = annulled(life.rng, change, at + 10 * MINUTE, "wrong-customer")
    return [
        change,
        mistake,
        annulled(life.rng, mistake, at + 20 * MINUTE, "annulled-in-error"),
    ]


def somebody_acts_for_them(life: CustomerLife) -> list[Publication]:
    """An attorney acts for the customer; a death and a merger are noted wrongly, and taken back."""
    at, ref = life.office(life.between(0.3, 0.6)), reference(life.rng, "VM")
    facts = {"representative_ref": ref, "capacity": "attorney"}
    other = f"customer/{life.number + 1}"
    wrong = [
        recorded(life, at, SUBSCRIPTION, "crm", names.CUSTOMER_DECEASED, reported_by="next-of-kin"),
        recorded(life, at, SUBSCRIPTION, "crm", names.CUSTOMER_MERGED, into_customer=other),
    ]
    return [
        *wrong,
        *(annulled(life.rng, one, at + 25 * MINUTE, "wrong-customer") for one in wrong),
        recorded(life, at, RIGHTS, "crm", names.REPRESENTATIVE_RECORDED, **facts),
        recorded(life, at + timedelta(days=30), RIGHTS, "crm", names.REPRESENTATIVE_ENDED, **facts),
    ]


def disclosure_not_made(life: CustomerLife) -> list[Publication]:
    """The privacy office annuls the record of a disclosure that never left the house."""
    at = life.office(life.between(0.2, 0.9))
    mistake = disclosed(life, at, life.usual(terms.INTERNET_PROVIDER))
    return [
        mistake,
        annulled(life.rng, mistake, at + 90 * MINUTE, "not-sent"),
    ]


def late_note(life: CustomerLife) -> list[Publication]:
    """An engineer on the road looked something up; the log arrives days later."""
    late = timedelta(days=2 + below(life.rng, 5))
    at, note = life.office(life.between(0.1, 0.9)), "Monteur kwam voor een gesloten deur."
    about = ("name", *terms.ADDRESS)
    return [accessed(life, at, Look(terms.ENGINEER, "line-repair", about), remark=note, late=late)]


def overtaken_correction(life: CustomerLife) -> list[Publication]:
    """The older of two moves is published after the newer: the newer address counts."""
    first = life.office(life.between(0.3, 0.5))
    second = first + timedelta(days=1)
    older, newer = people.address(life.rng), people.address(life.rng)
    late = timedelta(days=1, hours=3)
    return [
        corrected(life, first, "helpdesk", "moved", older, late=late),
        corrected(life, second, "helpdesk", "typing-error", newer),
    ]


def undeclared_activity(life: CustomerLife) -> list[Publication]:
    """A trial without a declaration."""
    at, values = life.office(life.between(0.2, 0.9)), {"call_duration_s": 60 + below(life.rng, 900)}
    return [collected(life, at, UNDECLARED, "network", Origin("network", "optional"), values)]


def undeclared_category(life: CustomerLife) -> list[Publication]:
    """The helpdesk writes down where somebody is, which its activity does not declare."""
    at, values = life.office(life.between(0.2, 0.9)), {"location_text": "Op vakantie in Demodrecht"}
    return [collected(life, at, CARE, "helpdesk", Origin("customer", "optional"), values)]


def undeclared_country(life: CustomerLife) -> list[Publication]:
    """A mailing is sent by a processor outside the countries that are declared."""
    at = life.office(0.9)
    if at < life.era.day(0.35):
        return []
    usual = life.usual(terms.OVERSEAS_MAILING)
    # Of somebody who does not object to marketing before, as a customer may.
    disclosure = disclosed(life.contact(12), at, usual, transfer_mechanism="A45-3")
    return [disclosure.breaking("house.disclosure.region.agreement")]


def ended_recipient(life: CustomerLife) -> list[Publication]:
    """A call still went over a carrier whose agreement had ended."""
    at = life.free(0.92)
    if at < life.era.day(0.72):
        return []
    disclosure = disclosed(life, at, terms.OLD_CARRIER_CALL)
    return [disclosure.breaking("house.disclosure.recipient.ended")]
