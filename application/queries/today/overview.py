"""`ledger today`: everything that is due, overdue or waits for a person, from the answers that tell of each.

Each task comes from the answer of another command: this only puts them in one order.
"""

from collections.abc import Iterable, Iterator
from datetime import date

from application.command_line import command
from application.queries.cases.complaints import complaint_list
from application.queries.cases.found_incidents import find_case
from application.queries.cases.found_requests import found_of, known_requests
from application.queries.cases.incidents import incident_list
from application.queries.disclosures.notifications import NotificationFilter, notification_tasks
from application.queries.intake.dead_letters import forgotten_after
from application.queries.intake.sources import sources
from application.queries.keeping.clock_pages import Standing, standing_of
from application.queries.keeping.holds import all_holds
from application.queries.today.cases import (
    task_of_complaint,
    task_of_inquiry,
    tasks_of_incident,
    tasks_of_intake,
    tasks_of_request,
)
from application.queries.today.task import Task, reference_of, state_of
from application.queries.upkeep.health import key_status
from application.site import Site
from application.source import Source, rows_known
from ledger.event import instant
from ledger.keys.rotation import epochs
from ledger.letters.lists import OPEN, count_letters, letters_like
from ledger.reading import halted_topics
from ledger.recording.quarantine import sources_of
from projections.folds.timetravel import NOW
from projections.reading.views import finding_counts, open_notifications
from projections.reading.views import findings as found_findings
from projections.views import inquiries
from rulebook import RULES
from rulebook.calendar import day_of
from schemas import names
from schemas.formats import instant_of


def tasks(site: Site, source: Source, one_by_one: int | None = None) -> Iterator[Task]:
    """What is to be done, in no order. Expects views that are up to date.

    `one_by_one`: so many recipients who must be told are tasks of their own; more of them are one task.
    """
    today = day_of(source.now)
    yield from _requests(source)
    yield from _incidents(source)
    yield from _complaints(source)
    yield from _inquiries(source)
    yield from _holds(source, today)
    yield from _erasures(standing_of(source, site.remembered).value, today)
    yield from _recipients(source, one_by_one)
    yield from _findings(source)
    halted = halted_topics(source.session)
    yield from tasks_of_intake(sources(sources_of(source.session), halted), halted)
    yield from _letters(source, today)
    yield from _keys(site, source, today)


def _requests(source: Source) -> Iterator[Task]:
    rows = known_requests(source, NOW, unanswered=True)
    for case in found_of(source, rows):
        yield from tasks_of_request(case, source.now)


def _incidents(source: Source) -> Iterator[Task]:
    for row in incident_list(source, NOW, everything=False).incidents:
        told = False
        if row.persons_must_be_told:
            case = find_case(source, row.ref, "breach")
            # The office tells persons one by one, or all of them with one act on the breach.
            told = bool(case.told or case.incident.named(names.SUBJECTS_NOTIFIED))
        yield from tasks_of_incident(row, told=told, now=source.now)


def _complaints(source: Source) -> Iterator[Task]:
    for row in complaint_list(source, NOW, everything=False).complaints:
        yield task_of_complaint(row, source.now)


def _inquiries(source: Source) -> Iterator[Task]:
    """What the authority waits for. A reader who sees a part is told of no inquiry (`tellings.toml`), and a
    reader who is told of no person reads its reference alone."""
    if source.reads.sight.partial:
        return
    rows = [
        (stream, ref, inquiry)
        for stream, found in rows_known(source, inquiries.VIEW, NOW)
        for ref, inquiry in found.items()
    ]
    source.reads.note_many(())
    subjects = source.names(stream for stream, _, _ in rows)
    for stream, ref, inquiry in rows:
        subject = inquiry.subject or reference_of(subjects[stream])
        yield from task_of_inquiry(ref, subject, inquiry, source.now)


def _holds(source: Source, today: date) -> Iterator[Task]:
    """Holds whose day of review has come, and holds that hold nothing."""
    for row in all_holds(source):
        subject = reference_of(row.subject)
        ref, day = row.hold_ref, date.fromisoformat(row.review_on)
        release = command("hold", "release", subject, ref)
        if row.void:
            yield Task(
                task="release-hold",
                state="due",
                subject=subject,
                ref=ref,
                since=row.since,
                commands=(release,),
            )
        elif day <= today:
            yield Task(
                task="review-hold",
                state=state_of(day, today),
                day=day,
                since=row.since,
                subject=subject,
                ref=ref,
                commands=(command("hold", "review", subject, ref, review_on="DATE"),),
                instead=release,
            )


def _erasures(persons: Standing, today: date) -> Iterator[Task]:
    """At most two tasks for all persons together: one run carries out every erasure."""
    run = (command("retention", "due"), command("retention", "run", "--yes"))
    if persons.passed:
        day = persons.oldest or today
        yield Task(
            task="erase-passed",
            state=state_of(day, today),
            day=day,
            count=persons.passed,
            commands=run,
        )
    if persons.deferred:
        yield Task(task="erase-deferred", state="due", count=persons.deferred, commands=run)


def _recipients(source: Source, one_by_one: int | None) -> Iterator[Task]:
    """A task for each recipient; one for all of them where there are more than `one_by_one`."""
    if one_by_one is not None:
        number = open_notifications(source.session)
        if number > one_by_one:
            lists = command("notify", "list")
            yield Task(task="tell-recipient", state="waits", count=number, commands=(lists,))
            return
    for row in notification_tasks(source, NotificationFilter()):
        subject, recipient, action = reference_of(row.subject), row.recipient, row.action
        record = command("notify", "record", subject, recipient, action=action)
        yield Task(
            task="tell-recipient",
            state="waits",
            since=row.since,
            subject=subject,
            ref=recipient,
            detail=action,
            commands=(record,),
        )


def _findings(source: Source) -> Iterator[Task]:
    """What is too late by a clock of law or policy that no other task tells: one for all of a rule."""
    clocked = [entry.id for entry in RULES if entry.clock]
    counts = finding_counts(source.session, source.now, clocked)
    for rule, number in sorted(counts.items()):
        if not number:
            continue
        oldest = next(found_findings(source.session, source.now, rules=[rule], first=1), None)
        yield Task(
            task="mend-finding",
            state="overdue",
            day=day_of(oldest.since) if oldest else None,
            since=instant(oldest.since) if oldest else None,
            ref=rule,
            count=number,
            commands=(command("findings", rule=rule),),
        )


def _letters(source: Source, today: date) -> Iterator[Task]:
    """All that nothing mended in one task: the day is that on which the oldest is forgotten."""
    count, _ = count_letters(source.session, OPEN)
    for oldest in letters_like(source.session, OPEN, 1):
        day = forgotten_after(oldest)
        yield Task(
            task="retry-letters",
            state=state_of(day, today),
            day=day,
            since=instant(oldest.first_seen),
            count=count,
            commands=(command("dead-letters", "list"), command("dead-letters", "retry")),
        )


def _keys(site: Site, source: Source, today: date) -> Iterable[Task]:
    status = key_status(epochs(source.session, site.provider), source.now)
    ends = instant_of(status.ends_at)
    if not status.due or ends is None:
        return
    day = day_of(ends)
    rotate = (command("keys", "rotate"),)
    yield Task(task="rotate-keys", state=state_of(day, today), day=day, commands=rotate)
