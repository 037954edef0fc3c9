"""The one customer whose story is always the same kind of story: the subject of the guided tour."""

from datetime import timedelta

from sample import people, terms
from sample.acts import (
    Look,
    Origin,
    accessed,
    annulled,
    collected,
    confirmed,
    consented,
    contact_removed,
    corrected,
    deactivated,
    disclosed,
    reactivated,
    removed,
    withdrew,
)
from sample.chapters import MINUTE, contact, credit_check, numbers
from sample.event import Publication, correlation, reference, seeded, waking_hour
from sample.incidents import DEBTOR, NOTICE, reminded
from sample.life import FIRST_NUMBER, CustomerLife, registered
from sample.register import CALLS, PORTAL, Era

TOUR_NUMBER = 10_023
TOUR_INDEX = TOUR_NUMBER - FIRST_NUMBER
TOUR_SUBJECT = f"customer/{TOUR_NUMBER}"


def tour_life(seed: int, era: Era) -> CustomerLife:
    """A sole trader who comes early and stays."""
    rng = seeded(seed, "tour")
    opened = waking_hour(rng, era.day(0.06))
    name = people.full_name(rng)
    return CustomerLife(rng, TOUR_NUMBER, "sole-trader", name, opened, era.end, False, era)


def tour_story(life: CustomerLife) -> list[Publication]:
    """Everything that `ledger demo` wants to show, unsorted; always of the same length."""
    story = [*_beginning(life), *_consents(life), *_changes(life), *_trouble(life), *_end(life)]
    return [*story, *_routine(life)]


def _beginning(life: CustomerLife) -> list[Publication]:
    return [
        registered(life, sequence=1),
        # Ticked on the order form: the same instant, a later sequence.
        consented(life, life.opened, "newsletter", "portal", source="order-portal", sequence=2),
        *credit_check(life),
        *numbers(life),
        disclosed(life, life.soon(9), terms.SHIPPING, case_ref=reference(life.rng, "BE")),
        collected(
            life, life.free(0.06), PORTAL, "app-backend", Origin("app"), people.device(life.rng)
        ),
        *contact(life, 1, life.office(0.1)),
        consented(life.contact(1), life.free(0.12), "newsletter", "portal"),
    ]


def _consents(life: CustomerLife) -> list[Publication]:
    asked_at = life.free(0.14)
    year = asked_at + timedelta(days=365)
    return [
        consented(life, asked_at, "product-information", "portal", valid_until=year),
        consented(life, life.office(0.15), "telemarketing", "phone", source="helpdesk"),
        withdrew(life, life.office(0.22), "telemarketing", "phone"),
        consented(life, life.free(0.25), "analytics-cookies", "web"),
        withdrew(life, life.free(0.32), "newsletter", "unsubscribe-link"),
        consented(life, life.free(0.58), "newsletter", "portal"),
    ]


def _changes(life: CustomerLife) -> list[Publication]:
    rng, case, at = life.rng, correlation(life.rng), life.office(0.3)
    look = accessed(
        life, at, Look(terms.HELPDESK, "address-change", terms.ADDRESS), correlationid=case
    )
    moved = corrected(
        life,
        at + 4 * MINUTE,
        "helpdesk",
        "moved",
        people.address(rng),
        remark="Verhuizing telefonisch doorgegeven.",
        correlationid=case,
        causationid=look.event["id"],
    )
    account = {"iban": people.iban(rng)}
    wrong = corrected(
        life, life.office(0.4), "helpdesk", "changed", {"email": people.email(rng, life.name)}
    )
    return [
        look,
        moved,
        corrected(life, life.free(0.36), "subject", "new-bank-account", account),
        wrong,
        annulled(rng, wrong, wrong.published + 25 * MINUTE, "wrong-customer"),
    ]


def _trouble(life: CustomerLife) -> list[Publication]:
    rng, case, claim = life.rng, reference(life.rng, "IN"), people.claim(life.rng)
    at = life.office(0.5)
    return [
        reminded(life, at - timedelta(days=NOTICE + 1), case),
        accessed(life, at, Look(terms.COLLECTOR, "payment-default", DEBTOR), case_ref=case),
        disclosed(life, at + 30 * MINUTE, terms.COLLECTION_AGENCY, claim, case_ref=case),
        deactivated(life, life.office(0.52), "unpaid"),
        reactivated(life, life.office(0.56), "paid"),
        confirmed(life, life.office(0.56) + 5 * MINUTE, "address"),
        confirmed(life, life.office(0.56) + 6 * MINUTE, "contact"),
        disclosed(life, life.free(0.62), terms.ALARM_CENTRE),
        disclosed(
            life,
            life.office(0.7),
            terms.TAX_AUTHORITY,
            case_ref=reference(rng, "FI"),
            notice="on-request",
        ),
    ]


def _end(life: CustomerLife) -> list[Publication]:
    return [
        removed(life, life.free(0.74), ("fixed_number",)),
        contact_removed(life.contact(1), life.office(0.8), life.subject),
        accessed(
            life,
            life.office(0.86),
            Look(terms.ENGINEER, "line-repair", ("name", *terms.ADDRESS)),
            remark="Monteur kwam voor een gesloten deur.",
            late=timedelta(days=3),
        ),
    ]


def _routine(life: CustomerLife) -> list[Publication]:
    at = life.free(0.93)
    call = people.call(life.rng, at)
    return [
        collected(life, at, CALLS, "network", Origin("network"), call, sequence=1),
        disclosed(life, at, terms.CARRIER_CALL, sequence=2),
        accessed(
            life, life.office(0.9), Look(terms.BILLING_CLERK, "invoice-question", ("name", "iban"))
        ),
    ]
