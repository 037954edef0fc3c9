"""`ledger retention`: clocks, what a day makes due, what was carried out, and what is to come."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from functools import partial
from itertools import islice
from typing import Literal
from uuid import UUID

from msgspec import UNSET, UnsetType
from msgspec.structs import replace

from application.answer import Answer, Name
from application.queries.keeping.deciding import GroundShown, ground_row
from application.queries.keeping.erasures import CarriedOut, Due
from application.remembered import Remembered
from application.source import Source, unless_erased
from ledger.crypto.sealing import end_of_month
from ledger.storage.postgres import Session
from projections.keeping.erasing import PlannedErasure, deferrals, lasting_for, removed, steps
from projections.keeping.lasting import RetentionEnd, facts_of, keepings_around
from projections.keeping.person import Person
from projections.reading.persons import persons
from rulebook import Cause, ErasureFacts, kept, period
from rulebook.calendar import day_of
from schemas import PERSONAL_FIELDS, are_all

_BLOCK = 500
_ON_REMOVAL = "law.erasure.on-removal"
_YEAR = timedelta(days=365)
Situation = Literal["due", "deferred", "kept", "running", "not-begun", "no-period"]


class _Kept(Answer, frozen=True):
    """How long something is kept."""

    until: str | None
    rule: str | None
    waits_for: str | None
    grounds: list[GroundShown]
    overdue_since: str | None


class Retained(_Kept, frozen=True):
    """How long a category is kept. `until`, `rule`, `waits_for`: of the period that decides.

    `grounds`: everything that keeps it, the longest lasting one last. `overdue_since`: when it should have
    gone.
    """

    category: str


class Keeper(Answer, frozen=True):
    """Something that keeps a category against what is due. `until`: the day on which that is over."""

    ground: str
    ref: str | None
    until: str | None


class Clock(_Kept, frozen=True):
    """How long a category of a person is kept, as `until`, `rule`, `grounds` say, and what becomes of it.

    `category`: null for the entries of a person of whom no data is held, or none once the rest is erased.
    `due`: `ledger retention run` would erase it, for that `cause`. `deferred`: for this cause it was to go,
    and waits. `situation`: in one word, what becomes of it. What is due for another cause than its period
    goes whatever that says; `kept` is what outlives its period. `fields`: single ones,
    which go by themselves, in a row of their own: they were removed, or belong to an earlier relationship.
    """

    subject: Name | None
    category: str | None
    deferred: Cause | None
    kept_by: list[Keeper]
    due: bool
    cause: Cause | None
    situation: Situation
    fields: list[str] | UnsetType = UNSET


class Clocks(Answer, frozen=True):
    """A row for each category that is held of anybody: those that are due or late, or all."""

    clocks: list[Clock]


class StepShown(Answer, frozen=True):
    """What goes, or went, of one person. `collected_until`: only what was collected by that day.

    `newest`: no value that goes is of a later day. It is the day of the newest one, but where single fields
    go, or a rolling category, of which only the month is known. Null where no data is held.

    `keys_destroyed`, `position`: null while it is only shown. `fields`: single ones that go; then no category
    does.
    """

    subject: Name | None
    data_subject: str
    cause: Cause
    request_ref: str | None
    categories: list[str]
    collected_until: str | None
    newest: str | None
    rules: list[str]
    keys_destroyed: int | None
    position: int | None
    fields: list[str] | UnsetType = UNSET

    @property
    def is_whole(self) -> bool:
        """Whether the person is erased wholly: the reference, too."""
        return are_all(self.categories)


class DueSteps(Answer, frozen=True):
    """What would be erased."""

    due: list[StepShown]
    count: int


class ErasedSteps(Answer, frozen=True):
    """What was erased."""

    erased: list[StepShown]
    count: int


class Month(Answer, frozen=True):
    """Of how many data subjects a category falls due in a month, such as `2026-11`."""

    month: str
    category: str
    data_subjects: int


class Forecast(Answer, frozen=True):
    """What falls due, by month, up to a day."""

    until: str
    months: list[Month]


def clocks(source: Source, day: date, *, every: bool) -> Iterator[Clock]:
    """A row for each category that is held of anybody, in flat memory. `every`: those not due as well.

    What is due is what `ledger retention run` would erase. A row without a category is about the entries
    of a person of whom no data is held, or none once the rest is erased.
    """
    source.reads.note_many(())
    for block in persons(source.session):
        rows = [(person, clocks_of(person, day, every)) for person in block]
        names = source.names(person.stream for person, of_person in rows if of_person)
        for person, of_person in rows:
            for row in of_person:
                yield replace(row, subject=unless_erased(names[person.stream]))


def clocks_of(person: Person, day: date, every: bool) -> list[Clock]:
    """The clocks of a person, without a name."""
    waiting, planned = deferrals(person.dossier), steps(person, day)
    causes = _causes_by_category(planned)
    listed = waiting.keys() | causes.keys()
    rows = []
    for category in person.held:
        end = lasting_for(person, category)
        if every or category in listed or _has_passed(end, day):
            deferred = waiting[category].cause if category in waiting else None
            cause = causes.get(category)
            kept_by = _kept_by(person, category, cause or deferred or "retention", day)
            rows.append(_clock(end, day, cause, deferred=deferred, kept_by=kept_by))
    rows += [*_removed_fields(person, planned, day), *_parts(planned, day)]
    rows += [_clock(None, day, step.cause) for step in planned if step.is_of_entries]
    return rows


def _removed_fields(
    person: Person, planned: Sequence[PlannedErasure], day: date
) -> Iterator[Clock]:
    """A row for the removed fields of each category: due at once, or kept by a hold or a duty."""
    due = {field for step in planned if step.cause == "removed" for field in step.fields}
    fields_of: dict[str, list[str]] = {}
    for field in sorted(removed(person)):
        fields_of.setdefault(PERSONAL_FIELDS[field], []).append(field)
    for category, fields in sorted(fields_of.items()):
        is_due = not due.isdisjoint(fields)
        facts = facts_of(person.look, person.traces, "removed", (category,))
        yield replace(
            _clock(
                None,
                day,
                "removed" if is_due else None,
                deferred=None if is_due else "removed",
                kept_by=_kept_by(person, category, "removed", day),
            ),
            category=category,
            rule=_ON_REMOVAL,
            grounds=[ground_row(reason) for reason in kept(facts, category, day)],
            situation="due" if is_due else "deferred",
            fields=fields,
        )


def _parts(planned: Sequence[PlannedErasure], day: date) -> Iterator[Clock]:
    """A row for each step that takes single fields under a key that a later relationship shares."""
    for step in planned:
        if step.fields and step.cause != "removed":
            first, decision = next(iter(step.fields.items()))
            yield replace(
                _clock(None, day, step.cause),
                category=PERSONAL_FIELDS[first],
                rule=decision.first.rule,
                fields=sorted(step.fields),
            )


def _has_passed(end: RetentionEnd, day: date) -> bool:
    until = end.period.until
    return until is not None and until <= day


def _causes_by_category(planned: Sequence[PlannedErasure]) -> dict[str, Cause]:
    """Category -> for which cause a run erases it, in whole or some months of it."""
    causes: dict[str, Cause] = {}
    for step in planned:
        for category in step.erased:
            causes.setdefault(category, step.cause)
    return causes


def _kept_by(person: Person, category: str, cause: Cause, day: date) -> list[Keeper]:
    facts = ErasureFacts(cause, (category,), {}, person.look.once(keepings_around))
    return [
        Keeper(
            ground=keeping.ground,
            ref=keeping.ref,
            until=keeping.until.isoformat() if keeping.until else None,
        )
        for keeping in kept(facts, category, day)
    ]


def _clock(
    end: RetentionEnd | None,
    day: date,
    cause: Cause | None,
    *,
    deferred: Cause | None = None,
    kept_by: Sequence[Keeper] = (),
) -> Clock:
    """The clock of a category, or, without `end`, of a person's entries. The caller fills in the subject."""
    retention: _Kept = retained(end, day) if end else _ENTRIES
    return Clock(
        subject=None,
        category=end.category if end else None,
        until=retention.until,
        rule=retention.rule,
        waits_for=retention.waits_for,
        grounds=retention.grounds,
        overdue_since=retention.overdue_since,
        deferred=deferred,
        kept_by=list(kept_by),
        due=cause is not None,
        cause=cause,
        situation=_situation(end, day, cause, deferred),
    )


