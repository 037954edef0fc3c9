"""Commands that compare the rulebook with practice: purposes."""

from application.queries.registers.purposes import purposes
from console.commands.failing import fail_unless
from console.commands.people import prepare, reading
from console.flags import AtMoment, Json, configured
from console.output import print_answer
from console.show.purposes import purposes_table
from host.settings import Settings
from projections.folds.timetravel import NOW


@configured("store")
def show_purposes(
    settings: Settings,
    moment: AtMoment = NOW,
    as_json: Json = False,
) -> None:
    """Print what law and house say of each purpose, and who declares it. Exit status 1 if one is denied."""
    with reading(settings, "purposes", moment) as (site, source):
        prepare(site, moment)
        answer = purposes(source, moment)
    print_answer(answer, purposes_table, as_json)
    fail_unless(not answer.not_allowed)
