"""A row or line without its MAC is named, and nothing makes it authentic again."""

from datetime import timedelta

import psycopg
import pytest
from msgspec.structs import replace
from psycopg import sql

from ledger.audit import audit
from ledger.crypto.authentic import row_macs
from ledger.errors import Misconfigured
from ledger.journal.remembering import (
    Fence,
    add_tombstones,
    fence,
    mac_of_named,
    restore_subjects,
)
from ledger.keys.rotation import first_epoch
from tests.fixtures.console import Cli
from tests.fixtures.ledger import ACCOUNTABILITY, House, collected, registered
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


@pytest.mark.parametrize("is_ours", [True, False])
def test_a_row_is_ours_after_a_change_where_it_was_before(house: House, is_ours: bool) -> None:
    """A fence and a tombstone that move, and a row of the index that gets its reference again."""
    part, whole = house.journal.entries()
    session, macs = house.session("eraser"), row_macs(house.provider, house.ledger)
    with psycopg.connect(house.url) as connection:
        connection.execute(
            "DELETE FROM ledger_main_keys.subject_index WHERE subject = %s", [part.subject]
        )
        connection.commit()
        with session.transaction():
            restore_subjects(session, macs, [part])
        if not is_ours:
            for table in TABLES:
                place = sql.Identifier("ledger_main_keys", table)
                foreign = sql.SQL("UPDATE {} SET mac = %s").format(place)
                connection.execute(foreign, [bytes(32)])
    with session.transaction():
        later = whole.through + timedelta(days=1)
        fence(session, macs, [Fence(part.subject, "contact", later)])
        add_tombstones(session, macs, [replace(whole, through=later)], ACCOUNTABILITY)
    asked = {"subjects": [part.subject], "categories": ["contact"]}
    (moved,) = session.rows("fence_state", **asked)
    subject, category, _, generation, through, mac = moved
    assert through == later
    assert macs.belongs(mac, "fences", (subject, category, generation, through)) is is_ours
    (tombstone,) = session.rows("tombstones_of", subjects=[whole.subject])
    assert tombstone[5] == later
    assert macs.belongs(tombstone[-1], "tombstones", tombstone[:-1]) is is_ours
    mac = mac_of_named(session, macs, part.subject, "sealed")
    (row,) = session.rows("index_row", subject=part.subject)
    assert macs.belongs(mac, "subject_index", (*row[:5], "sealed")) is is_ours


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
