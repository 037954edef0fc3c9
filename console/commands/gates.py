"""Commands that other systems ask before they act: may credit-check."""

import typer

from application.queries.credit_check import credit_check
from application.queries.subjects import check_person
from console.commands.choices import At
from console.commands.failing import fail_unless
from console.commands.people import Subject, prepare, reading
from console.flags import (
    AtPosition,
    Json,
    RecordedBy,
    configured,
    moment_of,
)
from console.output import emit, people
from console.show.credit_check import credit_check_tables
from host.settings import Settings

may = typer.Typer(
    help="Gates: whether an act on a person is allowed, and why.", no_args_is_help=True
)


def add_commands(app: typer.Typer) -> None:
    """Add the commands of this module to the program."""
    may.command("credit-check")(may_credit_check)
    app.add_typer(may, name="may", rich_help_panel="Persons")


@configured("store")
def may_credit_check(
    settings: Settings,
    subject: Subject,
    at: At = None,
    recorded_by: RecordedBy = None,
    at_position: AtPosition = None,
    as_json: Json = False,
) -> None:
    """Print whether a person may be checked for credit, by law and house. Exit status 1 when not."""
    moment = moment_of(at, recorded_by, at_position)
    check_person(subject)
    with reading(settings, "may", moment) as (site, source):
        prepare(site, moment)
        answer = credit_check(source, subject, moment)
        if as_json:
            emit(answer)
        else:
            people().print(*credit_check_tables(answer))
    fail_unless(answer.allowed)
