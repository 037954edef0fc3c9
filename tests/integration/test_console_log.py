"""The commands of the log as an auditor uses them: a proof is checked where there is nothing else."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from ledger.tlog.signing.keys import VerifierKey, parse_verifier_key
from tests.fixtures.console import Cli, collected, key_of, registered
from tests.fixtures.running import Started, eventually


@pytest.fixture
def published(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> Cli:
    """A ledger with three published events; commands write into its folder."""
    cli.record(registered(), collected(), registered("customer/2"))
    assert cli("publish", "--once").status == 0
    monkeypatch.chdir(cli.folder)
    return cli


def test_a_publication_and_its_checkpoint(published: Cli) -> None:
    published.record(registered("customer/3"))
    answer = published("publish", "--once", "--json").json
    assert (answer["size"], answer["entries"]) == (4, 1)
    shown = published("checkpoint", "--json").json
    assert shown["note"].encode() == published("checkpoint").out
    assert (shown["origin"], shown["size"]) == ("ledger.localhost/main", 4)
    assert shown["root"] == answer["root"] == published("audit", "--json").json["root"]
    assert shown["age_s"] == round(shown["age_s"], 1) >= 0
    key = parse_verifier_key(key_of(published))
    assert shown["signatures"] == [{"name": key.name, "key_id": key.key_id.hex()}]
    status = published("status", "--json").json["checkpoint"]
    assert (status["size"], status["root"]) == (4, answer["root"])
    assert b"published position" in published("status").out


def test_a_publisher_by_itself_follows_and_says_how_it_is(
    cli: Cli, start: Callable[..., Started]
) -> None:
    publisher = start("publish")
    served = publisher.served("publish")
    eventually(lambda: served.ready, "it is ready")
    cli.record(registered(), registered("customer/2"))
    eventually(lambda: size_of(cli) == 2, "it is published")
    eventually(lambda: served.values().get("ledger_published_position") == {(): 2.0}, "it is shown")
    values = served.values()
    assert values["ledger_publisher_failures_total"] == {(): 0.0}
    assert values["ledger_checkpoint_age_seconds"][()] >= 0.0
    assert cli("publish", "--once").status == 3
    assert publisher.stop() == 0
    assert cli("publish", "--once", "--json").json["entries"] == 0


def size_of(cli: Cli) -> int:
    size: int = cli("status", "--json").json["checkpoint"]["size"]
    return size


def test_init_prints_the_verification_key(program: Cli, database_url: str) -> None:
    program.set(DATABASE_URL=database_url)
    first = program("init", "--json").json["log_key"]
    assert program("init", "--json").json["log_key"] == first == key_of(program)
    assert first in program("log", "keys").out.decode()
    assert first in program("init").out.decode()


def test_a_proof_is_verified_with_nothing_but_two_files_and_a_key(
    published: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = key_of(published)
    made = published("prove", "2", "--entry", "two.entry", "--json").json
    assert (made["position"], made["proof"], made["size"]) == (2, "2.tlog-proof", 3)
    assert Path("two.entry").stat().st_mode & 0o777 == 0o600
    for name in list(os.environ):
        if name.startswith("LEDGER_"):
            monkeypatch.delenv(name)
    answer = published("verify", "2.tlog-proof", "--entry", "two.entry", "--key", key, "--json")
    assert answer.status == 0
    assert answer.json["position"] == 2
    assert answer.json["type"] == "nl.voipzeker.ledger.personal-data-collected.v1"
    proof = Path("2.tlog-proof").read_bytes()
    asked = published("verify", "--entry", "two.entry", "--key", key, "--json", stdin=proof)
    assert asked.json == answer.json
    assert b"2" in published("verify", "2.tlog-proof", "--entry", "two.entry", "--key", key).out


def test_a_proof_on_standard_output(published: Cli) -> None:
    published("prove", "3", "--output", "three")
    shown = published("prove", "3", "--output", "-")
    assert shown.out == Path("three").read_bytes()
    published("prove", "3", "--entry", "three.entry")
    entry = published("prove", "3", "--entry", "-", "--output", "again").out
    assert entry == Path("three.entry").read_bytes()


# A changed root, as of a container, refuses namespaces of users, which root does not need.
AS_ROOT = () if os.geteuid() == 0 else ("--user", "--map-root-user")
ISOLATED = [
    "unshare",
    *AS_ROOT,
    "--net",
    sys.executable,
    "-c",
    "import socket, sys; assert [n for _, n in socket.if_nameindex()] in ([], ['lo']);"
    "from console.main import run; run()",
]


def test_verifying_needs_no_network_no_database_and_no_settings(published: Cli) -> None:
    key = key_of(published)
    published("prove", "1", "--entry", "one.entry")
    for arguments, status in [
        (("--entry", "one.entry", "--key", key), 0),
        (("--entry", "1.tlog-proof", "--key", key), 1),
    ]:
        done = subprocess.run(
            [*ISOLATED, "verify", "1.tlog-proof", *arguments, "--json"],
            cwd=published.folder,
            env={"PATH": os.environ["PATH"], "PYTHONPATH": str(Path(__file__).parents[2])},
            capture_output=True,
            check=False,
            timeout=120,
        )
        assert done.returncode == status, done.stderr
        assert (b'"position":1' in done.stdout) == (status == 0)


def test_what_is_altered_is_not_verified(published: Cli) -> None:
    key = key_of(published)
    published("prove", "2", "--entry", "entry")
    published("prove", "3", "--entry", "other")
    entry, proof = Path("entry").read_bytes(), Path("2.tlog-proof").read_bytes()
    Path("changed").write_bytes(entry.replace(b"voipzeker", b"voipzeket", 1))
    Path("changed-proof").write_bytes(proof.replace(b"index 1", b"index 0"))
    Path("no-proof").write_bytes(b"")
    stranger = VerifierKey("ledger.localhost/main", 1, bytes(32)).text
    for arguments in [
        ("2.tlog-proof", "--entry", "changed", "--key", key),
        ("2.tlog-proof", "--entry", "other", "--key", key),
        ("3.tlog-proof", "--entry", "entry", "--key", key),
        ("changed-proof", "--entry", "entry", "--key", key),
        ("no-proof", "--entry", "entry", "--key", key),
        ("2.tlog-proof", "--entry", "entry", "--key", stranger),
    ]:
        ran = published("verify", *arguments)
        assert (ran.status, ran.out) == (1, b""), arguments
        assert ran.err.startswith("ledger: ")


def test_wrong_usage_is_told(published: Cli) -> None:
    published("prove", "2", "--entry", "entry")
    for arguments in [
        ("verify", "2.tlog-proof", "--entry", "entry", "--key", "no key"),
        ("verify", "2.tlog-proof", "--entry", "entry"),
        ("verify", "2.tlog-proof", "--key", key_of(published)),
        ("verify", "missing", "--entry", "entry", "--key", key_of(published)),
        ("prove", "0"),
        ("prove", "two"),
    ]:
        assert published(*arguments).status == 2


def test_what_is_not_published_cannot_be_proven(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(cli.folder)
    for arguments in (("checkpoint",), ("prove", "1")):
        ran = cli(*arguments)
        assert ran.status == 1
        assert "run `ledger publish`" in ran.err
    assert cli("status", "--json").json["checkpoint"] == {"size": 0, "root": None, "age_s": None}
    cli.record(registered())
    assert cli("publish", "--once").status == 0
    ran = cli("prove", "2")
    assert ran.status == 1
    assert "position 2 is not published: the checkpoint ends at 1" in ran.err
    assert not Path("2.tlog-proof").exists()


def test_proofs_are_made_without_the_database(published: Cli) -> None:
    published.set(DATABASE_URL="postgresql://nobody@127.0.0.1:1/none")
    assert published("publish", "--once").status == 3
    assert published("prove", "1", "--entry", "entry").status == 0
    assert published("checkpoint").status == 0


def test_a_rotated_key(published: Cli) -> None:
    old = key_of(published)
    published("prove", "1", "--entry", "entry", "--output", "before")
    new = published("log", "rotate-key").out.decode().strip()
    assert published("log", "keys", "--json").json["keys"] == [old, new]
    published("publish", "--once")
    published("prove", "1", "--output", "after")
    for proof, key, status in [
        ("before", old, 0),
        ("before", new, 1),
        ("after", old, 1),
        ("after", new, 0),
    ]:
        assert published("verify", proof, "--entry", "entry", "--key", key).status == status
    both = published("verify", "before", "--entry", "entry", "--key", new, "--key", old)
    assert both.status == 0
    assert published("log", "rotate-key", "--json").json["key"] == key_of(published)


def test_settings_of_the_log(program: Cli, database_url: str, tmp_path: Path) -> None:
    secret = tmp_path / "passphrase"
    secret.write_text("a long random text\n")
    program.set(
        DATABASE_URL=database_url,
        LOG_ORIGIN="ledger.voipzeker.nl/main",
        LOG_DIR=str(tmp_path / "served"),
        LOG_KEY_FILE=str(tmp_path / "secret.key"),
        LOG_PASSPHRASE_FILE=str(secret),
    )
    assert program("init").status == 0
    assert b"ENCRYPTED" in (tmp_path / "secret.key").read_bytes()
    assert program("publish", "--once").status == 0
    assert (tmp_path / "served" / "main" / "checkpoint").exists()
    assert program("checkpoint", "--json").json["origin"] == "ledger.voipzeker.nl/main"
    program.set(LOG_PASSPHRASE_FILE="")
    ran = program("publish", "--once")
    assert ran.status == 2
    assert "LEDGER_LOG_PASSPHRASE_FILE" in ran.err
    program.set(LOG_ORIGIN="with space")
    assert program("checkpoint").status == 2


def test_after_an_erasure_old_proofs_verify_and_the_values_are_gone(published: Cli) -> None:
    key = key_of(published)
    published("prove", "2", "--entry", "entry", "--output", "before")
    assert b"J. de Vries" in published("state", "customer/10023").out
    assert published("erase", "customer/10023", "--ground", "request").status == 0
    assert published("publish", "--once").status == 0
    published("prove", "2", "--entry", "entry-after", "--output", "after")
    assert Path("entry").read_bytes() == Path("entry-after").read_bytes()
    for proof in ("before", "after"):
        assert published("verify", proof, "--entry", "entry", "--key", key).status == 0
    assert b"Vries" not in Path("entry").read_bytes()
    state = published("state", "customer/10023", "--json")
    assert b"Vries" not in state.out
    assert state.json["status"] == "erased"


def test_another_folder_stops_the_publisher_and_a_lost_one_is_made_again(published: Cli) -> None:
    before, folder = published("checkpoint").out, published.folder / "data" / "tlog"
    published.record(registered("customer/3"))
    folder.rename(published.folder / "lost")
    ran = published("publish", "--once")
    assert (ran.status, "has signed 3 entries" in ran.err, folder.is_dir()) == (2, True, True)
    assert "set LEDGER_LOG_DIR" in ran.err
    assert published("checkpoint").status == 1
    rebuilt = published("log", "rebuild", "--json").json
    assert (rebuilt["size"], rebuilt["entries"]) == (3, 0)
    assert published("checkpoint").out == before
    # The first log is published. Epochs need their folder, which no command makes again.
    ran = published("publish", "--once", "--json")
    assert (ran.status, ran.json["size"]) == (2, 4)
    assert "has signed 1 epochs" in ran.err
    (finding,) = published("audit", "--json").json["findings"]
    assert finding["kind"] == "not-comparable"
    shutil.rmtree(folder / "main.completeness")
    (published.folder / "lost" / "main.completeness").rename(folder / "main.completeness")
    assert published("publish", "--once").status == 0
    assert published("audit", "--json").json["ok"]
    assert published("log", "rebuild").status == 2


def test_a_backup_knows_what_was_signed_wherever_the_log_is(published: Cli) -> None:
    (published.folder / "data" / "tlog").rename(published.folder / "lost")
    copies = (str(published.folder / "events"), str(published.folder / "keys-copy"))
    assert published("backup", copies[0], "--keys", copies[1]).status == 0
    ran = published("restore", copies[0], "--keys", copies[1], "--never-published")
    assert (ran.status, "a new LEDGER_LOG_ORIGIN" in ran.err) == (2, True), ran.err
