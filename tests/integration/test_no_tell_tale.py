"""Nothing of the open ledger tells of a secret order: not its answers, not what it stores, not how much.

One open ledger beside a confidential one, in three states for the same person: no order, an order in force
that was executed and that freezes data, and the same order lifted, not handed over yet. In every form and
language they are compared by `tests/fault/test_secret_orders.py`. And two copies of one open ledger, of which
one stands beside orders: what is erased, and what every command says of it, is the same in both.
"""

import hashlib
import json
import os
import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime, timedelta, tzinfo
from io import BytesIO
from pathlib import Path
from shutil import rmtree
from types import SimpleNamespace
from typing import Any

import orjson
import psycopg
import pytest
from psycopg import sql

from consumers.files import ingest
from documents.reports import ACCESS_REPORT, PORTABILITY_EXPORT
from host import wiring
from host.keys import signing_key
from host.running.telling import give_lifted, tell_open_ledger
from host.settings import Settings, read_settings
from host.wiring import install_site, open_site
from ledger.clocks import Clocks
from ledger.figures import ledger_figures
from projections.figures import counted
from schemas.sources import OFFICE_LABEL
from tests.fixtures.console import (
    TIME,
    Cli,
    accessed,
    collected,
    consented,
    disclosed,
    message,
    registered,
)
from tests.fixtures.postgres import Templates
from tests.fixtures.two_ledgers import ORDER, WHO, preserved, secrecy
from tests.fixtures.two_ledgers import disclosed as secretly_disclosed

AT = ("--at", "2026-11-01T00:00:00Z")
OTHER = "customer/10024"
ORDERED = ("identity", "contact", "payment", "traffic", "location", "behaviour")
NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


def recipient(id: str, kind: str) -> dict[str, Any]:
    facts = {"name": id, "kind": kind, "role": "authority", "country": "NL"}
    return message("recipient-registered", f"recipient/{id}", valid_from="2020-01-01", **facts)


def ordinary() -> Iterator[dict[str, Any]]:
    """What the house does with two persons, one of whom will be the subject of an order."""
    yield recipient("politie-zn", "police")
    for who in (WHO, OTHER):
        yield registered(who, id=f"r-{who[-1]}")
        yield message("contract-concluded", who, contract_ref="C-1")
        yield message("invoice-sent", who, channel="email", reference="I-1")
        yield collected(who, categories=["identity", "contact"])
        yield consented(who)
        yield accessed(who)
        yield disclosed(who)


class Secret:
    """The confidential ledger, which runs apart, in folders of its own."""

    def __init__(self, url: str, folder: Path) -> None:
        texts = {
            "LEDGER_DATABASE_URL": url,
            "LEDGER_KEY_DIR": str(folder / "keys"),
            "LEDGER_DATA_DIR": str(folder),
            "LEDGER_CONFIDENTIAL": "1",
        }
        self.settings: Settings = read_settings(texts, folder)
        install_site(self.settings)

    def tell(self, *acts: dict[str, Any]) -> None:
        """Record events of it, and tell the open ledger what its clock tells."""
        with open_site(self.settings) as site:
            stream = BytesIO(b"\n".join(map(orjson.dumps, acts)))
            clocks = Clocks(site.clock)
            result = ingest(site.open_recorder, [(OFFICE_LABEL, stream)], site.intake, clocks)
            assert result.recorded == len(acts), result.rejections
            assert tell_open_ledger(site) == 0

    def lifted(self) -> list[bytes]:
        """What it hands over now."""
        sent: list[bytes] = []
        with open_site(self.settings) as site:
            give_lifted(site, sent.extend)
        return sent


@pytest.fixture
def house(cli: Cli, tmp_path: Path) -> tuple[Cli, Secret]:
    """An open ledger with two persons, and a confidential one in which there is nothing yet."""
    secret = Secret(cli.url, tmp_path / "elsewhere")
    cli.set(SIGNED_KEYS=signing_key(secret.settings).create().verifier.text)
    lines = [*ordinary()]
    assert cli.record(*lines)["recorded"] == len(lines)
    assert cli("publish", "--once").status == 0
    return cli, secret


