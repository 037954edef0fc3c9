"""One connection to PostgreSQL: it is given up when no answer comes, and closed when it cannot begin."""

from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg import pq

# Notifications that arrive while a statement runs: a reader only asks whether there was any. Each login of
# the database may announce what it likes, and the library would keep all of it.
KEPT_NOTIFICATIONS = 1


class Connection(psycopg.Connection[tuple[Any, ...]]):
    """A connection whose answers come within `answer_s` seconds, or it is given up."""

    answer_s: float | None = None
    compare: Callable[[], bool] | None = None
    """What is asked before each write, until it says that it need not be asked again."""

    def __init__(self, pgconn: "pq.abc.PGconn", *arguments: Any, **options: Any) -> None:
        super().__init__(pgconn, *arguments, **options)
        self._announced: deque[pq.PGnotify] = deque(maxlen=KEPT_NOTIFICATIONS)
        pgconn.notify_handler = self._announced.append

    def hears(self, timeout_s: float) -> bool:
        """Wait for a notification on the channels that were listened to; False after the time."""
        heard = bool(self._announced)
        for _ in self.notifies(timeout=0 if heard else timeout_s, stop_after=1):
            heard = True
        self._announced.clear()
        return heard

    def wait(self, gen: Any, *arguments: Any, **options: Any) -> Any:
        """Wait for an answer of the server. Raises OperationalError when none comes in time."""
        if self.answer_s is not None:
            options.setdefault("timeout", self.answer_s)
        try:
            return super().wait(gen, *arguments, **options)
        except psycopg.OperationalError:
            if self.pgconn.transaction_status == pq.TransactionStatus.ACTIVE:
                self.pgconn.finish()  # its state is unknown now, and a rollback would wait again
            raise


def with_defaults(options: Mapping[str, Any]) -> dict[str, str]:
    """Options of a connection, with what libpq and its environment add."""
    defaults = {
        option.keyword.decode(): option.val.decode()
        for option in pq.Conninfo.get_defaults()
        if option.val
    }
    return defaults | {name: str(text) for name, text in options.items() if text is not None}


@contextmanager
def closed_on_error(connection: "psycopg.Connection[tuple[Any, ...]]") -> Iterator[None]:
    """Close a connection that does not get through the block."""
    try:
        yield
    except BaseException:
        connection.close()
        raise
