"""Sending the answers that wait in the ledger to upstream, at least once, beside the main work.

Answers never hold up recording for long: when Kafka does not take them, they wait.
"""

from collections.abc import Callable, Sequence

from consumers.observer import ConsumerObserver
from consumers.source import Answers
from consumers.store import Store
from ledger.errors import ServiceAway

# A consumer that died may have left answers unsent; every consumer looks for them this often.
LOOK_SECONDS = 5.0
# A missing topic or broker costs some seconds a time. The first pause after a failure, doubled up to the
# last: soon after a broker restarts the answers go on, and a long absence costs little.
FIRST_PAUSE_SECONDS = 5.0
LAST_PAUSE_SECONDS = 60.0


class _Unsent(Exception):
    """Kafka did not take them. Not a fault of the database, so not one of the main loop."""

    def __init__(self, fault: ServiceAway) -> None:
        super().__init__()
        self.fault = fault


class AnswerSender:
    """Sends what waits, now and then."""

    def __init__(
        self, answers: Answers | None, monotonic: Callable[[], float], observer: ConsumerObserver
    ) -> None:
        self._answers = answers
        self._monotonic = monotonic
        self._observer = observer
        self._look_at = monotonic()
        self._not_before = self._look_at
        self._pause_s = FIRST_PAUSE_SECONDS

    def wanted(self) -> None:
        """There are new answers: look at the next turn, unless Kafka did not take the last ones."""
        self._look_at = self._not_before

    def turn(self, store: Store) -> None:
        """Send what waits, when it is time. Raises ServiceAway when the database is away."""
        now = self._monotonic()
        if self._answers is None or now < max(self._look_at, self._not_before):
            return
        self._look_at = now + LOOK_SECONDS
        try:
            sent = store.answer(self._send)
        except _Unsent as unsent:
            self._not_before = self._monotonic() + self._pause_s
            self._observer.away(unsent.fault, self._pause_s)
            self._pause_s = min(2 * self._pause_s, LAST_PAUSE_SECONDS)
        else:
            if sent:
                self._pause_s = FIRST_PAUSE_SECONDS
                self._observer.answered(sent)

    def _send(self, payloads: Sequence[bytes]) -> None:
        assert self._answers is not None
        try:
            self._answers.send(payloads)
        except ServiceAway as fault:
            raise _Unsent(fault) from fault
