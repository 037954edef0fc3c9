"""The upkeep beside `ledger run`: a passing fault is waited out, anything else is loud, a stop is at once."""

from collections.abc import Callable
from threading import Event

import pytest

from host.logs import Log
from host.running.upkeeping import Upkeep
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
