"""What waits for the privacy office."""

from application.queries.desk.overview import desk_tasks
from application.queries.today.overview import tasks
from application.queries.today.task import TaskList, answer_of
from web.resource import NoParams, resource
from web.visit import Visit


@resource("/today", "today", name="today", rows="tasks")
def today(visit: Visit, params: NoParams) -> TaskList:
    """What is overdue, due or waits for a person, the most urgent first."""
    source = visit.source("today")
    # An open ledger has no desk, and its tables know no orders.
    at_the_desk = desk_tasks(source) if visit.settings.confidential else ()
    return answer_of([*at_the_desk, *tasks(visit.site, source)], None)


RESOURCES = (today,)
