"""Answers that contradicted each other: what two commands say of the same fact."""

import shlex
from datetime import timedelta
from typing import Any

import pytest

from tests.fixtures.console import Cli, declared, message, registered
from tests.fixtures.moments import NOW, days_ago

WHO = "customer/10023"
RIGHTS = {"activity": "rights-handling", "legal_basis": "6-1-c", "provision": "eu.gdpr.18"}


def test_a_restriction_names_its_categories_in_the_request_as_in_the_history(cli: Cli) -> None:
    ref = {"request_ref": "R-1"}
    asked = {"right": "restriction", "channel": "phone", "received_on": days_ago(3)[:10]}
    cli.record(
        registered(),
        message("rights-request-received", WHO, time=days_ago(3), **RIGHTS, **ref, **asked),
        message(
            "processing-restricted",
            WHO,
            time=days_ago(2),
            **RIGHTS,
            **ref,
            categories=["debt", "payment"],
            ground="accuracy-contested",
        ),
    )
    (step,) = [
        step
        for step in cli("request", "show", "R-1", "--json").json["steps"]
        if "processing-restricted" in str(step)
    ]
    assert "debt" in step["text"]
    assert "payment" in step["text"]


def test_a_receipt_by_its_day_alone_comes_before_its_answer(cli: Cli) -> None:
    """The help desk notes the call in the evening; the answer was given by phone at noon."""
    ref = {"request_ref": "R-1"}
    asked = {"right": "access", "channel": "phone", "received_on": days_ago(2)[:10]}
    cli.record(
        registered(),
        message(
            "rights-request-answered", WHO, time=days_ago(2.2), **RIGHTS, **ref, outcome="granted"
        ),
        message("rights-request-received", WHO, time=days_ago(2), **RIGHTS, **ref, **asked),
    )
    steps = cli("request", "show", "R-1", "--json").json["steps"]
    assert "received" in str(steps[0])


def misuse(name: str, days: float, **facts: Any) -> dict[str, Any]:
    basis = {"activity": "fraud-prevention", "legal_basis": "6-1-f", "case_ref": "M-1"}
    return message(name, WHO, time=days_ago(days), **basis, **facts)


def test_a_second_signal_opens_a_case_again(cli: Cli) -> None:
    signal = {"data_kinds": ["login"]}
    cli.record(
        registered(),
        misuse("misuse-suspected", 9, **signal),
        misuse("customer-warned", 9, channel="email"),
        misuse("misuse-resolved", 8, outcome="unfounded"),
    )
    assert cli("incident", "show", "M-1", "--json").json["open"] is False
    cli.record(misuse("misuse-suspected", 7, **signal))
    shown = cli("incident", "show", "M-1", "--json").json
    assert (shown["open"], shown["ended_at"]) == (True, None)


def test_an_activity_that_is_used_after_its_end_departs(cli: Cli) -> None:
    ended = message(
        "processing-activity-retired", "activity/billing", time=days_ago(5), reason="moved"
    )
    used = message("invoice-sent", WHO, activity="billing", legal_basis="6-1-b", channel="email")
    facts = {"reference": "I-1"}
    cli.record(declared("billing", time=days_ago(9)), registered(time=days_ago(9)), ended)

    def drift() -> list[str]:
        rows = cli("register", "--format", "json").json["activities"]
        return [d["kind"] for row in rows if row["activity"] == "billing" for d in row["drift"]]

    assert "used-after-end" not in drift()
    used["data"] |= facts
    used["time"] = days_ago(4)
    cli.record(used)
    assert "used-after-end" in drift()


def test_today_has_what_is_too_late_by_a_rule(cli: Cli) -> None:
    """A malicious caller who was not told (Tw 11.11(6)): the finding and the task stand together."""
    calls = {"recipient": "sub-1", "fields": ["name"], "request_ref": "Q-1"}
    basis = {"activity": "billing", "legal_basis": "6-1-c", "provision": "nl.tw.11.11"}
    cli.record(
        registered(),
        message("malicious-call-data-disclosed", WHO, time=days_ago(300), **basis, **calls),
    )
    late = cli("findings", "--rule", "law.malicious-call.informed", "--json").json["findings"]
    assert len(late) == 1
    answer = cli("today", "--json").json
    tasks = {row["ref"]: row for row in answer["tasks"] if row["task"] == "mend-finding"}
    every = cli("findings", "--json").json["findings"]
    assert set(tasks) <= {row["rule"] for row in every}
    task = tasks["law.malicious-call.informed"]
    assert (task["ref"], task["state"], task["count"]) == (
        "law.malicious-call.informed",
        "overdue",
        1,
    )
    assert answer["overdue"] >= 1
    assert "1 finding" in cli("today").out.decode()
    assert "1 bevinding" in cli("today", "--language", "nl").out.decode()
    assert cli(*task["commands"][0].removeprefix("ledger ").split()).status == 1


