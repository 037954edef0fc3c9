"""A ledger from before the MACs gets them once; afterwards a row or line without one is named."""

import json

import psycopg
import pytest

from ledger.audit import audit
from ledger.errors import Misconfigured
from ledger.journal.authenticate import authenticate_restored, authenticate_rows, check_rows_key
from ledger.storage.install import migrations
from tests.fixtures.console import Cli
from tests.fixtures.ledger import House, collected, registered
from tests.integration.test_audit_keys import custody
from tests.integration.test_forgetting import as_before

TABLES = ("epochs", "subject_index", "tombstones", "fences")


@pytest.fixture
def house(house: House) -> House:
    """As the program of before left it: four persons, two erasures, no MAC, no key of MACs."""
    for number in range(4):
        house.record(registered(f"customer/{number}"), collected(f"customer/{number}"))
    house.eraser().erase("customer/1", ["contact"], "objection")
    house.eraser().erase("customer/2", [], "request")
    as_before(house)
    (house.provider.folder / "rows.key").unlink()
    for path in (house.provider.folder / "links").iterdir():
        path.unlink()
    forget_macs(house)
    return house


def forget_macs(house: House) -> None:
    with psycopg.connect(house.url) as connection:
        for table in TABLES:
            connection.execute(f"UPDATE ledger_main_keys.{table} SET mac = NULL".encode())


def upgrade(house: House) -> int:
    session = house.session("eraser")
    return authenticate_rows(session, house.provider, house.ledger, house.journal)


def kinds(house: House) -> set[str]:
    result = audit(house.session("reader"), custody=custody(house))
    return {finding.kind for finding in result.findings}


def test_an_upgraded_ledger_is_in_order_and_is_upgraded_once(house: House) -> None:
    assert "rows-key" in kinds(house)
    # An epoch, three index rows, a tombstone, two fences of a part, those of a whole person; two lines.
    assert upgrade(house) > 10
    assert kinds(house) == set()
    assert upgrade(house) == 0
    line = json.loads(house.journal.path.read_bytes().splitlines()[0])
    assert (line["reference_hmac"], bool(line["link"]), bool(line["mac"])) == (None, True, True)
    forget_macs(house)
    assert upgrade(house) == 0
    assert kinds(house) >= {"epoch-changed", "index-changed", "fence-changed", "tombstone-changed"}


def test_an_upgrade_that_died_goes_on_with_the_same_key(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(type(house.provider.rows), "keep", _dies)
        with pytest.raises(InterruptedError):
            upgrade(house)
    assert not house.provider.rows.is_kept
    upgrade(house)
    assert kinds(house) == set()


def _dies(_provider: object) -> None:
    raise InterruptedError


def test_a_lost_key_of_the_macs_is_not_replaced(house: House) -> None:
    upgrade(house)
    path = house.provider.folder / "rows.key"
    kept = path.read_bytes()
    path.unlink()
    with pytest.raises(Misconfigured, match="authenticates rows"):
        upgrade(house)
    with pytest.raises(Misconfigured, match="authenticates rows"):
        check_rows_key(house.provider, tuple(migrations()))
    check_rows_key(house.provider, ("0001_ledger",))
    path.write_bytes(kept)
    assert upgrade(house) == 0


def test_a_restored_copy_from_before_gets_its_macs_and_a_later_one_does_not(house: House) -> None:
    upgrade(house)
    forget_macs(house)
    session, provider = house.session("eraser"), house.provider
    assert authenticate_restored(session, provider, house.ledger, tuple(migrations())) == 0
    assert "index-changed" in kinds(house)
    assert authenticate_restored(session, provider, house.ledger, ("0001_ledger",)) > 8
    assert kinds(house) == set()


def test_an_erasure_makes_no_foreign_row_authentic(house: House) -> None:
    upgrade(house)
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
