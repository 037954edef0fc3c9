"""The console of a confidential ledger.

Its officers get in, by the roles that this ledger grants, and nobody else.
"""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from application.acts.acting import Act, Permit, act
from host.wiring import install_site
from tests.fixtures.ledger import message
from tests.fixtures.postgres import Templates
from tests.fixtures.two_ledgers import WHO, disclosed
from tests.web.console import Consoled, clock, console_settings
from tests.web.office import checked

_DESK = {"CONFIDENTIAL": "1", "OFFICERS": "employee/7,employee/9"}


@pytest.fixture
def desk(embedded_templates: Templates, tmp_path: Path) -> Iterator[Consoled]:
    keys = tmp_path / "keys"

    def installed(url: str, folder: Path) -> None:
        install_site(console_settings(url, folder, **_DESK), clock)

    with (
        embedded_templates.of("console_desk", installed, keys) as url,
        closing(Consoled(console_settings(url, keys, **_DESK))) as made,
    ):
        made.record(disclosed())
        yield made


def test_an_officer_of_the_register_gets_in(desk: Consoled) -> None:
    for officer in ("employee/7", "employee/9"):
        client = desk.as_("disclosure-officer", officer, judged=True)
        assert client.get(f"/persons/{WHO}").status_code == 200
        [row] = client.api("/disclosures")["disclosures"]
        assert row["recipient"] == "politie-zn"


@pytest.mark.parametrize(
    ("role", "who"),
    [
        ("disclosure-officer", "employee/8"),  # holds no role
        ("privacy-officer", "employee/7"),  # holds another one
        ("auditor", "employee/7"),
        ("operator", "employee/root"),
    ],
)
def test_nobody_else_does_whatever_they_call_themselves(
    desk: Consoled, role: str, who: str
) -> None:
    client = desk.as_(role, who, judged=True)
    for path in (f"/persons/{WHO}", "/disclosures", "/today", "/staff"):
        assert client.get(path).status_code in {403, 404}, path
    assert client.get("/api/v1/disclosures").status_code in {403, 404}


def test_a_grant_from_outside_lets_nobody_in_and_locks_nobody_out(desk: Consoled) -> None:
    """A grant to a stranger, by a file, let the stranger in and all officers be strangers."""
    office = {"source": "urn:voipzeker:privacy-office", "time": "2026-05-01T10:00:00Z"}
    desk.record(
        message("role-granted", "employee/evil", role="privacy-officer", **office),
        message("employment-ended", "employee/7", **office),
    )
    stranger = desk.as_("privacy-officer", "employee/evil", judged=True)
    assert stranger.get("/disclosures").status_code in {403, 404}
    assert (
        desk.as_("disclosure-officer", "employee/7", judged=True).get("/disclosures").status_code
        == 200
    )


def test_a_form_erases_nothing_before_a_second_officer_gives_it(desk: Consoled) -> None:
    officers = ("employee/7", "employee/9")
    with desk.site() as site:
        granted = [
            Act(name="role-granted", subject=who, facts={"role": "privacy-officer"}, whole=True)
            for who in officers
        ]
        act(site, granted, permit=Permit("grant"))
    fields = {"subject": WHO, "cause": "unlawful", "category": "identity"}
    for who, leads in zip(officers, ("/approvals", f"/persons/{WHO}"), strict=True):
        officer = desk.as_("privacy-officer", who, judged=True)
        assert "identity" not in officer.api(f"/persons/{WHO}/state")["erased_categories"]
        _, confirming = checked(officer, "/acts/decide", **fields)
        done = officer.post("/acts/decide", **confirming)
        assert (done.status_code, done.headers["location"]) == (303, leads)
    assert "identity" in officer.api(f"/persons/{WHO}/state")["erased_categories"]
