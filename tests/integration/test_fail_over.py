"""A replica is promoted that lacks events which were published: nothing forks, and they come back from the log."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.fixtures.console import Cli, collected, registered
from tests.fixtures.replica import Pair
from tests.fixtures.running import Started, eventually

Start = Callable[..., Started]
HELD, LOST, MORE = "customer/10023", "customer/20001", "customer/20002"
HEAD = "SELECT (position, batch, erasures)::text FROM ledger_main_events.head"


@pytest.fixture
def away(program: Cli, pair: Pair) -> Cli:
    """A ledger on a promoted replica that lacks the last events, all of which are published."""
    program.set(DATABASE_URL=pair.primary.url())
    assert program("init").status == 0
    program.record(registered(HELD), collected(HELD))
    assert program("publish", "--once").status == 0
    pair.follow()
    pair.part()
    program.record(registered(LOST), collected(LOST), registered(MORE))
    assert program("publish", "--once").status == 0
    program.url = pair.lose()
    program.set(DATABASE_URL=program.url)
    return program


def test_x(away: Cli, pair: Pair) -> None:
    print(away("status"))
    print(away("ingest", "-", stdin=b""))
    import orjson
    print(away("ingest", "-", stdin=orjson.dumps(registered("customer/3"))))
    print(away("history", HELD))
    assert 0
