"""`ledger retention`: clocks, what a day makes due, what was carried out, and what is to come."""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date
from itertools import islice
from typing import Any
from uuid import UUID

from console.answers.source import ERASED, Source
from console.rights.deciding import Done, Due
from ledger.sealing import end_of_month
from projections.erasing import Step, deferrals, period_for
from projections.keepings import keepings_of
from projections.person import Person
from projections.read_persons import persons
from rulebook import ErasureFacts, kept

__all__ = ["clocks", "forecast", "step_rows"]

_BLOCK = 500


def clocks(source: Source, day: date, *, every: bool) -> Iterator[dict[str, Any]]:
    """A row for each category that is held of anybody, in flat memory. `every`: those not due as well."""
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
    waiting = deferrals(person.dossier)
    rows = []
    for category in person.held:
        due = period_for(person, category)
        passed = due.until is not None and due.until <= day
        if not (every or passed or category in waiting):
            continue
        cause = waiting[category].cause if category in waiting else "retention"
        keepings = ErasureFacts(cause, (category,), {}, keepings_of(person.dossier))
        reasons = kept(keepings, category, day)
        rows.append(
            {
                "category": category,
                "until": due.until.isoformat() if due.until else None,
                "rule": due.rule,
                "waits_for": due.waits_for,
                "deferred": waiting[category].cause if category in waiting else None,
                "kept_by": [{"ground": one.ground, "ref": one.ref} for one in reasons],
                "due": passed and not reasons,
            }
        )
    return rows


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
    """How much of each category falls due, by month, up to a day; kept or not. Sorted; memory is flat."""
    counts: Counter[tuple[str, str]] = Counter()
    for block in persons(source.session):
        for person in block:
            for category in person.held:
                due = period_for(person, category).until
                if due is not None and due <= until:
                    counts[f"{due:%Y-%m}", category] += 1
    return [
        {"month": month, "category": category, "data_subjects": count}
        for (month, category), count in sorted(counts.items())
    ]
