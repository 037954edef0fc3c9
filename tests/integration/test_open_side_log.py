"""The desk looks at a ledger whose server logs each of its own steps: the look leaves no line there."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from pyrage import x25519

from ledger.embedded import start
from ledger.embedded.cluster import PORT, programs_for
from ledger.embedded.place import Account, DataDirectory, account_for, run_as
from tests.fixtures.console import Cli
from tests.fixtures.postgres import Templates, short_folder
from tests.integration.test_order_data import (
    EVENTS,
    FIRST,
    MANY,
    Two,
    as_open,
    ordered,
    received,
    two,
)

__all__ = ["two"]

KEY = str(x25519.Identity.generate().to_public())
BY = {
    "O-1": (MANY, {}),
    "O-2": ("visitor/O-2", {"assigned_numbers": FIRST}),
    "O-3": ("visitor/O-3", {"mobile_number": "+31612345678"}),
}


@pytest.fixture
def orders(two: Two) -> Iterator[tuple[Cli, Path]]:
    """Orders by person and by number, about a ledger on an embedded server of its own, which is stopped."""
    for ref, (who, values) in BY.items():
        about = {"personal": values, "categories": ["service", "contact"]} if values else {}
        fields = ["name", "called_number"]
        two.cli.record(
            received(who, order_ref=ref, requested_fields=fields, **about),
            ordered("validated", who, order_ref=ref, allowed_fields=fields),
        )
    with short_folder() as folder:
        with as_open(two):
            places = {"DATA_DIR": folder, "LOG_DIR": folder / "tlog", "KEY_DIR": folder / "keys"}
            two.cli.set(DATABASE_URL="", **{name: str(path) for name, path in places.items()})
            assert two.cli("init").status == 0
            assert two.cli.record(*EVENTS)["rejected"] == 0
        _open_settings(two.cli, folder)
        yield two.cli, folder


def _open_settings(cli: Cli, folder: Path, **more: str) -> None:
    texts = {"DATA_DIR": folder, "LOG_DIR": folder / "tlog", "KEY_DIR": folder / "keys", **more}
    lines = "".join(f"LEDGER_{name}={text}\n" for name, text in texts.items())
    (cli.folder / "open.env").write_text(lines)


def prepare(cli: Cli, ref: str, file: str) -> Any:
    target = str(cli.folder / file)
    return cli("order", "prepare", ref, "--age", KEY, "--output", target, "--json")


def test_a_server_that_does_not_run_is_not_started_for_a_look(orders: tuple[Cli, Path]) -> None:
    cli, folder = orders
    log = DataDirectory(folder.resolve()).log
    before = log.read_bytes()
    ran = prepare(cli, "O-1", "stopped")
    assert (ran.status, "does not run" in ran.err) == (3, True), ran.err
    assert log.read_bytes() == before
    with start(folder):
        before = log.read_bytes()
        for ref in BY:
            assert prepare(cli, ref, f"running-{ref}").status == 0
        assert log.read_bytes() == before


@contextmanager
def standby_of(folder: Path) -> Iterator[DataDirectory]:
    """A server that follows a copy of a stopped one: in recovery for ever, and read-only."""
    account = account_for(DataDirectory(folder.resolve()))
    with short_folder() as there:
        place = DataDirectory(there.resolve())
        shutil.copytree(folder / "cluster", place.cluster)
        place.run.mkdir()
        (place.cluster / "standby.signal").touch()
        there.chmod(0o755)
        for path in (place.run, place.cluster, *place.cluster.rglob("*")):
            shutil.chown(path, account.uid, account.gid)
        place.cluster.chmod(0o700)
        options = ["-o", "-c log_min_messages=info", "--wait", f"--log={place.run / 'server.log'}"]
        _control(account, place, "start", *options)
        try:
            yield place
        finally:
            _control(account, place, "stop", "--mode=immediate")


def _control(account: Account, place: DataDirectory, *words: str) -> None:
    program = programs_for(account, place) / "pg_ctl"
    done = run_as(account, [program, *words, f"--pgdata={place.cluster}"])
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_standby_gives_the_same_and_its_log_says_nothing(
    orders: tuple[Cli, Path], embedded_templates: Templates
) -> None:
    cli, folder = orders
    with start(folder):
        expected = {ref: prepare(cli, ref, f"primary-{ref}").json for ref in BY}
    with standby_of(folder) as place:
        url = f"postgresql://ledger_main_reader@/postgres?host={place.run}&port={PORT}"
        _open_settings(cli, folder, DATABASE_URL=url)
        before = place.log.read_bytes()
        assert b"entering standby mode" in before
        for ref, primary in expected.items():
            ran = prepare(cli, ref, f"standby-{ref}")
            assert ran.status == 0, ran.err
            same = ("content_sha256", "persons", "records", "gaps", "position")
            assert [ran.json[name] for name in same] == [primary[name] for name in same]
        assert place.log.read_bytes() == before
    assert expected["O-2"]["persons"] == [MANY]
