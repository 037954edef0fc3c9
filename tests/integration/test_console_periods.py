"""`ledger retention` and the answer to a request for erasure, through the program."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ledger.event import instant
from rulebook.calendar import day_of
from schemas import CATEGORIES
from tests.fixtures.console import Cli, collected, declared, message, registered

WHO, OTHER = "customer/10023", "customer/10024"
HELD = {"ground": "legal-hold", "ref": "H-1", "until": None}
YEAR = datetime.now(UTC).year - 2
"""Of events long enough ago that traffic is over, and not so long that the person is forgotten."""
THEN = {"time": f"{YEAR}-05-02T10:00:00Z"}


def called(who: str = WHO, *more: str, **personal: str) -> dict[str, Any]:
    """A call, and what else came with it: more categories, more fields."""
    return collected(
        who,
        time=f"{YEAR}-01-10T10:00:00Z",
        categories=["traffic", *more],
        personal={"called_number": "+31201234567", **personal},
        origin="network",
    )


def invoiced(who: str = WHO) -> dict[str, Any]:
    year = datetime.now(UTC).year
    facts = {"channel": "email", "reference": "I-1"}
    return message("invoice-sent", who, time=f"{year - 1}-01-10T10:00:00Z", **facts)


def rows(cli: Cli, *arguments: str, name: str, status: int = 0) -> list[Any]:
    ran = cli("retention", *arguments, "--json")
    assert ran.status == status, ran.err
    found: list[Any] = ran.json[name]
    return found


def test_a_run_shows_first_and_erases_on_yes_and_finds_nothing_the_next_night(cli: Cli) -> None:
    cli.record(called(), called(OTHER), collected(**THEN))
    due = rows(cli, "due", name="clocks", status=1)
    assert {(row["subject"], row["category"], row["due"]) for row in due} == {
        (WHO, "traffic", True),
        (OTHER, "traffic", True),
    }
    shown = rows(cli, "run", name="due")
    assert shown[0]["position"] is None
    assert rows(cli, "run", name="due") == shown
    done = rows(cli, "run", "--yes", name="erased")
    assert [row | {"position": None, "keys_destroyed": None} for row in done] == shown
    assert {row["collected_until"] for row in done} == {f"{YEAR}-01-31"}
    assert all(row["keys_destroyed"] and row["position"] for row in done)
    assert rows(cli, "run", "--yes", name="erased") == []
    assert rows(cli, "due", name="clocks") == []


def test_who_is_forgotten_is_known_by_their_latest_event(cli: Cli) -> None:
    """Traces know the first event of a source alone: what `due` shows, the run must erase, and no more."""
    long_ago, of_late = "2015-03-01T10:00:00Z", f"{datetime.now(UTC).year - 1}-03-01T10:00:00Z"
    closed = "portal-account-closed"
    cli.record(
        *(message(closed, who, time=long_ago) for who in (WHO, OTHER)),
        message(closed, WHO, time=of_late),
    )
    due = rows(cli, "due", name="clocks", status=1)
    assert [(row["subject"], row["category"]) for row in due] == [(OTHER, None)]
    assert [row["subject"] for row in rows(cli, "run", name="due")] == [OTHER]
    # No data is held: what goes is not sixteen categories, and no rule of a category says why.
    shown = {name: " ".join(cli("retention", name).out.decode().split()) for name in ("due", "run")}
    assert "7 years after everything ended" in shown["due"].replace("│ ", "")
    assert "everything, and whose the entries are" in shown["run"].replace("│ ", "")
    assert "credit" not in shown["run"]
    assert len(rows(cli, "run", "--yes", name="erased")) == 1
    assert rows(cli, "due", name="clocks") == []
    assert rows(cli, "run", name="due") == []


def consent(deed: str, time: str, **facts: str) -> dict[str, Any]:
    known = {"purpose": "analytics-cookies", "channel": "portal"} | facts
    return message(f"consent-{deed}", WHO, time=time, activity="web", legal_basis="6-1-a", **known)


def test_due_is_what_a_run_erases_for_whatever_cause(cli: Cli) -> None:
    cookie = {"categories": ["behaviour"], "personal": {"cookie_id": "c-1"}, "origin": "cookie"}
    web = {"activity": "web", "legal_basis": "6-1-a"}
    given, used, withdrawn = (instant(datetime.now(UTC) - timedelta(days=n)) for n in (9, 8, 7))
    cli.record(
        consent("given", given, text_version="1", method="tick-box"),
        collected(time=used, **cookie, **web),
    )
    assert rows(cli, "due", name="clocks") == []
    cli.record(consent("withdrawn", withdrawn))
    (due,) = rows(cli, "due", name="clocks", status=1)
    assert (due["category"], due["due"], due["cause"]) == ("behaviour", True, "consent-withdrawn")
    assert due["situation"] == "due"
    shown = cli("retention", "due").out
    assert b"DUE (consent-withdrawn)" in shown
    words = " ".join(shown.decode().replace("│", " ").split())
    assert "Behaviour of visitors for thirteen months" in words, "the rule, in words"
    assert b"retention-period" not in shown  # its period is not over, and keeps nothing of it
    assert [row["data_subjects"] for row in rows(cli, "forecast", name="months")] == [1]
    (erased,) = rows(cli, "run", "--yes", name="erased")
    assert (erased["cause"], erased["categories"]) == ("consent-withdrawn", ["behaviour"])
    assert rows(cli, "due", name="clocks") == []


def test_a_deferred_erasure_that_nothing_keeps_any_more_is_due(cli: Cli) -> None:
    hold = {"hold_ref": "H-1", "ground": "claim", "review_on": "2099-01-01"}
    held = {"categories": ["contact"], **hold}
    cli.record(registered(), collected(), message("legal-hold-placed", WHO, **held))
    assert cli("retention", "decide", WHO, "--category=contact", "--yes").status == 1
    (waits,) = rows(cli, "due", name="clocks")
    assert (waits["deferred"], waits["due"], waits["situation"]) == ("request", False, "deferred")
    assert b"waits (request)" in cli("retention", "due").out
    assert cli("hold", "release", WHO, "H-1").status == 0
    (due,) = rows(cli, "due", name="clocks", status=1)
    assert (due["category"], due["cause"]) == ("contact", "request")
    assert b"waits" not in cli("retention", "due").out


def test_who_runs_a_contract_by_the_word_of_another_is_not_shown_as_due(cli: Cli) -> None:
    """The party's own event is missing: the run keeps the data in doubt, and so no answer says it goes."""
    parties = {"contract_ref": "C-1", "from_customer": OTHER, "to_customer": WHO}
    cli.record(
        registered(**THEN),
        collected(**THEN),
        message("contract-taken-over", OTHER, **THEN, **parties),
    )
    assert cli("retention", "decide", WHO, "--category=contact", "--yes").status == 1
    (waits,) = rows(cli, "due", name="clocks")
    assert (waits["category"], waits["deferred"], waits["due"]) == ("contact", "request", False)
    assert [one["ground"] for one in waits["kept_by"]] == ["contract"]
    assert rows(cli, "run", name="due") == rows(cli, "run", "--yes", name="erased") == []


