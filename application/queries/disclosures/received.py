"""`ledger disclosures`: who received what about whom, when, why and how."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from heapq import merge
from itertools import islice
from uuid import UUID

import msgspec
from msgspec.structs import replace

from application.answer import Answer, Name
from application.queries.disclosures.feeds import Membership, included, listed
from application.queries.lookups import known_provision, known_recipient
from application.queries.period import ALWAYS, Period, latest
from application.queries.registers.recipients import RecipientNames, recipients_then
from application.queries.subjects import is_erased, known_streams, note_read
from application.sighted import Teller
from application.source import Shown, Source, unless_erased
from ledger.event import instant
from ledger.reading import events_but_reads
from projections.dossier.service import service_spans
from projections.folds.timetravel import NOW, select
from projections.reading.transfers import place_of, transfer_of
from projections.reading.views import disclosed
from projections.views.disclosures import FEED, Disclosure, sort_key
from projections.views.recipients import Recipient
from rulebook import provision
from schemas import is_person
from schemas.encoding import JsonValue

# References are looked up for so many disclosures at a time.
_BLOCK_ROWS = 1_000
# A disclosure. For a feed in the answer about one person: that person, and how membership is known.
Row = tuple[Disclosure, tuple[str | None, Membership] | None]


OUTSIDE_EEA = "outside-eea"
"""In place of a country: every country outside the European Economic Area on the day of the disclosure."""


class DisclosureFilter(msgspec.Struct, frozen=True):
    """Which disclosures: of a period, `recipient` is a bare id. `limit`: at most so many, the latest.

    `provision`: in any spelling that the rulebook knows. `country`: a code, or `OUTSIDE_EEA`.
    """

    subject: str | None = None
    recipient: str | None = None
    kind: str | None = None
    provision: str | None = None
    country: str | None = None
    purpose: str | None = None
    legal_basis: str | None = None
    period: Period = ALWAYS
    limit: int | None = None


EVERY = DisclosureFilter()


class DisclosureShown(Answer, frozen=True):
    """Who received what about whom. `subject`: null of an erased person, and of a feed about many.

    Of one person also the feeds that the person was in; `membership` says how that is known.
    `country_derived`: the disclosure does not say the country, but the recipient's entry of the time.
    `recipient_kind`, `fields`, `purpose`: empty where they are not told. `record_count`: of a feed, about how
    many records. `period_from`, `period_to`: the days that the data is about, where that is told.
    """

    position: int
    occurred_at: str
    type: str
    source: str
    id: str
    subject: Name | None
    membership: Membership | None
    recipient: str
    recipient_name: Shown | None
    recipient_kind: str
    purpose: str
    activity: str | None
    legal_basis: str | None
    provision: str | None
    categories: list[str]
    fields: list[str]
    country: str | None
    country_derived: bool
    method: str | None
    case_ref: str | None
    record_count: int | None
    period_from: str | None
    period_to: str | None


class Disclosures(Answer, frozen=True):
    """Disclosures in the order of time."""

    disclosures: list[DisclosureShown]


def disclosures(source: Source, criteria: DisclosureFilter) -> Iterator[DisclosureShown]:
    """Disclosures by (occurred_at, source, id). The subject of an erased person is None, as of a feed.

    Of one person also the feeds about many that the person was in; `membership` says how that is known. Where
    a disclosure does not say in which country its recipient is, the recipient's entry of the time does
    (`country_derived`). Raises UnknownSubject when `criteria.subject` has never named anybody.
    """
    streams = known_streams(source, criteria.subject) if criteria.subject else None
    note_read(source, criteria.subject)
    feeds: list[Row] = []
    if criteria.subject and streams and is_person(criteria.subject):
        feeds = _feeds(source, criteria, criteria.subject, streams)
    rows: Iterator[Row] = (
        (row, None) for row in _disclosed(source, criteria, criteria.kind, streams)
    )
    rows = merge(rows, feeds, key=lambda pair: sort_key(pair[0]))
    known = recipients_then(source, criteria.period.as_of)
    fits = judge(criteria, known)
    rows = (pair for pair in rows if fits(pair[0]))
    return shown_rows(source, latest(rows, criteria.limit), RecipientNames(source, known))


def known_choice(source: Source, criteria: DisclosureFilter) -> DisclosureFilter:
    """A filter whose recipient and provision are as the ledger knows them. Raises NotKnown."""
    return replace(
        criteria,
        recipient=known_recipient(source, criteria.recipient) if criteria.recipient else None,
        provision=known_provision(source, criteria.provision) if criteria.provision else None,
    )


def judge(
    criteria: DisclosureFilter, known: Mapping[str, Recipient]
) -> Callable[[Disclosure], bool]:
    """Whether a disclosure is one of those that are wanted, beside whose data it was.

    `known`: recipients by bare id, which say where data went if the disclosure does not.
    """
    article = article_of(criteria.provision) if criteria.provision else None
    where = criteria.country

    def fits(row: Disclosure) -> bool:
        wanted = (
            (criteria.recipient, row.recipient),
            (criteria.kind, row.recipient_kind),
            (criteria.purpose, row.purpose),
            (criteria.legal_basis, row.legal_basis),
            (article, article_of(row.provision or "") if article else None),
        )
        if not criteria.period.holds(row.occurred_at):
            return False
        if any(chosen not in {None, stated} for chosen, stated in wanted):
            return False
        return where is None or _went_to(where, row, known.get(row.recipient))

    return fits


def _went_to(where: str, row: Disclosure, recipient: Recipient | None) -> bool:
    if where != OUTSIDE_EEA:
        return place_of(row, recipient).country == where
    transfer = transfer_of(row, recipient)
    return transfer is not None and transfer.region != "eea"


def _disclosed(
    source: Source, criteria: DisclosureFilter, kind: str | None, streams: Sequence[UUID] | None
) -> Iterator[Disclosure]:
    return disclosed(
        source.session,
        streams=streams,
        recipient=criteria.recipient,
        kind=kind,
        since=criteria.period.since,
        until=criteria.period.last,
    )


def _feeds(
    source: Source, criteria: DisclosureFilter, reference: str, streams: Sequence[UUID]
) -> list[Row]:
    """The feeds that a person was in, of those that are wanted."""
    feeds = [
        row
        for row in _disclosed(source, criteria, FEED, None)
        if row.name == FEED and criteria.kind in {None, row.recipient_kind}
    ]
    events = events_but_reads(source.session, streams)
    spans = service_spans(select(events, NOW, source.privacy_office).counted)
    memberships = included(feeds, spans, listed(source, feeds, reference))
    subject = None if is_erased(source, reference) else reference
    return [(row, (subject, membership)) for row, membership in memberships]


def article_of(spelled: str) -> str:
    """The provision that a text names, so that two spellings of one provision are equal."""
    entry = provision(spelled)
    return entry.id if entry else spelled.lower()


def shown_rows(
    source: Source, rows: Iterator[Row], names: RecipientNames, *, named: bool = True
) -> Iterator[DisclosureShown]:
    """Disclosures as they are shown. `named`: whether they say whose data it was, and which."""
    while block := list(islice(rows, _BLOCK_ROWS)):
        names.note((row.recipient, row.occurred_at) for row, _ in block)
        told = (row.stream for row, _ in block if row.subject is None)
        references = source.names(told if named else ())
        for row, feed in block:
            reference = references.get(row.stream)  # none for a feed, which is about many
            subject = unless_erased(reference) if reference is not None else None
            person, membership = feed or (subject, None)
            shown = row if named else replace(row, categories=(), facts=_unlisted(row.facts))
            yield _row(shown, (person, membership), names, source.teller)


def _unlisted(facts: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    """The facts of a disclosure without the fields that went."""
    return {name: fact for name, fact in facts.items() if name != "fields"}


def _row(
    row: Disclosure,
    whose: tuple[Name | None, Membership | None],
    names: RecipientNames,
    teller: Teller,
) -> DisclosureShown:
    place, (subject, membership) = place_of(row, names.entry(row.recipient)), whose
    source, id = teller.name(row)
    return DisclosureShown(
        position=row.position,
        occurred_at=instant(row.occurred_at),
        type=row.name,
        source=source,
        id=id,
        subject=subject,
        membership=membership,
        recipient=row.recipient,
        recipient_name=names.at(row.recipient, row.occurred_at),
        recipient_kind=row.recipient_kind,
        purpose=row.purpose,
        activity=row.activity,
        legal_basis=row.legal_basis,
        provision=row.provision,
        categories=list(row.categories),
        fields=list(row.fields or ()),
        country=place.country,
        country_derived=place.derived,
        method=row.method,
        case_ref=row.case_ref,
        record_count=row.record_count,
        period_from=row.facts.get("period_from"),
        period_to=row.facts.get("period_to"),
    )
