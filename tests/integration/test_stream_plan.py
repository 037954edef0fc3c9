"""A stream is found by its own index, also where PostgreSQL knows nothing of the table yet."""

import psycopg

from ledger.reading import LAST
from ledger.storage.postgres import statement
from tests.fixtures.ledger import House, collected, registered


def test_the_index_of_positions_is_not_read_for_one_stream(house: House) -> None:
    people = [f"customer/{number}" for number in range(150)]
    house.record(*(event for who in people for event in (registered(who), collected(who))))
    stream = house.events()[0].stream
    house.close()
    query = b"EXPLAIN " + statement("ledger", "events_of_streams").encode()
    with psycopg.connect(house.url) as connection:
        connection.execute("SET search_path TO ledger_main")
        found = connection.execute(query, {"streams": [stream], "upto": LAST}).fetchall()
    plan = "\n".join(line for (line,) in found)
    assert "events_version" in plan
    assert "events_position" not in plan
