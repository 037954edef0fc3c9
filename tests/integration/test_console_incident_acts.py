"""`ledger incident`: breach and misuse from beginning to end; what their state forbids is refused."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.fixtures.console import Cli, collected, message, registered
from tests.fixtures.moments import NOW, hours_ago

ANNA, BERT = "customer/10023", "customer/10024"
OFFICE = "urn:voipzeker:privacy-office"


@pytest.fixture
def office(cli: Cli) -> Cli:
    """A ledger that knows two persons."""
    cli.record(registered(ANNA), collected(ANNA), registered(BERT))
    return cli


def did(cli: Cli, act: str, *arguments: str, stdin: bytes = b"") -> Any:
    ran = cli("incident", act, *arguments, "--json", stdin=stdin)
    assert ran.status == 0, ran.err
    return ran.json


def refused(cli: Cli, act: str, *arguments: str, status: int = 1) -> str:
    """An act that is not allowed: nothing of it is recorded."""
    before = acts(cli)
    ran = cli("incident", act, *arguments, "--json")
    assert (ran.status, ran.out) == (status, b"")
    assert acts(cli) == before
    return ran.err


def acts(cli: Cli) -> int:
    """How many events there are, reads aside."""
    shown = [one for who in (ANNA, BERT) for one in cli("history", who, "--json").acts]
    breach = cli("history", "breach/B-1", "--json").lines
    return len(shown) + len(breach)


def names(shown: Any) -> list[str]:
    return [step["type"] for step in shown["steps"]]


def states(row: Any) -> dict[str, str]:
    return {clock["duty"]: clock["state"] for clock in row["clocks"]}


def test_a_breach_from_detection_to_its_end(office: Cli) -> None:
    begun = did(office, "detect", "B-1", "--at", hours_ago(20))
    assert states(begun) == {"breach.telecom.initial": "running", "breach.gdpr": "running"}
    assert begun["subject"] == "breach/B-1"
    did(office, "notify", "B-1", "--regime=telecom/gdpr", "--phase=initial", "--at", hours_ago(10))
    told = did(office, "assess", "B-1", "--risk=high", "--at", hours_ago(9))
    assert (told["risk"], told["persons_must_be_told"]) == ("high", True)
    did(office, "tell", "B-1", ANNA, "--channel=email", "--at", hours_ago(8))
    whole = did(office, "notify", "B-1", "--regime=telecom", "--phase=full", "--at", hours_ago(7))
    assert set(states(whole).values()) == {"met"}
    ended = did(office, "close", "B-1", "--at", hours_ago(6))
    assert (ended["open"], ended["persons_told"]) == (False, 1)
    assert office("incident", "list", "--json").json["incidents"] == []
    assert office("incident", "show", "B-1", "--json").json == ended
    events = office("history", "breach/B-1", "--json").lines
    assert {event["source"] for event in events} == {OFFICE}
    assert [event["type"].split(".")[-2] for event in events] == names(ended)
    assert names(ended) == [
        "breach-detected",
        "authority-notified",
        "breach-assessed",
        "authority-notified",
        "breach-closed",
    ]
    findings = office("findings", "--json").json["findings"]
    assert not {row["rule"] for row in findings} & {"law.breach.authority"}


def test_a_case_of_misuse_from_suspicion_to_its_end(office: Cli) -> None:
    kinds = "--kind=login", "--kind=call-costs"
    begun = did(office, "suspect", ANNA, *kinds, "--ref=M-1", "--at", hours_ago(5))
    assert (begun["kind"], begun["subject"]) == ("misuse", ANNA)
    assert states(begun) == {"misuse.warning": "running"}
    assert "Warning to a customer" in refused(office, "resolve", "M-1", "--outcome=unfounded")
    warned = did(office, "warn", "M-1", "--channel=phone", "--at", hours_ago(4))
    assert states(warned) == {"misuse.warning": "met"}
    ended = did(office, "resolve", "M-1", "--outcome=password-changed")
    assert (ended["open"], names(ended)) == (
        False,
        ["misuse-suspected", "customer-warned", "misuse-resolved"],
    )
    last = office("history", ANNA, "--json").acts[-1]
    assert (last["source"], last["activity"], last["legal_basis"]) == (
        OFFICE,
        "privacy-rights",
        "6-1-f",
    )
    assert "closed since" in refused(office, "resolve", "M-1", "--outcome=unfounded")
    made = did(office, "suspect", BERT, "--kind=login")
    assert made["ref"].startswith("MB-")


def test_what_the_state_of_a_breach_forbids_is_refused_and_nothing_is_recorded(office: Cli) -> None:
    assert "there is no incident B-1" in refused_unknown(office, "assess", "B-1", "--risk=high")
    did(office, "detect", "B-1", "--regime=gdpr", "--at", hours_ago(5))
    assert "already" in refused(office, "detect", "B-1")
    early = "--at", hours_ago(6)
    assert "before breach B-1 was detected" in refused(
        office, "tell", "B-1", "--channel=email", *early
    )
    assert "before breach B-1" in refused(office, "tell", "B-1", ANNA, "--channel=email", *early)
    assert "falls under gdpr" in refused(
        office, "notify", "B-1", "--regime=telecom", "--phase=full"
    )
    assert "never assessed" in refused(office, "close", "B-1")
    did(office, "assess", "B-1", "--risk=high", "--at", hours_ago(3))
    assert "high already" in refused(office, "assess", "B-1", "--risk=high")
    assert "persons were not told" in refused(office, "close", "B-1")
    did(office, "tell", "B-1", "--channel=website", "--at", hours_ago(2))
    assert "by website already" in refused(office, "tell", "B-1", "--channel=website")
    assert "Notification of a breach" in refused(office, "close", "B-1")
    did(office, "notify", "B-1", "--regime=gdpr", "--phase=full", "--at", hours_ago(1))
    again = refused(office, "notify", "B-1", "--regime=gdpr", "--phase=initial")
    assert "told of breach B-1 already" in again
    assert "before the last act" in refused(office, "close", "B-1", "--at", hours_ago(1.5))
    did(office, "close", "B-1")
    assert "closed since" in refused(office, "close", "B-1")
    assert "closed since" in refused(office, "assess", "B-1", "--risk=none")
    assert "time-in-future" in refused(
        office, "tell", "B-1", "--channel=post", "--at", (NOW + timedelta(hours=2)).isoformat()
    )


def refused_unknown(cli: Cli, act: str, *arguments: str) -> str:
    ran = cli("incident", act, *arguments, "--json")
    assert (ran.status, ran.out) == (1, b"")
    return ran.err


def test_acts_of_one_kind_are_not_done_on_the_other(office: Cli) -> None:
    did(office, "detect", "B-1", "--at", hours_ago(2))
    did(office, "suspect", ANNA, "--kind=login", "--ref=M-1")
    assert "expected a misuse" in refused(office, "warn", "B-1", "--channel=phone")
    assert "expected a breach" in refused(office, "close", "M-1")
    assert "incident M-1 already" in refused(office, "detect", "M-1")
    assert "incident B-1 already" in refused(office, "suspect", BERT, "--kind=x", "--ref=B-1")
    for wrong in ("--risk=enormous", "--risk="):
        refused(office, "assess", "B-1", wrong, status=2)
    assert "nothing about this subject" in refused(
        office, "suspect", "customer/99999", "--kind=login"
    )
    refused(office, "suspect", "breach/B-1", "--kind=login", status=2)


def test_two_persons_with_one_case_reference_are_told_apart(office: Cli) -> None:
    facts = {"case_ref": "M-1", "data_kinds": ["login"], "time": hours_ago(3)}
    office.record(
        message("misuse-suspected", ANNA, **facts), message("misuse-suspected", BERT, **facts)
    )
    assert "2 incidents" in refused_unknown(office, "warn", "M-1", "--channel=phone")
    shown = did(office, "warn", "M-1", "--channel=phone", "--subject", BERT)
    assert (shown["subject"], states(shown)) == (BERT, {"misuse.warning": "met"})
    rows = office("incident", "list", "--json").json["incidents"]
    assert {row["subject"]: states(row)["misuse.warning"] for row in rows} == {
        ANNA: "running",
        BERT: "met",
    }


def test_persons_are_told_once_however_often_it_is_said(office: Cli, tmp_path: Path) -> None:
    did(office, "detect", "B-1", "--at", hours_ago(2))
    first = did(office, "tell", "B-1", ANNA, ANNA, "--channel=email", "--at", hours_ago(1))
    assert (first["told_now"], first["told_before"], first["persons_told"]) == (1, 0, 1)
    everyone = f"{ANNA}\n\n {BERT} \n".encode()
    more = did(office, "tell", "B-1", "--persons=-", "--channel=post", stdin=everyone)
    assert (more["told_now"], more["told_before"], more["persons_told"]) == (1, 1, 2)
    listed = tmp_path / "persons.txt"
    listed.write_bytes(everyone)
    again = did(office, "tell", "B-1", f"--persons={listed}", "--channel=post")
    assert (again["told_now"], again["told_before"]) == (0, 2)
    for who, channel in ((ANNA, "email"), (BERT, "post")):
        told = [
            line
            for line in office("history", who, "--json").acts
            if line["type"].endswith("subjects-notified.v1")
        ]
        assert [(one["facts"]["channel"], one["provision"]) for one in told] == [
            (channel, "eu.gdpr.34")
        ]
    unknown = f"{ANNA}\ncustomer/99999\n"
    listed.write_text(unknown)
    err = refused(office, "tell", "B-1", f"--persons={listed}", "--channel=sms")
    assert "person 2 of the list" in err
    assert "99999" not in err
    refused(office, "tell", "B-1", f"--persons={tmp_path / 'none'}", "--channel=sms", status=2)


def test_an_incident_is_shown_as_it_was_known(office: Cli) -> None:
    did(office, "detect", "B-1", "--at", hours_ago(30))
    before = office("status", "--json").json["position"]
    did(office, "notify", "B-1", "--regime=telecom/gdpr", "--phase=full", "--at", hours_ago(20))
    now = office("incident", "list", "--all", "--json")
    assert (now.status, now.json["overdue"]) == (0, 0)
    then = office("incident", "list", "--json", f"--at-position={before}")
    assert (then.status, then.json["overdue"]) == (1, 1)
    show = office("incident", "show", "B-1", "--json", f"--at-position={before}")
    assert (show.status, names(show.json)) == (1, ["breach-detected"])
    early = office(
        "incident", "list", "--json", f"--at-position={before}", "--as-of", hours_ago(25)
    )
    assert (early.status, early.json["open"]) == (0, 1)
    assert (
        office("incident", "list", "--json", "--recorded-by", hours_ago(1)).json["incidents"] == []
    )
    assert "no incident" in office("incident", "show", "B-1", "--recorded-by", hours_ago(1)).err
