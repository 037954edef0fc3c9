"""What recording is compared with: raw COPY of the very rows, and the eventsourcing library's recorder.

Neither decodes, checks or seals anything: they only store bytes that lie ready.
"""

import time
from collections.abc import Sequence
from typing import Any, NamedTuple
from uuid import uuid4

import psycopg
from eventsourcing.persistence import StoredEvent
from eventsourcing.postgres import PostgresApplicationRecorder, PostgresDatastore
from psycopg.conninfo import conninfo_to_dict

__all__ = ["Table", "copied", "events_of", "names_of", "stored_by_library"]


class Table(NamedTuple):
    """Rows as a ledger stores them, and the columns and constraints of a table that is like the ledger's."""

    rows: Sequence[tuple[Any, ...]]
    columns: dict[str, str]
    keys: str


def events_of(url: str, ledger: str, last: int) -> Table:
    """The last events of a ledger, in the order of their positions."""
    columns = {
        "originator_id": "uuid",
        "originator_version": "int8",
        "topic": "text",
        "state": "bytea",
        "notification_id": "int8",
        "recorded_at": "timestamptz",
    }
    keys = "PRIMARY KEY (notification_id), UNIQUE (originator_id, originator_version)"
    return Table(
        _last(url, f"ledger_{ledger}.events", columns, "notification_id", last), columns, keys
    )


def names_of(url: str, ledger: str, last: int) -> Table:
    """The names by which those events are known again, in the same order."""
    columns = {
        "source": "text",
        "id": "text",
        "position": "int8",
        "fingerprint": "bytea",
        "generation": "int4",
    }
    keys = "PRIMARY KEY (source, id), UNIQUE (position)"
    return Table(_last(url, f"ledger_{ledger}.event_ids", columns, "position", last), columns, keys)


def _last(
    url: str, table: str, columns: dict[str, str], order: str, count: int
) -> list[tuple[Any, ...]]:
    query = f"SELECT {', '.join(columns)} FROM {table} ORDER BY {order} DESC LIMIT {count}"
    with psycopg.connect(url) as connection:
        return connection.execute(query.encode(), binary=True).fetchall()[::-1]


def copied(url: str, tables: Sequence[Table], size: int, *, keys: bool) -> float:
    """Events a second by binary COPY of their rows into tables like the ledger's, a transaction a batch.

    `keys`: with their primary keys and unique constraints; otherwise without any index.
    """
    names = {f"copied_{uuid4().hex}": table for table in tables}
    events = len(tables[0].rows)
    with psycopg.connect(url, autocommit=True) as connection:
        for name, table in names.items():
            columns = ", ".join(
                f"{column} {type} NOT NULL" for column, type in table.columns.items()
            )
            constraints = f", {table.keys}" if keys else ""
            connection.execute(f"CREATE TABLE {name} ({columns}{constraints})".encode())
        began = time.perf_counter()
        for first in range(0, events, size):
            with connection.transaction():
                for name, table in names.items():
                    _copy(connection, name, table, table.rows[first : first + size])
        rate = events / (time.perf_counter() - began)
        for name in names:
            connection.execute(f"DROP TABLE {name}".encode())
    return rate


def _copy(
    connection: "psycopg.Connection[Any]", name: str, table: Table, rows: Sequence[tuple[Any, ...]]
) -> None:
    query = f"COPY {name} ({', '.join(table.columns)}) FROM STDIN (FORMAT BINARY)"
    with connection.cursor() as cursor, cursor.copy(query.encode()) as copy:
        copy.set_types(list(table.columns.values()))
        for row in rows:
            copy.write_row(row)


def stored_by_library(url: str, states: Sequence[bytes], size: int) -> float:
    """Events a second by the library's PostgreSQL recorder, `size` to a call, without its function."""
    parts = conninfo_to_dict(url)
    store = PostgresDatastore(
        dbname=str(parts["dbname"]),
        host=str(parts["host"]),
        port=str(parts["port"]),
        user=str(parts["user"]),
        password="",
    )
    recorder = PostgresApplicationRecorder(store, events_table_name=f"peer_{uuid4().hex[:16]}")
    recorder.create_table()
    stored = [StoredEvent(uuid4(), 1, "nl.voipzeker.ledger.peer.v1", state) for state in states]
    try:
        began = time.perf_counter()
        for first in range(0, len(stored), size):
            recorder.insert_events(stored[first : first + size])
        return len(stored) / (time.perf_counter() - began)
    finally:
        store.close()
