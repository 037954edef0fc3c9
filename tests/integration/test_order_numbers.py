"""Numbers of orders as they are published: pages, files and proofs of a confidential ledger."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.fixtures.console import Cli, message

JUNE, JULY = "2024-06-30T21:59:00Z", "2024-06-30T22:01:00Z"  # before and after midnight here


def step(name: str, ref: str, who: str, time: str = JUNE, **members: Any) -> dict[str, Any]:
    facts = {"order_ref": ref, "activity": "orders-of-authorities", "legal_basis": "6-1-c"}
    provision = members.pop("provision", "nl.sv.126na")
    return message(f"order-{name}", who, time=time, provision=provision, **facts | members)


def received(ref: str, who: str, time: str = JUNE, **members: Any) -> dict[str, Any]:
    facts = {"authority": "police-nl", "requested_fields": ["name"], "oral": False}
    return step("received", ref, who, time, **facts | members)


def executed(ref: str, *whom: str) -> list[dict[str, Any]]:
    acts = ("validated", "executed")
    return [
        event
        for who in whom
        for event in (received(ref, who), *(step(act, ref, who) for act in acts))
    ]


@pytest.fixture
def desk(cli: Cli) -> Cli:
    cli.set(CONFIDENTIAL="1")
    assert cli("init").status == 0
    cli.record(
        # Six orders, of which one is about two persons.
        *(event for n in range(5) for event in executed(f"E-{n}", f"customer/{n}")),
        *executed("E-5", "customer/5", "customer/6"),
        received("N-1", "customer/7", requested_fields=["name", "iban"]),
        step("narrowed", "N-1", "customer/7", allowed_fields=["name"]),
        step("executed", "N-1", "customer/7"),
        received("R-1", "customer/8", JULY, country="BE", provision="eu.2023.1543"),
        step("rejected", "R-1", "customer/8", JULY, provision="eu.2023.1543"),
        received("S-1", "customer/9", provision="nl.wiv.2017"),
        received("U-1", "customer/9", provision="nl.unknown", country="FR", kind="information"),
    )
    return cli


def test_each_order_is_counted_once_and_a_small_number_is_a_range(desk: Cli) -> None:
    answer = desk("order", "counts", "--json").json
    cells = {
        (c["half_year"], c["provision"], c["country"], c["outcome"]): c["count"]
        for c in answer["cells"]
    }
    few, six = {"least": 1, "most": 4}, {"least": 6, "most": 6}
    assert cells == {
        ("2024-H1", "nl.sv.126na", "NL", "executed"): six,
        ("2024-H1", "nl.sv.126na", "NL", "executed-in-part"): few,
        ("2024-H1", "other", "FR", "open"): few,
        ("2024-H2", "eu.2023.1543", "BE", "refused"): few,
    }
    assert answer["not_counted"] == ["Wiv 2017"]
    assert {half["half_year"]: half["total"] for half in answer["half_years"]} == {
        "2024-H1": {"least": 8, "most": 14},
        "2024-H2": few,
    }


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ["Orders of authorities", "executed in part", "Belgium", "1-4", "Wiv 2017"]),
        ("nl", ["bevelen van autoriteiten", "deels uitgevoerd", "België", "1-4", "Wiv 2017"]),
    ],
)
def test_the_page_tells_it_in_both_languages(desk: Cli, language: str, words: list[str]) -> None:
    desk.set(CONTROLLER_NAME="Zwaluw Telecom", LANGUAGE=language)
    page = desk("order", "counts", "--format", "html").out.decode()
    for word in ["Zwaluw Telecom", *words]:
        assert word.lower() in page.lower()
    assert "E-1" not in page
    rows = desk("order", "counts", "--format", "csv").out.decode().splitlines()
    assert len(rows) == 5
    assert "nl.sv.126na" in desk("order", "counts").out.decode()


def test_the_numbers_are_proven_without_a_ledger(desk: Cli, tmp_path: Path) -> None:
    public, whole = tmp_path / "counts.json", tmp_path / "whole.json"
    files = ("--output", str(public), "--whole", str(whole))
    written = desk("order", "prove-counts", "2024-H1", *files, "--json").json
    assert (written["orders"], written["whole"]) == (8, True)
    page = desk("order", "counts", "--format", "html").out.decode()
    assert written["root"].replace("+", "&#43;") in page or written["root"] in page
    again = ("--output", str(tmp_path / "again.json"))
    assert "again.json" in desk("order", "prove-counts", "2024-H1", *again).out.decode()
    to_come = ("--output", str(tmp_path / "to-come.json"), "--at-position", "999999")
    ran = desk("order", "prove-counts", "2024-H1", *to_come)
    assert (ran.status, "position 999999 is not there yet" in ran.err) == (0, True)
    for name in ("DATABASE_URL", "KEY_DIR", "DATA_DIR"):
        desk.set(**{name: "/nowhere"})
    proven = desk("order", "verify-counts", str(public), "--json").json
    assert proven == {"half_year": "2024-H1", "root": written["root"], "orders": 8, "whole": False}
    proven = desk("order", "verify-counts", str(whole), "--json").json
    assert (proven["orders"], proven["root"], proven["whole"]) == (8, written["root"], True)
    shown = desk("order", "verify-counts", str(whole)).out.decode()
    assert (written["root"] in shown, "no more" in shown) == (True, True)
    for file in (public, whole):
        assert file.stat().st_mode & 0o777 == 0o600
        assert not any(ref in file.read_text() for ref in ("E-1", "customer", "police"))
        changed = json.loads(file.read_text())
        changed["half_year"] = "2024-H2"
        file.write_text(json.dumps(changed))
        ran = desk("order", "verify-counts", str(file))
        assert (ran.status, ran.out) == (1, b"")
    ran = desk("order", "verify-counts", stdin=b"{}")
    assert (ran.status, "no proof" in ran.err or "not a proof" in ran.err) == (1, True)


def test_a_half_year_is_named(desk: Cli, tmp_path: Path) -> None:
    ran = desk("order", "prove-counts", "2024", "--output", str(tmp_path / "none.json"))
    assert (ran.status, "2026-H1" in ran.err) == (2, True)
