"""`ledger incident`: clocks of breaches and misuse, who was told, and whom a breach concerns."""

from typing import Any

import pytest

from tests.fixtures.console import Cli, collected, disclosed, message, registered
from tests.fixtures.moments import hours_ago
from tests.integration.test_console_incident_acts import states

ANNA, BERT, CARLA = "customer/10023", "customer/10024", "customer/10025"


def breach(name: str, hours: float, ref: str = "B-1", **facts: Any) -> dict[str, Any]:
    return message(name, f"breach/{ref}", time=hours_ago(hours), breach_ref=ref, **facts)


def detected(hours: float, regime: str = "telecom/gdpr", ref: str = "B-1") -> dict[str, Any]:
    return breach("breach-detected", hours, ref, detected_at=hours_ago(hours), regime=regime)


def notified(hours: float, regime: str, phase: str) -> dict[str, Any]:
    return breach("authority-notified", hours, regime=regime, phase=phase)


def misuse(name: str, hours: float, **facts: Any) -> dict[str, Any]:
    return message(name, ANNA, time=hours_ago(hours), case_ref="M-1", **facts)


def listed(cli: Cli, *arguments: str) -> tuple[int, Any]:
    ran = cli("incident", "list", *arguments, "--json")
    return ran.status, ran.json


def test_both_clocks_of_a_breach_run_and_stop_by_themselves(cli: Cli) -> None:
    cli.record(detected(2))
    status, answer = listed(cli)
    [row] = answer["incidents"]
    assert (status, row["ref"], row["subject"], row["open"]) == (0, "B-1", "breach/B-1", True)
    assert states(row) == {"breach.telecom.initial": "running", "breach.gdpr": "running"}
    cli.record(notified(1, "telecom", "initial"))
    row = cli("incident", "show", "B-1", "--json").json
    assert states(row) == {
        "breach.telecom.initial": "met",
        "breach.telecom.full": "running",
        "breach.gdpr": "running",
    }
    cli.record(notified(0.5, "telecom", "full"), notified(0.5, "avg", "full"))
    assert set(states(cli("incident", "show", "B-1", "--json").json).values()) == {"met"}
    cli.record(breach("breach-closed", 0.1))
    assert listed(cli)[1]["incidents"] == []
    [row] = listed(cli, "--all")[1]["incidents"]
    assert row["open"] is False


def test_an_authority_that_was_not_told_in_time_is_bad_news(cli: Cli) -> None:
    cli.record(detected(30), detected(1, ref="B-2"))
    status, answer = listed(cli)
    assert (status, answer["open"], answer["overdue"]) == (1, 2, 1)
    assert [row["ref"] for row in answer["incidents"]] == ["B-1", "B-2"]
    ran = cli("incident", "show", "B-1")
    assert ran.status == 1
    assert b"overdue" in ran.out
    dutch = cli("incident", "show", "B-1", "--language", "nl").out.decode()
    assert "Termijnen" in dutch
    assert "TE LAAT" in dutch
    assert "overdue" not in dutch.lower()
    assert "Clocks" not in dutch
    before = cli("incident", "show", "B-1", "--as-of", hours_ago(20), "--json")
    assert (before.status, states(before.json)["breach.telecom.initial"]) == (0, "running")


def test_no_risk_ends_the_clock_of_the_gdpr_and_a_high_one_is_for_persons(cli: Cli) -> None:
    cli.record(detected(100, "avg"), breach("breach-assessed", 90, risk="none"))
    status, answer = listed(cli)
    assert (status, answer["incidents"][0]["clocks"]) == (0, [])
    cli.record(breach("breach-assessed", 1, risk="high"))
    row = cli("incident", "show", "B-1", "--json").json
    assert (row["persons_must_be_told"], row["overdue"]) == (True, True)


