"""Commands that account for what was given away: transparency, transfers."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from msgspec.structs import replace

from application.following import bring_up_to_date
from application.language import spoken
from application.queries.disclosures.received import EVERY, known_choice
from application.queries.disclosures.transfers import transfers
from application.queries.disclosures.transparency import transparency
from application.queries.period import ALWAYS
from console.commands.disclosure_flags import Chosen
from console.commands.people import reading
from console.flags import (
    Json,
    Since,
    Until,
    WithinKnown,
    bounds_of,
    code_option,
    configured,
    option,
)
from console.output import emit_bytes, people, print_answer, write_private
from console.show.registers import transfers_table, transparency_table
from documents.transparency import transparency_csv, transparency_page
from host.settings import Settings
from ledger.event import instant
from projections.folds.timetravel import Moment
from schemas.encoding import to_line

Output = Annotated[
    Path | None,
    option("--output", "FILE", "Write to this file instead of the screen."),
]
_FORMATS = ("json", "csv", "html")


@configured("store", "register")
def show_transparency(
    settings: Settings,
    since: Since = None,
    until: Until = None,
    form: Annotated[str | None, code_option("--format", "F", _FORMATS)] = None,
    output: Output = None,
    as_json: Json = False,
) -> None:
    """Print how often each kind of recipient got data, by quarter. Counts under 5 are not shown."""
    form = form_of(form, as_json, output, _FORMATS)
    start, end = bounds_of(since, until)
    with reading(settings, "transparency") as (site, source):
        bring_up_to_date(site)
        answer = transparency(source.session, start, end, source.now)
        made_at = instant(source.now)
    if form is None:
        people().print(transparency_table(answer))
    elif form == "json":
        put(to_line(answer), output)
    else:
        content = (
            transparency_csv(answer, spoken())
            if form == "csv"
            else transparency_page(
                answer, spoken(), controller=settings.controller.name, made_at=made_at
            )
        )
        put(content, output)


@configured("store")
def show_transfers(
    settings: Settings,
    chosen: Chosen = EVERY,
    period: WithinKnown = ALWAYS,
    as_json: Json = False,
) -> None:
    """Print what left the European Economic Area: where to, on which ground, agreed to or not."""
    with reading(settings, "transfers", Moment(period.as_of)) as (site, source):
        bring_up_to_date(site)
        answer = transfers(source, replace(known_choice(source, chosen), period=period))
    print_answer(answer, transfers_table, as_json)


def form_of(
    form: str | None, as_json: bool, output: Path | None, formats: Sequence[str]
) -> str | None:
    """The format of an export, None for a table. Raises BadParameter."""
    if as_json and form not in {None, "json"}:
        raise typer.BadParameter(f"--json and --format {form} exclude each other")
    if output is not None and form is None and not as_json:
        raise typer.BadParameter("--output needs --format")
    # A workbook is binary, which a terminal cannot show; a pipe may take it.
    if form == "xlsx" and output is None and sys.stdout.isatty():
        raise typer.BadParameter("--format xlsx: name a file with --output")
    return "json" if as_json else form


def put(content: bytes, output: Path | None) -> None:
    """Write an export to a file, or print it as it is."""
    if output is None:
        emit_bytes(content)
    else:
        write_private(output, content)