_MADE = frozenset({"transparency as html"})
_INSTANT = re.compile(rb'<p class="moment">.*?</p>')
_SOME = frozenset(
    {
        "history",
        "disclosures of the person",
        "transparency",
        "findings",
        "retention",
        "erasure",
        "letters",
    }
)


def asked(position: int, *, everything: bool) -> dict[str, tuple[str, ...]]:
    """Ways to ask about the person or about all, as of one position and one time.

    `everything`: in every form and language, too.
    """
    then = ("--at-position", str(position))
    plain = {
        "history": ("history", WHO, *then),
        "state": ("state", WHO, *then),
        "consents": ("consents", WHO),
        "disclosures": ("disclosures",),
        "disclosures of the person": ("disclosures", "--subject", WHO),
        "recipients": ("recipients",),
        "register": ("register",),
        "transparency": ("transparency",),
        "transfers": ("transfers",),
        "purposes": ("purposes",),
        "findings": ("findings",),
        "lint": ("lint",),
        "holds": ("hold", "list"),
        "notifications": ("notify", "list"),
        "retention": ("retention", "due", "--all"),
        "erasure": ("retention", "decide", WHO, "--cause", "request"),
        "letters": ("dead-letters", "list"),
    }
    asked = {
        name: (*words, "--json") for name, words in plain.items() if everything or name in _SOME
    }
    reports = [("access", "json", "nl"), ("access", "html", "en")]
    if everything:
        for form in ("html", "csv", "xlsx", "dpv", "fideslang"):
            asked[f"register as {form}"] = ("register", "--format", form)
        asked["export"] = ("export", "--format", "ldv", *then)
        asked["transparency as csv"] = ("transparency", "--format", "csv")
        asked["transparency as html"] = ("transparency", "--format", "html")
        kinds = (("access", ACCESS_REPORT), ("portability", PORTABILITY_EXPORT))
        languages = ("nl", "en")
        reports = [(k, form, at) for k, one in kinds for form in one.forms for at in languages]
    for kind, form, language in reports:
        words = ("report", kind, WHO, *then, *AT, "--format", form, "--language", language)
        asked[f"{kind} as {form} in {language}"] = words
    return asked


def answers(cli: Cli, position: int, *, everything: bool = False) -> dict[str, bytes]:
    """What everybody who may ask gets, in bytes."""
    ways = asked(position, everything=everything)
    ran = {name: cli(*words) for name, words in ways.items()}
    assert {name: one.err for name, one in ran.items() if one.status > 1 or not one.out} == {}
    # A page says at which instant it was made: of that alone two pages may differ.
    return {
        name: _INSTANT.sub(b"", one.out) if name in _MADE else one.out for name, one in ran.items()
    }


def stored(cli: Cli) -> dict[str, Any]:
    """All that the open ledger stores, row by row, and how much: answers, counts and logs are made of it."""
    found: dict[str, Any] = {}
    with psycopg.connect(cli.url) as connection:
        tables = connection.execute(
            "SELECT schemaname, tablename FROM pg_tables WHERE schemaname LIKE 'ledger_main%' ORDER BY 1, 2"
        ).fetchall()
        for place in tables:
            rows = connection.execute(
                sql.SQL("SELECT t::text FROM {} t ORDER BY 1").format(sql.Identifier(*place))
            ).fetchall()
            digest = hashlib.sha256("\n".join(row for (row,) in rows).encode()).hexdigest()
            found[".".join(place)] = len(rows), digest
    for path in sorted(cli.folder.rglob("*")):
        if path.is_file() and "elsewhere" not in path.parts:
            found[str(path.relative_to(cli.folder))] = path.read_bytes()
    return found


