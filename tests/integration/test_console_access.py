"""`ledger access`: who could see what at a time, an employee's file, and who saw a person's data."""

from typing import Any

import pytest

from tests.fixtures.console import Cli, accessed, message, registered

WHO = "customer/10023"
AGENT, CLERK = "employee/7", "employee/8"


def on(day: int) -> str:
    return f"2024-03-{day:02}T10:00:00+01:00"


def staff(name: str, employee: str, day: int, **facts: Any) -> dict[str, Any]:
    return message(name, employee, time=on(day), **facts)


def role(day: int, *categories: str, id: str = "helpdesk") -> dict[str, Any]:
    return message("role-defined", f"role/{id}", time=on(day), role=id, categories=[*categories])


@pytest.fixture
def house(cli: Cli) -> Cli:
    """Two employees: one in order, who leaves later; one without a certificate, who has another role."""
    cli.record(
        role(1, "contact", "identity"),
        role(20, "contact"),
        staff("vog-presented", AGENT, 2, profile="60", issued_on="2024-02-01"),
        staff("employment-started", AGENT, 3),
        staff("role-granted", AGENT, 4, role="helpdesk"),
        staff("employment-ended", AGENT, 25),
        staff("employment-started", CLERK, 5),
        staff("role-granted", CLERK, 6, role="billing"),
        staff("role-revoked", CLERK, 15, role="billing"),
    )
    return cli


def test_who_could_see_what_is_told_for_any_time(house: Cli) -> None:
    early = house("access", "--as-of", on(10), "--json").json
    assert early["as_of"] == "2024-03-10T09:00:00.000000Z"
    assert [(row["role"], row["categories"]) for row in early["roles"]] == [
        ("helpdesk", ["contact", "identity"])
    ]
    agent, clerk = early["employees"]
    assert (agent["employee"], agent["categories"]) == (AGENT, ["contact", "identity"])
    assert (agent["employed"], agent["vog"]["profile"]) == (True, "60")
    assert (clerk["employee"], clerk["vog"]) == (CLERK, None)
    # A role that nobody defined covers nothing that is known.
    assert clerk["roles"] == [
        {"role": "billing", "since": "2024-03-06T09:00:00.000000Z", "categories": None}
    ]
    narrower = house("access", "--as-of", on(21), "--json").json
    assert [(row["employee"], row["categories"]) for row in narrower["employees"]] == [
        (AGENT, ["contact"])
    ]
    assert house("access", "--json").json["employees"] == []


def test_only_who_held_a_role_or_could_see_a_category(house: Cli) -> None:
    def who(*options: str) -> list[str]:
        answer = house("access", "--as-of", on(10), *options, "--json").json
        return [row["employee"] for row in answer["employees"]]

    assert who("--role", "billing") == [CLERK]
    assert who("--category", "identity") == [AGENT]
    assert who("--category", "traffic") == []


def test_the_file_of_an_employee(house: Cli) -> None:
    now = house("access", AGENT, "--json").json
    assert (now["employed"], now["roles"], now["categories"]) == (False, [], [])
    assert [(row["act"], row["about"]) for row in now["history"]] == [
        ("vog", "60"),
        ("started", None),
        ("granted", "helpdesk"),
        ("ended", None),
    ]
    before = house("access", AGENT, "--as-of", on(2), "--json").json
    assert (before["employed"], before["vog"]["issued_on"]) == (None, "2024-02-01")
    unknown = house("access", "employee/9")
    assert (unknown.status, "nothing" in unknown.err) == (1, True)


def test_who_saw_a_persons_data_and_whether_that_was_in_order(house: Cli) -> None:
    house.record(
        registered(),
        accessed(time=on(10), employee=AGENT, role="helpdesk", categories=["contact"]),
        accessed(time=on(21), employee=AGENT, role="helpdesk", categories=["identity"]),
        accessed(time=on(26), employee=AGENT, role="helpdesk", categories=["contact"]),
        accessed(time=on(27), employee=CLERK, role="billing", categories=["payment"]),
        accessed(time=on(28), id="mistake", employee=CLERK),
        message("event-annulled", WHO, time=on(29), annuls="mistake", reason="not-seen"),
    )
    rows = house("access", WHO, "--json").json["accesses"]
    assert [(row["employee"], row["held"], row["beyond"], row["vog"]) for row in rows] == [
        (AGENT, True, [], True),
        (AGENT, True, ["identity"], True),
        (AGENT, False, [], True),
        (CLERK, False, ["payment"], False),
    ]
    some = house("access", WHO, "--from", on(21), "--to", on(26), "--json").json["accesses"]
    assert some == rows[1:3]
    text = house("access", WHO).out.decode()
    assert "no VOG" in text


@pytest.mark.parametrize(
    "arguments",
    [
        (WHO, "--role", "helpdesk"),
        (WHO, "--as-of", on(1)),
        ("--from", on(1)),
        (AGENT, "--to", on(1)),
        ("--category", "nothing"),
        ("recipient/acme",),
        ("--as-of", "yesterday"),
    ],
)
def test_options_that_do_not_fit_are_refused(cli: Cli, arguments: tuple[str, ...]) -> None:
    assert cli("access", *arguments).status == 2


def test_text_shows_the_same(house: Cli) -> None:
    shown = house("access", "--as-of", on(10)).out.decode()
    assert AGENT in shown
    assert "helpdesk" in shown
    assert "contact" in house("access", AGENT, "--as-of", on(10)).out.decode()
