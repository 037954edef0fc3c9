"""How long data is kept: what is due, what goes, what is to come."""

from typing import Annotated

from msgspec import Meta

from application.acts.deciding import due_steps
from application.queries.keeping.clock_pages import (
    ClockFilter,
    ClockPage,
    StepPage,
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
from web.context import RequestContext
from web.resource import NoParams, Params, resource
from web.resources.periods import Key, Limit
from web.runs import RetentionRun, runs_of

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
def due(context: RequestContext, params: DueParams) -> ClockPage:
    """Whose data is past its period, whose consent ended, or whose erasure waits; part by part."""
    wanted, part = ClockFilter(params.all, params.category), Part(params.after, params.limit)
    return clock_page(context.source("retention"), wanted, part, context.site.remembered)


@resource("/retention", "retention", name="retention", rows="clocks")
def every_clock(context: RequestContext, params: DueParams) -> Clocks:
    """The same, all of them."""
    source = context.source("retention")
    rows = clocks(source, day_of(source.now), every=params.all)
    return Clocks([row for row in rows if params.category in {None, row.category}])


@resource("/retention/run", "retention", name="retention", rows="due")
def would_go(context: RequestContext, params: RunParams) -> StepPage:
    """What a run of today would erase; part by part."""
    part = Part(params.after, params.limit)
    return step_page(context.source("retention"), part, context.site.remembered)


@resource("/retention/run", "retention", name="retention", rows="due")
def every_step(context: RequestContext, params: RunParams) -> DueSteps:
    """The same, all of it."""
    source = context.source("retention")
    steps = list(step_rows(source, due_steps(source.session, day_of(source.now))))
    return DueSteps(due=steps, count=len(steps))


@resource("/retention/forecast", "retention", name="retention", rows="months")
def to_come(context: RequestContext, params: ForecastParams) -> Forecast:
    """How much of each category falls due in the months to come, as things stand."""
    source = context.source("retention")
    return forecast(
        source, months_after(day_of(source.now), params.months), context.site.remembered
    )


@resource("/retention/progress", "retention", name="retention")
def last_run(context: RequestContext, params: NoParams) -> RetentionRun:
    """The run of retention that was started by form, at work or the last one: how far it is."""
    return runs_of(context.settings).last


RESOURCES = (due, would_go, to_come, last_run)
