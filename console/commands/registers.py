"""Commands about processing: register, disclosures, recipients."""

from collections.abc import Callable
from typing import Annotated, get_args

import typer

from application.following import bring_up_to_date
from application.language import spoken
from application.queries.disclosures import Wanted, disclosures
from application.queries.lookups import known_provision, known_recipient
from application.queries.recipients import recipients
from application.queries.register import register
from application.queries.register_answer import Register
from application.queries.subjects import check_reference
from console.commands.people import reading
from console.commands.reports import Output, form_of, put
from console.flags import (
    AsOf,
    AtPosition,
    Json,
    Limit,
    RecordedBy,
    Since,
    Until,
    code_option,
    configured,
    moment_of,
    period_of,
    time_of,
)
from console.output import emit, emit_list, people
from console.show.registers import disclosures_table, recipients_table, register_table
from documents import (
    register_csv,
    register_dpv,
    register_fideslang,
    register_page,
    register_workbook,
)
from host.settings import Settings
from schemas import texts
from schemas.encoding import to_line
from schemas.events.disclosure import RecipientKind

FORMATS = ("json", "csv", "xlsx", "html", "dpv", "fideslang")
KINDS: tuple[str, ...] = get_args(RecipientKind)
EXPORTS: dict[str, Callable[[Register, texts.Language], bytes]] = {
    "json": lambda answer, _language: to_line(answer),
    "csv": lambda answer, _language: register_csv(answer),
    "xlsx": register_workbook,
    "html": register_page,
    "dpv": lambda answer, _language: to_line(register_dpv(answer)),
    "fideslang": lambda answer, _language: to_line(register_fideslang(answer)),
}


def add_commands(app: typer.Typer) -> None:
    """Add the commands of this module to the program."""
    panel = "Processing"
    app.command("register", rich_help_panel=panel)(show_register)
    app.command("disclosures", rich_help_panel=panel)(show_disclosures)
    app.command("recipients", rich_help_panel=panel)(show_recipients)


@configured("store", "register")
def show_register(
    settings: Settings,
    as_of: AsOf = None,
    recorded_by: RecordedBy = None,
    at_position: AtPosition = None,
    form: Annotated[
        str | None,
        code_option("--format", "F", FORMATS),
    ] = None,
    output: Output = None,
    as_json: Json = False,
) -> None:
    """Print the Article 30 register: what was declared beside what was observed."""
    form = form_of(form, as_json, output, FORMATS)
    moment = moment_of(as_of, recorded_by, at_position)
    with reading(settings, "register", moment) as (site, source):
        bring_up_to_date(site)
        answer = register(source, settings.controller, moment)
    if form is None:
        people().print(register_table(answer))
    else:
        put(EXPORTS[form](answer, spoken()), output)


@configured("store")
def show_disclosures(
    settings: Settings,
    subject: Annotated[
        str | None, typer.Option("--subject", metavar="S", help="About this person.")
    ] = None,
    recipient: Annotated[
        str | None,
        typer.Option("--recipient", metavar="R", help="Given to this recipient, by id or name."),
    ] = None,
    kind: Annotated[
        str | None,
        code_option("--kind", "K", KINDS, "Given to this kind."),
    ] = None,
    provision: Annotated[
        str | None,
        typer.Option("--provision", metavar="P", help="Given under this article, in any spelling."),
    ] = None,
    since: Since = None,
    until: Until = None,
    as_of: AsOf = None,
    limit: Limit = None,
    as_json: Json = False,
) -> None:
    """Print who received what, when and why. Both bounds of time are inclusive."""
    if subject is not None:
        check_reference(subject)
    period = period_of(since, until, as_of)
    with reading(settings, "disclosures") as (site, source):
        bring_up_to_date(site)
        wanted = Wanted(
            subject=subject,
            recipient=known_recipient(source, recipient) if recipient else None,
            kind=kind,
            provision=known_provision(source, provision) if provision else None,
            period=period,
            limit=limit,
        )
        rows = disclosures(source, wanted)
        if as_json:
            emit_list("disclosures", rows)
        else:
            people().print(disclosures_table(rows))


@configured("store")
def show_recipients(settings: Settings, as_of: AsOf = None, as_json: Json = False) -> None:
    """Print every party that may receive personal data, as it is now or was at a time."""
    time = time_of("--as-of", as_of)
    with reading(settings, "recipients") as (site, source):
        bring_up_to_date(site)
        answer = recipients(source, time)
        if as_json:
            emit(answer)
        else:
            people().print(recipients_table(answer))
