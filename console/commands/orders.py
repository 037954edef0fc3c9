"""`ledger order`: what authorities order, from receipt to confirmation."""

from collections.abc import Callable, Sequence
from typing import Annotated

from application.acts import on_orders, on_owners
from application.acts.on_orders import OnOrder
from application.acts.on_owners import HandOver
from application.acts.on_preservation import copy, is_kept_at_once
from application.acts.on_several_orders import METHODS
from application.language import spoken
from application.lookups import nearest, provisions
from application.queries.desk.found_orders import FoundOrder
from application.queries.desk.order_file import order_file
from application.queries.desk.orders import persons_of
from application.queries.desk.preserved import SnapshotLook
from application.source import Source
from application.words import say
from console.commands.order_documents import Stated, about, tell_about
from console.commands.order_flags import ISSUERS, Document
from console.commands.order_lists import OrderRef, Whose
from console.commands.people import OptionalSubject, working
from console.flags import At, Json, code_option, configured, option, switch
from console.output import print_answer
from console.show.orders import order_tables, orders_table
from console.streams import sha256_of
from documents.messages import told
from host.notes import note, tell
from host.open_side import open_side
from host.settings import Settings
from host.site import Site
from ledger.errors import LedgerError
from projections.reading.order_judging import NO_RULE, ORDER_GROUNDS, judgement_of
from rulebook import ORDER_RULES

CONFIRMED = ("written-order", "receipt", "no-ground")
CONDITIONS = tuple(sorted({code for rule in ORDER_RULES for code in rule.conditions}))
Found = Annotated[
    list[str] | None,
    code_option(
        "--found", "C", CONDITIONS, "A condition of the provision that is so; may be repeated."
    ),
]
Ground = Annotated[str, code_option("--ground", "G", ORDER_GROUNDS)]


@configured("store")
def receive(
    settings: Settings,
    stated: Stated,
    subject: OptionalSubject = None,
    ref: Annotated[
        str | None, option("--ref", "ORDER", "The desk's reference; made without it.")
    ] = None,
    another: Annotated[
        bool, switch("--another", "It is another order, although its document came in before.")
    ] = False,
    at: At = None,
    as_json: Json = False,
) -> None:
    """Record that an order came in. Without SUBJECT it is about visitor/REF, until a person is known.

    Whatever comes in is recorded: a law that the rulebook does not know, an office that may not order and a
    form with faults mark it, and it is decided later. Flags say what it asks, or `--form` names its
    document: the XML of an EPOC or EPOC-PR, a message of TS 103 120, or fields that were typed
    (`ledger order form`); beside it only the authority, the person and the reference can be named. Several
    persons in a document are several orders under one reference.
    """
    forms = about(stated.orders, subject, ref)
    with working(settings, "order", at) as (site, source, time):
        found = on_orders.receive_all(site, source, forms, time, another=another)
        _tell_of_unknown_law(found[0])
        _copy_at_once(site, source, found)
        print_orders(source, found, as_json)
    tell_about(stated)


def _copy_at_once(site: Site, source: Source, found: Sequence[FoundOrder]) -> None:
    """Copy the data that the law has kept on receipt. The receipt stands, whatever becomes of that."""
    for case in filter(lambda one: is_kept_at_once(one.order), found):
        on = OnOrder(case.order.ref, case.person, source.now)
        try:
            with open_side(site, "preservation") as there:
                look = copy(site, source, there.ledger, on)[1]
        except LedgerError as error:
            note(f"ledger: {say('preservation', 'later', case.order.ref)}: {told(str(error))}")
        else:
            warn_of_nobody(look)


def warn_of_nobody(look: SnapshotLook) -> None:
    """Say loudly that a look at the open ledger found no person, so that nothing is kept."""
    if not look.persons:
        note(f"ledger: {say('preservation', 'nobody')}")


def _tell_of_unknown_law(found: FoundOrder) -> None:
    """Tell at once that nothing can be given under the law that an order names, and which ones are alike."""
    law, judged = found.received.provision or "", judgement_of(found.order)
    if judged is not None and judged.usual_ground == NO_RULE:
        tell("unknown-law", law, ", ".join(nearest(law, provisions())) or "-")


@configured("store")
def authenticate(
    settings: Settings,
    ref: OrderRef,
    method: Annotated[str, code_option("--method", "M", METHODS, "How that was found: one of {}.")],
    subject: Whose = None,
    at: At = None,
    as_json: Json = False,
) -> None:
    """Record that an order comes from whom it says."""
    _do(
        settings,
        (ref, subject, at),
        as_json,
        lambda site, source, on: on_orders.authenticate(site, source, on, method),
    )


