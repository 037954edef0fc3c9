"""What recording is compared with: raw COPY of the very rows, and the eventsourcing library's recorder.

Neither decodes, checks or seals anything: they only store bytes that lie ready. COPY gets each batch as one
block of bytes in its binary format, as our path makes it, so it runs no Python for a row.
"""

import time
from collections.abc import Sequence
from typing import NamedTuple
from uuid import uuid4

import psycopg
from eventsourcing.persistence import StoredEvent
from eventsourcing.postgres import PostgresApplicationRecorder, PostgresDatastore
from psycopg.conninfo import conninfo_to_dict

from ledger.storage.copy_format import END, HEADER
from ledger.storage.frames import unframed

Rows = Sequence[bytes]
"""Rows in PostgreSQL's binary COPY format."""


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
    "PRIMARY KEY (name)",
)
"""The names by which events are known again, without `erasure`, which is NULL here."""


def rows_of(url: str, ledger: str, table: Table, last: int) -> Rows:
    """The last rows of a table, in the order of their positions."""
    rows = (
        f"SELECT {', '.join(table.columns)} FROM ledger_{ledger}.{table.name}"
        f" ORDER BY {table.position} DESC LIMIT {last}"
    )
    query = (
        f"COPY (SELECT * FROM ({rows}) AS last ORDER BY {table.position}) TO STDOUT (FORMAT BINARY)"
    )
    with (
        psycopg.connect(url) as connection,
        connection.cursor() as cursor,
        cursor.copy(query.encode()) as copy,
    ):
        sent = [bytes(part) for part in copy]  # the server sends row by row
    sent[0] = sent[0].removeprefix(HEADER)
    return [row for row in sent if row and row != END]


def states_of(url: str, ledger: str, last: int) -> list[bytes]:
    """What the last events say."""
    query = f"SELECT state FROM ledger_{ledger}.events ORDER BY notification_id DESC LIMIT {last}"
    with psycopg.connect(url) as connection:
        rows = connection.execute(query.encode(), binary=True).fetchall()
    return [unframed(frame) for (frame,) in reversed(rows)]


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
        batches = [
            {
                _copy_into(name, table): HEADER + b"".join(rows[first : first + size]) + END
                for name, (table, rows) in copies.items()
            }
            for first in range(0, events, size)
        ]
        began = time.perf_counter()
        for batch in batches:
            with connection.transaction(), connection.cursor() as cursor:
                for query, block in batch.items():
                    with cursor.copy(query) as copy:
                        copy.write(block)
        rate = events / (time.perf_counter() - began)
        for name in copies:
            connection.execute(f"DROP TABLE {name}".encode())
    return rate


def _copy_into(name: str, table: Table) -> bytes:
    return f"COPY {name} ({', '.join(table.columns)}) FROM STDIN (FORMAT BINARY)".encode()


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
