"""Hard cases of the domain as scenarios, from what systems send to what an office is told.

The number in a name is that of the case; `docs/explanation/hard-cases.md` says where each one is shown.
"""

from typing import Any

import pytest

from tests.fixtures.console import (
    Cli,
    accessed,
    collected,
    consented,
    disclosed,
    message,
    recipient,
    registered,
    tell,
    withdrawn,
)

HR, OFFICE = "urn:voipzeker:hr", "urn:voipzeker:privacy-office"
WHO, SELLER = "customer/10023", "employee/7"


def on(day: int, hour: int = 10, month: int = 3) -> str:
    return f"2024-{month:02}-{day:02}T{hour:02}:00:00+01:00"


@pytest.fixture
def house(cli: Cli) -> Cli:
    """A ledger with a known system and a customer who was told how data is used."""
    system = {
        "name": "CRM",
        "owner": "sales",
        "sources": ["urn:voipzeker:crm", HR, OFFICE],
        "types": [],
    }
    tell(
        cli,
        message(
            "system-registered",
            "system/crm",
            source=OFFICE,
            time=on(1),
            **system,
        ),
        registered(time=on(1)),
    )
    return cli


def rules(cli: Cli) -> list[str]:
    """The rules that are broken."""
    return [row["rule"] for row in cli("findings", "--json").json["findings"]]


def newsletter(cli: Cli, as_of: str) -> tuple[bool, set[str]]:
    """Whether the newsletter may be sent, and why or why not."""
    ran = cli("marketing", WHO, "--channel", "email", "--as-of", as_of, "--json")
    (decision,) = ran.json["decisions"]
    return decision["allowed"], {verdict["code"] for verdict in decision["verdicts"]}


def test_case_6_a_request_of_the_last_of_january_is_due_on_the_last_of_february(
    house: Cli,
) -> None:
    for ref, day in (("R-1", "2025-01-31"), ("R-2", "2025-11-30"), ("R-3", "2026-03-06")):
        options = ("--right", "access", "--channel", "post", "--ref", ref, "--received-on", day)
        assert house("request", "open", WHO, *options).status == 0
    listed = house("request", "list", "--json").json["requests"]
    assert {row["request_ref"]: row["due_on"] for row in listed} == {
        "R-1": "2025-02-28",
        "R-2": "2025-12-30",
        "R-3": "2026-04-07",  # Easter Monday does not count
    }


def test_case_7_an_inactive_customer_gets_no_newsletter_until_the_account_is_active(
    house: Cli,
) -> None:
    tell(
        house,
        consented(time=on(2)),
        message("account-deactivated", WHO, time=on(5), reason="moved"),
        message("account-reactivated", WHO, time=on(9), reason="returned"),
        withdrawn(time=on(12)),
    )
    assert newsletter(house, on(3)) == (True, {"consent"})
    assert newsletter(house, on(6)) == (False, {"consent", "inactive"})  # law allows, the house not
    assert newsletter(house, on(10)) == (True, {"consent"})
    assert newsletter(house, on(13))[0] is False
    consents = house("consents", WHO, "--as-of", on(6), "--json").json["consents"]
    assert [(row["status"], row["effective"]) for row in consents] == [("given", False)]


def test_case_10_an_agreement_without_an_instrument_does_not_carry_data_out_of_the_eea(
    house: Cli,
) -> None:
    agreed = message("transfer-agreement-recorded", WHO, time=on(2), countries=["IN"])
    far: dict[str, Any] = {"recipient": "archive", "recipient_kind": "processor", "country": "IN"}
    sent = disclosed(time=on(4), id="sent", purpose="archive", fields=["name"], **far)
    kind = {"kind": "processor", "role": "processor", "country": "IN"}
    tell(house, recipient("Archive", "archive", time=on(1), **kind), agreed, sent)
    assert rules(house) == ["law.disclosure.region.mechanism"]
    clauses = {
        "transfer_mechanism": "A46-2-c",
        "agreement_ref": "SCC-1",
        "valid_from": "2024-03-01",
    }
    changed = {"type": "recipient-changed", "time": on(2), **kind, **clauses}
    tell(house, recipient("Archive", "archive", **changed))
    assert rules(house) == []


