"""Who may see what, who saw what; an inspector's account ends by itself, and each read of it is listed."""

from datetime import timedelta
from typing import Any, get_args

import pytest

from ledger.event import instant
from tests.fixtures.console import collected, message, registered
from tests.web.console import Consoled, clock
from web.app import granted
from web.rights import Part, Permission, table
from web.words import words

WHO = "customer/10023"
GUEST, OTHER = "employee/ap-1", "employee/ap-2"
HR = "urn:voipzeker:hr"


def inspector(employee: str, *, days: int, until: int | None, role: str = "inspector") -> Any:
    """A grant of so many days ago; `until`: after how many days from now it ends."""
    end = {} if until is None else {"valid_until": instant(clock() + timedelta(days=until))}
    time = instant(clock() - timedelta(days=days))
    return message("role-granted", employee, source=HR, time=time, role=role, **end)


@pytest.mark.parametrize(
    ("section", "names"),
    [
        ("console_part", get_args(Part)),
        ("deed", get_args(Permission)),
        ("sight", [f"{one.opens}-{one.others}" for one in table().values()]),
    ],
)
def test_each_thing_that_a_role_can_have_has_words(section: str, names: Any) -> None:
    assert {*names} <= words()[section].keys()


def test_roles_say_what_register_and_console_give(sampled: Consoled) -> None:
    client = sampled.as_("privacy-officer")
    roles = {row["role"]: row for row in client.api("/roles")["roles"]}
    assert roles["helpdesk-agent"]["opens"] == "role"
    assert "contact" in roles["helpdesk-agent"]["categories"]
    assert roles["inspector"]["ends"] is True
    assert roles["inspector"]["categories"] is None
    page = client.get("/staff", language="nl").text
    assert "verborgen tot een reden is gegeven" in page
    assert f'/staff?role=helpdesk-agent">{roles["helpdesk-agent"]["holders"]}' in page


def test_the_list_of_employees_follows_the_role_that_is_asked_for(sampled: Consoled) -> None:
    client = sampled.as_("auditor")
    everybody = client.api("/staff")["employees"]
    agents = client.api("/staff", role="helpdesk-agent")["employees"]
    assert 0 < len(agents) < len(everybody)
    assert client.get("/staff", role="helpdesk-agent", format="csv").text.count("\n") == (
        len(agents) + 1
    )
    assert client.get("/staff", role="never-heard-of").status_code == 400


def test_an_employees_page_tells_what_was_seen_and_why(sampled: Consoled) -> None:
    agent = sampled.as_("auditor", "employee/903")
    agent.post(
        f"/persons/{WHO}/open", category="contact", reason="supervision", **{"case-ref": "T-9"}
    )
    agent.api(f"/persons/{WHO}/state")
    sampled.reads()
    looks = sampled.as_("privacy-officer").api("/staff/903")["looks"]
    assert {"whose": WHO, "reason": "supervision", "case_ref": "T-9"}.items() <= looks[0].items()
    page = sampled.as_("privacy-officer").get("/staff/903", language="nl").text
    assert f'<a href="/persons/{WHO}">{WHO}</a>' in page
    assert "toezicht door de autoriteit, T-9" in page
    hidden = sampled.as_("team-lead").get("/staff/903").text
    assert f"/persons/{WHO}" not in hidden, "a link to a part that the role does not have"


def test_an_unknown_employee_is_not_there(sampled: Consoled) -> None:
    assert sampled.as_("auditor").get("/staff/nobody-of-that-name").status_code == 404


def test_looks_come_in_pages_newest_first(sampled: Consoled) -> None:
    client = sampled.as_("auditor", "employee/904")
    whole = client.api("/staff/11", limit="1000")
    positions = [look["position"] for look in whole["looks"]]
    assert positions == sorted(positions, reverse=True)
    assert whole["count"] == len(positions) > 4
    first, second, *_ = client.parts("/staff/11", limit="3")
    assert [look["position"] for look in first["looks"] + second["looks"]] == positions[:6]
    assert whole["next"] is None


def test_who_saw_a_person_is_told_and_is_itself_a_read(sampled: Consoled) -> None:
    client = sampled.as_("privacy-officer", "employee/905")
    sampled.reads()
    before = client.api("/seen", subject=WHO)["count"]
    sampled.reads()
    after = client.api("/seen", subject=WHO)
    assert after["count"] == before + 1
    assert (after["looks"][0]["who"], after["looks"][0]["why"]) == ("employee/905", "access")
    assert client.get("/seen", subject="no reference").status_code == 400


def test_an_inspectors_account_ends_by_itself(empty: Consoled) -> None:
    empty.record(inspector(GUEST, days=5, until=None, role="clerk"), registered(), collected())
    empty.record(inspector(OTHER, days=9, until=-2), inspector(GUEST, days=1, until=7))
    running = empty.as_("inspector", GUEST, "inspector", judged=True)
    assert running.api(f"/persons/{WHO}/state")["subject"] == WHO
    ended = empty.as_("inspector", OTHER, "inspector", judged=True)
    for base in ("", "/api/v1"):
        told = [ended.get(f"{base}/persons/{who}", language="en") for who in (WHO, "customer/none")]
        assert [answer.status_code for answer in told] == [403, 403]
        assert "does not grant employee/ap-2 the role inspector now" in told[0].text
        assert "LEDGER_" not in told[0].text, "a browser sets nothing"


def test_nobody_logs_in_as_an_inspector_without_an_end(empty: Consoled) -> None:
    """Not while the register is empty, and not with a grant that names no end."""
    reader = empty.as_("inspector", GUEST, "inspector", judged=True).session.principal.reader  # type: ignore[union-attr]
    assert granted(empty.pool, reader) is False
    empty.record(inspector(GUEST, days=2, until=None))
    assert granted(empty.pool, reader) is False
    empty.record(inspector(GUEST, days=1, until=3))
    assert granted(empty.pool, reader) is True


def test_every_read_of_an_inspector_is_listed(empty: Consoled) -> None:
    empty.record(registered(), collected(), inspector(GUEST, days=1, until=7))
    empty.record(inspector(OTHER, days=9, until=-2))
    guest = empty.as_("inspector", GUEST, "inspector", judged=True)
    guest.post(f"/persons/{WHO}/open", category="contact", reason="supervision")
    guest.get(f"/api/v1/persons/{WHO}/state")
    empty.as_("auditor").get(f"/api/v1/persons/{WHO}/state")
    empty.reads()
    listed = empty.as_("privacy-officer").api("/inspections")
    assert [(look["who"], look["whose"]) for look in listed["looks"]] == [(GUEST, WHO)]
    assert [(row["employee"], row["state"], row["reads"]) for row in listed["accounts"]] == [
        (GUEST, "open", 1),
        (OTHER, "ended", 0),
    ]
    page = empty.as_("privacy-officer").get("/inspections", language="en").text
    assert "1 account open now; 1 look in all." in page
