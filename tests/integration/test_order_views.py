"""Orders in a confidential ledger: followed, rebuilt, audited, found; an open ledger has none of it."""

from collections import Counter
from pathlib import Path

import orjson
import psycopg
import pytest

from projections import ORDER_VIEWS, VIEWS
from rulebook import ORDER_FINDINGS
from schemas.catalogue import ORDER_TYPES
from tests.fixtures.console import Cli, collected, disclosed, registered

OWN = [view.name for view in ORDER_VIEWS]


@pytest.fixture
def house(cli: Cli) -> Cli:
    """A confidential ledger beside an open one, in the same database for the test's sake."""
    cli.record(registered(), collected(id="c"), disclosed(id="d"))
    assert cli("findings").status in {0, 1}
    cli.set(CONFIDENTIAL="1")
    assert cli("init").status == 0
    return cli


def opened(house: Cli) -> Cli:
    house.set(CONFIDENTIAL="0")
    return house


def tables_of(house: Cli, namespace: str) -> set[str]:
    with psycopg.connect(house.url) as connection:
        rows = connection.execute(
            "SELECT table_name FROM information_schema.tables WHERE table_schema = %s", [namespace]
        )
        return {name for (name,) in rows}


def test_what_was_planted_in_the_sample_is_found_and_the_views_are_what_the_events_say(
    house: Cli, tmp_path: Path
) -> None:
    planted = tmp_path / "planted.ndjson"
    sample = house("sample", "--planted", str(planted)).out
    count = sample.count(b"\n")
    answer = house.record(*reversed(sample.splitlines()))
    assert (answer["recorded"], answer["rejected"]) == (count, 0)
    expected = Counter(
        (one["rule"], one["event"]["id"])
        for one in map(orjson.loads, planted.read_bytes().splitlines())
    )
    ran = house("findings", "--json")
    assert ran.status == 1
    assert Counter((one["rule"], one["event"]["id"]) for one in ran.json["findings"]) == expected
    last = house("status", "--json").json["position"]
    again = house("findings", "--json", "--at-position", str(last)).json["findings"]
    assert Counter((one["rule"], one["event"]["id"]) for one in again) == expected
    rebuilt = house("rebuild", "--json")
    assert rebuilt.status == 0
    assert {one["view"] for one in rebuilt.json["views"]} == {view.name for view in VIEWS} | {*OWN}
    audit = house("audit", "--views", "--json")
    assert audit.json["findings"] == []
    names = {one["view"] for one in house("status", "--json").json["views"]}
    assert set(OWN) <= names
    late = house("findings", "--json", "--rule", "law.order.answer").json["findings"]
    assert {one["rule"] for one in late} == {"law.order.answer"}
    assert {one["view"] for one in house("rebuild", "orders", "--json").json["views"]} == {"orders"}
    of_one = house("findings", "--json", "--severity", "medium", "--subject", "customer/10026")
    assert {one["severity"] for one in of_one.json["findings"]} <= {"medium"}


def test_the_contract_of_a_confidential_ledger_has_the_types_of_orders(house: Cli) -> None:
    listed = house("schema", "list", "--json").json["types"]
    assert {entry.name for entry in ORDER_TYPES.values()} <= {one["name"] for one in listed}
    for entry in ORDER_TYPES.values():
        assert house("schema", "show", entry.name, "--json").json["title"], entry.name
        assert house("schema", "show", entry.name, "--examples").lines, entry.name


def test_an_open_ledger_has_no_table_type_rule_or_finding_of_orders(house: Cli) -> None:
    assert set(OWN) <= tables_of(house, "ledger_confidential_views")
    assert not {name for name in tables_of(house, "ledger_main_views") if name.startswith((*OWN,))}
    main = opened(house)
    assert {one["view"] for one in main("status", "--json").json["views"]} == {
        v.name for v in VIEWS
    }
    names = {entry.name for entry in ORDER_TYPES.values()}
    assert names.isdisjoint(one["name"] for one in main("schema", "list", "--json").json["types"])
    assert main("schema", "show", "order-received").status == 2
    assert main("findings", "--rule", ORDER_FINDINGS[0].id).status == 2
    assert main("rebuild", "orders").status == 2
    events = main("sample", "--events", "400", "--customers", "24").out
    assert not [line for line in events.splitlines() if b"ledger.order-received" in line]
    assert main("audit", "--views", "--json").json["findings"] == []
