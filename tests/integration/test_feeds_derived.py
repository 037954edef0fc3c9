"""Feeds without a list: whoever had an active service on the day is told of them, marked as derived."""

import json
from typing import Any

import pytest

from tests.fixtures.console import Cli, disclosed, message, recipient, registered

WHO, OTHER = "customer/10023", "customer/10024"
AT = "2026-01-05T10:00:00+01:00"
CIOT = "recipient/ciot"


def on(day: int, month: int = 3) -> str:
    return f"2024-{month:02}-{day:02}T03:00:00+01:00"


def feed(day: int, month: int = 3, **members: Any) -> dict[str, Any]:
    facts = {"record_count": 2, "merkle_root": "ab" * 32, "valid_for": "24h"}
    return message("bulk-feed-delivered", CIOT, time=on(day, month), **(facts | members))


def contract(name: str, day: int, who: str = WHO) -> dict[str, Any]:
    return message(f"contract-{name}", who, time=on(day), contract_ref="c1")


@pytest.fixture
def house(cli: Cli) -> Cli:
    recorded = cli.record(
        recipient("Het CIOT", "ciot", kind="ciot", role="authority"),
        registered(),
        registered(OTHER),
        contract("concluded", 2),
        contract("ended", 5),
        *(feed(day) for day in (1, 2, 3, 5, 6)),
    )
    assert recorded["recorded"] == 10
    return cli


def told(cli: Cli, subject: str, *more: str) -> list[dict[str, Any]]:
    ran = cli("disclosures", "--subject", subject, "--json", *more)
    assert ran.status == 0, ran.err
    rows: list[dict[str, Any]] = ran.json["disclosures"]
    return rows


def report(cli: Cli, *options: str, subject: str = WHO) -> Any:
    ran = cli("report", "access", subject, "--at", AT, *options)
    assert ran.status == 0, ran.err
    return json.loads(ran.out) if "--format" not in options else ran.out.decode()


def test_disclosures_of_a_person_have_the_feeds_of_their_days(house: Cli) -> None:
    rows = told(house, WHO)
    assert [row["occurred_at"][:10] for row in rows] == ["2024-03-02", "2024-03-03", "2024-03-05"]
    assert {(row["subject"], row["membership"]) for row in rows} == {(WHO, "derived")}
    assert {(row["recipient"], row["record_count"]) for row in rows} == {("ciot", 2)}
    assert told(house, OTHER) == []
    house.record(disclosed(time=on(3), id="z"))  # after the feed of that time
    assert [row["recipient"] for row in told(house, WHO)] == ["ciot", "ciot", "incasso", "ciot"]
    assert len(told(house, WHO, "--kind", "ciot", "--from", on(3))) == 2
    assert told(house, WHO, "--kind", "police") == []
    every = house("disclosures", "--kind", "ciot", "--json").json["disclosures"]
    assert [(row["subject"], row["membership"]) for row in every] == [(None, None)] * 5
    assert "derived" in house("disclosures", "--subject", WHO).out.decode()


def test_of_an_erased_person_the_feeds_stay_of_nobody(house: Cli) -> None:
    assert house("erase", WHO, "--ground", "request").status == 0
    rows = told(house, WHO)
    assert [(row["subject"], row["membership"]) for row in rows] == [(None, "derived")] * 3
    assert "(erased) (derived" in house("disclosures", "--subject", WHO).out.decode()


def test_the_access_report_has_days_without_a_gap_in_one(house: Cli) -> None:
    rows = report(house)["recipients"]
    assert [
        (row["occurred_at"][:10], row["until"][:10], len(row["positions"])) for row in rows
    ] == [
        ("2024-03-02", "2024-03-03", 2),
        ("2024-03-05", "2024-03-05", 1),
    ]
    assert {(row["recipient"], row["name"], row["membership"]) for row in rows} == {
        ("ciot", "Het CIOT", "derived")
    }
    assert report(house, subject=OTHER)["recipients"] == []


@pytest.mark.parametrize(
    ("language", "sentence", "mark"),
    [
        (
            "en",
            "Your data were in the daily file for Het CIOT on these days:"
            " 2 March 2024 \N{EN DASH} 3 March 2024, 5 March 2024.",
            "5 March 2024 (derived)",
        ),
        (
            "nl",
            "Uw gegevens stonden in het dagelijkse bestand voor Het CIOT op deze dagen:"
            " 2 maart 2024 \N{EN DASH} 3 maart 2024, 5 maart 2024.",
            "5 maart 2024 (afgeleid)",
        ),
    ],
)
def test_the_document_says_it_in_a_sentence(
    house: Cli, language: str, sentence: str, mark: str
) -> None:
    page = report(house, "--format", "html", "--language", language)
    assert sentence in page
    assert mark in page


def test_the_report_of_a_position_knows_nothing_of_what_came_later(house: Cli) -> None:
    before = report(house, "--at-position", "10")
    feeds = house("history", CIOT, "--json").acts
    last = feeds[-2]
    annulment = message("event-annulled", CIOT, time=on(9), annuls=last["id"], reason="mistake")
    house.record(annulment, feed(4))
    assert report(house, "--at-position", "10")["recipients"] == before["recipients"]
    [row] = report(house)["recipients"]
    assert (row["occurred_at"][:10], row["until"][:10]) == ("2024-03-02", "2024-03-04")
