"""Commands about the rulebook beside practice: purposes."""

import typer

from application.queries.purposes import purposes
from console.commands.people import prepare, reading
from console.flags import AtMoment, Json, configured
from console.output import emit, people
from console.show.purposes import purposes_table
from host.settings import Settings
from projections.folds.timetravel import NOW


@configured("store")
def show_purposes(
    settings: Settings,
    moment: AtMoment = NOW,
    as_json: Json = False,
) -> None:
    """Print what law and house say of each purpose, and who declares it. Exit status 1 when one is denied."""
    with reading(settings, "purposes", moment) as (site, source):
        prepare(site, moment)
        answer = purposes(source, moment)
    if as_json:
        emit(answer)
    else:
        people().print(purposes_table(answer))
    if answer.not_allowed:
        raise typer.Exit(1)
