"""The flags that say what an order asks, for `ledger order receive`."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, get_args

import typer

from application.lookups import fields
from application.orders_in import OrderForm
from console.flags import code_option, day_named, option, switch, time_of
from console.setting_flags import Several
from console.streams import object_of, sha256_of
from schemas import PERSONAL_FIELDS
from schemas.events.orders import IssuedBy, OrderKind

_ISSUERS: tuple[str, ...] = get_args(IssuedBy)
_KINDS: tuple[str, ...] = get_args(OrderKind)
Document = Annotated[
    str | None,
    option("--document", "FILE", "The document itself: its SHA-256 is recorded, and nothing else."),
]

_OPTIONS: Mapping[str, Any] = {
    "provision": Annotated[
        str | None, option("--provision", "P", "The provision that it names, such as nl.sv.126na.")
    ],
    "authority": Annotated[
        str | None, option("--authority", "A", "Which authority, as a code such as om-rotterdam.")
    ],
    "issued_by": Annotated[
        str | None, code_option("--issued-by", "I", _ISSUERS, "Who ordered it: one of {}.")
    ],
    "kind": Annotated[str | None, code_option("--kind", "K", _KINDS)],
    "country": Annotated[
        str | None, option("--country", "CC", "Of a foreign authority: its country.")
    ],
    "field": Annotated[
        list[str] | None,
        code_option(
            "--field",
            "F",
            PERSONAL_FIELDS,
            "A personal field that it asks for; may be repeated.",
            names=lambda: fields(PERSONAL_FIELDS),
        ),
    ],
    "period_from": Annotated[
        str | None, option("--period-from", "DAY", "The first day of the data.")
    ],
    "period_to": Annotated[str | None, option("--period-to", "DAY", "The last day of the data.")],
    "oral": Annotated[bool | None, switch("--oral", "It was given orally.")],
    "urgent": Annotated[bool | None, switch("--urgent", "It is an emergency.")],
    "respond_by": Annotated[
        str | None, option("--respond-by", "T", "By when the authority wants the answer.")
    ],
    "case": Annotated[str | None, option("--case", "C", "The authority's own reference.")],
    "values": Annotated[
        str | None,
        option(
            "--values",
            "FILE",
            "By what it names the person: fields as JSON or TOML; - is standard input.",
        ),
    ],
    "extends": Annotated[
        str | None,
        option(
            "--extends", "ORDER", "The order to preserve data that this one follows or prolongs."
        ),
    ],
    "document": Document,
}


def order_form_of(
    *,
    provision: str | None,
    authority: str | None,
    period_from: str | None,
    period_to: str | None,
    respond_by: str | None,
    values: str | None,
    document: str | None,
    **stated: Any,
) -> OrderForm:
    """The order that the options state. Raises BadParameter, Misconfigured for a file that does not fit."""
    needed = {
        "--provision": provision,
        "--authority": authority,
        "--issued-by": stated["issued_by"],
    }
    for flag, value in needed.items():
        if value is None:
            raise typer.BadParameter(f"{flag}: expected what the order says")
    assert provision
    assert authority
    return OrderForm(
        provision=provision,
        authority=authority,
        period_from=_day("--period-from", period_from),
        period_to=_day("--period-to", period_to),
        respond_by=time_of("--respond-by", respond_by),
        personal=object_of("--values", values) if values else {},  # type: ignore[arg-type]
        sha256=sha256_of(document) if document else None,
        requested_fields=stated["field"] or (),
        case_ref=stated["case"],
        oral=bool(stated["oral"]),
        form="oral" if stated["oral"] else "letter",
        **{name: stated[name] for name in ("issued_by", "kind", "country", "urgent", "extends")},
    )


def _day(flag: str, text: str | None) -> date | None:
    return day_named(flag, text) if text else None


Stated = Annotated[OrderForm, Several(order_form_of, _OPTIONS)]
"""The order as the flags of a command state it."""
