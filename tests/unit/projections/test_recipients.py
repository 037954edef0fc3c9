"""Semantics 7 of the contract: recipients as they were at the time."""

from datetime import UTC, datetime
from itertools import permutations
from typing import Any

import pytest

from ledger.event import RecordedEvent
from projections.folds.timetravel import fold
from projections.folds.view import encode
from projections.views.recipients import VIEW, Recipient, ended_at, known_at, recipient_at
from tests.unit.projections.making import at, event, values

DAY = 24 * 60


def act(name: str, minutes: float = 0, /, **facts: Any) -> RecordedEvent:
    return event(f"recipient-{name}", minutes, subject="recipient/acme", **facts)


def version(
    act_name: str, valid_from: str, name: str | None, minutes: float = 0, **more: Any
) -> RecordedEvent:
    facts: dict[str, Any] = {
        "kind": "processor",
        "role": "processor",
        "country": "NL",
        "valid_from": valid_from,
    }
    return act(act_name, minutes, **(facts | ({"name": name} if name else {}) | more))


def recipient_of(*events: RecordedEvent) -> Recipient:
    rows = {encode(fold(VIEW, order)) for order in permutations(events)}
    assert len(rows) == 1
    return fold(VIEW, events)[""]


def name_at(state: Recipient, time: datetime) -> str | None:
    shown = recipient_at(state, time)
    return shown.name if shown else None


def test_versions_start_at_midnight_in_amsterdam() -> None:
    state = recipient_of(
        version("registered", "2026-01-01", "Acme"),
        version("changed", "2026-07-01", "Acme Holding", 1),
    )
    assert state.recipient == "acme"
    # Summer time: midnight of 1 July is 22:00 UTC the day before.
    assert name_at(state, datetime(2026, 6, 30, 21, 59, 59, tzinfo=UTC)) == "Acme"
    assert name_at(state, datetime(2026, 6, 30, 22, tzinfo=UTC)) == "Acme Holding"


def test_before_the_first_version_the_first_is_shown() -> None:
    state = recipient_of(
        version("changed", "2026-02-01", "Second", 1), version("registered", "2026-01-01", "First")
    )
    assert name_at(state, datetime(2001, 1, 1, tzinfo=UTC)) == "First"


def test_of_two_versions_from_the_same_day_the_later_statement_counts() -> None:
    state = recipient_of(
        version("registered", "2026-01-01", "Typo"), version("changed", "2026-01-01", "Right", 1)
    )
    assert name_at(state, datetime(2025, 1, 1, tzinfo=UTC)) == "Right"
    assert name_at(state, at(0)) == "Right"


def test_a_late_statement_about_the_past_takes_its_place_there() -> None:
    state = recipient_of(
        version("registered", "2026-01-01", "A"),
        version("changed", "2026-03-01", "C", 1),
        version("changed", "2026-02-01", "B", 2),
    )
    assert name_at(state, datetime(2026, 2, 15, tzinfo=UTC)) == "B"
    assert name_at(state, at(0)) == "C"


def test_a_private_persons_name_stays_sealed() -> None:
    sealed = values("k", "identity", name="blob", date_of_birth="of another blob")
    state = recipient_of(version("registered", "2026-01-01", None, kind="lawyer", sealed=sealed))
    shown = recipient_at(state, at(0))
    assert shown
    assert shown.name is None
    assert shown.sealed_name
    assert (shown.sealed_name.key, shown.sealed_name.blob) == ("k", sealed["identity"].blob)
    assert shown.sealed_name.fields == ("date_of_birth", "name")


def test_what_was_said_later_is_not_known_earlier() -> None:
    state = recipient_of(
        version("registered", "2026-01-01", "A", 1), version("changed", "2026-01-15", "B", 5)
    )
    known = known_at(state, at(4))
    assert known
    assert name_at(known, at(4)) == "A"
    assert known_at(state, at(0)) is None


@pytest.mark.parametrize(("again", "ended"), [(2, True), (4, False)])
def test_an_ending_holds_until_the_recipient_is_registered_again(again: int, ended: bool) -> None:
    state = recipient_of(
        act("ended", 3, valid_to="2026-05-01", reason="contract-ended"),
        version("registered", "2026-01-01", "A", again),
        version("changed", "2026-06-01", "B", 9),
    )
    assert (ended_at(state) is not None) is ended
    assert name_at(state, at(200 * DAY)) == "B"


def test_without_any_version_there_is_nothing_to_show() -> None:
    state = recipient_of(act("ended", 3, valid_to="2026-05-01", reason="contract-ended"))
    assert recipient_at(state, at(9)) is None
    ending = ended_at(state)
    assert ending
    assert ending.reason == "contract-ended"
