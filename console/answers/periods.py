"""`ledger retention`: clocks, what a day makes due, what was carried out, and what is to come."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import islice
from typing import Any
from uuid import UUID

from console.answers.source import ERASED, Source
from console.rights.deciding import Done, Due
from ledger.sealing import end_of_month
from projections.erasing import Step, deferrals, period_for, steps
from projections.keepings import keepings_of
from projections.person import Person
from projections.read_persons import persons
from rulebook import Cause, ErasureFacts, RetentionDue, kept
from rulebook.calendar import day_of

__all__ = ["clocks", "forecast", "step_rows"]

_BLOCK = 500


def clocks(source: Source, day: date, *, every: bool) -> Iterator[dict[str, Any]]:
    """A row for each category that is held of anybody, in flat memory. `every`: those not due as well.

    What is due is what `ledger retention run` would erase. A row without a category is about the entries
    of somebody of whom nothing is held any more.
    """
    source.reads.note_many(())
    for block in persons(source.session):
        rows = [(person, _clocks(person, day, every)) for person in block]
        names = source.names(person.stream for person, found in rows if found)
        for person, found in rows:
            for row in found:
                yield {"subject": _name(names[person.stream]), **row}


def _name(name: Any) -> str | None:
    return None if name == ERASED else name


def _clocks(person: Person, day: date, every: bool) -> list[dict[str, Any]]:
    waiting, going = deferrals(person.dossier), _going(person, day)
    rows = []
    for category in person.held:
        due = period_for(person, category)
        passed = due.until is not None and due.until <= day
        if every or passed or category in waiting or category in going:
            deferred = waiting[category].cause if category in waiting else None
            cause = going.get(category)
            kept_by = _kept_by(person, category, cause or deferred or "retention", day)
            rows.append(_clock(category, due, cause, deferred=deferred, kept_by=kept_by))
    if going and not person.held:
        rows.append(_clock(None, None, next(iter(going.values()))))
    return rows


def _going(person: Person, day: date) -> dict[str, Cause]:
    """Category -> for which cause a run of that day erases it, in whole or some months of it."""
    found: dict[str, Cause] = {}
    for step in steps(person, day):
        for category in step.erased:
            found.setdefault(category, step.cause)
    return found


def _kept_by(person: Person, category: str, cause: Cause, day: date) -> list[dict[str, Any]]:
    facts = ErasureFacts(cause, (category,), {}, keepings_of(person.dossier))
    return [
        {
            "ground": one.ground,
            "ref": one.ref,
            "until": one.until.isoformat() if one.until else None,
        }
        for one in kept(facts, category, day)
    ]


def _clock(
    category: str | None,
    due: RetentionDue | None,
    cause: Cause | None,
    *,
    deferred: Cause | None = None,
    kept_by: Sequence[dict[str, Any]] = (),
) -> dict[str, Any]:
    return {
        "category": category,
        "until": due.until.isoformat() if due and due.until else None,
        "rule": due.rule if due else None,
        "waits_for": due.waits_for if due else None,
        "deferred": deferred,
        "kept_by": list(kept_by),
        "due": cause is not None,
        "cause": cause,
    }


def step_rows(source: Source, found: Iterable[Due | Done]) -> Iterator[dict[str, Any]]:
    """What goes or went, a row each, in flat memory."""
    source.reads.note_many(())
    rows = iter(found)
    while block := list(islice(rows, _BLOCK)):
        names = source.names(one.stream for one in block)
        for one in block:
            yield _step(one.stream, _name(names[one.stream]), one.step) | _done(one)


def _step(stream: UUID, name: str | None, step: Step) -> dict[str, Any]:
    return {
        "subject": name,
        "data_subject": str(stream),
        "cause": step.cause,
        "request_ref": step.request_ref,
        "categories": list(step.erased),
        "collected_until": None
        if step.month is None
        else end_of_month(step.month).date().isoformat(),
        "rules": sorted({one.first.rule for one in step.decisions.values()}),
    }


def _done(one: Due | Done) -> dict[str, Any]:
    erasure = one.erasure if isinstance(one, Done) else None
    return {
        "keys_destroyed": len(erasure.keys) if erasure else None,
        "position": erasure.last_position if erasure else None,
    }


def forecast(source: Source, until: date) -> list[dict[str, Any]]:
    """How much of each category falls due, by month, up to a day; kept or not. Sorted; memory is flat.

    What is due today for another cause than its period counts for this month.
    """
    counts: Counter[tuple[str, str]] = Counter()
    today = day_of(source.now)
    for block in persons(source.session):
        for person in block:
            going = _going(person, today)
            for category in person.held:
                days = [period_for(person, category).until, today if category in going else None]
                due = min((day for day in days if day), default=None)
                if due is not None and due <= until:
                    counts[f"{due:%Y-%m}", category] += 1
    return [
        {"month": month, "category": category, "data_subjects": count}
        for (month, category), count in sorted(counts.items())
    ]
