"""`ledger request`: every right from receipt to answer; what the state of a request forbids is refused."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from rulebook import REFUSALS, due_date, request_period
from rulebook.calendar import day_of
from tests.fixtures.console import Cli, collected, declared, message, registered
from tests.integration.test_console_incident_acts import names

WHO, OTHER = "customer/10023", "customer/10024"
NOW = datetime.now(UTC)
TODAY = day_of(NOW)
ROW = {
    "request_ref",
    "subject",
    "data_subject",
    "right",
    "channel",
    "requester",
    "received_on",
    "status",
    "identity",
    "extended",
    "due_on",
    "due",
    "pauses",
    "overdue",
    "ended_at",
    "outcome",
}


@pytest.fixture
def office(cli: Cli) -> Cli:
    """A ledger that knows two persons, and two activities."""
    told = [{"purpose": "newsletter", "legal_basis": "6-1-a"}]
    reports = [{"purpose": "management-reporting", "legal_basis": "6-1-f"}]
    activities = declared("mkt", purposes=told), declared("internal-reporting", purposes=reports)
    cli.record(registered(), collected(), registered(OTHER), *activities)
    return cli


def asked(cli: Cli, right: str, ref: str = "R-1", who: str = WHO, **options: str) -> Any:
    flags = [f"--{name.replace('_', '-')}={text}" for name, text in options.items()]
    ran = cli(
        "request", "open", who, "--right", right, "--channel=email", "--ref", ref, *flags, "--json"
    )
    assert ran.status == 0, ran.err
    return ran.json


def did(cli: Cli, act: str, *arguments: str) -> Any:
    ran = cli("request", act, *arguments, "--json")
    assert ran.status == 0, ran.err
    return ran.json


def refused(cli: Cli, act: str, *arguments: str) -> str:
    """An act that is not allowed: nothing of it is recorded."""
    before = cli("status", "--json").json["position"]
    ran = cli("request", act, *arguments, "--json")
    assert (ran.status, ran.out) == (1, b"")
    # Only that the request was looked at.
    assert cli("status", "--json").json["position"] - before in {0, 1}
    return ran.err


@pytest.mark.parametrize("channel", ["post", "email", "portal", "phone", "other"])
def test_every_channel_opens_a_request_that_has_a_day_to_be_answered_by(
    office: Cli, channel: str
) -> None:
    ran = office("request", "open", WHO, "--right=access", "--channel", channel, "--json")
    shown = ran.json
    assert set(shown) == {*ROW, "decisions", "steps", "notice", "said_to_all"}
    assert (shown["subject"], shown["channel"], shown["status"]) == (WHO, channel, "open")
    due = due_date("rights.answer", datetime.fromisoformat(shown["received_on"]).date())
    assert shown["due_on"] == due.isoformat()
    assert office("request", "show", shown["request_ref"], "--json").json == shown
    [event] = [line for line in office("history", WHO, "--json").lines if "rights" in line["type"]]
    assert (event["source"], event["activity"]) == (
        "urn:voipzeker:privacy-office",
        "privacy-rights",
    )
    assert (event["legal_basis"], event["provision"]) == ("6-1-c", "eu.gdpr.15")


def test_a_restriction_an_objection_a_review_and_a_rectification_are_answered_by_their_acts(
    office: Cli,
) -> None:
    asked(office, "restriction", "R-1")
    err = office("request", "answer", "R-1", "--json").err
    assert "--category: a request for restriction" in err
    flags = "--category=contact", "--ground=accuracy-contested"
    done = did(office, "answer", "R-1", *flags)
    answered = {"rights-request-received", "processing-restricted", "rights-request-answered"}
    assert set(names(done)) == answered
    asked(office, "objection", "R-2", activity="internal-reporting")
    assert "objection-upheld" in names(did(office, "answer", "R-2"))
    asked(office, "human-review", "R-3")
    assert "--review" in office("request", "answer", "R-3", "--json").err
    assert "human-review-completed" in names(did(office, "answer", "R-3", "--review=revised"))
    asked(office, "rectification", "R-4")
    did(office, "verify-identity", "R-4", "--method=portal-login")
    assert "no correction names it" in refused(office, "answer", "R-4")
    office.record(
        message(
            "personal-data-corrected",
            WHO,
            fields=["email"],
            requested_by="subject",
            reason="typing-error",
            request_ref="R-4",
            categories=["contact"],
            personal={"email": "other@example.nl"},
            time=(NOW - timedelta(minutes=1)).isoformat(),
        )
    )
    assert did(office, "answer", "R-4")["status"] == "answered"


def test_somebody_with_a_mandate_asks_for_the_person_and_somebody_without_is_refused(
    office: Cli,
) -> None:
    asked_for = asked(office, "access", "R-1", requester="guardian", mandate_ref="M-7")
    assert asked_for["requester"] == "guardian"
    [event] = [line for line in office("history", WHO, "--json").lines if "rights" in line["type"]]
    assert (event["facts"]["requester"], event["facts"]["mandate_ref"]) == ("guardian", "M-7")
    assert "guardian" in office("request", "list").out.decode()
    assert "expected one of" in office("request", "open", WHO, "--requester=friend").err
    done = did(office, "refuse", "R-1", "--ground=not-the-person")
    assert "did not show that you may act for that person" in done["notice"]["en"]
    assert asked(office, "access", "R-2")["requester"] == "subject"


def test_an_objection_that_is_refused_is_overruled(office: Cli) -> None:
    asked(office, "objection", activity="internal-reporting")
    done = did(office, "refuse", "R-1", "--ground=compelling-grounds")
    assert set(names(done)) >= {"objection-raised", "objection-overruled", "rights-request-refused"}
    assert office("request", "open", OTHER, "--right=objection", "--channel=post").status == 2


def test_an_objection_to_direct_marketing_cannot_be_refused_and_stops_it_at_once(
    office: Cli,
) -> None:
    asked(office, "objection", activity="mkt")
    for ground in ("compelling-grounds", "excessive", "legal-claims"):
        why = refused(office, "refuse", "R-1", f"--ground={ground}")
        assert "mkt, which is direct marketing" in why
        assert "cannot be refused" in why
    answer = office("marketing", WHO, "--json").json
    assert "all" in answer["person"]["objections"]
    assert not any(one["allowed"] for one in answer["decisions"])
    assert {v["code"] for one in answer["decisions"] for v in one["verdicts"]} == {"objection"}
    given = {"purpose": "newsletter", "text_version": "1", "method": "box", "channel": "portal"}
    office.record(message("consent-given", WHO, legal_basis="6-1-a", **given))
    for shown in (
        office("consents", WHO, "--json").json,
        *office("consents", "--all", "--json").lines,
    ):
        found = [one for one in shown["consents"] if shown["subject"] == WHO]
        assert all(not one["effective"] and "direct marketing" in one["why"] for one in found)
    done = did(office, "answer", "R-1")
    assert "objection-upheld" in names(done)


def test_an_objection_to_what_nobody_declared_says_so_at_once(office: Cli) -> None:
    before = office("status", "--json").json["position"]
    flags = "--right=objection", "--channel=email", "--ref=R-1"
    ran = office("request", "open", WHO, *flags, "--activity=internal-report")
    assert ran.status == 2
    assert "no activity internal-report is declared" in ran.err
    assert "internal-reporting" in ran.err
    assert office("status", "--json").json["position"] == before
    # From upstream it is recorded, because it happened, and found; the office cannot overrule it unseen.
    facts = {"activity_objected": "internal-report", "ground": "mine", "request_ref": "R-2"}
    received = {"request_ref": "R-2", "right": "objection", "channel": "email"}
    office.record(
        message("rights-request-received", WHO, received_on="2024-03-01", **received),
        message("objection-raised", WHO, **facts),
    )
    assert "which was never declared" in refused(
        office, "refuse", "R-2", "--ground=compelling-grounds"
    )
    found = office("findings", "--json").json["findings"]
    assert [one["detail"] for one in found if one["rule"] == "house.objection.undeclared"] == [
        "internal-report"
    ]
    purposes = [{"purpose": "newsletter", "legal_basis": "6-1-a"}]
    office.record(declared("internal-report", purposes=purposes))
    assert "which is direct marketing" in refused(
        office, "refuse", "R-2", "--ground=compelling-grounds"
    )
    rules = {one["rule"] for one in office("findings", "--json").json["findings"]}
    assert "house.objection.undeclared" not in rules
    assert office("audit", "--views").status == 0


def test_a_restriction_shows_in_what_marketing_may_do_and_in_findings(office: Cli) -> None:
    asked(office, "restriction")
    flags = "--category=contact", "--category=remark", "--ground=accuracy-contested"
    did(office, "answer", "R-1", *flags)
    restricted = office("marketing", WHO, "--json").json["person"]["restricted"]
    assert restricted == ["contact", "remark"]
    facts = {"channel": "email", "campaign": "spring", "purpose": "newsletter"}
    later = {"time": datetime.now(UTC).isoformat(), "legal_basis": "6-1-f"}
    office.record(message("marketing-message-sent", WHO, **facts, **later))
    rules = {row["rule"] for row in office("findings", "--json").json["findings"]}
    assert "law.use.restriction" in rules


def test_access_and_portability_wait_for_what_is_handed_over(office: Cli) -> None:
    for right in ("access", "portability"):
        asked(office, right, right)
        unknown = refused(office, "answer", right)
        assert "identity was not verified" in unknown
        assert f"`ledger request verify-identity {right} --method M`" in unknown
        did(office, "verify-identity", right)
        missing = refused(office, "answer", right)
        assert "was issued for it" in missing
        assert f"`ledger report {right} SUBJECT --request {right} --output FILE`" in missing
        file = str(office.folder / f"{right}.out")
        handed = office("report", right, WHO, "--request", right, "--output", file)
        assert handed.status == 0, handed.err
        assert did(office, "answer", right)["status"] == "answered"


def test_an_erasure_is_answered_once(office: Cli) -> None:
    asked(office, "erasure")
    did(office, "verify-identity", "R-1")
    assert did(office, "answer", "R-1")["outcome"] == "granted"
    assert f"is answered since {TODAY}" in refused(office, "answer", "R-1")
    assert "nothing more can be done" in refused(office, "refuse", "R-1", "--ground=excessive")


def test_an_answer_to_an_erasure_lists_what_went_and_what_stays_why_and_until_when(
    office: Cli,
) -> None:
    payment = {"categories": ["payment"], "personal": {"account_holder": "A. de Vries"}}
    office.record(collected(time="2024-03-02T10:00:00+01:00", **payment))
    hold = ("--ground", "civil-claim", "--review-on", "2030-01-01", "--category", "payment")
    for ref in ("HOLD-1", "HOLD-2"):
        assert office("hold", "place", WHO, ref, *hold).status == 0
    asked(office, "erasure")
    did(office, "verify-identity", "R-1")
    assert did(office, "show", "R-1")["decisions"] == []
    answered = did(office, "answer", "R-1")
    assert answered["outcome"] == "partly-granted"
    assert answered["decisions"] == did(office, "show", "R-1")["decisions"]
    became = {one["category"]: one for one in answered["decisions"]}
    assert became["contact"]["decision"] == "erase"
    kept = became["payment"]
    assert kept["decision"] == "restrict"
    grounds = [(one["ground"], one["ref"]) for one in (kept, *kept["besides"])]
    assert sorted(grounds) == [("legal-hold", "HOLD-1"), ("legal-hold", "HOLD-2")]
    for options, words in (
        ((), ("What became of the data", "contact erased", "legal hold HOLD-1", "HOLD-2", "ended")),
        (("--language=nl",), ("gegevens gebeurde", "gewist", "HOLD-1", "HOLD-2", "afgehandeld op")),
    ):
        told = office("request", "show", "R-1", *options).out.decode()
        plain = " ".join(re.sub("[^\\w-]+", " ", told).split())
        for word in words:
            assert word in plain
        assert "answer by" not in plain
        assert "uiterlijk" not in plain


def test_the_period_stands_still_while_identity_is_to_be_shown(office: Cli) -> None:
    received = TODAY - timedelta(days=6)
    asked(office, "access", received_on=received.isoformat())
    at = f"--at={(NOW - timedelta(days=4)).isoformat()}"
    paused = did(office, "verify-identity", "R-1", "--ask=customer-number", at)
    assert (paused["status"], paused["identity"], paused["due_on"]) == ("paused", "asked", None)
    assert "identity was not verified" in refused(office, "answer", "R-1")
    going_on = did(office, "verify-identity", "R-1")
    assert going_on["status"] == "open"
    [pause] = going_on["pauses"]
    assert pause["days"] == 4
    assert going_on["due_on"] == due_date("rights.answer", received, 4).isoformat()


def test_an_extension_is_told_within_the_first_month_and_once(office: Cli) -> None:
    asked(office, "access")
    period = request_period(TODAY, extensions=[NOW])
    assert did(office, "extend", "R-1", "--reason=complexity")["due_on"] == str(period.due_on)
    assert "extended already" in refused(office, "extend", "R-1", "--reason=complexity")
    asked(office, "access", "R-2", received_on=(TODAY - timedelta(days=60)).isoformat())
    assert "can no longer be extended" in refused(office, "extend", "R-2", "--reason=complexity")
    assert office("request", "extend", "R-2", "--reason=holidays").status == 2


def test_a_refusal_names_the_authority_and_the_court_in_dutch_and_english(office: Cli) -> None:
    asked(office, "access")
    done = did(office, "refuse", "R-1", "--ground=excessive")
    assert (done["status"], done["outcome"]) == ("refused", "excessive")
    for language, text in (
        ("en", REFUSALS["excessive"].text),
        ("nl", REFUSALS["excessive"].text_nl),
    ):
        notice = done["notice"][language]
        assert text in notice
        assert "Autoriteit Persoonsgegevens" in notice
        assert "rechtbank" in notice
    table = " ".join(office("request", "show", "R-1", "--language", "nl").out.decode().split())
    assert "het is buitensporig" in table
    for words in ("Verzoek R-1", "geweigerd", "buitensporig", "Wat de betrokkene moet horen"):
        assert words in table
    for words in ("Request R-1", "refused", "What was done", "answer by"):
        assert words not in table
    assert "cannot be refused as not-portable" in refused(
        office, "refuse", asked(office, "erasure", "R-2")["request_ref"], "--ground=not-portable"
    )


def test_a_reference_belongs_to_one_person(office: Cli) -> None:
    asked(office, "access")
    for who in (WHO, OTHER):
        arguments = who, "--right=access", "--channel=post", "--ref=R-1"
        assert "there is a request R-1 already" in refused(office, "open", *arguments)
    assert "another person" in refused(
        office, "extend", "R-1", "--reason=complexity", "--subject", OTHER
    )
    assert "no request R-9" in refused(office, "verify-identity", "R-9")


def test_what_upstream_says_twice_is_recorded_and_needs_a_name(office: Cli) -> None:
    facts = {"request_ref": "R-1", "right": "access", "channel": "post"}
    when = {"received_on": TODAY.isoformat(), "time": NOW.isoformat()}
    answer = office.record(
        *(message("rights-request-received", who, **facts, **when) for who in (WHO, OTHER))
    )
    assert answer["recorded"] == 2
    assert "2 persons have a request R-1" in refused(office, "verify-identity", "R-1")
    assert did(office, "verify-identity", "R-1", "--subject", OTHER)["subject"] == OTHER


def test_a_request_that_is_closed_was_not_decided(office: Cli) -> None:
    asked(office, "access")
    assert office("request", "answer", "R-1", "--outcome=withdrawn").status == 2
    done = did(office, "close", "R-1", "--outcome=withdrawn")
    assert (done["status"], done["outcome"], done["notice"]) == ("closed", "withdrawn", None)


def test_the_list_shows_what_is_open_first_what_is_due_first_and_fails_when_it_is_overdue(
    office: Cli,
) -> None:
    asked(office, "access", "R-1")
    asked(office, "erasure", "R-2", OTHER, received_on=(TODAY - timedelta(days=20)).isoformat())
    fine = office("request", "list", "--json")
    assert fine.status == 0
    assert [row["request_ref"] for row in fine.json["requests"]] == ["R-2", "R-1"]
    assert set(fine.json["requests"][0]) == ROW
    asked(office, "restriction", "R-3", received_on=(TODAY - timedelta(days=70)).isoformat())
    bad = office("request", "list", "--json")
    assert (bad.status, bad.json["open"], bad.json["overdue"]) == (1, 3, 1)
    only = office("request", "list", "--overdue", "--json").json["requests"]
    assert [row["request_ref"] for row in only] == ["R-3"]
    assert office("request", "show", "R-3").status == 1
    assert b"OVERDUE" in office("request", "list").out
    did(office, "close", "R-3", "--outcome=duplicate")
    assert office("request", "list").status == 0
    everything = office("request", "list", "--all", "--subject", WHO, "--json").json["requests"]
    assert {row["request_ref"] for row in everything} == {"R-1", "R-3"}
    assert office("request", "list", "--right=erasure", "--json").json["open"] == 1


def test_the_list_as_it_was(office: Cli) -> None:
    asked(office, "access")
    did(office, "close", "R-1", "--outcome=withdrawn")
    before = office("request", "list", "--as-of", (NOW - timedelta(days=1)).isoformat(), "--json")
    assert before.json["requests"] == []
    later = (NOW + timedelta(days=1)).isoformat()
    assert office("request", "list", "--as-of", later, "--json").json["requests"] == []
    assert office("request", "show", "R-1", "--as-of", later, "--json").json["status"] == "closed"


def test_a_person_of_whom_nothing_is_known_may_ask_all_the_same(office: Cli) -> None:
    arguments = "customer/99999", "--right=access", "--channel=post", "--ref=R-1"
    assert "holds nothing" in refused(office, "open", *arguments)
    did(office, "open", *arguments, "--unknown")
    did(office, "verify-identity", "R-1")
    assert did(office, "answer", "R-1", "--outcome=nothing-held")["outcome"] == "nothing-held"


def test_nothing_can_be_done_for_who_was_erased(office: Cli) -> None:
    asked(office, "access")
    office("erase", WHO, "--ground", "request")
    assert "was erased" in refused(office, "verify-identity", "R-1")
    [row] = office("request", "list", "--json").json["requests"]
    assert row["subject"] is None


def test_a_day_that_is_to_come_is_no_day_of_receipt(office: Cli) -> None:
    day = f"--received-on={TODAY + timedelta(days=2)}"
    assert office("request", "open", WHO, "--right=access", "--channel=post", day).status == 2


LETTER = "Geachte heer, ik wil weten wat u van mij heeft.\n\nJ. de Vries"


def test_what_the_person_wrote_is_sealed_and_read_from_a_file(office: Cli, tmp_path: Path) -> None:
    letter = tmp_path / "letter.txt"
    letter.write_text(LETTER, encoding="utf-8")
    asked(office, "access", letter=str(letter))
    flags = "--right=objection", "--activity=internal-reporting", "--channel=post", "--ref=R-2"
    ran = office("request", "open", WHO, *flags, "--letter=-", stdin=LETTER.encode())
    assert ran.status == 0, ran.err
    assert LETTER[:12].encode() not in ran.out
    events = [one for one in office("history", WHO, "--json").lines if "received" in one["type"]]
    assert [one["personal"] for one in events] == [{"letter_text": LETTER}] * 2
    assert {tuple(one["categories"]) for one in events} == {("correspondence",)}
    office("erase", WHO, "--category=correspondence", "--ground=request")
    events = [one for one in office("history", WHO, "--json").lines if "received" in one["type"]]
    assert [one["personal"] for one in events] == [{"letter_text": {"erased": True}}] * 2


def test_a_letter_that_is_none_or_cannot_be_sealed_opens_no_request(
    office: Cli, tmp_path: Path
) -> None:
    letter = tmp_path / "letter.txt"
    arguments = "request", "open", WHO, "--right=access", "--channel=post", f"--letter={letter}"
    assert office(*arguments).status == 2  # there is no such file
    for content in (b"", b" \n", b"\xff\xfe", b"x" * 60_000):
        letter.write_bytes(content)
        ran = office(*arguments)
        assert (ran.status, "--letter" in ran.err) == (2, True)
    letter.write_text('"' * 40_000)  # too much once it is written as JSON
    assert "too-large" in office(*arguments).err
    letter.write_text(LETTER)
    office("erase", WHO, "--ground", "request")
    assert "erased already" in office(*arguments).err
    assert office("request", "list", "--all", "--json").json["requests"] == []
