"""`ledger report access`: what it owes, what it never tells, the same bytes, and what is recorded of it."""

import json
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from schemas.personal import Value
from schemas.texts import LANGUAGES
from tests.fixtures.console import (
    Cli,
    accessed,
    collected,
    consented,
    declared,
    disclosed,
    message,
    recipient,
    registered,
)
from tests.fixtures.moments import on
from tests.fixtures.raw_codes import page_text, raw_codes

WHO, OTHER, CONTACT = "customer/10023", "customer/10024", "customer/10023/contact/1"
AT = "2026-01-05T10:00:00+01:00"


def report(cli: Cli, *options: str, subject: str = WHO, form: str = "json") -> bytes:
    ran = cli("report", "access", subject, "--format", form, "--at", AT, *options)
    assert ran.status == 0, ran.err
    return ran.out


def told(cli: Cli, *options: str, subject: str = WHO) -> Any:
    return json.loads(report(cli, "--json", *options, subject=subject))


def traffic(**personal: Value) -> dict[str, Any]:
    return collected(
        time=on(4),
        categories=["traffic"],
        origin="network",
        personal=personal or {"called_number": "+31687654321"},
    )


@pytest.fixture
def house(cli: Cli) -> Cli:
    recorded = cli.record(
        declared(),
        recipient("Incasso BV"),
        registered(),
        collected(time=on(2)),
        consented(time=on(2)),
        collected(time=on(3), personal={"email": "nieuw@example.nl"}, categories=["contact"]),
        traffic(),
        accessed(time=on(5)),
        disclosed(time=on(6)),
        recipient("Incasso Nieuw BV", type="recipient-changed", valid_from="2025-01-01"),
        registered(OTHER),
        collected(OTHER, personal={"name": "Ander Persoon"}, categories=["identity"]),
        message(
            "contact-person-added",
            CONTACT,
            customer=WHO,
            categories=["identity"],
            personal={"name": "Kees Contact"},
        ),
    )
    assert recorded["recorded"] == 13
    return cli


def test_every_point_of_the_article_is_answered_with_its_positions(house: Cli) -> None:
    answer = told(house)
    points = ("purposes", "categories", "recipients", "retention", "sources", "data")
    for name in points:
        assert answer[name], name
        assert all(row["positions"] for row in answer[name]), name
    [given] = answer["recipients"]
    assert (given["name"], given["occurred_at"]) == ("Incasso BV", "2024-03-06T09:00:00.000000Z")
    [collection] = [row for row in answer["purposes"] if row["activity"] == "debt-collection"]
    assert (collection["name"], collection["legal_basis"]) == ("Collection", "6-1-f")
    assert collection["purposes"] == ["collection"]
    assert {row["right"]: row["applies"] for row in answer["rights"]}["objection"] is True
    assert {row["category"] for row in answer["categories"] if row["held"]} == {
        "contact",
        "identity",
        "traffic",
    }
    assert {row["origin"] for row in answer["sources"]} == {"customer", "network"}


def test_what_should_be_gone_is_said_as_overdue_by_all_answers(house: Cli) -> None:
    """Calls of March 2024: no contract keeps them beyond their period."""
    house.record(message("contract-concluded", WHO, time=on(1), contract_ref="C-1"))
    rows = {row["category"]: row for row in told(house)["retention"]}
    clocks = house("retention", "due", "--all", "--json").json["clocks"]
    mine = {row["category"]: row for row in clocks if row["subject"] == WHO}
    for category, row in rows.items():
        shared = ("until", "rule", "waits_for", "grounds", "overdue_since")
        assert {name: row[name] for name in shared} == {n: mine[category][n] for n in shared}
    assert rows["traffic"]["overdue_since"] == "2024-09-30"
    assert (rows["traffic"]["grounds"], rows["contact"]["overdue_since"]) == ([], None)
    (subject,) = house("retention", "decide", WHO, "--cause=retention", "--json").json[
        "data_subjects"
    ]
    decided = {row["category"]: row for row in subject["decisions"]}
    assert {c: row["decision"] for c, row in decided.items()} == {
        "contact": "retain",
        "identity": "retain",
        "traffic": "erase",
    }
    assert decided["contact"]["grounds"] == rows["contact"]["grounds"]
    found = house("findings", "--json").json["findings"]
    assert [one["since"][:10] for one in found if one["rule"] == "law.retention.passed"] == [
        "2024-09-29"  # midnight in Amsterdam, in UTC
    ]
    html = report(house, "--language", "en", form="html").decode()
    assert "should have been deleted on 30 September 2024" in html
    assert "had gewist moeten zijn op 30 september 2024" in report(house, form="html").decode()


