"""Lapses in how something was recorded: what is shown of it, who said it, on which ground, and when."""

from datetime import datetime, timedelta

from rulebook.calendar import AMSTERDAM
from sample.acts import (
    Origin,
    Somebody,
    collected,
)
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
from sample.life import CustomerLife
from sample.recording import recorded
from sample.register import (
    ANALYTICS,
    CARE,
    RIGHTS,
    SUBSCRIPTION,
    TAX,
)
from sample.tc_strings import tc_string
from schemas import names

HOUR = timedelta(hours=1)
# The day from which most programs count their time; moments of the sample are local.
EPOCH = datetime(1970, 1, 1, 9)  # noqa: DTZ001
MAIL = ("email",)


# What is shown of a consent


def visitor(life: CustomerLife) -> Somebody:
    """Somebody who is no customer."""
    return Somebody(life.rng, f"visitor/v-{below(life.rng, 16**10):010x}")


def strings_that_say_otherwise(life: CustomerLife) -> list[Publication]:
    """One string lacks the consent that it is to show, and one still has what was withdrawn."""
    first, second = visitor(life), visitor(life)
    at, then = (waking_hour(life.rng, life.era.day(share)) for share in (0.8, 0.82))
    took = _chose(second, then, names.CONSENT_WITHDRAWN, tc_string(then.date(), (1, 8)))
    return [
        _chose(first, at, names.CONSENT_GIVEN, tc_string(at.date(), (1,))).breaking(
            "law.consent.evidence.lacking"
        ),
        took.breaking("law.consent.evidence.consenting"),
    ]


def strings_of_another_day(life: CustomerLife) -> list[Publication]:
    """A string of last month comes with a consent, one of next week with another; a third one grows old."""
    vendors = (1, 8)
    story = []
    for share, days, rule in ((0.8, -30, "older"), (0.82, 7, "newer"), (0.2, 0, "expired")):
        at = waking_hour(life.rng, life.era.day(share))
        day = (at + timedelta(days=days)).date()
        consent = _chose(visitor(life), at, names.CONSENT_GIVEN, tc_string(day, vendors))
        story.append(consent.breaking(f"house.consent.evidence.{rule}"))
    return story


def consent_inferred(life: CustomerLife) -> list[Publication]:
    """A visitor whose browser says no goes on reading, and that is taken for a yes."""
    person, at = visitor(life), waking_hour(life.rng, life.era.day(0.75))
    preference = {"functional": True, "analytical": False, "gpc": True, "text_version": "2026-1"}
    source = "app-backend"
    return [
        recorded(person, at, ANALYTICS, source, names.COOKIE_PREFERENCE_RECORDED, **preference),
        _chose(person, at + HOUR, names.CONSENT_GIVEN, None, method="continued-use").breaking(
            "law.consent.signal", "law.consent.no-act"
        ),
    ]


def _chose(
    person: Somebody, at: datetime, name: str, string: str | None, method: str = "cookie-banner"
) -> Publication:
    facts: dict[str, str] = {"purpose": "analytics-cookies", "channel": "web"}
    if name == names.CONSENT_GIVEN:
        facts |= {"text_version": f"cookies/{at.year}-1", "method": method}
    if string is not None:
        facts["tc_string"] = string
    return recorded(person, at, ANALYTICS, "app-backend", name, **facts)


# What is written down wrongly


def taken_over_by_one(life: CustomerLife) -> list[Publication]:
    """A contract is taken over, and only one of the two is on record with it."""
    parties = {"from_customer": f"customer/{life.number + 1}", "to_customer": life.subject}
    facts, name = {"contract_ref": reference(life.rng, "CT"), **parties}, names.CONTRACT_TAKEN_OVER
    takeover = recorded(life, life.office(0.5), SUBSCRIPTION, "crm", name, **facts)
    return [takeover.breaking("house.takeover.one-sided")]


def erased_elsewhere(life: CustomerLife) -> list[Publication]:
    """Another system says that it destroyed what only the ledger can destroy."""
    facts = {"categories": ["behaviour"], "ground": "request", "keys_destroyed": []}
    at, name = life.office(0.5), names.PERSONAL_DATA_ERASED
    erasure = recorded(visitor(life), at, RIGHTS, "app-backend", name, **facts)
    return [erasure.breaking("house.erasure.outside", "house.source.type")]


