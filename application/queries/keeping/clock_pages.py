"""Clocks and steps of retention a part at a time, by key, and how all persons stand, which is remembered."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from functools import partial
from itertools import chain
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from application.answer import Answer
from application.queries.keeping.erasures import Due
from application.queries.keeping.periods import Clock, StepShown, clocks_of, step_rows
from application.queries.parts import Part, place_named, taken
from application.remembered import Known, Remembered
from application.source import Source, unless_erased
from ledger.storage.postgres import Session
from projections.keeping.erasing import deferrals, lasting_for, steps
from projections.keeping.person import Person
from projections.reading.known import NOBODY
from projections.reading.persons import persons, persons_of
from rulebook.calendar import day_of


class DueOf(Answer, frozen=True):
    """How many clocks of a category are due; null for the entries of persons of whom nothing else is left."""

    category: str | None
    clocks: int


class ClockPage(Answer, frozen=True):
    """The clocks of some persons. `due`: how many are due in all, by category, most first.

    `counted_to`: the event up to which these were counted, where the clocks know later ones. `next`: the key
    of the part that follows.
    """

    clocks: list[Clock]
    due: list[DueOf]
    counted_to: int | None
    next: str | None


class StepPage(Answer, frozen=True):
    """What would be erased of some persons. `count`: how many erasures there are in all.

    `counted_to`: the event up to which these were counted, where the steps know later ones. `next`: the key
    of the part that follows.
    """

    due: list[StepShown]
    count: int
    counted_to: int | None
    next: str | None


class ClockFilter(Struct, frozen=True):
    """Which clocks. `every`: those not due as well. `category`: of this one alone."""

    every: bool = False
    category: str | None = None

    def has(self, clock: Clock) -> bool:
        """Whether a clock is of the category."""
        return self.category in {None, clock.category}


def clock_page(
    source: Source, wanted: ClockFilter, part: Part, remembered: Remembered | None
) -> ClockPage:
    """The clocks of a part of the persons, by key, judged as they stand now. Raises Misconfigured."""
    day, known = day_of(source.now), standing_of(source, remembered)

    def fitting(person: Person) -> tuple[UUID, list[Clock]] | None:
        rows = [row for row in clocks_of(person, day, wanted.every) if wanted.has(row)]
        return (person.stream, rows) if rows else None

    people = _people(source, None if wanted.every else known.value.listed, part)
    found, following = taken(source, ((one.stream, one) for one in people), part.limit, fitting)
    source.reads.note_many(())
    names = source.names(stream for stream, _ in found)
    return ClockPage(
        clocks=[
            replace(row, subject=unless_erased(names[stream]))
            for stream, rows in found
            for row in rows
        ],
        due=[DueOf(category, number) for category, number in known.value.due.most_common()],
        counted_to=known.until,
        next=following,
    )


def step_page(source: Source, part: Part, remembered: Remembered | None) -> StepPage:
    """What a run of today would erase of a part of the persons, by key. Raises Misconfigured."""
    day, known = day_of(source.now), standing_of(source, remembered)

    def fitting(person: Person) -> list[Due] | None:
        return [Due(person.stream, step) for step in steps(person, day)] or None

    people = _people(source, known.value.erasing, part)
    found, following = taken(source, ((one.stream, one) for one in people), part.limit, fitting)
    return StepPage(
        due=list(step_rows(source, chain.from_iterable(found))),
        count=known.value.erasures,
        counted_to=known.until,
        next=following,
    )


def _people(source: Source, listed: Sequence[UUID] | None, part: Part) -> Iterator[Person]:
    """The persons of whom a part may be: those of a list, so many at a time, or all."""
    after = place_named(source, part.after, UUID) if part.after else NOBODY
    if listed is None:
        yield from chain.from_iterable(persons(source.session, after))
        return
    size = part.limit + 1
    for begin in range(bisect_right(listed, after), len(listed), size):
        yield from persons_of(source.session, listed[begin : begin + size])


class Standing(Struct, frozen=True):
    """How all persons stand on a day: what a list of clocks is made from, without a name.

    `passed`, `deferred`: of how many persons a run erases data past its period or consent, and data that
    waited. `oldest`: since when the oldest passed data should have gone. `due`: category -> how many clocks
    are due. `erasures`: how many the run takes. `listed`: who has a clock that is due or late, sorted.
    `erasing`: of these who loses something in the run; what others have waits.
    """

    passed: int
    deferred: int
    oldest: date | None
    due: Counter[str | None]
    erasures: int
    listed: Sequence[UUID]
    erasing: Sequence[UUID]


def standing(session: Session, day: date) -> Standing:
    """How all persons stand. Reads about each of them; memory grows with those who are listed alone."""
    tally = _Tally()
    for person in chain.from_iterable(persons(session)):
        tally.add(person, clocks_of(person, day, every=False), day)
    return tally.standing()


class _Tally:
    """How persons stand while they are added up."""

    def __init__(self) -> None:
        self._passed = self._deferred = self._erasures = 0
        self._oldest = date.max
        self._due: Counter[str | None] = Counter()
        self._listed: list[UUID] = []
        self._erasing: list[UUID] = []

    def add(self, person: Person, rows: Sequence[Clock], day: date) -> None:
        of_run, waiting = [row.category for row in rows if row.due], deferrals(person.dossier)
        # A deferred category has a reason to wait, so it is counted apart and is never late.
        late = [category for category in of_run if category and category not in waiting]
        self._passed += bool(late or None in of_run)
        self._deferred += any(category in waiting for category in of_run)
        self._oldest = min(self._oldest, _overdue_since(person, late, day))
        self._due.update(of_run)
        if rows:
            self._listed.append(person.stream)
            due = steps(person, day)
            self._erasures += len(due)
            if due:
                self._erasing.append(person.stream)

    def standing(self) -> Standing:
        oldest = self._oldest if self._oldest < date.max else None
        return Standing(
            self._passed,
            self._deferred,
            oldest,
            self._due,
            self._erasures,
            self._listed,
            self._erasing,
        )


def standing_of(source: Source, remembered: Remembered | None) -> Known[Standing]:
    """How all persons stand now, or stood a moment ago."""
    day = day_of(source.now)
    if remembered is None:
        return Known(standing(source.session, day))
    work = partial(standing, day=day)
    return remembered.of("retention", source.session, source.now, work)


def _overdue_since(person: Person, late: Iterable[str], day: date) -> date:
    """Since when the oldest of some categories should have gone; the last day of all where none should."""
    ends = (lasting_for(person, category).overdue_since(day) for category in late)
    return min((end for end in ends if end), default=date.max)