def test_every_clock_says_its_rule_or_what_it_waits_for(cli: Cli) -> None:
    cli.record(called(), collected())
    (contact, identity, traffic) = rows(cli, "due", "--all", name="clocks", status=1)
    assert (contact["category"], contact["until"]) == ("contact", None)
    situations = [row["situation"] for row in (contact, identity, traffic)]
    assert situations == ["not-begun", "not-begun", "due"]
    assert contact["waits_for"] == "account-closed"
    assert identity["due"] is False
    assert (traffic["until"], traffic["rule"]) == (f"{YEAR}-07-31", "law.tw.11-5.traffic")


def test_a_hold_shows_who_keeps_what_is_past_its_period(cli: Cli) -> None:
    hold = {"hold_ref": "H-1", "ground": "claim", "review_on": "2099-01-01"}
    cli.record(called(), message("legal-hold-placed", WHO, categories=["traffic"], **hold))
    (row,) = rows(cli, "due", name="clocks")
    assert (row["due"], row["situation"], row["kept_by"]) == (False, "kept", [HELD])
    assert b"DUE" not in cli("retention", "due").out
    assert rows(cli, "run", "--yes", name="erased") == []


def test_a_request_that_ended_keeps_its_letters_until_the_court_can_no_longer_be_asked(
    cli: Cli,
) -> None:
    letter = {"categories": ["correspondence"], "personal": {"letter_text": "Geachte heer"}}
    cli.record(registered(), collected(time="2024-01-10T10:00:00Z", **letter))
    ask(cli, "access")
    assert rows(cli, "due", "--all", name="clocks")[0]["kept_by"][0]["ground"] == "request-open"
    assert cli("request", "close", "R-1", "--outcome=withdrawn").status == 0
    (row,) = rows(cli, "due", "--all", name="clocks")
    (kept,) = row["kept_by"]
    until = day_of(datetime.now(UTC)) + timedelta(weeks=6)
    assert kept["ground"] == "request-ended"
    assert kept["until"] >= until.isoformat()
    shown = " ".join(cli("retention", "due", "--all").out.decode().split())
    assert "request-ended" in shown
    assert "request-open" not in shown


