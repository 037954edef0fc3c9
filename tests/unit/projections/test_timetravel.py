"""Semantics 4 of the contract: what counts at a moment."""

from typing import Any

import pytest

from ledger.event import RecordedEvent
from projections.folds.timetravel import NOW, Moment, counting, fold_at, projector, select
from projections.views import consent_status, customer_state
from tests.unit.projections.making import annulment, at, erasure, event


@pytest.fixture
def events() -> list[RecordedEvent]:
    """Occurred in another order than recorded: the third one came late."""
    return [
        event("customer-registered", 0, position=1, recorded=0, customer_kind="consumer"),
        event("consent-given", 5, position=2, recorded=5, purpose="newsletter"),
        event("account-deactivated", 3, position=3, recorded=9, reason="moved"),
    ]


def positions(events: Any) -> list[int]:
    return [one.position for one in events]


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        (NOW, [1, 2, 3]),
        (Moment(as_of=at(3)), [1, 3]),
        (Moment(as_of=at(2.9)), [1]),
        (Moment(recorded_by=at(5)), [1, 2]),
        (Moment(recorded_by=at(4.9)), [1]),
        (Moment(at_position=2), [1, 2]),
        (Moment(as_of=at(4), at_position=2), [1]),
        (Moment(as_of=at(4), recorded_by=at(9)), [1, 3]),
    ],
)
def test_bounds_are_inclusive_and_combine(
    events: list[RecordedEvent], moment: Moment, expected: list[int]
) -> None:
    selected = select(events, moment)
    assert positions(selected.counted) == expected
    assert selected.position == expected[-1]


def test_annulments_obey_recorded_time_and_position_but_not_occurred_time(
    events: list[RecordedEvent],
) -> None:
    consent = events[1]
    events = [*events, annulment(20, consent, position=4, recorded=20, id="a")]
    past = select(events, Moment(as_of=at(6)))
    assert (positions(past.counted), positions(past.shown)) == ([1, 3], [1, 2, 3])
    assert past.annulled == {(consent.source, consent.id): "a"}
    for unaware in (Moment(recorded_by=at(19)), Moment(at_position=3)):
        assert select(events, unaware).annulled == {}
        assert positions(select(events, unaware).counted) == [1, 2, 3]


def test_the_position_leaves_reads_aside(events: list[RecordedEvent]) -> None:
    events = [*events, event("ledger-read", 9, position=8)]
    assert select(events).position == 3
    assert positions(select(events).shown) == [1, 2, 3, 8]
    assert select(events, Moment(at_position=0)).position == 0


def test_erasures_beyond_the_moment_are_kept_apart() -> None:
    erased = erasure(9, ["contact"], ["k"])
    assert select([erased], Moment(as_of=at(5))).erasures == (erased,)
    assert select([erased], Moment(as_of=at(9))).erasures == ()


def test_a_view_folds_at_any_moment(events: list[RecordedEvent]) -> None:
    view = customer_state.VIEW
    statuses = [
        customer_state.status(fold_at(view, events, Moment(as_of=at(minutes)))[""])
        for minutes in (2, 3)
    ]
    assert statuses == ["active", "inactive"]
    assert fold_at(view, events, Moment(as_of=at(-1))) == {}


def test_counting_leaves_annulled_events_out(events: list[RecordedEvent]) -> None:
    wrong = events[1]
    assert positions(counting([*events, annulment(9, wrong, position=4)], ())) == [1, 3, 4]
    assert counting(events, ()) == events


def test_a_projector_gives_the_rows_of_a_stream_or_nothing(events: list[RecordedEvent]) -> None:
    project = projector(consent_status.VIEW)
    assert project(None, events)["newsletter"].act == "given"
    assert project(None, []) is None
