"""What takes long is remembered, made anew beside the answers, and says up to which event it goes."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Event
from typing import Any, cast

import pytest

import application.remembered
from application.remembered import Known, Remembered
from ledger.errors import Busy, Retry
from ledger.storage.postgres import Session

NOW = datetime(2026, 6, 1, 9, 0, tzinfo=UTC)


class Ledger:
    """A ledger with a position, and a clock of how long things take."""

    def __init__(self) -> None:
        self.position, self.time, self.takes = 1, 0.0, 1.0
        self.made: list[int] = []
        self.may = Event()
        self.may.set()

    def work(self, _session: Session) -> int:
        assert self.may.wait(60)
        self.time += self.takes
        self.made.append(self.position)
        return self.position

    def close(self) -> None:
        """As of a session."""


@pytest.fixture
def ledger(monkeypatch: pytest.MonkeyPatch) -> Iterator[Ledger]:
    made = Ledger()
    monkeypatch.setattr(application.remembered, "_position", lambda _session: made.position)
    yield made
    made.may.set()


def asked(remembered: Remembered, ledger: Ledger, clock: datetime = NOW) -> Known[Any]:
    return remembered.of("one", cast(Session, ledger), clock, ledger.work)


def of(ledger: Ledger) -> Remembered:
    return Remembered(lambda: cast(Session, ledger), lambda: ledger.time)


def test_what_is_short_is_made_for_each_answer(ledger: Ledger) -> None:
    remembered, ledger.takes = of(ledger), 0.1
    for position in (1, 2, 3):
        ledger.position = position
        assert asked(remembered, ledger) == Known(position)


def test_the_same_ledger_on_the_same_day_is_asked_once(ledger: Ledger) -> None:
    remembered = of(ledger)
    for _ in range(3):
        assert asked(remembered, ledger) == Known(1)
    assert ledger.made == [1]


def test_what_is_long_is_older_than_the_ledger_and_says_so(ledger: Ledger) -> None:
    remembered = of(ledger)
    asked(remembered, ledger)
    ledger.position = 2
    ledger.time += 9  # less than ten times as long as it took
    assert asked(remembered, ledger) == Known(1, until=1)
    assert ledger.made == [1]


def test_what_is_old_is_made_anew_beside_the_answers(ledger: Ledger) -> None:
    remembered = of(ledger)
    asked(remembered, ledger)
    ledger.position, ledger.time = 2, ledger.time + 10
    ledger.may.clear()
    assert asked(remembered, ledger) == asked(remembered, ledger) == Known(1, until=1)
    ledger.may.set()
    remembered.close()
    assert asked(remembered, ledger) == Known(2)
    assert ledger.made == [1, 2]


def test_another_day_makes_it_old(ledger: Ledger) -> None:
    remembered = of(ledger)
    asked(remembered, ledger)
    asked(remembered, ledger, NOW + timedelta(days=1))
    remembered.close()
    assert ledger.made == [1, 1]


def test_a_database_that_is_away_leaves_what_is_remembered(ledger: Ledger) -> None:
    def away() -> Session:
        raise Retry

    remembered = Remembered(away, lambda: ledger.time)
    asked(remembered, ledger)
    ledger.position, ledger.time = 2, ledger.time + 100
    for _ in range(2):
        assert asked(remembered, ledger) == Known(1, until=1)
        remembered.close()


def test_what_was_asked_for_longest_ago_is_forgotten(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(application.remembered, "MOST", 2)
    remembered = of(ledger)
    for name in ("a", "b", "a", "c", "a", "b"):
        remembered.of(name, cast(Session, ledger), NOW, ledger.work)
    assert len(ledger.made) == 4  # a, b, c, and b again


def test_who_finds_it_being_made_for_the_first_time_does_not_wait_for_long(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(application.remembered, "FIRST_S", 0.0)
    remembered, begun = of(ledger), Event()
    ledger.may.clear()

    def work(session: Session) -> int:
        begun.set()
        return ledger.work(session)

    with ThreadPoolExecutor(1) as thread:
        first = thread.submit(remembered.of, "one", cast(Session, ledger), NOW, work)
        assert begun.wait(60)
        with pytest.raises(Busy, match="being made"):
            asked(remembered, ledger)
        ledger.may.set()
        assert first.result(timeout=60) == Known(1)
    assert asked(remembered, ledger) == Known(1)


def test_what_is_old_is_made_anew_one_thing_after_the_other(ledger: Ledger) -> None:
    remembered, at_work = of(ledger), list[int]()

    def work(session: Session) -> int:
        at_work.append(1)
        assert sum(at_work) == 1
        made = ledger.work(session)
        at_work.append(-1)
        return made

    for name in ("a", "b", "c"):
        remembered.of(name, cast(Session, ledger), NOW, work)
    ledger.position, ledger.time = 2, ledger.time + 1000
    ledger.may.clear()
    for name in ("a", "b", "c"):
        assert remembered.of(name, cast(Session, ledger), NOW, work) == Known(1, until=1)
    ledger.may.set()
    remembered.close()
    assert ledger.made == [1, 1, 1, 2, 2, 2]
