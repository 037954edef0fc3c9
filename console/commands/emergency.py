"""`ledger emergency`: acts that one person of the desk did alone, and the second person's approval."""

from typing import Annotated

import typer

from application.queries.oversight.emergencies import approved_now, emergencies, emergency_named
from console.commands.failing import fail_unless
from console.commands.people import reading
from console.flags import Json, configured
from console.output import print_answer
from console.show.emergency import approved_tables, emergency_tables
from host.settings import Settings


@configured("store")
def list_emergencies(settings: Settings, as_json: Json = False) -> None:
    """Print what one person did in an emergency, until a second one approves it.

    Also acts that one person asked for, until a second one gives the same command. Exit status 1 when
    something is overdue.
    """
    with reading(settings, "emergency") as (_, source):
        answer = emergencies(source)
        print_answer(answer, emergency_tables, as_json)
    fail_unless(answer.overdue == 0)


@configured("store")
def approve(
    settings: Settings,
    event_id: Annotated[
        str,
        typer.Argument(metavar="ID", help="The id of the event, as `emergency list` prints it."),
    ],
    as_json: Json = False,
) -> None:
    """Approve, as the second person, what one person did in an emergency."""
    with reading(settings, "emergency") as (site, source):
        waiting = emergency_named(source, event_id)
        site.confirm_emergency(event_id)
        print_answer(approved_now(source, waiting), approved_tables, as_json)