def test_case_12_a_call_to_112_shows_the_number_that_the_caller_hides(house: Cli) -> None:
    hidden = message("caller-id-blocking-changed", WHO, time=on(2), blocked=True)
    called = message(
        "emergency-call-disclosed",
        WHO,
        time=on(3),
        recipient="112",
        fields=["mobile_number"],
        caller_id_blocked=True,
        legal_basis="6-1-c",
        provision="nl.tw.11.10",
        activity="emergency-calls",
    )
    kind = {"kind": "emergency-services", "role": "authority"}
    tell(house, recipient("Alarmcentrale", "112", time=on(1), **kind), hidden, called)
    assert rules(house) == []
    (given,) = house("disclosures", "--subject", WHO, "--json").json["disclosures"]
    assert given["recipient_kind"] == "emergency-services"
    assert given["fields"] == ["mobile_number"]
    (choice,) = house("consents", WHO, "--json").json["choices"]
    assert choice["facts"]["blocked"] is True  # it stands for every other call


def test_case_13_whoever_is_named_as_a_malicious_caller_is_told(house: Cli) -> None:
    traced = message(
        "malicious-call-data-disclosed",
        WHO,
        time=on(3),
        id="traced",
        recipient="subscriber-77",
        fields=["calling_number"],
        request_ref="MC-1",
        legal_basis="6-1-c",
        provision="nl.tw.11.11",
        activity="malicious-calls",
    )
    kind = {"kind": "subscriber", "role": "controller"}
    tell(house, recipient("Abonnee", "subscriber-77", time=on(1), **kind), traced)
    assert rules(house) == ["law.malicious-call.informed"]
    told = {"disclosure_id": "traced", "channel": "post"}
    tell(house, message("disclosure-notice-given", WHO, time=on(5), **told))
    assert rules(house) == []


@pytest.fixture
def staffed(house: Cli) -> Cli:
    """Somebody with a certificate who held the role of the helpdesk until the 10th."""
    role = {"role": "helpdesk"}
    tell(
        house,
        message("role-defined", "role/helpdesk", time=on(1), categories=["contact"], **role),
        message("vog-presented", SELLER, time=on(1), profile="60", issued_on="2024-02-01"),
        message("employment-started", SELLER, time=on(2)),
        message("role-granted", SELLER, source=HR, time=on(2), **role),
        message("role-revoked", SELLER, source=HR, time=on(10), **role),
    )
    return house


def test_case_14_nobody_works_or_looks_without_a_certificate(staffed: Cli) -> None:
    newcomer = "employee/8"
    tell(
        staffed,
        message("employment-started", newcomer, time=on(3)),
        message("role-granted", newcomer, source=HR, time=on(3), role="helpdesk"),
        accessed(time=on(4), employee=newcomer, categories=["contact"]),
        accessed(time=on(4), employee=SELLER, categories=["contact"]),
    )
    assert sorted(rules(staffed)) == ["house.access.vog", "house.employment.vog"]


def test_case_15_a_role_that_was_taken_away_yesterday_opens_nothing_today(staffed: Cli) -> None:
    tell(staffed, accessed(time=on(9), categories=["contact"]))
    assert rules(staffed) == []
    tell(staffed, accessed(time=on(11), id="late", categories=["contact"]))
    (finding,) = staffed("findings", "--json").json["findings"]
    assert finding["rule"] == "house.access.role.missing"
    assert finding["event"]["id"] == "late"


