"""What is judged again when something of a person changes: everything that was judged by it."""

from typing import Any

import pytest
from hypothesis import given, settings

from projections.dossier.dossier import Dossier, Mark, topic_of
from projections.findings import join
from projections.findings.judging import findings_of
from projections.findings.situation import DEPENDS, SITUATIONS
from tests.property.finding_specs import lives
from tests.property.spec_parts import Spec
from tests.property.view_specs import build, ledger_of
from tests.unit.projections.making import HR, event
from tests.unit.projections.test_findings import CASES, EVA, judged, of_eva

READS = [
    event("ledger-read", 5, reader=str(EVA), role="desk", query="state", categories=["contact"]),
    of_eva("role-granted", 1, role="desk", source=HR),
    of_eva("employment-ended", 9, source=HR),
]

IN_VAIN = {("assessed", "breach-full")}
"""Looked at for another clock of the same breach: to complete a notification is due whatever the risk."""


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> set[tuple[str, str]]:
    """Which topics of a dossier a kind of fact was judged by, as (topic, kind)."""
    found: set[tuple[str, str]] = set()
    judging: list[str] = []
    all_marks = Dossier.all

    def judge(kind: str, *arguments: Any) -> Any:
        judging.append(kind)
        try:
            return findings_of(kind, *arguments)
        finally:
            judging.pop()

    def look(self: Dossier, topic: str) -> tuple[Mark, ...]:
        if judging:
            found.add((topic_of(topic), judging[-1]))
        return all_marks(self, topic)

    monkeypatch.setattr(join, "findings_of", judge)
    monkeypatch.setattr(Dossier, "all", look)
    return found


def test_each_kind_of_fact_is_judged_again_with_every_topic_that_it_is_judged_by(
    asked: set[tuple[str, str]],
) -> None:
    """Else a finding would stay open, or hidden, until the views are built again."""
    for case in CASES:
        judged([*case.breaking, case.beside, case.resolving])
    judged(READS)

    @settings(max_examples=300, derandomize=True, database=None)
    @given(lives())
    def live(drawn: list[Spec]) -> None:
        judged(ledger_of(build(drawn)))

    live()
    kinds = {kind for _, kind in asked}
    assert len(SITUATIONS.keys() & kinds) >= 20
    missing = {(topic, kind) for topic, kind in asked if kind not in DEPENDS.get(topic, ())}
    assert missing <= IN_VAIN
