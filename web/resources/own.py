"""What a person of the portal sees of themselves. For everybody else there is nothing at these addresses."""

from typing import Annotated

from msgspec import Meta

from application.queries.reports import own
from application.queries.reports.access import AccessReport, access_report
from application.queries.reports.portability import PortabilityExport, portability
from schemas.formats import Id
from web.context import RequestContext
from web.problems import NotFound
from web.requests import time_named
from web.resource import NoParams, Params, resource
from web.resources.programs import report_scope


class HistoryParams(Params, frozen=True):
    """What happened before a time; without it all."""

    before: Annotated[str, Meta(description="A time with its offset.")] | None = None


class ActParams(Params, frozen=True):
    """Which act, by the id that it was recorded with."""

    id: Id


@resource("/me", "own", name="own-data", rows="data")
def own_data(context: RequestContext, params: NoParams) -> own.OwnData:
    """What is known of the person who asks: values, contracts, what was erased or is restricted."""
    return own.own_data(context.own_source("own-data"), context.principal.reference)


@resource("/me/disclosures", "own", name="own-disclosures", rows="disclosures")
def own_disclosures(context: RequestContext, params: NoParams) -> own.OwnDisclosures:
    """To whom data of the person who asks was given, as the access report tells it."""
    source = context.own_source("own-disclosures")
    return own.own_disclosures(source, context.principal.reference)


@resource("/me/consents", "own", name="own-consents")
def own_consents(context: RequestContext, params: NoParams) -> own.OwnConsents:
    """What the person who asks decided on, what each decision is worth, and what else they chose."""
    return own.own_consents(context.own_source("own-consents"), context.principal.reference)


@resource("/me/requests", "own", name="own-requests", rows="requests")
def own_requests(context: RequestContext, params: NoParams) -> own.OwnRequests:
    """What the person who asks asked for, and how each request stands."""
    return own.own_requests(context.own_source("own-requests"), context.principal.reference)


@resource("/me/history", "own", name="own-history", rows="acts")
def own_history(context: RequestContext, params: HistoryParams) -> own.OwnHistory:
    """What was done with data of the person who asks, and when it was looked at, by time."""
    before = time_named({"before": params.before or ""}, "before")
    source = context.own_source("own-history")
    return own.own_history(source, context.principal.reference, context.language, before)


@resource("/me/acts/{id}", "own", name="own-act")
def own_act(context: RequestContext, params: ActParams) -> own.OwnAct:
    """What the person who asks did in the portal, as it is recorded."""
    person = own.own(context.own_source("own-act"), context.principal.reference)
    event = own.done_in_portal(person, params.id)
    if event is None:
        raise NotFound
    return own.own_act(event)


@resource("/me/access-report", "own", name="own-access-report")
def own_access_report(context: RequestContext, params: NoParams) -> AccessReport:
    """What GDPR Art. 15 owes the person who asks. An open request for it stays open."""
    source, reference = context.own_source("own-access-report"), context.principal.reference
    own.own(source, reference)
    return access_report(source, report_scope(context, source, reference))


@resource("/me/portability", "own", name="own-portability")
def own_portability(context: RequestContext, params: NoParams) -> PortabilityExport:
    """What the person who asks may take along (GDPR Art. 20). An open request for it stays open."""
    source, reference = context.own_source("own-portability"), context.principal.reference
    own.own(source, reference)
    return portability(source, report_scope(context, source, reference))


RESOURCES = (
    own_data,
    own_disclosures,
    own_consents,
    own_requests,
    own_history,
    own_act,
    own_access_report,
    own_portability,
)
