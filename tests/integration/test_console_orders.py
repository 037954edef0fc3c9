"""The disclosure desk by its commands: one confidential ledger, from the receipt of an order to its lift."""

import io
import re
import shlex
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import orjson
import pytest
from pyrage import x25519

from console.commands.intake import ingest_files
from host.settings import read_settings
from host.wiring import install_site, open_site
from ledger.embedded import Server
from ledger.event import instant
from tests.fixtures.console import Cli, Ran, collected, disclosed, registered
from tests.fixtures.postgres import fresh_database
from tests.integration.test_languages import foreign_words

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "orders.md"
_BLOCKS = re.compile(
    r"<!-- commands: run by tests/integration/test_console_orders.py -->\n```sh\n(.*?)```", re.S
)
_STATUS = re.compile(r"Exit status (\d)")
GUIDED = ("customer/10023", "customer/10024")
ENDING = "customer/10025"
"""Of whom the guide tells: no test has an order about them."""
KEY = str(x25519.Identity.generate().to_public())
CATEGORIES = ["address", "identity", "payment"]
WHO = "customer/10077"
OFFICERS = ("employee/7", "employee/9")
SUBSCRIBER = {"provision": "nl.sv.126na", "issued_by": "investigating-officer"}
EUROPEAN = {"provision": "eu.2023.1543", "issued_by": "foreign-judicial-authority", "country": "DE"}
TRAFFIC = {"provision": "nl.sv.126n", "issued_by": "public-prosecutor"}
FREEZE = {"provision": "nl.sv.126ni", "issued_by": "public-prosecutor", "kind": "preservation"}


@pytest.fixture(scope="module")
def ledger(
    postgres_server: Server, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, str]]:
    """One confidential ledger for all tests, each with orders of its own, and the open one beside it."""
    folder, there = tmp_path_factory.mktemp("desk"), tmp_path_factory.mktemp("open")
    with (
        fresh_database(postgres_server.url) as url,
        fresh_database(postgres_server.url) as open_url,
    ):
        _open_ledger(open_url, there)
        settings = {
            "DATABASE_URL": url,
            "KEY_DIR": str(folder / "keys"),
            "CONFIDENTIAL": "1",
            "OFFICERS": ",".join(OFFICERS),
            "OPEN_SETTINGS_FILE": str(there / "open.env"),
        }
        named = {f"LEDGER_{name}": text for name, text in settings.items()}
        install_site(read_settings(named, folder))
        yield settings


def _open_ledger(url: str, folder: Path) -> None:
    """The ledger that holds the data which the orders are given."""
    named = {"LEDGER_DATABASE_URL": url, "LEDGER_KEY_DIR": str(folder / "keys")}
    named["LEDGER_DATA_DIR"] = str(folder)
    settings = read_settings(named, folder)
    install_site(settings)
    values = {"name": "J. Jansen", "city": "Leiden", "iban": "NL91ABNA0417164300"}
    told = [
        event
        for who in (WHO, *GUIDED, ENDING)
        for event in (registered(who), collected(who, personal=values, categories=CATEGORIES))
    ]
    seen = {"time": ago(minutes=10), "personal": {"cell_id": "c-1"}, "categories": ["location"]}
    told.append(collected(WHO, **seen))
    with open_site(settings) as site:
        stream = io.BytesIO(b"\n".join(map(orjson.dumps, told)))
        assert ingest_files(site, [("test", stream)]).recorded == len(told)
    file = folder / "open.env"
    file.write_text("".join(f"{name}={text}\n" for name, text in named.items()))
    file.chmod(0o600)


@pytest.fixture
def desk(program: Cli, ledger: dict[str, str]) -> Cli:
    program.set(**ledger)
    return program


def receive(desk: Cli, ref: str, subject: str | None = WHO, *more: str, **stated: str) -> Ran:
    """An order comes in: subscriber data of a person for the police, unless it is stated otherwise."""
    options = {"authority": "politie", **SUBSCRIBER, **stated}
    words = [f"--{name.replace('_', '-')}={text}" for name, text in options.items()]
    who = [subject] if subject else []
    ran = desk("order", "receive", *who, "--ref", ref, *words, *more, "--json")
    assert ran.status == 0, ran.err
    return ran


def on(desk: Cli, deed: str, ref: str, *more: str) -> Ran:
    return desk("order", deed, ref, *more, "--json")


