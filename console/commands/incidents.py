"""`ledger incident`: breaches and suspected misuse, the clocks that run, and the persons concerned."""

from typing import Annotated

import msgspec
import typer

from application.following import bring_up_to_date
from application.language import spoken
from application.queries.found_incidents import find_case
from application.queries.incidents import affected_persons, incident, incident_list, sources_of
from application.queries.lookups import known_activity, known_recipient, known_system
from application.source import Source
from console.commands import breach_notices, incident_acts
from console.commands.failing import fail_unless
from console.commands.incident_acts import Ref, Whose
from console.commands.people import prepare, reading
from console.flags import (
    AsOf,
    AtPosition,
    Json,
    MostUrgent,
    RecordedBy,
    Since,
    Until,
    bounds_of,
    code_option,
    configured,
    moment_of,
    period_of,
)
from console.output import emit, emit_list, people
from console.show.incidents import affected_table, incident_tables, incidents_table
from host.settings import Settings
from projections.reading.affected import Scope
from schemas import CATEGORIES

incidents = typer.Typer(help="Breaches and suspected misuse (GDPR Art. 33, 34; policy 4.4).")


def add_commands(app: typer.Typer) -> None:
    """Add the commands of this module to the program."""
    incident_acts.add_commands(incidents)
    incidents.command("list")(list_incidents)
    incidents.command("show")(show_incident)
    incidents.command("affected")(show_affected)
    breach_notices.add_commands(incidents)
    app.add_typer(incidents, name="incident", rich_help_panel="Rights")


@configured("store")
def list_incidents(
    settings: Settings,
    everything: Annotated[
        bool, typer.Option("--all", help="Also those in which nothing is to be done any more.")
    ] = False,
    as_of: AsOf = None,
    recorded_by: RecordedBy = None,
    at_position: AtPosition = None,
    since: Since = None,
    until: Until = None,
    limit: MostUrgent = None,
    as_json: Json = False,
) -> None:
    """Print open breaches and cases of misuse with their clocks. Exit status 1 when one is overdue."""
    moment, period = moment_of(as_of, recorded_by, at_position), period_of(since, until)
    with reading(settings, "incident", moment) as (site, source):
        prepare(site, moment.known)
        answer = incident_list(source, moment, everything=everything, period=period, limit=limit)
        if as_json:
            emit(answer)
        else:
            people().print(incidents_table(answer))
    fail_unless(answer.overdue == 0)


@configured("store")
def show_incident(
    settings: Settings,
    ref: Ref,
    subject: Whose = None,
    as_of: AsOf = None,
    recorded_by: RecordedBy = None,
    at_position: AtPosition = None,
    as_json: Json = False,
) -> None:
    """Print one case: its clocks, who was told, every act. Exit status 1 when a clock is overdue."""
    moment = moment_of(as_of, recorded_by, at_position)
    with reading(settings, "incident", moment) as (site, source):
        prepare(site, moment.known)
        case = find_case(source, ref, subject=subject, moment=moment)
        answer = incident(case, moment.as_of or source.now, spoken())
        if as_json:
            emit(answer)
        else:
            people().print(*incident_tables(answer))
    fail_unless(not answer.overdue)


@configured("store")
def show_affected(
    settings: Settings,
    ref: Ref,
    category: Annotated[
        list[str] | None,
        code_option(
            "--category",
            "C",
            CATEGORIES,
            "Whose data of this category it reached; may be repeated.",
        ),
    ] = None,
    system: Annotated[
        str | None, typer.Option("--system", metavar="S", help="In this registered system, by id.")
    ] = None,
    recipient: Annotated[
        str | None, typer.Option("--recipient", metavar="R", help="With this recipient, by id.")
    ] = None,
    activity: Annotated[
        str | None, typer.Option("--activity", metavar="A", help="In this processing activity.")
    ] = None,
    since: Since = None,
    until: Until = None,
    as_json: Json = False,
) -> None:
    """Print the persons whom a breach concerns, by what it reached, and who of them was told."""
    wanted = frozenset(category or ())
    if not any((wanted, system, recipient, activity, since, until)):
        raise typer.BadParameter("say what it reached: a category, system, recipient, period …")
    start, end = bounds_of(since, until)
    scope = Scope(
        categories=wanted,
        since=start,
        until=end,
        recipient=recipient,
        activity=activity,
    )
    with reading(settings, "incident") as (site, source):
        bring_up_to_date(site)
        _print_affected(source, ref, _known(source, scope), system, as_json)


def _known(source: Source, scope: Scope) -> Scope:
    """A scope with the ids of what it names. Raises BadParameter."""
    party, activity = scope.recipient, scope.activity
    return msgspec.structs.replace(
        scope,
        recipient=known_recipient(source, party) if party else None,
        activity=known_activity(source, activity) if activity else None,
    )


def _print_affected(
    source: Source, ref: str, scope: Scope, system: str | None, as_json: bool
) -> None:
    case = find_case(source, ref)  # there must be one
    within = sources_of(source, known_system(source, system)) if system else None
    reached = scope.within(within) if within else scope
    rows = affected_persons(source, reached, case.told)
    if as_json:
        emit_list("persons", rows, count_as="count")
    else:
        people().print(affected_table(rows))
