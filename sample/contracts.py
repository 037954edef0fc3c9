"""Chapters about contracts, services and numbers that are taken along.

Each has the same number of events in every life, so that it can be dealt to anybody.
"""

from datetime import timedelta

from sample import terms
from sample.acts import Somebody, notice_version
from sample.chapters import MINUTE
from sample.event import Publication, reference
from sample.life import CustomerLife
from sample.recording import recorded
from sample.register import BILLING, CREDIT, DELIVERY, PORTAL, RIGHTS, SUBSCRIPTION
from schemas import names

SERVICE = ("service_ids",)
PARCEL = ("name", *terms.ADDRESS)
SCORED = ("credit_score", "credit_outcome")


def order(life: CustomerLife) -> list[Publication]:
    """A new customer orders a line and is told of the privacy notice; a telephone is sent."""
    rng, at = life.rng, life.opened + 2 * MINUTE
    order_ref, contract = reference(rng, "BE"), reference(rng, "CT")
    notice = {"version": notice_version(at), "channel": "portal", "article": "13"}
    order_facts = {"order_ref": order_ref, "services": ["voip"], "large_order": False}
    parcel = {"order_ref": order_ref, "recipient": terms.SHIPPING.recipient}
    line = {"service": "voip", "contract_ref": contract}
    contract_facts = {"contract_ref": contract, "services": ["voip"]}
    active, portal = life.soon(5), "order-portal"
    on = active + 5 * MINUTE
    return [
        recorded(life, at, SUBSCRIPTION, portal, names.PRIVACY_NOTICE_PROVIDED, **notice),
        recorded(
            life, at + MINUTE, SUBSCRIPTION, portal, names.ORDER_PLACED, SERVICE, **order_facts
        ),
        recorded(life, at + 2 * MINUTE, PORTAL, "app-backend", names.PORTAL_ACCOUNT_OPENED),
        recorded(
            life, at + 40 * MINUTE, SUBSCRIPTION, "crm", names.CONTRACT_CONCLUDED, **contract_facts
        ),
        recorded(life, active, DELIVERY, portal, names.EQUIPMENT_SHIPPED, PARCEL, **parcel),
        recorded(life, on, DELIVERY, "network", names.SERVICE_ACTIVATED, SERVICE, **line),
    ]


def credit_decision(life: CustomerLife) -> list[Publication]:
    """A computer asks for a deposit; the customer asks for a human, who decides otherwise."""
    rng, at, review = life.rng, life.opened + 12 * MINUTE, life.office(life.between(0.1, 0.2))
    ref = reference(rng, "VZ")
    source, about = "order-portal", life.usual(terms.CREDIT_BUREAU).fields
    decision = {"decision": "deposit-required", "logic_ref": f"credit-rules/{at.year}-1"}
    request = {
        "request_ref": ref,
        "right": "human-review",
        "channel": "phone",
        "received_on": review.date().isoformat(),
    }
    result = {"outcome": "deposit", "automated": True}
    review_facts = {"outcome": "deposit-waived", "request_ref": ref}
    answer = {"outcome": "granted", "request_ref": ref}
    later = review + timedelta(days=2)
    return [
        recorded(
            life, at, CREDIT, source, names.CREDIT_CHECK_REQUESTED, about, reason="new-customer"
        ),
        recorded(
            life, at + MINUTE, CREDIT, source, names.CREDIT_CHECK_RESULT_RECEIVED, SCORED, **result
        ),
        recorded(
            life, at + 2 * MINUTE, CREDIT, source, names.AUTOMATED_DECISION_MADE, SCORED, **decision
        ),
        recorded(life, review, RIGHTS, "helpdesk", names.RIGHTS_REQUEST_RECEIVED, **request),
        recorded(life, later, CREDIT, "crm", names.HUMAN_REVIEW_COMPLETED, SCORED, **review_facts),
        recorded(life, later + MINUTE, RIGHTS, "helpdesk", names.RIGHTS_REQUEST_ANSWERED, **answer),
    ]


