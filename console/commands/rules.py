"""Commands about the rulebook beside practice: purposes."""

import typer

from application.queries.purposes import purposes
from console.commands.people import prepare, reading
from console.flags import AsOf, AtPosition, Json, RecordedBy, configured, moment_of
from console.output import emit, people
from console.show.purposes import purposes_table
from host.settings import Settings


def add_commands(app: typer.Typer) -> None:
    """Add the commands of this module to the program."""
    app.command("purposes", rich_help_panel="Processing")(show_purposes)


@configured("store")
def show_purposes(
    settings: Settings,
    as_of: AsOf = None,
    recorded_by: RecordedBy = None,
    at_position: AtPosition = None,
    as_json: Json = False,
) -> None:
    """Print what law and house say of each purpose, and who declares it. Exit status 1 when one is denied."""
    moment = moment_of(as_of, recorded_by, at_position)
    with reading(settings, "purposes", moment) as (site, source):
        prepare(site, moment)
        answer = purposes(source, moment)
    if as_json:
        emit(answer)
    else:
        people().print(purposes_table(answer))
    if answer.not_allowed:
        raise typer.Exit(1)