def annulled_in_vain(life: CustomerLife) -> list[Publication]:
    """An annulment names an event that there never was."""
    at = life.office(0.6)
    facts = {"annuls": identifier(life.rng, at.replace(tzinfo=AMSTERDAM)), "reason": "mistake"}
    annulment = publish(life.rng, at, "crm", names.EVENT_ANNULLED, subject=life.subject, data=facts)
    return [annulment.breaking("house.annulment.void")]


def answered_for_others(life: CustomerLife) -> list[Publication]:
    """A complaint, of which the record comes late, is answered only by a department that it is not of."""
    at, facts = life.office(0.6), {"complaint_ref": reference(life.rng, "KL"), "via": "email"}
    complaint = recorded(life, at, RIGHTS, "helpdesk", names.COMPLAINT_RECEIVED, **facts)
    answer = recorded(life, at + HOUR, RIGHTS, "crm", names.COMPLAINT_ANSWERED, **facts)
    return [
        answer.breaking("house.power.missing"),
        complaint._replace(published=at + timedelta(days=1)).breaking("house.complaint.answer"),
    ]


def unknown_ground(life: CustomerLife) -> list[Publication]:
    """A message rests on an article that does not exist."""
    ground = Ground(TAX.activity, "6-1-c", "nl.awr.98")
    message = {"channel": "email", "reference": reference(life.rng, "BR")}
    publication = recorded(
        life, life.office(0.5), ground, "crm", names.SERVICE_MESSAGE_SENT, MAIL, **message
    )
    return [publication.breaking("house.provision.unknown")]


def dated_by_a_stopped_clock(life: CustomerLife) -> list[Publication]:
    """A device whose clock began anew, for want of a battery, dates what a visitor chose in 1970."""
    preference = {"functional": True, "analytical": False, "gpc": False, "text_version": "2026-1"}
    recording = recorded(
        visitor(life),
        EPOCH,
        ANALYTICS,
        "app-backend",
        names.COOKIE_PREFERENCE_RECORDED,
        **preference,
    )
    return [
        recording._replace(published=life.office(0.5)).breaking("house.time.before-founding"),
    ]


def no_ground(life: CustomerLife) -> list[Publication]:
    """A message is sent because the law demands it, it says, but not which law."""
    message = {"channel": "email", "reference": reference(life.rng, "BR")}
    ground = Ground(TAX.activity, "6-1-c")
    publication = recorded(
        life, life.office(0.52), ground, "crm", names.SERVICE_MESSAGE_SENT, MAIL, **message
    )
    return [publication.breaking("law.basis.provision")]


def unknown_system(life: CustomerLife) -> list[Publication]:
    """An unregistered tool for surveys sends what a customer wrote."""
    remark, at = {"ticket_text": "Is tevreden over de helpdesk."}, life.era.day(0.6)
    publication = collected(
        life, office_hour(life.rng, at), CARE, "enquete-tool", Origin("customer"), remark
    )
    return [publication.breaking("house.source.unregistered")]


def breaches_reported_late(life: CustomerLife) -> list[Publication]:
    """One breach is not reported at all, and what was reported of another is completed too late."""
    first, second = office_hour(life.rng, life.era.day(0.5)), life.era.day(0.65)
    found_at = office_hour(life.rng, second)
    hidden, late = f"BR-{first.year}-7", f"BR-{found_at.year}-8"
    completed_at = found_at + timedelta(days=6)
    return [
        _breach(life, first, hidden, names.BREACH_DETECTED, "gdpr").breaking(
            "law.breach.authority"
        ),
        _breach(life, found_at, late, names.BREACH_DETECTED, "telecom").breaking(
            "law.breach.authority.full"
        ),
        _breach(
            life, found_at + 5 * HOUR, late, names.AUTHORITY_NOTIFIED, "telecom", phase="initial"
        ),
        _breach(life, completed_at, late, names.AUTHORITY_NOTIFIED, "telecom", phase="full"),
    ]


def _breach(
    life: CustomerLife, at: datetime, ref: str, name: str, regime: str, **facts: str
) -> Publication:
    data = {"breach_ref": ref, "regime": regime, **facts}
    if name == names.BREACH_DETECTED:
        data["detected_at"] = offset_time(at)
    return publish(life.rng, at, "security", name, subject=f"breach/{ref}", data=data)
