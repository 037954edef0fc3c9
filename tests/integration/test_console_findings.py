"""`ledger findings`: what breaks a rule appears, closes by itself, and can be seen as of the past."""

from typing import Any

import orjson
import pytest

from application.times import localized
from tests.fixtures.console import (
    Cli,
    collected,
    consented,
    disclosed,
    message,
    recipient,
    registered,
    tell,
)
from tests.fixtures.moments import on

HR, OFFICE = "urn:voipzeker:hr", "urn:voipzeker:privacy-office"
WHO, OTHER = "customer/10023", "customer/10024"
CONSENT, UNREGISTERED = "house.contact.consent", "house.disclosure.recipient.unregistered"
FINDING = {
    "rule",
    "title",
    "citation",
    "layer",
    "severity",
    "confidence",
    "event",
    "subject",
    "occurred_at",
    "since",
    "detail",
    "resolved_by",
}


@pytest.fixture
def quiet(cli: Cli) -> Cli:
    """A ledger whose only source is a registered system: nothing is found in it."""
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
    )
    return cli


def mailed(subject: str = WHO, **members: Any) -> dict[str, Any]:
    facts = {"channel": "email", "campaign": "spring", "purpose": "newsletter"}
    return message("marketing-message-sent", subject, **(facts | members))


def found(cli: Cli, *options: str) -> list[Any]:
    """The findings; their number and the exit status must agree with them."""
    ran = cli("findings", *options, "--json")
    rows = ran.json["findings"]
    assert set(ran.json) == {"findings", "open"}
    assert (ran.json["open"], ran.status) == (len(rows), 1 if rows else 0)
    return list(rows)


def rules(cli: Cli, *options: str) -> list[str]:
    return [row["rule"] for row in found(cli, *options)]


def test_nothing_is_found_where_nothing_is_wrong(quiet: Cli) -> None:
    tell(quiet, registered(time=on(2)), consented(time=on(3)), mailed(time=on(4)))
    assert found(quiet) == []
    ran = quiet("findings")
    assert (ran.status, b"nothing" in ran.out) == (0, True)


def test_a_message_without_consent_is_found_until_it_is_annulled(quiet: Cli) -> None:
    tell(quiet, registered(time=on(2)), mailed(time=on(4), id="mail"))
    (row,) = found(quiet, "--rule", CONSENT)
    assert set(row) == FINDING
    assert row["event"] == {
        "position": row["event"]["position"],
        "source": "urn:voipzeker:crm",
        "id": "mail",
        "type": "marketing-message-sent",
    }
    assert (row["subject"], row["layer"], row["severity"]) == (WHO, "house", "high")
    assert row["occurred_at"] == row["since"] == "2024-03-04T09:00:00.000000Z"
    before = row["event"]["position"]
    tell(quiet, message("event-annulled", WHO, time=on(6), annuls="mail", reason="not-sent"))
    assert found(quiet) == []
    # What was known then stays to be seen; what was a mistake never was so.
    assert CONSENT in rules(quiet, "--at-position", str(before))
    assert found(quiet, "--as-of", on(5)) == []


def test_consent_that_arrives_late_but_is_of_before_closes_it(quiet: Cli) -> None:
    tell(quiet, registered(time=on(2)), mailed(time=on(4)))
    assert CONSENT in rules(quiet)
    tell(quiet, consented(time=on(3)))
    assert found(quiet) == []