def authentic(desk: Cli, ref: str, *more: str, **stated: str) -> None:
    """An order that came in and is authentic."""
    receive(desk, ref, WHO, *more, **stated)
    assert on(desk, "authenticate", ref, "--method", "call-back").status == 0


def ready(desk: Cli, ref: str, *more: str, **stated: str) -> None:
    """An order that may be executed as it stands."""
    authentic(desk, ref, *more, **stated)
    assert on(desk, "validate", ref).status == 0


def bundle_of(desk: Cli, ref: str, *more: str) -> str:
    """What is prepared for an order, in a new file."""
    file = str(desk.folder / f"{ref}.age")
    ran = desk("order", "prepare", ref, "--age", KEY, "--output", file, *more)
    assert ran.status == 0, ran.err
    return file


def both(desk: Cli, *command: str) -> Ran:
    """The answer to the second of two officers who give a command; the first one's does nothing yet."""
    for officer in OFFICERS:
        desk.set(READER=officer)
        ran = desk(*command)
        if officer == OFFICERS[0]:
            assert (ran.status, "needs two persons" in ran.err) == (1, True), ran.err
    desk.set(READER="")
    return ran


def executed(desk: Cli, ref: str, *more: str) -> Ran:
    """The answer to the second officer who executes an order; with `--` an order that gives no data."""
    data = () if "--" in more else ("--bundle", bundle_of(desk, ref))
    ran = both(
        desk, "order", "execute", ref, *data, *(one for one in more if one != "--"), "--json"
    )
    assert ran.status == 0, ran.err
    return ran


def refused(ran: Ran, *words: str) -> None:
    """Nothing was recorded, and one sentence says why, and what to do next."""
    assert ran.status == 1
    assert ran.err.count("\n") == 1
    for word in words:
        assert word in ran.err


def events(desk: Cli, ref: str, subject: str = WHO) -> list[dict[str, Any]]:
    """What the ledger recorded about an order, in its order."""
    lines = desk("history", subject, "--json").lines
    return [
        line
        for line in lines
        if ref in {line["facts"].get("order_ref"), line["facts"].get("case_ref")}
    ]


def names_of(found: list[dict[str, Any]]) -> list[str]:
    return [line["type"].split(".")[3] for line in found]


def ago(**period: float) -> str:
    return instant(datetime.now(UTC) - timedelta(**period))


