"""Invented orders of authorities for a confidential ledger: 41 of 15 kinds, in the half-year before a day.

The same arguments give the same bytes. Most are handled by the book; some are not, on purpose, and name the
rules that they break. A confidential ledger accepts every message, and an open one accepts none.
"""

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from typing import Any

from rulebook.calendar import AMSTERDAM
from rulebook.orders import order_rule
from sample.event import moment_of_publication, seeded
from sample.generating import PlantedViolation
from sample.order_case import BY_CODE, Case
from sample.order_stories import STORIES

DAYS, OVERDUE = timedelta(days=170), timedelta(days=60)
"""How long before the end orders come in: none so early that a review of secrecy is due, unless that was
planted; none so late that what was planted is not overdue yet."""


def orders(
    *, seed: int, until: datetime, planted: list[PlantedViolation] | None = None
) -> Iterator[dict[str, Any]]:
    """Yields the events of the orders in order of time, as CloudEvents in structured form.

    They lie before `until` (aware); orders under a law that was not in force yet are left out. Planted
    violations are added to `planted`: at `until`, `ledger findings` can find exactly these.
    """
    end = until.astimezone(AMSTERDAM).replace(tzinfo=None)
    steps = [step for case in _cases(seed, end) for step in case.steps]
    for publication in sorted(steps, key=moment_of_publication):
        event = publication.event
        for rule in publication.breaks:
            if planted is not None:
                name = str(event["type"]).split(".")[-2]
                planted.append(
                    PlantedViolation(rule, event["source"], event["id"], name, event["subject"])
                )
        yield event


def _cases(seed: int, end: datetime) -> Iterator[Case]:
    """The orders, the first received first."""
    rng = seeded(seed, "orders")
    first = datetime.combine(end, time(10)) - DAYS
    between = (DAYS - OVERDUE) / len(STORIES)
    for number, (code, story) in enumerate(STORIES, 1):
        received = (first + between * (number - 1)).replace(hour=10, minute=number)
        if order_rule(BY_CODE[code].provision, received.date(), BY_CODE[code].kind):
            yield story(Case(rng, code, number, received))
