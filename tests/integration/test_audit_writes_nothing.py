"""`ledger audit` looks and writes nothing, whatever it is pointed at; and it never passes without its log."""

import hashlib
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.fixtures.console import Cli, collected, registered, worked_in
from tests.fixtures.guards import GUARDS_ON
from tests.fixtures.postgres import Templates


def files(folder: Path) -> dict[str, str]:
    """Every file of the program's folders, by content and time of its last change."""
    return {
        str(path.relative_to(folder)): f"{path.stat().st_mtime_ns}"
        + (hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "")
        for path in sorted(folder.rglob("*"))
    }


def state(url: str) -> dict[str, Any]:
    """Every row of every table of the ledger, with the transaction that wrote it last."""
    with psycopg.connect(url) as connection:
        tables = connection.execute(
            "SELECT quote_ident(schemaname) || '.' || quote_ident(tablename) FROM pg_tables"
            " WHERE schemaname LIKE 'ledger%' ORDER BY 1"
        ).fetchall()
        return {
            table: connection.execute(
                f"SELECT md5(string_agg(xmin::text || t::text, ',' ORDER BY ctid)) FROM {table} AS t"
            ).fetchone()
            for (table,) in tables
        }


def work(cli: Cli) -> None:
    cli.record(registered(), collected())
    assert (
        cli("erase", "customer/10023", "--category", "contact", "--ground", "request").status == 0
    )
    cli.record(registered("customer/2"), b"bad")
    assert cli("publish", "--once").status == 0


@pytest.fixture
def worked(program: Cli, embedded_templates: Templates) -> Iterator[Cli]:
    with worked_in(program, embedded_templates, "audited", work) as ready:
        yield ready


@pytest.fixture
def database_url(request: pytest.FixtureRequest) -> str:
    """The superuser's URL of the test's ledger."""
    name = "cli" if "cli" in request.fixturenames else "worked"
    return str(request.getfixturevalue(name).url)


def looked(cli: Cli, url: str) -> Any:
    """The answer of an audit that left everything as it was."""
    before = files(cli.folder), state(url)
    ran = cli("audit", "--views", "--json")
    assert ran.status in {0, 1}, ran.err
    assert (files(cli.folder), state(url)) == before
    assert (ran.status == 0) == ran.json["ok"]
    return ran.json


def kinds(answer: Any) -> set[str]:
    return {finding["kind"] for finding in answer["findings"]}


def change(url: str, *statements: str) -> None:
    """As the owner of the database, with the guards off."""
    with psycopg.connect(url, options="-c search_path=ledger_main,ledger_main_keys") as owner:
        for table in ("events", "event_ids", "batches", "head", "promises"):
            owner.execute(f"ALTER TABLE {table} DISABLE TRIGGER ALL")
        for statement in statements:
            owner.execute(statement)
        owner.execute(GUARDS_ON)


def test_in_order(worked: Cli, database_url: str) -> None:
    assert looked(worked, database_url)["verdict"] == "in-order"


def test_before_anything_is_published(cli: Cli, database_url: str) -> None:
    cli.record(registered())
    answer = looked(cli, database_url)
    assert (answer["verdict"], answer["published"]) == ("in-order", 0)
    assert "nothing yet" in cli("audit").out.decode()


ROLLED_BACK = (
    "DELETE FROM events WHERE notification_id > 2",
    "DELETE FROM event_ids WHERE position > 2",
    "DELETE FROM batches WHERE last_position > 2 OR batch > 1",
    "DELETE FROM dead_letters",
    "UPDATE head SET (position, batch, recorded_at, erasures) ="
    " (SELECT last_position, batch, recorded_at, 0 FROM batches)",
    "DELETE FROM fences",
)


def test_a_database_that_was_rolled_back_is_told_and_not_completed(
    worked: Cli, database_url: str
) -> None:
    """What the journal knows and the database lacks is a finding, with the data subject."""
    change(database_url, *ROLLED_BACK)
    answer = looked(worked, database_url)
    assert {"rolled-back", "erasure"} <= kinds(answer)
    (erasure,) = [f for f in answer["findings"] if f["kind"] == "erasure"]
    with psycopg.connect(database_url) as connection:
        row = connection.execute(
            "SELECT originator_id FROM ledger_main.events WHERE notification_id = 1"
        ).fetchone()
    assert row
    assert str(row[0]) in erasure["detail"]


def test_a_changed_event_is_not_in_order_without_the_log(worked: Cli, database_url: str) -> None:
    """The folder of the log is taken away: nothing to compare with, and exit status 1."""
    change(database_url, "UPDATE events SET state = state || ' ' WHERE notification_id = 2")
    shutil.rmtree(worked.folder / "data" / "tlog")
    answer = looked(worked, database_url)
    assert (answer["ok"], answer["verdict"]) == (False, "not-comparable")
    assert "NOT comparable" in worked("audit").out.decode()


