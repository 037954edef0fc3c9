"""Erasures that are decided: on a request, and by what a day makes due. `ledger.erasure`
carries them out.

Each is judged under the lock of the ledger from the events that are recorded by then; what was seen
before, in a view or on a screen, only says where to look.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import date
from itertools import islice
from uuid import UUID

from application.acts.acting import Permit, check_permit
from application.queries.keeping.erasures import CarriedOut, Due, ErasureScope
from application.queries.oversight.emergencies import persons_alone
from application.site import Site
from ledger.erasure.eraser import Eraser
from ledger.erasure.verdict import Verdict
from ledger.errors import Halt, Retry, UnknownSubject
from ledger.event import RecordedEvent
from ledger.reading import events_but_reads
from ledger.storage.postgres import Session
from projections.dossier.dossier import Dossier
from projections.dossier.fact import Fact
from projections.keeping.erasing import (
    ErasureOutcome,
    PlannedErasure,
    may_be_due,
    on_period,
    on_request,
    settled,
    steps,
    was_decided,
)
from projections.keeping.person import Person, dossier_of, person_of
from projections.reading.persons import persons, takeovers_told_by_others
from rulebook.calendar import day_of

ERASURE = "erasure"
"""The act of `LEDGER_FOUR_EYES`; in a confidential ledger no one person decides on an erasure either."""
# Persons whose steps are taken in one transaction: recording waits for it.
_TOGETHER = 200
# Each step takes something away, and there are fewer kinds of it than this.
_MOST_STEPS = 64


def preview(site: Site, reference: str, scope: ErasureScope) -> list[CarriedOut]:
    """What `erase_asked` would do now, as far as what is recorded says. Raises UnknownSubject."""
    today, session = day_of(site.clock()), site.session("reader")
    results = []
    for subject in site.eraser().live_subjects(reference):
        recorded = events_but_reads(session, [subject])
        person = _person(site, session, subject, recorded, {})
        results += [
            CarriedOut(subject, step, None) for step in _planned_steps(person, scope, today)
        ]
    return results


def erase_asked(
    site: Site, reference: str, scope: ErasureScope, permit: Permit | None = None
) -> list[CarriedOut]:
    """Decide each category of a person, record all decisions, and destroy what nothing keeps.

    One result a data subject, or a step of it, committed and journalled. Raises what `Eraser.erase` raises,
    and NotPermitted in a confidential ledger without a permit to erase.
    """
    check_permit(site, ERASURE, permit)
    eraser = site.eraser()
    return [
        result
        for subject in eraser.live_subjects(reference)
        for result in _carry_out_all(site, eraser, subject, scope)
    ]


def _carry_out_all(
    site: Site, eraser: Eraser, subject: UUID, scope: ErasureScope
) -> Iterator[CarriedOut]:
    """The first step, then the months of rolling categories: each after the month before it is erased."""

    def first(person: Person, day: date) -> PlannedErasure | None:
        return next(iter(_planned_steps(person, scope, day)), None)

    def month(person: Person, day: date) -> PlannedErasure | None:
        planned = _planned_steps(person, scope, day)
        return next((step for step in planned if step.month is not None or step.fields), None)

    results = _carry_out(site, eraser, [subject], first)
    for _ in range(_MOST_STEPS):
        if not results:
            return
        yield from results
        results = _carry_out(site, eraser, [subject], month)


def _planned_steps(person: Person, scope: ErasureScope, day: date) -> list[PlannedErasure]:
    """A period erases month by month; every other cause takes one step."""
    if scope.cause == "retention":
        return on_period(person, day, scope.categories)
    return [_on_request(person, scope, day)]


def erase_for(site: Site, reference: str, request_ref: str) -> ErasureOutcome:
    """Erase what a request asks for, once, and tell the outcome.

    What was decided for this request before, by a command that was interrupted, is neither decided nor told
    again: only what has become free since goes now. Raises what `Eraser.erase` raises; NotPermitted in a
    confidential ledger, in which no request of a person is answered.
    """
    check_permit(site, ERASURE, None)
    eraser, scope = site.eraser(), ErasureScope("request", request_ref)

    def choose(person: Person, day: date) -> PlannedErasure | None:
        step = _on_request(person, scope, day)
        return None if not step.erased and was_decided(person, request_ref) else step

    with suppress(
        UnknownSubject
    ):  # an earlier run erased everything: only the outcome is left to tell
        for subject in eraser.live_subjects(reference):
            _carry_out(site, eraser, [subject], choose)
    session, office = site.session("reader"), site.privacy_office
    everybody = eraser.subjects(reference)
    dossiers = [dossier_of(events_but_reads(session, [stream]), office) for stream in everybody]
    return settled(dossiers, request_ref)


def _on_request(person: Person, scope: ErasureScope, day: date) -> PlannedErasure:
    return on_request(person, scope.cause, day, scope.request_ref, scope.categories)


def due_steps(session: Session, day: date, *, decided_only: bool = False) -> Iterator[Due]:
    """What a day makes due, person by person, in flat memory, as far as the views are."""
    for block in persons(session):
        for person in block:
            for step in steps(person, day, decided_only=decided_only):
                yield Due(person.stream, step)


def erase_due(
    site: Site, *, decided_only: bool = False, stop: Callable[[], bool] = lambda: False
) -> Iterator[CarriedOut]:
    """Carry out what today makes due. A second run finds nothing left.

    What one officer of the desk did alone about a person is approved by a second one before that.

    Raises Retry when `stop` says so between two blocks of persons, IncompleteErasure, Retry or Halt: every
    result that was yielded by then is committed.
    """
    eraser, today = site.eraser(), day_of(site.clock())
    session = site.new_session("reader")
    alone = (
        persons_alone(session, site.ledger, site.privacy_office, site.clock())
        if site.intake.confidential
        else set()
    )
    people = (one for one in _candidates(session, today, decided_only) if one not in alone)
    while block := list(islice(people, _TOGETHER)):
        if stop():
            raise Retry("told to stop")
        yield from _erase_all(site, eraser, block, decided_only)


def _candidates(session: Session, day: date, decided_only: bool) -> Iterator[UUID]:
    """Persons of whom a day may make something due."""
    for block in persons(session):
        for person in block:
            if may_be_due(person, day, decided_only=decided_only):
                yield person.stream


def _erase_all(
    site: Site, eraser: Eraser, streams: Sequence[UUID], decided_only: bool
) -> Iterator[CarriedOut]:
    """All steps of some persons: the first one of each in one transaction, then the second ones."""
    over: set[UUID] = set()

    def first(person: Person, day: date) -> PlannedErasure | None:
        planned = steps(person, day, decided_only=decided_only)
        if len(planned) == 1:
            over.add(person.look.stream)
        return next(iter(planned), None)

    for _ in range(_MOST_STEPS):
        results = _carry_out(site, eraser, streams, first)
        yield from results
        streams = [result.stream for result in results if result.stream not in over]
        if not streams:
            return
    raise Halt("the ledger still holds erased data: look at its keys with `ledger audit`")


Choose = Callable[[Person, date], PlannedErasure | None]
"""From a person and a day to the step to take."""


def _carry_out(
    site: Site, eraser: Eraser, streams: Sequence[UUID], choose: Choose
) -> list[CarriedOut]:
    """Choose a step for each of some persons under the lock, and take all of them in one transaction."""
    today, session = day_of(site.clock()), site.session("reader")
    chosen: dict[UUID, PlannedErasure] = {}

    def judge(recorded: Mapping[UUID, Sequence[RecordedEvent]]) -> dict[UUID, Verdict]:
        takeovers = takeovers_told_by_others(session, list(recorded))
        for stream, events in recorded.items():
            person = _person(site, session, stream, events, takeovers)
            step = choose(person, today)
            if step is not None and (step.decisions or step.fields):
                chosen[stream] = step
        return {
            stream: Verdict(
                step.cause,
                step.facts(),
                step.request_ref,
                step.month,
                tuple(step.fields),
                step.through,
            )
            for stream, step in chosen.items()
        }

    erasures = eraser.decide(streams, judge)
    return [CarriedOut(one.subject, chosen[one.subject], one) for one in erasures]


def _person(
    site: Site,
    session: Session,
    stream: UUID,
    events: Sequence[RecordedEvent],
    takeovers: Mapping[UUID, Sequence[Fact]],
) -> Person:
    """A person, the customer whose contact person it may be, and what others' takeovers say of both.

    `takeovers`: of persons for whom they were read already.
    """

    def dossier_named(name: str) -> Dossier | None:
        recorded = events_but_reads(session, [UUID(name)])
        return dossier_of(recorded, site.privacy_office) if recorded else None

    def told_of(one: UUID) -> Sequence[Fact]:
        known = takeovers.get(one)
        return takeovers_told_by_others(session, [one])[one] if known is None else known

    return person_of(stream, events, site.privacy_office, dossier_named, told_of)
