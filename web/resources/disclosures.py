"""Answers about what was given to others."""

from typing import Annotated

from msgspec import Meta, field

from application.queries.disclosures.paged import DisclosurePage, PageFilter, disclosure_page
from application.queries.disclosures.transfers import Transfers, transfers
from application.queries.disclosures.transparency import TransparencyReport, transparency_at
from application.queries.lookups import known_provision, known_recipient
from application.queries.period import Period
from application.queries.registers.recipients import Recipients, recipients
from schemas.formats import Country
from web.requests import bound_of
from web.resource import NoParams, Params, resource
from web.resources.persons import Day, Limit
from web.visit import Visit


class DaysParams(Params, frozen=True):
    """Of which days; without them of all."""

    from_: Day | None = field(name="from", default=None)
    until: Day | None = None

    def period(self, visit: Visit) -> Period:
        """The days as a period, as of the moment that is shown. Raises Misconfigured for what is no day."""
        start, end = bound_of(self.from_, "from"), bound_of(self.until, "until", last=True)
        return Period(start, end, visit.moment.as_of)


class DisclosureParams(DaysParams, frozen=True):
    """Which disclosures, and behind which one the page goes on. `recipient`: by id or name.

    `provision`: in any spelling.
    """

    recipient: str | None = None
    kind: str | None = None
    provision: str | None = None
    country: Country | None = None
    after: Annotated[int, Meta(ge=1)] | None = None
    limit: Limit = 100


@resource("/disclosures", "disclosures", name="disclosures", rows="disclosures", timed=True)
def disclosures(visit: Visit, params: DisclosureParams) -> DisclosurePage:
    """Who received what about whom, when, why and how; the latest first, page by page."""
    source, recipient, provision = visit.source("disclosures"), params.recipient, params.provision
    criteria = PageFilter(
        recipient=known_recipient(source, recipient) if recipient else None,
        kind=params.kind,
        provision=known_provision(source, provision) if provision else None,
        country=params.country,
        period=params.period(visit),
        after=params.after,
        limit=params.limit,
        named=visit.has("persons"),
    )
    return disclosure_page(source, criteria, visit.moment)


@resource("/recipients", "disclosures", name="recipients", rows="recipients", timed=True)
def recipients_shown(visit: Visit, params: NoParams) -> Recipients:
    """Every party that may receive personal data, as it is or was."""
    return recipients(visit.source("recipients"), visit.moment.as_of, visit.moment.known)


@resource("/transfers", "disclosures", name="transfers", rows="transfers", timed=True)
def transfers_shown(visit: Visit, params: DaysParams) -> Transfers:
    """What left the European Economic Area, where to, and on which ground."""
    return transfers(visit.source("transfers"), params.period(visit), visit.moment)


@resource("/transparency", "disclosures", name="transparency", rows="kinds", timed=True)
def transparency_shown(visit: Visit, params: DaysParams) -> TransparencyReport:
    """How often data was given to each kind of recipient, in a form that can be published."""
    source = visit.source("transparency")
    return transparency_at(source, params.period(visit), visit.moment)


RESOURCES = (disclosures, recipients_shown, transfers_shown, transparency_shown)
