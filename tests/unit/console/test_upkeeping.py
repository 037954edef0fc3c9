"""The upkeep beside `ledger run`: a passing fault is waited out, anything else is loud, a stop is at once."""

from collections.abc import Callable
from threading import Event
from typing import ClassVar

import pytest

from host.environment import settings_from
from host.logs import Log
from host.running.clocks import keeping_up
from host.running.upkeeping import UPKEEP_S, Upkeep
from host.running.watching import Watch
from ledger.errors import Halt, Misconfigured, Retry, ServiceAway

PATIENCE_S = 60.0


def ended(upkeep: Upkeep) -> Exception:
    """What ended the work, once it has."""
    for _ in range(6_000):
        try:
            upkeep.look()
        except Exception as error:
            return error
        Event().wait(0.01)
    raise AssertionError("it never ended")


@pytest.mark.parametrize(
    ("fault", "raised", "text"),
    [
        (Halt("keys are lost"), Halt, "keys are lost"),
        (Misconfigured("no keys here"), Misconfigured, "no keys here"),
        (ValueError("j.devries@example.nl"), Halt, "an unexpected ValueError"),
    ],
)
def test_what_does_not_pass_is_raised_where_it_is_looked_for(
    fault: Exception, raised: type[Exception], text: str
) -> None:
    def work(_: Callable[[], bool]) -> None:
        raise fault

    upkeep = Upkeep(work, Log("test"))
    upkeep.start()
    error = ended(upkeep)
    assert isinstance(error, raised)
    assert text in str(error)
    assert "devries" not in str(error)
    upkeep.stop()


def test_a_passing_fault_does_not_end_it() -> None:
    tried = Event()

    def work(_: Callable[[], bool]) -> None:
        tried.set()
        raise ServiceAway

    upkeep = Upkeep(work, Log("test"))
    upkeep.start()
    assert tried.wait(PATIENCE_S)
    upkeep.look()
    upkeep.stop()
    upkeep.look()


def test_work_is_asked_to_stop_in_the_middle() -> None:
    begun, interrupted = Event(), Event()

    def work(stop: Callable[[], bool]) -> None:
        begun.set()
        while not stop():
            Event().wait(0.01)
        interrupted.set()
        raise Retry("the next one completes it")

    upkeep = Upkeep(work, Log("test"))
    upkeep.start()
    assert begun.wait(PATIENCE_S)
    upkeep.stop()
    assert interrupted.is_set()
    upkeep.look()


class Clock:
    """Stands in the place of an upkeep, and says how often it would work."""

    made: ClassVar[list[float]] = []

    def __init__(self, _work: object, _log: Log, *, period_s: float = UPKEEP_S) -> None:
        self.made.append(period_s)

    def start(self) -> None:
        """Nothing."""

    stop = look = start


@pytest.mark.parametrize(("confidential", "periods"), [(False, [3600.0]), (True, [3600.0, 300.0])])
def test_it_works_every_hour_and_a_confidential_ledger_tells_more_often(
    monkeypatch: pytest.MonkeyPatch, *, confidential: bool, periods: list[float]
) -> None:
    monkeypatch.setattr(Clock, "made", [])
    monkeypatch.setattr("host.running.clocks.Upkeep", Clock)
    settings = settings_from({"LEDGER_CONFIDENTIAL": str(int(confidential))})
    with keeping_up(settings, Watch("upkeep", settings, reading=False)) as look:
        look()
    assert Clock.made == periods
