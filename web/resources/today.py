"""What waits for the privacy office."""

from msgspec.structs import replace

from application.queries.desk.overview import desk_tasks
from application.queries.today.overview import tasks
from application.queries.today.task import TaskList, answer_of, lacks_person
from web.context import RequestContext
from web.resource import NoParams, resource

ONE_BY_ONE = 100
"""So many recipients who must be told are tasks of their own; more of them are one task with their number."""


@resource("/today", "today", name="today", rows="tasks")
def today(context: RequestContext, params: NoParams) -> TaskList:
    """What is overdue, due or waits for a person, the most urgent first."""
    source = context.source("today")
    # An open ledger has no desk, and its tables know no orders.
    at_the_desk = desk_tasks(source) if context.settings.confidential else ()
    answer = answer_of([*at_the_desk, *tasks(context.site, source, ONE_BY_ONE)], None)
    return answer if context.has("persons") else without_persons(answer)


def without_persons(answer: TaskList) -> TaskList:
    """The same for a reader who is told of none: without the commands that would have to name one."""
    rows = [
        replace(row, commands=[], instead=None) if lacks_person(row) else row
        for row in answer.tasks
    ]
    short = [
        replace(one, command="") if lacks_person(row) else one
        for one, row in zip(answer.today, answer.tasks, strict=True)
    ]
    return replace(answer, tasks=rows, today=short)


RESOURCES = (today,)