def test_the_guide_of_the_desk_runs_as_it_stands(
    desk: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = "".join(_BLOCKS.findall(PAGE.read_text("utf-8"))).splitlines()
    assert len(lines) > 20
    before: list[str] = []
    monkeypatch.chdir(tmp_path)
    for name in ("letter.pdf", "memo.pdf"):
        Path(name).write_bytes(name.encode())
    for line in lines:
        command = shlex.split(line, comments=True)[1:]
        # What stands there twice, the second officer gives as well.
        desk.set(READER=OFFICERS[command == before])
        ran, before = desk(*command), command
        status = _STATUS.search(line)
        assert ran.status == (int(status[1]) if status else 0), (line, ran.err)
    told = names_of(events(desk, "O-2026-17", GUIDED[0]))
    assert told[:5] == [
        "order-received",
        "secrecy-imposed",
        "order-authenticated",
        "order-narrowed",
        "order-executed",
    ]
    assert told[5:] == [
        "personal-data-disclosed",
        "order-confirmed",
        *("secrecy-reviewed", "secrecy-reviewed", "secrecy-lifted"),
        "restriction-applied",
    ]
    assert desk("audit", "--views").status == 0


def test_an_order_that_asks_too_much_gets_exactly_what_it_may_have(desk: Cli) -> None:
    authentic(desk, "N-1", "--field", "iban", "--field", "name", "--field", "email")
    refused(on(desk, "validate", "N-1"), "`ledger order narrow N-1`")
    narrowed = on(desk, "narrow", "N-1").json
    assert (narrowed["allowed_fields"], narrowed["refused_fields"]) == (["name"], ["iban", "email"])
    refused(on(desk, "execute", "N-1", "--field", "iban"), "does not allow iban", "it allows name")
    assert executed(desk, "N-1").json["status"] == "executed"
    found = {line["type"].split(".")[3]: line for line in events(desk, "N-1")}
    assert found["order-narrowed"]["facts"]["ground"] == "beyond-provision"
    given, told = found["order-executed"]["facts"], found["personal-data-disclosed"]
    assert given["fields"] == told["facts"]["fields"] == ["name"]
    assert given["disclosure_id"] == told["id"]
    assert (told["provision"], told["facts"]["recipient_kind"]) == ("nl.sv.126na", "police")
    assert told["facts"]["notice"] == "barred"


def test_an_order_is_judged_by_who_ordered_what_and_how(desk: Cli) -> None:
    authentic(desk, "J-1", "--oral", "--field", "name", issued_by="inspector")
    why = on(desk, "validate", "J-1")
    refused(why, "inspector may not order", "`ledger order refuse J-1 --ground wrong-authority`")
    refused(on(desk, "narrow", "J-1"), "--ground wrong-authority")
    refused(on(desk, "refuse", "J-1", "--ground", "needs-judge"), "needs-judge is no ground")
    assert on(desk, "refuse", "J-1", "--ground", "oral-not-allowed").json["status"] == "rejected"
    refused(on(desk, "validate", "J-1"), "order J-1 was refused on")
    authentic(desk, "J-2", "--field", "iban")
    refused(on(desk, "narrow", "J-2"), "nothing of what order J-2 asks for is allowed")
    assert on(desk, "show", "J-2").json["command"].endswith("--ground beyond-provision")
    authentic(desk, "J-3", provision="nl.tw.11.10")
    refused(on(desk, "validate", "J-3"), "may not order under nl.tw.11.10", "wrong-authority")


def test_a_step_that_does_not_fit_says_what_to_do_next(desk: Cli) -> None:
    receive(desk, "S-1", WHO, "--field", "name")
    for deed in ("validate", "narrow", "execute"):
        refused(on(desk, deed, "S-1"), "`ledger order authenticate S-1 --method M`")
    assert on(desk, "authenticate", "S-1", "--method", "call-back").status == 0
    refused(on(desk, "authenticate", "S-1", "--method", "platform"), "give `ledger order validate")
    refused(on(desk, "narrow", "S-1"), "asks for no more", "`ledger order validate S-1`")
    refused(on(desk, "execute", "S-1"), "`ledger order validate S-1`")
    assert on(desk, "object", "S-1", "--ground", "incomplete").json["status"] == "objected"
    refused(on(desk, "execute", "S-1"), "waits for the authority")
    assert on(desk, "validate", "S-1").json["status"] == "validated"
    refused(on(desk, "confirm", "S-1", "--what", "receipt"), "`ledger order execute S-1`")
    refused(on(desk, "confirm", "S-1", "--what", "written-order"), "was given in writing")
    assert on(desk, "withdraw", "S-1", "--reason", "case-closed").json["status"] == "withdrawn"
    refused(on(desk, "execute", "S-1"), "the authority withdrew order S-1")
    refused(on(desk, "withdraw", "S-1", "--at", ago(days=3)), "before the last act on order S-1")


def test_an_oral_order_is_confirmed_in_writing_or_lapses(desk: Cli) -> None:
    oral = ("--oral", "--field", "called_number")
    authentic(desk, "L-1", *oral, **TRAFFIC)
    confirmed = on(desk, "confirm", "L-1", "--what", "written-order").json
    assert {clock["name"]: clock["state"] for clock in confirmed["clocks"]}[
        "written-order"
    ] == "met"
    receive(desk, "L-2", WHO, *oral, "--at", ago(days=8), **TRAFFIC)
    assert on(desk, "show", "L-2").json["status"] == "lapsed"
    for deed in (("authenticate", "--method", "call-back"), ("validate",), ("execute",)):
        refused(on(desk, deed[0], "L-2", *deed[1:]), "it lapsed", "--ground not-confirmed")
    refused(on(desk, "confirm", "L-2", "--what", "written-order"), "it lapsed")
    listed = desk("order", "list", "--overdue", "--json")
    assert (listed.status, [row["order_ref"] for row in listed.json["orders"]]) == (1, ["L-2"])
    today = desk("today", "--json")
    [task] = [row for row in today.json["tasks"] if row["ref"] == "L-2" and "lapsed" in row["task"]]
    assert (today.status, task["state"]) == (1, "overdue")
    assert desk(*shlex.split(task["commands"][0])[1:]).status == 0
    assert on(desk, "show", "L-2").json["overdue"] is False


def test_the_list_of_the_desk_begins_with_what_is_due_next(desk: Cli) -> None:
    receive(desk, "E-1", WHO, **EUROPEAN)
    receive(desk, "E-2", WHO, "--urgent", **EUROPEAN)
    rows = desk("order", "list", "--json").json["orders"]
    places = [row["order_ref"] for row in rows]
    assert places.index("E-2") < places.index("E-1")
    by_ref = {row["order_ref"]: row for row in rows}
    due, received = (datetime.fromisoformat(by_ref["E-2"][name]) for name in ("due", "received_at"))
    assert due - received == timedelta(hours=8)
    assert by_ref["E-2"]["next"] == by_ref["E-1"]["next"] == "answer"
    tasks = desk("today", "--json").json["tasks"]
    urgent = next(row for row in tasks if row["ref"] == "E-2" and row["task"] != "review-secrecy")
    assert datetime.fromisoformat(urgent["time"]) == due
    for ref in ("E-1", "E-2"):
        assert on(desk, "withdraw", ref).status == 0


def test_an_order_without_a_known_person_seals_what_it_names(desk: Cli, tmp_path: Path) -> None:
    file, letter = tmp_path / "values.json", tmp_path / "letter.pdf"
    file.write_bytes(orjson.dumps({"mobile_number": "+31612345678"}))
    letter.write_bytes(b"%PDF")
    receive(desk, "V-1", None, "--values", str(file), "--document", str(letter), "--field", "name")
    [received, *_] = events(desk, "V-1", "visitor/V-1")
    assert received["personal"] == {"mobile_number": "+31612345678"}
    assert received["categories"] == ["contact"]
    assert received["facts"]["sha256"] == sha256(b"%PDF").hexdigest()


def test_an_order_about_two_persons_names_the_person_of_a_step(desk: Cli) -> None:
    receive(desk, "T-2")  # so that the third person is known, whatever ran before
    for who in ("customer/1", "customer/2"):
        receive(desk, "T-1", who, "--field", "name")
    step = ("authenticate", "T-1", "--method", "call-back")
    refused(on(desk, "execute", "T-1"), "--subject: order T-1 is about 2 persons")
    assert on(desk, *step, "--subject", "customer/2").json["status"] == "authenticated"
    assert on(desk, "show", "T-1", "--subject", "customer/1").json["status"] == "received"
    refused(on(desk, *step, "--subject", WHO), "order T-1 is about another person")
    again = desk("order", "receive", "customer/1", "--ref", "T-1", *_flags(), "--json")
    refused(again, "there is an order T-1 about this person already")


def _flags() -> list[str]:
    return [
        *("--provision", "nl.sv.126na", "--authority", "politie"),
        *("--issued-by", "investigating-officer"),
    ]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (["--issued-by", "sheriff"], "expected one of"),
        (["--kind", "search"], "expected one of"),
        (["--field", "shoe_size"], "--field"),
        (["--period-from", "2026-02-30"], "expected a day"),
        (["--period-from", "2026-03-01", "--period-to", "2026-02-01"], "--period-to: expected"),
        (["--respond-by", "tomorrow"], "expected a time"),
        (["--document", "/nowhere"], "/nowhere"),
    ],
)
def test_what_an_order_cannot_say_is_refused(desk: Cli, change: list[str], says: str) -> None:
    ran = desk("order", "receive", WHO, "--ref", "W-1", *_flags(), *change)
    assert ran.status == 2
    assert says in ran.err
    assert desk("order", "show", "W-1").status == 1


