"""What is few is found by its own index, also where PostgreSQL knows nothing of the table yet."""

import psycopg

from ledger.reading import LAST
from ledger.storage.postgres import statement
from tests.fixtures.ledger import House, collected, registered


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


def plan_of(house: House, name: str, **values: object) -> str:
    """How the server would answer a statement of the ledger."""
    query = b"EXPLAIN " + statement("ledger", name).encode()
    with psycopg.connect(house.url) as connection:
        connection.execute("SET search_path TO ledger_main")
        return "\n".join(line for (line,) in connection.execute(query, values))
