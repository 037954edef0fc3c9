"""`ledger order execute`: what was given to an authority; two persons do it where the settings ask so."""

from collections.abc import Mapping
from typing import Annotated, NamedTuple

from msgspec import to_builtins

from application.acts.executing import Execution, executable, execute, is_open
from application.acts.on_orders import OnOrder
from application.lookups import fields
from application.queries.today.task import command
from console.commands.approving import need_second_person
from console.commands.order_lists import OrderRef, Whose
from console.commands.orders import print_order
from console.commands.people import working
from console.flags import At, Json, code_option, configured, option
from console.setting_flags import Several
from console.streams import sha256_of
from host.notes import tell
from host.settings import Settings
from schemas import PERSONAL_FIELDS

_ACT = "order-execution"
_OPTIONS: Mapping[str, object] = {
    "field": Annotated[
        list[str] | None,
        code_option(
            "--field",
            "F",
            PERSONAL_FIELDS,
            "A field that is given; may be repeated. Without it: every field that the order may have.",
            names=lambda: fields(PERSONAL_FIELDS),
        ),
    ],
    "bundle": Annotated[
        str | None,
        option("--bundle", "FILE", "What was sealed for the authority: its SHA-256 is recorded."),
    ],
    "to": Annotated[
        str | None,
        option("--to", "AUTHORITY", "Who received it; without it the authority that ordered."),
    ],
    "position": Annotated[
        int | None,
        option("--position", "N", "The position of the open ledger that it reflects.", min=0),
    ],
}


class _Given(NamedTuple):
    """What the options of an execution say."""

    field: list[str] | None
    bundle: str | None
    to: str | None
    position: int | None

    @property
    def execution(self) -> Execution:
        """The execution; the bundle by its hash."""
        digest = sha256_of(self.bundle) if self.bundle else None
        return Execution(
            fields=tuple(self.field or ()),
            bundle_sha256=digest,
            recipient=self.to,
            position=self.position,
        )

    @property
    def flags(self) -> dict[str, str | list[str] | None]:
        """The same options again, for a second person."""
        position = None if self.position is None else str(self.position)
        return {"field": self.field, "bundle": self.bundle, "to": self.to, "position": position}


@configured("store")
def execute_order(
    settings: Settings,
    ref: OrderRef,
    given: Annotated[_Given, Several(_Given, _OPTIONS)],
    subject: Whose = None,
    at: At = None,
    as_json: Json = False,
) -> None:
    """Record that an order was executed: exactly what it may have, or less, and the disclosure."""
    execution = given.execution
    with working(settings, "order", at) as (site, source, time):
        on = OnOrder(ref, subject, time)
        case = executable(source, on, execution)
        again = command("order", "execute", ref, **given.flags, subject=subject, at=at)
        receipt = case.received
        seen = [receipt.order.source, receipt.order.id, list(case.order.may_have)]
        parameters = [ref, *seen, to_builtins(execution), at]
        need_second_person(site, _ACT, parameters, again, about=case.person)
        print_order(source, execute(site, source, on, execution), as_json)
    if is_open(case):
        tell("open-disclosure", command("secrecy", "hand-over"))