def test_the_forecast_counts_people_by_month_and_category(cli: Cli) -> None:
    cli.record(called(), called(OTHER))
    assert rows(cli, "forecast", name="months") == [
        {"month": f"{YEAR}-07", "category": "traffic", "data_subjects": 2}
    ]


def ask(
    cli: Cli, right: str = "erasure", ref: str = "R-1", *more: str, verified: bool = True
) -> None:
    asked = (f"--right={right}", "--channel=email", "--ref", ref, *more)
    assert cli("request", "open", WHO, *asked).status == 0
    if verified:
        assert cli("request", "verify-identity", ref).status == 0


@pytest.mark.parametrize("language", ["en", "nl"])
def test_a_decision_is_shown_before_it_is_carried_out_and_explains_itself(
    cli: Cli, language: str
) -> None:
    cli.record(registered(), invoiced(), collected())
    ran = cli("retention", "decide", WHO, "--json")
    assert ran.status == 1
    answer = ran.json
    assert (answer["carried_out"], answer["outcome"]) == (False, "partly-granted")
    (subject,) = answer["data_subjects"]
    contact, identity = subject["decisions"]
    assert (contact["decision"], contact["ground"], contact["until"]) == ("erase", "request", None)
    assert (identity["decision"], identity["ground"]) == ("retain", "retention-duty")
    assert "AWR art. 52(4)" in identity["statute"]
    assert set(identity["says"]) == {"en", "nl"}
    types = {line["type"].split(".")[3] for line in cli("history", WHO, "--json").lines}
    assert types & {"erasure-decided", "ledger-read"} == {
        "ledger-read"
    }  # it was looked at, no more
    words = cli("retention", "decide", WHO, "--language", language).out.decode()
    assert {"en": "A law obliges us", "nl": "Een wet verplicht"}[language] in words
    assert {"en": "retain", "nl": "bewaren"}[language] in words
    assert ("statute" in words) is (language == "en")


def test_a_decision_that_is_carried_out_says_when_all_places_have_forgotten(cli: Cli) -> None:
    cli.record(registered(), invoiced(), collected())
    ask(cli)
    ran = cli("retention", "decide", WHO, "--request", "R-1", "--yes", "--json")
    assert ran.status == 1
    answer = ran.json
    assert (answer["carried_out"], answer["complete"]) == (True, False)
    assert answer["forgotten"]["ledger_and_views"]
    assert cli("state", WHO, "--json").json["erased_categories"] == ["contact"]
    (row,) = rows(cli, "due", name="clocks")
    assert (row["category"], row["deferred"]) == ("identity", "request")
    decided = next(r for r in cli("history", WHO, "--json").lines if "decided" in r["type"])
    assert decided["facts"]["request_ref"] == "R-1"


def refused(cli: Cli, ref: str | None, who: str = WHO) -> str:
    """A decision that is not carried out: the person still stands in the ledger as before."""
    before = cli("state", who, "--json").json
    named = () if ref is None else ("--request", ref)
    for more in ((), ("--yes",)):
        ran = cli("retention", "decide", who, *named, *more, "--json")
        assert (ran.status, ran.out) == (1, b"")
    assert cli("state", who, "--json").json == before
    types = {line["type"].split(".")[3] for line in cli("history", who, "--json").lines}
    assert not types & {"erasure-decided", "personal-data-erased"}
    return ran.err


