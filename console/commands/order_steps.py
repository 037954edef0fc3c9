"""`ledger order several`: one step for several orders, shown first."""

from typing import Annotated

from application.acts.on_several_orders import SeveralOrders, on_several
from console.commands.failing import fail_unless
from console.commands.people import working
from console.flags import Json, configured, switch
from console.output import print_answer
from console.show.orders import orders_done_table
from host.settings import Settings


@configured("store")
def several(
    settings: Settings,
    given: SeveralOrders,
    yes: Annotated[
        bool, switch("--yes", "Record it; without it you see what would become of each order.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Take one step for several orders, named or filtered; without --yes it is only shown.

    Each order is judged by itself, as the command of the step does, and gets an event of its own. An order
    that is refused stops no other. Without names the open orders are meant that the filters leave. Exit
    status 1 when one was refused.
    """
    with working(settings, "order", given.at) as (site, source, time):
        answer = on_several(site, source, given, time, dry=not yes)
        print_answer(answer, orders_done_table, as_json)
    fail_unless(answer.refused == 0)
