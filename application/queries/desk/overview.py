"""What is to be done at the disclosure desk of a confidential ledger, for `ledger today`."""

from collections.abc import Iterator

from application.queries.desk.emergencies import emergency_tasks
from application.queries.desk.found_orders import known_orders, named_orders
from application.queries.desk.order_tasks import tasks_of_order, tasks_of_restrictions
from application.queries.today.task import Task
from application.source import Source
from projections.reading.views import secrets


def desk_tasks(source: Source) -> Iterator[Task]:
    """Orders, secrecy, preservations, restrictions and emergencies, in no order.

    Expects views that are up to date.
    """
    yield from emergency_tasks(source)
    for case in named_orders(source, known_orders(source)):
        yield from tasks_of_order(case, source.now)
    people = dict(secrets(source.session))
    names = source.names(people)
    for stream, row in people.items():
        yield from tasks_of_restrictions(names[stream], row, source.now)
