"""The sample's planted violations are what the rulebook finds in it: all of them, and nothing else."""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

import rulebook
from sample import generating as sample
from tests.fixtures.judging import judged

UNTIL = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
DEFAULT = (sample.DEFAULT_SEED, sample.DEFAULT_CUSTOMERS, sample.DEFAULT_EVENTS)
Found = Counter[tuple[str, str, str]]


def made(
    seed: int, customers: int, events: int, until: datetime = UNTIL
) -> tuple[list[dict[str, Any]], list[sample.PlantedViolation]]:
    planted: list[sample.PlantedViolation] = []
    lines = sample.generate(
        seed=seed, customers=customers, events=events, until=until, planted=planted
    )
    return list(lines), planted


def known(planted: Sequence[sample.PlantedViolation]) -> Found:
    return Counter((one.rule, one.source, one.id) for one in planted)


def found(lines: Sequence[dict[str, Any]], now: datetime) -> Found:
    entries = judged(lines, now)
    return Counter((one.rule, one.finding.source, one.finding.id) for one in entries)


def test_every_rule_is_broken_in_the_default_sample() -> None:
    _, planted = made(*DEFAULT)
    # What breaks a rule about reads of the ledger is recorded by the ledger alone.
    sent = {rule.id for rule in rulebook.RULES if rule.applies_to != "read"}
    assert {one.rule for one in planted} == sent


def test_what_is_planted_is_in_the_sample() -> None:
    lines, planted = made(*DEFAULT)
    events = {(line["source"], line["id"]): line for line in lines}
    for one in planted:
        event = events[one.source, one.id]
        assert (event["subject"], event["type"].split(".")[3]) == (one.subject, one.type)


@pytest.mark.parametrize("seed", range(1, 9))
def test_exactly_what_is_planted_is_found(seed: int) -> None:
    lines, planted = made(seed, *DEFAULT[1:])
    assert found(lines, UNTIL) == known(planted)


# Summer time begins and ends, leap days, year ends, weekends, and both ends of a day in Amsterdam.
@pytest.mark.parametrize(
    "until",
    [
        "2024-02-29T00:30:00+01:00",
        "2025-03-30T23:30:00+02:00",
        "2025-10-26T00:30:00+02:00",
        "2026-01-01T00:00:00+01:00",
        "2026-05-09T12:00:00+02:00",
        "2026-12-31T23:59:59+01:00",
        "2028-02-29T12:00:00+01:00",
    ],
)
@pytest.mark.parametrize(("customers", "events"), [(24, 600), (60, 900)])
def test_it_does_not_matter_when_the_sample_ends(until: str, customers: int, events: int) -> None:
    end = datetime.fromisoformat(until)
    lines, planted = made(len(until) + customers, customers, events, end)
    assert planted
    assert found(lines, end) == known(planted)


def test_reading_the_findings_a_day_later_changes_nothing() -> None:
    lines, planted = made(*DEFAULT)
    assert found(lines, UNTIL + timedelta(days=1)) == known(planted)


def test_a_sample_of_two_cohorts_has_more_of_them() -> None:
    lines, planted = made(3, 1_200, 12_000)
    assert len(planted) > len(made(*DEFAULT)[1])
    assert found(lines, UNTIL) == known(planted)


@pytest.mark.parametrize("customers", [1, 12, 23, 24, 150])
def test_the_smallest_samples_have_none(customers: int) -> None:
    lines, planted = made(7, customers, sample.minimum_events(customers))
    assert planted == []
    assert found(lines, UNTIL) == Counter()


def test_a_story_that_is_changed_is_noticed() -> None:
    """The comparison is not one of a list with itself: without its notice, a contact is found."""
    lines, planted = made(*DEFAULT)
    notices = [line for line in lines if "privacy-notice-provided" in line["type"]]
    notice = next(line for line in notices if "/contact/" in line["subject"])
    more = found([line for line in lines if line is not notice], UNTIL) - known(planted)
    assert [rule for rule, _, _ in more] == ["law.notice.never"]
