"""`ledger report`: what is made for a person who asks, as a document that can be handed over."""

from pathlib import Path
from typing import Annotated

import typer

from console.answers.access_report import Asked, access_report
from console.answers.subjects import check_person
from console.commands.following import bring_up_to_date
from console.commands.people import Subject, reading
from console.commands.reports import put
from console.flags import AtPosition, Language, configured, language_of, time_of
from console.reporting import FORMATS, checkpoint_before, issue, rendered
from console.settings import Settings
from ledger.reading import head_position

__all__ = ["add_commands"]

report = typer.Typer(help="Documents for persons: access (GDPR Art. 15).")


def add_commands(app: typer.Typer) -> None:
    """Add the commands of this module to the program."""
    report.callback()(_group)
    report.command("access")(report_access)
    app.add_typer(report, name="report", rich_help_panel="Rights")


def _group() -> None:
    """Documents for persons: access (GDPR Art. 15)."""


@configured("store", "log", "register")
def report_access(
    settings: Settings,
    subject: Subject,
    request: Annotated[
        str | None,
        typer.Option(
            "--request",
            metavar="REF",
            help="The request that it answers: hash and checkpoint are recorded on it.",
        ),
    ] = None,
    form: Annotated[
        str,
        typer.Option(
            "--format",
            metavar="F",
            help=f"One of {', '.join(FORMATS)}.",
            autocompletion=lambda: FORMATS,
        ),
    ] = "json",
    language: Language = "nl",
    output: Annotated[
        Path | None, typer.Option("--output", metavar="FILE", help="Write there, not on screen.")
    ] = None,
    at_position: AtPosition = None,
    at: Annotated[
        str | None,
        typer.Option("--at", metavar="T", help="When it is made, with offset; now without it."),
    ] = None,
) -> None:
    """Make the access report of a person: what is processed, why, who got and who saw it, and a copy."""
    check_person(subject)
    if form not in FORMATS:
        raise typer.BadParameter(f"--format: expected one of {', '.join(FORMATS)}")
    spoken, time = language_of(language), time_of("--at", at)
    with reading(settings, "report") as (site, source):
        bring_up_to_date(site)
        head = head_position(source.session)
        position = head if at_position is None else min(at_position, head)
        asked = Asked(
            reference=subject,
            request_ref=request,
            language=spoken,
            position=position,
            rendered_at=time or source.now,
            controller=settings.controller,
            checkpoint=checkpoint_before(settings, position),
        )
        content = rendered(access_report(source, asked), asked, form)
        if request is not None:
            issue(site, source, asked, content, form, right="access", name="access-report-issued")
        put(content, output)
