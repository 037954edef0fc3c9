"""A part that runs and does nothing is as good as dead: a thread asks it whether it lives."""

import time
from collections.abc import Callable
from threading import Event, Thread

from host.running.serving import STARTING

# How often a part is asked, and how long it may be silent. A machine under load is slow, not dead.
ASK_S = 2.0
SILENT_S = 20.0
# Until a part serves it is starting: it may upgrade views before.
START_S = 300.0


class Heart:
    """Asks one process again and again. `ask`: why it counts as dead, None while it lives."""

    def __init__(
        self,
        ask: Callable[[], str | None],
        *,
        silent_s: float = SILENT_S,
        start_s: float = START_S,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._ask = ask
        self._silent_s = silent_s
        self._monotonic = monotonic
        self._until = monotonic() + start_s
        self._why: str | None = None
        self._serves = False
        self._stop = Event()

    def start(self) -> None:
        """Ask until `stop`."""
        Thread(target=self._run, name="heart", daemon=True).start()

    def stop(self) -> None:
        """Ask no more."""
        self._stop.set()

    def listen(self) -> None:
        """Ask once."""
        self._why = self._ask()
        began = self._why != STARTING and not self._serves
        self._serves |= began
        if self._why is None or began:
            self._until = self._monotonic() + self._silent_s

    def stopped(self) -> str | None:
        """Why the process is to be ended; None while it lives, or may still answer."""
        return self._why if self._why is not None and self._monotonic() > self._until else None

    def _run(self) -> None:
        while not self._stop.is_set():
            self.listen()
            self._stop.wait(ASK_S)
