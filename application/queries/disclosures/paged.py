"""Disclosures page by page, the latest first: each page costs the same, wherever in the list it stands.

A page goes on behind the disclosure that ended the one before it. Country and provision are judged one by
one; so that a page on which few fit costs no more, it looks at a limited number and then leads on.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from heapq import merge
from itertools import islice

from application.answer import Answer
from application.queries.disclosures.about import rows_about
from application.queries.disclosures.known import recipients_at
from application.queries.disclosures.received import (
    DisclosureFilter,
    DisclosureShown,
    Row,
    judge,
    shown_rows,
)
from application.queries.registers.recipients import RecipientNames
from application.queries.subjects import note_read
from application.source import Source
from ledger.errors import Misconfigured
from ledger.event import RecordedEvent
from ledger.library.reader import LedgerReader
from ledger.reading import LAST
from projections.folds.timetravel import NOW, Moment
from projections.following.derive import check_told
from projections.reading.known import annulled_in, position_of, rows_told
from projections.reading.transfers import with_kind
from projections.reading.views import Narrowed, disclosures_before
from projections.views.disclosures import VIEW, Disclosure, sort_key, sorted_disclosures
from projections.views.recipients import Recipient

LIMIT = 100
LOOKED_AT = 10_000
"""So many disclosures one page looks at, whether they fit or not."""
_BLOCK_ROWS = 500
_Place = tuple[datetime, str, str]
_LAST: _Place = (datetime(9999, 12, 31, tzinfo=UTC), "", "")
_INSTANT = timedelta(microseconds=1)  # no two times are nearer to each other
_SLIP = timedelta(days=1)  # further ahead of the ledger's clock no event's time may be


class PageFilter(DisclosureFilter, frozen=True):
    """Which disclosures. `after`: position of the one that ended the page before. `limit`: a number.

    `named`: whether persons are told of; otherwise a disclosure says neither whose data it was nor which.
    """

    limit: int = LIMIT
    after: int | None = None
    named: bool = True


class DisclosurePage(Answer, frozen=True):
    """A part of the disclosures, the latest first.

    `next`: the next page goes on behind the disclosure at this position; null on the last page. A page may
    have fewer rows than the next one.
    """

    disclosures: list[DisclosureShown]
    next: int | None


def disclosure_page(source: Source, criteria: PageFilter, moment: Moment) -> DisclosurePage:
    """The disclosures of a page.

    Raises Misconfigured for an `after` that is no disclosure, UnknownSubject.
    """
    known = recipients_at(source, moment)
    if criteria.subject is not None:
        note_read(source, criteria.subject)
    elif criteria.named:
        source.reads.note_many(())
    rows = wanted_rows(source, criteria, moment, known)
    found, following = _page(rows, criteria.limit, judge(criteria, known))
    names = RecipientNames(source, known)
    shown = shown_rows(source, iter(found), names, named=criteria.named)
    return DisclosurePage([*shown], following)


def wanted_rows(
    source: Source, criteria: PageFilter, moment: Moment, known: Mapping[str, Recipient]
) -> Iterator[Row]:
    """Disclosures behind those of the page before, the latest first; not each of them fits the filter.

    Rows that are not told are not among them: neither how many there are shows, nor where.
    """
    place = _place(source, criteria.after)
    if criteria.subject is not None:
        about = [*rows_about(source, criteria.subject, moment, judge(criteria, known))]
        return (pair for pair in reversed(about) if sort_key(pair[0]) < place)
    told = _before(source, criteria, moment, place)
    rows = (with_kind(row, known.get(row.recipient)) for row in told)
    return ((row, None) for row in source.teller.rows(rows))


def _place(source: Source, after: int | None) -> _Place:
    if after is None:
        return _LAST
    found = LedgerReader(source.session).events_after(after - 1, 1)
    if not found or found[0].position != after or not _is_told(source, found[0]):
        raise Misconfigured("no page of this list ends there", field="after")
    event = found[0]
    return event.time, event.source, event.id


def _is_told(source: Source, event: RecordedEvent) -> bool:
    """Whether an event is a disclosure that the reader may know of."""
    return bool(VIEW.keys(event)) and source.teller.event(event) is not None


def _before(
    source: Source, criteria: PageFilter, moment: Moment, place: _Place
) -> Iterator[Disclosure]:
    """The disclosures before a place that the view finds by itself, the latest first."""
    last = criteria.period.last
    if last is not None:
        place = min(place, (last + _INSTANT, "", ""))
    if moment.known == NOW:
        return _followed(source, criteria, place)
    return _known_before(source, criteria, moment.known, place)


def _followed(
    source: Source, criteria: PageFilter, place: _Place, upto: int = LAST
) -> Iterator[Disclosure]:
    count = criteria.limit + 1
    narrowed = Narrowed(criteria.recipient, criteria.kind, criteria.period.since, upto)
    while block := disclosures_before(source.session, place, count, narrowed):
        yield from block
        place, count = sort_key(block[-1]), _BLOCK_ROWS


def _known_before(
    source: Source, criteria: PageFilter, moment: Moment, place: _Place
) -> Iterator[Disclosure]:
    """The same as of an earlier moment: what the view had by then, and what was annulled since."""
    session, office = source.session, source.privacy_office
    check_told(session, moment)
    upto = position_of(session, moment)
    annulled = annulled_in(session, VIEW, upto)
    elsewhere = set(annulled)  # whose rows are told by their events
    standing = (
        row
        for row in _followed(source, criteria, min(place, _recorded(source, upto)), upto)
        if row.stream not in elsewhere
    )
    told = (row for _, row in rows_told(session, VIEW, annulled, moment, office))
    gone = (
        row
        for row in sorted_disclosures(told)[::-1]
        if sort_key(row) < place
        and criteria.recipient in {None, row.recipient}
        and criteria.period.holds(row.occurred_at)
    )
    return merge(standing, gone, key=sort_key, reverse=True)


def _recorded(source: Source, upto: int) -> _Place:
    """A place after everything that was recorded by a position: what it says of later is not accepted."""
    found = LedgerReader(source.session).events_after(upto - 1, 1, upto) if upto < LAST else []
    return (found[0].recorded_at + _SLIP, "", "") if found else _LAST


def _page(
    rows: Iterator[Row], limit: int, fits: Callable[[Disclosure], bool]
) -> tuple[list[Row], int | None]:
    """The rows of a page, and the position behind which the next one goes on."""
    found: list[Row] = []
    last: Disclosure | None = None
    for pair in islice(rows, LOOKED_AT):
        if len(found) == limit:
            return found, last.position if last else None
        if fits(pair[0]):
            found.append(pair)
        last = pair[0]
    more = next(rows, None) is not None
    return found, last.position if last and more else None
