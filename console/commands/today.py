"""`ledger today`: what is to be done, the most urgent first."""

from typing import Annotated

from application.following import bring_up_to_date
from application.queries.desk.overview import desk_tasks
from application.queries.today.overview import tasks
from application.queries.today.task import answer_of
from console.commands.failing import fail_unless
from console.commands.people import reading
from console.flags import Json, MostUrgent, configured, option
from console.output import print_answer
from console.show.today import today_table
from host.settings import Settings


@configured("store")
def show_today(
    settings: Settings,
    owner: Annotated[
        str | None, option("--owner", "EMPLOYEE", "Only tasks in the hands of this employee.")
    ] = None,
    limit: MostUrgent = None,
    as_json: Json = False,
) -> None:
    """Print what is overdue, due or waits for a person, the most urgent first, with the commands that do it.

    The list has requests, complaints, inquiries of the authority, breaches, misuse, holds, erasures,
    recipients to be told, dead letters, sources, topics and keys. In a command, capitals stand for what only
    a person knows. A command that records an event asks on a terminal for what else it needs. Exit status 1
    when anything is overdue.
    """
    with reading(settings, "today") as (site, source):
        bring_up_to_date(site)
        # An open ledger has no desk, and its tables know no orders.
        at_the_desk = desk_tasks(source) if settings.confidential else ()
        found = (*at_the_desk, *tasks(site, source))
        answer = answer_of((one for one in found if owner in {None, one.owner}), limit)
        print_answer(answer, today_table, as_json)
    fail_unless(answer.overdue == 0)
