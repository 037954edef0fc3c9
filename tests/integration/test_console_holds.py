"""`ledger hold` and what it stops, through the program."""

from datetime import UTC, datetime
from typing import Any

import orjson
import pytest

from tests.fixtures.console import Cli, accessed, collected, consented, message, registered

WHO = "customer/10023"


@pytest.fixture
def held(cli: Cli) -> Cli:
    cli.record(registered(), collected())
    placed = place(cli)
    assert placed == {
        "subject": WHO,
        "hold_ref": "H-1",
        "act": "placed",
        "categories": ["contact"],
        "position": 3,
    }
    return cli


def place(cli: Cli, *options: str, review_on: str = "2099-01-01") -> Any:
    named = ("--category", "contact", "--ground", "civil-claim", "--owner", "legal")
    ran = cli("hold", "place", WHO, "H-1", *named, "--review-on", review_on, *options, "--json")
    return ran.json if ran.status == 0 else ran


def listed(cli: Cli, *arguments: str, status: int = 0) -> list[Any]:
    ran = cli("hold", "list", *arguments, "--json")
    assert ran.status == status
    rows: list[Any] = ran.json["holds"]
    return rows


def test_a_hold_is_listed_with_owner_ground_and_review_date(held: Cli) -> None:
    (row,) = listed(held)
    assert row.pop("since")
    assert row == {
        "subject": WHO,
        "hold_ref": "H-1",
        "categories": ["contact"],
        "ground": "civil-claim",
        "owner": "legal",
        "review_on": "2099-01-01",
        "overdue": False,
        "void": False,
    }
    assert listed(held, WHO)[0] | {"since": None} == row | {"since": None}


def test_an_erasure_is_refused_with_the_hold_and_the_category(held: Cli) -> None:
    for options in ([], ["--category", "contact"]):
        ran = held("erase", WHO, "--ground", "request", *options)
        assert ran.status == 1
        assert "H-1 (contact)" in ran.err
        assert ran.out == b""
    assert held("state", WHO, "--json").json["personal"]["contact"]
    assert held("erase", WHO, "--ground", "request", "--category", "identity").status == 0


def test_a_review_goes_on_with_what_it_names_and_a_release_ends_it(held: Cli) -> None:
    facts = {"hold_ref": "H-1", "ground": "civil-claim", "review_on": "2024-01-01"}
    upstream = {"source": "urn:voipzeker:privacy-office", "categories": ["identity"], **facts}
    told = [message("legal-hold-reviewed", WHO, **upstream, time=datetime.now(UTC).isoformat())]
    ran = held("ingest", "-", "--as-privacy-office", "--json", stdin=orjson.dumps(told[0]))
    assert (ran.status, ran.json["recorded"]) == (0, 1)
    (row,) = listed(held, status=1)
    assert (row["categories"], row["overdue"]) == (["identity"], True)
    assert (row["ground"], row["owner"]) == ("civil-claim", "legal")
    assert (
        held("hold", "review", WHO, "H-1", "--review-on", "2099-01-01", "--owner", "dpo").status
        == 0
    )
    (row,) = listed(held)
    assert (row["categories"], row["owner"], row["overdue"]) == (["identity"], "dpo", False)
    assert held("hold", "release", WHO, "H-1").status == 0
    assert listed(held) == listed(held, WHO) == []
    assert held("erase", WHO, "--ground", "request").status == 0


def test_all_holds_are_listed_by_when_they_are_reviewed(held: Cli) -> None:
    held.record(registered("customer/10024"))
    options = ("--category", "identity", "--ground", "claim", "--review-on")
    for who, ref, day in (
        (WHO, "H-2", "2098-01-01"),
        ("customer/10024", "H-3", "2097-01-01"),
        ("customer/10024", "H-4", "9999-12-31"),
    ):
        assert held("hold", "place", who, ref, *options, day).status == 0
    assert [row["hold_ref"] for row in listed(held)] == ["H-3", "H-2", "H-1", "H-4"]
    assert [row["hold_ref"] for row in listed(held, "customer/10024")] == ["H-3", "H-4"]


