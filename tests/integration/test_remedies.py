"""Each way out that a message names is followed from the state in which it is printed, and leads out."""

import re
import shlex
import shutil
from collections.abc import Callable
from typing import NamedTuple

import psycopg
import pytest

from host import wiring
from ledger.embedded import Server
from ledger.errors import Halt
from tests.fixtures.console import Cli, collected, disclosed, message, registered
from tests.fixtures.postgres import fresh_database

WHO = "customer/10023"
PUBLISH = ("publish", "--once")
# These run until they are stopped; once is enough here.
_FOR_EVER = {"publish", "project", "upkeep"}


class State(NamedTuple):
    """`make` leaves a state in which `command` says `says`. The first command that this names leads out.

    `values`: for its words in capitals.
    """

    says: str
    make: Callable[[Cli], None]
    command: tuple[str, ...]
    values: tuple[tuple[str, str], ...] = ()


def recorded(cli: Cli) -> None:
    cli.record(registered(), collected(), disclosed())


def published(cli: Cli) -> None:
    recorded(cli)
    assert cli(*PUBLISH).status == 0


def viewed(cli: Cli) -> None:
    recorded(cli)
    assert cli("project", "--once").status == 0


def without(*names: str) -> Callable[[Cli], None]:
    """Files of keys are lost."""

    def make(cli: Cli) -> None:
        published(cli)
        for name in names:
            (cli.folder / "keys" / "main" / name).unlink()

    return make


def unsigned(cli: Cli) -> None:
    """A ledger of before its log had a key."""
    recorded(cli)
    for name in ("log.key", "log.vkeys"):
        (cli.folder / "keys" / "main" / name).unlink()


def without_log(cli: Cli) -> None:
    published(cli)
    shutil.rmtree(cli.folder / "data" / "tlog" / "main")


def altered(statement: str, before: Callable[[Cli], None] = recorded) -> Callable[[Cli], None]:
    """A superuser does this behind the program's back."""

    def make(cli: Cli) -> None:
        before(cli)
        with psycopg.connect(cli.url) as superuser:
            superuser.execute("SET session_replication_role = replica")
            superuser.execute(statement.encode())

    return make


def asked(cli: Cli) -> None:
    """Somebody asks for access, and shows who they are not yet."""
    told = {
        "request_ref": "R-1",
        "right": "access",
        "channel": "email",
        "received_on": "2024-03-01",
    }
    cli.record(registered(), collected(), message("rights-request-received", WHO, **told))
    viewed(cli)


OLDER = "UPDATE ledger_main_views.view_bookmarks SET version = 'old' WHERE view = 'disclosures'"
ARCHIVE = ("archive", "{folder}/archive")
STATES = (
    State(
        "the signing key {} is gone: put it back, or begin a new one", without("log.key"), PUBLISH
    ),
    State("there is no signing key in {}: set LEDGER_KEY_DIR to where it is;", unsigned, PUBLISH),
    State("there is no checkpoint in {}: run", recorded, ARCHIVE),
    State("and {} holds nothing of it: set LEDGER_LOG_DIR to where it is;", without_log, PUBLISH),
    State(
        "view disclosures was not built by this version",
        altered(OLDER, viewed),
        ("disclosures",),
    ),
    State(
        "the promise does not say what was signed before",
        altered("UPDATE ledger_main.promises SET history = NULL", published),
        ("audit",),
    ),
    State(
        "identity was not verified",
        asked,
        ("report", "access", WHO, "--request", "R-1", "--output", "{folder}/report.pdf"),
        (("M", "portal-login"),),
    ),
)


def way_out(text: str, says: str) -> list[str]:
    """The first command that a message names after these words."""
    found = re.search(".+?".join(map(re.escape, says.split("{}"))), text)
    assert found, text
    named = re.search(r"`ledger ([^`]+)`", text[found.start() :])
    assert named, text
    return shlex.split(named[1])


def follow(cli: Cli, way: list[str], values: dict[str, str]) -> None:
    """Take a way out as a person does."""
    once = ["--once"] if way[0] in _FOR_EVER else []
    taken = cli(*(values.get(word, word).format(folder=cli.folder) for word in way), *once)
    assert taken.status == 0, taken.err


@pytest.mark.parametrize("state", STATES, ids=lambda state: state.says[:40])
def test_a_way_out_leads_out(cli: Cli, state: State) -> None:
    state.make(cli)
    command = [word.format(folder=cli.folder) for word in state.command]
    refused = cli(*command)
    assert refused.status != 0
    way = way_out(refused.err or refused.out.decode(), state.says)
    follow(cli, way, dict(state.values))
    again = cli(*command)
    assert again.status == 0, again.err or again.out


def test_a_lost_key_of_hand_overs_is_replaced(cli: Cli) -> None:
    """Its way out is no command alone: the list of public keys is moved away first."""
    without("hand-over.key")(cli)
    refused = cli("init")
    assert refused.status != 0
    (names,) = re.findall(r"move (\S+) away", refused.err)
    shutil.move(names, cli.folder / "former.vkeys")
    follow(cli, way_out(refused.err, "is gone"), {})
    handed = cli("dead-letters", "hand-over", str(cli.folder / "handed"))
    assert handed.status == 0, handed.err


def test_a_log_that_has_signed_nothing_is_published(cli: Cli) -> None:
    recorded(cli)
    refused = cli("log", "rebuild")
    follow(cli, way_out(refused.err, "has signed nothing"), {})
    assert cli("audit").status == 0


def test_an_empty_database_gets_a_ledger(program: Cli, postgres_server: Server) -> None:
    with fresh_database(postgres_server.url) as url:
        program.set(DATABASE_URL=url)
        refused = program("history", WHO)
        follow(program, way_out(refused.err, "There is no ledger here yet"), {})
        recorded(program)
        assert program("history", WHO).status == 0


def test_a_lost_key_folder_is_put_back(cli: Cli) -> None:
    """No command makes its keys again, and none is named."""
    published(cli)
    keys = cli.folder / "keys" / "main"
    kept = shutil.move(keys, cli.folder / "elsewhere")
    for command in (PUBLISH, ("init",), ("state", WHO), ("retention", "due")):
        refused = cli(*command)
        assert refused.status != 0, command
        assert "LEDGER_KEY_DIR" in refused.err, (command, refused.err)
        assert not keys.exists(), command
    assert "set LEDGER_KEY_DIR to where its keys are" in cli("audit").out.decode()
    shutil.move(kept, keys)
    for command in (PUBLISH, ("init",), ("state", WHO)):
        assert cli(*command).status == 0, command


@pytest.mark.parametrize("step", ["install", "first_epoch", "prepare"])
def test_an_init_that_died_is_ended_by_the_next_one_and_each_command_says_so(
    program: Cli, postgres_server: Server, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    def die(*_: object) -> None:
        raise Halt("died")

    with fresh_database(postgres_server.url) as url:
        program.set(DATABASE_URL=url)
        with monkeypatch.context() as patched:
            patched.setattr(wiring, step, die)
            assert program("init").status == 1
        # Without views, events are recorded all the same.
        commands = (("status",), ("project", "--once"))
        before_keys = (("ingest", "-"), ("history", WHO)) if step != "prepare" else ()
        for command in (*commands, *before_keys):
            refused = program(*command, stdin=b"{}")
            assert (refused.status, "run `ledger init`" in refused.err) == (2, True), refused.err
        assert program("init").status == 0
        recorded(program)
        assert program("audit").status == 0
