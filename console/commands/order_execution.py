"""`ledger order execute`: what was given to an authority; two persons do it where the settings ask so."""

from typing import Annotated

from msgspec import to_builtins

from application.acts.executing import Execution, allowed_fields, executable, execute, is_open
from application.acts.on_orders import OnOrder
from application.lookups import fields
from application.queries.tasks import command
from console.commands.approving import need_second_person
from console.commands.order_lists import OrderRef, Whose
from console.commands.orders import print_order
from console.commands.people import working
from console.flags import At, Json, code_option, configured, option
from console.streams import sha256_of
from host.notes import tell
from host.settings import Settings
from schemas import PERSONAL_FIELDS, names

_ACT = "order-execution"


@configured("store")
def execute_order(
    settings: Settings,
    ref: OrderRef,
    field: Annotated[
        list[str] | None,
        code_option(
            "--field",
            "F",
            PERSONAL_FIELDS,
            "A field that is given; may be repeated. Without it: every field that the order may have.",
            names=lambda: fields(PERSONAL_FIELDS),
        ),
    ] = None,
    bundle: Annotated[
        str | None,
        option("--bundle", "FILE", "What was sealed for the authority: its SHA-256 is recorded."),
    ] = None,
    recipient: Annotated[
        str | None,
        option("--to", "AUTHORITY", "Who received it; the authority that ordered without it."),
    ] = None,
    position: Annotated[
        int | None,
        option("--position", "N", "The position of the open ledger that it reflects.", min=0),
    ] = None,
    subject: Whose = None,
    at: At = None,
    as_json: Json = False,
) -> None:
    """Record that an order was executed: exactly what it may have, or less, and the disclosure."""
    execution = Execution(
        fields=tuple(field or ()),
        bundle_sha256=sha256_of(bundle) if bundle else None,
        recipient=recipient,
        position=position,
    )
    with working(settings, "order", at) as (site, source, time):
        on = OnOrder(ref, subject, time)
        case = executable(source, on, execution)
        again = command(
            *("order", "execute", ref),
            field=field,
            bundle=bundle,
            to=recipient,
            position=str(position) if position is not None else None,
            subject=subject,
            at=at,
        )
        parameters = [ref, allowed_fields(case.order), to_builtins(execution), at]
        need_second_person(site, _ACT, parameters, again, about=case.person)
        print_order(source, execute(site, source, on, execution), as_json)
    if is_open(case):
        tell("open-disclosure", command("record", names.PERSONAL_DATA_DISCLOSED, subject=case.person))
