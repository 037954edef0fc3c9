"""Whether retention periods are kept, answered from events: by activity and category, over its people.

Pure. A join of what an activity saw of a person (`processing_register`), what the ledger still holds of
them and which periods have passed (`findings`). A key is that of one person and one category, so data
that is overdue counts for every activity that saw that category of that person.
"""

from collections.abc import Mapping
from datetime import datetime
from operator import itemgetter

import msgspec

from projections.dossier.dossier import NO_DOSSIER, Dossier
from projections.dossier.traces import Traces
from projections.findings.judging import Finding
from projections.findings.retention import deciding_rule
from projections.findings.view import DOSSIER, TRACES
from projections.findings.view import Row as JudgedRow
from projections.keeping.lasting import kept_of
from projections.views.processing_register import Observation, ObservedStream, Row

RETENTION_PASSED = "law.retention.passed"
"""The rule whose findings say that a category of a person is kept too long."""


class Adherence(msgspec.Struct, frozen=True):
    """The retention of one category of an activity's people, in numbers of persons.

    `held`: the ledger holds values. `suspended`: of these, a hold or another keeping stops every period.
    `overdue`: of these, the period has passed, the first `since`; `rules`: those that decided it.
    """

    data_subjects: int = 0
    held: int = 0
    suspended: int = 0
    overdue: int = 0
    since: datetime | None = None
    rules: tuple[str, ...] = ()


ByCategory = dict[str, Adherence]


class _Count:
    """A count of adherence to which persons are added."""

    def __init__(self) -> None:
        self.data_subjects = self.held = self.suspended = self.overdue = 0
        self._since: datetime | None = None
        self._rules: set[str] = set()

    def add(self, held: bool, suspended: bool, passed: Finding | None) -> None:
        """One more person."""
        self.data_subjects += 1
        self.held += held
        self.suspended += suspended
        if passed:
            self.overdue += 1
            self._since = min(self._since or passed.since, passed.since)
            self._rules.add(deciding_rule(passed.detail))

    def adherence(self) -> Adherence:
        return Adherence(
            data_subjects=self.data_subjects,
            held=self.held,
            suspended=self.suspended,
            overdue=self.overdue,
            since=self._since,
            rules=tuple(sorted(self._rules)),
        )


class AdherenceTally:
    """Adds up persons; memory grows with the activities only."""

    def __init__(self) -> None:
        self._counts: dict[tuple[str, str], _Count] = {}

    def add(
        self,
        observed: Mapping[str, Row],
        judged: Mapping[str, JudgedRow],
        passed: Mapping[str, Finding],
    ) -> None:
        """One stream: its rows of both views by subkey, and by category the period that has passed."""
        activities = _of_person(observed)
        if not activities:
            return
        traces = judged.get(TRACES)
        held = traces.held if isinstance(traces, Traces) else {}
        dossier = judged.get(DOSSIER)
        suspended = kept_of(dossier if isinstance(dossier, Dossier) else NO_DOSSIER, held)
        for activity, observation in activities.items():
            for category in observation.categories:
                count = self._counts.setdefault((activity, category), _Count())
                count.add(category in held, category in suspended, passed.get(category))

    def found(self) -> dict[str, ByCategory]:
        """By activity and category, both sorted."""
        by_activity: dict[str, ByCategory] = {}
        for (activity, category), count in sorted(self._counts.items(), key=itemgetter(0)):
            by_activity.setdefault(activity, {})[category] = count.adherence()
        return by_activity


def _of_person(observed: Mapping[str, Row]) -> dict[str, Observation]:
    """By activity what was observed of a person; nothing of a stream that is no person's."""
    return {
        activity: observation
        for row in observed.values()
        if isinstance(row, ObservedStream)
        for activity, observation in row.activities.items()
        if observation.person
    }
