"""Breaches and suspected misuse, their clocks, and what the authority must be told."""

from application.queries.cases import incidents as cases
from application.queries.cases.breach_notice import BreachNotice, breach_notice
from application.queries.cases.found_incidents import find_case
from web.context import RequestContext
from web.resource import Params, resource
from web.resources.requests import CaseParams, CasesParams


class BreachParams(Params, frozen=True, kw_only=True):
    """One breach."""

    ref: str


@resource("/incidents", "incidents", name="incident", rows="incidents", timed=True)
def incidents(context: RequestContext, params: CasesParams) -> cases.IncidentPage:
    """Breaches and cases of misuse with their clocks, the most urgent first; part by part."""
    source, everything, period = context.source("incident"), params.all, params.period
    return cases.incident_page(
        source, context.moment, params.part, everything=everything, period=period
    )


@resource("/incidents", "incidents", name="incident", rows="incidents", timed=True)
def every_incident(context: RequestContext, params: CasesParams) -> cases.IncidentList:
    """The same, all of them."""
    source, everything, period = context.source("incident"), params.all, params.period
    return cases.incident_list(source, context.moment, everything=everything, period=period)


@resource("/incidents/{ref}", "incidents", name="incident", timed=True)
def incident(context: RequestContext, params: CaseParams) -> cases.IncidentFile:
    """One case: its clocks, who was told, every act."""
    source = context.source("incident")
    case = find_case(source, params.ref, subject=params.subject, moment=context.moment)
    return cases.incident(case, context.moment.as_of or source.now, context.language)


@resource("/incidents/{ref}/notification", "incidents", name="breach notification", timed=True)
def notification(context: RequestContext, params: BreachParams) -> BreachNotice:
    """What the authority must be told of a breach (GDPR Art. 33), and what is missing."""
    source = context.source("incident")
    case = find_case(source, params.ref, "breach", moment=context.moment)
    return breach_notice(case, context.settings.controller, context.moment.as_of or source.now)


RESOURCES = (incidents, incident, notification)
