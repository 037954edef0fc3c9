"""Whether retention periods are kept, answered from events: by activity and category, over its people.

Pure. A join of what an activity saw of a person (`processing_register`), what the ledger still holds of
them and which periods have passed (`findings`). A key is that of one person and one category, so data
that is overdue counts for every activity that saw that category of that person.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from projections.findings import DOSSIER, TRACES
from projections.findings_dossier import NO_DOSSIER
from projections.findings_judging import Finding
from projections.findings_retention import deciding_rule, is_kept
from projections.findings_traces import Traces
from projections.processing_register import Observation, activity_of

__all__ = ["RETENTION_PASSED", "Adherence", "AdherenceTally", "ByCategory"]

RETENTION_PASSED = "law.retention.passed"
"""The rule whose findings say that a category of a person is kept too long."""
Rows = Mapping[str, Any]


class Adherence(msgspec.Struct, frozen=True):
    """What became of one category of an activity's people: how many of them, and of how many of these.

    `held`: the ledger holds values. `on_hold`: of these a hold, or what else keeps data, stops every period.
    `overdue`: of these the period has passed, the first `since`; `rules`: which decided so.
    """

    data_subjects: int = 0
    held: int = 0
    on_hold: int = 0
    overdue: int = 0
    since: datetime | None = None
    rules: tuple[str, ...] = ()

    def with_person(self, held: bool, on_hold: bool, passed: Finding | None) -> "Adherence":
        """With one more person."""
        rules = {deciding_rule(passed.detail)} if passed else set()
        starts = [time for time in (self.since, passed and passed.since) if time]
        return Adherence(
            data_subjects=self.data_subjects + 1,
            held=self.held + held,
            on_hold=self.on_hold + (held and on_hold),
            overdue=self.overdue + (passed is not None),
            since=min(starts, default=None),
            rules=tuple(sorted(rules.union(self.rules))),
        )


ByCategory = dict[str, Adherence]


class AdherenceTally:
    """Adds up persons; memory grows with the activities only."""

    def __init__(self) -> None:
        self._found: dict[str, ByCategory] = {}

    def add(self, observed: Rows, judged: Rows, passed: Mapping[str, Finding]) -> None:
        """One stream: its rows of both views by subkey, and by category the period that has passed."""
        traces, dossier = judged.get(TRACES), judged.get(DOSSIER, NO_DOSSIER)
        held = traces.held if isinstance(traces, Traces) else {}
        for subkey, row in observed.items():
            if not isinstance(row, Observation) or not row.person:
                continue
            found = self._found.setdefault(activity_of(subkey), {})
            for category in row.categories:
                found[category] = found.get(category, Adherence()).with_person(
                    category in held, is_kept(dossier, category), passed.get(category)
                )

    def found(self) -> dict[str, ByCategory]:
        """By activity and category, both sorted."""
        return {name: dict(sorted(found.items())) for name, found in sorted(self._found.items())}
