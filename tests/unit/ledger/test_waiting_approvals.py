"""Which acts wait for a second person, from all approvals there are."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ledger.recording.approvals import ApprovalStatus, standing_of, waiting_of

VALID = timedelta(hours=24)
START = datetime(2026, 6, 1, tzinfo=UTC)


def approval(position: int, who: str, digest: str, hours: float) -> Any:
    facts = {"approver": who, "digest": digest}
    time = START + timedelta(hours=hours)
    return SimpleNamespace(id=str(position), position=position, time=time, facts=facts)


def waiting(events: list[Any], hours: float) -> list[str]:
    return [event.id for event in waiting_of(events, START + timedelta(hours=hours), VALID)]


def test_an_approval_waits_until_its_pair_or_its_time() -> None:
    first = approval(1, "a", "x", 0)
    assert waiting([first], 1) == ["1"]
    assert waiting([first], 25) == []
    assert waiting([first, approval(2, "b", "x", 2)], 3) == []
    assert waiting([first, approval(2, "b", "y", 2)], 3) == ["1", "2"]


def test_the_same_person_again_waits_anew_and_a_used_pair_counts_no_more() -> None:
    first, again = approval(1, "a", "x", 0), approval(2, "a", "x", 20)
    assert waiting([first, again], 30) == ["2"]
    used = [first, approval(2, "b", "x", 1), approval(3, "b", "x", 2)]
    assert waiting(used, 3) == ["3"]
    late = [first, approval(2, "b", "x", 30)]
    assert waiting(late, 31) == ["2"], "the first one's time was over"


@pytest.mark.parametrize(("microseconds", "counts"), [(-1, True), (0, True), (1, False)])
def test_an_approval_counts_to_the_instant_at_which_its_time_is_over(
    microseconds: int, counts: bool
) -> None:
    late = timedelta(hours=24, microseconds=microseconds) / timedelta(hours=1)
    first, second = approval(1, "a", "x", 0), approval(2, "b", "x", late)
    assert second.time - first.time == VALID + timedelta(microseconds=microseconds)
    standing = ApprovalStatus.SECOND if counts else ApprovalStatus.FIRST
    assert standing_of([first, second], "2", VALID) is standing
    assert waiting([first], late) == (["1"] if counts else [])


def test_the_same_person_renews_what_a_second_one_then_meets() -> None:
    """Each person counts once, and the time runs from the later approval on."""
    acts = [approval(n, who, "x", hours) for n, (who, hours) in enumerate(RENEWED, 1)]
    found = [standing_of(acts[:n], str(n), VALID) for n in range(1, len(acts) + 1)]
    assert found == [
        ApprovalStatus.FIRST,
        ApprovalStatus.AGAIN,
        ApprovalStatus.SECOND,
        ApprovalStatus.FIRST,
        ApprovalStatus.SECOND,
        ApprovalStatus.FIRST,
        ApprovalStatus.FIRST,
    ]


RENEWED = [("a", 0), ("a", 20), ("b", 40), ("a", 41), ("b", 65), ("b", 66), ("a", 90.001)]


@given(
    st.lists(
        st.tuples(st.sampled_from("ab"), st.sampled_from("xy"), st.integers(0, 30)), max_size=8
    )
)
@example([("a", "x", 0), ("a", "x", 20), ("b", "x", 20)])
@example([("a", "x", 0), ("b", "x", 24), ("b", "x", 1)])
@example([("a", "x", 0), ("b", "x", 25), ("a", "x", 0)])
@example([("a", "x", 0), ("a", "y", 0), ("b", "x", 1), ("b", "y", 23)])
def test_what_waits_is_what_the_standing_of_its_approval_says(
    drawn: list[tuple[str, str, int]],
) -> None:
    hours, events = 0, []
    for position, (who, digest, later) in enumerate(drawn, 1):
        hours += later
        events.append(approval(position, who, digest, hours))
    for digest in "xy":
        of_this = [event for event in events if event.facts["digest"] == digest]
        if not of_this:
            continue
        last = of_this[-1]
        expected = standing_of(of_this, last.id, VALID) is not ApprovalStatus.SECOND
        in_time = last.time + VALID >= START + timedelta(hours=hours)
        found = [id for id in waiting(events, hours) if id in {event.id for event in of_this}]
        assert found == ([last.id] if expected and in_time else [])
