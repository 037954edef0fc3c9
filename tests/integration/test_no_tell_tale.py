"""Nothing of the open ledger tells of a secret order: not its answers, not what it stores, not how much.

One open ledger beside a confidential one, in three states for the same person: no order, an order in force
that was executed and that freezes data, and the same order lifted, not handed over yet. In every form and
language they are compared by `tests/fault/test_secret_orders.py`.
"""

import hashlib
import json
import os
import re
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import orjson
import psycopg
import pytest
from psycopg import sql

from consumers.files import ingest
from documents.reports import ACCESS_REPORT, PORTABILITY_EXPORT
from host.keys import signing_key
from host.running.telling import give_lifted, publish_keep_list
from host.settings import Settings, read_settings
from host.wiring import install_site, open_site
from ledger.clocks import Clocks
from ledger.figures import ledger_figures
from projections.figures import counted
from schemas.sources import OFFICE_LABEL
from tests.fixtures.console import (
    Cli,
    accessed,
    collected,
    consented,
    disclosed,
    message,
    registered,
)
from tests.fixtures.two_ledgers import ORDER, WHO, preserved, secrecy
from tests.fixtures.two_ledgers import disclosed as secretly_disclosed

AT = ("--at", "2026-11-01T00:00:00Z")
OTHER = "customer/10024"
KEPT = ("identity", "payment")
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

    def __init__(self, url: str, folder: Path, keep_list: Path) -> None:
        texts = {
            "LEDGER_DATABASE_URL": url,
            "LEDGER_KEY_DIR": str(folder / "keys"),
            "LEDGER_DATA_DIR": str(folder),
            "LEDGER_CONFIDENTIAL": "1",
            "LEDGER_KEEP_LIST": str(keep_list),
        }
        self.settings: Settings = read_settings(texts, folder)
        install_site(self.settings)

    def tell(self, *acts: dict[str, Any]) -> None:
        """Record events of it, and write the list as its clock does."""
        with open_site(self.settings) as site:
            if acts:
                stream = BytesIO(b"\n".join(map(orjson.dumps, acts)))
                clocks = Clocks(site.clock)
                result = ingest(site.open_recorder, [(OFFICE_LABEL, stream)], site.intake, clocks)
                assert result.recorded == len(acts), result.rejections
            publish_keep_list(site)

    def lifted(self) -> list[bytes]:
        """What it hands over now."""
        sent: list[bytes] = []
        with open_site(self.settings) as site:
            give_lifted(site, sent.extend)
        return sent


@pytest.fixture
def house(cli: Cli, tmp_path: Path) -> tuple[Cli, Secret]:
    """An open ledger with two persons, and a confidential one in which there is nothing yet."""
    keep_list = tmp_path / "keep.list"
    secret = Secret(cli.url, tmp_path / "elsewhere", keep_list)
    secret.tell()
    key = tmp_path / "elsewhere" / "keys" / "confidential" / "keep.key"
    shutil.copy(key, tmp_path / "keys" / "main")
    cli.set(SIGNED_KEYS=signing_key(secret.settings).create().verifier.text)
    cli.set(KEEP_LIST=str(keep_list))
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
    for folder in ("keys/main", "data/tlog"):
        for path in sorted((cli.folder / folder).rglob("*")):
            if path.is_file():
                found[str(path)] = path.read_bytes()
    # The list is written anew each time: its size is all that is the same.
    found["keep list"] = (cli.folder / "keep.list").stat().st_size
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
    # What the law keeps anyway is frozen as well: so no decision on an erasure changes.
    yield preserved("imposed", "2024-03-02T10:00:00Z", *KEPT, until="2099-01-01")


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
