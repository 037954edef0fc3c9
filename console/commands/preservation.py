"""`ledger preservation`: data that is kept for an authority: copied, extended, released."""

from typing import Annotated

from application.acts import on_preservation
from application.acts.on_orders import OnOrder
from application.acts.preserving import destroy_ended
from application.command_line import command
from application.queries.desk.found_orders import FoundOrder
from application.queries.desk.preserved import SnapshotLook, kept_order
from application.source import Source
from application.words import say
from console.commands.approving import EmergencyCode, need_second_person
from console.commands.failing import fail_unless
from console.commands.order_lists import OrderRef, Whose
from console.commands.orders import print_order
from console.commands.people import working
from console.flags import At, Json, code_option, configured, day_or_none, option
from console.output import print_answer
from console.show.orders import kept_tables
from host.notes import note
from host.open_side import open_side
from host.settings import Settings
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
    with working(settings, _QUERY, at) as (site, source, time):
        on = OnOrder(ref, subject, time)
        with open_side(site, _QUERY) as there:
            kept = on_preservation.impose(site, source, there.ledger, on, category or (), last)
        look = _print_kept(source, kept, as_json)
    fail_unless(look.persons > 0)


@configured("store")
def snapshot(
    settings: Settings,
    ref: OrderRef,
    subject: Whose = None,
    as_json: Json = False,
) -> None:
    """Copy what came into the open ledger since, or came late.

    Of a European order to produce that has no copy yet: copy its data, which is kept while it is open.
    A running ledger copies once a day. Exit status 1 when no person was found.
    """
    with working(settings, _QUERY, None) as (site, source, time):
        on = OnOrder(ref, subject, time)
        with open_side(site, _QUERY) as there:
            kept = on_preservation.copy(site, source, there.ledger, on)
        look = _print_kept(source, kept, as_json)
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
        permit = need_second_person(
            site, "preservation-release", parameters, again, case.person, emergency
        )
        released = on_preservation.release(site, source, on, permit)
        destroy_ended(site, source)
        print_order(source, released, as_json)


def _print_kept(
    source: Source, kept: tuple[FoundOrder, SnapshotLook], as_json: bool
) -> SnapshotLook:
    found, look = kept
    print_answer(kept_order(source, found, look), kept_tables, as_json)
    if not look.persons:
        note(f"ledger: {say('preservation', 'nobody')}")
    return look