def extension(life: CustomerLife) -> list[Publication]:
    """The contract becomes a larger one; a message and an invoice follow."""
    rng, at, contract = life.rng, life.office(life.between(0.2, 0.7)), reference(life.rng, "CT")
    change = {"contract_ref": contract, "services": ["voip", "internet"]}
    line = {"service": "voip", "contract_ref": contract}
    message = {"channel": "email", "reference": reference(rng, "BR")}
    bill = {"channel": "email", "reference": reference(rng, "FA")}
    mail, paid = ("email",), ("name", *terms.ADDRESS, "iban")
    later = at + timedelta(days=2)
    return [
        recorded(life, at, SUBSCRIPTION, "crm", names.CONTRACT_CHANGED, SERVICE, **change),
        recorded(life, at + MINUTE, DELIVERY, "network", names.SERVICE_EXTENDED, SERVICE, **line),
        recorded(
            life, at + 2 * MINUTE, SUBSCRIPTION, "crm", names.SERVICE_MESSAGE_SENT, mail, **message
        ),
        recorded(life, later, BILLING, "billing", names.INVOICE_SENT, paid, **bill),
    ]


def second_line_ends(life: CustomerLife) -> list[Publication]:
    """A second line is given up, and with it the login that belonged to it; the first one goes on."""
    at, contract = life.office(life.between(0.75, 0.9)), reference(life.rng, "CT")
    first = {"contract_ref": reference(life.rng, "CT"), "services": ["voip"]}
    line = {"service": "voip-2", "contract_ref": contract, "reason": "customer-request"}
    contract_end = {"contract_ref": contract, "reason": "customer-request"}
    name, why = names.PORTAL_ACCOUNT_CLOSED, "merged-with-first-line"
    return [
        recorded(life, at, SUBSCRIPTION, "crm", names.CONTRACT_CHANGED, SERVICE, **first),
        recorded(life, at, DELIVERY, "network", names.SERVICE_DEACTIVATED, SERVICE, **line),
        recorded(life, at + MINUTE, SUBSCRIPTION, "crm", names.CONTRACT_ENDED, **contract_end),
        recorded(life, at + 2 * MINUTE, PORTAL, "app-backend", name, reason=why),
    ]


def takeover(life: CustomerLife) -> list[Publication]:
    """The customer takes over the second contract of the one who came before, who goes on with the first.

    A takeover is an event for each of them. So this is nothing for the first customer of a sample.
    """
    at = life.office(life.between(0.3, 0.5))
    former = Somebody(life.rng, f"customer/{life.number - 1}")
    parties = {"from_customer": former.subject, "to_customer": life.subject}
    facts = {"contract_ref": reference(life.rng, "CT"), **parties}
    first = {"contract_ref": reference(life.rng, "CT"), "services": ["voip"]}
    name, later = names.CONTRACT_TAKEN_OVER, at + MINUTE
    return [
        recorded(former, at, SUBSCRIPTION, "crm", names.CONTRACT_CHANGED, SERVICE, **first),
        *(recorded(party, later, SUBSCRIPTION, "crm", name, **facts) for party in (former, life)),
    ]


def number_brought_along(life: CustomerLife) -> list[Publication]:
    """A number comes from another provider."""
    asked_at = life.soon(3)
    facts = {
        "direction": "in",
        "recipient": terms.MOBILE_PROVIDER.recipient,
        "porting_ref": reference(life.rng, "NP"),
    }
    about, moved_at = ("name", "assigned_numbers"), asked_at + timedelta(days=4)
    return [
        recorded(
            life, asked_at, DELIVERY, "network", names.NUMBER_PORTING_REQUESTED, about, **facts
        ),
        recorded(
            life, moved_at, DELIVERY, "network", names.NUMBER_PORTING_PERFORMED, about, **facts
        ),
    ]


def number_stays(life: CustomerLife) -> list[Publication]:
    """A number was to go to another provider, but the customer thinks better of it."""
    asked_at = life.office(life.between(0.5, 0.8))
    facts = {
        "direction": "out",
        "recipient": terms.MOBILE_PROVIDER.recipient,
        "porting_ref": reference(life.rng, "NP"),
    }
    about, later = ("name", "assigned_numbers"), asked_at + timedelta(hours=3)
    name, why = names.NUMBER_PORTING_CANCELLED, "customer-request"
    return [
        recorded(
            life, asked_at, DELIVERY, "network", names.NUMBER_PORTING_REQUESTED, about, **facts
        ),
        recorded(life, later, DELIVERY, "network", name, about, **facts, reason=why),
    ]
