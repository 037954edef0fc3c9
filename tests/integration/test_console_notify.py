"""`ledger notify`: recipients of what was corrected, erased or restricted are listed until they were told."""

from typing import Any

import pytest

from tests.fixtures.console import Cli, collected, disclosed, message, recipient, registered
from tests.fixtures.moments import on

WHO, OTHER = "customer/10023", "customer/10024"


@pytest.fixture
def told(cli: Cli) -> Cli:
    """A person whose name and account went to an agency, and were corrected afterwards."""
    correction: dict[str, Any] = {
        "fields": ["iban"],
        "requested_by": "subject",
        "reason": "typing-error",
        "categories": ["payment"],
        "personal": {"iban": "NL91ABNA0417164300"},
    }
    cli.record(
        registered(),
        registered(OTHER),
        collected(),
        recipient("Incasso BV"),
        disclosed(time=on(2)),
        disclosed(OTHER, time=on(2), recipient="bank"),
        message("personal-data-corrected", WHO, time=on(3), **correction),
    )
    return cli


def listed(cli: Cli, *arguments: str) -> list[dict[str, Any]]:
    ran = cli("notify", "list", *arguments, "--json")
    assert ran.status == 0, ran.err
    assert ran.json["count"] == len(ran.json["tasks"])
    found: list[dict[str, Any]] = ran.json["tasks"]
    return found


def test_a_recipient_is_listed_until_it_was_told(told: Cli) -> None:
    [task] = listed(told)
    assert task["subject"] == WHO
    assert (task["recipient"], task["recipient_name"]) == ("incasso", "Incasso BV")
    assert (task["action"], task["categories"]) == ("rectification", ["payment"])
    assert (task["open"], task["since"]) == (True, "2024-03-03T09:00:00.000000Z")
    assert b"to be told" in told("notify", "list").out
    [done] = told("notify", "record", WHO, "incasso", "--action=rectification", "--json").json[
        "tasks"
    ]
    assert (done["open"], done["outcome"]) == (False, "told")
    assert listed(told) == []
    assert [row["open"] for row in listed(told, "--all")] == [False]
    last = told("history", WHO, "--json").acts[-1]
    assert (last["provision"], last["source"]) == ("eu.gdpr.19", "urn:voipzeker:privacy-office")


def test_the_recipient_knows_the_person_by_the_cases_in_which_it_got_data(told: Cli) -> None:
    [task] = listed(told, WHO)
    assert task["references"] == ["IN-1"]
    assert listed(told, OTHER) == []
    assert listed(told, "--recipient", "bank") == []


def test_an_effort_out_of_proportion_is_recorded_with_its_ground(told: Cli) -> None:
    arguments = "notify", "record", WHO, "incasso", "--action=rectification"
    without = told(*arguments, "--outcome=disproportionate-effort")
    assert without.status == 2
    assert "--ground" in without.err
    assert told(*arguments, "--ground=wound-up").status == 2
    ran = told(*arguments, "--outcome=impossible", "--ground=wound-up", "--json")
    [done] = ran.json["tasks"]
    assert (done["outcome"], done["ground"]) == ("impossible", "wound-up")


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        ((WHO, "incasso", "--action=erasure"), "nothing to tell incasso"),
        ((WHO, "bank", "--action=rectification"), "nothing to tell bank"),
        ((WHO, "incasso", "--action=rectification", "--category=contact"), "nothing to tell"),
        (
            (WHO, "incasso", "--action=rectification", "--at=2024-03-01T10:00:00Z"),
            "before the rectification",
        ),
    ],
)
def test_there_is_no_word_without_a_task(told: Cli, arguments: tuple[str, ...], why: str) -> None:
    before = told("status", "--json").json["position"]
    ran = told("notify", "record", *arguments)
    assert ran.status == 1
    assert why in ran.err
    # Only that somebody looked.
    assert told("status", "--json").json["position"] == before + 1


def test_a_recipient_is_told_once(told: Cli) -> None:
    arguments = "notify", "record", WHO, "incasso", "--action=rectification"
    assert told(*arguments).status == 0
    assert "told already" in told(*arguments).err


def test_recipients_of_an_erased_person_can_still_be_told(told: Cli) -> None:
    told("erase", WHO, "--ground", "request")
    tasks = listed(told)
    assert {task["subject"] for task in tasks} == {None}
    assert "erasure" in {task["action"] for task in tasks}
    [mine] = [task for task in listed(told, WHO) if task["action"] == "erasure"]
    assert mine["references"] == ["IN-1"]
    assert told("notify", "record", WHO, "incasso", "--action=erasure").status == 0
    assert "erasure" not in {task["action"] for task in listed(told)}