def test_each_purpose_keeps_its_own_provision(house: Cli) -> None:
    law = "6-1-c"
    purposes = [
        {"purpose": "emergency-assistance", "legal_basis": law, "provision": "nl.tw.11.10"},
        {"purpose": "tax-information", "legal_basis": law, "provision": "nl.awr.53"},
        {"purpose": "bookkeeping", "legal_basis": law},
    ]
    used = {"activity": "statutory", "legal_basis": law, "time": on(8)}
    house.record(
        declared("statutory", purposes=purposes),
        accessed(provision="nl.awr.53", id="a", **used),
        accessed(provision="nl.tw.11.10", id="b", **used),
        accessed(provision="nl.awr.52", id="c", **used),
    )
    rows = [row for row in told(house)["purposes"] if row["activity"] == "statutory"]
    assert {row["provision"]: row["purposes"] for row in rows} == {
        "nl.awr.53": ["tax-information"],
        "nl.tw.11.10": ["emergency-assistance"],
        "nl.awr.52": ["bookkeeping"],
    }


def test_the_copy_has_what_counts_and_what_came_before(house: Cli) -> None:
    mails = [row for row in told(house)["data"] if row["field"] == "email"]
    assert [(row["value"], row["current"]) for row in mails] == [
        ("j.devries@example.nl", False),
        ("nieuw@example.nl", True),
    ]


def test_others_are_never_told_of(house: Cli) -> None:
    text = report(house).decode()
    for secret in ("Ander Persoon", "Kees Contact", "employee", "687654321"):
        assert secret not in text
    assert "+31687…" in text
    for form in ("html", "pdf"):
        assert b"employee/7" not in report(house, form=form)


def test_the_other_end_of_a_call_is_not_told_in_any_spelling(house: Cli) -> None:
    house.record(
        collected(time=on(3), personal={"mobile_number": "+31611111111"}, categories=["contact"]),
        traffic(called_number=31687654321, calling_number=31687654321.0),
        traffic(called_number=[31687654321, "+31687654321", "+31611111111"]),
    )
    assert "687654321" not in report(house).decode()
    [listed] = [row for row in told(house)["data"] if isinstance(row["value"], list)]
    assert listed["value"] == ["316876…", "+31687…", "+31611111111"]


def test_consultations_have_date_and_purpose_and_no_employee(house: Cli) -> None:
    house("state", WHO, "--json")
    house("state", "--all")
    house("state", OTHER)
    house("disclosures")  # a list: nobody recorded whom it told about
    found = told(house)["consultations"]
    assert [(row["where"], row["purpose"], row["everyone"]) for row in found] == [
        ("system", "support", False),
        ("ledger", "state", False),
        ("ledger", "state", True),
    ]
    assert set(found[0]) == {
        "annulled",
        "categories",
        "everyone",
        "occurred_at",
        "positions",
        "purpose",
        "where",
    }


def test_the_same_position_keys_and_time_give_the_same_bytes(house: Cli) -> None:
    position = str(house("status", "--json").json["position"])
    for form in ("json", "html", "pdf"):
        for language in ("nl", "en"):
            options = ("--at-position", position, "--language", language)
            first = report(house, *options, form=form)
            house.record(
                recipient("Later BV", type="recipient-changed", valid_from="2023-01-01"),
                collected(personal={"name": "Later"}, categories=["identity"]),
            )
            assert report(house, *options, form=form) == first


def test_a_disclosure_under_secrecy_leaves_no_trace(house: Cli) -> None:
    position = str(house("status", "--json").json["position"])
    before = {form: report(house, "--at-position", position, form=form) for form in ("json", "pdf")}
    house.set(CONFIDENTIAL="true")
    assert house("init").status == 0
    secret = disclosed(
        provision="nl.sv.126na", legal_basis="6-1-c", recipient_kind="police", case_ref="S-1"
    )
    assert house.record(secret)["recorded"] == 1
    house.set(CONFIDENTIAL="false")
    for form, content in before.items():
        assert report(house, "--at-position", position, form=form) == content
    assert "Waar de wet het verbiedt" in report(house, form="html").decode()


