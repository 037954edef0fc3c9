"""What reads much waits for its turn, whoever asks; it ends when nobody waits for it, or it takes long."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Event

import pytest

from application.reading import TooManyLooks
from host import long_answers
from host.long_answers import (
    LONGEST_S,
    MOST_WAITING,
    SHORT_ROWS,
    Asking,
    LongAnswers,
    TakesTooLong,
)
from ledger.errors import Busy

LONG = SHORT_ROWS + 1


class Time:
    now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


def _asking(turns: LongAnswers, reader: str = "employee/1") -> Asking:
    return Asking(turns, reader, lambda _look: 0.0)


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits for a turn that is taken."""
    monkeypatch.setattr(long_answers, "TURN_S", 0.0)


@pytest.mark.usefixtures("at_once")
def test_a_short_answer_takes_no_turn_and_many_small_ones_make_a_long_one() -> None:
    turns = LongAnswers()
    first, second = _asking(turns), _asking(turns, "employee/2")
    for _ in range(SHORT_ROWS // 2):
        first.took(2)
        second.took(0)  # a statement without a row is work, too
    first.took(1)
    second.took(SHORT_ROWS // 2)
    with pytest.raises(Busy):
        second.took(1)
    first.end()
    second.end()
    third = _asking(turns, "employee/3")
    third.took(LONG)
    third.end()


@pytest.mark.usefixtures("at_once")
def test_a_short_answer_is_made_while_a_long_one_is_whatever_either_asks() -> None:
    turns = LongAnswers()
    long, short = _asking(turns), _asking(turns, "employee/2")
    long.took(LONG)
    short.took(SHORT_ROWS)
    short.end()
    with pytest.raises(Busy):
        _asking(turns, "employee/3").took(LONG)
    long.end()
    _asking(turns, "employee/3").took(LONG)


def test_so_many_wait_each_of_another_reader(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(long_answers, "TURN_S", 60.0)
    turns, made = LongAnswers(), list[str]()
    first = _asking(turns)
    first.took(LONG)
    with pytest.raises(Busy):
        _asking(turns, "employee/1").took(LONG)

    def ask(reader: str) -> None:
        asking = _asking(turns, reader)
        try:
            asking.took(LONG)
            made.append(reader)
        finally:
            asking.end()

    with ThreadPoolExecutor(MOST_WAITING) as threads:
        waiting = [threads.submit(ask, f"employee/{2 + number}") for number in range(MOST_WAITING)]
        _until(lambda: len(turns._readers) == 1 + MOST_WAITING)
        with pytest.raises(Busy):
            ask("employee/9")
        assert made == []
        first.end()
        _all_done(waiting)
    assert sorted(made) == [f"employee/{2 + number}" for number in range(MOST_WAITING)]
    assert not turns._readers


def test_it_ends_when_nobody_waits_for_it_and_when_it_takes_too_long() -> None:
    now_s = Time()
    turns = LongAnswers(now_s)
    asking = _asking(turns)
    asking.took(LONG)
    now_s.now_s = LONGEST_S
    asking.took(1)
    now_s.now_s += 1
    with pytest.raises(TakesTooLong):
        asking.took(1)
    asking.end()
    asking = _asking(turns)
    asking.took(1)
    asking.left.set()
    with pytest.raises(Busy):
        asking.took(1)
    asking.end()
    asking.end()
    _asking(turns).took(LONG)


def test_a_look_too_many_is_refused() -> None:
    asking = Asking(LongAnswers(), "employee/1", {"employee/1 customer/2": 6.0}.get)
    asking.look("customer/1")
    with pytest.raises(TooManyLooks):
        asking.look("customer/2")


def _until(so: Callable[[], bool]) -> None:
    pause = Event()
    while not so():
        pause.wait(0.001)


def _all_done(waiting: list[Future[None]]) -> None:
    for one in waiting:
        one.result(timeout=60)