def test_remarks_are_held_by_name(held: Cli) -> None:
    said = message("personal-data-corrected", WHO, fields=["remark"], requested_by="helpdesk")
    held.record(said | {"data": said["data"] | {"reason": "note", "personal": {"remark": "calls"}}})
    named = ("--category", "remark", "--ground", "civil-claim", "--review-on", "2099-01-01")
    assert held("hold", "place", WHO, "H-R", *named).status == 0
    (row,) = [row for row in listed(held) if row["hold_ref"] == "H-R"]
    assert row["categories"] == ["remark"]
    (event,) = [
        e for e in held("history", WHO, "--json").acts if e["facts"].get("hold_ref") == "H-R"
    ]
    assert (event["categories"], event["facts"]["remarks"]) == ([], True)
    ran = held("erase", WHO, "--ground", "request", "--category", "remark")
    assert (ran.status, "H-R (remark)" in ran.err) == (1, True)
    assert "H-R placed on remark" in " ".join(held("history", WHO).out.decode().split())
    assert held("hold", "release", WHO, "H-R").status == 0
    assert held("erase", WHO, "--ground", "request", "--category", "remark").status == 0


def test_what_the_state_of_a_hold_forbids_is_refused(held: Cli) -> None:
    assert place(held).status == 1
    assert held("hold", "release", WHO, "H-2").status == 1
    assert held("hold", "review", WHO, "H-2", "--review-on", "2099-01-01").status == 1
    assert held("hold", "release", WHO, "H-1").status == 0
    assert held("hold", "release", WHO, "H-1").status == 1


def test_what_is_decided_to_be_only_stored_is_so_for_every_reader(held: Cli) -> None:
    """The decision is the restriction: state, marketing and findings know it, until the hold ends."""
    held.record(consented())
    assert held("marketing", WHO, "--channel", "email").status == 0
    assert held("retention", "decide", WHO, "--yes").status == 1
    looked = accessed(time=datetime.now(UTC).isoformat(), categories=["contact"])
    held.record(looked)
    state = held("state", WHO, "--json").json
    assert state["restricted_categories"] == ["contact"]
    (line,) = held("state", "--all", "--json").lines
    assert line == state
    assert b"restricted" in held("state", WHO).out
    assert held("marketing", WHO, "--channel", "email", "--json").json["person"]["restricted"] == [
        "contact"
    ]
    assert "law.use.restriction" in rules(held)
    assert held("hold", "release", WHO, "H-1").status == 0
    assert "restricted_categories" not in held("state", WHO, "--json").json
    (line,) = held("state", "--all", "--as-of", "2024-06-01T00:00:00Z", "--json").lines
    assert "restricted_categories" not in line
    assert "law.use.restriction" in rules(held)  # it was used while it was


def rules(cli: Cli) -> set[str]:
    return {row["rule"] for row in cli("findings", "--json").json["findings"]}


def test_wrong_use_is_told(held: Cli) -> None:
    unnamed = held("hold", "place", WHO, "H-3", "--ground", "g", "--review-on", "2099-01-01")
    assert unnamed.status == 2
    assert place(held, review_on="soon").status == 2
    over = place(held, review_on="2024-01-01")
    assert (over.status, "this day is over" in over.err) == (2, True)
    again = held("hold", "review", WHO, "H-1", "--review-on", "2024-01-01")
    assert (again.status, "this day is over" in again.err) == (2, True)
    assert held("hold", "list", "recipient/police").status == 2


def test_nothing_of_an_erased_person_can_be_held_until_they_come_anew(cli: Cli) -> None:
    cli.record(registered(), collected())
    assert cli("erase", WHO, "--ground", "request").status == 0
    before = cli("status", "--json").json["position"]
    refused = place(cli)
    assert (refused.status, refused.out) == (1, b"")
    assert "nothing to hold" in refused.err
    assert cli("status", "--json").json["position"] == before
    cli.record(registered(time=datetime.now(UTC).isoformat()))
    assert place(cli)["act"] == "placed"


def test_a_hold_from_upstream_that_came_too_late_is_a_fact_and_holds_nothing(cli: Cli) -> None:
    """What happened is recorded; that it holds nothing is said, until it is released."""
    cli.record(registered(), collected())
    assert cli("erase", WHO, "--ground", "request").status == 0
    facts = {"hold_ref": "H-9", "ground": "civil-claim", "review_on": "2099-01-01"}
    about = {"categories": ["contact"], "legal_basis": "6-1-f", "activity": "disputes"}
    late = message("legal-hold-placed", WHO, **facts, **about)
    assert cli.record(late)["recorded"] == 1
    (row,) = listed(cli, status=1)
    assert (row["subject"], row["hold_ref"], row["void"]) == (None, "H-9", True)
    (row,) = listed(cli, WHO, status=1)
    assert (row["subject"], row["void"]) == (WHO, True)
    assert b"HOLDS NOTHING" in cli("hold", "list").out
    assert cli("hold", "release", WHO, "H-9", "--ground", "too-late").status == 0
    assert listed(cli) == []


def test_tables_for_people(held: Cli) -> None:
    assert b"civil-claim" in held("hold", "list").out
