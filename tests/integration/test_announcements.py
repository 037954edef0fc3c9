"""What others announce in the database takes no memory: that something was is all that is kept."""

import psycopg
import pytest

from ledger.storage.connection import KEPT_NOTIFICATIONS
from tests.fixtures.ledger import House

pytestmark = pytest.mark.both_engines


def test_a_flood_of_announcements_is_one(house: House) -> None:
    session = house.session("reader")
    channel = house.ledger.channel
    session.named("listen", {"channel": channel})
    assert not session.notified(0)
    with psycopg.connect(house.url, autocommit=True) as other:
        other.execute(
            "SELECT pg_notify(%s, n || repeat('x', 7000)) FROM generate_series(1, 2000) AS n",
            [channel],
        )
    while not session._connection._announced:
        session._connection.execute("SELECT 1")
    for _ in range(50):
        session._connection.execute("SELECT 1")
    assert len(session._connection._announced) == KEPT_NOTIFICATIONS == 1
    assert not session._connection._notifies_backlog
    assert session.notified(0)
    assert not session.notified(0)


def test_an_announcement_ends_the_wait(house: House) -> None:
    session = house.session("reader")
    session.named("listen", {"channel": house.ledger.channel})
    with psycopg.connect(house.url, autocommit=True) as other:
        other.execute("SELECT pg_notify(%s, '1')", [house.ledger.channel])
    assert session.notified(60)
    assert not session.notified(0)