def order_in_force() -> Iterator[dict[str, Any]]:
    about = {"order_ref": ORDER, "legal_basis": "6-1-c", "provision": "nl.sv.126n"}
    yield message(
        "order-received",
        WHO,
        **about,
        authority="politie-zn",
        requested_fields=["name", "iban"],
        oral=False,
        personal={"name": "J. de Vries"},
        categories=["identity"],
    )
    yield message("order-validated", WHO, **about)
    yield secretly_disclosed(time="2024-03-02T09:30:00Z")
    yield message("order-executed", WHO, **about, disclosure_id="d-1", recipient="politie-zn")
    yield secrecy("imposed", "2024-03-02T10:00:00Z")
    yield preserved("imposed", "2024-03-02T10:00:00Z", *ORDERED, until="2099-01-01")
    hold = {"hold_ref": "H-1", "ground": "sv-126ni", "review_on": "2099-01-01"}
    yield message("legal-hold-placed", WHO, categories=[*ORDERED], **hold)


def differing(before: dict[str, bytes], after: dict[str, bytes]) -> set[str]:
    return {name for name in before if before[name] != after[name]}


def test_a_secret_order_changes_no_answer_and_nothing_that_is_stored(
    house: tuple[Cli, Secret],
) -> None:
    changes_nothing(*house, everything=False)


def changes_nothing(cli: Cli, secret: Secret, *, everything: bool) -> None:
    """The three states, one after the other; what a reader of one state left is no part of the next."""
    position = cli("status", "--json").json["position"]
    without = answers(cli, position, everything=everything)
    quiet = stored(cli)
    secret.tell(*order_in_force())
    assert stored(cli) == quiet
    assert differing(without, answers(cli, position, everything=everything)) == set()
    quiet = stored(cli)
    secret.tell(secrecy("lifted", "2026-11-26T10:00:00Z"))
    assert stored(cli) == quiet
    assert differing(without, answers(cli, position, everything=everything)) == set()


def test_after_the_hand_over_everybody_who_asks_is_told(house: tuple[Cli, Secret]) -> None:
    """With the day on which it happened. So the comparison of the three states is no sieve."""
    cli, secret = house
    position = cli("status", "--json").json["position"]
    without = answers(cli, position)
    secret.tell(*order_in_force(), secrecy("lifted", "2026-11-26T10:00:00Z"))
    file = cli.folder / "lifted.ndjson"
    file.write_bytes(b"\n".join(secret.lifted()) + b"\n")
    assert cli("ingest", "--signed", str(file), "--json").json["recorded"] == 1
    told = answers(cli, cli("status", "--json").json["position"])
    changed = differing(without, told)
    assert {"history", "disclosures of the person", "transparency"} <= changed
    assert {name for name in told if name.startswith("access")} <= changed
    assert {"erasure", "letters", "retention"}.isdisjoint(changed)
    (row,) = [
        row
        for row in json.loads(told["disclosures of the person"])["disclosures"]
        if row["recipient_kind"] == "police"
    ]
    assert row["occurred_at"] == "2024-03-02T09:30:00.000000Z"
    assert row["recipient_name"] == "politie-zn"
    for name, day in (
        ("access as json in nl", b"2024-03-02"),
        ("access as html in en", b"2 March 2024"),
    ):
        assert b"politie-zn" in told[name]
        assert day in told[name]
    assert cli("audit", "--views", "--json").json["findings"] == []


def test_figures_and_help_are_the_same_beside_a_ledger_of_orders(house: tuple[Cli, Secret]) -> None:
    """Metrics are made of what is stored, and of nothing that the other ledger could move."""
    cli, secret = house

    def figures() -> dict[str, Any]:
        texts = {name: text for name, text in os.environ.items() if name.startswith("LEDGER_")}
        with open_site(read_settings(texts, cli.folder)) as site:
            clock, session = site.clock(), site.session("reader")
            found = {**ledger_figures(session, site.ledger, NOW), **counted(session, NOW)}
            assert clock > NOW
            return found

    bring_views_up_to_date(cli)
    before = figures()
    secret.tell(*order_in_force(), secrecy("lifted", "2026-11-26T10:00:00Z"))
    assert figures() == before


def bring_views_up_to_date(cli: Cli) -> None:
    assert cli("project", "--once").status == 0


# Two copies of one open ledger, one of them beside orders


def use(program: Cli, url: str, folder: Path) -> Cli:
    """The program over the ledger of a folder."""
    program.url, program.folder = url, folder
    places = {"KEY_DIR": str(folder / "keys"), "DATA_DIR": str(folder / "data")}
    program.set(DATABASE_URL=url, **places)
    return program


