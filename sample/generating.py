"""A seeded sample: three years in the life of an invented telephony provider, as messages.

The same arguments give the same bytes on every machine: no clock, no hash order, no set-up. All persons,
companies and numbers are invented (`sample_people`); `schemas.decode` should accept every message. Some
things are wrong on purpose, as they are in life: annulled mistakes, logs that arrive late, acts that the
register does not declare, and violations of rules (`sample_violations`), which the sample knows by name.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from heapq import merge
from typing import Any, BinaryIO, NamedTuple

import orjson

from rulebook.calendar import day_of
from sample.chapters import Chapter
from sample.event import Publication, moment_of_publication, seeded
from sample.governance import governance
from sample.keeping import fresh, kept
from sample.life import CustomerLife, customer, pauses
from sample.register import Era, register
from sample.routine import Member, routine
from sample.staff import staff
from sample.story import DEALT, SIZES, dealt, story
from sample.tour import TOUR_INDEX, tour_life, tour_story
from sample.violations import VIOLATIONS

DEFAULT_SEED = 1
DEFAULT_CUSTOMERS = 150
DEFAULT_EVENTS = 2_500
# From this many customers on, TOUR_SUBJECT is among them with its full story.
TOUR_CUSTOMERS = 24
DAYS = 3 * 365 + 1
# The stories of one cohort are held in memory at a time: about 15 MB at full length.
COHORT = 1_000
# At most this share of the events is stories; the rest is routine.
STORIES = 0.8


class Plan(NamedTuple):
    """How the events of a sample are shared out."""

    seed: int
    customers: int
    era: Era
    tour: bool
    """Whether the tour's subject is among the customers, whose story has a length of its own."""
    scale: float
    """Share of its full length that a story gets, 0 to 1."""
    routine: int
    """Events of the routine."""
    violations: bool
    """Whether there is room for the planted violations."""

    def others(self, index: int) -> list[Chapter]:
        """The chapters that this customer tells beyond its allowance."""
        if not self.tour:
            return []
        player, players = index - (index > TOUR_INDEX), self.customers - 1
        chapters = dealt(DEALT, player, players)
        # Violations are old enough for every deadline to have passed: the first half tells them.
        return chapters + (dealt(VIOLATIONS, player, players // 2) if self.violations else [])

    def allowance(self, index: int) -> int:
        """How many events the story of this customer has."""
        return 1 + int((SIZES[index % len(SIZES)] - 1) * self.scale)

    def routine_before(self, index: int) -> int:
        """How much of the routine is about customers below this index."""
        return self.routine * index // self.customers


class PlantedViolation(NamedTuple):
    """A violation that a sample holds on purpose: the rule, and the event that breaks it."""

    rule: str
    source: str
    id: str
    type: str
    subject: str

    def line(self) -> dict[str, Any]:
        """The members that a finding of it shows as well."""
        event = {"source": self.source, "id": self.id, "type": self.type}
        return {"rule": self.rule, "event": event, "subject": self.subject}


def generate(
    *,
    seed: int,
    customers: int,
    events: int,
    until: datetime,
    planted: list[PlantedViolation] | None = None,
) -> Iterator[dict[str, Any]]:
    """Yields exactly `events` CloudEvents in structured form, in order of publication.

    They cover the three years before the day of `until` (aware) in Amsterdam and are about `customers`
    customers, `customer/10001` and up. The order of publication is that of time, except for logs that arrive
    late; above 1,000 customers, one thousand is published after the other, as a migration does, so that
    memory does not grow with the sample.

    A planted violation is added to `planted` when its event is yielded: at the end of the sample, `ledger
    findings` can find exactly these. With fewer than 24 customers, or without room for them beside the
    required events, violations are not planted.

    Raises ValueError without customers, for a naive `until`, or for `events` below
    `minimum_events(customers)`.
    """
    era = _era(until)
    least = minimum_events(customers)
    if events < least:
        raise ValueError(
            f"a sample of {customers} customers needs at least {least} events, got {events}"
        )
    return _yielded(_plan(seed, customers, events - least, era), planted)


def _yielded(plan: Plan, planted: list[PlantedViolation] | None) -> Iterator[dict[str, Any]]:
    for publication in _published(plan):
        if planted is not None:
            planted += _planted(publication)
        yield publication.event


def _planted(publication: Publication) -> Iterator[PlantedViolation]:
    event = publication.event
    name = event["type"].split(".")[3]
    for rule in publication.breaks:
        yield PlantedViolation(rule, event["source"], event["id"], name, event["subject"])


def minimum_events(customers: int) -> int:
    """The fewest events for a number of customers: the register, one for each customer, the required ones.

    From 24 customers on, these are the tour and one chapter of each kind that is dealt.

    Raises ValueError for fewer than one customer.
    """
    if customers < 1:
        raise ValueError(f"a sample needs at least 1 customer, got {customers}")
    era = _era(datetime(2004, 1, 1, tzinfo=UTC))
    least = len(_opening(0, era)) + customers
    if customers >= TOUR_CUSTOMERS:
        life = tour_life(0, era)
        least += len(tour_story(life)) - 1 + _told_by(DEALT, life)
    return least


def _told_by(deck: Sequence[Chapter], life: CustomerLife) -> int:
    return sum(len(chapter(life)) for chapter in deck)


def write(events: Iterable[dict[str, Any]], stream: BinaryIO) -> int:
    """Writes one object a line (NDJSON, UTF-8) and returns how many there were."""
    count = 0
    for event in events:
        stream.write(orjson.dumps(event, option=orjson.OPT_APPEND_NEWLINE))
        count += 1
    return count


def _era(until: datetime) -> Era:
    if until.tzinfo is None:
        raise ValueError("until must have an offset from UTC, got a naive time")
    end = datetime.combine(day_of(until), datetime.min.time())
    return Era(end - timedelta(days=DAYS), end)


def _plan(seed: int, customers: int, spare: int, era: Era) -> Plan:
    """Shares out the `spare` events above the minimum."""
    planted, tour = _told_by(VIOLATIONS, tour_life(0, era)), customers >= TOUR_CUSTOMERS
    has_room = tour and spare >= planted
    if has_room:
        spare -= planted
    plan = Plan(seed, customers, era, tour, scale=1.0, routine=0, violations=has_room)
    full = _events_above_minimum(plan)
    plan = plan._replace(scale=min(1.0, STORIES * spare / full) if full else 1.0)
    return plan._replace(routine=spare - _events_above_minimum(plan))


def _opening(seed: int, era: Era) -> list[Publication]:
    """The events without customers: registers, staff, and acts of the provider as a controller."""
    parts = {"register": register, "staff": staff, "governance": governance}
    return [event for name, part in parts.items() for event in part(seeded(seed, name), era)]


def _events_above_minimum(plan: Plan) -> int:
    """How many events the stories take above their minimum."""
    indexes = (i for i in range(plan.customers) if not (plan.tour and i == TOUR_INDEX))
    return sum(plan.allowance(index) - 1 for index in indexes)


def _published(plan: Plan) -> Iterator[Publication]:
    opening = _opening(plan.seed, plan.era)
    rng = seeded(plan.seed, "routine")
    for low in range(0, plan.customers, COHORT):
        high = min(low + COHORT, plan.customers)
        stories = [_story(plan, index) for index in range(low, high)]
        cast = sorted(map(_member, stories), key=lambda member: member.opened)
        publications = sorted(
            (*opening, *(p for s in stories for p in s)), key=moment_of_publication
        )
        publications = kept(publications, plan.era.end)
        count = plan.routine_before(high) - plan.routine_before(low)
        filled = (fresh(message, plan.era.end) for message in routine(rng, cast, count, plan.era))
        yield from merge(publications, filled, key=moment_of_publication)
        opening = []


def _story(plan: Plan, index: int) -> list[Publication]:
    if plan.tour and index == TOUR_INDEX:
        return tour_story(tour_life(plan.seed, plan.era))
    life = customer(plan.seed, index, plan.customers, plan.era)
    chapters = plan.others(index)
    return story(life, plan.allowance(index), chapters) + [
        p for tell in chapters for p in tell(life)
    ]


def _member(events: list[Publication]) -> Member:
    """The customer whose story starts with its registration."""
    registration = events[0]
    return Member(registration.event["subject"], registration.published, pauses(events))