@pytest.mark.parametrize("flag", ["--provision", "--authority", "--issued-by"])
def test_what_every_order_says_is_asked_for(desk: Cli, flag: str) -> None:
    flags = _flags()
    place = flags.index(flag)
    ran = desk("order", "receive", WHO, *flags[:place], *flags[place + 2 :])
    assert (ran.status, f"{flag}: expected what the order says" in ran.err) == (2, True)


def test_data_is_kept_as_long_as_the_law_allows(desk: Cli) -> None:
    who = "customer/5504"  # of whom no other order waits for this data
    receive(desk, "P-1", who, **FREEZE)
    assert on(desk, "authenticate", "P-1", "--method", "call-back").status == 0
    assert on(desk, "validate", "P-1").status == 0
    refused(on(desk, "execute", "P-1"), "`ledger preservation impose P-1`")
    day = datetime.now(UTC).date()
    imposed = ("preservation", "impose", "P-1", "--category", "traffic")
    late = desk(*imposed, "--until", str(day + timedelta(days=120)))
    assert (late.status, "the law allows no day after" in late.err) == (2, True)
    kept = desk(*imposed, "--json").json
    assert kept["status"] == "executed"
    assert "preservation" in {clock["name"] for clock in kept["clocks"]}
    longer = desk("preservation", "extend", "P-1", "--json").json
    assert longer["preserved_until"] > kept["preserved_until"]
    refused(desk("preservation", "extend", "P-1"), "extended as often as the law has it")
    assert both(desk, "preservation", "release", "P-1").status == 0
    refused(desk("preservation", "release", "P-1"), "no data is kept for order P-1")
    refused(desk("preservation", "impose", "N-1", "--category", "traffic"), "order N-1")
    released = events(desk, "P-1", who)[-1]
    assert (released["type"].split(".")[3], released["categories"]) == (
        "preservation-released",
        ["traffic"],
    )


