"""A journal that is lost or older than the ledger: what was erased stays erased, and is known again."""

import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast
from uuid import UUID

import msgspec
import psycopg
import pytest

from ledger.audit import audit
from ledger.crypto.sealing import month_of
from ledger.erasure.pending import compare
from ledger.erasure.rejournal import rejournal
from ledger.journal.entries import ErasureEntry, ErasureJournal
from ledger.keys.opening import Missing
from ledger.storage.postgres import Session
from tests.fixtures.console import Cli
from tests.fixtures.console import registered as known
from tests.fixtures.ledger import ACCOUNTABILITY, NOW, House, accessed, collected, registered
from tests.integration.test_audit_keys import custody
from tests.integration.test_backup import back_up, elsewhere, ledger
from tests.integration.test_erasure import call, opened

__all__ = ["elsewhere", "ledger"]

WHO = "customer/10023"


def journal_of(cli: Cli) -> Path:
    (found,) = cli.folder.rglob("erasures.journal")
    return found


def personal_of(cli: Cli) -> list[Any]:
    return [line["personal"] for line in cli("history", WHO, "--json").acts if line["personal"]]


@pytest.mark.parametrize("older", [True, False])
@pytest.mark.parametrize("categories", [(), ("--category", "contact")])
def test_a_restore_with_another_journal_brings_nobody_back(
    ledger: Cli, elsewhere: str, categories: tuple[str, ...], older: bool
) -> None:
    ledger.record(known(), collected(), known("customer/10024"))
    assert ledger("erase", "customer/10024", "--ground", "request").status == 0
    journal = journal_of(ledger)
    before = journal.read_bytes()
    copies = back_up(ledger)
    assert ledger("erase", WHO, "--ground", "request", *categories).status == 0
    assert ledger("publish", "--once").status == 0
    gone = personal_of(ledger)
    if older:
        journal.write_bytes(before)
    else:
        journal.unlink()
    ledger.set(DATABASE_URL=elsewhere)
    ran = ledger("restore", copies[0], "--keys", copies[1], "--json")
    assert ran.status == 0, ran.err
    assert ran.json["erasures_reapplied"] == 1
    assert personal_of(ledger) == gone
    assert ledger("audit", "--views", "--json").json["ok"]


def entries(house: House) -> list[ErasureEntry]:
    """Those of the journal, with what they tie to; each was sealed in its own way."""
    links = house.opener().links
    found = house.journal.entries()
    assert all(map(links.belongs, found))
    return [links.opened(entry) for entry in found]


def remade(house: House) -> list[ErasureEntry]:
    """The entries that the ledger gives back after its journal was lost."""
    lost = entries(house)
    house.journal.path.unlink()
    reader = house.session("reader")
    assert compare(reader, house.journal).lacking == len(lost)
    assert rejournal(reader, house.opener(), house.journal) == len(lost)
    assert compare(reader, house.journal) == ([], 0)
    assert rejournal(reader, house.opener(), house.journal) == 0
    return entries(house)


def test_a_lost_journal_is_made_again_entry_by_entry(house: House) -> None:
    house.record(registered(), collected(), accessed(), call("2026-08-15T10:00:00Z"))
    house.record(registered("customer/10024"), collected("customer/10024"))
    eraser = house.eraser()
    eraser.expire(WHO, "traffic", month_of(datetime(2026, 9, 1, tzinfo=UTC)), "retention")
    eraser.erase(WHO, ["contact"], "objection")
    eraser.erase("customer/10024", [], "request")
    before = entries(house)
    assert len(before) == 3
    assert remade(house) == before


def test_a_category_that_went_twice_was_not_fenced_for_longer_the_first_time(house: House) -> None:
    """Of two fences of one erasure the earlier one is its own; the later is of another erasure."""
    house.record(registered(), collected(), accessed())
    house.eraser().erase(WHO, ["identity", "contact"], "objection")
    house.clock.forward(days=1)
    house.eraser().erase(WHO, ["contact"], "request")
    before = entries(house)
    assert before[0].through < before[1].through
    assert remade(house) == before


def test_a_decision_that_destroys_nothing_is_no_erasure_of_the_journal(tmp_path: Path) -> None:
    """Two erasures are recorded, and the journal has one of them beside a decision that all stays."""
    journal = ErasureJournal(tmp_path / "erasures.journal")
    for number, categories in ((1, ("contact",)), (2, ())):
        journal.append([entry(number, categories)])
    answers: dict[str, Callable[..., list[Any]]] = {
        "count_erasures": lambda **_: [(2,)],
        "event_ids_of": lambda ids, **_: [(id,) for id in ids],
        "fences_of_subjects": lambda subjects: [(one, "contact", NOW) for one in subjects],
    }
    session = SimpleNamespace(rows=lambda name, **asked: answers[name](**asked))
    assert compare(cast(Session, session), journal) == ([], 1)


