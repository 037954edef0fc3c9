"""Of an order that cannot be copied a running ledger says so once a day, and not every five minutes."""

from datetime import UTC, datetime, timedelta

from host.running.clocks import not_said

NOW = datetime(2026, 12, 2, 9, tzinfo=UTC)


def test_the_same_order_is_said_again_after_a_day() -> None:
    said: dict[str, datetime] = {}
    assert not_said(["P-1"], said, NOW) == ["P-1"]
    assert not_said(["P-1", "P-2"], said, NOW + timedelta(minutes=5)) == ["P-2"]
    assert not_said(["P-1", "P-2"], said, NOW + timedelta(hours=23, minutes=59)) == []
    assert not_said(["P-1", "P-2"], said, NOW + timedelta(days=1)) == ["P-1"]