@contextmanager
def twins(program: Cli, templates: Templates) -> Iterator[tuple[Path, list[str]]]:
    """A folder with copies `0` and `1` of a house, equal to the byte, and their databases."""

    def install(url: str, folder: Path) -> None:
        use(program, url, folder)
        assert program("init").status == 0
        lines = [*ordinary(), *data_of_all_kinds()]
        assert program.record(*lines)["recorded"] == len(lines)
        Secret(url, folder / "elsewhere")

    own = program.folder
    with (
        templates.of("tell_tale", install, own / "0") as one,
        templates.of("tell_tale", install, own / "1") as other,
    ):
        yield own, [one, other]


def data_of_all_kinds() -> Iterator[dict[str, Any]]:
    """What a request, a period or nothing erases, of two persons who are alike."""
    told = {
        "behaviour": {"cookie_id": "c-1"},
        "traffic": {"called_number": "+31612345678", "call_started_at": TIME},
        "location": {"cell_id": "204-1"},
    }
    for who in (WHO, OTHER):
        for category in ORDERED[-3:-1]:
            more = {"categories": [category], "personal": told[category]}
            yield collected(who, id=f"{category}-{who[-1]}", **more)
    # The person of the order has no data on behaviour: an erasure of it must not say that it is ordered.
    yield collected(OTHER, categories=["behaviour"], personal=told["behaviour"])


def erasing() -> Iterator[tuple[str, ...]]:
    """Every way to ask for an erasure, and to look at what came of it."""
    looks = (
        ("today", "--json"),
        ("retention", "due", "--all", "--json"),
        ("retention", "forecast", "--json"),
        ("retention", "run", "--json"),
        ("findings", "--json"),
        ("status", "--json"),
        *(("retention", "decide", who, "--cause", "request", "--json") for who in (WHO, OTHER)),
        *(("state", who, "--json") for who in (WHO, OTHER)),
        *(("history", who, "--json") for who in (WHO, OTHER)),
    )
    yield from looks
    yield ("erase", WHO, "--category", "behaviour", "--ground", "unlawful", "--json")
    yield ("erase", WHO, "--category", "location", "--ground", "unlawful", "--json")
    yield ("erase", WHO, "--category", "location", "--ground", "unlawful", "--json")
    about = ("--right", "erasure", "--channel", "portal", "--ref", "R-1", "--json")
    yield ("request", "open", WHO, *about)
    yield ("request", "verify-identity", "R-1", "--method", "portal-login", "--json")
    yield ("request", "answer", "R-1", "--json")
    yield ("request", "show", "R-1", "--json")
    yield ("project", "--once")
    yield from looks
    yield ("retention", "run", "--yes", "--json")
    yield ("retention", "decide", WHO, "--cause", "unlawful", "--yes", "--json")
    yield ("project", "--once")
    yield from looks
    yield ("report", "access", WHO, *AT, "--format", "json", "--language", "nl")
    yield ("erase", WHO, "--ground", "unlawful", "--json")
    yield ("erase", WHO, "--ground", "unlawful", "--json")
    yield ("audit", "--json")


