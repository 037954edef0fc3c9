"""What recording is compared with: raw COPY of the very rows, and the eventsourcing library's recorder.

Neither decodes, checks or seals anything: they only store bytes that lie ready.
"""

import time
from collections.abc import Sequence
from typing import Any
from uuid import uuid4

import psycopg
from eventsourcing.persistence import StoredEvent
from eventsourcing.postgres import PostgresApplicationRecorder, PostgresDatastore
from psycopg.conninfo import conninfo_to_dict

__all__ = ["Row", "copied", "rows_of", "stored_by_library"]

Row = tuple[Any, ...]
_COLUMNS = "originator_id, originator_version, topic, state, notification_id, recorded_at"
_TABLE = (
    "originator_id uuid NOT NULL, originator_version bigint NOT NULL, topic text NOT NULL,"
    " state bytea NOT NULL, notification_id bigint NOT NULL, recorded_at timestamptz NOT NULL"
)
_KEYS = "PRIMARY KEY (notification_id), UNIQUE (originator_id, originator_version)"
_TYPES = ("uuid", "int8", "text", "bytea", "int8", "timestamptz")


def rows_of(url: str, ledger: str) -> list[Row]:
    """The rows of a ledger's event table, in the order of their positions."""
    query = f"SELECT {_COLUMNS} FROM ledger_{ledger}.events ORDER BY notification_id"
    with psycopg.connect(url) as connection:
        return connection.execute(query, binary=True).fetchall()


def copied(url: str, rows: Sequence[Row], size: int, *, keys: bool) -> float:
    """Rows a second by binary COPY, one transaction a batch, into a table like the ledger's.

    `keys`: with its primary key and its unique constraint; otherwise without any index.
    """
    name = f"copied_{uuid4().hex}"
    with psycopg.connect(url, autocommit=True) as connection:
        constraints = f", {_KEYS}" if keys else ""
        connection.execute(f"CREATE TABLE {name} ({_TABLE}{constraints})")
        began = time.perf_counter()
        for first in range(0, len(rows), size):
            with (
                connection.transaction(),
                connection.cursor() as cursor,
                cursor.copy(f"COPY {name} ({_COLUMNS}) FROM STDIN (FORMAT BINARY)") as copy,
            ):
                copy.set_types(_TYPES)
                for row in rows[first : first + size]:
                    copy.write_row(row)
        rate = len(rows) / (time.perf_counter() - began)
        connection.execute(f"DROP TABLE {name}")
    return rate


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
