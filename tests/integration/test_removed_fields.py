"""A removed value becomes unreadable by the next retention run, through the program, wherever one looks."""

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.fixtures.console import Cli, collected, key_of, message, registered
from tests.integration.test_backup import back_up, elsewhere, ledger, restore

__all__ = ["elsewhere", "ledger"]

WHO, OTHER = "customer/10023", "customer/10024"
CANARY, STAYS = "+31612345678", "j.devries@example.nl"


def at(day: str) -> str:
    return f"{day}T10:00:00+01:00"


def given(day: str, who: str = WHO, /, **values: str) -> dict[str, Any]:
    personal = values or {"email": STAYS, "mobile_number": CANARY}
    return collected(who, time=at(day), categories=["contact"], personal=personal)


def removed(day: str, *fields: str, **members: Any) -> dict[str, Any]:
    facts = {
        "activity": "subscription-management",
        "legal_basis": "6-1-b",
        "requested_by": "subject",
    }
    names = list(fields) or ["mobile_number"]
    return message(
        "personal-data-removed",
        WHO,
        time=at(day),
        fields=names,
        categories=["contact"],
        **facts,
        **members,
    )


def held(**members: Any) -> dict[str, Any]:
    facts = {"hold_ref": "H-1", "ground": "claim", "review_on": "2027-01-01"}
    return message(
        "legal-hold-placed",
        WHO,
        categories=["contact"],
        activity="legal",
        legal_basis="6-1-f",
        **facts,
    )


@pytest.fixture
def customer(ledger: Cli) -> Cli:
    """A customer who gave a number, gave it again, and then removed it."""
    recorded = ledger.record(
        registered(WHO, time=at("2026-10-01")),
        given("2026-10-01"),
        given("2026-10-20"),
        given("2026-11-02", email="later@example.nl"),
        registered(OTHER, time=at("2026-10-01")),
        given("2026-10-01", OTHER),
        removed("2026-11-10"),
    )
    assert recorded["rejected"] == 0
    return ledger


def answers(cli: Cli) -> dict[str, str]:
    """All that the program says of the person."""
    asked = {
        "state": ("state", WHO, "--json"),
        "then": ("state", WHO, "--as-of", at("2026-11-01"), "--json"),
        "history": ("history", WHO, "--json"),
        "report": ("report", "access", WHO, "--json"),
        "all": ("state", "--all", "--json"),
    }
    return {name: cli(*command).out.decode() for name, command in asked.items()}


def test_before_the_run_it_is_due_and_shown(customer: Cli) -> None:
    (step,) = customer("retention", "run", "--json").json["due"]
    assert (step["cause"], step["fields"], step["categories"]) == ("removed", ["mobile_number"], [])
    assert step["rules"] == ["law.erasure.on-removal"]
    (clock,) = customer("retention", "due", "--json").json["clocks"]
    assert (clock["due"], clock["fields"], clock["category"]) == (
        True,
        ["mobile_number"],
        "contact",
    )
    shown = customer("retention", "run").out.decode()
    assert "mobile number" in shown


def test_after_the_run_nothing_of_it_is_to_be_read(customer: Cli) -> None:
    others = [
        customer("history", OTHER, "--json").acts,
        customer("state", OTHER, "--json").json["personal"],
    ]
    assert CANARY in answers(customer)["history"]
    ran = customer("retention", "run", "--yes", "--json")
    assert (ran.status, ran.json["count"]) == (0, 1), ran.err
    said = answers(customer)
    for name, text in said.items():
        texts = text.splitlines() if name == "all" else [text]
        assert not any(CANARY in line for line in texts if OTHER not in line), name
    assert said["history"].count(STAYS) == 2
    assert STAYS in said["then"]
    assert "later@example.nl" in said["state"]
    assert [
        customer("history", OTHER, "--json").acts,
        customer("state", OTHER, "--json").json["personal"],
    ] == others
    assert customer("retention", "run", "--json").json["count"] == 0
    assert customer("retention", "due", "--json").json["clocks"] == []
    found = customer("find", "mobile_number", "--json", stdin=CANARY.encode()).json
    assert [row["subject"] for row in found["subjects"]] == [OTHER]
    by_mail = customer("find", "email", "--json", stdin=STAYS.encode()).json
    assert {row["subject"] for row in by_mail["subjects"]} == {WHO, OTHER}
    assert customer("audit", "--views", "--json").json["findings"] == []


def test_the_views_made_again_are_those_that_were_followed(customer: Cli) -> None:
    customer("retention", "run", "--yes")
    before = answers(customer)
    assert customer("rebuild").status == 0
    after = answers(customer)
    assert [after[name] for name in ("state", "then")] == [
        before[name] for name in ("state", "then")
    ]
    assert customer("audit", "--views", "--json").json["findings"] == []


def test_a_hold_keeps_a_removed_value_until_it_is_released(customer: Cli) -> None:
    customer.record(held())
    assert customer("retention", "run", "--yes", "--json").json["count"] == 0
    (clock,) = customer("retention", "due", "--json").json["clocks"]
    assert (clock["situation"], clock["deferred"]) == ("deferred", "removed")
    assert [keeper["ref"] for keeper in clock["kept_by"]] == ["H-1"]
    assert CANARY in answers(customer)["history"]
    assert customer("hold", "release", WHO, "H-1").status == 0
    assert customer("retention", "run", "--yes", "--json").json["count"] == 1
    assert CANARY not in answers(customer)["history"]


