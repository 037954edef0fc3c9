"""Being told to stop: SIGTERM and Ctrl-C become a question that long work asks between two steps."""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

# Variable with the process id of the supervisor: a child that has lost it stops as if told to.
SUPERVISOR = "LEDGER_SUPERVISOR_PID"


@contextmanager
def stopping() -> Iterator[Callable[[], bool]]:
    """A function that is True once this process was told to stop. A second Ctrl-C ends at once."""
    received: list[int] = []
    supervisor = os.environ.get(SUPERVISOR)

    def tell(number: int, _frame: FrameType | None) -> None:
        received.append(number)
        signal.signal(signal.SIGINT, signal.default_int_handler)

    before = {number: signal.signal(number, tell) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield lambda: bool(received) or supervisor not in {None, str(os.getppid())}
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
