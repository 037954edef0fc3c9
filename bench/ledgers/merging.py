"""What the views of several ledgers come to together. Pure.

A row belongs to one stream, and a person's stream is in one ledger, so rows are put side by side. Of streams
that all ledgers have, the copy of the first ledger counts. Entries of the register are sums; findings are put
side by side but for two kinds, which depend on streams of other ledgers.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

import msgspec

from projections.findings import view as findings
from projections.findings.join import Entry as FindingEntry
from projections.findings.join import FindingsJoin
from projections.findings.judging import Finding
from projections.findings.view import kind_of
from projections.folds.view import NOWHERE, Key, encode
from projections.views import processing_register
from projections.views.processing_register import (
    DeclaredActivity,
    Entry,
    Observation,
    ObservationTotals,
    ObservedStream,
    Totals,
    activity_of,
    entry,
)
from projections.views.register_join import EntryRow, RegisterGathering, Span

TAKEOVER = "takeover"
"""The kind of fact that is judged by the events of another customer."""
Rows = Mapping[Key, Any]


class LedgerViews(NamedTuple):
    """What the views of one ledger hold: rows by view, entries of the register, findings.

    `shared`: the streams that all ledgers have.
    """

    rows: Mapping[str, Rows]
    register: Mapping[str, EntryRow]
    findings: Sequence[FindingEntry]
    shared: frozenset[UUID]


Ledgers = Sequence[LedgerViews]


def joined(rows: Mapping[str, Rows], shared: frozenset[UUID]) -> LedgerViews:
    """The views of one ledger with the entries that its rows come to."""
    register = RegisterGathering()
    for (_, subkey), row in rows[processing_register.VIEW.name].items():
        register.add(subkey, row)
    streams = by_stream(rows[findings.VIEW.name])
    judging = FindingsJoin().gathering(streams.items())
    found = [one for stream in streams.items() for one in judging.add(*stream)]
    return LedgerViews(rows, register.rows(), [*found, *judging.rest()], shared)


def by_stream(rows: Rows) -> dict[UUID, dict[str, Any]]:
    """The rows of each stream by subkey."""
    streams: dict[UUID, dict[str, Any]] = {}
    for (stream, subkey), row in rows.items():
        streams.setdefault(stream, {})[subkey] = row
    return streams


def merged_rows(ledgers: Ledgers, view: str) -> dict[Key, Any]:
    """The rows of a view over all ledgers."""
    return {
        key: row
        for number, ledger in enumerate(ledgers)
        for key, row in ledger.rows[view].items()
        if number == 0 or key[0] not in ledger.shared
    }


def merged_register(ledgers: Ledgers) -> dict[str, EntryRow]:
    """The entries of the register: as many rows are read as there are activities, and the shared ones."""
    tallies: dict[str, ObservationTotals] = {}
    spans: dict[str, Span] = {}
    for number, ledger in enumerate(ledgers):
        for activity, (totals, made) in ledger.register.items():
            known = ObservationTotals(msgspec.json.decode(totals, type=Totals))
            tallies.setdefault(activity, ObservationTotals()).join(known)
            observed = msgspec.json.decode(made, type=Entry).observed
            spans[activity] = _widened(spans.get(activity), (observed.first, observed.last))
        for activity, row in _observed_of_all(ledger) if number else ():
            tallies[activity].subtract(row)
    declared = _declared(ledgers[0].rows[processing_register.VIEW.name])
    made_entries = {}
    for activity in sorted(tallies):
        sums = tallies[activity].totals()
        one = entry(activity, declared.get(activity), sums, *spans[activity])
        if one:
            made_entries[activity] = encode(sums), encode(one)
    return made_entries


def _observed_of_all(ledger: LedgerViews) -> Iterable[tuple[str, Observation]]:
    """What was counted of the streams that all ledgers have."""
    for (stream, _), row in ledger.rows[processing_register.VIEW.name].items():
        if stream in ledger.shared and isinstance(row, ObservedStream):
            yield from row.activities.items()


def _declared(rows: Rows) -> dict[str, DeclaredActivity]:
    return {
        activity_of(subkey): row
        for (_, subkey), row in rows.items()
        if isinstance(row, DeclaredActivity)
    }


def _widened(span: Span | None, other: Span) -> Span:
    firsts = [one[0] for one in (span, other) if one and one[0]]
    lasts = [one[1] for one in (span, other) if one and one[1]]
    return min(firsts, default=None), max(lasts, default=None)


def merged_findings(
    ledgers: Ledgers, told: Callable[[LedgerViews, FindingEntry], bool]
) -> list[FindingEntry]:
    """The findings over all ledgers.

    `told`: whether the other half of a takeover, which this ledger lacks, is in another one.
    """
    found: list[FindingEntry] = []
    sources: dict[Key, list[FindingEntry]] = {}
    for number, ledger in enumerate(ledgers):
        for one in ledger.findings:
            if one.key[0] == NOWHERE:
                sources.setdefault(one.key, []).append(one)
            elif number and one.key[0] in ledger.shared:
                continue
            elif kind_of(one.key[1]) != TAKEOVER or not told(ledger, one):
                found.append(one)
    return [*found, *(one for entries in sources.values() for one in _earliest(entries))]


def _earliest(entries: Sequence[FindingEntry]) -> list[FindingEntry]:
    """Of what each ledger says of one source that nobody has: what is said of the earliest event."""
    first = min(_place(one.finding) for one in entries)
    return list({one.rule: one for one in entries if _place(one.finding) == first}.values())


def _place(finding: Finding) -> tuple[Any, ...]:
    return finding.occurred_at, finding.source, finding.id
