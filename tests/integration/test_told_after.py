"""Who must hear of it (GDPR Art. 19): data sent while restricted, a paid debt, a suspicion that was none."""

from typing import Any

import pytest

from tests.fixtures.console import Cli, disclosed, message, recipient, registered

WHO = "customer/10023"
AT = {"activity": "fraud-prevention", "legal_basis": "6-1-f"}
AGENCY = {"recipient": "incasso", "recipient_kind": "collection-agency"}


def on(day: int, month: int = 3) -> str:
    return f"2026-{month:02}-{day:02}T10:00:00+01:00"


def waiting(cli: Cli) -> list[tuple[str, str, list[str]]]:
    """Recipients who must be told, as the list and the tasks of today both have it."""
    tasks = cli("notify", "list", "--json").json["tasks"]
    today = [row for row in cli("today", "--json").json["tasks"] if row["task"] == "tell-recipient"]
    assert [(row["recipient"], row["action"]) for row in tasks] == [
        (row["ref"], row["detail"]) for row in today
    ]
    return [(row["recipient"], row["action"], row["categories"]) for row in tasks]


@pytest.fixture
def house(cli: Cli) -> Cli:
    cli.record(recipient("Incasso B.V."), registered())
    return cli


def restricted(day: int, name: str = "processing-restricted") -> dict[str, Any]:
    facts = {"categories": ["debt"], "ground": "accuracy-contested"}
    return message(name, WHO, time=on(day), **AT, **facts)


def given(day: int, *fields: str) -> dict[str, Any]:
    return disclosed(WHO, time=on(day), categories=[], fields=[*fields], **AGENCY)


def notified(day: int, action: str) -> dict[str, Any]:
    facts = {"recipient": "incasso", "action": action, "outcome": "told"}
    return message("recipient-notified", WHO, time=on(day), **AT, **facts)


def test_who_gets_data_while_it_is_restricted_must_hear_of_it(house: Cli) -> None:
    house.record(restricted(2), given(3, "claim_amount"))
    assert waiting(house) == [("incasso", "restriction", ["debt"])]
    house.record(notified(4, "restriction"))
    assert waiting(house) == []


def test_a_restriction_that_was_lifted_is_told_to_nobody(house: Cli) -> None:
    house.record(restricted(2), restricted(3, "restriction-lifted"), given(4, "claim_amount"))
    assert waiting(house) == []


@pytest.mark.parametrize(("outcome", "told"), [("paid", True), ("unpaid", False)])
def test_who_got_a_debt_must_hear_that_it_is_paid(house: Cli, outcome: str, told: bool) -> None:
    closed = {"invoice_ref": "I-1", "outcome": outcome}
    house.record(
        given(3, "claim_amount"), message("collection-closed", WHO, time=on(5), **AT, **closed)
    )
    assert waiting(house) == ([("incasso", "rectification", ["debt"])] if told else [])
    house.record(notified(6, "rectification"))
    assert waiting(house) == []


def resolved(outcome: str, day: int, case: str = "F-1") -> dict[str, Any]:
    facts = {"case_ref": case, "outcome": outcome}
    return message("misuse-resolved", WHO, time=on(day), **AT, **facts)


def signal(day: int, case: str = "F-1") -> dict[str, Any]:
    facts = {"case_ref": case, "categories": ["fraud"], "personal": {"fraud_signal": "odd calls"}}
    return message("fraud-signal-recorded", WHO, time=on(day), **AT, **facts)


def kept_until(cli: Cli) -> str | None:
    rows = cli("report", "access", WHO).json["retention"]
    (until,) = [row["until"] for row in rows if row["category"] == "fraud"]
    return str(until) if until else None


@pytest.mark.parametrize(
    ("events", "until"),
    [
        ((resolved("unfounded", 5),), "2026-04-05"),
        ((resolved("costs-refunded", 5),), "2031-03-05"),
        (
            (resolved("unfounded", 5), signal(6, "F-2"), resolved("login-blocked", 7, "F-2")),
            "2031-03-07",
        ),
        ((resolved("costs-refunded", 5), resolved("unfounded", 6, "F-2")), "2031-03-06"),
        ((resolved("costs-refunded", 5), resolved("unfounded", 5, "F-2")), "2031-03-05"),
    ],
)
def test_who_is_cleared_has_a_short_period(
    house: Cli, events: tuple[dict[str, Any], ...], until: str
) -> None:
    house.record(signal(3), given(4, "fraud_signal"), *events)
    assert kept_until(house) == until
    is_told = ("incasso", "rectification", ["fraud"]) in waiting(house)
    assert is_told is any(event["data"].get("outcome") == "unfounded" for event in events)
