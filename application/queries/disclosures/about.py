"""What was given to others about one person, as of a moment: as it stands in that person's own events."""

from collections.abc import Callable, Iterator, Sequence
from heapq import merge

from application.queries.disclosures.feeds import feeds_at, included, listed
from application.queries.disclosures.known import recipients_at
from application.queries.disclosures.received import (
    EVERY,
    DisclosureFilter,
    Disclosures,
    Row,
    judge,
    shown_rows,
)
from application.queries.registers.recipients import RecipientNames
from application.queries.subjects import is_erased, note_read, selections
from application.source import Source
from ledger.event import RecordedEvent
from projections.dossier.service import service_spans
from projections.folds.timetravel import Moment, fold
from projections.views.disclosures import VIEW, Disclosure, sort_key, sorted_disclosures


def disclosures_about(
    source: Source, reference: str, moment: Moment, criteria: DisclosureFilter = EVERY
) -> Disclosures:
    """The disclosures about a person that the reader may know of, and the feeds that the person was in.

    Raises UnknownSubject.
    """
    note_read(source, reference)
    known = recipients_at(source, moment)
    rows = rows_about(source, reference, moment, judge(criteria, known))
    return Disclosures([*shown_rows(source, rows, RecipientNames(source, known))])


def rows_about(
    source: Source, reference: str, moment: Moment, fits: Callable[[Disclosure], bool]
) -> Iterator[Row]:
    """Those that fit, by (occurred_at, source, id); that somebody reads them is noted by the caller."""
    events = [
        event
        for person in selections(source, reference, moment)
        for event in person.selected.counted
    ]
    rows = merge(
        ((row, None) for row in sorted_disclosures(fold(VIEW, events).values())),
        _feeds(source, reference, moment, events),
        key=lambda pair: sort_key(pair[0]),
    )
    return (pair for pair in rows if fits(pair[0]))


def _feeds(
    source: Source, reference: str, moment: Moment, events: Sequence[RecordedEvent]
) -> Iterator[Row]:
    feeds = [*source.teller.rows(feeds_at(source, moment))]
    memberships = included(feeds, service_spans(events), listed(source, feeds, reference))
    subject = None if is_erased(source, reference) else reference
    return ((row, (subject, membership)) for row, membership in memberships)
