"""Who a reader is, and in which role: said by the operating system and the register, not by the reader."""

import json
import os
import pwd
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from application.reading import Reader
from host.reader import reader_of
from host.settings import Reading
from ledger.errors import Misconfigured
from tests.fixtures.console import Cli, collected, message, registered

WHO = "customer/10023"
CLERK, CHIEF = "employee/7", "employee/9"
HR, OFFICE = "urn:voipzeker:hr", "urn:voipzeker:privacy-office"
COMMANDS = (
    ["state", WHO],
    ["history", WHO, "--json"],
    ["consents", WHO],
    ["marketing", WHO],
    ["may", "credit-check", WHO],
    ["state", "--all"],
    ["disclosures"],
    ["findings", "--subject", WHO],
    ["export", "--format", "ldv", "--subject", WHO],
    ["report", "access", WHO],
    ["access"],
    ["hold", "list", WHO],
)
NOW = "2024-03-01T10:00:00+01:00"


def staff(name: str, employee: str = CLERK, time: str = NOW, **facts: Any) -> dict[str, Any]:
    return message(name, employee, time=time, **({"source": HR} | facts))


@pytest.fixture
def house(cli: Cli) -> Cli:
    """A house that registers roles: the clerk holds `helpdesk`, and held `auditor` once."""
    answer = cli.record(
        registered(),
        collected(),
        staff("role-granted", role="helpdesk"),
        staff("role-granted", role="auditor"),
        staff("role-revoked", role="auditor", time="2024-03-02T10:00:00+01:00"),
    )
    assert answer["rejections"] == []
    return cli


def reads(cli: Cli) -> list[dict[str, Any]]:
    lines = cli("history", WHO, "--json").lines
    return [line["facts"] for line in lines if line["type"].endswith(".ledger-read.v1")]


def test_a_role_that_the_register_grants_may_read(house: Cli) -> None:
    house.set(READER=CLERK, READER_ROLE="helpdesk")
    assert house("state", WHO).status == 0
    assert reads(house)[0]["role"] == "helpdesk"
    assert "role_held" not in reads(house)[0]


@pytest.mark.parametrize(
    ("reader", "role"),
    [
        (CLERK, "privacy-officer"),  # invented
        (CLERK, "auditor"),  # taken back
        (CHIEF, "helpdesk"),  # somebody else's
        ("employee/nobody", "helpdesk"),
        (CHIEF, None),
        (None, "helpdesk"),
    ],
)
def test_a_role_that_the_register_does_not_grant_is_refused_before_anything_opens(
    house: Cli, reader: str | None, role: str | None
) -> None:
    house("project", "--once")
    before = house("status", "--json").json["position"]
    with pytest.MonkeyPatch.context() as named:
        for name, text in (("LEDGER_READER", reader), ("LEDGER_READER_ROLE", role)):
            if text:
                named.setenv(name, text)
        for command in COMMANDS:
            ran = house(*command)
            assert (ran.status, ran.out) == (2, b""), command
            assert f"does not grant {reader or 'employee/'}" in ran.err
            assert f" the role {role or 'operator'} now" in ran.err
    assert house("status", "--json").json["position"] == before


def test_a_grant_counts_from_when_it_is_recorded_wherever_the_view_is(house: Cli) -> None:
    house.set(READER=CHIEF, READER_ROLE="privacy-officer")
    assert house("state", WHO).status == 2
    house.record(staff("role-granted", CHIEF, role="privacy-officer"))
    assert house("state", WHO).status == 0
    house.record(staff("employment-ended", CHIEF, time="2024-04-01T10:00:00+02:00"))
    assert house("state", WHO).status == 2


STRAYS = [
    {"source": "urn:voipzeker:crm"},
    {"source": "urn:evil:anything"},
    {"source": CLERK},
    {"source": "urn:voipzeker:HR"},
    {"source": "urn:voipzeker:hr/"},
    {"source": "urn:voipzeker:it"},
]


