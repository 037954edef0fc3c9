"""What was done to a backup is seen before any server is touched; what it brought is never run."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import psycopg
import pytest

from host.site import Site
from host.wiring import bare_site
from ledger.backup.manifest import MANIFEST, Copy, read_manifest
from ledger.errors import LedgerError
from ledger.tlog.store.key_file import KeyFile
from tests.fixtures.backups import (
    ORIGIN,
    Copies,
    elsewhere,
    log_key,
    of_table,
    resigned,
    restored,
    taken,
    untouched,
)
from tests.fixtures.console import Cli, collected, consented, installed, registered, worked_in
from tests.fixtures.postgres import Templates, short_folder

__all__ = ["elsewhere", "untouched"]


def flipped(file: Path, _: Path) -> None:
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)


def truncated(file: Path, _: Path) -> None:
    file.write_bytes(file.read_bytes()[:-1])


def lengthened(file: Path, _: Path) -> None:
    with file.open("ab") as opened:
        opened.write(b"\n")


def emptied(file: Path, _: Path) -> None:
    file.write_bytes(b"")


def removed(file: Path, _: Path) -> None:
    file.unlink()


def swapped_with_another_backup(file: Path, other: Path) -> None:
    shutil.copy(other, file)


def swapped_with_its_neighbour(file: Path, _: Path) -> None:
    neighbour = next(one for one in sorted(file.parent.iterdir()) if one != file)
    content = file.read_bytes()
    file.write_bytes(neighbour.read_bytes())
    neighbour.write_bytes(content)


def linked(file: Path, _: Path) -> None:
    """The same bytes, by a link that can be turned elsewhere later."""
    file.rename(file.parent.parent / "aside")
    file.symlink_to(file.parent.parent / "aside")


def made_a_folder(file: Path, _: Path) -> None:
    file.unlink()
    file.mkdir()


def made_a_pipe(file: Path, _: Path) -> None:
    file.unlink()
    os.mkfifo(file)


def in_capitals(file: Path, _: Path) -> None:
    file.rename(file.with_name(file.name.upper()))


def doubled_in_capitals(file: Path, _: Path) -> None:
    shutil.copy(file, file.with_name(file.name.upper()))


DONE = [
    *(flipped, truncated, lengthened, emptied, removed, linked, made_a_folder, made_a_pipe),
    *(swapped_with_another_backup, swapped_with_its_neighbour, in_capitals, doubled_in_capitals),
]


def work(ledger: Cli) -> None:
    ledger.record(registered(), collected(), consented(), b"[]")
    taken(ledger, "night")


@pytest.fixture
def ledger(request: pytest.FixtureRequest, program: Cli, templates: Templates) -> Iterator[Cli]:
    """The program with an empty ledger, or with one of which the test's backup was taken."""
    made = (
        worked_in(program, templates, "backed_up", work)
        if "night" in request.fixturenames
        else installed(program, templates)
    )
    with made as ready:
        yield ready


@pytest.fixture
def night(ledger: Cli) -> Copies:
    """A backup with something in it."""
    return ledger.folder / "night-events", ledger.folder / "night-keys"


def doctored(copies: Copies, name: str) -> Copies:
    """The same backup once more."""
    made = copies[0].with_name(f"{name}-events"), copies[1].with_name(f"{name}-keys")
    for old, new in zip(copies, made, strict=True):
        shutil.rmtree(new, ignore_errors=True)
        shutil.copytree(old, new)
    return made


@pytest.mark.parametrize("change", DONE, ids=lambda change: str(change.__name__))
def test_whatever_happened_to_a_file_is_seen_before_the_server_is_touched(
    ledger: Cli,
    night: Copies,
    untouched: Callable[[], None],
    change: Callable[[Path, Path], None],
    any_database_url: str,
) -> None:
    ledger.set(DATABASE_URL=any_database_url)
    ledger.record(registered("customer/2"))
    other = taken(ledger, "other")
    ledger.set(DATABASE_URL="postgresql://nobody@127.0.0.1:1/none")
    tried = 0
    for place in (0, 1):
        for name in sorted(path.name for path in night[place].iterdir()):
            copies = doctored(night, "doctored")
            source, target = other[place] / name, copies[place] / name
            if source.read_bytes() == target.read_bytes() and change is swapped_with_another_backup:
                continue  # an empty table is the same in both
            change(target, source)
            ran = restored(ledger, copies)
            assert ran.status == 2, (name, ran.err)
            tried += 1
    assert tried >= (6 if change is swapped_with_another_backup else 18)
    untouched()


