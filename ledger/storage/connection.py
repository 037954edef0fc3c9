"""One connection to PostgreSQL: it is given up when no answer comes, and closed when it cannot begin."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg import pq


class Connection(psycopg.Connection[tuple[Any, ...]]):
    """A connection whose answers come within `answer_s` seconds, or it is given up."""

    answer_s: float | None = None

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
