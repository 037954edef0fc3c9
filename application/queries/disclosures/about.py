"""What was given to others about one person, as of a moment: as it stands in that person's own events."""

from collections.abc import Iterator
from heapq import merge
from itertools import chain

from application.queries.disclosures.feeds import feeds_at, included, listed
from application.queries.disclosures.known import recipients_at
from application.queries.disclosures.received import Disclosures, Row, shown_rows
from application.queries.registers.recipients import RecipientNames
from application.queries.subjects import is_erased, note_read, selections
from application.source import Source
from projections.dossier.service import service_spans
from projections.folds.timetravel import Moment, fold
from projections.views.disclosures import VIEW, sort_key, sorted_disclosures


def disclosures_about(source: Source, reference: str, moment: Moment) -> Disclosures:
    """Every disclosure about a person that the reader may know of, and the feeds that the person was in.

    Raises UnknownSubject.
    """
    note_read(source, reference)
    rows = merge(
        _own(source, reference, moment),
        _feeds(source, reference, moment),
        key=lambda pair: sort_key(pair[0]),
    )
    names = RecipientNames(source, recipients_at(source, moment))
    return Disclosures([*shown_rows(source, rows, names)])


def _own(source: Source, reference: str, moment: Moment) -> Iterator[Row]:
    counted = chain.from_iterable(
        person.selected.counted for person in selections(source, reference, moment)
    )
    rows = sorted_disclosures(fold(VIEW, counted).values())
    return ((row, None) for row in rows)


def _feeds(source: Source, reference: str, moment: Moment) -> Iterator[Row]:
    feeds = [*source.teller.rows(feeds_at(source, moment))]
    events = chain.from_iterable(
        person.selected.counted for person in selections(source, reference, moment)
    )
    memberships = included(feeds, service_spans([*events]), listed(source, feeds, reference))
    subject = None if is_erased(source, reference) else reference
    return ((row, (subject, membership)) for row, membership in memberships)
