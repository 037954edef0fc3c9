"""Planted violations: disclosures that break a rule, each a chapter of a fixed length.

Which rules an event breaks is said where it is told; everything else about it is in order.
"""

from datetime import timedelta
from typing import Any

from rulebook.countries import Party, standing
from sample import people, terms
from sample.acts import disclosed
from sample.event import Ground, Publication, office_hour, reference
from sample.incidents import reminded
from sample.life import CustomerLife
from sample.recording import recorded
from sample.register import FRAUD, MALICIOUS_CALLS, MARKETING, SUBSCRIPTION, TAX
from sample.terms import Terms
from schemas import names

INVESTIGATOR = Terms(
    *("recherche-schimwerk", "investigation-agency", FRAUD, "fraud-prevention", "push"),
    *("fraud-investigation", ("name", *terms.ADDRESS), "crm"),
)
FAR_ARCHIVE = Terms(
    *("wolkopslag-verweg", "processor", SUBSCRIPTION, "storage", "push"),
    *("archiving", ("name", "email"), "crm", "IN"),
)
FAR_HELPDESK = FAR_ARCHIVE._replace(recipient="helpdesk-verweg", country="US")
FAR_PAPER = FAR_ARCHIVE._replace(recipient="papierarchief-verweg", country="IL", method="paper")
SALE = Terms(
    *("groep-zekerbeheer", "group-company", MARKETING, "sale", "push"),
    *("address-list", ("name", "email"), "crm"),
)


def unregistered_recipient(life: CustomerLife) -> list[Publication]:
    """An unregistered courier brings a parcel."""
    usual = life.usual(terms.SHIPPING)._replace(recipient="koerier-onbekend")
    disclosure = disclosed(life, life.office(0.4), usual)
    return [disclosure.breaking("house.disclosure.recipient.unregistered")]


def recipient_of_another_kind(life: CustomerLife) -> list[Publication]:
    """The bailiff is written down as a lawyer."""
    usual = life.usual(terms.LAWYER)._replace(recipient=terms.BAILIFF.recipient)
    disclosure = disclosed(life, life.office(0.5), usual, case_ref=reference(life.rng, "GE"))
    return [disclosure.breaking("house.disclosure.kind.mismatch")]


def bank_account_for_the_courier(life: CustomerLife) -> list[Publication]:
    """The label of a parcel bears a bank account."""
    usual = life.usual(terms.SHIPPING)
    disclosure = disclosed(life, life.office(0.35), usual._replace(fields=(*usual.fields, "iban")))
    return [disclosure.breaking("house.disclosure.fields.kind")]


def bank_account_for_112(life: CustomerLife) -> list[Publication]:
    """More goes along with a call to 112 than the law says."""
    usual = life.usual(terms.ALARM_CENTRE)
    disclosure = disclosed(life, life.free(0.45), usual._replace(fields=(*usual.fields, "iban")))
    return [disclosure.breaking("law.disclosure.fields.provision")]


def addresses_sold(life: CustomerLife) -> list[Publication]:
    """An address list is sold inside the group."""
    disclosure = disclosed(life.contact(12), life.office(0.55), life.usual(SALE))
    return [disclosure.breaking("house.disclosure.marketing")]


def collected_too_soon(life: CustomerLife) -> list[Publication]:
    """A claim goes to the agency before the days of the notice are over."""
    reminded_at, case = life.office(0.3), reference(life.rng, "IN")
    at, claim = office_hour(life.rng, reminded_at + timedelta(days=5)), people.claim(life.rng)
    disclosure = disclosed(life, at, life.usual(terms.COLLECTION_AGENCY), claim, case_ref=case)
    return [
        reminded(life, reminded_at, case),
        disclosure.breaking("house.disclosure.collection.notice"),
    ]


def not_told_of_a_disclosure(life: CustomerLife) -> list[Publication]:
    """The customer had to be told, and was not."""
    usual = life.usual(terms.MOBILE_PROVIDER)
    disclosure = disclosed(life, life.office(0.4), usual, notice="required")
    return [disclosure.breaking("house.disclosure.informed")]


def asked_about_a_disclosure_in_vain(life: CustomerLife) -> list[Publication]:
    """The customer asks what the tax authority was given, and hears nothing."""
    at, case = life.office(0.35), reference(life.rng, "FI")
    usual = life.usual(terms.TAX_AUTHORITY)
    disclosure = disclosed(life, at, usual, case_ref=case, notice="on-request")
    question = {"disclosure_id": disclosure.event["id"], "channel": "email"}
    later = at + timedelta(days=2)
    request = recorded(
        life, later, TAX, "privacy-office", names.DISCLOSURE_NOTICE_REQUESTED, **question
    )
    return [disclosure, request.breaking("house.notice.requested")]