def test_a_disclosure_is_found_until_its_recipient_is_registered_from_before(quiet: Cli) -> None:
    tell(quiet, registered(time=on(2)), disclosed(time=on(4)), disclosed(OTHER, time=on(3)))
    rows = found(quiet, "--rule", UNREGISTERED)
    assert [(row["subject"], row["detail"]) for row in rows] == [
        (OTHER, "incasso"),
        (WHO, "incasso"),
    ]
    last = max(row["event"]["position"] for row in rows)
    tell(quiet, recipient("Incasso BV", time=on(20), valid_from="2024-03-04"))
    assert [row["subject"] for row in found(quiet, "--rule", UNREGISTERED)] == [OTHER]
    # As of a time before the registration occurred, and at a position before it was recorded.
    assert len(found(quiet, "--rule", UNREGISTERED, "--as-of", on(10))) == 2
    assert len(found(quiet, "--rule", UNREGISTERED, "--at-position", str(last))) == 2
    assert [row["subject"] for row in found(quiet, "--rule", UNREGISTERED, "--as-of", on(21))] == [
        OTHER
    ]


def test_as_of_shows_what_had_occurred_and_what_was_due(quiet: Cli) -> None:
    request = {
        "request_ref": "R-1",
        "right": "access",
        "channel": "email",
        "received_on": "2024-03-04",
    }
    tell(
        quiet,
        registered(time=on(2)),
        message("rights-request-received", WHO, time=on(4), **request),
    )
    overdue = found(quiet, "--rule", "law.rights.overdue")
    assert [row["since"] > row["occurred_at"] for row in overdue] == [True]
    assert found(quiet, "--as-of", on(20)) == []
    assert found(quiet, "--as-of", on(20, month=5), "--rule", "law.rights.overdue") == overdue


def test_a_legal_hold_stops_a_period_of_retention(quiet: Cli) -> None:
    traffic = {"called_number": "0201234567"}
    tell(quiet, collected(time=on(2), personal=traffic, categories=["traffic"]))
    passed = "law.retention.passed"
    assert [row["subject"] for row in found(quiet, "--rule", passed)] == [WHO]
    hold = {"hold_ref": "H-1", "ground": "claim", "review_on": "2030-01-01"}
    tell(quiet, message("legal-hold-placed", WHO, time=on(3), categories=["traffic"], **hold))
    assert found(quiet, "--rule", passed) == []
    tell(quiet, message("legal-hold-released", WHO, time=on(9), categories=["traffic"], **hold))
    assert len(found(quiet, "--rule", passed)) == 1


def test_the_present_seen_as_the_past_is_the_same(quiet: Cli) -> None:
    tell(
        quiet,
        registered(time=on(2)),
        mailed(time=on(4)),
        mailed(OTHER, time=on(4), source="urn:voipzeker:unknown"),
        disclosed(time=on(5)),
        recipient("Incasso BV", time=on(7), kind="processor"),
    )
    now = found(quiet)
    assert len({row["rule"] for row in now}) > 3
    last = str(quiet("status", "--json").json["position"])
    assert found(quiet, "--at-position", last) == now
    assert found(quiet, "--recorded-by", "2999-01-01T00:00:00Z") == now
    order = [(r["occurred_at"], r["event"]["source"], r["event"]["id"], r["rule"]) for r in now]
    assert order == sorted(order)


def test_findings_of_a_rule_a_severity_a_subject(quiet: Cli) -> None:
    tell(quiet, registered(time=on(2)), mailed(time=on(4)), disclosed(OTHER, time=on(5)))
    everything = found(quiet)
    last = str(quiet("status", "--json").json["position"])
    for moment in ((), ("--at-position", last)):
        assert found(quiet, "--severity", "high", *moment) == [
            row for row in everything if row["severity"] == "high"
        ]
        assert found(quiet, "--subject", OTHER, *moment) == [
            row for row in everything if row["subject"] == OTHER
        ]
        assert found(quiet, "--rule", UNREGISTERED, "--severity", "low", *moment) == []
    assert {row["subject"] for row in everything} == {WHO, OTHER}


def test_a_finding_about_an_erased_person_names_nobody(quiet: Cli) -> None:
    tell(quiet, registered(time=on(2)), mailed(time=on(4)))
    quiet("erase", WHO, "--ground", "request")
    (row,) = found(quiet, "--rule", CONSENT)
    assert row["subject"] is None
    assert WHO not in quiet("findings").out.decode()


