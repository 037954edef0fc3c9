"""`ledger access`: who could see what at a time, an employee's file, and who saw a person's data."""

from typing import Any

import pytest

from tests.fixtures.console import Cli, accessed, collected, message, registered
from tests.fixtures.moments import on

WHO = "customer/10023"
AGENT, CLERK = "employee/7", "employee/8"


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
        {
            "role": "billing",
            "since": "2024-03-06T09:00:00.000000Z",
            "categories": None,
            "until": None,
        }
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
    assert rows[0]["position"] < rows[1]["position"]
    some = house("access", WHO, "--from", on(21), "--to", on(26), "--json").json["accesses"]
    assert some == rows[1:3]
    text = house("access", WHO).out.decode()
    assert "no VOG" in text


def read_by(cli: Cli, reader: str, role: str, *command: str) -> None:
    """Ask the ledger in somebody's name, where a role that is not held is recorded and told."""
    cli.set(READER_UNHELD="record")
    assert cli(*command, "--reader", reader, "--reader-role", role).status in {0, 1}


def test_who_read_a_persons_data_through_the_ledger_is_told_beside_other_systems(
    house: Cli,
) -> None:
    house.record(registered(), collected(), accessed(time=on(10), employee=AGENT, role="helpdesk"))
    read_by(house, "employee/9", "privacy-officer", "state", WHO)
    read_by(house, AGENT, "helpdesk", "consents", "--all")
    read_by(house, "employee/9", "privacy-officer", "disclosures")
    answer = house("access", WHO, "--json").json
    assert [row["employee"] for row in answer["accesses"]] == [AGENT]
    state, everyone = answer["reads"]
    assert (state["reader"], state["role"], state["query"]) == (
        "employee/9",
        "privacy-officer",
        "state",
    )
    assert (state["categories"], state["everyone"]) == (["contact", "identity"], False)
    # By the files of employees: this one was never granted a role, and the other one left it.
    assert (state["held"], state["vog"]) == (False, False)
    assert state["beyond"] == ["contact", "identity"]
    assert (everyone["reader"], everyone["query"], everyone["everyone"]) == (
        AGENT,
        "consents",
        True,
    )
    assert [row["query"] for row in answer["lists"]] == ["disclosures"]
    text = house("access", WHO).out.decode()
    assert "every customer" in text
    assert "facts alone" in text  # consents hold no sealed value
    assert "disclosures" in text


def test_asking_who_read_is_a_read_that_the_next_answer_shows(house: Cli) -> None:
    house.record(registered())
    assert house("access", WHO, "--json").json["reads"] == []
    (read,) = house("access", WHO, "--json").json["reads"]
    assert (read["query"], read["everyone"]) == ("access", False)


def test_reads_before_the_person_was_known_told_nothing_of_it(house: Cli) -> None:
    read_by(house, AGENT, "helpdesk", "consents", "--all")
    read_by(house, AGENT, "helpdesk", "disclosures")
    house.record(registered())
    answer = house("access", WHO, "--json").json
    assert (answer["reads"], answer["lists"]) == ([], [])


def test_what_a_reader_saw_is_told_also_of_one_without_a_file(house: Cli) -> None:
    house.record(registered(), accessed(time=on(10), employee=AGENT, role="helpdesk"))
    read_by(house, "employee/9", "privacy-officer", "state", WHO)
    read_by(house, "employee/9", "privacy-officer", "consents", "--all")
    read_by(house, AGENT, "helpdesk", "history", WHO)
    stranger = house("access", "employee/9", "--json").json
    assert (stranger["employed"], stranger["roles"], stranger["history"]) == (None, [], [])
    assert stranger["saw"]["accesses"] == []
    assert [(row["subject"], row["query"]) for row in stranger["saw"]["reads"]] == [
        (WHO, "state"),
        (None, "consents"),
    ]
    agent = house("access", AGENT, "--json").json["saw"]
    assert [row["subject"] for row in agent["accesses"]] == [WHO]
    assert [(row["subject"], row["query"]) for row in agent["reads"]] == [(WHO, "history")]
    assert "every customer" in house("access", "employee/9").out.decode()
    assert house("access", AGENT, "--to", on(9), "--json").json["saw"]["accesses"] == []
    # The questions above were about employees: who asked for the file of one has read it.
    assert {row["query"] for row in house("access", AGENT, "--json").json["reads"]} == {"access"}


def test_what_was_seen_is_told_as_of_any_moment(house: Cli) -> None:
    house.record(registered(), accessed(time=on(10), employee=AGENT, role="helpdesk"))
    before = house("status", "--json").json["position"]
    house("state", WHO)
    (read,) = house("access", WHO, "--json").json["reads"]
    assert read["position"] == before + 1
    for until in (
        ["--at-position", str(before)],
        ["--as-of", on(28)],
        ["--to", on(28)],
        ["--as-of", on(28), "--to", read["occurred_at"]],
    ):
        then = house("access", WHO, *until, "--json").json
        assert (len(then["accesses"]), then["reads"]) == (1, [])
    with_it = house("access", WHO, "--recorded-by", "2100-01-01T00:00:00Z", "--json").json
    assert len(with_it["reads"]) == 6
    later = house("access", WHO, "--from", read["occurred_at"], "--json").json
    assert later["accesses"] == []
    assert later["reads"][0] == read


def test_rights_are_those_that_were_recorded_by_a_position(house: Cli) -> None:
    first = house("history", "role/helpdesk", "--json").lines[0]["position"]
    then = house("access", "--as-of", on(10), "--at-position", str(first), "--json").json
    assert [row["role"] for row in then["roles"]] == ["helpdesk"]
    assert then["employees"] == []


@pytest.mark.parametrize(
    "arguments",
    [
        (WHO, "--role", "helpdesk"),
        ("--from", on(1)),
        ("--to", on(1)),
        (WHO, "--at-position", "-1"),
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
