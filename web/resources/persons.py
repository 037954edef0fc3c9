"""Answers about one person.

There is one answer about a person whom the ledger never knew, did not know at that moment, or may not show to
the reader: there is nothing.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Annotated, Literal

from msgspec import Meta, field
from msgspec.structs import replace

from application.queries.cases.found_requests import FoundRequest, requests_of
from application.queries.cases.requests import RequestList, listed
from application.queries.disclosures.about import disclosures_about
from application.queries.disclosures.received import DisclosureFilter, Disclosures
from application.queries.oversight.looks import Looks, looks
from application.queries.period import Period
from application.queries.persons import comparison as compared
from application.queries.persons import consents as consented
from application.queries.persons import history, marketing, state
from application.queries.persons.paging import Place
from application.queries.persons.timeline import Person, PersonSeen, person, person_seen
from application.queries.subjects import note_read, seen_in, selections
from application.source import Source
from ledger.errors import UnknownSubject
from projections.folds.timetravel import Moment
from rulebook.purposes import CHANNELS
from web.context import RequestContext
from web.linking import CONTACT
from web.requests import bound_of, moment_of
from web.resource import Params, resource

_ID = r"^[A-Za-z0-9._:-]{1,128}(~[A-Za-z0-9._:-]{1,128})?\Z"
_YEAR = timedelta(days=365)
Kind = Literal["customer", "contact", "visitor", "employee"]
PersonId = Annotated[str, Meta(pattern=_ID, description="The id; of a contact person two with ~.")]
Limit = Annotated[int, Meta(ge=1, le=1000, description="At most so many.")]
Day = Annotated[str, Meta(description="A day such as 2026-03-12.")]


class PersonParams(Params, frozen=True):
    """Whom an answer is about: `customer/10023` is kind `customer`, id `10023`.

    The contact person `customer/10023/contact/1` is kind `contact`, id `10023~1`.
    """

    kind: Kind
    id: PersonId

    @property
    def reference(self) -> str:
        """The reference of the person. Raises UnknownSubject where the id does not go with the kind."""
        customer, mark, contact = self.id.partition(CONTACT)
        if bool(mark) != (self.kind == "contact"):
            raise UnknownSubject
        return f"customer/{customer}/contact/{contact}" if mark else f"{self.kind}/{self.id}"


class LineParams(PersonParams, frozen=True):
    """Of which days acts or disclosures are told; without them of all."""

    from_: Day | None = field(name="from", default=None)
    until: Day | None = None

    @property
    def period(self) -> Period:
        """The days as a period. Raises Misconfigured for what is no day."""
        return Period(bound_of(self.from_, "from"), bound_of(self.until, "until", last=True))


class PlaceParams(PersonParams, frozen=True):
    """Which part of a list: the events before a position."""

    before: Annotated[int, Meta(ge=1)] | None = None
    limit: Limit = 100


class ComparisonParams(PersonParams, frozen=True):
    """An earlier moment, with which the one that is shown is compared; without it: a year before that."""

    with_as_of: str | None = None
    with_recorded_by: str | None = None
    with_at_position: str | None = None

    def earlier(self, shown: Moment, now: datetime) -> Moment:
        """The earlier moment. Raises Misconfigured for a malformed time."""
        texts = {
            "as-of": self.with_as_of or "",
            "recorded-by": self.with_recorded_by or "",
            "at-position": self.with_at_position or "",
        }
        if any(texts.values()):
            return moment_of(texts)
        return replace(shown, as_of=(shown.as_of or now) - _YEAR)


@contextmanager
def about(context: RequestContext, params: PersonParams) -> Iterator[str]:
    """The reference of a person. Raises UnknownSubject, the same one for whatever reason there is nothing."""
    reference = params.reference
    # A file of an employee is for those who see to staff.
    if params.kind == "employee" and not context.has("staff"):
        raise UnknownSubject
    try:
        yield reference
    except UnknownSubject:
        raise UnknownSubject from None


@resource("/persons/{kind}/{id}", "persons", name="person", rows="acts", timed=True)
def person_shown(context: RequestContext, params: LineParams) -> Person:
    """What happened with a person's data, what lasted, and where each value stands."""
    with about(context, params) as reference:
        return person(
            context.source("person"), reference, context.moment, context.language, params.period
        )


