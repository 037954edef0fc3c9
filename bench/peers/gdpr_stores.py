"""Where GDPRbench's operations are carried out: this ledger, and a table whose rows are changed and deleted.

A record is one person's data with what the law asks to know of it. Each operation ends on disk, and raises
when it did not find what it should.
"""

from collections.abc import Iterable
from contextlib import ExitStack, suppress
from itertools import count
from typing import Protocol

import orjson
import psycopg

from application.acts.deciding import erase_asked
from application.following import bring_up_to_date
from application.processing_acts import Log
from application.queries.keeping.erasures import ErasureScope
from application.queries.persons.logged import acts_about, acts_after
from application.queries.persons.state import state
from bench.forgetting import Measured
from bench.tools.workload import batches
from ledger.errors import UnknownSubject
from ledger.names import LedgerName
from ledger.reading import head_position
from ledger.tlog.proving.certificate import (
    ProvenEntry,
    encode_certificate,
    parse_certificate,
    verify,
)
from ledger.tlog.proving.proof_file import encode_proof
from ledger.tlog.proving.reading import entry_at, prove
from ledger.tlog.store.folder import LogFolder
from projections.folds.timetravel import NOW
from projections.reading.views import register_entries
from tests.fixtures.ledger import collected, message

PURPOSES = 25
"""As many as GDPRbench's workload files name."""
_BATCH = 2_000
_VALUE = (
    "J. de Vries, Dorpsstraat 12a, 1234 AB Ons Dorp, j.devries@example.nl, +31201234567, 1970-01-01"
)


class Store(Protocol):
    """Carries operations out. `record`: its number."""

    def load(self, records: int) -> None: ...
    def prepare_deleted(self, records: Iterable[int]) -> None: ...
    def create(self, record: int) -> None: ...
    def read(self, record: int) -> None: ...
    def read_metadata_of_user(self, record: int) -> None: ...
    def read_metadata_of_purpose(self, record: int) -> None: ...
    def update(self, record: int) -> None: ...
    def update_metadata_of_user(self, record: int) -> None: ...
    def update_metadata_of_purpose(self, record: int) -> None: ...
    def delete(self, record: int) -> None: ...
    def read_logs(self, lines: int) -> None: ...
    def verify_deleted(self, record: int) -> None: ...
    def close(self) -> None: ...


def _purpose(record: int) -> str:
    return f"purpose-{record % PURPOSES}"


class LedgerStore:
    """The ledger: each change is an event, each read is noted, to delete is to destroy keys."""

    def __init__(self, ledger: Measured) -> None:
        self._open = ExitStack()
        self._site = self._open.enter_context(ledger.open())
        self._recorder = self._site.open_recorder()
        self._open.callback(self._recorder.close)
        self._log = Log(LedgerName("main"))
        self._erased: dict[int, int] = {}

    def load(self, records: int) -> None:
        """Declare the purposes, and collect of everybody."""
        self._record([_activity("declared", number) for number in range(PURPOSES)])
        self._record([_collected(number) for number in range(records)])
        bring_up_to_date(self._site)

    def prepare_deleted(self, records: Iterable[int]) -> None:
        """Erase some, and publish that."""
        for record in records:
            self.delete(record)
        publisher = self._site.publisher()
        publisher.publish_once()
        publisher.close()

    def create(self, record: int) -> None:
        self._record([_collected(record)])

    def read(self, record: int) -> None:
        """The person's values, opened; the read is noted before."""
        assert state(self._site.source("state"), _who(record), NOW).personal

    def read_metadata_of_user(self, record: int) -> None:
        """Every act of processing about the person, without values."""
        source = self._site.source("export")
        assert acts_about(source, self._log, _who(record), own=False)

    def read_metadata_of_purpose(self, record: int) -> None:
        """The entry of the purpose in the register, up to date: which data, on which basis, how often."""
        bring_up_to_date(self._site)
        entries = register_entries(self._site.session("reader"))
        assert any(entry.activity == _purpose(record) for entry in entries)

    def update(self, record: int) -> None:
        facts = {"fields": ["name"], "requested_by": "subject", "reason": "wrong"}
        values = {"categories": ["identity"], "personal": {"name": f"J. de Wit {record}"}}
        self._record([message("personal-data-corrected", _who(record), **facts, **values)])

    def update_metadata_of_user(self, record: int) -> None:
        facts = {"purpose": "newsletter", "text_version": "2026-1", "channel": "portal"}
        own = {"activity": "newsletter", "legal_basis": "6-1-a", "method": "checkbox"}
        self._record([message("consent-given", _who(record), **facts, **own)])

    def update_metadata_of_purpose(self, record: int) -> None:
        """What holds for a purpose is said once, of the activity."""
        self._record([_activity("changed", record % PURPOSES)])

    def delete(self, record: int) -> None:
        (done,) = erase_asked(self._site, _who(record), ErasureScope("request"))
        assert done.erasure is not None
        assert done.erasure.whole
        self._erased[record] = done.erasure.last_position

    def read_logs(self, lines: int) -> None:
        """The last acts of the whole ledger."""
        source = self._site.source("export")
        source.reads.note_many([], everyone=True)
        after = max(0, head_position(source.session) - lines)
        assert acts_after(source, self._log, after, lines, lambda _: True).acts

    def verify_deleted(self, record: int) -> None:
        """No value of the person is told, and a certificate proves the erasure to anyone."""
        with suppress(UnknownSubject):
            assert not state(self._site.source("state"), _who(record), NOW).personal
        position, folder = self._erased[record], LogFolder(self._site.log_folder)
        proven = [
            ProvenEntry(entry_at(folder, one), encode_proof(prove(folder, one)))
            for one in (position - 1, position)
        ]
        certificate = parse_certificate(encode_certificate(*proven))
        assert verify(certificate, self._site.log_key.known()).categories

    def close(self) -> None:
        self._open.close()

    def _record(self, messages: list[dict[str, object]]) -> None:
        texts = [orjson.dumps(one) for one in messages]
        for outcome in self._recorder.record_each(batches(texts, _BATCH)):
            assert not outcome.rejections, outcome.rejections[0]