@pytest.mark.parametrize("stray", STRAYS)
def test_a_grant_that_anybody_may_send_opens_nothing_and_is_found(
    house: Cli, stray: dict[str, str]
) -> None:
    given = staff("role-granted", CHIEF, role="privacy-officer", **stray)
    assert house.record(given)["recorded"] == 1
    with pytest.MonkeyPatch.context() as named:
        named.setenv("LEDGER_READER", CHIEF)
        named.setenv("LEDGER_READER_ROLE", "privacy-officer")
        assert house("state", WHO).status == 2
        named.setenv("LEDGER_READER_UNHELD", "record")
        assert house("state", WHO).status == 0
    found = house("findings", "--json").json["findings"]
    told = {(row["rule"], row["event"]["id"]) for row in found}
    assert ("house.power.missing", given["id"]) in told
    assert "house.read.role.missing" in {rule for rule, _ in told}
    assert house("audit", "--views").status == 0


def test_a_grant_that_anybody_may_send_shuts_nobody_out(cli: Cli) -> None:
    cli.record(
        registered(), collected(), staff("role-granted", role="x", source=STRAYS[0]["source"])
    )
    cli.set(READER=CHIEF, READER_ROLE="privacy-officer")
    assert cli("state", WHO).status == 0
    cli("project", "--once")
    assert cli("state", WHO).status == 0


def test_a_stray_grant_keeps_nobody_from_granting_and_revoking(house: Cli) -> None:
    """Who sends a grant first would own it, and the administration could not give or take that role."""
    stray = staff("role-granted", CHIEF, role="helpdesk", source=STRAYS[0]["source"])
    later = "2024-03-02T10:00:00+01:00"
    answer = house.record(
        stray,
        staff("role-granted", CHIEF, role="helpdesk"),
        staff("role-revoked", CLERK, role="helpdesk", time=later),
        staff("role-granted", CLERK, role="helpdesk", source=STRAYS[0]["source"], time=later),
    )
    # to grant again what another source revoked is an act on what that one said
    assert [row["line"] for row in answer["rejections"]] == [4]
    house.set(READER=CHIEF, READER_ROLE="helpdesk")
    assert house("state", WHO).status == 0
    house.set(READER=CLERK)
    assert house("state", WHO).status == 2


@pytest.mark.parametrize("source", [HR, OFFICE])
def test_a_grant_of_the_administration_or_the_office_counts_from_a_file(
    house: Cli, source: str
) -> None:
    house.record(staff("role-granted", CHIEF, role="privacy-officer", source=source))
    house.set(READER=CHIEF, READER_ROLE="privacy-officer")
    assert house("state", WHO).status == 0


def test_a_house_without_registered_staff_reads_in_any_role(cli: Cli) -> None:
    cli.record(registered(), collected())
    cli.set(READER=CHIEF, READER_ROLE="privacy-officer")
    assert cli("state", WHO).status == 0


def test_whoever_runs_the_ledger_and_names_nobody_reads_as_operator(house: Cli) -> None:
    assert house("state", WHO).status == 0
    assert reads(house)[0]["role"] == "operator"
    assert reads(house)[0]["reader"].startswith("employee/")


def test_a_read_that_is_let_through_is_a_finding_until_the_grant_is_recorded(house: Cli) -> None:
    house.set(READER=CHIEF, READER_ROLE="privacy-officer", READER_UNHELD="record")
    assert house("state", WHO).status == 0
    assert reads(house)[0]["role_held"] is False
    found = house("findings", "--rule", "house.read.role.missing", "--json").json["findings"]
    assert {row["subject"] for row in found} == {WHO}
    house.record(staff("role-granted", CHIEF, role="privacy-officer"))
    assert house("findings", "--rule", "house.read.role.missing", "--json").json["findings"] == []
    assert house("audit", "--views").status == 0


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    (tmp_path / "keys").mkdir()
    return tmp_path / "keys"


def reading(**named: Any) -> Reading:
    return Reading(**named)


def become(monkeypatch: pytest.MonkeyPatch, real: int, effective: int | None = None) -> None:
    monkeypatch.setattr(os, "getuid", lambda: real)
    monkeypatch.setattr(os, "geteuid", lambda: real if effective is None else effective)


