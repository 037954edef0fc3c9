"""Rows that are packed here are in PostgreSQL's binary COPY format: columns with their lengths, no more."""

from datetime import UTC, datetime, timedelta
from hashlib import sha256
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from ledger.keys.rows import NewKey, NewSubject, key_row, subject_row
from ledger.storage.frames import unframed
from ledger.writing.rows import event_rows, event_start, name_rows, name_start

TIME = datetime(2026, 11, 24, 10, 15, 0, 123_456, tzinfo=UTC)
texts = st.text(max_size=20)
blobs = st.binary(max_size=40)
counters = st.integers(1, 2**63 - 1)


def columns_of(rows: bytes) -> list[list[bytes]]:
    """The columns of each row, read by their lengths."""
    found, at = [], 0
    while at < len(rows):
        row, columns = [], int.from_bytes(rows[at : at + 2], "big")
        at += 2
        for _ in range(columns):
            # -1 stands for NULL, which has no bytes.
            length = max(0, number(rows[at : at + 4]))
            row.append(rows[at + 4 : at + 4 + length])
            at += 4 + length
        found.append(row)
    assert at == len(rows)
    return found


def number(text: bytes) -> int:
    return int.from_bytes(text, "big", signed=True)


@given(st.lists(st.tuples(st.uuids(), texts, blobs, counters), max_size=5), st.integers(1, 2**40))
def test_events(events: list[tuple[UUID, str, bytes, int]], first: int) -> None:
    starts = [
        (event_start(stream, type, state), version) for stream, type, state, version in events
    ]
    rows = columns_of(event_rows(starts, first, TIME))
    since_2000 = TIME - datetime(2000, 1, 1, tzinfo=UTC)
    for position, (row, event) in enumerate(zip(rows, events, strict=True), first):
        stream, type, state, version = event
        assert row[:2] == [stream.bytes, type.encode()]
        assert unframed(row[2]) == state
        assert [len(column) for column in row[3:]] == [8, 8, 8]
        assert (number(row[3]), number(row[4])) == (version, position)
        assert timedelta(microseconds=number(row[5])) == since_2000


erasures = st.none() | st.uuids()
names = st.tuples(texts, texts, blobs, st.integers(0, 2**31 - 1), erasures)


@given(st.lists(st.none() | names, max_size=5), st.integers(1, 2**40))
def test_names(names: list[tuple[str, str, bytes, int, UUID | None] | None], first: int) -> None:
    rows = columns_of(name_rows([name_start(*name) if name else b"" for name in names], first))
    named = [(position, name) for position, name in enumerate(names, first) if name]
    for row, (position, name) in zip(rows, named, strict=True):
        source, id, fingerprint, generation, erasure = name
        hashed = sha256(source.encode() + b"\n" + id.encode()).digest()
        assert row[:2] == [hashed[:16], fingerprint]
        assert [len(row[2]), len(row[4])] == [4, 8]
        assert (number(row[2]), number(row[4])) == (generation, position)
        assert row[3] == (erasure.bytes if erasure else b"")


@given(st.uuids(), texts, st.integers(1, 2**31 - 1), st.integers(0, 2**31 - 1), blobs)
def test_new_keys(subject: UUID, category: str, generation: int, month: int, sealed: bytes) -> None:
    new = NewKey(subject, category, generation, month, b"secret")
    (row,) = columns_of(key_row(new, 3, sealed))
    assert row[:2] == [subject.bytes, category.encode()]
    assert [number(column) for column in row[2:5]] == [generation, month, 3]
    assert row[5] == sealed


@given(st.uuids(), blobs, texts, texts, blobs)
def test_new_subjects(subject: UUID, hmac: bytes, kind: str, sealed: str, mac: bytes) -> None:
    (row,) = columns_of(subject_row(NewSubject(subject, hmac, 1, kind, TIME, sealed), mac))
    assert [*row[:2], row[3], *row[5:]] == [
        *(subject.bytes, hmac, kind.encode()),
        *(sealed.encode(), mac),
    ]
    assert number(row[2]) == 1
    since_2000 = TIME - datetime(2000, 1, 1, tzinfo=UTC)
    assert timedelta(microseconds=number(row[4])) == since_2000
