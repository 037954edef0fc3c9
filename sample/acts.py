"""One act on a person's data as one message: the vocabulary that stories are written in.

Every function takes the person, the local moment and what is particular, and returns the
publication. Recipients, staff and wordings are those of `sample_terms`.
"""

from datetime import datetime, timedelta
from random import Random
from typing import Any, NamedTuple, Protocol

from sample.event import Ground, Publication, act, offset_time, pick, publish, reference
from sample.register import CARE, PORTAL, SUBSCRIPTION
from sample.terms import ROLES, WORDINGS, Terms
from schemas import names


class Person(Protocol):
    """The person of an act: a reference, and the random source that the act draws on."""

    @property
    def rng(self) -> Random:
        """The random source."""

    @property
    def subject(self) -> str:
        """The reference, such as `customer/10023`."""


class Somebody(NamedTuple):
    """A person about whom no more is known."""

    rng: Random
    subject: str


def notice_version(at: datetime) -> str:
    """The version of the privacy notice that was in force."""
    return f"{at.year}-1"


class Origin(NamedTuple):
    """Where data came from; `from_recipient` belongs to the kind `third-party`."""

    kind: str
    necessity: str = "mandatory"
    from_recipient: str | None = None


def collected(
    person: Person,
    at: datetime,
    ground: Ground,
    source: str,
    origin: Origin,
    personal: dict[str, Any],
    **attributes: Any,
) -> Publication:
    """`personal-data-collected`."""
    facts: dict[str, Any] = {
        "origin": origin.kind,
        "channel": source,
        "necessity": origin.necessity,
        "notice_version": notice_version(at),
    }
    if origin.from_recipient is not None:
        facts["from_recipient"] = origin.from_recipient
    data = act(ground, personal=personal, **facts)
    return _publish(
        person, at, source, names.PERSONAL_DATA_COLLECTED, data=data, attributes=attributes
    )


def corrected(
    person: Person,
    at: datetime,
    requested_by: str,
    reason: str,
    personal: dict[str, Any],
    *,
    remark: str | None = None,
    **attributes: Any,
) -> Publication:
    """`personal-data-corrected`: by the customer in the portal or by the helpdesk."""
    ground, source = {
        "subject": (PORTAL, "app-backend"),
        "helpdesk": (CARE, "helpdesk"),
    }[requested_by]
    facts: dict[str, Any] = {
        "fields": list(personal),
        "requested_by": requested_by,
        "reason": reason,
        "request_ref": reference(person.rng, "VZ"),
    }
    values = personal if remark is None else {**personal, "remark": remark}
    data = act(ground, personal=values, **facts)
    return _publish(
        person, at, source, names.PERSONAL_DATA_CORRECTED, data=data, attributes=attributes
    )


def removed(person: Person, at: datetime, fields: tuple[str, ...]) -> Publication:
    """`personal-data-removed`: the customer takes single values away in the portal."""
    data = act(PORTAL, fields, fields=list(fields), requested_by="subject")
    return _publish(
        person, at, "app-backend", names.PERSONAL_DATA_REMOVED, data=data, attributes={}
    )


def consented(
    person: Person,
    at: datetime,
    purpose: str,
    channel: str,
    valid_until: datetime | None = None,
    **attributes: Any,
) -> Publication:
    """`consent-given`; `valid_until` is local and exclusive."""
    wording = WORDINGS[purpose]
    facts: dict[str, Any] = {
        "purpose": purpose,
        "text_version": f"{purpose}/{at.year}-1",
        "method": wording.method,
        "channel": channel,
    }
    if valid_until is not None:
        facts["valid_until"] = offset_time(valid_until)
    data = act(wording.ground, **facts)
    return _publish(
        person, at, wording.source, names.CONSENT_GIVEN, data=data, attributes=attributes
    )


def withdrew(person: Person, at: datetime, purpose: str, channel: str) -> Publication:
    """`consent-withdrawn`."""
    wording = WORDINGS[purpose]
    data = act(wording.ground, purpose=purpose, channel=channel)
    return _publish(person, at, wording.source, names.CONSENT_WITHDRAWN, data=data, attributes={})


