"""Who writes compares the database with every promise that it can read: folder, HTTP, witness."""

import functools
import http.server
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest

from host.environment import settings_from
from host.fencing import fence_of
from host.wiring import open_site
from ledger.errors import RolledBack
from ledger.tlog.publishing.fence import AGAIN_S, FolderPromises
from tests.fixtures.console import Cli, collected, registered
from tests.fixtures.replica import Pair
from tests.fixtures.witness import running

FOLDER = Path("data/tlog/main")
OTHER_END = (
    "UPDATE ledger_main.events SET recorded_at = recorded_at + interval '1 second' * notification_id"
    " WHERE notification_id = 3"
)


@pytest.fixture
def published(cli: Cli) -> Cli:
    """A ledger of three events, all published."""
    cli.record(registered(), collected(), registered("customer/2"))
    assert cli("publish", "--once").status == 0
    return cli


def changed(cli: Cli, *statements: str) -> None:
    """What no role may do: the superuser does it, and triggers look away."""
    tables = ("events", "head")
    away = [f"ALTER TABLE ledger_main.{table} DISABLE TRIGGER ALL" for table in tables]
    with psycopg.connect(cli.url, autocommit=True) as superuser:
        for statement in (*away, *statements):
            superuser.execute(statement.encode())


def go_back(cli: Cli, position: int) -> None:
    """A database as it was when it ended there."""
    changed(
        cli,
        f"DELETE FROM ledger_main.events WHERE notification_id > {position}",
        f"UPDATE ledger_main.head SET position = {position}",
    )


def refused(cli: Cli) -> str:
    """What a writer says; it writes nothing."""
    ran = cli("keys", "rotate")
    assert ran.status == 1, ran
    return ran.err


def writes(cli: Cli) -> None:
    assert cli("keys", "rotate").status == 0


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: Any) -> None:
        """Nothing."""


@contextmanager
def handed_out(folder: Path) -> Iterator[str]:
    """A folder over HTTP; its address."""
    handler = functools.partial(Quiet, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/"
        finally:
            server.shutdown()
            thread.join()


def test_a_log_that_is_elsewhere_is_read_over_http(published: Cli, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    shutil.move(published.folder / FOLDER, elsewhere)
    with handed_out(elsewhere) as url:
        published.set(LOG_URL=url)
        writes(published)
        assert published("status", "--json").json["promise"]["state"] == "kept"
        go_back(published, 2)
        assert "ends at position 2, and position 3 is published" in refused(published)
    # Who was there and is away now leaves nothing to compare with: it goes on, and says so.
    writes(published)
    promise = published("status", "--json").json["promise"]
    assert promise["state"] == "unread"
    assert "LEDGER_LOG_URL" in promise["why"]


def test_what_comes_over_http_counts_only_when_the_log_signed_it(
    published: Cli, tmp_path: Path
) -> None:
    elsewhere = tmp_path / "elsewhere"
    shutil.move(published.folder / FOLDER, elsewhere)
    forged = (elsewhere / "checkpoint").read_bytes().replace(b"\n3\n", b"\n9\n")
    (elsewhere / "checkpoint").write_bytes(forged)
    with handed_out(elsewhere) as url:
        published.set(LOG_URL=url)
        writes(published)
        assert published("status", "--json").json["promise"]["state"] == "unread"


def test_a_process_that_may_not_see_the_keys_believes_the_folder(published: Cli) -> None:
    """As the units run it: the folder of the log's key is closed to consumers."""
    published.set(LOG_KEY_FILE="/nonexistent/log.key")
    writes(published)
    go_back(published, 2)
    assert "ends at position 2, and position 3 is published" in refused(published)


def test_a_database_that_went_on_from_an_old_state_is_refused(published: Cli) -> None:
    """It is longer than what was promised, and has another entry at its end."""
    changed(published, OTHER_END)
    assert "holds another entry at position 3 than was published" in refused(published)


def test_before_the_first_promise_there_is_nothing_to_compare(cli: Cli) -> None:
    cli.record(registered())
    assert cli("status", "--json").json["promise"] == {"state": "none", "why": None}


def test_a_lost_folder_is_told_and_stops_nobody(published: Cli) -> None:
    shutil.rmtree(published.folder / FOLDER)
    writes(published)
    promise = published("status", "--json").json["promise"]
    assert promise["state"] == "unread"
    assert "nothing that the log has signed is found" in promise["why"]


def test_a_connection_that_could_read_no_promise_looks_again_while_it_writes(
    published: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    away = tmp_path / "away"
    shutil.move(published.folder / FOLDER, away)
    settings, now = settings_from({}), [0.0]
    monkeypatch.setattr(fence_of(settings), "_monotonic", lambda: now[0])
    with open_site(settings) as site:
        session = site.new_session("recorder")
        shutil.move(away, published.folder / FOLDER)
        changed(published, OTHER_END)
        now[0] += AGAIN_S - 1
        with session.transaction():
            pass
        now[0] += 2
        with pytest.raises(RolledBack, match="another entry at position 3"), session.transaction():
            pass


def test_once_it_is_compared_a_connection_is_not_compared_again(
    published: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nor is the next one in the same life of the server: a write costs nothing by it."""
    settings = settings_from({})
    with open_site(settings) as site:
        session = site.new_session("recorder")
        monkeypatch.setattr(FolderPromises, "newest", lambda *_: pytest.fail("it was read again"))
        with session.transaction():
            pass
        site.new_session("eraser")


@pytest.mark.parametrize("ends", [2, 4])
def test_a_witness_tells_what_was_promised(published: Cli, ends: int) -> None:
    key = published("log", "keys", "--json").json["keys"][-1]
    with running(published.folder / "w", "witness.example/w", key) as witness:
        policy = published.folder / "policy"
        policy.write_text(
            f"log {key}\nwitness w {witness.key.text} {witness.url}\nquorum w\n", "utf-8"
        )
        published.set(LOG_POLICY_FILE=str(policy))
        published.record(registered("customer/3"))
        assert published("publish", "--once").status == 0
        shutil.move(published.folder / FOLDER, published.folder / "lost")
        go_back(published, ends)
        if ends == 4:
            writes(published)
            assert published("status", "--json").json["promise"] == {"state": "kept", "why": None}
        else:
            assert "ends at position 2, and position 4 is published" in refused(published)


def test_a_standby_takes_no_writes(pair: Pair, program: Cli) -> None:
    """Who waits there for its promotion is fenced after it, since no connection is older than that."""
    program.set(DATABASE_URL=pair.primary.url())
    assert program("init").status == 0
    pair.follow()
    program.set(DATABASE_URL=pair.replica.url())
    ran = program("keys", "rotate")
    assert (ran.status, "follows another one and takes no writes" in ran.err) == (3, True), ran.err
    assert program("status").status == 0
