"""`ledger complaint`: by command from receipt to answer, with clock, outcome and findings."""

import shlex
from typing import Any

import pytest

from tests.fixtures.console import Cli, message, registered
from tests.fixtures.moments import hours_ago

ANNA, BERT = "customer/10023", "customer/10024"
DAY = 24.0


def complaint(name: str, hours: float, subject: str = ANNA, **facts: Any) -> dict[str, Any]:
    told = {
        "complaint_ref": "KL-1",
        "via": "email",
        "activity": "complaints",
        "legal_basis": "6-1-f",
    }
    return message(name, subject, time=hours_ago(hours), **(told | facts))


@pytest.fixture
def office(cli: Cli) -> Cli:
    """Two persons; one complained long ago, one yesterday."""
    cli.record(
        registered(ANNA),
        registered(BERT),
        complaint("complaint-received", 60 * DAY),
        complaint("complaint-received", DAY, BERT, complaint_ref="KL-2", via="phone"),
    )
    return cli


def listed(cli: Cli, *arguments: str) -> tuple[int, Any]:
    ran = cli("complaint", "list", *arguments, "--json")
    return ran.status, ran.json


def test_what_waits_is_listed_by_its_clock_until_the_office_answers(office: Cli) -> None:
    status, answer = listed(office)
    assert (status, answer["open"], answer["overdue"]) == (1, 2, 1)
    first, second = answer["complaints"]
    assert (first["complaint_ref"], first["subject"], first["findings"]) == (
        "KL-1",
        ANNA,
        ["house.complaint.answer"],
    )
    assert (second["complaint_ref"], second["overdue"], second["findings"]) == ("KL-2", False, [])
    assert second["clock"]["duty"] == "complaint.answer"
    days = [day["day"] for day in office("today", "--json").json["tasks"] if day["day"]]
    shown = office("complaint", "list").out.decode()
    assert all(day in shown for day in days)
    assert len(days) == 2
    known = {"W": "post", "O": "upheld"}
    for row in office("today", "--json").json["tasks"]:
        if row["task"] == "answer-complaint":
            made = shlex.split(row["commands"][0])[1:]
            ran = office(*(known.get(word, word) for word in made))
            assert ran.status == 0, ran.err
    assert listed(office)[1]["complaints"] == []
    assert "answer-complaint" not in {
        row["task"] for row in office("today", "--json").json["tasks"]
    }
    status, answer = listed(office, "--all")
    assert (status, answer["open"]) == (0, 0)
    assert [row["outcome"] for row in answer["complaints"]] == ["upheld", "upheld"]
    states = {row["complaint_ref"]: row["clock"]["state"] for row in answer["complaints"]}
    assert states == {"KL-1": "late", "KL-2": "met"}
    found = {row["complaint_ref"]: row["findings"] for row in answer["complaints"]}
    # Nobody registered the office as a source here, which is a finding about its answers too.
    late = {ref: "house.complaint.answer" in rules for ref, rules in found.items()}
    assert late == {"KL-1": True, "KL-2": False}
    assert listed(office, "--as-of", hours_ago(40 * DAY))[1]["open"] == 1
    assert listed(office, "--as-of", hours_ago(40 * DAY))[0] == 0
    [oldest] = listed(office, "--all", "--to", hours_ago(40 * DAY), "--limit=1")[1]["complaints"]
    assert oldest["complaint_ref"] == "KL-1"


def test_one_is_shown_with_its_acts_in_both_languages(office: Cli) -> None:
    ran = office("complaint", "show", "KL-1", "--json")
    assert (ran.status, ran.json["overdue"]) == (1, True)
    assert [step["text"] for step in ran.json["steps"]] == ["Complaint KL-1 received by email."]
    dutch = office("complaint", "show", "KL-1", "--language", "nl").out.decode()
    words = " ".join(office("complaint", "list").out.decode().replace("│", " ").split())
    assert "complaint was not answered in time" in words
    assert "house.complaint.answer" in words
    assert "TE LAAT" in dutch
    assert "Antwoord op een klacht" in dutch
    assert "OVERDUE" not in dutch
    assert "Klachten" in office("complaint", "list", "--language", "nl").out.decode()
    before = office("complaint", "show", "KL-1", "--as-of", hours_ago(50 * DAY), "--json")
    assert (before.status, before.json["findings"]) == (0, [])
    assert "there is no complaint KL-9" in office("complaint", "show", "KL-9").err
    office.record(complaint("complaint-received", 2, BERT))
    assert (
        "--subject: 2 persons have a complaint KL-1: name one"
        in office("complaint", "show", "KL-1").err
    )
    assert office("complaint", "show", "KL-1", "--subject", BERT, "--json").json["subject"] == BERT


def test_one_is_received_and_answered_by_command_once(office: Cli) -> None:
    ran = office("complaint", "receive", BERT, "--via", "phone", "--ref", "KL-3", "--json")
    assert (ran.status, ran.json["complaint_ref"], ran.json["open"]) == (0, "KL-3", True)
    assert office("complaint", "receive", BERT, "--via", "post", "--ref", "KL-3").status == 1
    made = office("complaint", "receive", BERT, "--via", "phone", "--json").json["complaint_ref"]
    assert made.startswith("KL-")
    answer = ("complaint", "answer", "KL-3", "--via", "post", "--outcome", "unfounded")
    early = office(*answer, "--at", hours_ago(2))
    assert "was received later" in early.err
    ran = office(*answer, "--json")
    assert (ran.status, ran.json["outcome"], ran.json["open"]) == (0, "unfounded", False)
    again = office(*answer)
    assert again.status == 1
    assert "was answered on" in again.err
    assert office("complaint", "receive", "customer/99999", "--via", "post").status != 0


def test_an_answer_of_a_source_that_has_no_power_answers_nothing(office: Cli) -> None:
    office.record(
        complaint("complaint-answered", 1, BERT, source="urn:test:other", complaint_ref="KL-2")
    )
    assert [row["complaint_ref"] for row in listed(office)[1]["complaints"]] == ["KL-1", "KL-2"]
    assert listed(office, "--recorded-by", hours_ago(1))[1]["complaints"] == []
