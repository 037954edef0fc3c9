"""How long data is kept: what is due, what goes, what is to come."""

from typing import Annotated

from msgspec import Meta

from application.acts.deciding import due_steps
from application.queries.keeping.clock_pages import (
    ClockPage,
    StepPage,
    Wanted,
    clock_page,
    step_page,
)
from application.queries.keeping.periods import (
    Clocks,
    DueSteps,
    Forecast,
    clocks,
    forecast,
    step_rows,
)
from application.queries.parts import LIMIT, Part
from rulebook.calendar import day_of, months_after
from web.resource import NoParams, Params, resource
from web.resources.periods import Key, Limit
from web.runs import RetentionRun, runs_of
from web.visit import Visit

PERSONS = 40
"""On one page: each has a clock for every category."""


class DueParams(Params, frozen=True, kw_only=True):
    """`all`: also what is not due yet. `category`: of this one alone. `limit`: of so many persons at most."""

    all: bool = False
    category: str | None = None
    after: Key = None
    limit: Limit = PERSONS


class RunParams(Params, frozen=True, kw_only=True):
    """`limit`: of so many persons at most, each with all that goes of them."""

    after: Key = None
    limit: Limit = LIMIT


class ForecastParams(Params, frozen=True, kw_only=True):
    """How many months ahead."""

    months: Annotated[int, Meta(ge=1, le=240)] = 12


@resource("/retention", "retention", name="retention", rows="clocks")
def due(visit: Visit, params: DueParams) -> ClockPage:
    """Whose data is past its period, whose consent ended, or whose erasure waits; part by part."""
    wanted, part = Wanted(params.all, params.category), Part(params.after, params.limit)
    return clock_page(visit.source("retention"), wanted, part, visit.site.remembered)


@resource("/retention", "retention", name="retention", rows="clocks")
def every_clock(visit: Visit, params: DueParams) -> Clocks:
    """The same, all of them."""
    source = visit.source("retention")
    rows = clocks(source, day_of(source.now), every=params.all)
    return Clocks([row for row in rows if params.category in {None, row.category}])


@resource("/retention/run", "retention", name="retention", rows="due")
def would_go(visit: Visit, params: RunParams) -> StepPage:
    """What a run of today would erase; part by part."""
    part = Part(params.after, params.limit)
    return step_page(visit.source("retention"), part, visit.site.remembered)


@resource("/retention/run", "retention", name="retention", rows="due")
def every_step(visit: Visit, params: RunParams) -> DueSteps:
    """The same, all of it."""
    source = visit.source("retention")
    steps = list(step_rows(source, due_steps(source.session, day_of(source.now))))
    return DueSteps(due=steps, count=len(steps))


@resource("/retention/forecast", "retention", name="retention", rows="months")
def to_come(visit: Visit, params: ForecastParams) -> Forecast:
    """How much of each category falls due in the months to come, as things stand."""
    source = visit.source("retention")
    return forecast(source, months_after(day_of(source.now), params.months), visit.site.remembered)


@resource("/retention/progress", "retention", name="retention")
def last_run(visit: Visit, params: NoParams) -> RetentionRun:
    """The run of retention that was started by form, at work or the last one: how far it is."""
    return runs_of(visit.settings).last


RESOURCES = (due, would_go, to_come, last_run)
