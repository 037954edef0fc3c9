"""Consents that a person takes back with the office, such as by telephone."""

from datetime import datetime
from typing import Annotated, get_args

from application.acts.acting import Act, office_lock
from application.acts.given import Ask, Choice, Timed, facts_of
from application.acts.offered import WAYS
from application.acts.requesting import record
from application.queries.cases.found_requests import NotAllowed
from application.queries.persons.consents import ConsentAct, with_history
from application.queries.subjects import check_person
from application.site import Site
from application.source import Source
from projections.folds.timetravel import Moment
from schemas import names
from schemas.events.consent import Purpose

_BASIS = "6-1-a"


class Withdrawal(Timed, frozen=True, kw_only=True):
    """Which consent a person takes back, and by which way they said so."""

    events = (names.CONSENT_WITHDRAWN,)
    subject: Annotated[
        str, Ask("Such as customer/10023.", look="hidden", argument="SUBJECT", fact="")
    ]
    purpose: Annotated[str, Ask("One of {}.", Choice("purpose", get_args(Purpose)))]
    channel: Annotated[
        str,
        Ask(
            "How they said so, such as email or phone.",
            Choice("channel", WAYS, True),
            label="said_by",
        ),
    ]


def given_consents(source: Source, subject: str, time: datetime) -> dict[str, ConsentAct]:
    """Purpose -> the act by which a consent is in force at a time. Raises UnknownSubject."""
    check_person(subject)
    acts = with_history(source, subject, Moment(as_of=time)).history
    deciding = (act for act in acts if act.to is None and act.annulled_by is None)  # type: ignore[union-attr]
    return {act.purpose: act for act in deciding if act.act in {"given", "renewed"}}


def withdrawn(source: Source, wanted: Withdrawal, time: datetime) -> Act:
    """The act that takes a consent back, under the activity that it was given for. Raises NotAllowed."""
    given = given_consents(source, wanted.subject, time).get(wanted.purpose)
    if given is None:
        raise NotAllowed(
            f"consent to {wanted.purpose} is not in force: there is nothing to withdraw",
            field="purpose",
        )
    return Act(
        name=wanted.events[0],
        subject=wanted.subject,
        facts=facts_of(wanted),
        legal_basis=given.legal_basis or _BASIS,
        activity=given.activity,
    )


def withdraw(site: Site, source: Source, wanted: Withdrawal, time: datetime) -> None:
    """Record that a person took a consent back. Raises NotAllowed, UnknownSubject."""
    with office_lock(site):
        record(site, [withdrawn(source, wanted, time)], time)