_ID = re.compile(rb"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_OF_CHANCE = re.compile(rb'(?<="recorded_at":")[^"]*|(?<="root":")[^"]*')
"""When the database recorded something, by its own clock; a hash over ids that are chance."""


def said(cli: Cli, words: tuple[str, ...], known: dict[bytes, int]) -> tuple[int, bytes, str]:
    """Exit status, answer and errors; an id that was made by chance as the number of its first place."""

    def numbered(match: re.Match[bytes]) -> bytes:
        return b"id-%d" % known.setdefault(match[0], len(known))

    ran = cli(*words)
    return ran.status, _OF_CHANCE.sub(b"", _ID.sub(numbered, ran.out)), ran.err


def figures_of(cli: Cli) -> dict[str, Any]:
    """What a scrape tells, but for the size of the tables: how many pages they take is chance."""
    texts = {name: text for name, text in os.environ.items() if name.startswith("LEDGER_")}
    with open_site(read_settings(texts, cli.folder)) as site:
        session = site.session("reader")
        figures = {**ledger_figures(session, site.ledger, NOW), **counted(session, NOW)}
    del figures["ledger_data_directory_bytes"]
    return figures


Beside = Callable[[int, Cli], AbstractContextManager[object]]
"""What goes on beside one of two equal houses, by its number, while it works."""


def erased_beside(
    program: Cli, templates: Templates, minutes: list[int], beside: Beside
) -> list[list[Any]]:
    """What two equal houses answer and store. `minutes`: the clock, which goes on with each command."""
    told: list[list[Any]] = []
    with twins(program, templates) as (folder, urls):
        for number, url in enumerate(urls):
            cli, known = use(program, url, folder / str(number)), dict[bytes, int]()
            with beside(number, cli):
                answered: list[Any] = []
                for minutes[-1], words in enumerate(erasing()):
                    answered.append((words, *said(cli, words, known)))
                sizes = {
                    name: found[0] if isinstance(found, tuple) else len(found)
                    for name, found in stored(cli).items()
                }
                told.append([*answered, figures_of(cli), sizes])
    return told


@pytest.fixture
def minutes(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The clock of the program: so many minutes after NOW, as the last entry says."""
    told = [0]

    def now(zone: tzinfo) -> datetime:
        return (NOW + timedelta(minutes=told[-1])).astimezone(zone)

    monkeypatch.setattr(wiring, "datetime", SimpleNamespace(now=now))
    return told


def test_what_is_ordered_is_erased_as_if_there_were_no_order(
    program: Cli, embedded_templates: Templates, minutes: list[int]
) -> None:
    @contextmanager
    def ordered(number: int, cli: Cli) -> Iterator[None]:
        if number:
            Secret(cli.url, cli.folder / "elsewhere").tell(*order_in_force())
        yield

    without, beside = erased_beside(program, embedded_templates, minutes, ordered)
    for one, other in zip(without, beside, strict=True):
        assert one == other
    erased = {
        status for words, status, *_ in without[:-2] if words[:3:2] == ("erase", "--category")
    }
    # Also of what is ordered and not held: a command that failed would tell that it is kept.
    assert erased == {0}


def test_without_the_confidential_ledger_and_while_it_is_shut_nothing_is_different(
    program: Cli, embedded_templates: Templates, minutes: list[int]
) -> None:
    """So no table, file or lock of it is an input of the open ledger."""

    @contextmanager
    def shut_or_gone(number: int, cli: Cli) -> Iterator[None]:
        elsewhere = cli.folder / "elsewhere"
        with psycopg.connect(cli.url) as connection:
            rows = connection.execute(
                "SELECT schemaname, tablename FROM pg_tables WHERE schemaname LIKE 'ledger_confidential%'"
            ).fetchall()
            assert len(rows) > 20
            if number:
                for name in {schema for schema, _ in rows}:
                    connection.execute(
                        sql.SQL("DROP SCHEMA {} CASCADE").format(sql.Identifier(name))
                    )
                connection.commit()
                rmtree(elsewhere)
            else:
                for place in rows:
                    table = sql.Identifier(*place)
                    connection.execute(
                        sql.SQL("LOCK TABLE {} IN ACCESS EXCLUSIVE MODE").format(table)
                    )
                elsewhere.chmod(0)
            yield
            if not number:
                elsewhere.chmod(0o700)

    shut, gone = erased_beside(program, embedded_templates, minutes, shut_or_gone)
    for one, other in zip(shut, gone, strict=True):
        assert one == other


def test_a_hold_of_the_open_ledger_would_be_seen(
    program: Cli, embedded_templates: Templates, minutes: list[int]
) -> None:
    """So the comparison of the two houses is no sieve."""

    @contextmanager
    def held(number: int, cli: Cli) -> Iterator[None]:
        if number:
            facts = {"hold_ref": "H-9", "ground": "dispute", "review_on": "2099-01-01"}
            cli.record(message("legal-hold-placed", WHO, categories=["contact"], **facts))
        yield

    without, beside = erased_beside(program, embedded_templates, minutes, held)
    assert without != beside
