"""`ledger order execute`: what was given to an authority; two persons do it."""

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Annotated, NamedTuple

from msgspec import to_builtins

from application.acts.executing import Execution, executable, execute
from application.acts.handing_over import PAYLOAD_TYPE
from application.acts.on_orders import OnOrder
from application.command_line import command
from application.lookups import fields
from application.queries.cases.found_requests import NotAllowed
from application.queries.desk import receipts
from application.queries.desk.receipts import Receipt
from application.source import Source
from console.commands.approving import EmergencyCode, need_second_person
from console.commands.order_lists import OrderRef, Whose
from console.commands.orders import print_order
from console.commands.people import working
from console.flags import At, Json, code_option, configured, option
from console.output import write_new
from console.setting_flags import OptionGroup
from console.streams import sha256_of
from host.keys import signing_key
from host.notes import tell
from host.settings import Settings
from ledger.storage.named import read_named
from ledger.tlog.signing.envelope import enclosed
from schemas import PERSONAL_FIELDS

_ACT = "order-execution"
_OPTIONS: Mapping[str, object] = {
    "field": Annotated[
        list[str] | None,
        code_option(
            "--field",
            "F",
            PERSONAL_FIELDS,
            "A field that is given; may be repeated. It must be in the bundle, and so must no other.",
            names=lambda: fields(PERSONAL_FIELDS),
        ),
    ],
    "bundle": Annotated[
        str | None,
        option(
            "--bundle", "FILE", "What `ledger order prepare` sealed, with its receipt beside it."
        ),
    ],
    "to": Annotated[
        str | None,
        option("--to", "AUTHORITY", "Who received it: only the authority that ordered."),
    ],
    "position": Annotated[
        int | None,
        option("--position", "N", "The position of the open ledger that it reflects.", min=0),
    ],
    "disclosure": Annotated[
        Path | None,
        option(
            "--disclosure",
            "FILE",
            "Of an order without secrecy: a new file, for `ledger ingest --signed` in the open ledger.",
        ),
    ],
}


class _Given(NamedTuple):
    """What the options of an execution say."""

    field: list[str] | None
    bundle: str | None
    to: str | None
    position: int | None
    disclosure: Path | None

    def execution(self, source: Source) -> Execution:
        """The execution, of what the receipt says that the bundle holds. Raises NotAllowed without one."""
        receipt = self._receipt(source) if self.bundle else None
        return Execution(
            receipt=receipt,
            bundle_sha256=sha256_of(self.bundle) if self.bundle else None,
            fields=tuple(self.field or ()),
            recipient=self.to,
            position=self.position,
            tells_open=self.disclosure is not None,
        )

    def _receipt(self, source: Source) -> Receipt:
        path = Path(f"{self.bundle}{receipts.SUFFIX}")
        try:
            text = read_named(path, receipts.MOST_BYTES, "any")
        except OSError:
            raise NotAllowed(
                f"this file has no receipt {path.name} beside it, so it was not prepared here: give "
                "`ledger order prepare ORDER --output FILE`",
                field="bundle",
            ) from None
        return receipts.read(source, text)

    @property
    def flags(self) -> dict[str, str | list[str] | None]:
        """The same options again, for a second person."""
        position = None if self.position is None else str(self.position)
        disclosure = None if self.disclosure is None else str(self.disclosure)
        named = {"field": self.field, "bundle": self.bundle, "to": self.to, "position": position}
        return {**named, "disclosure": disclosure}


@configured("store")
def execute_order(
    settings: Settings,
    ref: OrderRef,
    given: Annotated[_Given, OptionGroup(_Given, _OPTIONS)],
    subject: Whose = None,
    emergency: EmergencyCode = None,
    at: At = None,
    as_json: Json = False,
) -> None:
    """Record that an order was executed: exactly what its bundle holds, and the disclosure.

    Needs two persons.
    """
    with working(settings, "order", at) as (site, source, time):
        execution, on = given.execution(source), OnOrder(ref, subject, time)
        case = executable(site, source, on, execution)
        again = command("order", "execute", ref, **given.flags, subject=subject, at=at)
        receipt = case.received
        seen = [receipt.order.source, receipt.order.id, list(case.order.may_have)]
        parameters = [ref, *seen, to_builtins(execution), at]
        permit = need_second_person(site, _ACT, parameters, again, case.person, emergency)
        signer = signing_key(site.settings).load()

        def tell_open(line: bytes, to: Path) -> None:
            write_new(to, enclosed(line, PAYLOAD_TYPE, signer) + b"\n")

        teller = partial(tell_open, to=given.disclosure) if given.disclosure else None
        print_order(source, execute(site, source, on, execution, permit, teller), as_json)
    if given.disclosure:
        tell("open-disclosure", command("ingest", "--signed", str(given.disclosure)))
