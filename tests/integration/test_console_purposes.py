"""`ledger purposes`: law and house beside who declares what, now and at a moment of the past."""

from typing import Any

from tests.fixtures.console import Cli, declared, message
from tests.fixtures.moments import on


def declares(activity: str, *purposes: tuple[str, str], **members: Any) -> dict[str, Any]:
    listed = [{"purpose": purpose, "legal_basis": basis} for purpose, basis in purposes]
    return declared(activity, purposes=listed, **members)


def by_purpose(answer: Any) -> dict[str, Any]:
    return {row["purpose"]: row for row in answer["purposes"]}


def test_both_layers_answer_for_each_declared_purpose(cli: Cli) -> None:
    cli.record(
        declares("billing", ("invoicing", "6-1-b"), ("analytics-cookies", "6-1-a")),
        declares("news", ("newsletter", "6-1-f"), ("horoscopes", "6-1-a")),
    )
    ran = cli("purposes", "--json")
    assert (ran.status, ran.json["not_allowed"]) == (1, 2)
    rows = by_purpose(ran.json)
    assert [one["allowed"] for one in rows["invoicing"]["declared"]] == [True]
    (news,) = rows["newsletter"]["declared"]
    assert [(v["layer"], v["allowed"], v["code"]) for v in news["verdicts"]] == [
        ("law", True, "basis"),
        ("house", False, "other-basis"),
    ]
    (unknown,) = rows["horoscopes"]["declared"]
    assert (unknown["allowed"], unknown["verdicts"]) == (False, [])
    assert rows["usage-analytics"]["declared"][0]["purpose"] == "analytics-cookies"
    assert {entry["layer"] for entry in rows["newsletter"]["entries"]} == {"law", "house"}
    assert rows["sale"]["entries"][0]["legal_bases"] == []


def test_a_change_and_an_end_count_from_their_time(cli: Cli) -> None:
    wrong = declares("news", ("newsletter", "6-1-f"), time=on(1))
    right = declares(
        "news", ("newsletter", "6-1-a"), time=on(5), type="processing-activity-changed"
    )
    end = message("processing-activity-retired", "activity/news", time=on(9), reason="stopped")
    cli.record(wrong, right, end)
    assert cli("purposes", "--as-of", on(3), "--json").json["not_allowed"] == 1
    ran = cli("purposes", "--as-of", on(6), "--json")
    assert (ran.status, ran.json["judged_on"]) == (0, "2024-03-06")
    assert by_purpose(ran.json)["newsletter"]["declared"][0]["allowed"]
    assert by_purpose(cli("purposes", "--json").json)["newsletter"]["declared"] == []
    assert cli("purposes", "--at-position", "1", "--json").json["not_allowed"] == 1


def test_the_table_says_which_layer_denies(cli: Cli) -> None:
    cli.record(declares("news", ("newsletter", "6-1-f"), ("horoscopes", "6-1-a")))
    text = cli("purposes").out.decode()
    assert "not allowed by the house" in text
    assert "not allowed by the law" not in text
    assert "not allowed: the rulebook has no" in text
    assert "to be confirmed by a lawyer" in text