@pytest.mark.parametrize("outcome", ["done", "rectified", "refused"])
def test_a_command_takes_the_outcomes_of_the_form(cli: Cli, outcome: str) -> None:
    cli.record(registered())
    asked = cli(
        "request", "open", WHO, "--right", "rectification", "--channel", "phone", "--ref", "R-1"
    )
    assert asked.status == 0, asked.err
    assert cli("request", "verify-identity", "R-1", "--method", "call-back").status == 0
    ran = cli("request", "answer", "R-1", "--outcome", outcome)
    assert (ran.status, "granted, nothing-held, partly-granted" in ran.err) == (2, True)


AUTHORITY = {"activity": "rights-handling", "legal_basis": "6-1-c", "provision": "eu.gdpr.58.1.e"}


def inquiry(ref: str, days: float, subject: str = WHO, **facts: Any) -> dict[str, Any]:
    name = "supervisory-inquiry-received"
    return message(name, subject, time=days_ago(days), **AUTHORITY, inquiry_ref=ref, **facts)


def test_today_has_each_inquiry_of_the_authority_until_its_answer(cli: Cli) -> None:
    """Until the day that the authority set, else that of the house; about a person or an activity."""
    tomorrow = (NOW + timedelta(days=1)).isoformat()
    cli.record(
        registered(time=days_ago(40)),
        declared("billing", time=days_ago(40)),
        inquiry("AP-1", 30),
        inquiry("AP-2", 1),
        inquiry("AP-3", 1, "activity/billing", respond_by=days_ago(0.1)),
        inquiry("AP-4", 30, respond_by=tomorrow),
    )

    def waiting() -> dict[str, dict[str, Any]]:
        rows = cli("today", "--json").json["tasks"]
        return {row["ref"]: row for row in rows if row["task"] == "answer-inquiry"}

    tasks = waiting()
    assert {ref: row["state"] for ref, row in tasks.items()} == {
        "AP-1": "overdue",
        "AP-2": "waits",
        "AP-3": "overdue",
        "AP-4": "waits",
    }
    assert (tasks["AP-3"]["subject"], tasks["AP-2"]["time"]) == ("activity/billing", None)
    assert cli("today").status == 1
    for row in tasks.values():
        ran = cli(*shlex.split(row["commands"][0])[1:])
        assert ran.status == 0, ran.err
    assert waiting() == {}


def test_an_answer_from_before_an_inquiry_answers_something_else(cli: Cli) -> None:
    answered = inquiry("AP-1", 20) | {"id": "early"}
    answered["type"] = answered["type"].replace("-received", "-answered")
    cli.record(registered(time=days_ago(40)), answered, inquiry("AP-1", 19))
    assert [row["ref"] for row in cli("today", "--json").json["tasks"]] == ["AP-1"]


def test_today_has_who_must_be_told_of_a_breach(cli: Cli) -> None:
    """Art. 34 sets no day: it is due at once, and stays so until the persons were told."""
    breach = {"breach_ref": "B-1"}
    found = {"detected_at": days_ago(2), "regime": "gdpr"}
    cli.record(
        message("breach-detected", "breach/B-1", time=days_ago(2), **breach, **found),
        message(
            "authority-notified",
            "breach/B-1",
            time=days_ago(1.9),
            **breach,
            regime="gdpr",
            phase="full",
        ),
        message("breach-assessed", "breach/B-1", time=days_ago(1.8), **breach, risk="high"),
    )

    def states() -> list[str]:
        rows = cli("today", "--json").json["tasks"]
        return [row["state"] for row in rows if row["task"] == "tell-persons"]

    assert states() == ["due"]
    assert cli("incident", "tell", "B-1", "--channel", "email").status == 0
    assert states() == []
