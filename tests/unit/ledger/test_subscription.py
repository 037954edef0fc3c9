"""The thread of a subscription: what it waits for and what ends it, where the library's own one has hung."""

import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from threading import Event
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest

from ledger.errors import ServiceAway
from ledger.library import subscription as module
from ledger.library.mapper import RecordedRow
from ledger.library.subscription import LedgerSubscription

PATIENCE_S = 60.0
NOW = datetime(2026, 11, 24, tzinfo=UTC)


def row(position: int) -> RecordedRow:
    return RecordedRow((UUID(int=1), position, "type", b"{}", position, NOW))


class Connection:
    """The session and the recorder of a subscription, without a server."""

    def __init__(self, head: int) -> None:
        self.head = head
        self.fault: Exception | None = None
        self.told = Event()
        self.closed = Event()
        self.ledger = SimpleNamespace(channel="channel")
        self.said: list[str] = []

    def named(self, name: str, _tables: Any) -> None:
        self.said.append(name)

    def notified(self, timeout_s: float) -> bool:
        return self.told.wait(timeout_s)

    def close(self) -> None:
        self.closed.set()

    def select_notifications(
        self, start: int | None, limit: int, **_: Any
    ) -> Sequence[RecordedRow]:
        self.said.append("select")
        if self.fault:
            raise self.fault
        after = start or 0
        return [row(position) for position in range(after + 1, min(after + limit, self.head) + 1)]


@pytest.fixture
def subscribed() -> Iterator[Callable[[Connection], LedgerSubscription]]:
    made: list[LedgerSubscription] = []

    def subscribe(connection: Any) -> LedgerSubscription:
        made.append(LedgerSubscription(connection, connection))
        return made[-1]

    yield subscribe
    for one in made:
        one.end()


Subscribe = Callable[[Connection], LedgerSubscription]


def test_it_listens_before_it_looks(subscribed: Subscribe) -> None:
    connection = Connection(1)
    assert subscribed(connection).wait(PATIENCE_S)
    assert connection.said[:2] == ["listen", "select"]


def test_rows_come_one_by_one_or_as_many_as_are_there(subscribed: Subscribe) -> None:
    made = subscribed(Connection(7))
    assert next(made).id == 1
    assert [one.id for one in made.take(3, PATIENCE_S)] == [2, 3, 4]
    assert [one.id for one in made.take(10, PATIENCE_S)] == [5, 6, 7]
    assert made.take(1, 0) == []
    assert not made.wait(0)


def test_rows_that_others_had_are_let_pass(subscribed: Subscribe) -> None:
    made = subscribed(Connection(7))
    assert [one.id for one in made.take(1, PATIENCE_S, after=4)] == [5]
    assert made.wait(PATIENCE_S, after=6)
    assert not made.wait(0, after=7)


def test_a_lost_notification_delays_and_never_hangs(
    subscribed: Subscribe, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "LOST_S", module.LOOK_S)
    connection = Connection(1)
    made = subscribed(connection)
    assert next(made).id == 1
    connection.head = 2  # and nobody says so
    assert [one.id for one in made.take(5, PATIENCE_S)] == [2]


def test_an_error_ends_the_thread_and_is_told_to_who_reads(subscribed: Subscribe) -> None:
    connection = Connection(0)
    connection.fault = ServiceAway("gone")
    made = subscribed(connection)
    with pytest.raises(ServiceAway, match="gone"):
        made.wait(PATIENCE_S)
    with pytest.raises(ServiceAway, match="gone"):
        next(made)
    made._pull_thread.join(PATIENCE_S)
    assert not made._pull_thread.is_alive()
    assert connection.closed.is_set()


def test_a_full_queue_holds_up_no_end(subscribed: Subscribe) -> None:
    connection = Connection(10**9)
    made = subscribed(connection)
    while not made._notifications_queue.full():
        assert made._pull_thread.is_alive()
    made.stop()
    made._pull_thread.join(PATIENCE_S)
    assert not made._pull_thread.is_alive()
    assert connection.closed.is_set()
    assert list(made) == made.take(1, 0) == []


def test_what_fails_after_the_end_is_told_to_nobody(subscribed: Subscribe) -> None:
    connection = Connection(0)
    made = subscribed(connection)
    made.stop()
    connection.fault = ServiceAway("gone")
    made.end()
    assert not made.wait(0)


PROGRAM = """
from tests.unit.ledger.test_subscription import Connection, LedgerSubscription
connection = Connection({head})
made = LedgerSubscription(connection, connection)
made.wait(60) if {head} else connection.said
raise SystemExit(3)
"""


@pytest.mark.parametrize("head", [0, 10**9])
def test_a_program_ends_although_nobody_stopped_its_subscription(head: int) -> None:
    program = [sys.executable, "-c", PROGRAM.format(head=head)]
    assert subprocess.run(program, timeout=PATIENCE_S, check=False).returncode == 3
