"""Chapters about what a customer allows and refuses, each of a fixed length."""

from datetime import timedelta

from sample import terms
from sample.acts import consented, disclosed
from sample.chapters import MINUTE
from sample.event import Publication, below, reference
from sample.life import CustomerLife
from sample.recording import recorded
from sample.register import ADDRESS_BOOK, ANALYTICS, CREDIT, MARKETING, RIGHTS, SUBSCRIPTION, TAX
from schemas import names

MAIL = ("email",)


def consent_texts(life: CustomerLife) -> list[Publication]:
    """A consent is renewed under a new text, which turns out to be flawed; another is refused."""
    at, later = life.free(0.15), life.free(0.5)
    flawed = life.office(0.7)
    text, source = f"personalisation/{later.year}-1", "app-backend"
    again = {"purpose": "personalisation", "text_version": text}
    no = {"purpose": "location-services", "text_version": f"location-services/{at.year}-1"}
    why, renewed = "text-unclear", {**again, "method": "checkbox", "channel": "portal"}
    return [
        consented(life, at, "personalisation", "portal"),
        recorded(life, at + MINUTE, ANALYTICS, source, names.CONSENT_REFUSED, **no, channel="app"),
        recorded(life, later, ANALYTICS, source, names.CONSENT_RENEWED, **renewed),
        recorded(life, flawed, ANALYTICS, "crm", names.CONSENT_INVALIDATED, **again, reason=why),
    ]


def marketing(life: CustomerLife) -> list[Publication]:
    """A newsletter arrives, and the customer objects to any further one.

    It does so before any other chapter takes a consent back or closes the account for a while.
    """
    at, ref = life.office(life.between(0.2, 0.25)), reference(life.rng, "VZ")
    objected_at, later = at + timedelta(hours=2), at + timedelta(days=2)
    message = {"channel": "email", "campaign": f"spring-{at.year}", "purpose": "newsletter"}
    objected = {"activity_objected": MARKETING.activity, "ground": "direct-marketing"}
    request = {
        "request_ref": ref,
        "right": "objection",
        "channel": "email",
        "received_on": objected_at.date().isoformat(),
    }
    answer = {"request_ref": ref, "outcome": "granted"}
    return [
        consented(life, life.free(0.05), "newsletter", "portal"),
        recorded(life, at, MARKETING, "crm", names.MARKETING_MESSAGE_SENT, MAIL, **message),
        recorded(life, objected_at, RIGHTS, "crm", names.RIGHTS_REQUEST_RECEIVED, **request),
        recorded(
            life,
            objected_at + MINUTE,
            MARKETING,
            "crm",
            names.MARKETING_OBJECTION_RECORDED,
            channel="email",
        ),
        recorded(life, objected_at + 2 * MINUTE, RIGHTS, "crm", names.OBJECTION_RAISED, **objected),
        recorded(life, later, RIGHTS, "crm", names.OBJECTION_UPHELD, **objected),
        recorded(life, later + MINUTE, RIGHTS, "crm", names.RIGHTS_REQUEST_ANSWERED, **answer),
    ]


def objection_overruled(life: CustomerLife) -> list[Publication]:
    """A person who objects to credit checks is told why they go on."""
    at = life.office(life.between(0.2, 0.7))
    facts = {"activity_objected": CREDIT.activity, "ground": "own-situation"}
    why = {**facts, "ground": "compelling-grounds"}
    return [
        recorded(life, at, RIGHTS, "crm", names.OBJECTION_RAISED, **facts),
        recorded(life, at + timedelta(days=3), RIGHTS, "crm", names.OBJECTION_OVERRULED, **why),
    ]


def app_permissions(life: CustomerLife) -> list[Publication]:
    """The app may read the address book, but not use the camera; later it may do neither."""
    at, later = life.free(life.between(0.2, 0.4)), life.free(life.between(0.5, 0.9))
    contacts = {"permission": "contacts", "app_version": "4.1"}
    camera = {"permission": "camera", "app_version": "4.1"}
    count, source = 20 + below(life.rng, 400), "app-backend"
    uploaded, purged = names.CONTACT_LIST_UPLOADED, names.CONTACT_LIST_PURGED
    return [
        recorded(life, at, ADDRESS_BOOK, source, names.APP_PERMISSION_GRANTED, **contacts),
        recorded(life, at + MINUTE, ADDRESS_BOOK, source, names.APP_PERMISSION_DENIED, **camera),
        recorded(life, at + 2 * MINUTE, ADDRESS_BOOK, source, uploaded, count=count),
        recorded(life, later, ADDRESS_BOOK, source, names.APP_PERMISSION_REVOKED, **contacts),
        recorded(life, later + MINUTE, ADDRESS_BOOK, source, purged, count=count),
    ]


def preferences(life: CustomerLife) -> list[Publication]:
    """Few cookies, and no listing in any directory."""
    at = life.free(life.between(0.1, 0.5))
    cookies = {
        "functional": True,
        "analytical": False,
        "gpc": True,
        "text_version": f"cookies/{at.year}-1",
    }
    unlisted = {"listed": False, "purposes": ["print", "online"], "channel": "portal"}
    listing = names.DIRECTORY_LISTING_CHANGED
    return [
        recorded(life, at, ANALYTICS, "app-backend", names.COOKIE_PREFERENCE_RECORDED, **cookies),
        recorded(life, at + MINUTE, SUBSCRIPTION, "crm", listing, ("name",), **unlisted),
    ]


def abroad(life: CustomerLife) -> list[Publication]:
    """The customer agrees that calls to two countries take their data there, until it does not."""
    at, end = life.free(life.between(0.1, 0.3)), life.free(life.between(0.6, 0.9))
    agreement_recorded = names.TRANSFER_AGREEMENT_RECORDED
    agreement_ended = names.TRANSFER_AGREEMENT_ENDED
    return [
        recorded(life, at, SUBSCRIPTION, "crm", agreement_recorded, countries=["US", "MA"]),
        recorded(life, end, SUBSCRIPTION, "crm", agreement_ended, countries=["US", "MA"]),
    ]


def disclosure_notices(life: CustomerLife) -> list[Publication]:
    """The customer asks what the tax authority was given: once told, once not."""
    story = []
    for share, is_told in ((0.3, True), (0.6, False)):
        at, case = life.office(share), reference(life.rng, "FI")
        disclosure = disclosed(
            life, at, life.usual(terms.TAX_AUTHORITY), case_ref=case, notice="on-request"
        )
        asked_at, later = at + timedelta(days=2), at + timedelta(days=4)
        about = {"disclosure_id": disclosure.event["id"]}
        request, answer = names.DISCLOSURE_NOTICE_REQUESTED, {**about, "channel": "email"}
        name, facts = names.DISCLOSURE_NOTICE_GIVEN, answer
        if not is_told:
            name, facts = names.DISCLOSURE_NOTICE_WITHHELD, {**about, "ground": "tax-inspection"}
        story += [
            disclosure,
            recorded(life, asked_at, TAX, "privacy-office", request, **answer),
            recorded(life, later, TAX, "privacy-office", name, **facts),
        ]
    return story
