"""Planted violations of what somebody chose, each a chapter of a fixed length.

Marketing against somebody's will, and evidence of a consent that does not show it.
"""

from datetime import datetime, timedelta

from sample.acts import (
    Somebody,
    consented,
    deactivated,
    reactivated,
)
from sample.event import (
    Publication,
    waking_hour,
)
from sample.life import Life
from sample.recording import recorded
from sample.register import (
    ANALYTICS,
    MARKETING,
    RIGHTS,
)
from sample.strangers import HOUR, colleague, early, visitor
from sample.tc_strings import tc_string

MAIL = ("email",)


def _mailed(person: Somebody, at: datetime) -> Publication:
    sent = {"channel": "email", "campaign": f"spring-{at.year}", "purpose": "newsletter"}
    return recorded(person, at, MARKETING, "crm", "marketing-message-sent", MAIL, **sent)


# Marketing


def mailed_without_consent(life: Life) -> list[Publication]:
    """A contact person gets a newsletter that nobody asked for."""
    sent = _mailed(life.contact(9), early(life, 4))
    return [*colleague(life, 9), sent.breaking("house.contact.consent")]


def mailed_after_an_objection(life: Life) -> list[Publication]:
    """A contact person gets a newsletter in spite of an objection."""
    person, known = life.contact(8), colleague(life, 8)
    at = known[0].published + 2 * HOUR
    name, sent = "marketing-objection-recorded", _mailed(person, early(life, 4))
    return [
        *known,
        consented(person, at, "newsletter", "portal"),
        recorded(person, at + HOUR, MARKETING, "crm", name, channel="email"),
        sent.breaking("law.contact.objection"),
    ]


def mailed_after_objecting_to_all_of_it(life: Life) -> list[Publication]:
    """A contact person who objected to the activity as a whole gets a newsletter."""
    person, known = life.contact(10), colleague(life, 10)
    at = known[0].published + 2 * HOUR
    objected = {"activity_objected": MARKETING.activity, "ground": "direct-marketing"}
    sent = _mailed(person, early(life, 4))
    return [
        *known,
        consented(person, at, "newsletter", "portal"),
        recorded(person, at + HOUR, RIGHTS, "privacy-office", "objection-raised", **objected),
        sent.breaking("law.use.objection", "law.contact.objection"),
    ]


def objection_to_nothing(life: Life) -> list[Publication]:
    """A visitor objects to something that is not in the register."""
    objected = {"activity_objected": "cold-calling", "ground": "own-situation"}
    said = recorded(visitor(life), life.office(0.5), RIGHTS, "crm", "objection-raised", **objected)
    return [said.breaking("house.objection.undeclared")]


def marketing_that_goes_on(life: Life) -> list[Publication]:
    """A visitor objects to direct marketing, and is told that interests outweigh it."""
    person, at = visitor(life), life.office(0.5)
    objected = {"activity_objected": MARKETING.activity, "ground": "own-situation"}
    why = {**objected, "ground": "compelling-grounds"}
    later = at + timedelta(days=2)
    said = recorded(person, later, RIGHTS, "crm", "objection-overruled", **why)
    return [
        recorded(person, at, RIGHTS, "crm", "objection-raised", **objected),
        said.breaking("law.objection.overruled"),
    ]


def mailed_while_inactive(life: Life) -> list[Publication]:
    """A newsletter goes out in the hours in which an account is not active."""
    person, known, at = life.contact(7), colleague(life, 7), early(life, 8)
    sent = _mailed(person, at + 2 * HOUR)
    return [
        *known,
        consented(person, known[0].published + 2 * HOUR, "newsletter", "portal"),
        deactivated(life, at, "customer-request"),
        sent.breaking("house.contact.inactive"),
        reactivated(life, at + 5 * HOUR, "resumed"),
    ]


def mailed_a_stranger(life: Life) -> list[Publication]:
    """Somebody who only visited the website gets a newsletter."""
    sent = _mailed(visitor(life), life.office(0.5))
    return [sent.breaking("house.contact.consent", "law.contact.channel")]


# What is shown of a consent


def strings_that_say_otherwise(life: Life) -> list[Publication]:
    """One string lacks the consent that it is to show, and one still has what was withdrawn."""
    first, second = visitor(life), visitor(life)
    at, then = (waking_hour(life.rng, life.era.day(share)) for share in (0.8, 0.82))
    took = _chose(second, then, "consent-withdrawn", tc_string(then.date(), (1, 8)))
    return [
        _chose(first, at, "consent-given", tc_string(at.date(), (1,))).breaking(
            "law.consent.evidence.lacking"
        ),
        took.breaking("law.consent.evidence.consenting"),
    ]


def strings_of_another_day(life: Life) -> list[Publication]:
    """A string of last month comes with a consent, one of next week with another; a third one grows old."""
    shown = (1, 8)
    story = []
    for share, days, rule in ((0.8, -30, "older"), (0.82, 7, "newer"), (0.2, 0, "expired")):
        at = waking_hour(life.rng, life.era.day(share))
        day = (at + timedelta(days=days)).date()
        said = _chose(visitor(life), at, "consent-given", tc_string(day, shown))
        story.append(said.breaking(f"house.consent.evidence.{rule}"))
    return story


def consent_inferred(life: Life) -> list[Publication]:
    """A visitor whose browser says no goes on reading, and that is taken for a yes."""
    person, at = visitor(life), waking_hour(life.rng, life.era.day(0.75))
    chosen = {"functional": True, "analytical": False, "gpc": True, "text_version": "2026-1"}
    source = "app-backend"
    return [
        recorded(person, at, ANALYTICS, source, "cookie-preference-recorded", **chosen),
        _chose(person, at + HOUR, "consent-given", None, method="continued-use").breaking(
            "law.consent.signal"
        ),
    ]


def _chose(
    person: Somebody, at: datetime, name: str, string: str | None, method: str = "cookie-banner"
) -> Publication:
    facts: dict[str, str] = {"purpose": "analytics-cookies", "channel": "web"}
    if name == "consent-given":
        facts |= {"text_version": f"cookies/{at.year}-1", "method": method}
    if string is not None:
        facts["tc_string"] = string
    return recorded(person, at, ANALYTICS, "app-backend", name, **facts)


UNWANTED = (
    mailed_without_consent,
    mailed_after_an_objection,
    mailed_after_objecting_to_all_of_it,
    objection_to_nothing,
    marketing_that_goes_on,
    mailed_while_inactive,
    mailed_a_stranger,
)
EVIDENCE = (strings_that_say_otherwise, strings_of_another_day, consent_inferred)