@pytest.mark.parametrize("place", [0, 1], ids=["events", "keys"])
@pytest.mark.parametrize("name", ["more.copy.gz", ".hidden", "manifest~", "readme.txt"])
def test_a_file_that_nobody_signed_is_seen(
    ledger: Cli, night: Copies, untouched: Callable[[], None], place: int, name: str
) -> None:
    (night[place] / name).write_bytes(b"")
    ran = restored(ledger, night)
    assert (ran.status, "more than its manifest names" in ran.err) == (2, True), ran.err
    untouched()


def test_no_byte_of_a_manifest_can_be_changed(ledger: Cli, night: Copies) -> None:
    keys = log_key(ledger).known()
    content = (night[1] / MANIFEST).read_bytes()
    assert read_manifest(content, keys).content == "keys"
    for place in range(len(content)):
        changed = bytearray(content)
        changed[place] ^= 1
        with pytest.raises(LedgerError):
            read_manifest(bytes(changed), keys)
        with pytest.raises(LedgerError):
            read_manifest(content[:place], keys)


def foreign(ledger: Cli) -> KeyFile:
    """A key under the same name that the log never had."""
    return KeyFile(ledger.folder / "foreign" / "log.key", ORIGIN)


@pytest.mark.parametrize("place", [0, 1], ids=["events", "keys"])
def test_a_manifest_that_another_key_signed_is_refused(
    ledger: Cli, night: Copies, untouched: Callable[[], None], place: int
) -> None:
    resigned(ledger, night[place], lambda copy: copy, foreign(ledger))
    ran = restored(ledger, night)
    assert (ran.status, "not to be trusted" in ran.err) == (2, True), ran.err
    untouched()


def test_a_checkpoint_of_the_same_key_is_no_manifest_and_the_reverse(
    ledger: Cli, night: Copies, untouched: Callable[[], None], any_database_url: str
) -> None:
    ledger.set(DATABASE_URL=any_database_url)
    assert ledger("publish", "--once").status == 0
    checkpoint = ledger("checkpoint").out
    proof = night[0] / MANIFEST
    ran = ledger("verify", str(proof), "--key", log_key(ledger).known()[-1].text)
    assert ran.status != 0
    proof.write_bytes(checkpoint)
    ran = restored(ledger, night)
    assert (ran.status, "not a manifest of a backup" in ran.err) == (2, True), ran.err
    untouched()


def _named(name: str, table: str = "tracking") -> Callable[[Copy], Copy]:
    return lambda copy: of_table(copy, table, table=name, file=f"{name}.copy.gz")


SIGNED: dict[str, Callable[[Copy], Copy]] = {
    "another table": _named("pg_proc"),
    "a table of the program's": _named("migrations"),
    "a table of the keys": _named("data_keys"),
    "a quoted table": _named('tracking"; DROP TABLE events; --'),
    "another namespace": _named("pg_catalog.pg_proc"),
    "a table less": lambda copy: msgspec.structs.replace(copy, tables=copy.tables[1:]),
    "a table twice": lambda copy: msgspec.structs.replace(
        copy, tables=(*copy.tables, copy.tables[0])
    ),
    "a path": lambda copy: of_table(copy, "tracking", file="../night-keys/epochs.copy.gz"),
    "an absolute path": lambda copy: of_table(copy, "tracking", file="/etc/passwd"),
    "a quoted column": lambda copy: of_table(copy, "tracking", columns=('a") FROM PROGRAM', "b")),
    "no sum": lambda copy: of_table(copy, "tracking", sha256=""),
    "another ledger": lambda copy: msgspec.structs.replace(copy, ledger="brand"),
    "another log": lambda copy: msgspec.structs.replace(copy, origin="ledger.example.nl/other"),
    "a later format": lambda copy: msgspec.structs.replace(copy, format=3),
    "the other content": lambda copy: msgspec.structs.replace(copy, content="keys"),
    "an unknown migration": lambda copy: msgspec.structs.replace(
        copy,
        migrations=(*copy.migrations, msgspec.structs.replace(copy.migrations[0], name="9999_x")),
    ),
    "another migration": lambda copy: msgspec.structs.replace(
        copy,
        migrations=(
            msgspec.structs.replace(copy.migrations[0], digest="0" * 64),
            *copy.migrations[1:],
        ),
    ),
    "a gap of migrations": lambda copy: msgspec.structs.replace(
        copy, migrations=copy.migrations[1:]
    ),
}


