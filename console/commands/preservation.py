"""`ledger preservation`: data that is kept for an authority: imposed, extended, released."""

from typing import Annotated

from application.acts import on_preservation
from application.acts.on_orders import OnOrder
from application.command_line import command
from console.commands.approving import EmergencyCode, need_second_person
from console.commands.order_lists import OrderRef, Whose
from console.commands.orders import print_order
from console.commands.people import working
from console.flags import At, Json, code_option, configured, day_or_none, option
from host.settings import Settings
from ledger.event import instant
from schemas import LISTED_CATEGORIES

Until = Annotated[
    str | None,
    option("--until", "DAY", "The last day; without it the last day of the law."),
]


@configured("store")
def impose(
    settings: Settings,
    ref: OrderRef,
    category: Annotated[
        list[str],
        code_option(
            "--category", "C", LISTED_CATEGORIES, "A category that is kept; may be repeated."
        ),
    ],
    until: Until = None,
    subject: Whose = None,
    at: At = None,
    as_json: Json = False,
) -> None:
    """Record that data is kept as an order demands, which executes that order."""
    with working(settings, "order", at) as (site, source, time):
        on = OnOrder(ref, subject, time)
        kept = on_preservation.impose(site, source, on, category, day_or_none("--until", until))
        print_order(source, kept, as_json)


@configured("store")
def extend(
    settings: Settings,
    ref: OrderRef,
    until: Until = None,
    subject: Whose = None,
    at: At = None,
    as_json: Json = False,
) -> None:
    """Record that data is kept for longer: as often as the law has it, or as the order for the data needs."""
    with working(settings, "order", at) as (site, source, time):
        on = OnOrder(ref, subject, time)
        print_order(
            source, on_preservation.extend(site, source, on, day_or_none("--until", until)), as_json
        )


@configured("store")
def release(
    settings: Settings,
    ref: OrderRef,
    subject: Whose = None,
    emergency: EmergencyCode = None,
    at: At = None,
    as_json: Json = False,
) -> None:
    """Record that data is no longer kept for an order. Needs two persons."""
    with working(settings, "order", at) as (site, source, time):
        on = OnOrder(ref, subject, time)
        case, kept = on_preservation.releasable(source, on)
        again = command("preservation", "release", ref, subject=subject, at=at)
        parameters = [ref, instant(kept.imposed.time), list(kept.categories), at]
        permit = need_second_person(
            site, "preservation-release", parameters, again, case.person, emergency
        )
        print_order(source, on_preservation.release(site, source, on, permit), as_json)