def _situation(
    end: RetentionEnd | None, day: date, cause: Cause | None, deferred: Cause | None
) -> Situation:
    if cause is not None or end is None:
        return "due"
    if deferred is not None:
        return "deferred"
    until = end.period.until
    if until is not None:
        return "kept" if until <= day else "running"
    return "not-begun" if end.period.waits_for else "no-period"


def entry_years() -> int:
    """For how many years after everything of a person ended the ledger says whose the entries are."""
    return period("ledger-entry") // _YEAR


_ENTRIES = _Kept(until=None, rule=None, waits_for=None, grounds=[], overdue_since=None)


def retained(end: RetentionEnd, day: date) -> Retained:
    """How long a category is kept, as the access report and the clocks say it."""
    period, overdue = end.period, end.overdue_since(day)
    return Retained(
        category=end.category,
        until=period.until.isoformat() if period.until else None,
        rule=period.rule,
        waits_for=period.waits_for,
        grounds=[ground_row(reason) for reason in end.grounds(day)],
        overdue_since=overdue.isoformat() if overdue else None,
    )


def step_rows(source: Source, erasures: Iterable[Due | CarriedOut]) -> Iterator[StepShown]:
    """What goes or went, a row each, in flat memory."""
    source.reads.note_many(())
    rows = iter(erasures)
    while block := list(islice(rows, _BLOCK)):
        names = source.names(item.stream for item in block)
        for item in block:
            yield _step(item, unless_erased(names[item.stream]), source.pseudonym(item.stream))


