"""What is few is found by its own index, also where PostgreSQL knows nothing of the table yet."""

from importlib.resources import files

import psycopg

from ledger.reading import LAST, events_but_reads, events_of, reads_of
from ledger.recording.reads import ReadNotes, record_notes
from ledger.storage.postgres import statement
from schemas import ALL_TYPES, names
from tests.fixtures.ledger import House, collected, registered
from tests.integration.test_read_notes import read as look


def test_the_index_of_positions_is_not_read_for_one_stream(house: House) -> None:
    people = [f"customer/{number}" for number in range(150)]
    house.record(*(event for who in people for event in (registered(who), collected(who))))
    stream = house.events()[0].stream
    plan = plan_of(house, "events_of_streams", streams=[stream], upto=LAST)
    assert "events_version" in plan
    assert "events_position" not in plan


def test_erasures_are_counted_without_the_names_of_other_events(house: House) -> None:
    people = [f"customer/{number}" for number in range(300)]
    house.record(*(event for who in people for event in (registered(who), collected(who))))
    for who in people[:3]:
        house.eraser().erase(who, [], "request")
    assert house.reader.rows("count_erasures") == [(3,)]
    plan = plan_of(house, "count_erasures")
    assert "event_ids_erasure" in plan
    assert "Seq Scan" not in plan


def test_reads_and_events_of_other_types_are_not_looked_at(house: House) -> None:
    people = [f"customer/{number}" for number in range(150)]
    house.record(*(event for who in people for event in (registered(who), collected(who))))
    note = ReadNotes(lambda: house.session("reader"), lambda: bytes(32))
    note.add([look(f"r{number}", people[0]) for number in range(200)])
    assert (
        record_notes(house.session("recorder"), bytes(32), house.open().record, house.clock())
        == 200
    )
    stream = house.events()[0].stream
    for plan in (
        plan_of(house, "events_but_reads", streams=[stream], upto=LAST),
        plan_of(house, "said_before", streams=[stream], types=["a"]),
        plan_of(house, "stream_but_reads", stream=stream, gt=None, lte=None, limit=None),
    ):
        assert "events_but_reads" in plan
    assert len(events_of(house.reader, [stream])) == 202
    assert [event.name for event in events_but_reads(house.reader, [stream])] == [
        names.CUSTOMER_REGISTERED,
        names.PERSONAL_DATA_COLLECTED,
    ]
    assert len(reads_of(house.reader, [stream])) == 200
    of_types = plan_of(house, "events_of_types", "projections", names=["role-granted"], upto=LAST)
    assert "events_types" in of_types
    assert "events_version" not in of_types


def test_every_statement_that_leaves_reads_out_names_their_type() -> None:
    """The index has no others: a statement that names another type would look at reads."""
    folders = [files(package) / "sql" for package in ("ledger", "projections")]
    texts = [
        path.read_text("utf-8") for folder in folders for path in folder.iterdir() if path.is_file()
    ]
    migration = files("ledger") / "sql" / "migrations" / "0001_ledger.sql"
    texts.append(migration.read_text("utf-8"))
    left_out = [text for text in texts if "topic <> " in text]
    assert len(left_out) >= 6
    assert all(f"topic <> '{names.type_of(names.LEDGER_READ)}'" in text for text in left_out)
    assert [type for type in ALL_TYPES if names.LEDGER_READ in type] == [
        names.type_of(names.LEDGER_READ)
    ], "a later version of reads is in no index yet"


def plan_of(house: House, name: str, package: str = "ledger", **values: object) -> str:
    """How the server would answer a statement of the ledger."""
    query = b"EXPLAIN " + statement(package, name).encode()
    with psycopg.connect(house.url) as connection:
        connection.execute("SET search_path TO ledger_main")
        return "\n".join(line for (line,) in connection.execute(query, values))
