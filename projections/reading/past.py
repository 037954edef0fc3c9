"""Findings at a moment of the past: the same folds and the same join, over what counted then.

Streams are read one by one. In memory are what is shared (`findings_join`) and the findings that fit. About
some streams alone, only these are read, and those that their facts depend on.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from itertools import islice
from typing import NamedTuple
from uuid import UUID

from ledger.event import RecordedEvent
from ledger.names import LedgerName
from ledger.reading import LAST, events_of
from ledger.storage.postgres import Session
from projections.dossier.dossier import Dossier, dossier_name
from projections.dossier.fact import Fact
from projections.dossier.traces import Traces
from projections.findings.join import Entry, FindingsJoin, asked_by
from projections.findings.judging import Finding
from projections.findings.sources import is_fine
from projections.findings.view import DOSSIER, TRACES, VIEW, Row
from projections.folds.timetravel import Moment, fold, select
from projections.following.derive import rows_at
from projections.reading.earlier import earlier_findings, order_of
from projections.reading.views import FindingPlace


def past_findings(
    session: Session,
    moment: Moment,
    clock: datetime,
    privacy_office: Collection[str],
    *,
    rules: Collection[str] | None = None,
    about: Collection[UUID] | None = None,
) -> list[Finding]:
    """The findings that `read.findings` would have shown at a moment, in its order. `clock`: bounds `due`."""
    with earlier_findings(session, moment, privacy_office) as then:
        if then is not None:
            found = then.each(clock, rules)
            return [one for one in found if about is None or one.about in about]
    join = FindingsJoin()
    shared = rows_at(session, VIEW, moment, privacy_office, join.shared)
    gathering = join.gathering(shared)
    entries: list[Entry] = []
    for stream, rows in rows_at(session, VIEW, moment, privacy_office):
        entries += _fitting(gathering.add(stream, rows), clock, rules, about)
    entries += _fitting(gathering.rest(), clock, rules, about)
    return [entry.finding for entry in sorted(entries, key=order_of)]


class PastPage(NamedTuple):
    """The findings of a page: a number of them, of some rules, from a place on. None: any."""

    rules: Collection[str] | None
    after: FindingPlace | None
    size: int


def past_page(
    session: Session,
    moment: Moment,
    clock: datetime,
    privacy_office: Collection[str],
    page: PastPage,
) -> tuple[Counter[str], list[Finding]]:
    """Rule -> how many findings counted at a moment; and those of a page, or more of its rules."""
    with earlier_findings(session, moment, privacy_office) as then:
        if then is not None:
            found = then.each(clock, *page)
            return then.counts(clock), list(islice(found, page.size))
    everything = past_findings(session, moment, clock, privacy_office)
    some = [one for one in everything if page.rules is None or one.rule in page.rules]
    return Counter(one.rule for one in everything), some


def past_findings_about(
    session: Session,
    ledger: LedgerName,
    about: Collection[UUID],
    moment: Moment,
    clock: datetime,
    privacy_office: Collection[str],
) -> list[Finding]:
    """The past findings of some streams, at a cost that does not grow with the others.

    Exception: a source that belonged to no system then. Only all streams can tell its very first event.
    """

    def rows_of(streams: Collection[UUID]) -> dict[UUID, dict[str, Row]]:
        # Rows of some streams at a moment.
        upto = LAST if moment.at_position is None else moment.at_position
        events: dict[UUID, list[RecordedEvent]] = {}
        for event in events_of(session, sorted(streams), upto):
            events.setdefault(event.stream, []).append(event)
        selections = {
            stream: select(stream_events, moment, privacy_office)
            for stream, stream_events in events.items()
        }
        return {
            stream: fold(VIEW, selection.counted, selection.erasures)
            for stream, selection in selections.items()
        }

    def named(names: Collection[str]) -> dict[UUID, dict[str, Row]]:
        return rows_of({_stream_of(ledger, name) for name in names})

    rows_by_stream = rows_of(about)
    systems = named(_systems(session))
    # An unregistered source is one finding, at its first event in any stream.
    if not _all_registered(rows_by_stream, systems):
        return past_findings(session, moment, clock, privacy_office, about=about)
    gathering = FindingsJoin().gathering(named(_names_in(rows_by_stream)).items())
    entries: list[Entry] = []
    for stream in sorted(rows_by_stream):
        entries += _fitting(gathering.add(stream, rows_by_stream[stream]), clock, None, None)
    return [entry.finding for entry in sorted(entries, key=order_of)]


def _stream_of(ledger: LedgerName, name: str) -> UUID:
    """The stream of a dossier: of a person the name itself, of others it follows from the reference."""
    return ledger.registry_stream(name) if "/" in name else UUID(name)


def _systems(session: Session) -> list[str]:
    """Systems that there are now; one whose registration was annulled since then is no system here."""
    return [name for name, _ in session.of("projections").named("systems", {"table": VIEW.name})]


def _all_registered(
    rows_by_stream: Mapping[UUID, Mapping[str, Row]], systems: Mapping[UUID, Mapping[str, Row]]
) -> bool:
    systems_by_name = {
        dossier_name(stream, row): row
        for stream, rows in systems.items()
        if isinstance(row := rows.get(DOSSIER), Dossier)
    }
    traces = (rows.get(TRACES) for rows in rows_by_stream.values())
    return all(
        is_fine(sighted, first, systems_by_name)
        for stream_traces in traces
        if isinstance(stream_traces, Traces)
        for sighted, first in stream_traces.first.items()
    )


def _names_in(rows_by_stream: Mapping[UUID, Mapping[str, Row]]) -> set[str]:
    """The dossiers that facts and persons depend on."""
    rows = [row for rows_by_subkey in rows_by_stream.values() for row in rows_by_subkey.values()]
    names = {name for row in rows if isinstance(row, Fact) for name in row.on}
    return names.union(*(asked_by(row) for row in rows if isinstance(row, Dossier)))


def _fitting(
    entries: Collection[Entry],
    clock: datetime,
    rules: Collection[str] | None,
    about: Collection[UUID] | None,
) -> Iterator[Entry]:
    for entry in entries:
        finding = entry.finding
        fits = (rules is None or finding.rule in rules) and (
            about is None or finding.about in about
        )
        if fits and finding.is_open(clock):
            yield entry