def test_text_shows_the_same(quiet: Cli) -> None:
    tell(quiet, registered(time=on(2)), mailed(time=on(4)))
    ran = quiet("findings", "--rule", CONSENT)
    assert ran.status == 1
    assert all(text in ran.out.decode() for text in (WHO, CONSENT, "marketing-message-sent"))
    occurred = quiet("findings", "--rule", CONSENT, "--json").json["findings"][0]["occurred_at"]
    assert localized(occurred) in ran.out.decode()


@pytest.mark.parametrize(
    "arguments",
    [
        ("--rule", "house.nothing"),
        ("--severity", "worst"),
        ("--subject", "somebody"),
        ("--as-of", "yesterday"),
    ],
)
def test_options_that_name_nothing_are_refused(cli: Cli, arguments: tuple[str, ...]) -> None:
    assert cli("findings", *arguments).status == 2


SAMPLE = ("--events", "800", "--customers", "40", "--seed", "5")


@pytest.mark.parametrize("until", [None, "2024-02-29T12:00:00+01:00"])
def test_the_samples_ledger_has_exactly_the_planted_findings(cli: Cli, until: str | None) -> None:
    lines, planted = cli.folder / "sample.ndjson", cli.folder / "planted.ndjson"
    files = ("--output", str(lines), "--planted", str(planted))
    ended = ("--until", until) if until else ()
    assert cli("sample", *SAMPLE, *files, *ended).status == 0
    assert cli("ingest", str(lines), "--json").json["recorded"] == 800
    rows = found(cli, *(("--as-of", until) if until else ()))
    shown = [(one["rule"], one["event"], one["subject"]) for one in rows]
    for _, event, _ in shown:
        del event["position"]
    meant = [orjson.loads(line) for line in planted.read_bytes().splitlines()]
    wanted = [(one["rule"], one["event"], one["subject"]) for one in meant]
    assert wanted
    assert sorted(shown, key=of_finding) == sorted(wanted, key=of_finding)


def of_finding(finding: tuple[str, dict[str, Any], str | None]) -> tuple[str, str, str]:
    rule, event, subject = finding
    return rule, event["id"], subject or ""


def test_what_names_no_provision_is_recorded_and_found_until_it_is_mended(quiet: Cli) -> None:
    lawful = {"legal_basis": "6-1-c", "activity": "billing"}
    told = {"channel": "email", "reference": "BR-1", **lawful}
    shown = {"employee": "employee/7", "role": "desk", "purpose": "audit", "case_ref": "C-1"}
    court = disclosed(time=on(5), id="court", recipient="court", recipient_kind="lawyer", **lawful)
    tell(
        quiet,
        recipient("Law", "court", time=on(1), kind="lawyer"),
        registered(time=on(2)),
        message("service-message-sent", WHO, time=on(3), id="mail", **told),
        message("personal-data-accessed", WHO, time=on(4), id="look", **shown | lawful),
        court,
    )
    rows = found(quiet, "--rule", "law.basis.provision")
    assert [row["event"]["id"] for row in rows] == ["mail", "look", "court"]
    tell(
        quiet,
        message("event-annulled", WHO, time=on(6), annuls="mail", reason="no-provision"),
        message("service-message-sent", WHO, time=on(3), provision="nl.awr.53", **told),
    )
    rows = found(quiet, "--rule", "law.basis.provision")
    assert [row["event"]["id"] for row in rows] == ["look", "court"]


def test_an_order_of_the_police_without_a_provision_stays_withheld(quiet: Cli) -> None:
    lawful = {"legal_basis": "6-1-c", "recipient": "police", "recipient_kind": "police"}
    answer = quiet.record(disclosed(time=on(5), id="order", **lawful))
    assert [one["code"] for one in answer["rejections"]] == ["withheld"]
