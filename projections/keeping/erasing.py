"""Erasure decisions about a person: on a request, and by the periods that a day completes. Pure.

A decision names every category. A category that is not erased is *deferred*: the latest decision on it names
the cause for which it goes once nothing keeps it, so that the person need not ask again.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta
from functools import partial, reduce
from itertools import chain
from typing import Any

import msgspec

from ledger.crypto.sealing import end_of_month
from projections.dossier.decisions import CategoryDecision, decided
from projections.dossier.dossier import FOREVER, REMOVED, Dossier, Marked
from projections.dossier.relationships import relationships_of
from projections.dossier.said import Decisions
from projections.keeping.ends import is_forgotten
from projections.keeping.holds import holds_by_ref
from projections.keeping.lasting import RetentionEnd, facts_of, keepings_around, lasting_of
from projections.keeping.person import Person
from projections.keeping.resting import rests_on_ended_consent
from projections.keeping.retention import (
    due_month,
    due_part,
    is_all_due,
    is_shared,
    last_month_before,
    newest,
)
from rulebook import (
    Cause,
    ErasureDecision,
    ErasureFacts,
    Reason,
    erasure_decisions,
    over_from,
)
from schemas import CATEGORIES, PERSONAL_FIELDS, ROLLING_CATEGORIES


class PlannedErasure(msgspec.Struct, frozen=True):
    """One erasure: what becomes of each category. `month`: only months up to this one go.

    `is_of_entries`: no data is held, and what goes is whose the entries are. `fields`: single fields whose
    values up to `through` go, each with the decision on it; then no category goes. `newest`: of each category
    of which something goes, the day that no value of it is later than.
    """

    cause: Cause
    decisions: Mapping[str, ErasureDecision]
    request_ref: str | None = None
    month: int | None = None
    is_of_entries: bool = False
    fields: Mapping[str, ErasureDecision] = {}
    through: datetime | None = None
    newest: Mapping[str, date] = {}

    @property
    def rules(self) -> list[str]:
        """The rules that decide, sorted."""
        decisions = [*self.decisions.values(), *self.fields.values()]
        return sorted({decision.first.rule for decision in decisions})

    @property
    def erased(self) -> tuple[str, ...]:
        """Categories that go, sorted."""
        return tuple(
            category
            for category, decision in sorted(self.decisions.items())
            if decision.decision == "erase"
        )

    @property
    def complete(self) -> bool:
        """Whether everything goes."""
        return len(self.erased) == len(self.decisions)

    def facts(self) -> dict[str, dict[str, Any]]:
        """The decisions as `erasure-decided` has them."""
        return {category: _facts(decision) for category, decision in sorted(self.decisions.items())}


def _facts(decision: ErasureDecision) -> dict[str, Any]:
    first, *others = decision.reasons
    besides = {"besides": [_ground(reason) for reason in others]} if others else {}
    return {"decision": first.decision, **_ground(first), **besides}


def _ground(reason: Reason) -> dict[str, Any]:
    until = reason.until.isoformat() if reason.until else None
    members = {"ground": reason.ground, "rule": reason.rule, "ref": reason.ref, "until": until}
    return {name: value for name, value in members.items() if value is not None}


def on_request(
    person: Person,
    cause: Cause,
    day: date,
    request_ref: str | None = None,
    categories: Collection[str] | None = None,
) -> PlannedErasure:
    """The decision on a person's data after a request for erasure. `categories`: None for all data.

    If all data is requested and nothing keeps any, the whole person goes, including the reference.
    """
    selected = person.held if categories is None else categories
    decisions = _decided(person, cause, selected, day)
    if categories is None and _is_all(person, _erased_of(decisions)):
        decisions = _everything(cause, day)
    return _dated(person, PlannedErasure(cause, decisions, request_ref), day)


def _dated(person: Person, step: PlannedErasure, day: date) -> PlannedErasure:
    """The step with the newest day of what goes; no value is of a later day than that of the question."""
    going = {*step.erased, *(PERSONAL_FIELDS[field] for field in step.fields)}
    through = step.through or (end_of_month(step.month) if step.month is not None else FOREVER)
    days = {name: newest(person.traces, name, through) for name in sorted(going)}
    return msgspec.structs.replace(
        step, newest={name: min(one, day) for name, one in days.items() if one}
    )


def on_period(
    person: Person, day: date, categories: Collection[str] | None = None
) -> list[PlannedErasure]:
    """The decision on a person's data by the periods alone: data within its period stays.

    First come all categories that go as a whole, then one step for each category of which only some months
    go.
    """
    selected = person.held if categories is None else categories
    decisions = _decided(person, "retention", selected, day)
    months = list(_months(person, _erased_of(decisions), day))
    apart = {category for step in months for category in step.decisions}
    # They go month by month, since each month has a key of its own.
    at_once = {
        category: decision for category, decision in decisions.items() if category not in apart
    }
    left = reduce(_after, months, person)
    shared = _shared(left, day, {*selected}.intersection(left.held))
    planned = [*([PlannedErasure("retention", at_once)] if at_once else []), *months, *shared]
    return [_dated(person, step, day) for step in planned]


def _is_all(person: Person, going: Collection[str]) -> bool:
    """Whether nothing is left of a person, so that the reference may go; a hold keeps it anyway."""
    return set(going) == set(person.held) and not holds_by_ref(person.dossier)


def _decided(
    person: Person, cause: Cause, categories: Collection[str], day: date
) -> dict[str, ErasureDecision]:
    return erasure_decisions(facts_of(person.look, person.traces, cause, categories), day)


def _everything(cause: Cause, day: date) -> dict[str, ErasureDecision]:
    """All categories of somebody of whom nothing is left that could be kept."""
    return erasure_decisions(ErasureFacts(cause, CATEGORIES, {}, ()), day)


def deferrals(dossier: Dossier) -> dict[str, CategoryDecision]:
    """Category -> its erasure that waits, sorted. A registration after a decision ends it."""
    return {category: decision for category, decision in decided(dossier).items() if decision.waits}


def was_decided(person: Person, request_ref: str) -> bool:
    """Whether everything that is held of a person was decided for a request, and waits."""
    dossier = person.dossier
    waiting = {
        category
        for category, decision in deferrals(dossier).items()
        if decision.request_ref == request_ref
    }
    return bool(_decisions(dossier, request_ref)) and set(person.held) <= waiting


class ErasureOutcome(msgspec.Struct, frozen=True):
    """The outcome of a requested erasure, and the time of the last decision."""

    outcome: str
    at: datetime | None


def settled(dossiers: Iterable[Dossier], request_ref: str) -> ErasureOutcome:
    """From what is recorded of a person's data subjects: only what is whole is granted.

    `at`: when nothing was decided for this request, of the erasure that left nothing to decide.
    """
    dossiers_read = list(dossiers)
    decided_acts = list(
        chain.from_iterable(_decisions(dossier, request_ref) for dossier in dossiers_read)
    )
    at = max((act.order.time for act in decided_acts), default=None) or _erased_at(dossiers_read)
    if not any(_waits(dossier, request_ref) for dossier in dossiers_read):
        return ErasureOutcome("granted", at)
    rulings = chain.from_iterable(act.says.rulings.values() for act in decided_acts)
    erased = any(ruling.decision == "erase" for ruling in rulings)
    return ErasureOutcome("partly-granted" if erased else "deferred", at)


def _erased_at(dossiers: Iterable[Dossier]) -> datetime | None:
    marks = (mark for dossier in dossiers for mark in dossier.all("account"))
    return max((mark.order.time for mark in marks if mark.says == "erased"), default=None)


def _waits(dossier: Dossier, request_ref: str) -> bool:
    """Whether something that was decided for a request has to wait."""
    return any(waiting.request_ref == request_ref for waiting in deferrals(dossier).values())


def _decisions(dossier: Dossier, request_ref: str) -> list[Marked[Decisions]]:
    acts = dossier.saying("decided", Decisions)
    return [act for act in acts if act.says.request_ref == request_ref]


def steps(person: Person, day: date, *, decided_only: bool = False) -> list[PlannedErasure]:
    """Everything that a day makes due, in order: of each step, what the steps before it leave.

    `decided_only`: only what was decided and had to wait.
    """
    return list(_due(person, day, decided_only))


def may_be_due(person: Person, day: date, *, decided_only: bool = False) -> bool:
    """Whether a day may make anything due of a person: looked at before a step is worked out.

    True wherever `steps` has one; what keeps a part of what is over may still leave none.
    """
    if _waiting(person) or (not decided_only and removed(person)):
        return True
    if decided_only:
        return False
    return bool(
        _over(_of_held(person), day)
        or _resting(person, day)
        or is_forgotten(person, day)
        or next(_shared(person, day), None)
    )


_StepsOfKind = Callable[[Person, date], Iterator[PlannedErasure]]


def _due(person: Person, day: date, decided_only: bool) -> Iterator[PlannedErasure]:
    """Each kind of step is worked out of what the kinds before it leave."""
    kinds = [
        *_resuming(person),
        *(() if decided_only else (_taken_back, _withdrawn, _passed, _shared, _forgotten)),
    ]
    for steps_of_kind in kinds:
        for step in steps_of_kind(person, day):
            yield _dated(person, step, day)
            person = _after(person, step)


def _after(person: Person, step: PlannedErasure) -> Person:
    """The person once a step is taken."""
    if step.through:
        return person.without_fields(step.fields, step.through)
    return person.after(step.erased, step.month)


def removed(person: Person) -> dict[str, datetime]:
    """Field -> up to when its values were removed, where some may be held still."""
    latest = {
        field: mark.order.time for mark in person.dossier.all(REMOVED) for field in mark.codes
    }
    return {field: time for field, time in latest.items() if person.traces.has(field, time)}


def _taken_back(person: Person, day: date) -> Iterator[PlannedErasure]:
    """Values of single fields that were removed and that nothing keeps: a step for each time."""
    fields = removed(person)
    free = _free(person, "removed", {PERSONAL_FIELDS[field] for field in fields}, day)
    for through in sorted(set(fields.values())):
        going = {
            field: free[PERSONAL_FIELDS[field]]
            for field, time in sorted(fields.items())
            if time == through and PERSONAL_FIELDS[field] in free
        }
        if going:
            yield PlannedErasure("removed", {}, fields=going, through=through)


def _resuming(person: Person) -> Iterator[_StepsOfKind]:
    """The deferred erasures, each a kind of its own: the last one may erase the whole person."""
    for (cause, request_ref), categories in _waiting(person).items():
        yield partial(_resumed, cause, request_ref, categories)


def _waiting(person: Person) -> dict[tuple[Cause, str | None], list[str]]:
    """Cause and request of a decision -> the categories of which something is held that wait by it."""
    waiting: dict[tuple[Cause, str | None], list[str]] = {}
    for category, decision in deferrals(person.dossier).items():
        if category in person.held and decision.cause:
            waiting.setdefault((decision.cause, decision.request_ref), []).append(category)
    return waiting


def _resumed(
    cause: Cause, request_ref: str | None, categories: Collection[str], person: Person, day: date
) -> Iterator[PlannedErasure]:
    """The erasure that one decision put off, as far as nothing keeps it any more."""
    if cause == "retention":
        # Of a rolling category only the months whose period has passed, as without a decision.
        yield from _passed(person, day, categories)
        return
    free = _free(person, cause, categories, day)
    began = _began_since(person, categories)
    if began is not None:
        # What the new relationship brought was not there to be decided on.
        for category in sorted(free):
            decision, month = free[category], last_month_before(category, person.traces, began)
            if is_shared(category, person.traces, began):
                # Field by field, of the earlier months as well.
                before = began - timedelta(microseconds=1)
                yield from _fields(person, cause, category, before, decision, request_ref)
            elif month is not None:
                yield PlannedErasure(cause, {category: decision}, request_ref, month=month)
        return
    if cause == "request" and _is_all(person, free):
        free = _everything(cause, day)
    if free:
        yield PlannedErasure(cause, free, request_ref)


def _began_since(person: Person, categories: Collection[str]) -> datetime | None:
    """When the first relationship began after the erasure of categories was decided; None: none did."""
    waiting = deferrals(person.dossier)
    decided_at = max(waiting[category].decided_at for category in categories)
    relationships = person.look.once(relationships_of)
    later = (one.begun for one in relationships if one.begun and one.begun > decided_at)
    return next(later, None)


def _withdrawn(person: Person, day: date) -> Iterator[PlannedErasure]:
    """Data that rested on a consent that has ended, and on nothing else."""
    if free := _free(person, "consent-withdrawn", _resting(person, day), day):
        yield PlannedErasure("consent-withdrawn", free)


def _resting(person: Person, day: date) -> list[str]:
    if not any(topic.startswith("consent/") for topic in person.dossier.marks):
        return []
    return [c for c in person.held if rests_on_ended_consent(person, c, day)]


def _passed(
    person: Person, day: date, categories: Collection[str] | None = None
) -> Iterator[PlannedErasure]:
    """Data whose period has passed: whole categories at once, others up to the last month that is over.

    `categories`: of these alone; None for all that is held.
    """
    facts = _of_held(person, categories)
    # Why the others stay is not worked out: nobody asks.
    over = msgspec.structs.replace(facts, categories=_over(facts, day))
    free = _erased_of(erasure_decisions(over, day))
    if at_once := _at_once(person, free, day):
        yield PlannedErasure("retention", {c: free[c] for c in free if c in at_once})
    yield from _months(person, free, day)


def _at_once(person: Person, categories: Iterable[str], day: date) -> set[str]:
    """The categories that go as a whole; of rolling ones, and of earlier relationships, only months do."""
    return {
        category
        for category in categories
        if category not in ROLLING_CATEGORIES
        and is_all_due(category, person.traces, person.look, day)
    }


def _of_held(person: Person, categories: Collection[str] | None = None) -> ErasureFacts:
    """The facts about the held data that retention asks for."""
    asked = person.held if categories is None else categories
    return facts_of(person.look, person.traces, "retention", asked)


def _over(facts: ErasureFacts, day: date) -> tuple[str, ...]:
    """The categories of facts that nothing keeps any more on a day."""
    ends = [(category, over_from(facts, category)) for category in facts.categories]
    return tuple(category for category, end in ends if end is not None and end <= day)


def _months(
    person: Person, free: Mapping[str, ErasureDecision], day: date
) -> Iterator[PlannedErasure]:
    """Of categories that nothing keeps and of which not all goes: the months whose period has passed."""
    for category in sorted(set(free) - _at_once(person, free, day)):
        month = due_month(category, person.traces, person.look, day)
        if month is not None:
            yield PlannedErasure("retention", {category: free[category]}, month=month)


def _shared(
    person: Person, day: date, categories: Collection[str] | None = None
) -> Iterator[PlannedErasure]:
    """Data whose period has passed under a key that a later relationship shares: field by field."""
    for category in person.held if categories is None else sorted(categories):
        part = due_part(category, person.traces, person.look, day)
        if part is not None:
            facts = ErasureFacts(
                "retention",
                (category,),
                {category: part.periods},
                person.look.once(keepings_around),
            )
            for decision in _erased_of(erasure_decisions(facts, day)).values():
                yield from _fields(person, "retention", category, part.through, decision)


def _fields(
    person: Person,
    cause: Cause,
    category: str,
    through: datetime,
    decision: ErasureDecision,
    request_ref: str | None = None,
) -> Iterator[PlannedErasure]:
    """The values of a category up to a time, where its key stays."""
    fields = {
        field: decision
        for field, its_category in sorted(PERSONAL_FIELDS.items())
        if its_category == category and person.traces.has(field, through)
    }
    if fields:
        yield PlannedErasure(cause, {}, request_ref, fields=fields, through=through)


def _forgotten(person: Person, day: date) -> Iterator[PlannedErasure]:
    """A person of whom nothing is left but entries, which are to lead to no person."""
    if is_forgotten(person, day):
        yield PlannedErasure("retention", _everything("retention", day), is_of_entries=True)


def _free(
    person: Person, cause: Cause, categories: Collection[str], day: date
) -> dict[str, ErasureDecision]:
    """The categories that nothing keeps."""
    return _erased_of(_decided(person, cause, categories, day)) if categories else {}


def _erased_of(decisions: Mapping[str, ErasureDecision]) -> dict[str, ErasureDecision]:
    return {
        category: decision
        for category, decision in decisions.items()
        if decision.decision == "erase"
    }


def lasting_for(person: Person, category: str) -> RetentionEnd:
    """How long a category that is held is kept."""
    return lasting_of(person.look, person.traces, category)
