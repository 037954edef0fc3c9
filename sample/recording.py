"""Writes down an act or an entry of any type whose facts need nothing more than that."""

from datetime import datetime
from random import Random
from typing import Any

from sample.acts import Person
from sample.event import Ground, Publication, act, below, publish


def recorded(
    person: Person,
    at: datetime,
    ground: Ground,
    source: str,
    name: str,
    about: tuple[str, ...] = (),
    /,
    **facts: Any,
) -> Publication:
    """An act about a person; `about` names the personal fields that it touches."""
    data = act(ground, about, **facts)
    return publish(person.rng, at, source, name, subject=person.subject, data=data)


def entered(
    rng: Random, at: datetime, source: str, name: str, subject: str, /, **facts: Any
) -> Publication:
    """An entry about something that is no person: a role, a system, a breach."""
    return publish(rng, at, source, name, subject=subject, data=facts)


def digest(rng: Random) -> str:
    """A made-up SHA-256 of a document."""
    return "".join(f"{below(rng, 2**32):08x}" for _ in range(8))
