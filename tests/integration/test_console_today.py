"""`ledger today`: everything that is to be done, in order of urgency, and its commands do it."""

import shlex
from datetime import timedelta
from typing import Any

import pytest

from application.queries.today.task import STATES
from rulebook.calendar import day_of
from tests.fixtures.console import Cli, collected, disclosed, message, recipient, registered
from tests.fixtures.moments import NOW, hours_ago

WHO, OTHER, CALLER = "customer/10023", "customer/10024", "customer/10025"
HOLD = {"ground": "claim", "categories": ["identity"], "legal_basis": "6-1-f"}
# What only a person knows, as somebody would fill it in.
KNOWN = {
    "DATE": "2099-01-01",
    "M": "portal-login",
    "C": "email",
    "R": "none",
    "O": "granted",
    "P": "full",
}


def today(cli: Cli, *arguments: str) -> tuple[int, Any]:
    ran = cli("today", *arguments, "--json")
    assert ran.status in {0, 1}, ran.err
    answer = ran.json
    in_short = [
        {
            "what": row["task"],
            "about": row["subject"] or row["ref"],
            "due": row["time"] or row["day"],
            "command": row["commands"][0],
        }
        for row in answer["tasks"]
    ]
    assert answer["today"] == in_short
    return ran.status, answer


def named(answer: Any) -> list[tuple[str, str]]:
    return [(row["task"], row["state"]) for row in answer["tasks"]]


def give(cli: Cli, row: Any) -> None:
    """Give the commands of a task; one that only looks may have bad news."""
    for made in row["commands"]:
        ran = cli(*[KNOWN.get(word, word) for word in shlex.split(made)[1:]])
        assert ran.status == 0 or made in LOOKS, (made, ran.err)


LOOKS = {"ledger retention due", "ledger dead-letters list", "ledger dead-letters retry"}


@pytest.fixture
def busy(cli: Cli) -> Cli:
    """A ledger in which something of every kind is to be done, that needs no Kafka."""
    correction: dict[str, Any] = {
        "fields": ["iban"],
        "requested_by": "subject",
        "reason": "typing-error",
        "categories": ["payment"],
        "personal": {"iban": "NL91ABNA0417164300"},
    }
    call = {"categories": ["traffic"], "personal": {"called_number": "+31201234567"}}
    received = {"right": "access", "channel": "post"}
    cli.record(
        registered(),
        collected(),
        registered(OTHER),
        collected(CALLER, time="2024-01-10T10:00:00Z", origin="network", **call),
        recipient("Incasso BV"),
        disclosed(time="2024-03-02T10:00:00Z"),
        message("personal-data-corrected", WHO, time="2024-03-03T10:00:00Z", **correction),
        message("legal-hold-placed", WHO, hold_ref="H-1", review_on="2024-06-01", **HOLD),
        message("legal-hold-placed", WHO, hold_ref="H-2", review_on="2099-06-01", **HOLD),
        message(
            "rights-request-received", WHO, request_ref="R-1", received_on="2024-03-01", **received
        ),
        message(
            "rights-request-received",
            OTHER,
            time=hours_ago(1),
            request_ref="R-2",
            received_on=day_of(NOW - timedelta(hours=1)).isoformat(),
            right="restriction",
            channel="portal",
        ),
        message(
            "breach-detected",
            "breach/B-1",
            time=hours_ago(30),
            breach_ref="B-1",
            detected_at=hours_ago(30),
            regime="telecom",
        ),
        message("misuse-suspected", WHO, time=hours_ago(1), case_ref="M-1", data_kinds=["login"]),
        b"[]",
    )
    return cli


def test_everything_is_there_once_the_most_urgent_first(busy: Cli) -> None:
    status, answer = today(busy)
    assert status == 1
    found = named(answer)
    assert found[:3] == [
        ("check-identity", "overdue"),
        ("review-hold", "overdue"),
        ("erase-passed", "overdue"),
    ]
    assert found[3] == ("notify-authority", "overdue")
    assert {name for name, state in found if state == "waits"} >= {
        "answer-request",
        "assess-breach",
        "tell-recipient",
        "retry-letters",
    }
    assert len(found) == 9
    assert [STATES.index(state) for _, state in found] == sorted(
        STATES.index(state) for _, state in found
    )
    assert [answer[state] for state in STATES] == [
        sum(one == state for _, one in found) for state in STATES
    ]
    days = [row["day"] for row in answer["tasks"] if row["state"] == "overdue"]
    assert days == [
        "2024-04-02",
        "2024-06-01",
        "2024-07-31",
        day_of(NOW - timedelta(hours=6)).isoformat(),
    ]


