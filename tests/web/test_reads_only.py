"""A console whose login of the database may only read: pages and answers work, and no act is there."""

import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import NamedTuple

import orjson
import psycopg
import pytest

from application.following import bring_up_to_date
from consumers.files import ingest
from host.keeping_up import KeepingUp
from host.wiring import install_site
from ledger.clocks import Clocks
from ledger.errors import Retry
from tests.fixtures.console import collected, registered
from tests.fixtures.inbound import ROOT
from tests.web.console import Consoled, clock, console_settings

WHO = "/persons/customer/10023"


class Both(NamedTuple):
    """Two consoles on one ledger: one by the operator's login, and one by a login that cannot record."""

    operator: Consoled
    reading: Consoled


def only_reads(folder: Path, port: int) -> None:
    """Do with the console's login what the guide says. The next `roles.sql` takes it back."""
    page = (ROOT / "docs" / "how-to" / "console.md").read_text("utf-8")
    (statement,) = re.findall(r"^```sql\n(REVOKE [^`]+)```$", page, re.M)
    url = f"postgresql://postgres@/ledger?host={folder}&port={port}"
    with psycopg.connect(url) as superuser:
        superuser.execute(statement.encode())
        left = superuser.execute(
            "SELECT r.rolname FROM pg_auth_members AS a JOIN pg_roles AS r ON r.oid = a.roleid"
            " WHERE a.member = 'ledger_console'::regrole"
        ).fetchall()
    assert left == [("ledger_main_reader",)]


@pytest.fixture
def both(
    database_with_logins: str,
    server_with_passwords: tuple[Path, int],
    secrets_folder: Path,
    tmp_path: Path,
) -> Iterator[Both]:
    keys = tmp_path / "keys"

    def console(name: str) -> Consoled:
        secret = str(secrets_folder / f"{name}_password")
        url = f"postgresql://ledger_{name}@{database_with_logins}/ledger"
        settings = console_settings(url, keys, DATABASE_PASSWORD_FILE=secret)
        if name == "owner":
            install_site(settings, clock)
        return Consoled(settings)

    console("owner").close()
    only_reads(*server_with_passwords)
    made = Both(console("operator"), console("console"))
    made.operator.record(registered(), collected())
    yield made
    for one in made:
        one.close()


def test_answers_are_given_and_noted_and_another_process_records_the_reads(both: Both) -> None:
    officer = both.reading.as_("privacy-officer", "employee/77")
    assert officer.api(f"{WHO}/state")["subject"] == "customer/10023"
    assert both.operator.reads() == 1
    looks = both.operator.as_("auditor").api("/staff/77")["looks"]
    assert [look["whose"] for look in looks] == ["customer/10023"]


def test_no_act_is_there(both: Both) -> None:
    operator = both.reading.as_("ledger-operator")
    assert operator.get("/operations").status_code == 200
    assert operator.post("/dead-letters/retry-all").status_code == 404


def test_views_that_a_projector_has_not_reached_are_waited_for(both: Both) -> None:
    views = KeepingUp(both.reading.pool.open_site, 0.2)
    line = BytesIO(orjson.dumps(collected(id="another")))
    with both.operator.site() as site, both.reading.pool.site() as mine:
        ingest(site.open_recorder, [("late", line)], site.intake, Clocks(site.clock))
        with pytest.raises(Retry, match="views are not up to date"):
            views.wait(mine, at_most_s=60)
        bring_up_to_date(site)
        assert views.wait(mine) == 0
    views.close()
