"""Erasures that are decided: on a request, and by what a day makes due. `ledger.erasure`
carries them out.

Each is judged under the lock of the ledger from the events that are recorded by then; what was seen
before, in a view or on a screen, only says where to look.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from datetime import date, datetime
from uuid import UUID

from application.queries.keeping.erasures import CarriedOut, Due, ErasureScope
from application.site import Site
from ledger.erasure.eraser import Eraser
from ledger.erasure.verdict import Verdict
from ledger.errors import Halt, Retry, UnknownSubject
from ledger.event import RecordedEvent
from ledger.reading import events_of
from ledger.storage.postgres import Session
from projections.dossier.dossier import Dossier
from projections.keeping.erasing import (
    ErasureOutcome,
    PlannedErasure,
    is_last,
    on_period,
    on_request,
    settled,
    steps,
    was_decided,
)
from projections.keeping.person import Person, dossier_of, person_of
from projections.reading.persons import persons, takeovers_told_by_others
from rulebook.calendar import day_of

# Each step takes something away, and there are fewer kinds of it than this.
_MOST_STEPS = 64


def preview(site: Site, reference: str, scope: ErasureScope) -> list[CarriedOut]:
    """What `erase_asked` would do now, as far as what is recorded says. Raises UnknownSubject.

    The keep list is not asked about a person: else each reader could find out, without a trace, who is on it.
    """
    today, session, eraser = day_of(site.clock()), site.session("reader"), site.eraser()
    eraser.check_keep_list()
    results = []
    for subject in eraser.live_subjects(reference):
        person = _person(site, session, subject, events_of(session, [subject]), None)
        results += [
            CarriedOut(subject, step, None) for step in _planned_steps(person, scope, today)
        ]
    return results


def erase_asked(site: Site, reference: str, scope: ErasureScope) -> list[CarriedOut]:
    """Decide each category of a person, record all decisions, and destroy what nothing keeps.

    One result a data subject, or a step of it, committed and journalled. Raises what `Eraser.erase` raises.
    """
    eraser = site.eraser()
    eraser.check_keep_list()
    return [
        result
        for subject in eraser.live_subjects(reference)
        for result in _carry_out_all(site, eraser, subject, scope)
    ]


def _carry_out_all(
    site: Site, eraser: Eraser, subject: UUID, scope: ErasureScope
) -> Iterator[CarriedOut]:
    """The first step, then the months of rolling categories: each after the month before it is erased."""

    def first(person: Person, day: date, _latest: datetime | None) -> PlannedErasure | None:
        return next(iter(_planned_steps(person, scope, day)), None)

    def month(person: Person, day: date, _latest: datetime | None) -> PlannedErasure | None:
        planned = _planned_steps(person, scope, day)
        return next((step for step in planned if step.month is not None), None)

    result = _carry_out(site, eraser, subject, first)
    for _ in range(_MOST_STEPS):
        if result is None:
            return
        yield result
        result = _carry_out(site, eraser, subject, month)


def _planned_steps(person: Person, scope: ErasureScope, day: date) -> list[PlannedErasure]:
    """A period erases month by month; every other cause takes one step."""
    if scope.cause == "retention":
        return on_period(person, day, scope.categories)
    return [_on_request(person, scope, day)]


def erase_for(site: Site, reference: str, request_ref: str) -> ErasureOutcome:
    """Erase what a request asks for, once, and tell the outcome.

    What was decided for this request before, by a command that was interrupted, is neither decided nor told
    again: only what has become free since goes now. Raises what `Eraser.erase` raises.
    """
    eraser, scope = site.eraser(), ErasureScope("request", request_ref)
    eraser.check_keep_list()

    def choose(person: Person, day: date, _latest: datetime | None) -> PlannedErasure | None:
        step = _on_request(person, scope, day)
        return None if not step.erased and was_decided(person, request_ref) else step

    with suppress(
        UnknownSubject
    ):  # an earlier run erased everything: only the outcome is left to tell
        for subject in eraser.live_subjects(reference):
            _carry_out(site, eraser, subject, choose)
    session, office = site.session("reader"), site.privacy_office
    everybody = eraser.subjects(reference)
    dossiers = [dossier_of(events_of(session, [stream]), office) for stream in everybody]
    return settled(dossiers, request_ref)


def _on_request(person: Person, scope: ErasureScope, day: date) -> PlannedErasure:
    return on_request(person, scope.cause, day, scope.request_ref, scope.categories)


def due_steps(
    session: Session, day: date, *, decided_only: bool = False, ask_again: bool = False
) -> Iterator[Due]:
    """What a day makes due, person by person, in flat memory, as far as the views are.

    `ask_again`: also what the keep list kept until now; whether it still does is asked under the lock.
    """
    for block in persons(session):
        for person in block:
            asked = person.listing() if ask_again else person
            for step in steps(asked, day, decided_only=decided_only):
                yield Due(person.stream, step)


def erase_due(
    site: Site, *, decided_only: bool = False, stop: Callable[[], bool] = lambda: False
) -> Iterator[CarriedOut]:
    """Carry out what today makes due. A second run finds nothing left.

    What the keep list keeps is put off by a decision, which is no result.

    Raises Retry when `stop` says so between two persons, IncompleteErasure, Retry or Halt: every result
    that was yielded by then is committed.
    """
    eraser, today = site.eraser(), day_of(site.clock())
    eraser.check_keep_list()
    last: UUID | None = None
    session = site.new_session("reader")
    for due in due_steps(session, today, decided_only=decided_only, ask_again=True):
        if stop():
            raise Retry("told to stop")
        # One pass takes all steps of a person, so that later rows of the same person are done already.
        if due.stream != last:
            last = due.stream
            done = _erase_all(site, eraser, due.stream, decided_only)
            yield from (carried_out for carried_out in done if carried_out.step.erased)


def _erase_all(
    site: Site, eraser: Eraser, stream: UUID, decided_only: bool
) -> Iterator[CarriedOut]:
    last = False

    def first(person: Person, day: date, latest: datetime | None) -> PlannedErasure | None:
        nonlocal last
        planned = steps(person, day, decided_only=decided_only, last=latest)
        last = is_last(person, planned)
        return next(iter(planned), None)

    for _ in range(_MOST_STEPS):
        result = _carry_out(site, eraser, stream, first)
        if result is None:
            return
        yield result
        if last:
            return
    raise Halt("the ledger still holds erased data: look at its keys with `ledger audit`")


Choose = Callable[[Person, date, datetime | None], PlannedErasure | None]
"""From a person, a day and when their latest event occurred to the step to take."""


def _carry_out(site: Site, eraser: Eraser, stream: UUID, choose: Choose) -> CarriedOut | None:
    """Choose a step under the lock, and take it."""
    today = day_of(site.clock())
    chosen: list[PlannedErasure] = []

    def judge(events: Sequence[RecordedEvent], listed: frozenset[str]) -> Verdict | None:
        person = _person(site, site.session("reader"), stream, events, listed)
        latest = max((event.time for event in events if not event.ours), default=None)
        step = choose(person, today, latest)
        if step is None or not step.decisions:
            return None
        chosen.append(step)
        return Verdict(step.cause, step.facts(), step.request_ref, step.month)

    erasure = eraser.decide(stream, judge)
    return CarriedOut(stream, chosen[-1], erasure) if erasure else None


def _person(
    site: Site,
    session: Session,
    stream: UUID,
    events: Sequence[RecordedEvent],
    listed: frozenset[str] | None,
) -> Person:
    """A person, the customer whose contact person it may be, and what others' takeovers say of them."""

    def dossier_named(name: str) -> Dossier | None:
        recorded = events_of(session, [UUID(name)])
        return dossier_of(recorded, site.privacy_office) if recorded else None

    takeovers = takeovers_told_by_others(session, stream)
    return person_of(stream, events, site.privacy_office, dossier_named, takeovers, listed)
