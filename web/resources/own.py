"""What a person of the portal sees of themselves. For everybody else there is nothing at these addresses."""

from application.queries.cases.requests import RequestList
from application.queries.reports import own
from web.resource import NoParams, resource
from web.visit import Visit


@resource("/me", "own", name="own-data", rows="data")
def own_data(visit: Visit, params: NoParams) -> own.OwnData:
    """What is known of the person who asks: values, contracts, what was erased or is restricted."""
    return own.own_data(visit.own_source("own-data"), visit.principal.reference)


@resource("/me/disclosures", "own", name="own-disclosures", rows="disclosures")
def own_disclosures(visit: Visit, params: NoParams) -> own.OwnDisclosures:
    """To whom data of the person who asks was given, as the access report tells it."""
    source = visit.own_source("own-disclosures")
    return own.own_disclosures(source, visit.principal.reference)


@resource("/me/consents", "own", name="own-consents")
def own_consents(visit: Visit, params: NoParams) -> own.OwnConsents:
    """What the person who asks decided on, what each decision is worth, and what else they chose."""
    return own.own_consents(visit.own_source("own-consents"), visit.principal.reference)


@resource("/me/requests", "own", name="own-requests", rows="requests")
def own_requests(visit: Visit, params: NoParams) -> RequestList:
    """What the person who asks asked for, and how each request stands."""
    return own.own_requests(visit.own_source("own-requests"), visit.principal.reference)


RESOURCES = (own_data, own_disclosures, own_consents, own_requests)