def disclosed(
    person: Person,
    at: datetime,
    terms: Terms,
    personal: dict[str, Any] | None = None,
    sequence: int | None = None,
    **facts: Any,
) -> Publication:
    """`personal-data-disclosed` on the recipient's usual terms; facts given here come on top."""
    data = act(
        terms.ground,
        terms.fields,
        personal,
        recipient=terms.recipient,
        recipient_kind=terms.recipient_kind,
        purpose=terms.purpose,
        method=terms.method,
        country=terms.country,
        fields=list(terms.fields),
        necessity_reason=terms.necessity_reason,
        **facts,
    )
    attributes = {} if sequence is None else {"sequence": sequence}
    return _publish(
        person, at, terms.source, names.PERSONAL_DATA_DISCLOSED, data=data, attributes=attributes
    )


class Look(NamedTuple):
    """A look at a person's data: the role, the purpose, and the personal fields."""

    role: str
    purpose: str
    about: tuple[str, ...]


def accessed(
    person: Person,
    at: datetime,
    look: Look,
    *,
    case_ref: str | None = None,
    remark: str | None = None,
    **attributes: Any,
) -> Publication:
    """`personal-data-accessed` by one of the employees who hold the role."""
    holder = ROLES[look.role]
    data = act(
        holder.ground,
        look.about,
        None if remark is None else {"remark": remark},
        employee=pick(person.rng, holder.staff),
        role=look.role,
        purpose=look.purpose,
        case_ref=case_ref or reference(person.rng, holder.prefix),
    )
    return _publish(
        person, at, holder.source, names.PERSONAL_DATA_ACCESSED, data=data, attributes=attributes
    )


def notified(
    person: Person, at: datetime, article: str, channel: str = "email", source: str = "crm"
) -> Publication:
    """`privacy-notice-provided`, under article 13 or 14 of the GDPR."""
    data = act(SUBSCRIPTION, version=notice_version(at), channel=channel, article=article)
    return _publish(person, at, source, names.PRIVACY_NOTICE_PROVIDED, data=data, attributes={})


def deactivated(person: Person, at: datetime, reason: str) -> Publication:
    """`account-deactivated`."""
    data = act(SUBSCRIPTION, reason=reason)
    return _publish(person, at, "crm", names.ACCOUNT_DEACTIVATED, data=data, attributes={})


def reactivated(person: Person, at: datetime, reason: str) -> Publication:
    """`account-reactivated`."""
    data = act(SUBSCRIPTION, reason=reason)
    return _publish(person, at, "crm", names.ACCOUNT_REACTIVATED, data=data, attributes={})


def confirmed(person: Person, at: datetime, *categories: str) -> Publication:
    """`data-confirmed`: what is known of these categories still holds."""
    data = act(SUBSCRIPTION, categories=list(categories))
    return _publish(person, at, "crm", names.DATA_CONFIRMED, data=data, attributes={})


def contact_added(
    contact: Person, at: datetime, customer: str, personal: dict[str, Any]
) -> Publication:
    """`contact-person-added`: the contact becomes a data subject of its own, who is told by `notified`."""
    data = act(SUBSCRIPTION, personal=personal, customer=customer)
    return _publish(contact, at, "crm", names.CONTACT_PERSON_ADDED, data=data, attributes={})


def contact_removed(contact: Person, at: datetime, customer: str) -> Publication:
    """`contact-person-removed`: the contact no longer acts for the customer."""
    data = act(SUBSCRIPTION, customer=customer)
    return _publish(contact, at, "crm", names.CONTACT_PERSON_REMOVED, data=data, attributes={})


def annulled(rng: Random, mistake: Publication, at: datetime, reason: str) -> Publication:
    """`event-annulled` of a mistake, by its own source: a file says nothing for the privacy office."""
    event = mistake.event
    data = {"annuls": event["id"], "reason": reason}
    source = event["source"].removeprefix("urn:voipzeker:")
    return publish(rng, at, source, names.EVENT_ANNULLED, subject=event["subject"], data=data)


def _publish(
    person: Person,
    at: datetime,
    source: str,
    name: str,
    *,
    data: dict[str, Any],
    attributes: dict[str, Any],
) -> Publication:
    source, late = attributes.pop("source", source), attributes.pop("late", timedelta(0))
    publication = publish(
        person.rng, at, source, name, subject=person.subject, data=data, **attributes
    )
    return publication._replace(published=publication.published + late)
