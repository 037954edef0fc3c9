"""Disclosures as they were known at a moment: from the view, or of another moment from the events."""

from collections.abc import Iterable, Iterator, Mapping

from application.queries.period import Period
from application.queries.registers.recipients import recipients_known, recipients_then
from application.source import Source, each_known
from projections.folds.timetravel import NOW, Moment
from projections.reading.transfers import with_kind
from projections.reading.views import disclosed
from projections.views.disclosures import VIEW, Disclosure, sorted_disclosures
from projections.views.recipients import Recipient


def disclosed_at(source: Source, period: Period, moment: Moment) -> Iterator[Disclosure]:
    """The disclosures of a period that the reader may know of, by (occurred_at, source, id).

    In flat memory as they are known now; as they were known before, all of them are in memory.
    """
    if moment.known == NOW:
        rows = disclosed(source.session, since=period.since, until=period.last)
        return source.teller.rows(rows)
    return iter(sorted_disclosures(known_before(source, period, moment)))


def known_before(source: Source, period: Period, moment: Moment) -> Iterable[Disclosure]:
    """The same as they were known at a moment, in no order, in flat memory."""
    known = recipients_known(source, moment)
    told = (with_kind(row, known.get(row.recipient)) for _, row in each_known(source, VIEW, moment))
    rows = source.teller.rows(told)
    return (row for row in rows if period.holds(row.occurred_at))


def recipients_at(source: Source, moment: Moment) -> Mapping[str, Recipient]:
    """Every recipient as it was known at a moment, by its bare id."""
    if moment.known == NOW:
        return recipients_then(source, moment.as_of)
    return recipients_known(source, moment)
