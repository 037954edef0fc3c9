"""`ledger request list` and `show`: what is open, what is overdue, and what was done."""

from functools import partial
from typing import Annotated

import typer

from application.language import spoken
from application.listings.requests import REQUEST, REQUESTS
from application.queries.cases.request_lists import RequestFilter, request_file, request_list
from application.queries.period import ALWAYS
from application.queries.subjects import check_reference
from console.commands.failing import fail_unless
from console.commands.people import prepare, reading
from console.flags import (
    AtMoment,
    Json,
    MostUrgent,
    Within,
    code_option,
    configured,
    option,
    switch,
)
from console.output import print_answer
from console.show.declared import table_of, tables_of
from host.settings import Settings
from projections.folds.timetravel import NOW
from rulebook import RIGHTS

Ref = Annotated[str, typer.Argument(metavar="REF", help="Reference of the request.")]
Whose = Annotated[
    str | None, option("--subject", "S", "Whose request it is, such as customer/10023.")
]


@configured("store")
def list_requests(
    settings: Settings,
    subject: Whose = None,
    right: Annotated[
        str | None, code_option("--right", "R", RIGHTS, "Only for this right.")
    ] = None,
    everything: Annotated[
        bool, switch("--all", "Also those that were answered, refused or closed.")
    ] = False,
    overdue: Annotated[bool, switch("--overdue", "Only overdue requests.")] = False,
    moment: AtMoment = NOW,
    period: Within = ALWAYS,
    limit: MostUrgent = None,
    as_json: Json = False,
) -> None:
    """Print open requests, by the day when the answer is due. Exit status 1 when a request is overdue."""
    if subject is not None:
        check_reference(subject)
    with reading(settings, "request", moment) as (site, source):
        prepare(site, moment.known)
        criteria = RequestFilter(subject, right, everything, overdue, period, limit)
        answer = request_list(source, criteria, moment)
    print_answer(answer, lambda it: table_of(REQUESTS, it.requests), as_json)
    fail_unless(answer.overdue == 0)


@configured("store")
def show_request(
    settings: Settings,
    ref: Ref,
    subject: Whose = None,
    moment: AtMoment = NOW,
    as_json: Json = False,
) -> None:
    """Print one request with every act on it. Exit status 1 when it is overdue."""
    with reading(settings, "request", moment) as (site, source):
        prepare(site, moment.known)
        answer = request_file(source, ref, subject, moment, spoken())
    print_answer(answer, partial(tables_of, REQUEST), as_json)
    fail_unless(answer.ended_at is not None or not answer.overdue)