def test_a_log_that_is_behind_the_promise(worked: Cli, database_url: str) -> None:
    log = worked.folder / "data" / "tlog"
    shutil.copytree(log, worked.folder / "older")
    worked.record(registered("customer/3"))
    assert worked("publish", "--once").status == 0
    shutil.rmtree(log)
    (worked.folder / "older").rename(log)
    answer = looked(worked, database_url)
    assert answer["verdict"] == "not-comparable"


def log_of(folder: Path) -> Path:
    return folder / "data" / "tlog" / "main"


def of_keys_of_the_log(folder: Path) -> None:
    (path,) = [*folder.rglob("log.vkeys")]
    path.write_bytes(b"\xff\xfe garbage")


def of_checkpoint(folder: Path) -> None:
    (log_of(folder) / "checkpoint").unlink()
    (log_of(folder) / "checkpoint").mkdir()


def of_history(folder: Path) -> None:
    kept = log_of(folder) / "checkpoints"
    (day,) = kept.iterdir()
    day.write_bytes(b"garbage" + day.read_bytes())
    (kept / "what is this").mkdir()


def of_tiles(folder: Path) -> None:
    for path in [*(log_of(folder) / "tile" / "0").rglob("*")]:
        if path.is_file():
            path.unlink()
            path.mkdir()


def of_the_whole_log(folder: Path) -> None:
    shutil.rmtree(folder / "data" / "tlog")
    (folder / "data" / "tlog").write_bytes(b"no folder")


def of_epoch_keys(folder: Path) -> None:
    for path in (folder / "keys").rglob("epoch-*.key"):
        path.write_bytes(b"too short")


GARBAGE = [
    *(of_keys_of_the_log, of_checkpoint, of_history),
    *(of_tiles, of_the_whole_log, of_epoch_keys),
]


@pytest.mark.parametrize("garbage", GARBAGE)
def test_garbage_in_the_folders_is_a_finding(
    worked: Cli, database_url: str, garbage: Callable[[Path], None]
) -> None:
    garbage(worked.folder)
    assert not looked(worked, database_url)["ok"]


def test_the_first_checkpoint_that_was_kept(worked: Cli, database_url: str) -> None:
    (day,) = (log_of(worked.folder) / "checkpoints").iterdir()
    content = day.read_bytes()
    second = content.index(b"ledger.localhost", content.index(b"\xe2\x80\x94") + 30)
    day.write_bytes(content[second:])
    assert "checkpoint" in kinds(looked(worked, database_url))


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE head SET position = position + 1",
        "DELETE FROM event_ids WHERE erasure IS NOT NULL",
        "DELETE FROM events WHERE notification_id = (SELECT max(notification_id) FROM events)",
        "ALTER TABLE bookmarks DROP COLUMN next_offset",
        "DROP TABLE intake_windows",
        "ALTER TABLE batches ALTER COLUMN batch TYPE text USING batch::text",
        "ALTER TABLE dead_letters ALTER COLUMN times DROP NOT NULL",
        "DROP SCHEMA ledger_main_views CASCADE",
        "DROP TABLE ledger_main_views.view_bookmarks CASCADE",
        "DROP TABLE head",
        "DROP TABLE promises",
        "DROP TABLE migrations",
        "ALTER TABLE events ALTER COLUMN recorded_at TYPE text USING recorded_at::text",
    ],
)
def test_nothing_that_it_meets_ends_it(worked: Cli, database_url: str, statement: str) -> None:
    assert worked("project", "--once").status == 0
    change(database_url, statement)
    answer = looked(worked, database_url)
    assert not answer["ok"]


VIEWS = {
    "a row's column": ("UPDATE customer_state_blue SET state = state || ' '", "view"),
    "a bookmark back": ("UPDATE view_bookmarks SET position = 0", "view"),
    "a bookmark forward": ("UPDATE view_bookmarks SET position = 99", "view-bookmark"),
    "a bookmark's colour": ("UPDATE view_bookmarks SET colour = 'green'", "view-bookmark"),
    "a bookmark removed": ("DELETE FROM view_bookmarks WHERE view = 'staff'", "view-bookmark"),
    "a version": ("UPDATE view_bookmarks SET version = 'x' WHERE view = 'staff'", "view"),
    "a view's own": ("INSERT INTO view_bookmarks VALUES ('x', '1', 0, 'blue')", "view-bookmark"),
    "a named event": (
        "INSERT INTO named_events VALUES (gen_random_uuid(), 's', 'i')",
        "named-event",
    ),
    "a count": ("INSERT INTO disclosures_blue_counts VALUES ('x/y', 3, 3)", "view-count"),
}


@pytest.mark.parametrize("what", VIEWS)
def test_what_is_beside_the_rows_of_views_is_named(
    worked: Cli, database_url: str, what: str
) -> None:
    statement, kind = VIEWS[what]
    assert worked("project", "--once").status == 0
    assert looked(worked, database_url)["ok"]
    with psycopg.connect(database_url, options="-c search_path=ledger_main_views") as owner:
        owner.execute(statement)
    assert kind in kinds(looked(worked, database_url))
