"""Letters of the desk to authorities: each names both file numbers, and no person and no number."""

import re
from pathlib import Path

from tests.fixtures.console import Cli, message
from tests.integration import test_console_orders as desk_tests
from tests.integration.test_console_orders import (
    FREEZE,
    TRAFFIC,
    WHO,
    authentic,
    executed,
    on,
    ready,
    receive,
    refused,
)

ledger, desk = desk_tests.ledger, desk_tests.desk
CASE = ("--case", "PL0600-2026-77", "--field", "name")


def letter(desk: Cli, ref: str, *more: str) -> str:
    ran = desk("order", "letter", ref, *more)
    assert ran.status == 0, ran.err
    text = ran.out.decode()
    assert WHO not in text
    assert "10077" not in text
    assert "Jansen" not in text
    return text


def test_a_receipt_says_what_is_missing_and_by_when(desk: Cli) -> None:
    named = {"name": "Officier van justitie Rotterdam", "kind": "public-prosecutor"}
    desk.record(
        message(
            *("recipient-registered", "recipient/om-letter"),
            **named,
            role="authority",
            country="NL",
            valid_from="2020-01-01",
        )
    )
    oral = ("--oral", "--case", "10/123456-26", "--field", "called_number")
    receive(desk, "LT-1", WHO, *oral, **{**TRAFFIC, "authority": "om-letter"})
    text = letter(desk, "LT-1")
    assert text.startswith("Officier van justitie Rotterdam\nOfficier van justitie\n")
    assert "Uw kenmerk: 10/123456-26" in text
    assert "Ons kenmerk: LT-1" in text
    assert "Sv art. 126n" in text
    assert "terugbellen" in text
    assert "machtiging van de rechter-commissaris" in text
    assert re.search(r"schriftelijke bevestiging .*: \d+ \w+ 20\d\d", text)
    assert "Wij houden uw vordering geheim" in text
    assert "Your file number: 10/123456-26" in letter(desk, "LT-1", "--language", "en")
    assert on(desk, "withdraw", "LT-1").status == 0


def test_an_objection_and_a_refusal_name_the_ground_and_the_remedy(desk: Cli) -> None:
    authentic(desk, "LT-2", *CASE)
    refused(desk("order", "letter", "LT-2", "--kind", "refusal"), "LT-2 is authenticated")
    assert on(desk, "object", "LT-2", "--ground", "incomplete").status == 0
    text = letter(desk, "LT-2")
    assert "Wij kunnen uw vordering nog niet uitvoeren" in text
    assert "Er ontbreekt informatie" in text
    assert "Vul aan over wie" in text
    assert "Wij hebben uw vordering ontvangen" in letter(desk, "LT-2", "--kind", "receipt")
    assert on(desk, "refuse", "LT-2", "--ground", "data-not-held").status == 0
    text = letter(desk, "LT-2")
    assert "Wij weigeren uw vordering" in text
    assert "Wij hebben de gevraagde gegevens niet, of niet meer. (Sv art. 126na" in text
    assert "Wat wij van u nodig hebben" not in text


def test_what_was_given_stands_there_with_its_hashes(desk: Cli, tmp_path: Path) -> None:
    ready(desk, "LT-3", *CASE)
    shown = executed(desk, "LT-3").json
    text = letter(desk, "LT-3")
    [bundle] = shown["bundles"]
    assert f"SHA-256 van het verzegelde bestand: {bundle}" in text
    assert "Uw kenmerk: PL0600-2026-77" in text
    assert "Verstrekte gegevens: naam" in text
    for form, begins in (("pdf", b"%PDF-"), ("html", b"<!DOCTYPE html>")):
        file = tmp_path / f"letter.{form}"
        made = desk("order", "letter", "LT-3", "--format", form, "--output", str(file))
        assert made.status == 0, made.err
        assert file.read_bytes().startswith(begins)


def test_a_narrowed_order_is_told_what_was_refused(desk: Cli) -> None:
    authentic(desk, "LT-4", *CASE, "--field", "iban")
    assert on(desk, "narrow", "LT-4").status == 0
    executed(desk, "LT-4")
    text = letter(desk, "LT-4")
    assert "IBAN: De bepaling die u noemt, omvat deze gegevens niet." in text


def test_what_is_kept_is_told_until_when(desk: Cli) -> None:
    ready(desk, "LT-5", "--case", "K-5", **FREEZE)
    assert desk("preservation", "impose", "LT-5", "--category", "location").status == 0
    text = letter(desk, "LT-5")
    assert "Bewaarde gegevens: locatie" in text
    assert "Bewaard tot en met: " in text
    assert desk("order", "letter", "LT-5", "--as-of", desk_tests.ago(days=2)).status == 1


def test_a_european_order_is_refused_with_its_form(desk: Cli) -> None:
    receive(desk, "LT-6", **desk_tests.EUROPEAN)
    assert "Wij hebben uw bevel ontvangen" in letter(desk, "LT-6")
    for kind in ("objection", "refusal"):
        refused(desk("order", "letter", "LT-6", "--kind", kind), "`ledger order answer LT-6 FILE")
    assert on(desk, "withdraw", "LT-6").status == 0
