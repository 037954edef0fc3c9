"""Who may say what, by the commands: who ends what another said is refused, strict or not."""

from pathlib import Path
from typing import Any

import orjson
import pytest

from tests.fixtures.console import Cli, message, registered

CRM, PORTAL, EVIL = "urn:voipzeker:crm", "urn:voipzeker:order-portal", "urn:evil:anything"
OFFICE = "urn:voipzeker:privacy-office"
WHO = "customer/10023"
LATER = "2024-03-02T10:00:00+01:00"
HOLD = {
    "hold_ref": "H-1",
    "categories": ["contact"],
    "ground": "dispute",
    "review_on": "2030-01-01",
}
REFUSED = "source-not-allowed"


def hold(act: str, source: str, **members: Any) -> dict[str, Any]:
    time = {} if act == "placed" else {"time": LATER}
    return message(f"legal-hold-{act}", WHO, source=source, **(HOLD | time | members))


def codes(answer: Any) -> list[str]:
    return [row["code"] for row in answer["rejections"]]


def as_office(cli: Cli, *events: dict[str, Any], name: str = "office.ndjson") -> Any:
    """What ingesting a file of the privacy office's own answers."""
    file = cli.folder / name
    file.write_bytes(b"\n".join(orjson.dumps(event) for event in events))
    return cli("ingest", "--as-privacy-office", str(file), "--json").json


def held(cli: Cli) -> list[str]:
    rows = cli("hold", "list", "--json").json["holds"]
    return [row["hold_ref"] for row in rows if row["categories"]]


@pytest.fixture
def known(cli: Cli) -> Cli:
    assert cli.record(registered(WHO))["recorded"] == 1
    return cli


def placed(cli: Cli) -> None:
    """A hold of the office, by its command."""
    options = ("--ground", "dispute", "--category", "contact", "--review-on", "2030-01-01")
    ran = cli("hold", "place", WHO, "H-1", *options)
    assert ran.status == 0, ran.err


def test_nobody_ends_the_offices_hold_whatever_name_is_written(known: Cli) -> None:
    placed(known)
    attacks = [
        hold("released", EVIL),
        hold("released", CRM),
        hold("released", OFFICE),
        hold("reviewed", EVIL, categories=[]),
        hold("reviewed", OFFICE, categories=[]),
        hold("placed", EVIL, categories=[], time=LATER),
        hold("placed", OFFICE, categories=[], time=LATER),
    ]
    assert codes(known.record(*attacks)) == [REFUSED] * len(attacks)
    assert held(known) == ["H-1"]
    assert known("erase", WHO, "--yes").status != 0
    letters = known("dead-letters", "list", "--json").json["dead_letters"]
    assert {one["code"] for one in letters} == {REFUSED}
    assert len(letters) == len(attacks)


def test_each_message_of_a_batch_is_judged_as_if_it_came_alone(known: Cli) -> None:
    lines = [hold("placed", CRM), hold("released", EVIL), hold("released", CRM)]
    assert codes(known.record(*lines)) == [REFUSED]
    alone = [hold("placed", CRM, hold_ref="H-2"), hold("released", EVIL, hold_ref="H-2")]
    assert [codes(known.record(line)) for line in alone] == [[], [REFUSED]]
    assert held(known) == ["H-2"]


def test_who_arrives_first_gains_no_power_and_is_found(known: Cli) -> None:
    early = hold("released", EVIL)
    assert known.record(early)["recorded"] == 1
    placed(known)
    assert held(known) == ["H-1"]
    rows = known("findings", "--rule", "house.power.missing", "--json").json["findings"]
    assert [(row["event"]["id"], row["event"]["type"]) for row in rows] == [
        (early["id"], "legal-hold-released")
    ]
    assert known.record(early)["duplicates"] == 1
    assert known("audit", "--views").status == 0


def test_an_annulment_of_another_source_comes_from_the_office_only(known: Cli) -> None:
    said = message("consent-refused", WHO, source=PORTAL, purpose="newsletter", text_version="1")
    assert known.record(said)["recorded"] == 1
    data = {"annuls": said["id"], "annuls_source": PORTAL, "reason": "mistake", "time": LATER}
    spoofed = message("event-annulled", WHO, source=OFFICE, **data)
    answer = known.record(spoofed, message("event-annulled", WHO, source=EVIL, **data))
    assert codes(answer) == [REFUSED] * 2
    assert {row["pointer"] for row in answer["rejections"]} == {"/data/annuls_source"}
    own = message("event-annulled", WHO, source=OFFICE, annuls="none", reason="mistake")
    assert codes(known.record(own)) == [REFUSED]
    wrong = spoofed | {"surprise": 1}
    assert codes(known.record(wrong)) == [REFUSED]
    assert as_office(known, spoofed)["recorded"] == 1
    history = known("history", WHO, "--json").lines
    assert [line["annulled_by"] for line in history if line["id"] == said["id"]] == [spoofed["id"]]


