"""Answers about what was given to others."""

from typing import Annotated

from msgspec import Meta, field
from msgspec.structs import asdict, replace

from application.queries.disclosures.paged import (
    LIMIT,
    DisclosurePage,
    PageFilter,
    disclosure_page,
)
from application.queries.disclosures.received import OUTSIDE_EEA, DisclosureFilter, known_choice
from application.queries.disclosures.totals import DisclosureTotals, disclosure_totals
from application.queries.disclosures.transfers import Transfers, transfers
from application.queries.disclosures.transparency import TransparencyReport, transparency_at
from application.queries.period import Period
from application.queries.registers.recipients import Recipients, recipients
from application.queries.subjects import note_read
from application.source import Source
from ledger.errors import UnknownSubject
from schemas import is_person
from schemas.formats import COUNTRY, LegalBasis
from schemas.references import kind_of
from web.requests import bound_of
from web.resource import NoParams, Params, resource
from web.resources.persons import Day, Limit
from web.visit import Visit

Where = Annotated[
    str,
    Meta(
        pattern=f"{COUNTRY}|^{OUTSIDE_EEA}\\Z",
        description="A country (ISO 3166-1 alpha-2, capitals), or `outside-eea` for all outside the EEA.",
    ),
]
Subject = Annotated[str, Meta(description="The reference of a person, such as customer/10023.")]


class DaysParams(Params, frozen=True):
    """Of which days; without them of all."""

    from_: Day | None = field(name="from", default=None)
    until: Day | None = None

    def period(self, visit: Visit) -> Period:
        """The days as a period, as of the moment that is shown. Raises Misconfigured for what is no day."""
        start, end = bound_of(self.from_, "from"), bound_of(self.until, "until", last=True)
        return Period(start, end, visit.moment.as_of)


class ChoiceParams(DaysParams, frozen=True):
    """Which disclosures, by what each says. `recipient`: by id or name. `provision`: in any spelling."""

    recipient: str | None = None
    kind: str | None = None
    provision: str | None = None
    country: Where | None = None
    purpose: str | None = None
    legal_basis: LegalBasis | None = None

    def wanted(self, visit: Visit, source: Source) -> DisclosureFilter:
        """The filter of the query. Raises NotKnown for a recipient or a provision that nothing names."""
        chosen = DisclosureFilter(
            recipient=self.recipient,
            kind=self.kind,
            provision=self.provision,
            country=self.country,
            purpose=self.purpose,
            legal_basis=self.legal_basis,
            period=self.period(visit),
        )
        return known_choice(source, chosen)


class TotalsParams(ChoiceParams, frozen=True):
    """Of which disclosures. `subject`: of one person alone, by reference."""

    subject: Subject | None = None

    def criteria(self, visit: Visit, source: Source) -> PageFilter:
        """The filter of a list. Raises UnknownSubject for a person of whom the reader is not told."""
        if self.subject and not (visit.has("persons") and is_person(self.subject)):
            raise UnknownSubject
        if self.subject and kind_of(self.subject) == "employee" and not visit.has("staff"):
            raise UnknownSubject
        chosen = asdict(self.wanted(visit, source))
        more = {"subject": self.subject, "limit": LIMIT, "named": visit.has("persons")}
        return PageFilter(**chosen | more)


class DisclosureParams(TotalsParams, frozen=True):
    """Which disclosures, and behind which one the page goes on."""

    after: Annotated[int, Meta(ge=1)] | None = None
    limit: Limit = 100


@resource("/disclosures", "disclosures", name="disclosures", rows="disclosures", timed=True)
def disclosures(visit: Visit, params: DisclosureParams) -> DisclosurePage:
    """Who received what about whom, when, why and how; the latest first, page by page."""
    source = visit.source("disclosures")
    criteria = replace(params.criteria(visit, source), after=params.after, limit=params.limit)
    return disclosure_page(source, criteria, visit.moment)


@resource("/disclosures/totals", "disclosures", name="disclosures", rows="given_to", timed=True)
def totals(visit: Visit, params: TotalsParams) -> DisclosureTotals:
    """How often data was given to others: how many of each kind, country, purpose and legal basis."""
    source = visit.source("disclosures")
    if params.subject is not None:
        note_read(source, params.subject)
    return disclosure_totals(source, params.criteria(visit, source), visit.moment)


@resource("/recipients", "disclosures", name="recipients", rows="recipients", timed=True)
def recipients_shown(visit: Visit, params: NoParams) -> Recipients:
    """Every party that may receive personal data, as it is or was."""
    return recipients(visit.source("recipients"), visit.moment.as_of, visit.moment.known)


@resource("/transfers", "disclosures", name="transfers", rows="transfers", timed=True)
def transfers_shown(visit: Visit, params: ChoiceParams) -> Transfers:
    """What left the European Economic Area, where to, and on which ground."""
    source = visit.source("transfers")
    return transfers(source, params.wanted(visit, source), visit.moment)


@resource("/transparency", "disclosures", name="transparency", rows="kinds", timed=True)
def transparency_shown(visit: Visit, params: DaysParams) -> TransparencyReport:
    """How often data was given to each kind of recipient, in a form that can be published."""
    source = visit.source("transparency")
    return transparency_at(source, params.period(visit), visit.moment)


RESOURCES = (disclosures, totals, recipients_shown, transfers_shown, transparency_shown)
