"""Every cell of every table of the events, changed to what nobody would write: a finding, never an error."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing

import psycopg
import pytest

from ledger.audit.findings import Findings
from ledger.reading import head_position
from ledger.recording.gaps import Gap, record_gap
from ledger.storage.postgres import Session
from projections.following.inspection import inspect_views
from schemas.catalogue import ERASED, GAP
from tests.fixtures.catalogue import known_catalogue
from tests.fixtures.console import recipient
from tests.fixtures.ledger import House, collected, registered
from tests.fixtures.tlog import Log
from tests.fixtures.views import OFFICES, follower
from tests.integration.test_audit_beside import TABLES, arrived

# Declared unprotected: they say when somebody did something that other rows account for, or order what waits.
UNPROTECTED = {
    ("migrations", "applied_at"),
    ("removed_letters", "removed_at"),
    ("rejection_answers", "answer"),
}
VALUES = {
    "bigint": ("-1", "0", "9223372036854775807", "NULL"),
    "integer": ("-1", "2147483647", "NULL"),
    "text": ("''", "'x'", "repeat('y', 5000)", "NULL"),
    "bytea": ("'\\x'", "'\\xff00'", "decode(repeat('5b', 100000), 'hex')", "NULL"),
    "timestamp with time zone": ("'infinity'", "'-infinity'", "'epoch'", "NULL"),
    "date": ("'infinity'", "'0001-01-01'", "NULL"),
    "uuid": ("'00000000-0000-0000-0000-000000000000'", "NULL"),
    "boolean": ("false", "NULL"),
}


class Vandal:
    """Changes one cell as the owner, with every guard off, and puts all rows back."""

    def __init__(self, house: House) -> None:
        options = f"-c search_path={house.ledger.search_path}"
        self._owner = psycopg.connect(house.url, autocommit=True, options=options)
        for table in TABLES:
            self._run(f"ALTER TABLE {table} DISABLE TRIGGER ALL")
            self._run(f"CREATE TABLE public.saved_{table} AS TABLE {table}")
        for table, column, _ in self.columns():
            self._try(f"ALTER TABLE {table} ALTER COLUMN {column} DROP NOT NULL")

    def close(self) -> None:
        self._owner.close()

    def columns(self) -> Sequence[tuple[str, str, str]]:
        rows = self._owner.execute(
            "SELECT table_name, column_name, data_type FROM information_schema.columns"
            " WHERE table_name = ANY(%s) ORDER BY table_name, ordinal_position",
            [list(TABLES)],
        )
        return [(table, column, kind) for table, column, kind in rows]

    def alterations(self) -> Iterator[tuple[str, str, str]]:
        for table, column, kind in self.columns():
            for value in VALUES[kind]:
                change = (
                    f"UPDATE {table} SET {column} = {value} WHERE ctid = (SELECT min(ctid) FROM"
                    f" {table} WHERE {column} IS DISTINCT FROM {value})"
                )
                if self._try(change) and self._differs(table):
                    yield table, column, value
                    self._put_back(table)

    def _differs(self, table: str) -> bool:
        query = f"SELECT EXISTS (TABLE {table} EXCEPT TABLE public.saved_{table})"
        return self._owner.execute(query).fetchone() == (True,)

    def _put_back(self, table: str) -> None:
        self._run(f"DELETE FROM {table}")
        self._run(f"INSERT INTO {table} OVERRIDING SYSTEM VALUE SELECT * FROM public.saved_{table}")

    def _try(self, text: str) -> bool:
        try:
            self._run(text)
        except psycopg.Error:  # a constraint, or an identity
            return False
        return True

    def _run(self, text: str) -> None:
        self._owner.execute(text)


def test_whatever_is_in_a_cell_ends_in_a_finding(log: Log) -> None:
    house = log.house
    house.record(registered(), collected(), b"bad", b"worse")
    house.bookmark("t")
    arrived(house, 0, b"no event", b"another")
    house.track("upstream", 7)
    house.eraser().erase("customer/10023", ["contact"], "request")
    house.record(registered("customer/2"))
    log.publish()  # all of it: what is changed before that is found by nothing but its own batch
    with closing(Vandal(house)) as vandal:
        # Guards and constraints are gone, which the catalogue shows; what is looked for is more than that.
        # A server that other tests used may have roles that the audit names too.
        before = set(log.audit().findings)
        assert {finding.kind for finding in before} - {"grant"} == {"catalogue"}
        tried, missed = 0, []
        for table, column, value in vandal.alterations():
            with known_catalogue():
                found = set(log.audit().findings) - before
            tried += 1
            if not found and (table, column) not in UNPROTECTED:
                missed.append((table, column, value))
    assert missed == []
    assert tried > 150


HELD: list[object] = []
"""What an error holds on to, such as in a cycle, and lets go of when nobody expects it."""


def break_off_stream(session: Session) -> None:
    rows = session.stream("audit_streams")
    HELD.append(rows)
    raise KeyError(next(rows))


def break_off_copy(session: Session) -> None:
    with session.copied("copy_entries", after=None) as rows:
        HELD.append(rows)
        raise KeyError(next(rows))


@pytest.mark.parametrize("break_off", [break_off_stream, break_off_copy])
def test_what_cannot_be_read_in_the_middle_of_rows_is_told_and_the_rest_is_read(
    house: House, break_off: Callable[[Session], None]
) -> None:
    house.record(*(registered(f"customer/{number}") for number in range(3)))
    findings, session = Findings(), house.session("reader")
    for _ in range(2):
        with session.transaction():
            for what in ("the rows", "the rows again"):
                with findings.guarded(session, what):
                    break_off(session)
            assert head_position(session) == 3
            HELD.clear()
            assert head_position(session) == 3
        HELD.clear()
        assert head_position(session) == 3
    assert [finding.detail for finding in findings.sorted()] == [
        "the rows again cannot be read: KeyError",
        "the rows cannot be read: KeyError",
    ]


def test_events_of_another_type_are_findings_of_the_views(house: House) -> None:
    # Others come after it, in whatever order: what is told of it is told in the middle of rows.
    house.record(*(recipient("Incasso", f"i-{number}") for number in range(40)))
    house.bookmark("t")
    gap = Gap("t", 0, 0, 9, "retention-passed", "c", "i", "i")
    record_gap(house.session("recorder"), house.ledger, house.chain(), gap, house.clock())
    follower(house).follow_once()
    with closing(Vandal(house)) as vandal:
        vandal._run(f"UPDATE events SET topic = '{ERASED}' WHERE topic = '{GAP}'")
    found = inspect_views(house.session("reader"), privacy_office=OFFICES).findings
    assert [finding.detail for finding in found] == ["the views cannot be read: KeyError"]