def test_it_says_what_the_command_of_each_kind_says(busy: Cli) -> None:
    rows = {row["ref"]: row for row in today(busy)[1]["tasks"]}
    for one in busy("request", "list", "--json").json["requests"]:
        row = rows[one["request_ref"]]
        assert (row["day"], row["state"] == "overdue") == (one["due_on"], one["overdue"])
        assert (row["subject"], row["detail"]) == (one["subject"], one["right"])
    [breach, _] = busy("incident", "list", "--json").json["incidents"]
    assert {breach["clocks"][0]["due"]} <= {row["time"] for row in today(busy)[1]["tasks"]}
    assert "H-1" in rows
    assert "H-2" not in rows
    assert rows["incasso"]["detail"] == "rectification"


def test_whoever_gives_every_command_has_nothing_left_that_is_late(busy: Cli) -> None:
    """Until only the answers remain that need more than a command, and a letter that nothing can mend."""
    for _ in range(6):
        for row in today(busy)[1]["tasks"]:
            if row["task"] != "answer-request" or row["detail"] == "access":
                give(busy, row)
    status, answer = today(busy)
    assert (status, {*named(answer)}) == (
        0,
        {("answer-request", "waits"), ("retry-letters", "waits")},
    )


def test_a_deferred_erasure_is_there_when_nothing_keeps_it_any_more(cli: Cli) -> None:
    hold = {"hold_ref": "H-1", "review_on": "2099-01-01", **HOLD, "categories": ["contact"]}
    cli.record(registered(), collected(), message("legal-hold-placed", WHO, **hold))
    assert cli("retention", "decide", WHO, "--category=contact", "--yes").status == 1
    nothing = {"today": [], "tasks": [], "overdue": 0, "due": 0, "waits": 0}
    assert today(cli) == (0, nothing)
    assert cli("hold", "release", WHO, "H-1").status == 0
    status, answer = today(cli)
    assert (status, named(answer)) == (0, [("erase-deferred", "due")])
    assert answer["tasks"][0]["count"] == 1
    give(cli, answer["tasks"][0])
    assert named(today(cli)[1]) == []


def test_a_hold_that_holds_nothing_is_to_be_released(cli: Cli) -> None:
    cli.record(registered(), collected())
    assert cli("erase", WHO, "--ground", "request").status == 0
    cli.record(message("legal-hold-placed", WHO, hold_ref="H-9", review_on="2099-01-01", **HOLD))
    (row,) = today(cli)[1]["tasks"]
    assert (row["task"], row["state"], row["subject"]) == ("release-hold", "due", None)
    assert row["commands"] == ["ledger hold release SUBJECT H-9"]


def test_what_is_read_is_noted_and_no_value_is_shown(busy: Cli) -> None:
    ran = busy("today", "--json")
    assert b"NL91" not in ran.out
    assert b"+3120" not in ran.out
    lines = busy("history", "system/processing-ledger-main", "--json").lines
    queries = [line["facts"]["query"] for line in lines if line["type"].endswith("ledger-read.v1")]
    assert queries.count("today") == 1


def test_both_languages_and_a_limit(busy: Cli) -> None:
    english, dutch = (
        busy("today", "--language", language).out.decode() for language in ("en", "nl")
    )
    assert "OVERDUE" in english
    assert "TE LAAT" in dutch
    assert "review a legal hold" in english
    assert "bekijk een bewaarplicht opnieuw" in dutch
    assert "ledger hold review customer/10023 H-1" in " ".join(dutch.split())
    limited = today(busy, "--limit", "1")[1]
    assert (len(limited["tasks"]), limited["overdue"]) == (1, 4)
    assert busy("today", "--language", "fr").status == 2
