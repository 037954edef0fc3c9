"""`ledger complaint`: what persons complained of, with its clock, outcome and findings."""

from typing import Annotated

import typer

from application.language import spoken
from application.queries.complaints import complaint, complaint_list
from console.commands.failing import fail_unless
from console.commands.people import prepare, reading
from console.flags import (
    AsOf,
    AtPosition,
    Json,
    MostUrgent,
    RecordedBy,
    Since,
    Until,
    configured,
    moment_of,
    period_of,
)
from console.output import emit, people
from console.show.complaints import complaint_tables, complaints_table
from host.settings import Settings

complaints = typer.Typer(help="Complaints about personal data (policy 10).")

Ref = Annotated[str, typer.Argument(metavar="REF", help="Reference of the complaint.")]
Whose = Annotated[
    str | None,
    typer.Option("--subject", metavar="S", help="Whose complaint it is, such as customer/10023."),
]


def add_commands(app: typer.Typer) -> None:
    """Add the commands of this module to the program."""
    complaints.command("list")(list_complaints)
    complaints.command("show")(show_complaint)
    app.add_typer(complaints, name="complaint", rich_help_panel="Rights")


@configured("store")
def list_complaints(
    settings: Settings,
    everything: Annotated[
        bool, typer.Option("--all", help="Also those that were answered.")
    ] = False,
    as_of: AsOf = None,
    recorded_by: RecordedBy = None,
    at_position: AtPosition = None,
    since: Since = None,
    until: Until = None,
    limit: MostUrgent = None,
    as_json: Json = False,
) -> None:
    """Print complaints that wait for an answer, by when it is due. Exit status 1 when one is overdue.

    Complaints and answers are recorded by upstream, or with `ledger record complaint-received` and
    `ledger record complaint-answered`.
    """
    moment, period = moment_of(as_of, recorded_by, at_position), period_of(since, until)
    with reading(settings, "complaint", moment) as (site, source):
        prepare(site, moment.known)
        answer = complaint_list(source, moment, everything=everything, period=period, limit=limit)
        if as_json:
            emit(answer)
        else:
            people().print(complaints_table(answer))
    fail_unless(answer.overdue == 0)


@configured("store")
def show_complaint(
    settings: Settings,
    ref: Ref,
    subject: Whose = None,
    as_of: AsOf = None,
    recorded_by: RecordedBy = None,
    at_position: AtPosition = None,
    as_json: Json = False,
) -> None:
    """Print one complaint: its clock, its outcome, the rules that it breaks, every act on it.

    Exit status 1 when it is overdue.
    """
    moment = moment_of(as_of, recorded_by, at_position)
    with reading(settings, "complaint", moment) as (site, source):
        prepare(site, moment.known)
        answer = complaint(source, ref, subject, moment, spoken())
        if as_json:
            emit(answer)
        else:
            people().print(*complaint_tables(answer))
    fail_unless(not answer.overdue)