@resource("/persons/{kind}/{id}", "persons", name="person", timed=True)
def person_drawn(context: RequestContext, params: LineParams) -> PersonSeen:
    """The same for the page, which words few of the acts."""
    with about(context, params) as reference:
        return person_seen(
            context.source("person"), reference, context.moment, context.language, params.period
        )


@resource("/persons/{kind}/{id}/state", "persons", name="state", timed=True)
def person_state(context: RequestContext, params: PersonParams) -> state.State:
    """What is known of a person now, or was at a moment of the past."""
    with about(context, params) as reference:
        return state.state(context.source("state"), reference, context.moment)


@resource("/persons/{kind}/{id}/history", "persons", name="history", rows="events", timed=True)
def person_history(context: RequestContext, params: PlaceParams) -> history.HistoryPage:
    """Every event of a person, opened, the latest recorded first; page by page."""
    place = Place(params.before, params.limit)
    with about(context, params) as reference:
        source = context.source("history")
        return history.history_page(source, reference, context.moment, context.language, place)


@resource(
    "/persons/{kind}/{id}/comparison", "persons", name="comparison", rows="values", timed=True
)
def person_comparison(context: RequestContext, params: ComparisonParams) -> compared.Comparison:
    """A person's data at an earlier moment, and at the moment shown."""
    with about(context, params) as reference:
        source = context.source("comparison")
        earlier = params.earlier(context.moment, context.now)
        return compared.comparison(source, reference, earlier, context.moment)


@resource("/persons/{kind}/{id}/consents", "persons", name="consents", rows="consents", timed=True)
def person_consents(context: RequestContext, params: PersonParams) -> consented.Consents:
    """What a person decided on, what each decision is worth, and every act on it."""
    with about(context, params) as reference:
        return consented.with_history(context.source("consents"), reference, context.moment)


@resource(
    "/persons/{kind}/{id}/channels", "persons", name="marketing", rows="decisions", timed=True
)
def person_channels(context: RequestContext, params: PersonParams) -> marketing.MarketingAnswer:
    """Whether a person may be approached by each channel, and why: by law and by our own promise."""
    with about(context, params) as reference:
        return marketing.marketing(context.source("marketing"), reference, CHANNELS, context.moment)


@resource(
    "/persons/{kind}/{id}/disclosures",
    "persons",
    name="disclosures",
    rows="disclosures",
    timed=True,
)
def person_disclosures(context: RequestContext, params: LineParams) -> Disclosures:
    """Who received what about a person, feeds about many included, by time."""
    wanted = DisclosureFilter(period=params.period)
    with about(context, params) as reference:
        source = context.source("disclosures")
        check_seen(source, reference, context.moment)
        return disclosures_about(source, reference, context.moment, wanted)


@resource(
    "/persons/{kind}/{id}/requests",
    "persons",
    name="request-list",
    rows="requests",
    timed=True,
)
def person_requests(context: RequestContext, params: PersonParams) -> RequestList:
    """What a person asked for, and how each request stands."""
    with about(context, params) as reference:
        source = context.source("request-list")
        check_seen(source, reference, context.moment)
        note_read(source, reference)
        rows = requests_of(source, reference, context.moment)
        found = [FoundRequest(stream, reference, request) for stream, request in rows]
        time = context.moment.as_of or source.now
        return listed(found, time, ended=True, overdue_only=False)


@resource("/persons/{kind}/{id}/looks", "persons", name="access", rows="looks", timed=True)
def person_looks(context: RequestContext, params: PlaceParams) -> Looks:
    """Who saw a person's data, when and why, and whether a role allowed it; the latest first."""
    with about(context, params) as reference:
        source = context.source("access")
        check_seen(source, reference, context.moment)
        return looks(source, reference, context.moment, params.before, params.limit)


def check_seen(source: Source, reference: str, moment: Moment) -> None:
    """Raise UnknownSubject where the reader may know of no event of the person at a moment."""
    if not seen_in(one.selected for one in selections(source, reference, moment)):
        raise UnknownSubject


RESOURCES = (
    person_shown,
    person_state,
    person_history,
    person_comparison,
    person_consents,
    person_channels,
    person_disclosures,
    person_requests,
    person_looks,
)
