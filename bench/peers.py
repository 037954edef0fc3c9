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

Rows = Sequence[tuple[Any, ...]]


class Table(NamedTuple):
    """A table of a ledger: its name, columns with their types, the one of positions, and constraints."""

    name: str
    columns: dict[str, str]
    position: str
    keys: str


EVENTS = Table(
    "events",
    {
        "originator_id": "uuid",
        "originator_version": "int8",
        "topic": "text",
        "state": "bytea",
        "notification_id": "int8",
        "recorded_at": "timestamptz",
    },
    "notification_id",
    "PRIMARY KEY (notification_id), UNIQUE (originator_id, originator_version)",
)
NAMES = Table(
    "event_ids",
    {
        "name": "uuid",
        "position": "int8",
        "generation": "int4",
        "fingerprint": "bytea",
    },
    "position",
    "PRIMARY KEY (name), UNIQUE (position)",
)
"""The names by which events are known again, without `erasure`, which is NULL here."""


def rows_of(url: str, ledger: str, table: Table, last: int) -> Rows:
    """The last rows of a table, in the order of their positions."""
    query = (
        f"SELECT {', '.join(table.columns)} FROM ledger_{ledger}.{table.name}"
        f" ORDER BY {table.position} DESC LIMIT {last}"
    )
    with psycopg.connect(url) as connection:
        return connection.execute(query.encode(), binary=True).fetchall()[::-1]


def copied(url: str, stored: Sequence[tuple[Table, Rows]], size: int, *, keys: bool) -> float:
    """Events a second by binary COPY of their rows into tables like the ledger's, a transaction a batch.

    `keys`: with their primary keys and unique constraints; otherwise without any index.
    """
    copies = {f"copied_{uuid4().hex}": one for one in stored}
    events = len(stored[0][1])
    with psycopg.connect(url, autocommit=True) as connection:
        for name, (table, _) in copies.items():
            columns = ", ".join(
                f"{column} {type} NOT NULL" for column, type in table.columns.items()
            )
            constraints = f", {table.keys}" if keys else ""
            connection.execute(f"CREATE TABLE {name} ({columns}{constraints})".encode())
        began = time.perf_counter()
        for first in range(0, events, size):
            with connection.transaction():
                for name, (table, rows) in copies.items():
                    _copy(connection, name, table, rows[first : first + size])
        rate = events / (time.perf_counter() - began)
        for name in copies:
            connection.execute(f"DROP TABLE {name}".encode())
    return rate


def _copy(connection: "psycopg.Connection[Any]", name: str, table: Table, rows: Rows) -> None:
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
