"""Persons who are no customers: visitors of the website, contact persons of a customer."""

from datetime import datetime, timedelta

from sample import people
from sample.acts import (
    Somebody,
    contact_added,
    notified,
)
from sample.event import (
    Publication,
    below,
    office_hour,
)
from sample.life import Life

HOUR = timedelta(hours=1)


def visitor(life: Life) -> Somebody:
    """Somebody of whom only a visit is known."""
    return Somebody(life.rng, f"visitor/v-{below(life.rng, 16**10):010x}")


def early(life: Life, days: int) -> datetime:
    """A moment in office hours so many days after opening, or on the Monday after it.

    On days 8 to 10 one account is inactive for some hours; up to day 12 no other chapter closes one.
    """
    return office_hour(life.rng, life.opened + timedelta(days=days))


def colleague(life: Life, index: int, article: str = "14") -> list[Publication]:
    """A contact person who is told of the notice."""
    person, at = life.contact(index), early(life, 1)
    values = people.contact_person(life.rng)
    return [
        contact_added(person, at, life.subject, values),
        notified(person, at + HOUR, article),
    ]
