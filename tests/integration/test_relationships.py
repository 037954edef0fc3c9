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
    again = consented(CONTACT, time=on("2024-04-01"))
    firm.record(contact("added", "2024-04-01"), again, mailed(CONTACT, "2024-04-02"))
    assert told(firm, CONTACT) == ("active", "2024-04-01", {True}, True)
    assert inactive_mails(firm) == ["2024-03-02"]


def test_a_contact_person_is_as_active_as_the_account_of_the_customer(firm: Cli) -> None:
    left = message("account-deactivated", FIRM, time=on("2024-03-01"), reason="closed")
    firm.record(left, mailed(CONTACT, "2024-03-02"))
    assert told(firm, CONTACT) == ("inactive", "2024-03-01", {False}, False)
    assert told(firm, CONTACT, "--as-of", on("2024-02-20"))[0] == "active"
    assert inactive_mails(firm) == ["2024-03-02"]
    signed = message("contract-concluded", FIRM, time=on("2024-05-01"), contract_ref="C-1")
    again = consented(CONTACT, time=on("2024-05-01"))
    firm.record(signed, again, mailed(CONTACT, "2024-05-02"))
    assert told(firm, CONTACT)[0] == "active"
    assert inactive_mails(firm) == ["2024-03-02"]
    ended = message("contract-ended", FIRM, time=on("2024-06-01"), contract_ref="C-1")
    firm.record(ended, mailed(CONTACT, "2024-06-02"))
    assert told(firm, CONTACT) == ("inactive", "2024-06-01", {False}, False)
    assert inactive_mails(firm) == ["2024-03-02", "2024-06-02"]
    assert firm("rebuild", "findings").status == 0
    assert inactive_mails(firm) == ["2024-03-02", "2024-06-02"]


BACK = "customer/20001"


def mail(who: str, day: str, address: str) -> dict[str, Any]:
    return collected(who, time=on(day), personal={"email": address}, categories=["contact"])


def contract(name: str, who: str, day: str, ref: str, **facts: Any) -> dict[str, Any]:
    return message(f"contract-{name}", who, time=on(day), contract_ref=ref, **facts)


def ordered(who: str, day: str, **facts: Any) -> dict[str, Any]:
    order = {"order_ref": "O-1", "services": ["internet"], "large_order": False}
    return message("order-placed", who, time=on(day), **order, **facts)


BEGINNINGS: dict[str, list[dict[str, Any]]] = {
    "order": [ordered(BACK, "2026-11-20")],
    "contract": [contract("concluded", BACK, "2026-11-20", "C-2")],
    "takeover": [
        contract(
            "taken-over",
            BACK,
            "2026-11-20",
            "C-2",
            from_customer="customer/20002",
            to_customer=BACK,
        )
    ],
    "registration": [registered(BACK, time=on("2026-11-20"))],
}


@pytest.fixture
def former(cli: Cli) -> Cli:
    """A customer of 2018, who left in 2020, with the address of then."""
    recorded = cli.record(
        registered(BACK, time=on("2018-01-01")),
        mail(BACK, "2018-01-01", "old@example.nl"),
        contract("concluded", BACK, "2018-01-02", "C-1"),
        contract("ended", BACK, "2020-03-01", "C-1"),
        message("account-deactivated", BACK, time=on("2020-03-02"), reason="left"),
    )
    assert recorded["rejected"] == 0
    return cli


def address(cli: Cli, who: str = BACK) -> str | None:
    value = cli("state", who, "--json").json["personal"].get("contact", {}).get("email")
    return None if value is None else str(value)


def overdue(cli: Cli) -> set[str]:
    """What is past its period, by the clocks; the findings must say the same."""
    clocks = cli("retention", "due", "--all", "--json").json["clocks"]
    rows = cli("findings", "--rule", "law.retention.passed", "--json").json["findings"]
    late = {row["category"] for row in clocks if row["overdue_since"]}
    assert late == {row["detail"].partition(",")[0] for row in rows}
    return late