def _step(item: Due | CarriedOut, name: Name | None, data_subject: UUID) -> StepShown:
    step, erasure = item.step, item.erasure if isinstance(item, CarriedOut) else None
    until = None if step.month is None else end_of_month(step.month).date()
    return StepShown(
        subject=name,
        data_subject=str(data_subject),
        cause=step.cause,
        request_ref=step.request_ref,
        categories=list(step.erased),
        collected_until=until.isoformat() if until else None,
        newest=max(step.newest.values()).isoformat() if step.newest else None,
        rules=step.rules,
        keys_destroyed=len(erasure.keys) if erasure else None,
        position=erasure.last_position if erasure else None,
        fields=list(step.fields) or UNSET,
    )


def forecast(source: Source, until: date, remembered: Remembered | None = None) -> Forecast:
    """How much of each category falls due, by month, up to a day; kept or not.

    What is due today for another cause than its period counts for this month, also where only single fields
    go. `remembered`: where the same may have been found a moment ago.
    """
    work = partial(_forecast, today=day_of(source.now), until=until)
    if remembered is None:
        return work(source.session)
    return remembered.of(f"forecast {until}", source.session, source.now, work).value


def _forecast(session: Session, today: date, until: date) -> Forecast:
    """Sorted; memory is flat."""
    counts: Counter[tuple[str, str]] = Counter()
    for block in persons(session):
        for person in block:
            counts.update(set(_falls_due(person, today, until)))
    months = [Month(*place, count) for place, count in sorted(counts.items())]
    return Forecast(until=until.isoformat(), months=months)


def _falls_due(person: Person, today: date, until: date) -> Iterator[tuple[str, str]]:
    """In which months what is held of which categories falls due."""
    planned = steps(person, today)
    causes = _causes_by_category(planned)
    for step in planned:
        yield from ((f"{today:%Y-%m}", PERSONAL_FIELDS[field]) for field in step.fields)
    for category in person.held:
        ends = lasting_for(person, category).period.until
        days = [ends, today if category in causes else None]
        due = min((day for day in days if day), default=None)
        if due is not None and due <= until:
            yield f"{due:%Y-%m}", category
