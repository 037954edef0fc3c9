"""Answers that contradicted each other: what two commands say of the same fact."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.fixtures.console import Cli, declared, message, registered

WHO = "customer/10023"
NOW = datetime.now(UTC)
RIGHTS = {"activity": "rights-handling", "legal_basis": "6-1-c", "provision": "eu.gdpr.18"}


def ago(days: float) -> str:
    return (NOW - timedelta(days=days)).isoformat()


def test_a_restriction_names_its_categories_in_the_request_as_in_the_history(cli: Cli) -> None:
    ref = {"request_ref": "R-1"}
    asked = {"right": "restriction", "channel": "phone", "received_on": ago(3)[:10]}
    cli.record(
        registered(),
        message("rights-request-received", WHO, time=ago(3), **RIGHTS, **ref, **asked),
        message(
            "processing-restricted",
            WHO,
            time=ago(2),
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
    asked = {"right": "access", "channel": "phone", "received_on": ago(2)[:10]}
    cli.record(
        registered(),
        message("rights-request-answered", WHO, time=ago(2.2), **RIGHTS, **ref, outcome="granted"),
        message("rights-request-received", WHO, time=ago(2), **RIGHTS, **ref, **asked),
    )
    steps = cli("request", "show", "R-1", "--json").json["steps"]
    assert "received" in str(steps[0])


def misuse(name: str, days: float, **facts: Any) -> dict[str, Any]:
    basis = {"activity": "fraud-prevention", "legal_basis": "6-1-f", "case_ref": "M-1"}
    return message(name, WHO, time=ago(days), **basis, **facts)


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
    ended = message("processing-activity-retired", "activity/billing", time=ago(5), reason="moved")
    used = message("invoice-sent", WHO, activity="billing", legal_basis="6-1-b", channel="email")
    facts = {"reference": "I-1"}
    cli.record(declared("billing", time=ago(9)), registered(time=ago(9)), ended)

    def drift() -> list[str]:
        rows = cli("register", "--format", "json").json["activities"]
        return [d["kind"] for row in rows if row["activity"] == "billing" for d in row["drift"]]

    assert "used-after-end" not in drift()
    used["data"] |= facts
    used["time"] = ago(4)
    cli.record(used)
    assert "used-after-end" in drift()


def test_today_has_what_is_too_late_by_a_rule(cli: Cli) -> None:
    """A malicious caller who was not told (Tw 11.11(6)): the finding and the task stand together."""
    calls = {"recipient": "sub-1", "fields": ["name"], "request_ref": "Q-1"}
    basis = {"activity": "billing", "legal_basis": "6-1-c", "provision": "nl.tw.11.11"}
    cli.record(
        registered(), message("malicious-call-data-disclosed", WHO, time=ago(300), **basis, **calls)
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
    assert (ran.status, "granted, partly-granted, nothing-held" in ran.err) == (2, True)