@pytest.mark.parametrize("how", BEGINNINGS)
def test_what_a_returning_customer_brings_does_not_go_with_the_old(former: Cli, how: str) -> None:
    assert overdue(former) == {"contact"}
    former.record(*BEGINNINGS[how], mail(BACK, "2026-11-24", "new@example.nl"))
    assert overdue(former) == {"contact"}, "the old address is still held"
    assert "erase-passed" in {row["what"] for row in former("today", "--json").json["today"]}
    (step,) = former("retention", "run", "--json").json["due"]
    assert (step["categories"], step["collected_until"]) == (["contact"], "2018-01-31")
    assert former("retention", "run", "--yes").status == 0
    assert former("retention", "run", "--json").json["count"] == 0
    assert "erase-passed" not in {row["what"] for row in former("today", "--json").json["today"]}
    assert address(former) == "new@example.nl"
    assert overdue(former) == set()
    old, new = (
        row["personal"] for row in former("history", BACK, "--json").lines if row["personal"]
    )
    assert (old["email"], new["email"]) == ({"erased": True}, "new@example.nl")
    assert "new@example.nl" in former("state", BACK).out.decode()
    # What comes later is taken, also if it was on its way; what comes late of then is refused.
    for day, code in (("2026-11-26", None), ("2026-11-21", None), ("2018-01-20", "erased-subject")):
        ran = former.record(mail(BACK, day, f"{day}@example.nl"))
        assert [one["code"] for one in ran["rejections"]] == ([code] if code else [])
    assert address(former) == "2026-11-26@example.nl"
    assert former("audit", "--views").status == 0


def worth(cli: Cli, who: str = BACK) -> dict[str, str | None]:
    """Why each consent of a person has no effect; lists, files and marketing must say the same."""
    (row,) = (row for row in cli("consents", "--all", "--json").lines if row["subject"] == who)
    said = {one["purpose"]: one["hindrance"] for one in row["consents"]}
    own = cli("consents", who, "--json").json["consents"]
    assert {one["purpose"]: one["hindrance"] for one in own} == said
    allowed = cli("marketing", who, "--json").json["person"]["consents"]
    assert sorted(allowed) == sorted(name for name, why in said.items() if why is None)
    return said


def unasked(cli: Cli) -> list[str]:
    rows = cli("findings", "--rule", "house.contact.consent", "--json").json["findings"]
    return sorted(row["occurred_at"][:10] for row in rows)


@pytest.mark.parametrize("how", BEGINNINGS)
def test_a_consent_of_a_former_relationship_says_nothing_for_the_new_one(
    former: Cli, how: str
) -> None:
    former.record(consented(BACK, time=on("2018-02-01")), mailed(BACK, "2019-01-01"))
    assert worth(former) == {"newsletter": "inactive"}
    former.record(*BEGINNINGS[how], mailed(BACK, "2026-11-24"))
    assert worth(former) == {"newsletter": "former-relationship"}
    assert unasked(former) == ["2026-11-24"]
    (record,) = former("consents", BACK, "--format", "ts27560").json["@graph"]
    assert record["dpv:hasConsentStatus"][-1]["@type"] == "dpv:ConsentExpired"
    former.record(consented(BACK, time=on("2026-11-25")), mailed(BACK, "2026-11-26"))
    assert (worth(former), unasked(former)) == ({"newsletter": None}, ["2026-11-24"])
    assert former("rebuild", "findings").status == 0
    assert unasked(former) == ["2026-11-24"]


def test_a_consent_between_two_relationships_stands_in_the_new_one(former: Cli) -> None:
    former.record(consented(BACK, time=on("2023-02-01")), *BEGINNINGS["contract"])
    assert worth(former) == {"newsletter": None}


def test_a_consent_of_a_contact_person_ends_with_that_of_the_customer(firm: Cli) -> None:
    left = message("account-deactivated", FIRM, time=on("2024-03-01"), reason="closed")
    firm.record(
        left, contract("concluded", FIRM, "2024-05-01", "C-1"), mailed(CONTACT, "2024-05-02")
    )
    assert worth(firm, CONTACT) == {"newsletter": "former-relationship"}
    assert unasked(firm) == ["2024-05-02"]


def unlawful(cli: Cli) -> list[str]:
    rows = cli("findings", "--rule", "law.contact.channel", "--json").json["findings"]
    return sorted(row["occurred_at"][:10] for row in rows)