def caller_not_told(life: CustomerLife) -> list[Publication]:
    """Whose number was given to somebody who was called is never told so."""
    facts = {
        "recipient": "abonnee-schijnman",
        "fields": ["calling_number"],
        "request_ref": reference(life.rng, "HB"),
    }
    at, about, name = life.office(0.5), ("calling_number",), names.MALICIOUS_CALL_DATA_DISCLOSED
    disclosure = recorded(life, at, MALICIOUS_CALLS, "network", name, about, **facts)
    return [disclosure.breaking("law.malicious-call.informed")]


def without_provision(life: CustomerLife) -> list[Publication]:
    """The tax authority gets what it asks for without naming a provision."""
    return [_taxed(life, Ground(TAX.activity, "6-1-f"), "law.disclosure.provision.missing")]


def with_unknown_provision(life: CustomerLife) -> list[Publication]:
    """The tax authority names an article that does not exist."""
    ground = Ground(TAX.activity, "6-1-c", "nl.awr.99")
    return [_taxed(life, ground, "law.disclosure.provision.unknown")]


def without_power(life: CustomerLife) -> list[Publication]:
    """The tax authority names a power that only a supervisory authority has."""
    ground = Ground(TAX.activity, "6-1-c", "nl.awb.5.16")
    return [_taxed(life, ground, "law.disclosure.authority")]


def _taxed(life: CustomerLife, ground: Ground, rule: str) -> Publication:
    usual = life.usual(terms.TAX_AUTHORITY)._replace(ground=ground)
    at, case = life.office(life.between(0.3, 0.6)), reference(life.rng, "FI")
    return disclosed(life, at, usual, case_ref=case).breaking(rule)


def under_a_law_for_banks(life: CustomerLife) -> list[Publication]:
    """The tax authority names an article that binds banks, and no telephone company."""
    ground = Ground(TAX.activity, "6-1-c", "nl.ib.10.8")
    return [_taxed(life, ground, "law.disclosure.provision.inapplicable")]


def fraud_data_without_permit(life: CustomerLife) -> list[Publication]:
    """Data about a suspected fraud is given to an agency without the permit that this needs."""
    usual = life.usual(INVESTIGATOR)
    disclosure = disclosed(life, life.office(0.6), usual._replace(fields=("name", "fraud_signal")))
    return [disclosure.breaking("law.disclosure.fraud.permit")]


def far_away_without_agreement(life: CustomerLife) -> list[Publication]:
    """A mailing is sent from a country that the customer never agreed to."""
    usual = life.usual(terms.OVERSEAS_MAILING)
    # Of somebody who does not object to marketing before, as a customer may.
    person, at = life.contact(12), life.office(0.7)
    disclosure = disclosed(person, at, usual, transfer_mechanism="A45-3")
    return [disclosure.breaking("house.disclosure.region.agreement")]


def far_away_without_safeguards(life: CustomerLife) -> list[Publication]:
    """The customer agreed to an archive far away, for which there is no instrument of transfer."""
    return _far_away(life, FAR_ARCHIVE)


def far_away_without_certification(life: CustomerLife) -> list[Publication]:
    """A helpdesk in the United States is called adequate, but is certified under nothing."""
    return _far_away(life, FAR_HELPDESK, transfer_mechanism="A45-3")


def far_away_on_paper(life: CustomerLife) -> list[Publication]:
    """Paper goes to where only automated transfers are adequate."""
    return _far_away(life, FAR_PAPER)


def _far_away(life: CustomerLife, party: Terms, **facts: Any) -> list[Publication]:
    """The customer agrees to a country, and two days later data goes there, which the law does not allow."""
    at = life.office(0.6)
    sent_at = at + timedelta(days=2)
    recipient = Party(party.recipient_kind, "processor", party.method)
    # On a day between two frameworks no decision of adequacy holds, so it lacks nothing.
    lacks = standing(party.country, sent_at.date(), recipient).lacks
    rule = f"law.transfer.{lacks}" if lacks else "law.disclosure.region.mechanism"
    return [
        recorded(
            life,
            at,
            SUBSCRIPTION,
            "crm",
            names.TRANSFER_AGREEMENT_RECORDED,
            countries=[party.country],
        ),
        disclosed(life, sent_at, life.usual(party), **facts).breaking(rule),
    ]


def after_its_end(life: CustomerLife) -> list[Publication]:
    """A call goes over a carrier whose agreement has ended."""
    disclosure = disclosed(life, office_hour(life.rng, life.era.day(0.75)), terms.OLD_CARRIER_CALL)
    return [disclosure.breaking("house.disclosure.recipient.ended")]


LEAKS = (
    unregistered_recipient,
    recipient_of_another_kind,
    bank_account_for_the_courier,
    bank_account_for_112,
    addresses_sold,
    collected_too_soon,
    not_told_of_a_disclosure,
    asked_about_a_disclosure_in_vain,
    caller_not_told,
    without_provision,
    with_unknown_provision,
    without_power,
    under_a_law_for_banks,
    fraud_data_without_permit,
    far_away_without_agreement,
    far_away_without_safeguards,
    far_away_without_certification,
    far_away_on_paper,
    after_its_end,
)