def test_a_late_value_of_before_the_removal_is_refused_and_a_later_one_is_taken(
    customer: Cli,
) -> None:
    customer("retention", "run", "--yes")
    late = customer.record(given("2026-10-05", mobile_number="+31687654321"))
    assert late["rejected"] == 1
    again = customer.record(given("2026-11-11", mobile_number="+31687654321"))
    assert again["rejected"] == 0
    assert (
        customer("state", WHO, "--json").json["personal"]["contact"]["mobile_number"]
        == "+31687654321"
    )
    assert customer("retention", "run", "--json").json["count"] == 0
    customer.record(removed("2026-11-12"))
    assert customer("retention", "run", "--yes", "--json").json["count"] == 1
    assert "+31687654321" not in answers(customer)["history"]
    assert customer("audit", "--json").json["findings"] == []


def test_a_removal_that_comes_before_its_value_takes_it_all_the_same(ledger: Cli) -> None:
    ledger.record(registered(WHO, time=at("2026-10-01")), removed("2026-11-10"))
    assert ledger("retention", "run", "--json").json["count"] == 0
    ledger.record(given("2026-10-20"))
    assert ledger("retention", "run", "--yes", "--json").json["count"] == 1
    assert CANARY not in answers(ledger)["history"]


def test_a_removal_that_was_a_mistake_takes_nothing(customer: Cli) -> None:
    source = removed("2026-11-10")["source"]
    lines = [act for act in customer("history", WHO, "--json").acts]
    (mistake,) = [act["id"] for act in lines if "personal-data-removed" in act["type"]]
    customer.record(
        message(
            "event-annulled",
            WHO,
            source=source,
            annuls=mistake,
            reason="mistake",
            time=at("2026-11-11"),
        )
    )
    assert customer("retention", "run", "--json").json["count"] == 0


@pytest.mark.parametrize("published", [True, False])
def test_an_older_backup_does_not_bring_it_back(
    customer: Cli, elsewhere: str, published: bool
) -> None:
    copies = back_up(customer)
    customer("retention", "run", "--yes")
    if published:
        assert customer("publish", "--once").status == 0
    before = answers(customer)["history"]
    ran = restore(customer, copies, elsewhere)
    assert ran["erasures_reapplied"] == 1
    after = answers(customer)["history"]
    assert CANARY in before or CANARY not in after
    assert CANARY not in after
    assert after.count(STAYS) == before.count(STAYS)
    assert customer("retention", "run", "--json").json["count"] == 0
    assert customer("audit", "--views", "--json").json["findings"] == []


def test_one_field_is_erased_by_command_and_a_certificate_says_so(customer: Cli) -> None:
    erased = customer("erase", WHO, "--ground", "request", "--field", "email", "--json")
    assert erased.status == 0, erased.err
    (erasure,) = erased.json["erasures"]
    assert (erasure["fields"], erasure["categories"]) == (["email"], [])
    assert customer("publish", "--once").status == 0
    position = str(erasure["last_position"])
    path = customer.folder / "proof.json"
    assert customer("certificate", "write", position, "--output", str(path)).status == 0
    check = ("certificate", "verify", str(path), "--key", key_of(customer))
    proven = customer(*check, "--json").json
    assert (proven["fields"], proven["categories"], proven["ground"]) == (["email"], [], "request")
    assert len(proven["keys_destroyed"]) == erasure["keys_destroyed"] == 2
    assert "single values" in customer(*check).out.decode()
    letter = customer.folder / "letter.html"
    written = customer(
        "certificate", "write", position, "--format", "html", "--output", str(letter)
    )
    assert written.status == 0
    assert "Welke losse gegevens" in letter.read_text()
    assert "tot en met" not in letter.read_text()
    said = answers(customer)
    assert STAYS not in said["history"]
    assert STAYS not in said["state"]
    assert CANARY in said["history"]


def test_the_forecast_counts_a_removed_field_and_its_certificate_says_until_when(
    customer: Cli,
) -> None:
    month = f"{datetime.now(UTC):%Y-%m}"
    expected = {"month": month, "category": "contact", "data_subjects": 1}
    assert expected in customer("retention", "forecast", "--json").json["months"]
    (erasure,) = customer("retention", "run", "--yes", "--json").json["erased"]
    assert expected not in customer("retention", "forecast", "--json").json["months"]
    assert customer("publish", "--once").status == 0
    position, path = str(erasure["position"]), customer.folder / "proof.json"
    assert customer("certificate", "write", position, "--output", str(path)).status == 0
    check = ("certificate", "verify", str(path), "--key", key_of(customer))
    assert customer(*check, "--json").json["through"] == "2026-11-10T09:00:00.000000Z"
    letter = customer.folder / "letter.html"
    options = ("--format", "html", "--output", str(letter))
    assert customer("certificate", "write", position, *options).status == 0
    assert "tot en met 10 november 2026" in letter.read_text()


def test_a_category_and_a_field_are_not_named_together(customer: Cli) -> None:
    ran = customer("erase", WHO, "--ground", "request", "--field", "email", "--category", "contact")
    assert ran.status == 2