def test_what_was_erased_is_answered_as_erased(house: Cli) -> None:
    house("erase", WHO, "--category", "contact", "--ground", "consent-withdrawn")
    answer = told(house)
    [contact] = [row for row in answer["categories"] if row["category"] == "contact"]
    assert contact["held"] is False
    [erased] = contact["erased"]
    assert erased["ground"] == "consent-withdrawn"
    assert erased["at"]
    assert "email" not in {row["field"] for row in answer["data"]}
    assert "contact" not in {row["category"] for row in answer["retention"]}
    assert "gewist op" in report(house, form="html").decode()


def test_who_was_erased_as_a_whole_is_told_what_was_done(house: Cli) -> None:
    house("erase", WHO, "--ground", "request")
    answer = told(house)
    assert answer["data"] == answer["retention"] == []
    assert all(row["erased"] for row in answer["categories"] if row["category"] == "identity")
    assert answer["recipients"][0]["name"] == "Incasso BV"
    assert len(answer["seal"]) == 43


def frozen(deed: str, day: int, **facts: Any) -> dict[str, Any]:
    named = {"hold_ref": "F-1", "ground": "undisclosed", "review_on": "2099-01-01"} | facts
    return message(
        f"legal-hold-{deed}",
        WHO,
        time=on(day),
        id=f"{deed}-{day}",
        categories=["contact", "traffic"],
        activity="privacy-rights",
        legal_basis="6-1-f",
        **named,
    )


def test_a_hold_that_may_not_be_told_of_changes_nothing_in_the_report(house: Cli) -> None:
    def known(position: int) -> Any:
        answer = told(house, "--at-position", str(position))
        return {name: answer[name] for name in answer if name not in {"position", "seal"}}

    before = house("status", "--json").json["position"]
    wrong = message("event-annulled", WHO, time=on(9), annuls="placed-8", reason="mistake")
    house.record(
        frozen("placed", 7),
        frozen("reviewed", 8),
        frozen("placed", 8, hold_ref="F-2"),
        wrong,
        frozen("released", 9, ground="ended"),
    )
    assert known(before + 5) == known(before)
    assert "F-1" in house("history", WHO, "--json").out.decode()
    house.record(frozen("reviewed", 10, ground="court-order"))
    acts = [act for act in told(house)["acts"] if "F-1" in act["text"]]
    assert [act["occurred_at"][:10] for act in acts] == [
        "2024-03-07",
        "2024-03-08",
        "2024-03-09",
        "2024-03-10",
    ]


def test_what_was_annulled_is_marked(house: Cli) -> None:
    wrong = collected(id="wrong", time=on(7), personal={"name": "Verkeerd"})
    house.record(
        wrong, message("event-annulled", WHO, time=on(8), annuls="wrong", reason="mistake")
    )
    answer = told(house)
    [row] = [row for row in answer["data"] if row["value"] == "Verkeerd"]
    assert (row["annulled"], row["current"]) == (True, False)
    assert sum(act["annulled"] for act in answer["acts"]) == 1


def test_hash_and_checkpoint_are_recorded_on_the_request(house: Cli) -> None:
    house("publish", "--once")
    house("request", "open", WHO, "--right", "access", "--channel", "email", "--ref", "R-1")
    early = house("report", "access", WHO, "--request", "R-1")
    assert (early.status, early.out) == (1, b"")
    house("request", "verify-identity", "R-1", "--method", "portal-login")
    file = house.folder / "report.pdf"
    ran = house(
        "report", "access", WHO, "--request", "R-1", "--format", "pdf", "--output", str(file)
    )
    assert (ran.status, ran.out) == (0, b"")
    issued = house("history", WHO, "--json").acts[-1]
    assert issued["type"].endswith(".access-report-issued.v1")
    facts = issued["facts"]
    assert facts["sha256"] == sha256(file.read_bytes()).hexdigest()
    assert (facts["format"], facts["request_ref"], facts["language"]) == ("pdf", "R-1", "nl")
    assert facts["checkpoint_size"] == 13
    assert facts["position"] < issued["position"]
    assert house("request", "answer", "R-1", "--json").json["status"] == "answered"


