"""A relationship has a life of its own, through the program: status, marketing, findings, retention."""

from typing import Any

import pytest

from tests.fixtures.console import Cli, collected, consented, message, registered

FIRM, CONTACT = "customer/10023", "customer/10023/contact/1"


def on(day: str) -> str:
    return f"{day}T10:00:00+01:00"


def contact(name: str, day: str) -> dict[str, Any]:
    facts = {"activity": "subscription-management", "legal_basis": "6-1-b", "customer": FIRM}
    return message(f"contact-person-{name}", CONTACT, time=on(day), **facts)


def mailed(who: str, day: str) -> dict[str, Any]:
    facts = {"channel": "email", "campaign": "spring", "purpose": "newsletter"}
    return message("marketing-message-sent", who, time=on(day), **facts)


@pytest.fixture
def firm(cli: Cli) -> Cli:
    """A firm and its contact person, who wants the newsletter."""
    recorded = cli.record(
        registered(FIRM, customer_kind="legal-entity", time=on("2024-01-01")),
        contact("added", "2024-02-01"),
        collected(CONTACT, time=on("2024-02-02")),
        consented(CONTACT, time=on("2024-02-03")),
    )
    assert recorded["rejected"] == 0
    return cli


def told(cli: Cli, who: str, *options: str) -> tuple[str, str, set[bool], bool]:
    """Status and since, by `state`, by the list of everyone, and what it means for consent and marketing."""
    state = cli("state", who, *options, "--json").json
    rows = cli("state", "--all", *options, "--json").lines
    assert [row["since"] for row in rows if row["subject"] == who] == [state["since"]]
    assert [row["status"] for row in rows if row["subject"] == who] == [state["status"]]
    consents = cli("consents", who, *options, "--json").json["consents"]
    answer = cli("marketing", who, *options, "--json").json
    mail = {row["allowed"] for row in answer["decisions"] if row["channel"] == "email"}
    assert mail == {answer["person"]["active"]}
    effective = {consent["effective"] for consent in consents}
    return state["status"], state["since"][:10], effective, answer["person"]["active"]


def inactive_mails(cli: Cli) -> list[str]:
    rows = cli("findings", "--rule", "house.contact.inactive", "--json").json["findings"]
    return sorted(row["occurred_at"][:10] for row in rows)


def test_a_contact_person_who_was_removed_is_no_longer_approached(firm: Cli) -> None:
    firm.record(mailed(CONTACT, "2024-02-10"))
    assert told(firm, CONTACT) == ("active", "2024-02-01", {True}, True)
    firm.record(
        contact("removed", "2024-03-01"),
        mailed(CONTACT, "2024-03-02"),
    )
    assert told(firm, CONTACT) == ("inactive", "2024-03-01", {False}, False)
    assert told(firm, CONTACT, "--as-of", on("2024-02-20"))[0] == "active"
    assert inactive_mails(firm) == ["2024-03-02"]
    firm.record(contact("added", "2024-04-01"), mailed(CONTACT, "2024-04-02"))
    assert told(firm, CONTACT) == ("active", "2024-04-01", {True}, True)
    assert inactive_mails(firm) == ["2024-03-02"]


def test_a_contact_person_is_as_active_as_the_account_of_the_customer(firm: Cli) -> None:
    left = message("account-deactivated", FIRM, time=on("2024-03-01"), reason="closed")
    firm.record(left, mailed(CONTACT, "2024-03-02"))
    assert told(firm, CONTACT) == ("inactive", "2024-03-01", {False}, False)
    assert told(firm, CONTACT, "--as-of", on("2024-02-20"))[0] == "active"
    assert inactive_mails(firm) == ["2024-03-02"]
    signed = message("contract-concluded", FIRM, time=on("2024-05-01"), contract_ref="C-1")
    firm.record(signed, mailed(CONTACT, "2024-05-02"))
    assert told(firm, CONTACT)[0] == "active"
    assert inactive_mails(firm) == ["2024-03-02"]
    ended = message("contract-ended", FIRM, time=on("2024-06-01"), contract_ref="C-1")
    firm.record(ended, mailed(CONTACT, "2024-06-02"))
    assert told(firm, CONTACT) == ("inactive", "2024-03-01", {False}, False)
    assert inactive_mails(firm) == ["2024-03-02", "2024-06-02"]
    assert firm("rebuild", "findings").status == 0
    assert inactive_mails(firm) == ["2024-03-02", "2024-06-02"]
