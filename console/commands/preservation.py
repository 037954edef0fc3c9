"""`ledger preservation`: data that is kept for an authority: copied, extended, released."""

from collections.abc import Callable
from typing import Annotated

from application.acts import on_preservation
from application.acts.on_orders import OnOrder
from application.acts.preserving import RELEASES, OpenLedger, destroy_ended
from application.command_line import command
from application.queries.desk.found_orders import FoundOrder
from application.queries.desk.preserved import SnapshotLook, kept_order
from application.source import Source
from console.commands.approving import EmergencyCode, need_second_person
from console.commands.failing import fail_unless
from console.commands.order_lists import OrderRef, Whose
from console.commands.orders import print_order, warn_of_nobody
from console.commands.people import working
from console.flags import At, Json, code_option, configured, day_or_none, option
from console.output import print_answer
from console.show.orders import kept_tables
from host.open_side import open_side
from host.settings import Settings
from host.site import Site
from ledger.event import instant
from schemas import LISTED_CATEGORIES

_QUERY = "preservation"
Until = Annotated[
    str | None,
    option("--until", "DAY", "The last day; without it the last day of the law."),
]


@configured("store")
def impose(
    settings: Settings,
    ref: OrderRef,
    category: Annotated[
        list[str] | None,
        code_option(
            "--category",
            "C",
            LISTED_CATEGORIES,
            "Of what the order asks for; may be repeated. Needed where it names no field.",
        ),
    ] = None,
    until: Until = None,
    subject: Whose = None,
    at: At = None,
    as_json: Json = False,
) -> None:
    """Copy the data that an order names from the open ledger, which executes that order.

    The open ledger keeps no trace of it. Exit status 1 when no person was found: a running ledger looks
    again every day.
    """
    last = day_or_none("--until", until)
    _copy(
        settings,
        (ref, subject, at),
        as_json,
        lambda site, source, there, on: on_preservation.impose(
            site, source, there, on, category or (), last
        ),
    )


@configured("store")
def snapshot(
    settings: Settings,
    ref: OrderRef,
    subject: Whose = None,
    as_json: Json = False,
) -> None:
    """Copy what came into the open ledger since, or came late.

    Of a European order to produce that has no copy yet: copy its data, which is kept until the authority
    has its answer. A running ledger copies once a day. Exit status 1 when no person was found.
    """
    _copy(settings, (ref, subject, None), as_json, on_preservation.copy)


def _copy(
    settings: Settings,
    named: tuple[str, str | None, str | None],
    as_json: bool,
    act: Callable[[Site, Source, OpenLedger, OnOrder], tuple[FoundOrder, SnapshotLook]],
) -> None:
    """Copy from the open ledger for an order, and print how it stands. `named`: reference, person, time."""
    ref, subject, at = named
    with working(settings, _QUERY, at) as (site, source, time):
        with open_side(site, _QUERY) as there:
            found, look = act(site, source, there.ledger, OnOrder(ref, subject, time))
        print_answer(kept_order(source, found, look), kept_tables, as_json)
        warn_of_nobody(look)
    fail_unless(look.persons > 0)


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
    """Record that data is no longer kept for an order, and destroy its copy. Needs two persons."""
    with working(settings, "order", at) as (site, source, time):
        on = OnOrder(ref, subject, time)
        case, kept = on_preservation.releasable(source, on)
        again = command("preservation", "release", ref, subject=subject, at=at)
        parameters = [ref, instant(kept.imposed.time), list(kept.categories), at]
        permit = need_second_person(site, RELEASES, parameters, again, case.person, emergency)
        released = on_preservation.release(site, source, on, permit)
        destroy_ended(site, source)
        print_order(source, released, as_json)