def test_a_contact_person_is_an_existing_customer_by_what_the_customer_bought(firm: Cli) -> None:
    def told_of(*options: str) -> bool:
        return bool(firm("marketing", CONTACT, *options, "--json").json["person"]["customer"])

    facts = {"purpose": "newsletter", "channel": "web"}
    withdrawn = message("consent-withdrawn", CONTACT, time=on("2024-02-05"), **facts)
    firm.record(withdrawn, mailed(CONTACT, "2024-02-06"), mailed(CONTACT, "2024-03-06"))
    assert (told_of(), unlawful(firm)) == (False, ["2024-02-06", "2024-03-06"])
    # What is told late counts for what came after it alone.
    firm.record(contract("concluded", FIRM, "2024-03-01", "C-1"))
    assert (told_of(), told_of("--as-of", on("2024-02-20"))) == (True, False)
    assert unlawful(firm) == ["2024-02-06"]
    firm.record(
        message("contract-ended", FIRM, time=on("2024-06-01"), contract_ref="C-1"),
        mailed(CONTACT, "2024-06-02"),
    )
    assert (told_of(), unlawful(firm)) == (False, ["2024-02-06", "2024-06-02"])
    assert firm("rebuild", "findings").status == 0
    assert unlawful(firm) == ["2024-02-06", "2024-06-02"]


def test_data_that_rests_on_a_consent_goes_with_the_relationship(cli: Cli) -> None:
    grounds = {"activity": "direct-marketing", "legal_basis": "6-1-a", "categories": ["contact"]}
    cli.record(
        registered(BACK, time=on("2024-01-01")),
        contract("concluded", BACK, "2024-01-02", "C-1"),
        consented(BACK, time=on("2024-02-01")),
        collected(BACK, time=on("2024-02-02"), personal={"email": "a@example.nl"}, **grounds),
        contract("ended", BACK, "2026-10-01", "C-1"),
    )
    assert cli("retention", "run", "--json").json["due"] == []
    cli.record(*BEGINNINGS["contract"])
    (step,) = cli("retention", "run", "--json").json["due"]
    assert (step["cause"], step["categories"]) == ("consent-withdrawn", ["contact"])


def test_a_returning_customer_is_found_by_the_new_address_alone(former: Cli) -> None:
    both = {"email": "both@example.nl"}
    former.record(
        collected(BACK, time=on("2018-02-01"), personal=both, categories=["contact"]),
        *BEGINNINGS["contract"],
        mail(BACK, "2026-11-24", "new@example.nl"),
        collected(BACK, time=on("2026-11-25"), personal=both, categories=["contact"]),
    )
    assert former("retention", "run", "--yes").status == 0
    found = {
        word: BACK
        in former("find", "email", "--json", stdin=f"{word}@example.nl".encode()).out.decode()
        for word in ("old", "new", "both")
    }
    assert found == {"old": False, "new": True, "both": True}


def test_the_end_of_the_new_relationship_has_a_clock_of_its_own(former: Cli) -> None:
    former.record(*BEGINNINGS["contract"], mail(BACK, "2026-11-24", "new@example.nl"))
    assert former("retention", "run", "--yes").status == 0
    former.record(contract("ended", BACK, "2026-11-30", "C-2"))
    (clock,) = [
        row
        for row in former("retention", "due", "--all", "--json").json["clocks"]
        if row["category"] == "contact"
    ]
    assert (clock["until"], clock["overdue_since"]) == ("2028-11-30", None)


def test_what_came_after_the_end_is_kept_from_then_on(former: Cli) -> None:
    """Nobody is a customer by it, and it is not judged by a relationship that had ended."""
    former.record(mail(BACK, "2025-06-01", "later@example.nl"))
    assert former("retention", "run", "--yes").status == 0
    assert address(former) == "later@example.nl"
    (clock,) = [
        row
        for row in former("retention", "due", "--all", "--json").json["clocks"]
        if row["category"] == "contact"
    ]
    assert clock["until"] == "2027-06-01"


@pytest.mark.parametrize(
    ("facts", "left"), [({}, None), ({"carries_over": ["contact"]}, "old@example.nl")]
)
def test_an_order_carries_over_what_it_names(
    former: Cli, facts: dict[str, Any], left: str | None
) -> None:
    former.record(ordered(BACK, "2026-11-20", **facts))
    assert former("retention", "run", "--yes").status == 0
    assert address(former) == left


def test_what_is_confirmed_goes_on_in_the_new_relationship(former: Cli) -> None:
    confirmed = message("data-confirmed", BACK, time=on("2026-11-21"), categories=["contact"])
    assert former.record(*BEGINNINGS["order"], confirmed)["rejected"] == 0
    assert former("retention", "run", "--yes").status == 0
    assert address(former) == "old@example.nl"