def test_a_file_speaks_for_the_office_by_its_flag_not_by_its_name(known: Cli) -> None:
    assert as_office(known, hold("placed", OFFICE))["recorded"] == 1
    file = known.folder / "privacy-office"
    file.write_bytes(orjson.dumps(hold("released", OFFICE)))
    assert codes(known("ingest", str(file), "--json").json) == [REFUSED]
    assert held(known) == ["H-1"]
    assert as_office(known, hold("released", OFFICE), name="privacy-office")["recorded"] == 1
    assert held(known) == []


def test_the_flag_gives_power_to_the_offices_events_alone(known: Cli) -> None:
    placed(known)
    assert codes(as_office(known, hold("released", EVIL))) == [REFUSED]


def test_what_was_refused_is_recorded_once_it_is_allowed(known: Cli) -> None:
    restricted = message(
        "processing-restricted", WHO, source=CRM, categories=["contact"], ground="accuracy"
    )
    lifted = message(
        "restriction-lifted",
        WHO,
        source=PORTAL,
        categories=["contact"],
        ground="corrected",
        time=LATER,
    )
    assert codes(known.record(restricted, lifted)) == [REFUSED]
    (refused,) = known("dead-letters", "retry", "--json").json["dead_letters"]
    assert (refused["outcome"], refused["code"]) == ("refused", REFUSED)
    assert known.record(lifted | {"id": "own", "source": CRM})["recorded"] == 1


def test_the_offices_declarations_come_in_from_any_file(known: Cli) -> None:
    facts = {"name": "Post", "kind": "shipping", "role": "processor", "country": "NL"}
    entry = "recipient/post"
    lines = [
        message("recipient-registered", entry, source=OFFICE, valid_from="2024-01-01", **facts),
        message("recipient-changed", entry, source=OFFICE, valid_from="2024-02-01", **facts),
        message("recipient-ended", entry, source=OFFICE, valid_to="2024-03-01", reason="over"),
    ]
    assert known.record(*lines)["recorded"] == 3
    ended = message("recipient-ended", entry, source=EVIL, valid_to="2023-01-01", reason="x")
    again = message("recipient-registered", entry, source=EVIL, valid_from="2024-05-01", **facts)
    assert codes(known.record(ended, again)) == [REFUSED] * 2


def test_ordinary_life_needs_no_power(known: Cli) -> None:
    consent = {"purpose": "newsletter", "channel": "portal"}
    lines = [
        message("account-deactivated", WHO, source=PORTAL, reason="moved"),
        message("account-reactivated", WHO, source=CRM, reason="back", time=LATER),
        message("consent-given", WHO, source=PORTAL, text_version="1", method="box", **consent),
        message("consent-withdrawn", WHO, source=CRM, time=LATER, **consent),
    ]
    assert known.record(*lines)["recorded"] == 4


IT = "urn:voipzeker:it"


def found(cli: Cli, rule: str) -> set[str]:
    return {
        row["event"]["id"] for row in cli("findings", "--rule", rule, "--json").json["findings"]
    }


def test_nobody_registers_himself_or_for_the_office(known: Cli) -> None:
    """What says which sources are known counts from who may say so; from others it is recorded and found."""
    shop = registered("customer/1", source="urn:new:shop")
    itself = message(
        "system-registered", "system/shop", source="urn:new:shop", sources=["urn:new:shop"]
    )
    other = message("system-registered", "system/shop2", source=CRM, sources=["urn:new:shop"])
    assert known.record(shop, itself, other)["recorded"] == 3
    # the earliest event of the source shows it, and that is one of the two at that instant
    assert found(known, "house.source.unregistered") & {shop["id"], itself["id"]}
    assert found(known, "house.power.missing") == {itself["id"], other["id"]}
    assert found(known, "house.source.type") == {other["id"]}
    assert known("audit", "--views").status == 0
    entry = message("system-registered", "system/shop", source=IT, sources=["urn:new:shop"])
    assert known.record(entry)["recorded"] == 1, "who came first holds up nobody"
    assert not found(known, "house.source.unregistered") & {shop["id"], itself["id"]}
    assert known("audit", "--views").status == 0


