"""Routine between the chapters: calls, portal visits, staff who look something up."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from math import sqrt
from random import Random
from typing import NamedTuple

from sample import people, terms
from sample.acts import (
    Look,
    Origin,
    Somebody,
    accessed,
    collected,
    consented,
    disclosed,
)
from sample.event import Publication, below, pick, traceparent
from sample.register import ANALYTICS, CALLS, PORTAL, Era

VISITS = 0.04
# How often another customer is drawn instead of one whose account is not active.
DRAWS = 4
WAKING_MS = 16 * 3600 * 1000
LOOKS = (
    Look(terms.HELPDESK, "customer-question", ("name", "email", "service_ids")),
    Look(terms.HELPDESK, "outage-report", ("name", "postcode", "service_ids")),
    Look(terms.HELPDESK, "number-porting", ("name", "assigned_numbers")),
    Look(terms.BILLING_CLERK, "invoice-question", ("name", "iban")),
    Look(terms.BILLING_CLERK, "call-specification", ("name", "called_number", "call_duration_s")),
    Look(terms.SALES, "offer", ("company_name", "email", "mobile_number")),
    Look(terms.ENGINEER, "line-repair", ("name", *terms.ADDRESS)),
)
ADMINISTRATION = Look(terms.BILLING_CLERK, "closing-invoice", ("name", *terms.ADDRESS, "iban"))


class Member(NamedTuple):
    """A customer as the routine sees it."""

    subject: str
    opened: datetime
    pauses: tuple[tuple[datetime, datetime], ...]

    def active(self, at: datetime) -> bool:
        """Whether the account is active at that moment."""
        return not any(first <= at < last for first, last in self.pauses)


def routine(rng: Random, cast: Sequence[Member], count: int, era: Era) -> Iterator[Publication]:
    """Yields `count` events in order of time, about customers who are there already.

    `cast` is in order of `opened`. The days become busier as the company grows.
    """
    first = datetime.combine(cast[0].opened, datetime.min.time()) + timedelta(days=1)
    days = (era.end - first).days
    present, visitor = 0, ""
    for turn in range(count):
        at = _moment(first, days * sqrt((turn + rng.random()) / count))
        while present < len(cast) and cast[present].opened < at:
            present += 1
        if rng.random() >= VISITS:
            yield _customer(rng, _draw(rng, cast, present, at), at, turn, era)
        elif visitor:
            yield _page_seen(rng, visitor, at)
            visitor = ""
        else:
            visitor = f"visitor/v-{below(rng, 16**10):010x}"
            yield consented(Somebody(rng, visitor), at, "analytics-cookies", "web")


def _draw(rng: Random, cast: Sequence[Member], present: int, at: datetime) -> Member:
    for _ in range(DRAWS):
        member = cast[below(rng, present)]
        if member.active(at):
            break
    return member


def _page_seen(rng: Random, visitor: str, at: datetime) -> Publication:
    values = people.behaviour(rng)
    return collected(
        Somebody(rng, visitor), at, ANALYTICS, "app-backend", Origin("cookie", "optional"), values
    )


def _customer(rng: Random, member: Member, at: datetime, turn: int, era: Era) -> Publication:
    person = Somebody(rng, member.subject)
    if not member.active(at):
        return accessed(person, at, ADMINISTRATION)
    if at.weekday() < 5 and 8 <= at.hour < 18 and rng.random() < 0.5:
        return accessed(person, at, pick(rng, LOOKS))
    chance = rng.random()
    if chance < 0.2:
        values, trace = people.device(rng), traceparent(rng)
        return collected(
            person, at, PORTAL, "app-backend", Origin("device"), values, traceparent=trace
        )
    if chance < 0.5:
        call = people.call(rng, at)
        return collected(person, at, CALLS, "network", Origin("network"), call, sequence=turn)
    return disclosed(person, at, _carrier(rng, at, era), sequence=turn)


def _carrier(rng: Random, at: datetime, era: Era) -> terms.Terms:
    carrier = pick(rng, (terms.CARRIER_CALL, terms.FOREIGN_CALL, terms.OLD_CARRIER_CALL))
    if carrier is terms.OLD_CARRIER_CALL and at >= era.day(0.68):
        return terms.CARRIER_CALL
    return carrier


def _moment(first: datetime, day: float) -> datetime:
    """A waking moment of a day; its fraction is how far the day has gone."""
    return first + timedelta(days=int(day), hours=7, milliseconds=int((day - int(day)) * WAKING_MS))