def test_a_european_preservation_lasts_as_long_as_the_order_for_the_data_needs(desk: Cli) -> None:
    ready(desk, "P-2", **EUROPEAN, kind="preservation")
    assert desk("preservation", "impose", "P-2", "--category", "traffic").status == 0
    assert desk("preservation", "extend", "P-2").status == 0
    refused(desk("preservation", "extend", "P-2"), "extended as often")
    receive(desk, "P-3", WHO, "--extends", "P-2", **EUROPEAN)
    open_end = desk("preservation", "extend", "P-2")
    assert (open_end.status, "--until: expected the day" in open_end.err) == (2, True)
    assert desk("preservation", "extend", "P-2", "--until", "2099-01-01").status == 0
    for ref in ("P-2", "P-3"):
        assert on(desk, "show", ref).json["overdue"] is False
    assert on(desk, "withdraw", "P-3").status == 0
    refused(desk("preservation", "extend", "P-2", "--until", "2099-02-01"), "extended as often")


def test_what_was_kept_to_its_last_day_is_released_afterwards(desk: Cli) -> None:
    began = ("--at", ago(days=100))
    receive(desk, "P-4", ENDING, *began, **FREEZE)
    for deed in (("authenticate", "P-4", "--method", "call-back"), ("validate", "P-4")):
        assert on(desk, *deed, *began).status == 0
    assert desk("preservation", "impose", "P-4", "--category", "traffic", *began).status == 0
    until = events(desk, "P-4", ENDING)[-2]["facts"]["until"]
    assert on(desk, "show", "P-4").json["overdue"] is True
    refused(desk("preservation", "extend", "P-4"), "no data is kept")
    assert both(desk, "preservation", "release", "P-4").status == 0
    assert events(desk, "P-4", ENDING)[-1]["facts"]["until"] == until
    assert on(desk, "show", "P-4").json["overdue"] is False
    refused(desk("preservation", "release", "P-4"), "no data is kept")


def test_an_interception_is_a_fact_without_content(desk: Cli) -> None:
    ready(desk, "I-1", provision="nl.sv.126m", issued_by="examining-judge", kind="interception")
    assert executed(desk, "I-1", "--").status == 0
    assert names_of(events(desk, "I-1"))[-2:] == ["order-executed", "interception-provided"]
    # Its provision has no other kind, whether the order says so or not.
    ready(desk, "I-2", provision="nl.sv.126m", issued_by="examining-judge")
    assert executed(desk, "I-2", "--").status == 0
    assert names_of(events(desk, "I-2"))[-2:] == ["order-executed", "interception-provided"]


def test_an_order_without_secrecy_leaves_its_disclosure_to_the_open_ledger(desk: Cli) -> None:
    ready(desk, "A-1", "--field", "iban", provision="nl.awr.53", issued_by="inspector")
    file = str(desk.folder / "told.ndjson")
    ran = executed(desk, "A-1", "--disclosure", file)
    assert (ran.json["status"], ran.json["secrecy"]) == ("executed", "none")
    assert f"`ledger ingest --signed {file}`" in ran.err
    assert "personal-data-disclosed" not in names_of(events(desk, "A-1"))
    refused(
        desk("secrecy", "lift", "A-1", "--by", "court", "--evidence", "x", *PAPER),
        "this was never secret",
    )


PAPER = ("--sha256", "5" * 64)
SAID = ("--by", "authority", "--evidence", "letter-9", *PAPER)


