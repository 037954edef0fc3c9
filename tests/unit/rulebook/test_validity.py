"""Which version of an entry holds on a day."""

from datetime import date, timedelta

import msgspec
import pytest

from rulebook import PERIODS, RULES
from rulebook.loading import RulebookError, unchanged_since
from rulebook.periods import Period
from rulebook.validity import in_force, version_on, versions

ENDED, NEXT = date(2026, 1, 1), date(2026, 7, 1)
DAY = timedelta(days=1)
FIRST = msgspec.structs.replace(PERIODS["tombstone"], valid_to=ENDED)
SECOND = msgspec.structs.replace(FIRST, valid_from=NEXT, valid_to=None)


def name(entry: Period) -> str:
    return entry.id


def test_an_entry_holds_from_its_first_day_to_the_day_before_its_end() -> None:
    assert not in_force(FIRST, FIRST.valid_from - DAY)
    assert in_force(FIRST, FIRST.valid_from)
    assert in_force(FIRST, ENDED - DAY)
    assert not in_force(FIRST, ENDED)
    assert in_force(SECOND, date.max)


def test_the_version_of_a_day_is_the_last_that_has_begun() -> None:
    same = versions([SECOND, FIRST], name)["tombstone"]
    assert same == (FIRST, SECOND)
    assert version_on(same, None) is SECOND
    assert version_on(same, NEXT) is SECOND
    assert version_on(same, NEXT - DAY) is FIRST
    assert version_on(same, FIRST.valid_from - DAY) is FIRST


@pytest.mark.parametrize("begins", [FIRST.valid_from, ENDED - DAY])
def test_two_versions_do_not_hold_on_one_day(begins: date) -> None:
    other = msgspec.structs.replace(SECOND, valid_from=begins)
    with pytest.raises(RulebookError, match="tombstone: two versions"):
        versions([FIRST, other], name)


def test_from_the_first_day_of_a_span_on_every_rule_holds_or_does_not() -> None:
    days = {day for rule in RULES for day in (rule.valid_from, rule.valid_to) if day}
    for day in days:
        assert unchanged_since(day) == day
        before = unchanged_since(day - DAY)
        assert before < day
        assert [in_force(rule, before) for rule in RULES] == [
            in_force(rule, day - DAY) for rule in RULES
        ]
    assert unchanged_since(date.min) == date.min
