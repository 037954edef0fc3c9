"""A row or line without its MAC is named, and nothing makes it authentic again."""

import psycopg
import pytest

from ledger.audit import audit
from ledger.errors import Misconfigured
from ledger.keys.rotation import first_epoch
from tests.fixtures.console import Cli
from tests.fixtures.ledger import House, collected, registered
from tests.integration.test_audit_keys import custody

TABLES = ("epochs", "subject_index", "tombstones", "fences")


@pytest.fixture
def house(house: House) -> House:
    """Four persons, two erasures."""
    for number in range(4):
        house.record(registered(f"customer/{number}"), collected(f"customer/{number}"))
    house.eraser().erase("customer/1", ["contact"], "objection")
    house.eraser().erase("customer/2", [], "request")
    return house


def init(house: House) -> None:
    first_epoch(house.session("eraser"), house.provider, house.ledger, house.clock())


def kinds(house: House) -> set[str]:
    result = audit(house.session("reader"), custody=custody(house))
    return {finding.kind for finding in result.findings}


def test_rows_without_macs_are_named_and_get_none(house: House) -> None:
    assert kinds(house) == set()
    with psycopg.connect(house.url) as connection:
        for table in TABLES:
            connection.execute(f"UPDATE ledger_main_keys.{table} SET mac = NULL".encode())
    init(house)
    assert kinds(house) >= {"epoch-changed", "index-changed", "fence-changed", "tombstone-changed"}


def test_a_lost_key_of_the_macs_is_not_replaced(house: House) -> None:
    path = house.provider.folder / "rows.key"
    kept = path.read_bytes()
    path.unlink()
    with pytest.raises(Misconfigured, match="authenticates rows"):
        init(house)
    assert not path.exists()
    path.write_bytes(kept)
    path.chmod(0o600)
    init(house)
    assert kinds(house) == set()


def test_an_erasure_makes_no_foreign_row_authentic(house: House) -> None:
    with psycopg.connect(house.url) as connection:
        connection.execute(
            "UPDATE ledger_main_keys.fences SET generation = generation + 5 WHERE category = 'contact'"
        )
    assert kinds(house) == {"fence-changed"}
    house.eraser().erase("customer/1", ["contact"], "objection")
    assert kinds(house) == {"fence-changed"}


def test_hashes_that_somebody_took_away_are_not_made_again(cli: Cli, database_url: str) -> None:
    cli.record(registered(), collected())
    with psycopg.connect(database_url, autocommit=True) as owner:
        owner.execute("ALTER TABLE ledger_main.batches DISABLE TRIGGER refuse_change")
        owner.execute(
            "UPDATE ledger_main.batches SET mac = NULL, names = NULL, sums = NULL, erasures = NULL,"
            " promised = NULL, duplicates = 7"
        )
        owner.execute("ALTER TABLE ledger_main.batches ENABLE ALWAYS TRIGGER refuse_change")
    assert cli("init").status == 0
    ran = cli("audit", "--json")
    assert ran.status == 1
    assert "batch" in {finding["kind"] for finding in ran.json["findings"]}
