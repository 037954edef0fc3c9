"""What a confidential ledger took over from the open one, and why it was withheld there."""

from application.queries.desk.taken_over import taken_over
from console.commands.people import reading
from console.flags import Json, configured
from console.output import print_answer
from console.show.taken_over import taken_over_table
from host.settings import Settings


@configured("store")
def list_taken_over(settings: Settings, as_json: Json = False) -> None:
    """Print what was taken over from the open ledger, and why it was withheld there: the member and the rule.

    A code that is ordinary is declared there with `ledger codes declare`; then its sender sends the message
    again. It looks through the newest 10,000 events.
    """
    with reading(settings, "dead-letters") as (site, source):
        print_answer(taken_over(source, site.intake), taken_over_table, as_json)