def test_a_dutch_report_names_recipients_and_has_words_for_codes(house: Cli) -> None:
    house.record(
        collected(time=on(8), origin="third-party", from_recipient="incasso", channel="shop"),
        accessed(time=on(9), purpose="customer-question"),
    )
    text = report(house, form="html").decode()
    acts = [act["text"] for act in told(house)["acts"] if act["act"] == "personal-data-disclosed"]
    assert acts[0].startswith(
        "Gegevens verstrekt aan Incasso BV (incassobureau, Nederland) voor incasso:"
    )
    for words in (
        "een derde: Incasso BV",
        "de winkel",
        "vraag van de klant",
    ):
        assert words in text
    for code in ("third-party", "customer-question", "GDPR", "rivacy policy"):
        assert code not in text


def test_a_report_begins_with_whom_it_is_for_and_goes_by_time_and_says_no_code(house: Cli) -> None:
    address = {"street": "Kerkstraat", "house_number": "5", "postcode": "1234 AB", "city": "Leiden"}
    late = [
        collected(time=on(1), personal=address, categories=["address"], id="late"),
        accessed(time=on(2), activity="speech-analytics-pilot", id="looked"),
        traffic(call_started_at="2024-03-04T08:30:15.327+01:00"),
    ]
    assert house.record(*late)["recorded"] == 3
    answer = told(house)
    for rows in (answer["acts"], answer["consultations"]):
        assert [row["occurred_at"] for row in rows] == sorted(row["occurred_at"] for row in rows)
    positions = [row["positions"][0] for row in answer["acts"]]
    assert positions != sorted(positions)
    for language in LANGUAGES:
        text = page_text(report(house, "--language", language, form="html"))
        assert text.split("\n")[1:4] == ["J. de Vries", "Kerkstraat 5", "1234 AB Leiden"]
        assert raw_codes(text, language) == set()
        assert "speech analytics pilot (" in text
        assert "08:30:15" in text


def test_only_a_report_on_a_request_says_that_its_hash_was_recorded(house: Cli) -> None:
    recorded = "its SHA-256 was recorded in the ledger"
    assert recorded not in report(house, "--language", "en", form="html").decode()
    house("request", "open", WHO, "--right", "access", "--channel", "email", "--ref", "R-1")
    house("request", "verify-identity", "R-1", "--method", "portal-login")
    asked = report(house, "--request", "R-1", "--language", "en", form="html").decode()
    assert recorded in asked


def test_a_report_answers_a_request_for_access_of_the_same_person(house: Cli) -> None:
    house("request", "open", OTHER, "--right", "access", "--channel", "post", "--ref", "R-2")
    house("request", "open", WHO, "--right", "erasure", "--channel", "post", "--ref", "R-3")
    for ref in ("R-2", "R-3", "R-9"):
        ran = house("report", "access", WHO, "--request", ref)
        assert (ran.status, ran.out) == (1, b""), ref


def test_the_seal_cannot_be_guessed_and_differs_by_person(house: Cli, tmp_path: Path) -> None:
    seals = {told(house, subject=subject)["seal"] for subject in (WHO, OTHER, CONTACT)}
    assert len(seals) == 3


def test_json_is_asked_for_as_everywhere(house: Cli) -> None:
    asked = ("report", "access", WHO, "--at", AT, "--at-position", "5")
    assert house(*asked, "--json").out == report(house, "--at-position", "5")
    assert house("report", "portability", WHO, "--json").json["export"] == "portability"


def test_wrong_usage(house: Cli) -> None:
    assert house("report", "access", "recipient/incasso").status == 2
    assert house("report", "access", WHO, "--format", "docx").status == 2
    assert house("report", "access", WHO, "--format", "html", "--json").status == 2
    assert house("report", "portability", WHO, "--format", "csv", "--json").status == 2
    assert house("report", "access", WHO, "--language", "fr").status == 2
    assert house("report", "access", "customer/9").status == 1
