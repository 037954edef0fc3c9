"""What several ledgers answer together, in words that do not depend on where an event was recorded.

Streams and positions differ from ledger to ledger, so persons stand by their references, and events by source
and id.
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from bench.ledgers.merging import (
    TAKEOVER,
    LedgerViews,
    by_stream,
    merged_findings,
    merged_register,
    merged_rows,
)
from bench.ledgers.routing import Homes
from projections.dossier.dossier import Dossier
from projections.dossier.fact import Fact
from projections.findings import view as findings
from projections.findings.join import Entry
from projections.findings.view import DOSSIER
from projections.reading.adherence import RETENTION_PASSED, AdherenceTally
from projections.reading.transfers import transfer_of
from projections.views import consent_status, disclosures, processing_register, recipients

References = Sequence[dict[UUID, str]]
Answers = dict[str, Any]


def answers(ledgers: Sequence[LedgerViews], known: References, homes: Homes) -> Answers:
    """Register, retention, findings, disclosures, transfers and consents over all ledgers.

    `known`: the references of the persons of each ledger, by stream.
    """
    names = {stream: reference for one in known for stream, reference in one.items()}
    halves = _Halves(ledgers, known, homes)
    found = merged_findings(ledgers, halves.told)
    disclosed = merged_rows(ledgers, disclosures.VIEW.name).values()
    parties = {row.recipient: row for row in merged_rows(ledgers, recipients.VIEW.name).values()}
    return {
        "register": merged_register(ledgers),
        "retention": _retention(ledgers, found),
        "findings": sorted(map(_finding, found), key=repr),
        "disclosures": sorted(map(_disclosure, disclosed), key=repr),
        "transfers": sorted(
            (
                (row.source, row.id, transfer_of(row, parties.get(row.recipient)))
                for row in disclosed
            ),
            key=repr,
        ),
        "consents": {
            (names[stream], purpose): (row.act, row.since, row.facts)
            for (stream, purpose), row in merged_rows(ledgers, consent_status.VIEW.name).items()
            if isinstance(row, consent_status.Consent) and stream in names
        },
    }


def _finding(entry: Entry) -> tuple[Any, ...]:
    one = entry.finding
    return entry.rule, one.occurred_at, one.source, one.id, one.name, one.subject, one.due


def _disclosure(row: disclosures.Disclosure) -> tuple[Any, ...]:
    return row.occurred_at, row.source, row.id, row.recipient, row.recipient_kind, row.categories


def _retention(ledgers: Sequence[LedgerViews], found: Sequence[Entry]) -> Any:
    tally = AdherenceTally()
    passed: dict[UUID, dict[str, Any]] = {}
    for entry in found:
        if entry.rule == RETENTION_PASSED:
            category = str(entry.finding.detail).partition(", ")[0]
            passed.setdefault(entry.key[0], {})[category] = entry.finding
    judged = by_stream(merged_rows(ledgers, findings.VIEW.name))
    observed = by_stream(merged_rows(ledgers, processing_register.VIEW.name))
    for stream, rows in observed.items():
        tally.add(rows, judged.get(stream, {}), passed.get(stream, {}))
    return tally.found()


class _Halves:
    """Takeovers between customers of two ledgers, looked up by reference."""

    def __init__(self, ledgers: Sequence[LedgerViews], known: References, homes: Homes) -> None:
        self._ledgers = ledgers
        self._known = known
        self._homes = homes
        self._streams = [{name: stream for stream, name in one.items()} for one in known]

    def told(self, ledger: LedgerViews, entry: Entry) -> bool:
        """Whether every other party of a takeover has an event of it, where that party is at home."""
        fact = ledger.rows[findings.VIEW.name][entry.key]
        assert isinstance(fact, Fact)
        names = self._known[[one is ledger for one in self._ledgers].index(True)]
        others = [names.get(UUID(name)) for name in fact.on if name != str(entry.key[0])]
        return all(self._has(name, fact.facts.contract_ref) for name in others)

    def _has(self, reference: str | None, contract_ref: str) -> bool:
        if reference is None:
            return False
        number = self._homes.of(reference)
        stream = self._streams[number].get(reference)
        dossier = self._ledgers[number].rows[findings.VIEW.name].get((stream, DOSSIER))  # type: ignore[arg-type]
        return isinstance(dossier, Dossier) and bool(dossier.all(f"{TAKEOVER}/{contract_ref}"))