def _who(record: int) -> str:
    return f"customer/{record}"


def _collected(record: int) -> dict[str, object]:
    consent = {"activity": _purpose(record), "legal_basis": "6-1-a", "necessity": "optional"}
    return collected(_who(record), **consent)


def _activity(what: str, number: int) -> dict[str, object]:
    purpose = f"purpose-{number}"
    facts = {
        "name": f"Purpose {number}",
        "purposes": [{"purpose": purpose, "legal_basis": "6-1-a"}],
        "subject_categories": ["customers"],
        "data_categories": ["identity", "contact"],
        "recipient_kinds": [],
        "countries": ["NL"],
        "retention": {"identity": "house.2y", "contact": "house.2y"},
        "security_measures": ["encryption at rest"],
        "role": "controller",
        "owner": "marketing",
    }
    source = "urn:voipzeker:register"
    return message(f"processing-activity-{what}", f"activity/{purpose}", source=source, **facts)


_COLUMNS = (
    *("key", "data", "purpose", "expires", "usr", "objections"),
    *("decisions", "access", "shared", "origin", "category"),
)


class TableStore:
    """A row a record: metadata in columns with an index each. `logged`: with a row of a log an operation."""

    def __init__(self, url: str, *, logged: bool) -> None:
        self._logged = logged
        self._changes = count()
        self._connection = psycopg.connect(url)
        columns = ", ".join(f"{name} text NOT NULL" for name in _COLUMNS[1:])
        with self._connection.transaction():
            self._run("DROP TABLE IF EXISTS records, operations")
            self._run(f"CREATE TABLE records (key bigint PRIMARY KEY, {columns})")
            self._run(
                "CREATE TABLE operations (id bigserial PRIMARY KEY, at timestamptz DEFAULT now(),"
                " operation text NOT NULL, key bigint NOT NULL)"
            )

    def load(self, records: int) -> None:
        with self._connection.transaction():
            with (
                self._connection.cursor() as cursor,
                cursor.copy("COPY records FROM STDIN") as copy,
            ):
                for record in range(records):
                    copy.write_row(_row(record))
            for name in _COLUMNS[2:]:
                self._run(f"CREATE INDEX ON records ({name})")
        self._connection.autocommit = True
        self._run("VACUUM ANALYZE records")
        self._connection.autocommit = False

    def prepare_deleted(self, records: Iterable[int]) -> None:
        for record in records:
            self.delete(record)

    def create(self, record: int) -> None:
        marks = ", ".join(["%s"] * len(_COLUMNS))
        self._done("create", record, f"INSERT INTO records VALUES ({marks})", *_row(record))

    def read(self, record: int) -> None:
        self._done("read", record, "SELECT data FROM records WHERE key = %s", record)

    def read_metadata_of_user(self, record: int) -> None:
        query = f"SELECT {', '.join(_COLUMNS[2:])} FROM records WHERE usr = %s"
        self._done("read-metadata", record, query, f"user-{record}")

    def read_metadata_of_purpose(self, record: int) -> None:
        query = f"SELECT {', '.join(_COLUMNS[2:])} FROM records WHERE purpose = %s"
        self._done("read-metadata", record, query, _purpose(record))

    def update(self, record: int) -> None:
        query = "UPDATE records SET data = %s WHERE key = %s"
        self._done("update", record, query, _VALUE[::-1], record)

    def update_metadata_of_user(self, record: int) -> None:
        query = f"UPDATE records SET {self._column()} = %s WHERE usr = %s"
        self._done("update-metadata", record, query, self._value(), f"user-{record}")

    def update_metadata_of_purpose(self, record: int) -> None:
        query = f"UPDATE records SET {self._column()} = %s WHERE purpose = %s"
        self._done("update-metadata", record, query, self._value(), _purpose(record))

    def delete(self, record: int) -> None:
        self._done("delete", record, "DELETE FROM records WHERE key = %s", record)

    def read_logs(self, lines: int) -> None:
        query = "SELECT * FROM operations ORDER BY id DESC LIMIT %s"
        self._done("read-logs", 0, query, lines)

    def verify_deleted(self, record: int) -> None:
        """That there is no row."""
        query = "SELECT 1 WHERE NOT EXISTS (SELECT FROM records WHERE key = %s)"
        self._done("verify-deleted", record, query, record)

    def close(self) -> None:
        self._connection.close()

    def _column(self) -> str:
        """The metadata that changes: each in turn, but purpose and user, by which records are found."""
        changed = ("expires", *_COLUMNS[5:])
        return changed[next(self._changes) % len(changed)]

    def _value(self) -> str:
        return f"value-{next(self._changes) % 10}"

    def _done(self, operation: str, record: int, query: str, *values: object) -> None:
        with self._connection.transaction():
            if self._logged:
                log = "INSERT INTO operations (operation, key) VALUES (%s, %s)"
                self._connection.execute(log, (operation, record))
            found = self._connection.execute(query.encode(), values)
            assert found.rowcount > 0, operation
            if found.description:
                found.fetchall()

    def _run(self, query: str) -> None:
        self._connection.execute(query.encode())


def _row(record: int) -> tuple[object, ...]:
    numbered = (f"value-{record % many}" for many in (100, 2, 10, 10, 10, 10))
    return record, _VALUE, _purpose(record), "2028-11-24", f"user-{record}", *numbered
