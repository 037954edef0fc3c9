"""Ordinary chapters of a customer's life: contract, own data, consents.

A chapter is a few events that belong together: a function from a life to publications, which draws
on the life's random source and changes nothing else. A chapter that does not suit the life gives none.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from sample import people, terms
from sample.acts import (
    Look,
    Origin,
    accessed,
    collected,
    consented,
    contact_added,
    contact_removed,
    corrected,
    deactivated,
    disclosed,
    notified,
    reactivated,
    removed,
    withdrew,
)
from sample.event import Publication, below, correlation, digits, pick, reference, traceparent
from sample.life import CustomerLife
from sample.register import ANALYTICS, CREDIT, DELIVERY, PORTAL

Chapter = Callable[[CustomerLife], list[Publication]]

MINUTE = timedelta(minutes=1)


def credit_check(life: CustomerLife) -> list[Publication]:
    """A new customer's solvency is asked at the bureau; the customer is told what came from there."""
    at = life.opened + 20 * MINUTE
    score = 40 + below(life.rng, 60)
    answer = {"credit_score": score, "credit_outcome": "accepted" if score > 50 else "deposit"}
    question = disclosed(life, at, life.usual(terms.CREDIT_BUREAU), notice="given")
    return [
        question,
        collected(
            life,
            at + MINUTE,
            CREDIT,
            "order-portal",
            Origin("third-party", from_recipient=terms.CREDIT_BUREAU.recipient),
            answer,
            causationid=question.event["id"],
        ),
        notified(life, at + 2 * MINUTE, "14"),
    ]


def equipment(life: CustomerLife) -> list[Publication]:
    """A telephone goes out by parcel."""
    at = life.soon(9)
    return [disclosed(life, at, life.usual(terms.SHIPPING), case_ref=reference(life.rng, "BE"))]


def numbers(life: CustomerLife) -> list[Publication]:
    """Numbers are assigned and, in the same second, made known to a carrier.

    Only the sequence tells which of the two came first.
    """
    at = life.soon(5)
    values = people.service(life.rng)
    return [
        collected(life, at, DELIVERY, "network", Origin("network"), values, sequence=1),
        disclosed(life, at, terms.CARRIER_FEED, sequence=2),
    ]


def mobile(life: CustomerLife) -> list[Publication]:
    """A SIM card is put into service at the provider of the mobile network."""
    at = life.office(life.between(0.05, 0.5))
    values = {"sim_iccid": f"8931000{digits(life.rng, 12)}"}
    return [
        collected(life, at, DELIVERY, "network", Origin("network"), values),
        disclosed(life, at + 3 * MINUTE, life.usual(terms.MOBILE_PROVIDER)),
    ]


def internet_line(life: CustomerLife) -> list[Publication]:
    """An internet connection is installed by another provider."""
    at = life.office(life.between(0.05, 0.6))
    return [
        disclosed(life, at, life.usual(terms.INTERNET_PROVIDER), case_ref=reference(life.rng, "BE"))
    ]


def group_administration(life: CustomerLife) -> list[Publication]:
    """A business customer becomes known in the group's shared administration."""
    if life.kind == "consumer":
        return []
    return [disclosed(life, life.office(life.between(0.05, 0.5)), life.usual(terms.GROUP_COMPANY))]


def app(life: CustomerLife) -> list[Publication]:
    """The app is installed and may read the address book; the device tells what it is."""
    at, trace = life.free(life.between(0.04, 0.7)), traceparent(life.rng)
    values = people.device(life.rng)
    return [
        collected(life, at, PORTAL, "app-backend", Origin("app"), values, traceparent=trace),
        consented(life, at + MINUTE, "contacts-access", "app", traceparent=trace),
    ]


def login(life: CustomerLife) -> list[Publication]:
    """A portal account gets its login name."""
    at = life.soon(2)
    values = {"login_name": f"vz{digits(life.rng, 6)}"}
    return [collected(life, at, PORTAL, "order-portal", Origin("portal"), values)]


def visits(life: CustomerLife) -> list[Publication]:
    """Analytical cookies are accepted, followed by what they tell; by half refused again later."""
    at = life.free(life.between(0.05, 0.6))
    behaviour = people.behaviour(life.rng)
    story = [
        consented(life, at, "analytics-cookies", "web"),
        collected(
            life, at + MINUTE, ANALYTICS, "app-backend", Origin("cookie", "optional"), behaviour
        ),
    ]
    if life.rng.random() < 0.5:
        story.append(withdrew(life, life.free(0.8), "analytics-cookies", "web"))
    return story


def moving_house(life: CustomerLife) -> list[Publication]:
    """The customer moves: it says so in the portal, or the helpdesk looks it up and changes it."""
    rng, address, share = life.rng, people.address(life.rng), life.between(0.1, 0.9)
    if rng.random() < 0.5:
        trace = traceparent(rng)
        return [corrected(life, life.free(share), "subject", "moved", address, traceparent=trace)]
    case, at = correlation(rng), life.office(share)
    look = accessed(
        life, at, Look(terms.HELPDESK, "address-change", terms.ADDRESS), correlationid=case
    )
    cause = look.event["id"]
    at += 4 * MINUTE
    return [
        look,
        corrected(life, at, "helpdesk", "moved", address, correlationid=case, causationid=cause),
    ]