def test_secrecy_is_reviewed_and_lifted_with_evidence(desk: Cli) -> None:
    ready(desk, "G-1", "--field", "name")
    assert executed(desk, "G-1").status == 0
    imposed = desk("secrecy", "impose", "G-1", *SAID, "--review-on", "2099-01-01")
    refused(imposed, "give `ledger secrecy review`")
    without_day = desk("secrecy", "review", "G-1", *SAID, "--outcome", "continues")
    assert (without_day.status, "--review-on" in without_day.err) == (2, True)
    over = desk(
        "secrecy", "review", "G-1", *SAID, "--outcome", "continues", "--review-on", "2020-01-01"
    )
    assert (over.status, "--review-on: this day is over" in over.err) == (2, True)
    refused(
        desk("secrecy", "lift", "G-1", "--by", "review", "--evidence", "memo", *PAPER),
        "--outcome may-lift",
    )
    others = despite(desk, "G-1")
    lifted = both(desk, "secrecy", "lift", "G-1", *SAID, *others, "--json").json
    assert (lifted["secrecy"], lifted["by"], lifted["evidence"], lifted["evidence_sha256"]) == (
        "lifted",
        "authority",
        "letter-9",
        "5" * 64,
    )
    [row] = [
        r for r in desk("secrecy", "list", "--json").json["secrecy"] if r["order_ref"] == "G-1"
    ]
    assert (row["waits"], row["review_on"]) == (1, None)
    refused(desk("secrecy", "lift", "G-1", *SAID), "was lifted on")
    assert desk("secrecy", "impose", "G-1", *SAID, "--review-on", "2099-01-01").status == 0
    assert on(desk, "show", "G-1").json["secrecy"] == "in-force"


def despite(desk: Cli, *what: str) -> list[str]:
    """The flags by which a lift names each order that stands in its way, as the refusal says them."""
    ran = desk("secrecy", "lift", *what, *SAID)
    # Where nothing stands in its way, it is refused for want of an officer.
    assert ran.status in {1, 2}, ran.err
    return [
        word for ref in re.findall(r"`--despite ([^`]+)`", ran.err) for word in ("--despite", ref)
    ]


def ended(desk: Cli, who: str, ref: str, *more: str, **stated: str) -> None:
    """An order about somebody, executed with nothing to come: it gives no field."""
    receive(desk, ref, who, *more, **stated)
    assert on(desk, "authenticate", ref, "--method", "call-back").status == 0
    assert on(desk, "validate", ref).status == 0
    assert executed(desk, ref, "--").status == 0


def test_no_lift_while_a_measure_runs_or_another_order_is_secret(desk: Cli) -> None:
    who, day = "customer/5501", datetime.now(UTC).date()
    tap = {"provision": "nl.sv.126m", "issued_by": "examining-judge", "kind": "interception"}
    ended(desk, who, "LW-1", **tap)
    lift = ("secrecy", "lift", "LW-1", *SAID)
    refused(desk(*lift), "the tap of order LW-1 runs", "both officers add `--despite LW-1`")
    refused(desk(*lift, "--despite", "LW-9"), "the tap of order LW-1 runs")
    # While another one is open it is named as well, and nobody else's is.
    receive(desk, "LW-2", who, "--field", "name")
    receive(desk, "LW-3", "customer/5502", "--field", "name")
    why = ("the tap of order LW-1 runs; order LW-2 is secret; order LW-2 waits for an answer",)
    refused(desk(*lift, "--despite", "LW-1"), "order LW-2 is secret")
    refused(desk(*lift), *why, "`--despite LW-1` `--despite LW-2`")
    refused(
        desk(*lift, "--despite", "LW-1", "--despite", "LW-2", "--despite", "LW-3"),
        "LW-3 does not run",
    )
    named = ("--despite", "LW-2", "--despite", "LW-1")
    desk.set(READER=OFFICERS[0])
    assert "needs two persons" in desk(*lift, *named).err
    # The second officer approves another lift than the first one, if an order came in between.
    receive(desk, "LW-4", who, "--field", "name")
    desk.set(READER=OFFICERS[1])
    refused(desk(*lift, *named), "order LW-4 is secret")
    assert "needs two persons" in desk(*lift, *named, "--despite", "LW-4").err
    desk.set(READER=OFFICERS[0])
    assert desk(*lift, *named, "--despite", "LW-4").status == 0
    desk.set(READER="")
    facts = events(desk, "LW-1", who)[-1]["facts"]
    assert (facts["despite"], facts["sha256"]) == (["LW-1", "LW-2", "LW-4"], "5" * 64)
    # What was withdrawn or refused stands in nobody's way any more.
    assert on(desk, "withdraw", "LW-4").status == 0
    assert on(desk, "refuse", "LW-2", "--ground", "incomplete").status == 0
    receive(desk, "LW-5", who, "--field", "name", "--period-to", str(day + timedelta(days=9)))
    refused(desk("secrecy", "lift", "LW-5", *SAID), "order LW-5 waits for an answer")


