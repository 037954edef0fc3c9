"""An archive of a real ledger: its answers are those of the views, and foreign programs read and prove it."""

import sys
from collections import Counter
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.dataset as ds
import pytest

from host.settings import OFFICE
from ledger.event import RecordedEvent, decode_event
from ledger.tlog.proving.proof_file import verify_entry
from ledger.tlog.proving.reading import prove
from ledger.tlog.signing.keys import parse_verifier_key
from ledger.tlog.store.folder import LogFolder
from ledger.tlog.tree.bundles import read_entry
from projections.folds.annulment import effects, name_of
from rulebook.calendar import AMSTERDAM
from rulebook.countries import region
from tests.fixtures.console import Cli

SEGMENT = 256
EVENTS = 3 * SEGMENT


@pytest.fixture
def archived(cli: Cli) -> tuple[Cli, str]:
    """A ledger of made-up events, all of them in an archive of three segments."""
    path = cli.folder / "sample.ndjson"
    path.write_bytes(cli("sample", "--events", str(EVENTS)).out)
    assert cli("ingest", str(path)).status == 0
    assert cli("publish", "--once").status == 0
    address = str(cli.folder / "archive")
    answer = cli("archive", address, "--segment", str(SEGMENT), "--json").json
    assert (answer["position"], answer["waiting"]) == (EVENTS, 0)
    return cli, address


def rows_of(cli: Cli, question: str, address: str) -> list[dict[str, Any]]:
    answer = cli("query", question, address, "--json").json
    assert answer["position"] == EVENTS
    rows: list[dict[str, Any]] = answer["rows"]
    return rows


def quarter_of(text: str) -> str:
    day = datetime.fromisoformat(text).astimezone(AMSTERDAM)
    return f"{day.year}-Q{(day.month + 2) // 3}"


def test_the_register_as_observed_is_that_of_the_view(archived: tuple[Cli, str]) -> None:
    cli, address = archived
    register = cli("register", "--json").json
    expected = {
        activity["activity"]: activity["observed"]
        for activity in register["activities"]
        if activity["observed"]["events"]
    }
    counted = {row.pop("activity"): row for row in rows_of(cli, "register", address)}
    assert counted == expected


def test_disclosures_are_those_of_the_view(archived: tuple[Cli, str]) -> None:
    """But for the kind of a feed's recipient: the view takes it from the register, where no event says it."""
    cli, address = archived
    expected = Counter(
        (row["recipient"], stated_kind(row), quarter_of(row["occurred_at"]), row["provision"])
        for row in cli("disclosures", "--json").json["disclosures"]
    )
    counted = {
        (row["recipient"], row["recipient_kind"], row["quarter"], row["provision"]): row["given"]
        for row in rows_of(cli, "disclosures", address)
    }
    assert counted == expected
    assert len(counted) > 10


def stated_kind(row: dict[str, Any]) -> str | None:
    return None if "bulk-feed" in row["type"] else row["recipient_kind"]


def test_transfers_are_those_of_the_views_where_an_event_names_the_country(
    archived: tuple[Cli, str],
) -> None:
    """The views know more: the country of a recipient when an event names none, and what is judged."""
    cli, address = archived
    expected = Counter(
        (row["country"], datetime.fromisoformat(row["occurred_at"]).astimezone(AMSTERDAM).year)
        for row in cli("disclosures", "--json").json["disclosures"]
        if row["country"] != "NL" and not row["country_derived"]
    )
    counted: Counter[tuple[str, int]] = Counter()
    for row in rows_of(cli, "transfers", address):
        counted[row["country"], row["year"]] += row["given"]
    assert counted == expected
    assert counted
    judged: Counter[str] = Counter()
    for row in cli("transfers", "--json").json["transfers"]:
        judged[row["country"]] += row["disclosures"] - row["country_derived"]
    named: Counter[str] = Counter()
    for (country, year), given in counted.items():
        named[country] += given if region(country, date(year, 7, 1)) != "eea" else 0
    assert +named == +judged


