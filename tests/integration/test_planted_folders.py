"""What somebody does to keys, a log and their folders: the audit names it, and a start refuses it."""

import os
import random
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from ledger.storage.contents import KEYS, LOG, Contents, Kept
from ledger.tlog.tree.bundles import encode_bundle
from tests.fixtures.console import Cli, registered
from tests.fixtures.folders import PLANTINGS, harms, names_in
from tests.fixtures.whole import WHOLE
from tests.integration.test_audit_meets_files import worked

__all__ = ["worked"]


def keys_of(cli: Cli) -> Path:
    return cli.folder / "keys" / "main"


def log_of(cli: Cli) -> Path:
    return cli.folder / "data" / "tlog" / "main"


def details(cli: Cli) -> list[str]:
    """What the audit finds of files."""
    ran = cli("audit", "--json")
    assert ran.status in {0, 1}, ran.err
    assert ran.out, ran.err
    return [one["detail"] for one in ran.json["findings"] if one["kind"] == "file"]


def places(cli: Cli) -> Iterator[tuple[Path, Kept, Contents]]:
    for folder, contents in ((keys_of(cli), KEYS), (log_of(cli), LOG)):
        yield folder, Kept("", contents.access, is_folder=True), contents
        for name, kept in names_in(folder, contents):
            yield folder / name, kept, contents


def is_seen_at_a_start(cli: Cli, path: Path, contents: Contents) -> bool:
    """Keys are; of a log what lies in its folder itself, and the rest as it is opened."""
    return contents is KEYS or len(path.relative_to(log_of(cli)).parts) < 2


def test_every_place_meets_something_and_is_named(worked: Cli, tmp_path: Path) -> None:
    """In a share each place meets one thing, another one in each run; in the whole everything."""
    assert details(worked) == []
    whole = tmp_path / "whole"
    shutil.copytree(worked.folder / "keys", whole / "keys")
    shutil.copytree(worked.folder / "data", whole / "data")
    for number, (path, kept, contents) in enumerate(list(places(worked))):
        fitting = [name for name, planting in PLANTINGS.items() if harms(planting, kept)]
        if kept.name == "":  # whose a folder is says whose files are right in it
            fitting.remove("another user") if "another user" in fitting else None
        for planted in fitting if WHOLE else [random.choice(fitting)]:
            away = tmp_path / f"away-{number}-{planted}"
            away.mkdir()
            PLANTINGS[planted].do(path, away)
            assert any(str(path) in one for one in details(worked)), (path, planted)
            if is_seen_at_a_start(worked, path, contents):
                ran = worked("state", "customer/10023")
                assert ran.status == 2, (path, planted)
                assert str(path) in ran.err
                assert worked("status").status == 2
            for folder in ("keys", "data"):
                shutil.rmtree(worked.folder / folder)
                shutil.copytree(whole / folder, worked.folder / folder)
    assert worked("audit").status == 0
    assert worked("state", "customer/10023").status == 0


def test_what_the_attack_left_is_named(worked: Cli) -> None:
    """Keys and a folder for everybody, a link in the place of a key, a copy, files beyond the tree."""
    keys, log = keys_of(worked), log_of(worked)
    epoch = keys / "epoch-000001.key"
    secret = epoch.read_bytes()
    (log / "tile/0/009").write_bytes(bytes(8192))
    (log / "tile/entries/009").write_bytes(encode_bundle([b""] * 256))
    (log / "tile/entries/009").chmod(0o600)
    (log / "tile/7").mkdir()
    (log / "tile/7/000").symlink_to(epoch)
    found = details(worked)
    keys.chmod(0o777)
    (keys / "rows.key").chmod(0o666)
    epoch.symlink_to(epoch.rename(worked.folder / "elsewhere"))
    (keys / "epoch-000001.key.bak").write_bytes(secret)
    found += details(worked)
    for wanted in (
        f"others may change {keys}: chmod 700 {keys}",
        f"others may change {keys}/rows.key: chmod 600 {keys}/rows.key",
        f"{epoch} is a link",
        f"{epoch}.bak is nothing that this program puts there",
        "tile/0/009 of the log is beyond the tree",
        "tile/entries/009 of the log is beyond the tree",
        f"{log}/tile/7/000 is a link",
    ):
        assert any(one.startswith(wanted) for one in found), (wanted, found)
    assert "ledger: others may change" in worked("state", "customer/10023").err
    assert "wijzigen" in worked("state", "customer/10023", "--language", "nl").err


def test_what_is_only_odd_stops_nothing(worked: Cli) -> None:
    (keys_of(worked) / "notes.txt").write_bytes(b"")
    assert worked("state", "customer/10023").status == 0
    assert worked("publish", "--once").status == 0
    assert any("notes.txt is nothing that" in one for one in details(worked))


def test_a_publisher_at_work_leaves_no_finding(worked: Cli) -> None:
    """It writes files before it signs for them, and takes them over when it died in between."""
    worked.record(*(registered(f"customer/{number}") for number in range(300)))
    assert worked("publish", "--once").status == 0
    assert details(worked) == []


def test_entries_that_were_pruned_and_are_still_there(worked: Cli) -> None:
    worked.record(*(registered(f"customer/{number}") for number in range(300)))
    assert worked("publish", "--once").status == 0
    (log_of(worked) / "minimum-index").write_bytes(b"256\n")
    (detail,) = details(worked)
    assert (
        detail
        == "tile/entries/000 of the log holds entries that are pruned: run `ledger prune` again"
    )


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_what_root_makes_belongs_to_who_runs_the_ledger(worked: Cli) -> None:
    """So a command of root leaves nothing that the processes of the ledger cannot read."""
    for folder in (worked.folder / "keys", worked.folder / "data"):
        for path in (folder, *folder.rglob("*")):
            os.chown(path, 12345, -1)
    worked.record(registered("customer/77"))
    assert worked("publish", "--once").status == 0
    assert worked("keys", "rotate").status == 0
    for folder in (keys_of(worked), log_of(worked)):
        assert {path.stat().st_uid for path in folder.rglob("*")} == {12345}
    assert worked("audit").status == 0


def test_the_keys_of_what_is_withheld_are_looked_at_too(worked: Cli) -> None:
    """They lie beside those of the ledger until they are moved to the confidential one."""
    (private,) = worked.folder.rglob("withheld.key")
    private.chmod(0o640)
    wanted = f"others may read {private}: chmod 600 {private}"
    assert wanted in details(worked)
    assert worked("status").err == f"ledger: {wanted}\n"


@pytest.mark.parametrize(
    "command", [("init",), ("status",), ("publish", "--once"), ("project", "--once")]
)
def test_every_command_that_opens_a_ledger_refuses_it(
    worked: Cli, command: tuple[str, ...]
) -> None:
    keys = keys_of(worked)
    keys.chmod(0o755)
    ran = worked(*command)
    assert (ran.status, ran.err) == (2, f"ledger: others may read {keys}: chmod 700 {keys}\n")
    keys.chmod(0o700)
    assert worked(*command).status == 0