def entry(number: int, categories: tuple[str, ...]) -> ErasureEntry:
    return ErasureEntry(
        erasure=UUID(int=number),
        subject=UUID(int=number),
        categories=categories,
        keys=(),
        ground="request",
        time=NOW,
        through=NOW,
        position=number,
        whole=False,
    )


@pytest.mark.parametrize("tombstone", ["gone", "there"])
def test_a_tombstone_that_is_made_again_ends_when_it_would_have(
    house: House, monkeypatch: pytest.MonkeyPatch, tombstone: str
) -> None:
    house.record(collected())
    house.eraser().erase("customer/10023", [], "request")
    kept = tombstones(house)
    with psycopg.connect(house.url) as connection:
        connection.execute("DELETE FROM ledger_main_keys.fences")
        if tombstone == "gone":
            connection.execute("DELETE FROM ledger_main_keys.tombstones")
    house.clock.forward(days=30)
    if tombstone == "there":  # and the period is another one by now
        monkeypatch.setattr("tests.fixtures.ledger.ACCOUNTABILITY", 2 * ACCOUNTABILITY)
    assert len(house.eraser().reapply()) == 1
    assert tombstones(house) == kept
    found = audit(house.session("reader"), custody=custody(house)).findings
    assert not [one for one in found if "tombstone" in one.kind]


def tombstones(house: House) -> list[tuple[UUID, datetime]]:
    with psycopg.connect(house.url) as connection:
        return connection.execute(
            "SELECT subject, keep_until FROM ledger_main_keys.tombstones"
        ).fetchall()


def saved(house: House, tables: tuple[str, ...]) -> dict[str, list[Any]]:
    with psycopg.connect(house.url) as connection:
        return {
            table: connection.execute(f"SELECT * FROM {table}".encode()).fetchall()
            for table in tables
        }


def put_back(house: House, rows: dict[str, list[Any]]) -> None:
    """The tables of keys as an older copy of them has them."""
    with psycopg.connect(house.url) as connection:
        for table, members in rows.items():
            connection.execute(f"TRUNCATE {table}".encode())
            for row in members:
                marks = ", ".join(["%s"] * len(row))
                connection.execute(f"INSERT INTO {table} VALUES ({marks})".encode(), row)


def mailed(time: str) -> dict[str, Any]:
    return collected(time=time, personal={"email": "a@example.nl"}, categories=["contact"])


@pytest.mark.parametrize(
    ("made", "category", "value"),
    [
        (call, "traffic", {"called_number": "+31201234567"}),
        (mailed, "contact", {"email": "a@example.nl"}),
    ],
)
def test_months_that_expired_expire_again_and_later_ones_stay(
    house: House, made: Callable[[str], dict[str, Any]], category: str, value: dict[str, str]
) -> None:
    house.record(made("2026-08-15T10:00:00Z"), made("2026-10-15T10:00:00Z"))
    august, october = house.events()
    space = house.ledger.keys
    held = saved(house, (f"{space}.data_keys", f"{space}.fences", f"{space}.subject_index"))
    limit = month_of(datetime(2026, 9, 1, tzinfo=UTC))
    house.eraser().expire(WHO, category, limit, "retention")
    (before,) = entries(house)
    put_back(house, held)
    house.journal.path.unlink()
    assert opened(house, august) == value
    reader = house.session("reader")
    assert rejournal(reader, house.opener(), house.journal) == 1
    assert entries(house) == [before]
    (again,) = house.eraser().reapply()
    assert again.keys == before.keys
    assert opened(house, august) == dict.fromkeys(value, Missing.ERASED)
    assert opened(house, october) == value


def test_a_command_completes_a_journal_that_was_lost(ledger: Cli) -> None:
    ledger.record(known(), collected())
    assert ledger("erase", WHO, "--ground", "request").status == 0
    journal = journal_of(ledger)
    before = said(journal)
    shutil.move(journal, ledger.folder / "away")
    assert ledger("state", WHO).status == 0
    assert said(journal) == before
    assert ledger("audit").status == 0


def said(journal: Path) -> list[ErasureEntry]:
    """What the lines say, but for how their ties are sealed."""
    found = ErasureJournal(journal).entries()
    assert all(entry.link and entry.mac for entry in found)
    return [msgspec.structs.replace(entry, link=None, mac=None) for entry in found]