def test_what_was_registered_by_anybody_gives_no_right_once_sources_are_strict(known: Cli) -> None:
    planted = message(
        "system-registered",
        "system/shop",
        source=EVIL,
        sources=[EVIL, OFFICE],
        types=[],
        through=["file"],
    )
    assert known.record(planted)["recorded"] == 1
    known.set(SOURCES="strict")
    assert codes(known.record(registered("customer/1", source=EVIL))) == [REFUSED]


def test_a_type_that_is_another_systems_is_one_finding_until_it_is_registered(known: Cli) -> None:
    billing = "urn:voipzeker:billing"
    asked = [message("account-deactivated", WHO, source=billing, reason="moved") for _ in range(3)]
    assert known.record(*asked)["recorded"] == 3
    first = min(asked, key=lambda event: event["id"])["id"]
    assert found(known, "house.source.type") == {first}
    assert known("audit", "--views").status == 0
    systems = {"sources": [billing], "types": ["account-deactivated"]}
    assert known.record(message("system-registered", "system/billing", source=IT, **systems))
    assert found(known, "house.source.type") == set()
    assert known("audit", "--views").status == 0
    annulled = known("findings", "--rule", "house.source.type", "--at-position", "4", "--json")
    assert [row["event"]["id"] for row in annulled.json["findings"]] == [first]


# LEDGER_SOURCES=strict


@pytest.fixture
def strict(known: Cli) -> Cli:
    known.set(SOURCES="strict")
    return known


def test_strict_refuses_who_is_no_registered_system_until_it_is_one(strict: Cli) -> None:
    stranger = registered("customer/1", source="urn:new:shop")
    assert codes(strict.record(stranger)) == [REFUSED]
    facts = {"sources": ["urn:new:shop"], "types": ["customer-registered"], "through": ["file"]}
    system = message("system-registered", "system/shop", source=EVIL, **facts)
    assert codes(strict.record(system)) == [REFUSED]
    assert as_office(strict, system | {"source": OFFICE})["recorded"] == 1
    (retried,) = [
        row
        for row in strict("dead-letters", "retry", "--json").json["dead_letters"]
        if row["outcome"] == "recorded"
    ]
    assert retried
    other = message("consent-refused", "customer/1", source="urn:new:shop", time=LATER)
    other["data"] |= {"purpose": "newsletter", "text_version": "1"}
    answer = strict.record(other)
    assert [(row["code"], row["pointer"]) for row in answer["rejections"]] == [(REFUSED, "/type")]


def test_strict_looks_at_the_type_the_kind_of_subject_and_the_file(strict: Cli) -> None:
    breach = {"breach_ref": "B-1", "detected_at": LATER, "regime": "gdpr"}
    facts = {"sources": [PORTAL], "through": ["file:portal.ndjson"]}
    assert as_office(strict, message("system-registered", "system/p", source=OFFICE, **facts))
    answer = strict.record(
        registered("customer/2", source=CRM),
        message("breach-detected", "breach/B-1", source=CRM, **breach),
        message("event-annulled", "breach/B-1", source=CRM, annuls="x", reason="mistake"),
        registered("customer/3", source=PORTAL),
    )
    pointers = [(row["line"], row["code"], row["pointer"]) for row in answer["rejections"]]
    assert pointers == [(2, REFUSED, "/type"), (3, REFUSED, "/subject"), (4, REFUSED, "/source")]
    file = strict.folder / "portal.ndjson"
    file.write_bytes(orjson.dumps(registered("customer/3", source=PORTAL)))
    assert strict("ingest", str(file), "--json").json["recorded"] == 1


def test_strict_leaves_the_offices_commands_alone(strict: Cli) -> None:
    placed(strict)
    assert held(strict) == ["H-1"]


def test_strict_refuses_of_the_sample_what_is_planted_and_nothing_else(
    strict: Cli, tmp_path: Path
) -> None:
    sample, planted = tmp_path / "sample.ndjson", tmp_path / "planted.ndjson"
    options = ("--output", str(sample), "--planted", str(planted))
    assert strict("sample", "--events", "1500", "--customers", "60", *options).status == 0
    broken = {
        (row["event"]["source"], row["event"]["id"])
        for row in map(orjson.loads, planted.read_bytes().splitlines())
    }
    answer = strict("ingest", str(sample), "--json").json
    lines = sample.read_bytes().splitlines()
    refused = [orjson.loads(lines[row["line"] - 1]) for row in answer["rejections"]]
    assert {(event["source"], event["id"]) for event in refused} <= broken
    assert {event["source"] for event in refused} == {
        "urn:voipzeker:enquete-tool",
        "urn:voipzeker:app-backend",
    }