@pytest.mark.parametrize(
    ("facts", "left"), [({}, "old@example.nl"), ({"carries_over": ["identity"]}, None)]
)
def test_a_reactivation_carries_over_everything_unless_it_says_otherwise(
    former: Cli, facts: dict[str, Any], left: str | None
) -> None:
    back = message("account-reactivated", BACK, time=on("2026-11-20"), reason="back", **facts)
    former.record(back)
    assert former("retention", "run", "--yes").status == 0
    assert address(former) == left


@pytest.fixture
def both(cli: Cli) -> Cli:
    """A customer who left and came back within one month."""
    cli.record(
        registered(BACK, time=on("2018-01-01")),
        mail(BACK, "2018-01-01", "first@example.nl"),
        contract("concluded", BACK, "2018-01-02", "C-1"),
        mail(BACK, "2020-03-05", "old@example.nl"),
        contract("ended", BACK, "2020-03-10", "C-1"),
        contract("concluded", BACK, "2020-03-20", "C-2"),
        mail(BACK, "2020-03-25", "new@example.nl"),
    )
    return cli


def mails(cli: Cli) -> list[Any]:
    lines = cli("history", BACK, "--json").lines
    return [row["personal"]["email"] for row in lines if row["personal"]]


def test_in_the_month_of_a_beginning_the_old_goes_and_the_new_stays(both: Cli) -> None:
    assert overdue(both) == {"contact"}
    months, part = both("retention", "run", "--json").json["due"]
    assert (months["collected_until"], months["newest"]) == ("2018-01-31", "2018-01-01")
    assert (part["cause"], part["fields"], part["categories"]) == ("retention", ["email"], [])
    assert part["newest"] == "2020-03-20", "up to the beginning: of a field no more is known"
    rows = both("retention", "due", "--json").json["clocks"]
    assert [row["fields"] for row in rows if "fields" in row] == [["email"]]
    assert both("retention", "run", "--yes").status == 0
    assert both("retention", "run", "--json").json["count"] == 0
    assert (overdue(both), address(both)) == (set(), "new@example.nl")
    assert mails(both) == [{"erased": True}, {"erased": True}, "new@example.nl"]
    found = {
        word: BACK
        in both("find", "email", "--json", stdin=f"{word}@example.nl".encode()).out.decode()
        for word in ("old", "new")
    }
    assert found == {"old": False, "new": True}
    # What comes late is judged by its own time: as the old relationship's, or as the new one's.
    for day, code in (("2020-03-06", "erased-subject"), ("2020-03-21", None)):
        ran = both.record(mail(BACK, day, f"{day}@example.nl"))
        assert [one["code"] for one in ran["rejections"]] == ([code] if code else [])
    assert address(both) == "new@example.nl"
    assert both("audit", "--views").status == 0


def test_without_new_values_the_month_stays_open_for_those_on_their_way(cli: Cli) -> None:
    cli.record(
        registered(BACK, time=on("2018-01-01")),
        contract("concluded", BACK, "2018-01-02", "C-1"),
        mail(BACK, "2020-03-05", "old@example.nl"),
        contract("ended", BACK, "2020-03-10", "C-1"),
        contract("concluded", BACK, "2020-03-20", "C-2"),
    )
    assert cli("retention", "run", "--yes").status == 0
    assert (address(cli), mails(cli)) == (None, [{"erased": True}])
    assert cli.record(mail(BACK, "2020-03-25", "new@example.nl"))["rejections"] == []
    assert cli("retention", "run", "--yes").status == 0
    assert address(cli) == "new@example.nl"


def test_once_the_new_relationship_is_over_as_well_all_of_the_month_goes(
    both: Cli,
) -> None:
    both.record(contract("ended", BACK, "2020-04-10", "C-2"))
    assert both("retention", "run", "--yes").status == 0
    assert mails(both) == [{"erased": True}] * 3


def test_who_changes_to_another_contract_the_next_day_has_not_left(cli: Cli) -> None:
    cli.record(
        registered(BACK, time=on("2018-01-01")),
        mail(BACK, "2018-01-01", "old@example.nl"),
        contract("concluded", BACK, "2018-01-02", "C-1"),
        contract("ended", BACK, "2020-03-01", "C-1"),
        contract("concluded", BACK, "2020-03-02", "C-2"),
    )
    assert cli("retention", "run", "--yes").status == 0
    assert address(cli) == "old@example.nl"
