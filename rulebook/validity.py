"""Validity: from which day an entry of the rulebook holds, until which, and which version holds then."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from itertools import pairwise
from typing import Protocol, TypeVar

from rulebook.loading import RulebookError


class DatedEntry(Protocol):
    """An entry with its period. `valid_to`: the first day on which it no longer holds; None: no end."""

    @property
    def valid_from(self) -> date:
        """The first day for which it answers."""

    @property
    def valid_to(self) -> date | None:
        """The first day for which it no longer does."""


E = TypeVar("E", bound=DatedEntry)


def in_force(entry: DatedEntry, day: date) -> bool:
    """Whether an entry holds on a day."""
    return entry.valid_from <= day and (entry.valid_to is None or day < entry.valid_to)


def grouped(entries: Iterable[E], name: Callable[[E], str]) -> Mapping[str, tuple[E, ...]]:
    """The entries of each name, in the order given."""
    by_name: dict[str, list[E]] = {}
    for entry in entries:
        by_name.setdefault(name(entry), []).append(entry)
    return {key: tuple(same) for key, same in by_name.items()}


def versions(entries: Iterable[E], name: Callable[[E], str]) -> Mapping[str, tuple[E, ...]]:
    """The entries of each name, the earliest first. Raises RulebookError when two hold on one day."""
    by_name = grouped(sorted(entries, key=lambda entry: entry.valid_from), name)
    for key, same in by_name.items():
        if any(in_force(earlier, later.valid_from) for earlier, later in pairwise(same)):
            raise RulebookError(f"{key}: two versions hold on one day")
    return by_name


def version_on(same: Sequence[E], day: date | None) -> E:
    """The version of an entry on a day, None: the newest. Before the first version, the first."""
    if day is None:
        return same[-1]
    started = [entry for entry in same if entry.valid_from <= day]
    return started[-1] if started else same[0]
