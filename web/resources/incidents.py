"""Breaches and suspected misuse, their clocks, and what the authority must be told."""

from application.queries.cases import incidents as cases
from application.queries.cases.breach_notice import BreachNotice, breach_notice
from application.queries.cases.found_incidents import find_case
from web.resource import Params, resource
from web.resources.requests import CaseParams, CasesParams
from web.visit import Visit


class BreachParams(Params, frozen=True, kw_only=True):
    """One breach."""

    ref: str


@resource("/incidents", "incidents", name="incident", rows="incidents", timed=True)
def incidents(visit: Visit, params: CasesParams) -> cases.IncidentPage:
    """Breaches and cases of misuse with their clocks, the most urgent first; part by part."""
    source, everything, period = visit.source("incident"), params.all, params.period
    return cases.incident_page(
        source, visit.moment, params.part, everything=everything, period=period
    )


@resource("/incidents", "incidents", name="incident", rows="incidents", timed=True)
def every_incident(visit: Visit, params: CasesParams) -> cases.IncidentList:
    """The same, all of them."""
    source, everything, period = visit.source("incident"), params.all, params.period
    return cases.incident_list(source, visit.moment, everything=everything, period=period)


@resource("/incidents/{ref}", "incidents", name="incident", timed=True)
def incident(visit: Visit, params: CaseParams) -> cases.IncidentFile:
    """One case: its clocks, who was told, every act."""
    source = visit.source("incident")
    case = find_case(source, params.ref, subject=params.subject, moment=visit.moment)
    return cases.incident(case, visit.moment.as_of or source.now, visit.language)


@resource("/incidents/{ref}/notification", "incidents", name="breach notification", timed=True)
def notification(visit: Visit, params: BreachParams) -> BreachNotice:
    """What the authority must be told of a breach (GDPR Art. 33), and what is missing."""
    source = visit.source("incident")
    case = find_case(source, params.ref, "breach", moment=visit.moment)
    return breach_notice(case, visit.settings.controller, visit.moment.as_of or source.now)


RESOURCES = (incidents, incident, notification)
