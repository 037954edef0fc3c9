"""`ledger request list` and `show`: what is open, what is overdue, and what was done."""

from typing import Annotated

import typer

from application.language import spoken
from application.queries.found_requests import NotAllowed, find, found_of, known_requests
from application.queries.requests import decisions_on, listed, shown
from application.queries.subjects import check_reference, known_streams
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
    code_option,
    configured,
    moment_of,
    period_of,
)
from console.output import emit, people
from console.show.requests import request_tables, requests_table
from host.settings import Settings
from rulebook import RIGHTS

Ref = Annotated[str, typer.Argument(metavar="REF", help="Reference of the request.")]
Whose = Annotated[
    str | None,
    typer.Option("--subject", metavar="S", help="Whose request it is, such as customer/10023."),
]


def add_commands(group: typer.Typer) -> None:
    """Add the commands of this module to those on requests."""
    group.command("list")(list_requests)
    group.command("show")(show_request)


@configured("store")
def list_requests(
    settings: Settings,
    subject: Whose = None,
    right: Annotated[
        str | None,
        code_option("--right", "R", RIGHTS, "Only for this right."),
    ] = None,
    everything: Annotated[
        bool, typer.Option("--all", help="Also those that were answered, refused or closed.")
    ] = False,
    overdue: Annotated[
        bool, typer.Option("--overdue", help="Only those that are too late.")
    ] = False,
    as_of: AsOf = None,
    recorded_by: RecordedBy = None,
    at_position: AtPosition = None,
    since: Since = None,
    until: Until = None,
    limit: MostUrgent = None,
    as_json: Json = False,
) -> None:
    """Print open requests, by when they must be answered. Exit status 1 when one is overdue."""
    if subject is not None:
        check_reference(subject)
    moment, period = moment_of(as_of, recorded_by, at_position), period_of(since, until)
    with reading(settings, "request", moment) as (site, source):
        prepare(site, moment.known)
        streams = known_streams(source, subject) if subject else None
        unanswered = not everything and moment.as_of is None
        rows = known_requests(source, moment, streams=streams, unanswered=unanswered)
        rows = [row for row in rows if right in {None, row[1].right}]
        found, time = found_of(source, rows), moment.as_of or source.now
        made = listed(
            found, time, ended=everything, overdue_only=overdue, period=period, limit=limit
        )
    if as_json:
        emit(made)
    else:
        people().print(requests_table(made))
    fail_unless(made.overdue == 0)


@configured("store")
def show_request(
    settings: Settings,
    ref: Ref,
    subject: Whose = None,
    as_of: AsOf = None,
    recorded_by: RecordedBy = None,
    at_position: AtPosition = None,
    as_json: Json = False,
) -> None:
    """Print one request with every act on it. Exit status 1 when it is overdue."""
    moment = moment_of(as_of, recorded_by, at_position)
    with reading(settings, "request", moment) as (site, source):
        prepare(site, moment.known)
        found = find(source, ref, subject, moment)
        decisions = decisions_on(
            source.session, source.opener, found, moment, source.privacy_office
        )
        made = shown(found, moment.as_of or source.now, spoken(), decisions)
    if made is None:
        raise NotAllowed(f"request {ref} had not been received by then")
    if as_json:
        emit(made)
    else:
        people().print(*request_tables(made))
    fail_unless(made.ended_at is not None or not made.overdue)
