"""Commands about how long data is kept: due, run, forecast, decide."""

from functools import partial
from typing import Annotated

from application.acts.acting import Permit
from application.acts.deciding import due_steps, erase_due
from application.acts.given import command_for
from application.acts.on_retention import Decision, asked_decision
from application.acts.on_retention import decide as decide_on
from application.following import bring_up_to_date
from application.queries.keeping.periods import Clock, clocks, forecast, step_rows
from application.queries.subjects import check_person
from application.source import Source
from application.words import counted
from console.commands.approving import need_second_person
from console.commands.failing import fail_unless
from console.commands.people import reading
from console.flags import Json, configured, option, switch
from console.output import print_answer, print_rows
from console.show.retention import clocks_table, decision_tables, forecast_table, steps_table
from host.notes import tell
from host.settings import Settings
from host.site import Site
from rulebook.calendar import day_of, months_after

Yes = Annotated[bool, switch("--yes", "Carry it out; without --yes it is only shown.")]


@configured("store")
def show_due(
    settings: Settings,
    every: Annotated[bool, switch("--all", "Also what is not due yet.")] = False,
    as_json: Json = False,
) -> None:
    """Print whose data is past its period, whose consent ended, or whose erasure waits.

    *Due* means that `ledger retention run` would erase it. Exit status 1 when anything is due.
    """
    late = False

    # Rows are printed as they are read, so the exit status is gathered on the way.
    def watched(row: Clock) -> Clock:
        nonlocal late
        late = late or row.due
        return row

    with reading(settings, "retention") as (site, source):
        bring_up_to_date(site)
        rows = (watched(row) for row in clocks(source, day_of(source.now), every=every))
        print_rows("clocks", rows, clocks_table, as_json)
    fail_unless(not late)


@configured("store")
def run(settings: Settings, carry_out: Yes = False, as_json: Json = False) -> None:
    """Erase what is due: waiting erasures, ended consents, passed periods, old tombstones.

    Without --yes it only prints what would go. Run every night; a second run finds nothing.
    """
    with reading(settings, "retention") as (site, source):
        bring_up_to_date(site)
        today = day_of(source.now)
        steps = erase_due(site) if carry_out else due_steps(source.session, today)
        rows = step_rows(source, steps)
        name, title = ("erased", "erased") if carry_out else ("due", "would-be")
        print_rows(name, rows, partial(steps_table, title), as_json, count_as="count")
        if carry_out:
            tell("tombstones", counted("tombstone", site.expire_tombstones()))
        else:
            tell("not-erased")


@configured("store")
def show_forecast(
    settings: Settings,
    months: Annotated[int, option("--months", "N", "How many months ahead.", min=1, max=240)] = 12,
    as_json: Json = False,
) -> None:
    """Print how much data of each category falls due in the months to come, as things stand."""
    with reading(settings, "retention") as (site, source):
        bring_up_to_date(site)
        answer = forecast(source, months_after(day_of(source.now), months))
    print_answer(answer, lambda answer: forecast_table(answer.months), as_json)


@configured("store")
def decide(
    settings: Settings, given: Decision, carry_out: Yes = False, as_json: Json = False
) -> None:
    """Decide whether to erase, retain or restrict each category of a person, and say why.

    Without --yes it records nothing. It refuses a request that is unknown, belongs to another person, has
    ended, or whose identity check is missing. The ledger erases what it must keep now by itself once no
    ground keeps it. Exit status 1 unless everything goes.
    """
    check_person(given.subject)
    with reading(settings, "retention") as (site, source):
        bring_up_to_date(site)
        permit = _permit(site, source, given) if carry_out else None
        answer = decide_on(site, source, given, carry_out=carry_out, permit=permit)
        print_answer(answer, decision_tables, as_json)
    if not carry_out:
        tell("not-decided")
    fail_unless(answer.complete)


def _permit(site: Site, source: Source, given: Decision) -> Permit | None:
    """What a decision may be carried out by, where it needs two persons."""
    asked = asked_decision(site, source, given)
    if asked is None:
        return None
    again = command_for(given, "retention", "decide", yes=True)
    return need_second_person(site, asked.act, asked.parameters, again, asked.about)