def test_a_review_and_a_lift_need_the_document_itself(desk: Cli, tmp_path: Path) -> None:
    receive(desk, "X-1", "customer/5503", "--field", "name")
    paper = tmp_path / "letter.pdf"
    paper.write_bytes(b"%PDF")
    said = ("X-1", "--by", "authority", "--evidence", "letter-9")
    outcome = ("--outcome", "continues", "--review-on", "2099-01-01")
    for deed, more in (("review", outcome), ("lift", ())):
        for wrong in ((), ("--sha256", "x"), ("--document", str(paper), *PAPER)):
            ran = desk("secrecy", deed, *said, *more, *wrong)
            assert (ran.status, "--document" in ran.err) == (2, True)
    reviewed = both(desk, "secrecy", "review", *said, *outcome, "--document", str(paper), "--json")
    assert reviewed.json["evidence_sha256"] == sha256(b"%PDF").hexdigest()


def test_a_disclosure_without_an_order_has_secrecy_of_its_own(desk: Cli) -> None:
    kind = {"recipient": "politie", "recipient_kind": "police", "legal_basis": "6-1-c"}
    about = {"provision": "nl.sv.126n", "case_ref": "PV-1", "time": ago(hours=1)}
    event = disclosed(WHO, id="alone", **about, **kind)
    assert desk.record(event)["recorded"] == 1
    alone = ("--subject", WHO, "--disclosure", "alone")
    others = despite(desk, *alone)
    lifted = both(desk, "secrecy", "lift", *SAID, *alone, *others, "--json").json
    assert lifted["disclosure_id"] == "alone"
    rows = desk("secrecy", "list", "--json").json["secrecy"]
    assert [row["waits"] for row in rows if row["disclosure_id"] == "alone"] == [1]
    other = desk("secrecy", "lift", *SAID, "--subject", WHO, "--disclosure", "unknown")
    refused(other, "nothing was disclosed about this person under that id")
    assert desk.record(event | {"source": "urn:voipzeker:other-portal"})["recorded"] == 1
    refused(desk("secrecy", "lift", *SAID, *alone), "2 sources disclosed something under that id")
    refused(desk("secrecy", "lift", *SAID), "name an order, or a person and a disclosure")


def test_a_review_that_is_late_is_bad_news(desk: Cli) -> None:
    receive(desk, "R-1", WHO, "--field", "name", "--at", ago(days=300))
    listed = desk("secrecy", "list", "--json")
    late = [r["order_ref"] for r in listed.json["secrecy"] if r["overdue"] and r["order_ref"]]
    assert (listed.status, late) == (1, ["R-1"])
    tasks = [row for row in desk("today", "--json").json["tasks"] if row["ref"] == "R-1"]
    assert ("review-secrecy", "overdue") in [(row["task"], row["state"]) for row in tasks]
    on_time = ("--outcome", "continues", "--review-on", "2099-01-01")
    assert both(desk, "secrecy", "review", "R-1", *SAID, *on_time).status == 0
    listed = desk("secrecy", "list", "--json").json["secrecy"]
    assert [r["overdue"] for r in listed if r["order_ref"] == "R-1"] == [False]


CONSIDERED = [f"--consider={letter}=code-{letter}" for letter in "abcdefgh"]
RESTRICT = ("restriction", "apply", WHO, "--ground", "d")


def test_a_restriction_names_all_that_was_considered(desk: Cli) -> None:
    ready(desk, "UAVG-1")
    day = datetime.now(UTC).date() + timedelta(days=2)
    until = ("--review-on", str(day))
    for change, says in {
        tuple(CONSIDERED[:7]): "h of UAVG Art. 41(2) not considered",
        (*CONSIDERED, "--consider=i=x"): "a letter from a to h",
        (*CONSIDERED, "--consider=a=x"): "named twice",
        (): "--consider",
    }.items():
        ran = desk(*RESTRICT, *until, *change)
        assert (ran.status, says in ran.err) == (2, True), ran.err
    over = desk(*RESTRICT, "--review-on", "2020-01-01", *CONSIDERED)
    assert (over.status, "this day is over" in over.err) == (2, True)
    refused(desk(*RESTRICT, *until, *CONSIDERED, "--order", "X-9"), "there is no order X-9")
    told = desk(*RESTRICT, *until, *CONSIDERED, "--json").json
    assert (told["told"], len(told["considerations"])) == (True, 8)
    old = ("--ground", "i", "--at", ago(days=9), "--review-on", str(day - timedelta(days=5)))
    assert desk("restriction", "apply", WHO, *old, *CONSIDERED).status == 0
    due = [
        row for row in desk("today", "--json").json["tasks"] if row["task"] == "review-restriction"
    ]
    assert [row["state"] for row in due] == ["overdue"]


