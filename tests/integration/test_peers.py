"""The benchmarks beside peers do what they say, at a tiny size. No figure is looked at."""

from pathlib import Path

import pytest

from bench.forgetting import Measured
from bench.peers import gdprbench, side_by_side
from bench.peers.gdprbench import LEDGER, MIXES, STORES, operations, shares_of
from bench.publishing import Log
from bench.record import PEOPLE
from bench.scale_log import ROWS as LOG_ROWS
from bench.scale_log import GrowingLog
from ledger.audit import audit
from tests.fixtures.ledger import House, collected, registered

RECORDS = 120
EVERY = {name: 10 for mix in MIXES.values() for name in shares_of(mix)}


@pytest.mark.parametrize("name", MIXES)
def test_a_mix_asks_for_its_shares_of_records_that_are_there(name: str) -> None:
    mix, gone = MIXES[name], set(gdprbench.deleted(MIXES[name], 1_000))
    assert sum(shares_of(mix).values()) == 100
    asked = list(operations(mix, 500, 1_000))
    assert asked == list(operations(mix, 500, 1_000))
    assert {one.name for one in asked} == shares_of(mix).keys()
    for operation in asked:
        if operation.name == "verify-deleted":
            assert operation.number in gone
        elif operation.name not in {"read-logs", "create"}:
            assert operation.number not in gone
        if operation.name == "delete":
            gone.add(operation.number)


def test_ledger_and_table_carry_out_every_operation(database_url: str, tmp_path: Path) -> None:
    """Each operation raises when it does not find what it should."""
    ledger = Measured(tmp_path, database_url)
    took = gdprbench.measured(ledger, {"zipf": True, **EVERY}, 60, RECORDS)
    assert list(took) == [name for name in STORES if name != gdprbench.PLAIN]
    assert all(one.medians_ms.keys() == EVERY.keys() for one in took.values())
    with ledger.open() as site:
        assert audit(site.session("reader"), site.published_log).ok
    rows = [*gdprbench.table({"all": took}), *gdprbench.table_of_operations({"all": took})]
    assert {row[0] for row in rows} >= {"all", *EVERY}
    assert took[LEDGER].seconds > 0


def test_recording_publishing_and_storing_are_measured_on_the_same_entries(
    house: House, tmp_path: Path
) -> None:
    log = Log(tmp_path / "log")
    side_by_side.recorded(house, log, 300, 1, 256)
    published = log.size()
    assert published == PEOPLE + 300
    entries = side_by_side.entries_of(log)
    assert entries.count(b"personal-data-collected") == published // 256 * 256
    side_by_side.published(house, tmp_path / "alone")
    figures = {"256": {side_by_side.ONE: side_by_side.Run(1.0, 2.0)}}
    assert side_by_side.table(side_by_side.medians([figures]))[1] == [side_by_side.ONE, "1", "2.0"]


def test_a_growing_ledger_is_published_proven_and_audited_at_each_size(
    house: House, tmp_path: Path
) -> None:
    log = GrowingLog(house, tmp_path / "log")
    for who in ("customer/1", "customer/2"):
        house.record(registered(who), collected(who))
        assert log.grown().keys() == LOG_ROWS.keys()