@configured("store")
def authorise(
    settings: Settings,
    ref: OrderRef,
    by: Annotated[str, code_option("--by", "B", ISSUERS, "Whose authorisation it is: one of {}.")],
    document: Annotated[
        str,
        option("--document", "FILE", "Its document: the SHA-256 is recorded, and nothing else."),
    ],
    subject: Whose = None,
    at: At = None,
    as_json: Json = False,
) -> None:
    """Record the authorisation that an order needs: of the examining judge, or the ruling of a court."""
    digest = sha256_of(document)
    _do(
        settings,
        (ref, subject, at),
        as_json,
        lambda site, source, on: on_orders.authorise(site, source, on, by, digest),
    )


@configured("store")
def validate(
    settings: Settings,
    ref: OrderRef,
    found: Found = None,
    subject: Whose = None,
    at: At = None,
    as_json: Json = False,
) -> None:
    """Compare an order with its provision, and record that it may be executed as it stands.

    Refused when it asks for more than the provision allows; `ledger order narrow` then answers with exactly
    what is allowed.
    """
    _do(
        settings,
        (ref, subject, at),
        as_json,
        lambda site, source, on: on_orders.validate(site, source, on, found or ()),
    )


@configured("store")
def narrow(
    settings: Settings,
    ref: OrderRef,
    found: Found = None,
    subject: Whose = None,
    at: At = None,
    as_json: Json = False,
) -> None:
    """Narrow an order to exactly what its provision allows, and record the remainder as refused."""
    _do(
        settings,
        (ref, subject, at),
        as_json,
        lambda site, source, on: on_orders.narrow(site, source, on, found or ()),
    )


@configured("store")
def object_to(
    settings: Settings,
    ref: OrderRef,
    ground: Ground,
    document: Document = None,
    subject: Whose = None,
    at: At = None,
    as_json: Json = False,
) -> None:
    """Record that the authority was told why an order cannot be executed, or not yet."""
    digest = sha256_of(document) if document else None
    _do(
        settings,
        (ref, subject, at),
        as_json,
        lambda site, source, on: on_orders.object_to(site, source, on, ground, digest),
    )


@configured("store")
def refuse(
    settings: Settings,
    ref: OrderRef,
    ground: Ground,
    subject: Whose = None,
    at: At = None,
    as_json: Json = False,
) -> None:
    """Refuse an order as a whole, on a ground of the rulebook."""
    _do(
        settings,
        (ref, subject, at),
        as_json,
        lambda site, source, on: on_orders.refuse(site, source, on, ground),
    )


@configured("store")
def confirm(
    settings: Settings,
    ref: OrderRef,
    what: Annotated[str, code_option("--what", "W", CONFIRMED)],
    document: Document = None,
    subject: Whose = None,
    at: At = None,
    as_json: Json = False,
) -> None:
    """Record that an oral order was confirmed in writing, that its answer was received, or `no-ground`.

    `no-ground`: the authority of another State, which was notified of it, raises no ground against it. Name
    its document.
    """
    digest = sha256_of(document) if document else None
    _do(
        settings,
        (ref, subject, at),
        as_json,
        lambda site, source, on: on_orders.confirm(site, source, on, what, digest),
    )


@configured("store")
def withdraw(
    settings: Settings,
    ref: OrderRef,
    reason: Annotated[str | None, option("--reason", "R", "Why, as a code.")] = None,
    subject: Whose = None,
    at: At = None,
    as_json: Json = False,
) -> None:
    """Record that the authority took an order back."""
    _do(
        settings,
        (ref, subject, at),
        as_json,
        lambda site, source, on: on_orders.withdraw(site, source, on, reason),
    )


@configured("store")
def hand_over(settings: Settings, given: HandOver, as_json: Json = False) -> None:
    """Give an order into the hands of another employee, with a note of what that one must know."""
    with working(settings, "order", given.at) as (site, source, time):
        print_orders(source, on_owners.hand_over(site, source, given, time), as_json)


@configured("store")
def end(
    settings: Settings, ref: OrderRef, subject: Whose = None, at: At = None, as_json: Json = False
) -> None:
    """Record that a tap ended."""
    with working(settings, "order", at) as (site, source, time):
        print_order(source, on_orders.end(site, source, OnOrder(ref, subject, time)), as_json)


def _do(
    settings: Settings,
    named: tuple[str, str | None, str | None],
    as_json: bool,
    act: Callable[[Site, Source, OnOrder], list[FoundOrder]],
) -> None:
    """Do an act on an order, and print how it stands then. `named`: reference, person, time."""
    ref, subject, at = named
    with working(settings, "order", at) as (site, source, time):
        print_orders(source, act(site, source, OnOrder(ref, subject, time)), as_json)


def print_orders(source: Source, found: Sequence[FoundOrder], as_json: bool) -> None:
    """Print how an order stands: its file, or a row for each of several persons."""
    if len(found) == 1:
        print_order(source, found[0], as_json)
    else:
        print_answer(persons_of(found, source.now), orders_table, as_json)


def print_order(source: Source, found: FoundOrder, as_json: bool) -> None:
    """Print how an order stands after an act on it."""
    answer = order_file(source, found, source.now, spoken())
    assert answer is not None
    print_answer(answer, order_tables, as_json)