def test_what_an_authority_gets_needs_two_persons(desk: Cli) -> None:
    ready(desk, "F-1", "--field", "name", "--field", "city")
    desk.set(READER="employee/7")
    bundle, other = bundle_of(desk, "F-1"), str(desk.folder / "other.age")
    again = ("--age", KEY, "--output", other, "--withhold", "city=privileged")
    assert desk("order", "prepare", "F-1", *again).status == 0
    command = ("order", "execute", "F-1", "--bundle", bundle)
    first = desk(*command)
    assert first.status == 1
    assert "needs two persons" in first.err
    assert f"`ledger order execute F-1 --bundle {bundle}`" in first.err
    desk.set(READER="employee/9")
    assert desk("order", "execute", "F-1", "--bundle", other).status == 1  # another act
    assert on(desk, "show", "F-1").json["status"] == "validated"
    assert desk(*command).status == 0
    lift = ("secrecy", "lift", "F-1", *SAID, *despite(desk, "F-1"))
    assert desk(*lift).status == 1
    assert on(desk, "show", "F-1").json["secrecy"] == "in-force"
    desk.set(READER="employee/7")
    assert desk(*lift).status == 0
    assert on(desk, "show", "F-1").json["secrecy"] == "lifted"


def test_an_execution_that_cannot_wait_is_approved_afterwards(desk: Cli) -> None:
    """Also one of two guarded events: the approval names the first of them."""
    ready(desk, "F-2", provision="nl.sv.126m", issued_by="examining-judge", kind="interception")
    desk.set(READER="employee/7")
    alone = desk("order", "execute", "F-2", "--emergency", "life-at-risk")
    assert alone.status == 0, alone.err
    assert names_of(events(desk, "F-2"))[-2:] == ["order-executed", "interception-provided"]
    [row] = desk("emergency", "list", "--json").json["emergencies"]
    assert (row["act"], row["order_ref"]) == ("order-execution", "F-2")
    assert events(desk, "F-2")[-2]["id"] == row["event_id"]
    desk.set(READER="employee/9")
    assert desk(*shlex.split(row["command"])[1:]).status == 0
    assert desk("emergency", "list", "--json").json["emergencies"] == []


def test_an_order_that_cannot_be_executed_asks_nobody_for_approval(desk: Cli) -> None:
    """What the ledger would refuse is refused before the first of two persons approved it."""
    ready(desk, "F-3", "--field", "name")
    desk.set(READER="employee/7")
    for more in (("--to", "no authority"), ("--field", "iban")):
        ran = desk("order", "execute", "F-3", *more)
        assert (ran.status, "needs two persons" in ran.err) == (1, False), ran.err


def test_who_looks_at_an_order_is_noted(desk: Cli) -> None:
    receive(desk, "Q-1", "customer/77", "--field", "name")
    assert desk("order", "show", "Q-1").status == 0
    reads = [
        line["facts"]["query"]
        for line in desk("history", "customer/77", "--json").lines
        if line["type"].endswith(".ledger-read.v1")
    ]
    assert "order" in reads


def test_the_desk_speaks_dutch(desk: Cli) -> None:
    authentic(desk, "D-1", "--field", "name", "--field", "iban")
    for line in (
        *(
            "order list --all",
            "order show D-1",
            "order narrow D-1",
            "order object D-1 --ground incomplete",
        ),
        *("order validate D-1", "secrecy list --all", "today", "order show D-9"),
    ):
        ran = desk(*line.split(), "--language", "nl")
        assert foreign_words(ran.out.decode() + ran.err, "nl") == set(), line


def test_every_command_that_shows_a_person_leaves_a_read(desk: Cli) -> None:
    """To ask for the status is none: its position tells how many events came."""
    who = "customer/7701"
    receive(desk, "RD-1", who, "--field", "name")
    showing = ("order list", "order list --all", "order show RD-1", "secrecy list", "today")
    for asked in (*showing, f"state {who}"):
        before = int(desk("status", "--json").json["position"])
        ran = desk(*asked.split(), "--json")
        assert who in ran.out.decode(), ran.err
        assert int(desk("status", "--json").json["position"]) == before + 1, asked
