"""Feeds about many persons: which of them a person was in.

The event of a feed names no person. The list that came with the feed says who was in it. Without a list that
is not known, but of a feed of which the rulebook says that everybody with a service is in it (CIOT): there
membership is derived, a person with an active service on that day is taken to have been in the feed.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Literal, NamedTuple

from application.queries.persons.person import Subject
from application.source import Source
from ledger.feeds.trie import root_in
from ledger.reading import LAST, events_but_reads
from projections.dossier.service import ServiceSpan, served_on, service_spans
from projections.folds.timetravel import Moment, fold, select
from projections.reading.transfers import with_kind
from projections.reading.views import disclosed, recipients_by_id
from projections.views.disclosures import FEED, VIEW, Disclosure, sorted_disclosures
from rulebook.calendar import day_of

Membership = Literal["list", "derived"]
"""How it is known that a person was in a feed."""
_DAY = timedelta(days=1)


class Included(NamedTuple):
    """A feed that a person was in, and how that is known."""

    row: Disclosure
    membership: Membership


class Run(NamedTuple):
    """Feeds to one recipient on days without a gap, in order, of which the same is known in the same way."""

    feeds: tuple[Disclosure, ...]
    membership: Membership

    @property
    def first(self) -> date:
        """The first day."""
        return day_of(self.feeds[0].occurred_at)

    @property
    def last(self) -> date:
        """The last day."""
        return day_of(self.feeds[-1].occurred_at)


def included(
    feeds: Iterable[Disclosure], spans: Sequence[ServiceSpan], listed: Mapping[int, bool]
) -> Iterator[Included]:
    """The feeds that a person was in. `spans`: of active services.

    `listed`: position of a feed -> whether the person is in its list; a feed without a list is not there.
    """
    for row in feeds:
        is_listed = listed.get(row.position)
        if is_listed:
            yield Included(row, "list")
        elif is_listed is None and row.feed.inferred and served_on(spans, day_of(row.occurred_at)):
            yield Included(row, "derived")


def listed(
    source: Source, feeds: Iterable[Disclosure], reference: str, position: int = LAST
) -> dict[int, bool]:
    """By position of the feeds whose list was kept by a position: whether a reference is in it.

    One page of each list is read, however many members it has. Nothing of the person is opened.
    """
    roots = {row.position: root for row in feeds if (root := root_in(row.facts["merkle_root"]))}
    lists = source.opener.feed_lists
    kept_lists = lists.of(roots.values(), position)
    with_member = lists.with_member(kept_lists, reference)
    return {place: root in with_member for place, root in roots.items() if root in kept_lists}


def feeds_of(source: Source, subject: Subject) -> list[Included]:
    """The feeds that the person of a report was in, as of its position, by time."""
    feeds, spans = feeds_by(source, subject.position), service_spans(subject.counted)
    return list(included(feeds, spans, listed(source, feeds, subject.reference, subject.position)))


def feeds_by(source: Source, position: int) -> list[Disclosure]:
    """Every feed that counts as of a position, by time."""
    return feeds_at(source, Moment(at_position=position))


def feeds_at(source: Source, moment: Moment) -> list[Disclosure]:
    """Every feed that counts at a moment, by time."""
    # A feed can go to a recipient that the register does not know.
    known = recipients_by_id(source.session)
    recipients = {row.recipient for row in disclosed(source.session, kind=FEED)} | set(known)
    streams = [source.ledger.registry_stream(f"recipient/{name}") for name in sorted(recipients)]
    last = LAST if moment.at_position is None else moment.at_position
    counted = select(
        events_but_reads(source.session, streams, last), moment, source.privacy_office
    ).counted
    rows = fold(VIEW, (event for event in counted if event.name == FEED)).values()
    return sorted_disclosures(with_kind(row, known.get(row.recipient)) for row in rows)


def _goes_on(run: Run, row: Disclosure, membership: Membership) -> bool:
    last, days = run.feeds[-1], day_of(row.occurred_at) - run.last
    return days <= _DAY and (run.membership, _told(last)) == (membership, _told(row))


def _told(row: Disclosure) -> tuple[str | None, ...]:
    """What is said of a whole run, so what is equal in it."""
    return row.recipient_kind, row.purpose, row.legal_basis, row.provision


def runs(memberships: Iterable[Included]) -> list[Run]:
    """Feeds of a person as runs of consecutive days, by the first day."""
    by_recipient: dict[str, list[Run]] = {}
    for row, membership in memberships:
        recipient_runs = by_recipient.setdefault(row.recipient, [])
        last = recipient_runs[-1] if recipient_runs else None
        if last and _goes_on(last, row, membership):
            recipient_runs[-1] = Run((*last.feeds, row), membership)
        else:
            recipient_runs.append(Run((row,), membership))
    all_runs = [run for recipient_runs in by_recipient.values() for run in recipient_runs]
    return sorted(all_runs, key=lambda run: (run.feeds[0].occurred_at, run.feeds[0].position))