@pytest.mark.parametrize("says", SIGNED.values(), ids=SIGNED)
def test_not_even_the_key_makes_this_program_load_anything_else(
    ledger: Cli, night: Copies, untouched: Callable[[], None], says: Callable[[Copy], Copy]
) -> None:
    resigned(ledger, night[0], says)
    assert restored(ledger, night).status == 2
    untouched()


LOADED: dict[str, Callable[[Copy], Copy]] = {
    "fewer columns": lambda copy: of_table(copy, "tracking", columns=("notification_id",)),
    "other columns": lambda copy: of_table(copy, "tracking", columns=("application_name", "ctid")),
    "other rows": lambda copy: of_table(copy, "events", rows=4),
    "an unknown sequence": lambda copy: msgspec.structs.replace(copy, sequences={"mine": 1}),
}


@pytest.mark.parametrize("says", LOADED.values(), ids=LOADED)
def test_what_does_not_fit_the_tables_leaves_nothing(
    ledger: Cli, night: Copies, elsewhere: str, says: Callable[[Copy], Copy]
) -> None:
    resigned(ledger, night[0], says)
    ledger.set(DATABASE_URL=elsewhere)
    assert restored(ledger, night).status == 2
    assert namespaces(elsewhere) == []


def test_a_restore_that_fails_leaves_the_empty_ledger_that_was_there(
    ledger: Cli, night: Copies, elsewhere: str
) -> None:
    resigned(ledger, night[1], lambda copy: of_table(copy, "data_keys", rows=1000))
    ledger.set(DATABASE_URL=elsewhere)
    assert ledger("init").status == 0
    before = catalogue(elsewhere)
    ran = restored(ledger, night)
    assert (ran.status, "expected 1000 rows of data_keys" in ran.err) == (2, True), ran.err
    assert catalogue(elsewhere) == before
    assert ledger("status", "--json").json["position"] == 0


def namespaces(url: str) -> list[Any]:
    with psycopg.connect(url) as connection:
        return connection.execute(
            "SELECT 1 FROM pg_namespace WHERE nspname ^@ 'ledger_'"
        ).fetchall()


