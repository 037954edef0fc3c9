"""`ledger incident`: breaches and suspected misuse, the clocks that run, and the persons concerned."""

from functools import partial
from typing import Annotated

import msgspec
import typer

from application.following import bring_up_to_date
from application.language import spoken
from application.listings.incidents import AFFECTED, INCIDENT, INCIDENTS
from application.queries.cases.found_incidents import find_case
from application.queries.cases.incidents import (
    affected_persons,
    incident,
    incident_list,
    sources_of,
)
from application.queries.lookups import known_activity, known_recipient, known_system
from application.queries.period import ALWAYS
from application.source import Source
from console.commands.failing import fail_unless
from console.commands.people import prepare, reading
from console.flags import (
    AtMoment,
    Json,
    MostUrgent,
    Since,
    Until,
    Within,
    bounds_of,
    code_option,
    configured,
    option,
    switch,
)
from console.output import print_answer, print_rows
from console.show.declared import table_of, tables_of
from host.settings import Settings
from projections.folds.timetravel import NOW
from projections.reading.affected import Scope
from schemas import CATEGORIES

Ref = Annotated[str, typer.Argument(metavar="REF", help="Reference of the breach or the case.")]
Whose = Annotated[str | None, option("--subject", "S", "Whose case it is, such as customer/10023.")]


@configured("store")
def list_incidents(
    settings: Settings,
    everything: Annotated[
        bool, switch("--all", "Also cases in which nothing is left to do.")
    ] = False,
    moment: AtMoment = NOW,
    period: Within = ALWAYS,
    limit: MostUrgent = None,
    as_json: Json = False,
) -> None:
    """Print open breaches and cases of misuse with their clocks. Exit status 1 when a clock is overdue."""
    with reading(settings, "incident", moment) as (site, source):
        prepare(site, moment.known)
        answer = incident_list(source, moment, everything=everything, period=period, limit=limit)
        print_answer(answer, lambda it: table_of(INCIDENTS, it.incidents), as_json)
    fail_unless(answer.overdue == 0)


@configured("store")
def show_incident(
    settings: Settings,
    ref: Ref,
    subject: Whose = None,
    moment: AtMoment = NOW,
    as_json: Json = False,
) -> None:
    """Print one case: its clocks, who was told, every act. Exit status 1 when a clock is overdue."""
    with reading(settings, "incident", moment) as (site, source):
        prepare(site, moment.known)
        case = find_case(source, ref, subject=subject, moment=moment)
        answer = incident(case, moment.as_of or source.now, spoken())
        print_answer(answer, partial(tables_of, INCIDENT), as_json)
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
        str | None, option("--system", "S", "In this registered system, by id.")
    ] = None,
    recipient: Annotated[
        str | None, option("--recipient", "R", "With this recipient, by id.")
    ] = None,
    activity: Annotated[
        str | None, option("--activity", "A", "In this processing activity.")
    ] = None,
    since: Since = None,
    until: Until = None,
    as_json: Json = False,
) -> None:
    """Print the persons whom a breach concerns, by what it reached, and when each was told."""
    categories = frozenset(category or ())
    if not any((categories, system, recipient, activity, since, until)):
        raise typer.BadParameter("say what it reached: a category, system, recipient, period …")
    start, end = bounds_of(since, until)
    scope = Scope(
        categories=categories,
        since=start,
        until=end,
        recipient=recipient,
        activity=activity,
    )
    with reading(settings, "incident") as (site, source):
        bring_up_to_date(site)
        _print_affected(source, ref, _with_ids(source, scope), system, as_json)


def _with_ids(source: Source, scope: Scope) -> Scope:
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
    case = find_case(source, ref)  # raises where there is none
    # A system is known by the sources that it sends events as.
    sources = sources_of(source, known_system(source, system)) if system else None
    scope = scope.within(sources) if sources else scope
    rows = affected_persons(source, scope, case.told)
    print_rows("persons", rows, partial(table_of, AFFECTED), as_json, count_as="count")
