"""Which publication of a notice holds: the last one to take effect, as its entry was told last."""

from datetime import timedelta
from itertools import permutations

import pytest

from ledger.event import RecordedEvent
from projections.views.notices import VIEW, in_force
from rulebook.calendar import day_of
from tests.unit.projections.making import NOON, at, event, folded

DAY = 24 * 60
TODAY = day_of(NOON)


def published(minutes: float, version: str, days: int) -> RecordedEvent:
    """A publication of a version that takes effect so many days from today."""
    return event(
        "privacy-notice-published",
        minutes,
        subject=f"notice/{version}",
        version=version,
        effective_from=(TODAY + timedelta(days=days)).isoformat(),
        sha256=f"{minutes}",
        claims=[],
    )


def holding(told: list[RecordedEvent], minutes: float) -> str | None:
    """The hash of the publication that holds, the same in every order of arrival."""
    found = set()
    for order in permutations(told):
        notices = [
            folded(VIEW, [one for one in order if one.subject == subject])[""]
            for subject in dict.fromkeys(one.subject for one in order)
        ]
        one = in_force(notices, at(minutes))
        found.add(one.sha256 if one else None)
    assert len(found) == 1
    return found.pop()


@pytest.mark.parametrize(("days", "holds"), [(-1, "1"), (0, "1"), (1, None)])
def test_a_notice_holds_from_the_day_on_which_it_takes_effect(days: int, holds: str | None) -> None:
    assert holding([published(1, "a", days)], 2) == holds


def test_what_an_entry_was_told_last_replaces_what_it_was_told_before() -> None:
    """A notice that was put off does not hold by its first publication."""
    old, early, put_off = published(1, "a", -9), published(2, "b", -1), published(3, "b", 30)
    assert holding([old, early], 5) == "2"
    assert holding([old, early, put_off], 5) == "1"
    assert holding([old, early, put_off], 2.5) == "2", "it was not told yet"
    assert holding([early, put_off], 5) is None
    assert holding([old, early, put_off], 31 * DAY) == "3"
