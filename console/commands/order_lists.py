"""`ledger order list` and `show`: what waits at the disclosure desk, by what is due next."""

from typing import Annotated

import typer

from application.language import spoken
from application.queries.cases.found_requests import NotAllowed
from application.queries.desk.found_orders import find_order, known_orders, named_orders
from application.queries.desk.orders import listed, shown
from application.queries.subjects import check_reference, known_streams
from console.commands.failing import fail_unless
from console.commands.people import prepare, reading
from console.flags import AtMoment, Json, MostUrgent, configured, option, switch
from console.output import print_answer
from console.show.orders import order_tables, orders_table
from host.settings import Settings
from projections.folds.timetravel import NOW

OrderRef = Annotated[str, typer.Argument(metavar="REF", help="The desk's reference of the order.")]
Whose = Annotated[
    str | None, option("--subject", "S", "Whom the order is about, such as customer/10023.")
]


@configured("store")
def list_orders(
    settings: Settings,
    subject: Whose = None,
    everything: Annotated[
        bool, switch("--all", "Also those on which nothing more can be done.")
    ] = False,
    overdue: Annotated[
        bool, switch("--overdue", "Only those of which something is too late.")
    ] = False,
    moment: AtMoment = NOW,
    limit: MostUrgent = None,
    as_json: Json = False,
) -> None:
    """Print the orders at the desk, by what is due next. Exit status 1 when something is overdue."""
    if subject is not None:
        check_reference(subject)
    with reading(settings, "order", moment) as (site, source):
        prepare(site, moment.known)
        streams = known_streams(source, subject) if subject else None
        found = named_orders(source, known_orders(source, moment, streams=streams))
        time = moment.as_of or source.now
        answer = listed(found, time, ended=everything, overdue_only=overdue, limit=limit)
        print_answer(answer, orders_table, as_json)
    fail_unless(answer.overdue == 0)


@configured("store")
def show_order(
    settings: Settings,
    ref: OrderRef,
    subject: Whose = None,
    moment: AtMoment = NOW,
    as_json: Json = False,
) -> None:
    """Print one order: what it may have, its clocks, every act on it. Exit status 1 when one is overdue."""
    with reading(settings, "order", moment) as (site, source):
        prepare(site, moment.known)
        found = find_order(source, ref, subject, moment)
        answer = shown(found, moment.as_of or source.now, spoken())
        if answer is None:
            raise NotAllowed(f"order {ref} had not been received by then")
        print_answer(answer, order_tables, as_json)
    fail_unless(not answer.overdue)
