"""Waiting for Kafka at the start."""

from collections.abc import Callable, Iterator

import pytest

from consumers.backoff import LONGEST_S
from consumers.source import KafkaAway
from host.running.reaching import LOOK_S, reach
from ledger.errors import Misconfigured, Retry


class Waiting:
    """A start whose outcomes are given, with a clock that passes only here."""

    def __init__(self, *outcomes: Exception | str) -> None:
        self._outcomes: Iterator[Exception | str] = iter(outcomes)
        self.slept: list[float] = []
        self.beats = 0
        self.away: list[tuple[str, float]] = []

    def connect(self) -> str:
        outcome = next(self._outcomes)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    def beat(self) -> None:
        self.beats += 1

    def note(self, fault: Retry, delay_s: float) -> None:
        self.away.append((str(fault), delay_s))

    def reach(self, stop: Callable[[], bool] = lambda: False) -> str | None:
        return reach(self.connect, stop, beat=self.beat, away=self.note, sleep=self.slept.append)


def test_brokers_that_are_away_are_waited_for_and_each_fault_is_told() -> None:
    waiting = Waiting(*[KafkaAway("nobody")] * 9, "there")
    assert waiting.reach() == "there"
    assert [text for text, _ in waiting.away] == ["nobody"] * 9
    assert waiting.away[-1][1] == LONGEST_S
    assert sum(waiting.slept) >= LONGEST_S
    assert max(waiting.slept) == LOOK_S
    assert waiting.beats == 10


def test_a_refusal_is_not_waited_out() -> None:
    with pytest.raises(Misconfigured):
        Waiting(KafkaAway(), Misconfigured("no such user"), "there").reach()


def test_being_told_to_stop_ends_the_waiting_at_once() -> None:
    waiting = Waiting(*[KafkaAway()] * 9)
    assert waiting.reach(stop=lambda: bool(waiting.away)) is None
    assert waiting.slept == []