def test_root_and_the_owner_of_the_keys_may_name_a_reader(
    keys: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    named = Reader("employee/7", "auditor", judged=True)
    assert reader_of(reading(reader="employee/7", role="auditor"), keys) == named
    owner = 12_345
    os.chown(keys, owner, owner)
    become(monkeypatch, owner)
    assert reader_of(reading(reader="employee/7", role="auditor"), keys) == named


@pytest.mark.parametrize(
    "named",
    [
        {"reader": "employee/7"},
        {"login": "employee/7"},
        {"reader": "employee/7", "login": "employee/7"},
    ],
)
def test_anybody_else_is_who_the_operating_system_says(
    keys: Path, monkeypatch: pytest.MonkeyPatch, named: dict[str, str]
) -> None:
    become(monkeypatch, 54_321)
    monkeypatch.setattr("host.reader._LOGIN_UID", keys / "none")
    with pytest.raises(Misconfigured, match="may say that another person reads"):
        reader_of(reading(**named), keys)
    assert reader_of(reading(), keys) == Reader("employee/uid-54321", "operator", judged=True)
    own = reader_of(reading(reader="employee/uid-54321", role="auditor"), keys)
    assert own == Reader("employee/uid-54321", "auditor", judged=True)


@pytest.mark.parametrize("effective", [0, 12_345, 54_321])
def test_a_login_that_a_process_wrote_itself_and_rights_that_were_lent_change_nobody(
    keys: Path, monkeypatch: pytest.MonkeyPatch, effective: int
) -> None:
    """Where nobody logged in, the kernel lets a process write its login; a set-uid program has two users."""
    os.chown(keys, 12_345, 12_345)
    become(monkeypatch, 54_321, effective)
    (keys / "loginuid").write_text("0")
    monkeypatch.setattr("host.reader._LOGIN_UID", keys / "loginuid")
    assert reader_of(reading(), keys) == Reader("employee/uid-54321", "operator", judged=True)
    with pytest.raises(Misconfigured):
        reader_of(reading(reader="employee/9"), keys)


@pytest.mark.parametrize("name", ["uid-54321", "J. de Vries", "\u0430nna", "x" * 200, ""])
def test_a_user_whose_name_could_be_another_is_known_by_number(
    keys: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    become(monkeypatch, 1_234)
    monkeypatch.setattr(pwd, "getpwuid", lambda _user: SimpleNamespace(pw_name=name))
    assert reader_of(reading(), keys).reference == "employee/uid-1234"


def test_a_login_that_a_wrapper_fixed_cannot_name_another(keys: Path) -> None:
    with pytest.raises(Misconfigured):
        reader_of(reading(login="employee/7", reader="employee/9"), keys)
    assert reader_of(reading(login="employee/7"), keys) == Reader(
        "employee/7", "operator", judged=True
    )


def test_who_logged_in_counts_whatever_sudo_came_after(
    keys: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (keys / "loginuid").write_text("54321")
    monkeypatch.setattr("host.reader._LOGIN_UID", keys / "loginuid")
    assert reader_of(reading(), keys).reference == "employee/uid-54321"


def test_another_user_of_the_machine_cannot_speak_for_somebody(keys: Path) -> None:
    """In a process that really is another user: a patched function proves little."""
    keys.chmod(0o755)
    script = (
        "import json, os, sys\n"
        "from pathlib import Path\n"
        "from host.reader import reader_of\n"
        "from host.settings import Reading\n"
        "from ledger.errors import Misconfigured\n"
        "os.setgid(54321); os.setuid(54321)\n"
        "try:\n"
        "    found = reader_of(Reading(reader=sys.argv[2]), Path(sys.argv[1])).reference\n"
        "except Misconfigured as error:\n"
        "    found = type(error).__name__\n"
        "print(json.dumps(found))\n"
    )
    if os.geteuid() != 0:
        pytest.skip("only root can become another user")
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", script, str(keys), "employee/9"],
        cwd=root,
        capture_output=True,
        check=True,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(root)},
    )
    assert json.loads(done.stdout) == "Misconfigured"
