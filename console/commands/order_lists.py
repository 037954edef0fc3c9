"""`ledger order list` and `show`: what waits at the disclosure desk, by what is due next."""

import re
from typing import Annotated

import typer
from msgspec.structs import replace

from application.language import spoken
from application.queries.cases.found_requests import NotAllowed
from application.queries.desk.found_orders import (
    OrderFilter,
    known_orders,
    named_orders,
    orders_like,
)
from application.queries.desk.order_file import find_order_files, order_file
from application.queries.desk.orders import listed, persons_of
from application.queries.subjects import check_reference, known_streams, streams_of
from console.commands.failing import fail_unless
from console.commands.people import prepare, reading, value_given
from console.flags import AtMoment, Json, MostUrgent, configured, option, switch
from console.output import print_answer
from console.show.orders import order_tables, orders_table
from console.streams import sha256_of
from host.settings import Settings
from projections.folds.timetravel import NOW

OrderRef = Annotated[str, typer.Argument(metavar="REF", help="The desk's reference of the order.")]
Whose = Annotated[
    str | None, option("--subject", "S", "Whom the order is about, such as customer/10023.")
]

OfAuthority = Annotated[str | None, option("--authority", "A", "Only those of this authority.")]
WithCase = Annotated[
    str | None, option("--case", "C", "Only those with this reference of the authority.")
]
WithDocument = Annotated[
    str | None,
    option("--document", "FILE", "Only those with this document, or its SHA-256 in hex."),
]
OwnedBy = Annotated[
    str | None, option("--owner", "EMPLOYEE", "Only those in the hands of this employee.")
]


@configured("store")
def list_orders(
    settings: Settings,
    subject: Whose = None,
    authority: OfAuthority = None,
    case: WithCase = None,
    document: WithDocument = None,
    owner: OwnedBy = None,
    value: Annotated[
        bool,
        switch("--value", "Only those that name the number or address on standard input."),
    ] = False,
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
    """Print the orders at the desk, by what is due next. Exit status 1 when something is overdue.

    An order about several persons is one row. `--value` reads the value of a person from standard input, or
    asks for it on a terminal, since other users see arguments; case and spaces do not matter.
    """
    if subject is not None:
        check_reference(subject)
    if owner is not None:
        check_reference(owner)
    wanted = OrderFilter(
        authority=authority,
        case_ref=case,
        sha256=_digest(document) if document else None,
        value=value_given("value") if value else None,
    )
    with reading(settings, "order", moment) as (site, source):
        prepare(site, moment.known)
        streams = known_streams(source, subject) if subject else None
        known = known_orders(source, moment, streams=streams)
        if owner is not None:
            wanted = replace(wanted, owner=streams_of(source, owner))
        found = named_orders(source, orders_like(source, known, wanted))
        time = moment.as_of or source.now
        answer = listed(found, time, ended=everything, overdue_only=overdue, limit=limit)
        print_answer(answer, orders_table, as_json)
    fail_unless(answer.overdue == 0)


def _digest(document: str) -> str:
    """The SHA-256 of a file, or what is one already."""
    is_digest = re.fullmatch(r"[0-9a-f]{64}", document.lower())
    return document.lower() if is_digest else sha256_of(document)


@configured("store")
def show_order(
    settings: Settings,
    ref: OrderRef,
    subject: Whose = None,
    moment: AtMoment = NOW,
    as_json: Json = False,
) -> None:
    """Print one order: what it may have, its clocks, every act on it. Exit status 1 when one is overdue.

    Of an order about several persons it prints a row for each, unless --subject names one.
    """
    with reading(settings, "order", moment) as (site, source):
        prepare(site, moment.known)
        found, time = find_order_files(source, ref, subject, moment), moment.as_of or source.now
        if len(found) > 1:
            several = persons_of(found, time)
            print_answer(several, orders_table, as_json)
            fail_unless(several.overdue == 0)
            return
        answer = order_file(source, found[0], time, spoken(), moment)
        if answer is None:
            raise NotAllowed(f"order {ref} had not been received by then")
        print_answer(answer, order_tables, as_json)
    fail_unless(not answer.overdue)