def published_events(cli: Cli) -> list[RecordedEvent]:
    folder = LogFolder(cli.folder / "data" / "tlog" / "main")
    content = [one for number in range(EVENTS // SEGMENT) for one in folder.bundle(number, SEGMENT)]
    entries = map(read_entry, content)
    return [
        decode_event(e.stream, e.version, e.type, e.state, e.position, e.recorded_at)
        for e in entries
    ]


def test_acts_of_consent_are_those_of_the_events(archived: tuple[Cli, str]) -> None:
    cli, address = archived
    events = published_events(cli)
    annulled = effects(events, [OFFICE]).annulled
    assert annulled
    expected = Counter(
        (
            event.time.astimezone(AMSTERDAM).strftime("%Y-%m"),
            event.facts["purpose"],
            event.name.removeprefix("consent-"),
        )
        for event in events
        if event.name.startswith("consent-") and name_of(event) not in annulled
    )
    counted = {
        (row["month"], row["purpose"], row["act"]): row["acts"]
        for row in rows_of(cli, "consents", address)
    }
    assert counted == expected


def test_transfers_are_those_of_the_view(archived: tuple[Cli, str]) -> None:
    """The view leaves out what stays inside the EEA, and groups by what a transfer rests on."""
    cli, address = archived
    expected, to_whom = Counter[str](), dict[str, set[str]]()
    for row in cli("transfers", "--json").json["transfers"]:
        assert row["country_derived"] == 0  # else the view would know more than the events say
        expected[row["country"]] += row["disclosures"]
        to_whom.setdefault(row["country"], set()).update(row["recipients"])
    counted, recipients = Counter[str](), dict[str, set[str]]()
    for row in rows_of(cli, "transfers", address):
        counted[row["country"]] += row["given"]
        recipients.setdefault(row["country"], set()).update(row["recipients"])
    assert len(expected) >= 4
    assert {country: counted[country] for country in expected} == expected
    assert {country: recipients[country] for country in expected} == to_whom


def test_foreign_programs_read_it_and_each_row_is_proven(archived: tuple[Cli, str]) -> None:
    cli, address = archived
    pattern = f"{address}/segments/*.parquet"
    sql = "SELECT count(*), sum(position), max(position) FROM read_parquet(?)"
    assert duckdb.execute(sql, [pattern]).fetchone() == (
        EVENTS,
        EVENTS * (EVENTS + 1) // 2,
        EVENTS,
    )
    assert ds.dataset(f"{address}/segments").count_rows() == EVENTS
    rows = duckdb.execute("SELECT position, entry FROM read_parquet(?)", [pattern]).fetchall()
    key = parse_verifier_key(cli("log", "keys", "--json").json["keys"][-1])
    folder = LogFolder(cli.folder / "data" / "tlog" / "main")
    for position, entry in rows[:: EVENTS // 8]:
        assert verify_entry(prove(folder, position), entry, [key], None).size == EVENTS


def test_it_is_audited_without_the_database(archived: tuple[Cli, str]) -> None:
    cli, address = archived
    cli.set(DATABASE_URL="postgresql://nobody@127.0.0.1:1/nothing")
    audit = cli("audit", "--archive", address, "--json")
    assert (audit.status, audit.json["verdict"], audit.json["size"]) == (0, "in-order", EVENTS)
    first = sorted(Path(address, "segments").iterdir())[0]
    first.unlink()
    audit = cli("audit", "--archive", address, "--json")
    assert (audit.status, audit.json["verdict"]) == (1, "not-in-order")
    assert [finding["position"] for finding in audit.json["findings"]] == [1]
    assert cli("audit", "--archive", address, "--views").status == 2
    assert cli("query", "register", str(cli.folder / "nothing")).status == 1


def test_without_the_extra_the_commands_say_what_to_install(
    cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    for command in (
        ("archive", "folder"),
        ("query", "register", "folder"),
        ("audit", "--archive", "x"),
    ):
        ran = cli(*command)
        assert ran.status == 2
        assert "install the extra `scale`" in ran.err