def test_only_a_request_of_the_person_that_may_be_answered_is_decided_on(cli: Cli) -> None:
    cli.record(registered(), collected(), registered(OTHER), collected(OTHER))
    assert "there is no request R-9" in refused(cli, "R-9")
    ask(cli, verified=False)
    assert "identity was not verified" in refused(cli, "R-1")
    cli.record(declared("mkt"))
    ask(cli, "objection", "R-2", "--activity=mkt", verified=False)
    assert "identity was not verified" in refused(cli, "R-2")
    ask(cli, "restriction", "R-3")
    assert "for restriction, not for erasure" in refused(cli, "R-3")
    assert cli("request", "verify-identity", "R-1").status == 0
    assert "another person" in refused(cli, "R-1", OTHER)
    assert cli("request", "close", "R-1", "--outcome=withdrawn").status == 0
    assert "nothing more can be done" in refused(cli, "R-1")


def test_an_open_request_for_erasure_is_named_so_that_it_is_known_who_asked(cli: Cli) -> None:
    cli.record(registered(), collected())
    ask(cli, "access", "R-2", verified=False)
    # That one asks for no erasure.
    assert cli("retention", "decide", WHO, "--json").json["cause"] == "request"
    ask(cli, verified=False)
    assert "request R-1 for erasure is open: name it" in refused(cli, None)
    by_law = ("retention", "decide", WHO, "--cause", "unlawful", "--json")
    assert cli(*by_law).json["cause"] == "unlawful"
    assert cli("request", "close", "R-1", "--outcome=withdrawn").status == 0
    assert cli("retention", "decide", WHO, "--json").json["cause"] == "request"


def test_an_answer_to_a_request_for_erasure_carries_it_out_and_says_what_came_of_it(
    cli: Cli,
) -> None:
    cli.record(registered(), invoiced(), collected())
    ask(cli)
    ran = cli("request", "answer", "R-1", "--json")
    assert ran.status == 0, ran.err
    assert (ran.json["status"], ran.json["outcome"]) == ("answered", "partly-granted")
    assert cli("state", WHO, "--json").json["erased_categories"] == ["contact"]


def test_an_answer_does_not_come_before_its_erasure(cli: Cli) -> None:
    cli.record(registered(), invoiced(), collected())
    ask(cli)
    assert cli("request", "answer", "R-1").status == 0
    at = {
        line["type"].split(".")[3]: line["occurred_at"]
        for line in cli("history", WHO, "--json").lines
    }
    assert at["erasure-decided"] <= at["personal-data-erased"] <= at["rights-request-answered"]


def test_a_wholly_granted_request_is_answered_although_the_person_is_gone(cli: Cli) -> None:
    cli.record(registered(), collected())
    ask(cli)
    ran = cli("request", "answer", "R-1", "--json")
    assert ran.status == 0, ran.err
    assert (ran.json["status"], ran.json["outcome"]) == ("answered", "granted")
    state = cli("state", WHO, "--json").json
    assert (state["status"], len(state["erased_categories"])) == ("erased", len(CATEGORIES))
    assert cli("audit", "--views").status == 0


def test_an_answer_that_was_interrupted_after_the_erasure_can_be_given_again(cli: Cli) -> None:
    cli.record(registered(), collected())
    ask(cli)
    assert cli("retention", "decide", WHO, "--request", "R-1", "--yes").status == 0
    assert cli("request", "answer", "R-1").status == 1
    ran = cli("request", "answer", "R-1", "--subject", WHO, "--json")
    assert ran.status == 0, ran.err
    assert ran.json["outcome"] == "granted"


def test_what_is_only_shown_says_how_it_is_carried_out(cli: Cli) -> None:
    cli.record(called(), registered(OTHER), collected(OTHER))
    for command in (("run",), ("decide", OTHER)):
        assert "nothing was" in (shown := cli("retention", *command).err)
        assert "add --yes" in shown
        assert "--yes" not in cli("retention", *command, "--yes").err


def test_tables_for_people(cli: Cli) -> None:
    cli.record(called())
    assert b"law.tw.11-5.traffic" in cli("retention", "due").out
    assert b"Would be erased" in cli("retention", "run").out
    assert f"{YEAR}-07".encode() in cli("retention", "forecast").out
    assert b"Erased" in cli("retention", "run", "--yes").out
