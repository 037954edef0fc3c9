"""Until when data is kept: clocks, access report, decision, findings and register say the same of anybody."""

from collections.abc import Sequence
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from application.queries.keeping.deciding import ground_row
from application.queries.keeping.periods import retained
from ledger.event import RecordedEvent
from projections.findings.join import FindingsJoin
from projections.findings.view import VIEW
from projections.folds.timetravel import fold
from projections.keeping.erasing import lasting_for, may_be_due, on_period, on_request, steps
from projections.keeping.person import person_of
from projections.reading.adherence import RETENTION_PASSED, AdherenceTally
from projections.views import processing_register
from rulebook.calendar import day_of, start_of
from tests.unit.projections.making import ANNA, OFFICE, event, values

CATEGORIES = ("contact", "identity", "payment", "traffic", "correspondence")
DAYS = 24 * 60
days = st.integers(min_value=-1500, max_value=0)


def told(name: str, day: int, number: int) -> RecordedEvent:
    """Something that happened to a person, or data of theirs that was collected."""
    if name in CATEGORIES:
        month = f"{name}-{day // 30}" if name in {"traffic", "correspondence"} else name
        sealed = values(month, name, field="…")
        known = {"sealed": sealed, "categories": [name], "activity": "care"}
        return event("personal-data-collected", day * DAYS, **known)  # type: ignore[arg-type]
    facts = {
        "contract_ref": f"K-{number}",
        "hold_ref": f"H-{number}",
        "case_ref": f"D-{number}",
        "invoice_ref": f"F-{number}",
        "request_ref": f"R-{number}",
        "right": "access",
        "received_on": "2026-01-01",
        "ground": "claim",
        "review_on": "2030-01-01",
    }
    categories = ["contact", "traffic"] if "hold" in name or "restrict" in name else []
    return event(name, day * DAYS, categories=categories, **facts)  # type: ignore[arg-type]


LIFE = (
    *CATEGORIES,
    *("contract-concluded", "contract-ended", "invoice-sent", "account-deactivated"),
    *("legal-hold-placed", "legal-hold-released", "dispute-opened", "dispute-closed"),
    *("payment-default-recorded", "collection-closed", "misuse-suspected", "misuse-resolved"),
    *("rights-request-received", "rights-request-answered"),
    *("processing-restricted", "restriction-lifted"),
)
lives = st.lists(
    st.builds(told, st.sampled_from([*LIFE, *CATEGORIES]), days, st.integers(1, 2)),
    min_size=1,
    max_size=14,
)
moments = st.integers(min_value=-400, max_value=4000)


def overdue(life: Sequence[RecordedEvent], day: date) -> dict[str, date]:
    """By the findings of a day: category -> since when."""
    entries = FindingsJoin().gathering(()).add(ANNA, fold(VIEW, life))
    return {
        str(one.finding.detail).partition(", ")[0]: day_of(one.finding.since)
        for one in entries
        if one.rule == RETENTION_PASSED and one.finding.is_open(start_of(day))
    }


@given(lives, moments)
def test_every_answer_about_retention_is_the_same(life: list[RecordedEvent], later: int) -> None:
    day = date(2026, 3, 1) + timedelta(days=later)
    person = person_of(ANNA, life, (OFFICE,))
    found = {category: lasting_for(person, category) for category in person.held}
    late = overdue(life, day)
    assert late == {c: since for c, one in found.items() if (since := one.overdue_since(day))}
    decided = {c: one for step in on_period(person, day) for c, one in step.decisions.items()}
    assert set(decided) == set(found)
    for category, one in found.items():
        row, decision = retained(one, day), decided[category]
        since = late.get(category)
        assert row.overdue_since == (since.isoformat() if since else None)
        assert (decision.decision == "erase") is (since is not None)
        if since is None:
            assert row.grounds == [ground_row(reason) for reason in reversed(decision.reasons)]
            assert row.grounds
        else:
            assert row.grounds == []
        ends = [ground.until or "9999" for ground in row.grounds]
        assert ends == sorted(ends)
    going = {c for step in steps(person, day) if step.cause == "retention" for c in step.erased}
    assert set(late) == going & set(found)
    for decided_only in (False, True):
        planned = steps(person, day, decided_only=decided_only)
        assert may_be_due(person, day, decided_only=decided_only) or not planned
    register(life, late)


def register(life: Sequence[RecordedEvent], late: dict[str, date]) -> None:
    """What the register counts as overdue is what is overdue."""
    tally, observed = AdherenceTally(), fold(processing_register.VIEW, life)
    judged = fold(VIEW, life)
    passed = {
        str(one.finding.detail).partition(", ")[0]: one.finding
        for one in FindingsJoin().gathering(()).add(ANNA, judged)
        if one.rule == RETENTION_PASSED
    }
    tally.add(observed, judged, {c: one for c, one in passed.items() if c in late})
    counted = tally.found().get("care", {})
    assert {c for c, one in counted.items() if one.overdue} == set(late)
    assert not any(one.suspended and c in late for c, one in counted.items())


@given(lives, moments)
def test_a_decision_on_request_names_every_ground_of_a_category(
    life: list[RecordedEvent], later: int
) -> None:
    day = date(2026, 3, 1) + timedelta(days=later)
    person = person_of(ANNA, life, (OFFICE,))
    for step in [on_request(person, "request", day)]:
        for category, facts in step.facts().items():
            reasons = step.decisions[category].reasons
            named = [facts, *facts.get("besides", ())]
            assert [(one["ground"], one.get("ref"), one.get("until")) for one in named] == [
                (one.ground, one.ref, one.until and one.until.isoformat()) for one in reasons
            ]
