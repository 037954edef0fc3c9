"""What is to be done at the disclosure desk of a confidential ledger, for `ledger today`."""

from collections.abc import Iterator

from application.command_line import command
from application.queries.desk.found_orders import known_orders, named_orders
from application.queries.desk.order_tasks import (
    of_one_order,
    tasks_of_order,
    tasks_of_restrictions,
    tasks_of_secrets,
)
from application.queries.desk.secrecy import secrecy_list
from application.queries.oversight.approvals import waiting_approvals
from application.queries.oversight.emergencies import done_alone
from application.queries.today.task import Task, reference_of, state_of
from application.source import Source
from ledger.event import instant
from projections.reading.views import secrets
from rulebook.calendar import day_of, last_day
from rulebook.deadlines import next_working_day
from schemas.formats import instant_of


def desk_tasks(source: Source) -> Iterator[Task]:
    """Orders, secrecy, preservations, restrictions and emergencies, in no order.

    Expects views that are up to date.
    """
    source.reads.note_many(())
    yield from _emergencies(source)
    yield from _approvals(source)
    cases = named_orders(source, known_orders(source))
    yield from of_one_order(task for case in cases for task in tasks_of_order(case, source.now))
    yield from tasks_of_secrets(secrecy_list(source, everything=False).secrecy, source.now)
    people = dict(secrets(source.session))
    names = source.names(people)
    for stream, row in people.items():
        yield from tasks_of_restrictions(names[stream], row, source.now)


def _approvals(source: Source) -> Iterator[Task]:
    """A task for each act that one person approved: another one gives the same command, until its time."""
    for one in waiting_approvals(source).approvals:
        until = instant_of(one.until)
        assert until
        yield Task(
            task="approve-act",
            state=state_of(day_of(until), day_of(source.now)),
            day=day_of(until),
            time=until,
            since=one.approved_at,
            detail=one.act,
            commands=(command("emergency", "list"),),
        )


def _emergencies(source: Source) -> Iterator[Task]:
    """A task for each, of another person than the one who did it."""
    waiting = done_alone(source.session, source.ledger, source.privacy_office, source.now)
    names = source.names(one.event.stream for one in waiting)
    for one in waiting:
        day = last_day(next_working_day(one.approval.time))
        yield Task(
            task="approve-emergency",
            state=state_of(day, day_of(source.now)),
            day=day,
            since=instant(one.approval.time),
            subject=one.event.subject or reference_of(names[one.event.stream]),
            ref=one.event.facts.get("order_ref"),
            detail=one.act,
            commands=(one.command,),
        )
