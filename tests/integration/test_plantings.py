"""No code of a weaker role ever runs as a stronger one: as each login everything is planted that could be."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg
import pytest
from psycopg import sql

from console.main import command_tree, main
from ledger.names import ROLES, LedgerName
from ledger.storage.postgres import Database
from tests.fixtures import plantings
from tests.fixtures.console import Cli, collected, consented, disclosed, recipient, registered
from tests.fixtures.plantings import Superuser, marks, plant

LOGINS = {
    "consumer": ("recorder", "reader"),
    "projector": ("projector", "reader"),
    "upkeep": ("eraser", "reader"),
    "publisher": ("publisher", "reader"),
    "operator": ROLES,
}
NAMESPACES = ("ledger_main", "ledger_main_keys", "ledger_main_views", "public", "pg_temp")
WHO = "customer/10023"
# What commands ask for, by the names of their parameters.
GIVEN = {
    "subject": WHO,
    "type_name": "consent-given",
    "text": "CPXxRfAPXxRfAAfKABENB-CgAAAAAAAAAAYgAAAAAAAA",
    "ref": "R-1",
    "field": "email",
    "position": "1",
    "letter": "00",
    "code": "visit",
    "name": "customer-registered",
    "recipient": "incasso",
    "which": "2026-11-24",
    "--recipient": "incasso",
    "--source": "urn:voipzeker:crm",
    "--subject": WHO,
    "--day": "2026-11-24",
    "--ground": "request",
    "--format": "dpl",
    "--review-on": "2030-01-01",
    "--right": "access",
    "--channel": "portal",
    "--reason": "complex",
    "--outcome": "withdrawn",
    "--via": "email",
    "question": "register",
    "--action": "rectification",
    "--risk": "risk",
    "--regime": "gdpr",
    "--phase": "initial",
    "--through": "256",
    "--kind": "account-takeover",
}
# They follow until they are told to stop, or need no database; what they do is in the commands beside them.
ENDLESS = {"serve", "consume", "run", "upkeep", "witness", "demo", "sample", "kafka accept-gap"}
ONCE = {"project", "publish"}


@pytest.fixture
def superuser(
    server_with_passwords: tuple[Path, int], database_with_logins: str
) -> Iterator[Superuser]:
    assert database_with_logins
    folder, port = server_with_passwords
    url = f"postgresql://postgres@/ledger?host={folder}&port={port}"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SET search_path = pg_catalog, pg_temp")  # it is no victim here
        connection.execute(plantings.SETUP.encode())
        yield connection


@pytest.fixture
def log_in(program: Cli, database_with_logins: str, secrets_folder: Path) -> Callable[[str], Cli]:
    """The program with the login of that name."""

    def log_in(name: str) -> Cli:
        password = quote((secrets_folder / f"{name}_password").read_text().strip(), safe="")
        url = f"postgresql://ledger_{name}:{password}@{database_with_logins}/ledger"
        program.set(DATABASE_URL=url)
        return program

    return log_in


@pytest.fixture
def installed(log_in: Callable[[str], Cli], superuser: Superuser) -> Callable[[str], Cli]:
    """A ledger that the owner made and that has something in every part."""
    assert marks(superuser) == 0
    assert log_in("owner")("init").status == 0
    log_in("operator").record(
        registered(), collected(), consented(), recipient("Incasso BV"), disclosed(), b"{}"
    )
    assert log_in("operator")("project", "--once").status == 0
    assert log_in("operator")("publish", "--once").status == 0
    return log_in


def commands(folder: Path) -> list[list[str]]:
    """Every command of the program with what it must be given, but for those that never end."""
    lines = folder / "events.ndjson"
    lines.write_bytes(b"{}\n")
    given = GIVEN | {"files": str(lines), "file": str(lines), "--entry": str(lines)}
    given |= {"folder": str(folder / "copy"), "--keys": str(folder / "copied-keys")}
    given |= {"--key-file": str(folder / "feed.key"), "address": str(folder / "archive")}

    def walk(command: object, path: list[str]) -> Iterator[list[str]]:
        for name, below in getattr(command, "commands", {}).items():
            yield from walk(below, [*path, name])
        if not hasattr(command, "commands") and " ".join(path) not in ENDLESS:
            needed = [one for one in command.params if one.required]  # type: ignore[attr-defined]
            arguments = [given[one.name] for one in needed if one.param_type_name == "argument"]
            for one in needed:
                if one.param_type_name == "option":
                    arguments += [one.opts[0], given[one.opts[0]]]
            yield [*path, *arguments, *(["--once"] if path[-1] in ONCE else [])]

    return list(walk(command_tree(), []))


def run_everything(
    log_in: Callable[[str], Cli], names: list[str], capture: pytest.CaptureFixture[bytes]
) -> dict[str, list[int]]:
    """Run every command with each login; the statuses by login. None meets what it cannot use."""
    statuses: dict[str, list[int]] = {}
    for name in names:
        for arguments in commands(log_in(name).folder):
            log_in(name)
            status, err = main(arguments), capture.readouterr().err
            assert b"SQLSTATE" not in err, (name, arguments, err)
            statuses.setdefault(name, []).append(status)
    return statuses


def test_nobody_but_the_owner_may_create_anything_or_owns_anything(
    installed: Callable[[str], Cli], superuser: Superuser
) -> None:
    owner = installed("owner")
    names = [*(f"ledger_{login}" for login in LOGINS), *map(LedgerName().role, ROLES)]
    everybody = sql.SQL(", ").join(map(sql.Identifier, names))
    for namespace in map(sql.Identifier, LedgerName().namespaces.values()):
        for whom in (sql.SQL("PUBLIC"), sql.SQL("{} WITH GRANT OPTION").format(everybody)):
            superuser.execute(sql.SQL("GRANT CREATE ON SCHEMA {} TO {}").format(namespace, whom))
    superuser.execute("GRANT CREATE, TEMPORARY ON DATABASE ledger TO PUBLIC")
    assert owner("init").status == 0
    may_create = superuser.execute("""
        SELECT rolname, nspname FROM pg_roles, pg_namespace
        WHERE rolname ~ '^ledger_' AND has_schema_privilege(rolname, pg_namespace.oid, 'CREATE')
    """).fetchall()
    assert {role for role, _ in may_create} == {"ledger_owner"}
    database = superuser.execute("""
        SELECT rolname FROM pg_roles WHERE rolname ~ '^ledger_'
        AND (has_database_privilege(rolname, 'ledger', 'TEMPORARY')
             OR has_database_privilege(rolname, 'ledger', 'CREATE'))
    """).fetchall()
    assert database == [("ledger_owner",)]
    owners = superuser.execute("""
        SELECT DISTINCT refobjid::regrole::text FROM pg_shdepend
        WHERE deptype = 'o' AND dbid = (SELECT oid FROM pg_database WHERE datname = 'ledger')
    """).fetchall()
    assert owners == [("ledger_owner",)]


def test_functions_look_nothing_up_in_a_place_of_others_and_are_nobodys_to_call(
    installed: Callable[[str], Cli], superuser: Superuser
) -> None:
    installed("owner")
    found = superuser.execute("""
        SELECT proname, proconfig, prosecdef,
               ARRAY(SELECT grantee::regrole::text FROM aclexplode(proacl) ORDER BY 1)
        FROM pg_proc WHERE pronamespace::regnamespace::text ~ '^ledger_'
    """).fetchall()
    assert len(found) >= 11
    for name, settings, definer, callers in found:
        assert "search_path=pg_catalog, pg_temp" in settings, name
        wanted = ["ledger_main_projector", "ledger_owner"] if definer else ["ledger_owner"]
        assert callers == wanted, name


@pytest.mark.parametrize("login", LOGINS)
def test_what_a_login_plants_is_refused(
    installed: Callable[[str], Cli], superuser: Superuser, login: str
) -> None:
    installed("owner")
    made = [
        *plantings.structures(superuser),
        *plantings.code(superuser),
        *(one for place in NAMESPACES for one in plantings.overloads(superuser, place)),
    ]
    assert len(made) > 5_000
    for role in (None, *LOGINS[login]):
        superuser.execute(
            sql.SQL("SET SESSION AUTHORIZATION {}").format(sql.Identifier(f"ledger_{login}"))
        )
        if role:
            superuser.execute(sql.SQL("SET ROLE {}").format(sql.Identifier(f"ledger_main_{role}")))
        assert plant(superuser, made) == []
        superuser.execute("RESET SESSION AUTHORIZATION")
    print(f"plantings tried as {login}: {len(made) * (1 + len(LOGINS[login]))}")


def test_what_is_planted_nevertheless_runs_for_nobody(
    installed: Callable[[str], Cli],
    superuser: Superuser,
    capsysbinary: pytest.CaptureFixture[bytes],
) -> None:
    done = []
    for namespace in ("ledger_main_views", "public"):
        done += plant(superuser, plantings.overloads(superuser, namespace))
    assert len(done) > 3_000
    print(f"overloads in place: {len(done)}")
    plantings.forget_marks(superuser)
    statuses = run_everything(installed, [*LOGINS, "owner"], capsysbinary)
    assert marks(superuser) == 0
    assert sum(status < 2 for status in statuses["operator"]) > 40


def test_temporary_objects_run_for_nobody(
    installed: Callable[[str], Cli], superuser: Superuser, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Even where a login may make them, they are what names mean last of all."""
    superuser.execute("GRANT TEMPORARY ON DATABASE ledger TO ledger_operator")
    made = plantings.overloads(superuser, "pg_temp")
    few = [one for one in made if "OPERATOR" not in one and "o_" not in one]
    begin, planted = Database._begin, []

    def begun(self: Database, connection: Superuser, *how: Any) -> None:
        planted.append(len(plant(connection, few)))
        begin(self, connection, *how)  # type: ignore[arg-type]

    monkeypatch.setattr(Database, "_begin", begun)
    for arguments in (
        ("ingest", "-"), ("state", WHO), ("findings",), ("disclosures",), ("project", "--once"),
        ("audit", "--views"), ("rebuild",), ("publish", "--once"), ("keys", "rotate"),
        ("erase", WHO, "--ground", "request"), ("retention", "run"), ("status",),
    ):  # fmt: skip
        planted.clear()
        ran = installed("operator")(*arguments, stdin=b"{}\n")
        assert "SQLSTATE" not in ran.err, (arguments, ran.err)
        # In a session that only reads, as the audit's are, nothing can be planted.
        assert min(planted) > 100 or arguments[0] == "audit"
    assert marks(superuser) == 0


def test_an_installer_who_does_not_own_the_namespaces_is_refused(
    log_in: Callable[[str], Cli], superuser: Superuser
) -> None:
    superuser.execute("CREATE SCHEMA ledger_main_views")
    ran = log_in("owner")("init")
    assert ran.status == 2
    assert "the namespace ledger_main_views belongs to postgres: log in as its owner" in ran.err


@pytest.mark.parametrize("login", [*LOGINS, "auditor", None])
def test_nobody_but_the_owner_runs_init(
    installed: Callable[[str], Cli], server_with_passwords: tuple[Path, int], login: str | None
) -> None:
    """None: the superuser."""
    program = installed(login or "owner")
    if login is None:
        folder, port = server_with_passwords
        program.set(DATABASE_URL=f"postgresql://postgres@/ledger?host={folder}&port={port}")
    ran = program("init")
    assert (ran.status, "log in as its owner" in ran.err) == (2, True), ran.err