def new_bank_account(life: CustomerLife) -> list[Publication]:
    """Invoices are paid from another account from now on."""
    at = life.free(life.between(0.1, 0.9))
    return [corrected(life, at, "subject", "new-bank-account", {"iban": people.iban(life.rng)})]


def new_contact_data(life: CustomerLife) -> list[Publication]:
    """Another e-mail address and mobile number; of a company only the address for invoices."""
    rng, at = life.rng, life.free(life.between(0.1, 0.9))
    if life.kind == "legal-entity":
        values = {"invoice_email": people.invoice_email(rng)}
    else:
        values = {"email": people.email(rng, life.name), "mobile_number": people.mobile_number(rng)}
    return [corrected(life, at, "subject", "changed", values)]


def removal(life: CustomerLife) -> list[Publication]:
    """The customer takes away a value that the provider does not need."""
    field = "date_of_birth" if life.kind == "consumer" else "fixed_number"
    return [removed(life, life.free(life.between(0.2, 0.9)), (field,))]


def newsletter(life: CustomerLife) -> list[Publication]:
    """Subscribed; by most unsubscribed, by some of them subscribed again."""
    story = [consented(life, life.free(life.between(0.03, 0.3)), "newsletter", "portal")]
    if life.rng.random() < 0.7:
        at = life.free(life.between(0.35, 0.6))
        story.append(withdrew(life, at, "newsletter", "unsubscribe-link"))
        if life.rng.random() < 0.5:
            at = life.free(life.between(0.65, 0.93))
            story.append(consented(life, at, "newsletter", "portal"))
    return story


def product_information(life: CustomerLife) -> list[Publication]:
    """Consent for half a year, which runs out; some give it again for a whole one."""
    channel = pick(life.rng, ("portal", "email", "shop"))
    at = life.free(life.between(0.05, 0.5))
    end = at + timedelta(days=182)
    story = [consented(life, at, "product-information", channel, end)]
    if life.rng.random() < 0.4:
        at = life.free(life.between(0.6, 0.93))
        end = at + timedelta(days=365)
        story.append(consented(life, at, "product-information", channel, end))
    return story


def telemarketing(life: CustomerLife) -> list[Publication]:
    """Consent given on the telephone, by most withdrawn after some calls."""
    at = life.office(life.between(0.05, 0.5))
    story = [consented(life, at, "telemarketing", "phone", source="helpdesk")]
    if life.rng.random() < 0.7:
        at = life.office(life.between(0.55, 0.93))
        story.append(withdrew(life, at, "telemarketing", "phone"))
    return story


def paper_listing(life: CustomerLife) -> list[Publication]:
    """A listing in the paper directory, as long as that existed."""
    at = life.office(life.between(0.1, 0.6))
    if at >= life.era.day(0.5):
        return []
    return [consented(life, at, "directory-listing", "post")]


def pause(life: CustomerLife) -> list[Publication]:
    """The account is inactive for a while."""
    why = pick(life.rng, ("unpaid", "customer-request", "seasonal-business"))
    return [
        deactivated(life, life.office(life.between(0.4, 0.5)), why),
        reactivated(life, life.office(life.between(0.6, 0.7)), "resumed"),
    ]


def goodbye(life: CustomerLife) -> list[Publication]:
    """The contract of a customer that leaves ends."""
    why = pick(life.rng, ("contract-ended", "moved-to-other-provider", "business-ended"))
    return [deactivated(life, life.closed, why)]


def sleeper(life: CustomerLife) -> list[Publication]:
    """An account falls asleep with a consent for the newsletter that is old by then."""
    if life.leaves:
        return []
    return [
        consented(life, life.free(0.04), "newsletter", "portal"),
        deactivated(life, life.office(life.between(0.75, 0.9)), "customer-request"),
    ]


def contact_persons(life: CustomerLife) -> list[Publication]:
    """A company names one or two contact persons, who are told so; some are replaced."""
    at, last = life.opened + 30 * MINUTE, 1
    story = contact(life, 1, at)
    if life.rng.random() < 0.5:
        last = 2
        story += contact(life, 2, at + MINUTE)
    if life.rng.random() < 0.3:
        at = life.office(life.between(0.4, 0.9))
        story.append(contact_removed(life.contact(last), at, life.subject))
        story += contact(life, last + 1, at + MINUTE)
    return story


def contact(life: CustomerLife, index: int, at: datetime) -> list[Publication]:
    """A contact person becomes known, and is told what the company said of them."""
    values = people.contact_person(life.rng)
    person = life.contact(index)
    return [
        contact_added(person, at, life.subject, values),
        notified(person, at + 20 * MINUTE, "14"),
    ]