def test_case_16_a_breach_of_friday_at_five_runs_through_the_weekend(house: Cli) -> None:
    friday = on(8, 17)  # 8 March 2024
    facts = {"breach_ref": "B-1", "detected_at": friday, "regime": "telecom/gdpr"}
    tell(house, message("breach-detected", "breach/B-1", time=friday, **facts))
    clocks = house("incident", "show", "B-1", "--json").json["clocks"]
    assert {clock["duty"]: clock["due"] for clock in clocks} == {
        "breach.telecom.initial": "2024-03-09T16:00:00.000000Z",
        "breach.gdpr": "2024-03-11T16:00:00.000000Z",
    }


def test_case_17_no_credit_check_for_a_small_order_of_a_customer(house: Cli) -> None:
    check = {"reason": "large-order", "legal_basis": "6-1-f", "activity": "credit-check"}
    small = {"order_ref": "O-1", "services": ["mobile"], "large_order": False}
    tell(
        house,
        message("order-placed", WHO, time=on(1, month=6), **small),
        message("credit-check-requested", WHO, time=on(2, month=6), **check),
    )
    assert rules(house) == ["house.credit.reason"]
    large = {"order_ref": "O-2", "services": ["mobile"], "large_order": True}
    tell(house, message("order-placed", WHO, time=on(1, month=6), **large))
    assert rules(house) == []


def test_case_18_a_destroyed_key_changes_values_and_nothing_else(house: Cli) -> None:
    tell(house, collected(time=on(2)), consented(time=on(3)))
    assert house("publish", "--once").status == 0
    before = house("state", WHO, "--json").json
    assert house("erase", WHO, "--ground", "request", "--category", "contact").status == 0
    after = house("state", WHO, "--json").json
    assert before["personal"].keys() - after["personal"].keys() == {"contact"}
    assert after["personal"]["identity"] == before["personal"]["identity"]
    rebuilt = house("rebuild", "--json").json
    assert all(view["ok"] for view in rebuilt["views"]), rebuilt
    assert house("publish", "--once").status == 0
    assert house("audit", "--views", "--json").json["ok"]


def test_case_20_a_repeat_is_counted_and_what_comes_late_is_in_its_place(house: Cli) -> None:
    """The withdrawal arrives before the consent that it takes back, and both arrive twice."""
    later, earlier = withdrawn(time=on(6)), consented(time=on(5))
    tell(house, later)
    assert house("consents", WHO, "--json").json["consents"][0]["status"] == "withdrawn"
    tell(house, earlier)
    assert house.record(later, earlier)["duplicates"] == 2
    (row,) = house("consents", WHO, "--json").json["consents"]
    assert row["status"] == "withdrawn"
    (past,) = house("consents", WHO, "--as-of", on(5, 12), "--json").json["consents"]
    assert past["status"] == "given"
    acts = house("history", WHO, "--json").acts  # as they were recorded, each with its own time
    assert [(act["type"].split(".")[3], act["occurred_at"][8:10]) for act in acts] == [
        ("customer-registered", "01"),
        ("consent-withdrawn", "06"),
        ("consent-given", "05"),
    ]


def test_case_21_a_corrected_disclosure_is_shown_corrected_and_to_the_auditor_as_both(
    house: Cli,
) -> None:
    wrong = disclosed(time=on(4), id="wrong", fields=["name", "iban"])
    taken_back = message("event-annulled", WHO, time=on(5), annuls="wrong", reason="other-fields")
    right = disclosed(time=on(4), id="right", fields=["name"])
    tell(house, recipient("Incasso BV", time=on(1)), wrong, taken_back, right)
    (given,) = house("disclosures", "--subject", WHO, "--json").json["disclosures"]
    assert given["fields"] == ["name"]
    report = house("report", "access", WHO, "--format", "json").json
    assert [row["fields"] for row in report["recipients"]] == [["name"]]
    history = house("history", WHO, "--json").acts
    both = {
        line["id"]: bool(line["annulled_by"]) for line in history if "disclosed" in line["type"]
    }
    assert both == {"wrong": True, "right": False}