def test_misuse_is_open_until_the_customer_was_warned_whatever_was_decided(cli: Cli) -> None:
    cli.record(registered(ANNA), misuse("misuse-suspected", 30, data_kinds=["login"]))
    status, answer = listed(cli)
    [row] = answer["incidents"]
    assert (status, row["kind"], row["subject"], states(row)) == (
        1,
        "misuse",
        ANNA,
        {"misuse.warning": "overdue"},
    )
    cli.record(misuse("misuse-resolved", 3, outcome="confirmed"))
    assert listed(cli)[0] == 1
    cli.record(misuse("customer-warned", 2, channel="phone"))
    assert listed(cli)[1]["incidents"] == []
    shown = cli("incident", "show", "M-1", "--json").json
    assert states(shown) == {"misuse.warning": "late"}
    assert [step["type"] for step in shown["steps"]][-1] == "customer-warned"


@pytest.fixture
def concerned(cli: Cli) -> Cli:
    """A breach, and three persons whose data went different ways."""
    system = {"name": "Shop", "owner": "sales", "sources": ["urn:test:shop"], "types": []}
    name = {"categories": ["identity"], "personal": {"name": "B. Bakker"}}
    cli.record(
        message(
            "system-registered",
            "system/shop",
            source="urn:voipzeker:privacy-office",
            time=hours_ago(900),
            **system,
        ),
        registered(ANNA, time=hours_ago(800)),
        collected(ANNA, time=hours_ago(700)),
        collected(BERT, time=hours_ago(600), source="urn:test:shop", **name),
        registered(CARLA, time=hours_ago(500)),
        disclosed(CARLA, time=hours_ago(400)),
        detected(1),
    )
    return cli


def persons(cli: Cli, *arguments: str) -> list[dict[str, Any]]:
    ran = cli("incident", "affected", "B-1", *arguments, "--json")
    assert ran.status == 0, ran.err
    assert ran.json["count"] == len(ran.json["persons"])
    return sorted(ran.json["persons"], key=lambda row: str(row["subject"]))


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["--category=contact"], [ANNA]),
        (["--category=contact", "--category=payment"], [ANNA, CARLA]),
        (["--category=identity"], [ANNA, BERT, CARLA]),
        (["--system=shop"], [BERT]),
        (["--recipient=incasso"], [CARLA]),
        (["--activity=debt-collection"], [CARLA]),
        (["--category=identity", "--from", hours_ago(650)], [BERT, CARLA]),
        (["--category=identity", "--to", hours_ago(650)], [ANNA]),
        (["--category=traffic"], []),
    ],
)
def test_whom_a_breach_concerns_is_found_in_the_ledger(
    concerned: Cli, arguments: list[str], expected: list[str]
) -> None:
    assert [row["subject"] for row in persons(concerned, *arguments)] == expected


def test_only_what_was_reached_is_named_and_who_was_told_is_known(concerned: Cli) -> None:
    concerned.record(
        message("subjects-notified", ANNA, time=hours_ago(0.5), breach_ref="B-1", channel="email")
    )
    anna, bert, carla = persons(concerned, "--category=identity")
    assert anna["told_at"] is not None
    assert bert["told_at"] is carla["told_at"] is None
    assert (bert["categories"], bert["events"]) == (["identity"], 1)
    assert concerned("incident", "show", "B-1", "--json").json["persons_told"] == 1
    assert b"customer/10023" in concerned("incident", "affected", "B-1", "--category=contact").out


def test_an_annulled_event_concerns_nobody_and_an_erased_person_has_no_name(concerned: Cli) -> None:
    wrong = collected(CARLA, id="wrong", time=hours_ago(300), categories=["traffic"], personal={})
    concerned.record(
        wrong, message("event-annulled", CARLA, annuls="wrong", reason="mistake", time=hours_ago(1))
    )
    assert persons(concerned, "--category=traffic") == []
    concerned("erase", ANNA, "--ground", "request")
    [row] = persons(concerned, "--category=contact")
    assert (row["subject"], row["events"]) == (None, 1)


def test_a_question_without_bounds_or_about_nothing_is_refused(concerned: Cli) -> None:
    assert concerned("incident", "affected", "B-1").status == 2
    assert concerned("incident", "affected", "B-1", "--category=shoes").status == 2
    assert (
        "there is no incident B-9"
        in concerned("incident", "affected", "B-9", "--category=contact").err
    )
    assert concerned("incident", "affected", "B-1", "--system=unknown").status == 2
