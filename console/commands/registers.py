"""Commands about processing: register, disclosures, recipients."""

import sys
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

import typer

from console.answers.disclosures import Wanted, disclosures
from console.answers.recipients import recipients
from console.answers.register import register
from console.answers.subjects import check_reference
from console.commands.following import bring_up_to_date
from console.commands.people import reading
from console.export import register_csv, register_page, register_workbook
from console.flags import AsOf, AtPosition, Json, configured, time_of
from console.output import emit, emit_bytes, emit_list, encode, people
from console.settings import Settings
from console.show.registers import disclosures_table, recipients_table, register_table
from schemas.events.disclosure import RecipientKind

__all__ = ["add_commands"]

Format = Literal["json", "csv", "xlsx", "html"]
FORMATS: tuple[Format, ...] = get_args(Format)
KINDS: tuple[str, ...] = get_args(RecipientKind)
EXPORTS = {
    "json": encode,
    "csv": register_csv,
    "xlsx": register_workbook,
    "html": register_page,
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
    at_position: AtPosition = None,
    form: Annotated[
        str | None,
        typer.Option(
            "--format",
            metavar="F",
            help=f"One of {', '.join(FORMATS)}.",
            autocompletion=lambda: FORMATS,
        ),
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", metavar="FILE", help="Write there, not on screen.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Print the Article 30 register: what was declared beside what was observed."""
    form = _format(form, as_json, output)
    with reading(settings) as (site, source):
        if at_position is None:
            bring_up_to_date(site)
        answer = register(source.session, settings.controller, at_position, source.privacy_office)
    if form is None:
        people().print(register_table(answer))
    elif output is None:
        emit_bytes(EXPORTS[form](answer))
    else:
        output.write_bytes(EXPORTS[form](answer))


def _format(form: str | None, as_json: bool, output: Path | None) -> str | None:
    """The format of the export, None for a table."""
    if form is not None and form not in FORMATS:
        raise typer.BadParameter(f"--format: expected one of {', '.join(FORMATS)}")
    if as_json and form not in {None, "json"}:
        raise typer.BadParameter(f"--json and --format {form} exclude each other")
    if output is not None and form is None and not as_json:
        raise typer.BadParameter("--output needs --format")
    if form == "xlsx" and output is None and sys.stdout.isatty():
        raise typer.BadParameter("--format xlsx: name a file with --output")
    return "json" if as_json else form


@configured("store")
def show_disclosures(
    settings: Settings,
    subject: Annotated[
        str | None, typer.Option("--subject", metavar="S", help="About this person.")
    ] = None,
    recipient: Annotated[
        str | None, typer.Option("--recipient", metavar="R", help="Given to this recipient, by id.")
    ] = None,
    kind: Annotated[
        str | None,
        typer.Option(
            "--kind", metavar="K", help="Given to this kind.", autocompletion=lambda: KINDS
        ),
    ] = None,
    since: Annotated[
        str | None, typer.Option("--from", metavar="T", help="Occurred at this time or later.")
    ] = None,
    until: Annotated[
        str | None, typer.Option("--to", metavar="T", help="Occurred at this time or earlier.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Print who received what, when and why. Both bounds of time are inclusive."""
    wanted = _wanted(subject, recipient, kind, since, until)
    with reading(settings) as (site, source):
        bring_up_to_date(site)
        rows = disclosures(source, wanted)
        if as_json:
            emit_list("disclosures", rows)
        else:
            people().print(disclosures_table(rows))


def _wanted(
    subject: str | None,
    recipient: str | None,
    kind: str | None,
    since: str | None,
    until: str | None,
) -> Wanted:
    if subject is not None:
        check_reference(subject)
    if kind is not None and kind not in KINDS:
        raise typer.BadParameter(f"--kind: expected one of {', '.join(KINDS)}")
    return Wanted(
        subject=subject,
        recipient=recipient.removeprefix("recipient/") if recipient else None,
        kind=kind,
        since=time_of("--from", since),
        until=time_of("--to", until),
    )


@configured("store")
def show_recipients(settings: Settings, as_of: AsOf = None, as_json: Json = False) -> None:
    """Print every party that may receive personal data, as it is now or was at a time."""
    time = time_of("--as-of", as_of)
    with reading(settings) as (site, source):
        bring_up_to_date(site)
        answer: dict[str, Any] = recipients(source, time)
        if as_json:
            emit(answer)
        else:
            people().print(recipients_table(answer))
