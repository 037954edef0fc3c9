"""Logins of a second ledger: on a server of its own, and on one server with the first, which shares none."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests.fixtures.deployment import make_roles, password_server
from tests.fixtures.running import PATIENCE_S

LOGINS = ("owner", "consumer", "projector", "upkeep", "publisher", "operator", "auditor", "console")
ROLES = ("recorder", "eraser", "projector", "reader", "publisher", "pruner")


@pytest.fixture
def server(secrets_folder: Path) -> Iterator[tuple[Path, int]]:
    """An empty one."""
    with password_server(secrets_folder / "postgres_password") as where:
        yield where


def ran(
    server: tuple[Path, int], secrets: Path, login: str, folder: Path, *command: str, **more: str
) -> subprocess.CompletedProcess[str]:
    """A command of the ledger under one login."""
    place, _, name = login.partition("_")
    texts = {
        "LEDGER_DATABASE_URL": f"postgresql://{login}@127.0.0.1:{server[1]}/{place}",
        "LEDGER_DATABASE_PASSWORD_FILE": str(secrets / f"{name}_password"),
        "LEDGER_DATA_DIR": str(folder),
        **more,
    }
    kept = {name: text for name, text in os.environ.items() if not name.startswith("LEDGER_")}
    return subprocess.run(
        [sys.executable, "-m", "console.main", *command],
        env=kept | texts,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )


def taken(server: tuple[Path, int]) -> dict[str, set[str]]:
    """By login the roles of ledgers that it may take."""
    with psycopg.connect(
        f"postgresql://postgres@/postgres?host={server[0]}&port={server[1]}"
    ) as us:
        rows = us.execute(
            "SELECT login.rolname, role.rolname FROM pg_auth_members m"
            " JOIN pg_roles role ON role.oid = m.roleid JOIN pg_roles login ON login.oid = m.member"
            " WHERE login.rolcanlogin AND role.rolname LIKE 'ledger\\_%'"
        )
        found: dict[str, set[str]] = {}
        for login, role in rows:
            found.setdefault(login, set()).add(role)
        return found


@pytest.mark.parametrize("by", ["--set", "LEDGER_NAME"])
def test_the_confidential_ledger_is_installed_on_an_empty_server(
    server: tuple[Path, int],
    secrets_folder: Path,
    tmp_path: Path,
    by: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As the image of PostgreSQL runs the file in the compose file, the environment names the ledger."""
    named = {"ledger": "confidential"} if by == "--set" else {}
    if not named:
        monkeypatch.setenv("LEDGER_NAME", "confidential")
    made = make_roles(server[0], server[1], secrets_folder, **named)
    assert (made.returncode, made.stderr) == (0, "")
    assert set().union(*taken(server).values()) == {f"ledger_confidential_{one}" for one in ROLES}
    for login, command in (("owner", "init"), ("operator", "status"), ("auditor", "audit")):
        done = ran(
            *(server, secrets_folder, f"ledger_{login}", tmp_path, command),
            LEDGER_CONFIDENTIAL="1",
        )
        assert done.returncode == 0, done.stderr + done.stdout


def test_both_ledgers_on_one_server_share_no_login(
    server: tuple[Path, int], secrets_folder: Path, tmp_path: Path
) -> None:
    both: list[dict[str, str]] = [{}, {"ledger": "confidential", "logins": "desk"}]
    for named in both:
        made = make_roles(server[0], server[1], secrets_folder, **named)
        assert (made.returncode, made.stderr) == (0, "")
    found = taken(server)
    assert found.keys() == {f"{place}_{login}" for place in ("ledger", "desk") for login in LOGINS}
    for login, roles in found.items():
        name = "main" if login.startswith("ledger_") else "confidential"
        assert roles <= {f"ledger_{name}_{role}" for role in ROLES}, login
    for place, flag in (("ledger", "0"), ("desk", "1")):
        for login, command in (("owner", "init"), ("auditor", "audit")):
            done = ran(
                *(server, secrets_folder, f"{place}_{login}", tmp_path / place, command),
                LEDGER_CONFIDENTIAL=flag,
            )
            assert done.returncode == 0, done.stderr + done.stdout
    for login, place in (("ledger_auditor", "desk"), ("desk_auditor", "ledger")):
        secret = (secrets_folder / "auditor_password").read_text().strip()
        with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
            psycopg.connect(
                host="127.0.0.1", port=server[1], user=login, dbname=place, password=secret
            )


def test_the_logins_of_one_ledger_are_not_given_to_another(
    server: tuple[Path, int], secrets_folder: Path
) -> None:
    assert make_roles(*server, secrets_folder).returncode == 0
    before = taken(server)
    refused = make_roles(*server, secrets_folder, ledger="confidential")
    assert refused.returncode == 3
    assert "these logins belong to a ledger of a different name" in refused.stderr
    assert taken(server) == before