@pytest.mark.parametrize("name", ["events", "event_ids"])
def test_what_was_checked_is_what_is_loaded(
    ledger: Cli, night: Copies, elsewhere: str, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """Whoever may write there changes a file in place between the check and the load."""

    def later(*arguments: Any, **named: Any) -> Site:
        flipped(night[0] / f"{name}.copy.gz", night[0])
        return bare_site(*arguments, **named)

    monkeypatch.setattr("host.restoring.bare_site", later)
    ledger.set(DATABASE_URL=elsewhere)
    ran = restored(ledger, night)
    assert (ran.status, "was changed after it was checked" in ran.err) == (2, True), ran.err
    assert namespaces(elsewhere) == []


def test_a_file_put_in_place_of_a_checked_one_is_not_looked_at(
    ledger: Cli, night: Copies, elsewhere: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def later(*arguments: Any, **named: Any) -> Site:
        for file in night[0].iterdir():
            file.unlink()
            file.write_bytes(b"something else")
        return bare_site(*arguments, **named)

    monkeypatch.setattr("host.restoring.bare_site", later)
    ledger.set(DATABASE_URL=elsewhere)
    ran = restored(ledger, night, "--json")
    assert (ran.status, ran.json["position"]) == (0, 3), ran.err


def test_a_new_machine_trusts_the_key_that_it_is_given(
    ledger: Cli, night: Copies, elsewhere: str
) -> None:
    (key,) = log_key(ledger).known()
    other = foreign(ledger).create().verifier
    for name in ("log.key", "log.vkeys"):
        (ledger.folder / "keys" / "main" / name).unlink()
    ledger.set(DATABASE_URL=elsewhere)
    ran = restored(ledger, night)
    assert (ran.status, "--key: no key is known" in ran.err) == (2, True), ran.err
    assert restored(ledger, night, "--key", other.text).status == 2
    assert namespaces(elsewhere) == []
    ran = restored(ledger, night, "--key", key.text, "--never-published", "--json")
    assert (ran.status, ran.json["position"]) == (0, 3), ran.err


def test_a_backup_that_a_former_key_signed_is_trusted(
    ledger: Cli, night: Copies, elsewhere: str
) -> None:
    assert ledger("log", "rotate-key").status == 0
    ledger.set(DATABASE_URL=elsewhere)
    assert restored(ledger, night, "--never-published").status == 0


def test_checking_needs_neither_database_nor_keys_to_open(
    ledger: Cli, night: Copies, untouched: Callable[[], None]
) -> None:
    for path in (ledger.folder / "keys" / "main").glob("epoch-*"):
        path.unlink()
    ran = restored(ledger, night, "--check", "--json")
    assert (ran.status, ran.json["position"]) == (0, 3), ran.err
    flipped(night[1] / "data_keys.copy.gz", night[1])
    assert restored(ledger, night, "--check").status == 2
    untouched()


@pytest.fixture
def marked() -> Iterator[Path]:
    """A folder where the server's user may leave a mark."""
    with short_folder() as folder:
        folder.chmod(0o777)
        yield folder


def plant(url: str, mark: Path) -> None:
    """What an attacker with the owner's login adds: code in a check, a trigger, a default, a rule."""
    harmless = """
        CREATE FUNCTION ledger_main.planted() RETURNS boolean LANGUAGE sql AS 'SELECT true';
        CREATE FUNCTION ledger_main.planted_too() RETURNS trigger LANGUAGE plpgsql
            AS 'BEGIN PERFORM ledger_main.planted(); RETURN NEW; END';
        ALTER TABLE ledger_main.event_ids ADD CONSTRAINT planted CHECK (ledger_main.planted());
        ALTER TABLE ledger_main_keys.epochs ADD CONSTRAINT planted CHECK (ledger_main.planted());
        ALTER TABLE ledger_main.batches ALTER COLUMN duplicates SET DEFAULT ledger_main.planted()::int;
        CREATE TRIGGER planted BEFORE INSERT ON ledger_main.batches
            FOR EACH ROW EXECUTE FUNCTION ledger_main.planted_too();
        CREATE TABLE ledger_main.planted (one boolean DEFAULT ledger_main.planted());
        INSERT INTO ledger_main.planted DEFAULT VALUES;
        CREATE INDEX planted_index ON ledger_main.event_ids ((name::text || 'x')) WHERE generation <> 7;
    """
    hostile = f"""
        CREATE OR REPLACE FUNCTION ledger_main.planted() RETURNS boolean LANGUAGE plpgsql AS $$
        BEGIN COPY (SELECT 1) TO PROGRAM 'touch {mark}/ran'; RETURN true; END $$;
    """
    with psycopg.connect(url) as connection:
        connection.execute(harmless)
        connection.execute(hostile)


CATALOGUE = """
    SELECT 'function', p.oid::regprocedure::text, p.prosrc FROM pg_proc p
    JOIN pg_namespace n ON n.oid = p.pronamespace WHERE n.nspname ^@ 'ledger_'
    UNION ALL SELECT 'trigger', t.tgrelid::regclass || ' ' || t.tgname, t.tgenabled::text
    || pg_get_triggerdef(t.oid) FROM pg_trigger t
    JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname ^@ 'ledger_' AND NOT t.tgisinternal
    UNION ALL SELECT 'constraint', x.conrelid::regclass || ' ' || x.conname, pg_get_constraintdef(x.oid)
    FROM pg_constraint x JOIN pg_namespace n ON n.oid = x.connamespace
    WHERE n.nspname ^@ 'ledger_' AND x.contype <> 'n'
    UNION ALL SELECT 'column', a.attrelid::regclass || ' ' || a.attname, format_type(a.atttypid, a.atttypmod)
    || coalesce(pg_get_expr(d.adbin, d.adrelid), '') || coalesce(array_to_string(a.attacl, ','), '')
    FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
    LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
    WHERE n.nspname ^@ 'ledger_' AND a.attnum > 0
    UNION ALL SELECT 'relation', c.oid::regclass::text,
    c.relkind::text || c.relpersistence::text || c.relowner::regrole
    || coalesce(array_to_string(c.relacl, ','), '')
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname ^@ 'ledger_'
    UNION ALL SELECT 'namespace', n.nspname, coalesce(array_to_string(n.nspacl, ','), '')
    FROM pg_namespace n WHERE n.nspname ^@ 'ledger_'
    ORDER BY 1, 2, 3
"""


def catalogue(url: str) -> list[Any]:
    """Everything of the ledger that a database can run, enforce or grant."""
    with psycopg.connect(url) as connection:
        return connection.execute(CATALOGUE).fetchall()


def test_nothing_that_was_planted_comes_back_and_a_restored_ledger_is_as_a_new_one(
    ledger: Cli, elsewhere: str, any_database_url: str, marked: Path
) -> None:
    fresh = catalogue(any_database_url)
    ledger.record(registered(), collected())
    plant(any_database_url, marked)
    copies = taken(ledger, "planted")
    ledger.set(DATABASE_URL=elsewhere)
    ran = restored(ledger, copies)
    assert ran.status == 0, ran.err
    assert not (marked / "ran").exists()
    assert catalogue(elsewhere) == fresh
