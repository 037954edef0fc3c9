"""The flags that say what an order asks, for `ledger order receive` without a document."""

from typing import Annotated, get_args

import typer
from msgspec import Meta, Struct, ValidationError, convert
from msgspec.structs import replace

from application.lookups import fields
from application.orders_in import OrderForm
from console.flags import code_option, day_or_none, option, switch, time_of
from console.streams import object_of, sha256_of
from schemas import PERSONAL_FIELDS
from schemas.encoding import JsonValue
from schemas.events.orders import IssuedBy, OrderKind

ISSUERS: tuple[str, ...] = get_args(IssuedBy)
_KINDS: tuple[str, ...] = get_args(OrderKind)
EVERY = ("daily", "weekly", "monthly")
Document = Annotated[
    str | None,
    option("--document", "FILE", "The document itself: its SHA-256 is recorded, and nothing else."),
]

OPTIONS: dict[str, object] = {
    "provision": Annotated[
        str | None, option("--provision", "P", "The provision that it names, such as nl.sv.126na.")
    ],
    "authority": Annotated[
        str | None, option("--authority", "A", "Which authority, as a code such as om-rotterdam.")
    ],
    "issued_by": Annotated[
        str | None, code_option("--issued-by", "I", ISSUERS, "Who ordered it: one of {}.")
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
            "By what it names the person: fields as JSON or TOML, or `persons`, a list of such; "
            "- is standard input.",
        ),
    ],
    "extends": Annotated[
        str | None,
        option(
            "--extends", "ORDER", "The order to preserve data that this one follows or prolongs."
        ),
    ],
    "deliver": Annotated[
        str | None,
        code_option(
            "--deliver",
            "D",
            EVERY,
            "How often what came since is given, of a period that goes on: one of {}.",
        ),
    ],
    "notified": Annotated[
        bool | None,
        switch(
            "--notified", "The authority of another State was notified of it (EPOC, section K)."
        ),
    ],
    "authorised_by": Annotated[
        str | None,
        code_option(
            "--authorised-by", "B", ISSUERS, "Whose authorisation came with it: one of {}."
        ),
    ],
    "authorisation": Annotated[
        str | None,
        option(
            "--authorisation", "FILE", "The document of that authorisation: its SHA-256 is kept."
        ),
    ],
    "document": Document,
}


class _Flags(Struct, frozen=True):
    """What the flags say, as they were typed."""

    provision: str | None
    authority: str | None
    issued_by: str | None
    kind: str | None
    country: str | None
    field: list[str] | None
    period_from: str | None
    period_to: str | None
    oral: bool | None
    urgent: bool | None
    respond_by: str | None
    case: str | None
    values: str | None
    extends: str | None
    deliver: str | None
    notified: bool | None
    authorised_by: str | None
    authorisation: str | None
    document: str | None


def order_form_of(**stated: object) -> OrderForm:
    """The order that the options state. Raises BadParameter, Misconfigured for a file that does not fit."""
    flags = convert(stated, _Flags)
    return OrderForm(
        provision=_needed("--provision", flags.provision),
        authority=_needed("--authority", flags.authority),
        issued_by=_needed("--issued-by", flags.issued_by),
        kind=flags.kind,
        country=flags.country,
        requested_fields=flags.field or (),
        personal=_values(flags.values),
        period_from=day_or_none("--period-from", flags.period_from),
        period_to=day_or_none("--period-to", flags.period_to),
        oral=bool(flags.oral),
        urgent=flags.urgent,
        respond_by=time_of("--respond-by", flags.respond_by),
        case_ref=flags.case,
        form="oral" if flags.oral else "letter",
        sha256=sha256_of(flags.document) if flags.document else None,
        extends=flags.extends,
        deliver=flags.deliver,
        notified=flags.notified,
        authorised_by=flags.authorised_by,
        authorisation_sha256=_authorisation(flags),
    )


def order_forms_of(**stated: object) -> tuple[OrderForm, ...]:
    """The orders that the options state: one for each person whom the values name. Raises BadParameter."""
    form = order_form_of(**stated)
    persons = form.personal.get("persons")
    if persons is None:
        return (form,)
    try:
        each = convert(persons, Annotated[list[dict[str, JsonValue]], Meta(min_length=1)])
    except ValidationError:
        raise typer.BadParameter("--values: expected persons, each with its fields") from None
    if len(form.personal) > 1:
        raise typer.BadParameter("--values: expected fields of one person, or persons")
    return tuple(replace(form, personal=one) for one in each)


def _needed(flag: str, value: str | None) -> str:
    if value is None:
        raise typer.BadParameter(f"{flag}: expected what the order says")
    return value


def _authorisation(flags: _Flags) -> str | None:
    """The hash of an authorisation: who gave it and its document come together."""
    if bool(flags.authorised_by) != bool(flags.authorisation):
        raise typer.BadParameter("--authorised-by: name it with --authorisation, its document")
    return sha256_of(flags.authorisation) if flags.authorisation else None


def _values(file: str | None) -> dict[str, JsonValue]:
    """Personal values by field. What they hold is judged by the contract, as of any event."""
    return convert(object_of("--values", file), dict[str, JsonValue]) if file else {}
