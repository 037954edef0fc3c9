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


TAX = "belastingdienst"
TAX_FACTS = {"legal_basis": "6-1-c", "provision": "nl.awr.53"}


@pytest.fixture
def taxed(house: Cli) -> Cli:
    """The tax office got a bulk answer on a day on which the person had a service, and says no kind."""
    house.record(
        recipient("Belastingdienst", TAX, kind="tax-authority", role="authority"),
        message(
            "bulk-feed-delivered",
            f"recipient/{TAX}",
            time=on(3),
            **TAX_FACTS,
            **{"record_count": 9, "merkle_root": "cd" * 32, "valid_for": "once"},
            **{"period_from": "2023-01-01", "period_to": "2023-12-31"},
        ),
    )
    return house


def test_a_bulk_answer_is_of_its_recipients_kind_and_for_what_its_provision_says(
    taxed: Cli,
) -> None:
    (row,) = taxed("disclosures", "--recipient", TAX, "--json").json["disclosures"]
    assert (row["recipient_kind"], row["purpose"]) == ("tax-authority", "tax-information")
    assert (row["period_from"], row["period_to"]) == ("2023-01-01", "2023-12-31")
    (same,) = taxed("disclosures", "--kind", "tax-authority", "--json").json["disclosures"]
    assert same == row
    kinds = [
        row["recipient"]
        for row in taxed("disclosures", "--kind", "ciot", "--json").json["disclosures"]
    ]
    assert kinds == ["ciot"] * 5
    (feed,) = [
        row for row in taxed("feed", "list", "--json").json["feeds"] if row["recipient"] == TAX
    ]
    assert (feed["recipient_kind"], feed["provision"]) == ("tax-authority", "nl.awr.53")


def test_who_was_in_a_bulk_answer_is_no_inference(taxed: Cli) -> None:
    """Only of CIOT may it be taken that everybody with a service was in the file."""
    assert {row["recipient"] for row in told(taxed, WHO)} == {"ciot"}
    assert {row["recipient"] for row in report(taxed)["recipients"]} == {"ciot"}


def test_transparency_counts_a_bulk_answer_with_its_own_kind(taxed: Cli) -> None:
    table = taxed("transparency", "--json").json
    assert {row["recipient_kind"]: row["at_least"] for row in table["kinds"]} == {
        "ciot": 5,
        "tax-authority": 1,
    }


@pytest.mark.parametrize(
    "members",
    [
        {"provision": "nl.awr.53", "legal_basis": "6-1-c"},
        {"recipient_kind": "tax-authority", "legal_basis": "6-1-c", "provision": "nl.awr.53"},
    ],
    ids=["another provision", "another kind"],
)
def test_what_is_no_ciot_feed_is_not_inferred_even_of_that_recipient(
    house: Cli, members: dict[str, Any]
) -> None:
    before = told(house, WHO)
    house.record(feed(4, 3, **members))
    assert told(house, WHO) == before
