"""Whether a process is alive, and whether it is ready. Each check answers with the reason why not.

A process is alive while its main loop has gone round a short while ago; it stays alive during a rebalance or
while a service is away, since a restart would not help. It is ready while it can do its work. No answer holds
a personal value.
"""

import time
from collections.abc import Callable, Mapping

# A turn of a main loop may connect anew and wait for a lock, and for a database that went silent it waits
# as long as the settings say: no turn takes longer than both.
ALIVE_S = 60.0
Check = Callable[[], str | None]
"""None when all is well, else what is missing."""


class Pulse:
    """When a main loop last went round. Until its first beat a process is starting, not dead."""

    def __init__(
        self, alive_s: float = ALIVE_S, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._alive_s = alive_s
        self._monotonic = monotonic
        self._beaten_at: float | None = None

    def beat(self) -> None:
        """Note that the main loop goes round."""
        self._beaten_at = self._monotonic()

    def check(self) -> str | None:
        """Why the process counts as dead."""
        if self._beaten_at is None:
            return None
        silent_s = self._monotonic() - self._beaten_at
        return f"it has not gone round for {silent_s:.0f} s" if silent_s > self._alive_s else None

    def started(self) -> str | None:
        """Why the process is not at work yet."""
        return "it is starting" if self._beaten_at is None else None


def missing(checks: Mapping[str, Check]) -> dict[str, str]:
    """The missing conditions, by the name of the check."""
    # A copy: the main loop may add a check meanwhile.
    answers = {name: check() for name, check in list(checks.items())}
    return {name: why for name, why in answers.items() if why is not None}
