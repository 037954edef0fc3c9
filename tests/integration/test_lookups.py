"""What only the ledger knows: an unknown name fails with what is near, a known one in any spelling works."""

from typing import Any

import pytest

from tests.fixtures.console import (
    Cli,
    collected,
    declared,
    disclosed,
    message,
    recipient,
    registered,
)
from tests.fixtures.moments import on

WHO = "customer/10023"


@pytest.fixture
def known(cli: Cli) -> Cli:
    """A ledger with one of everything that can be named."""
    taxed = {"legal_basis": "6-1-c", "provision": "nl.awr.53", "recipient_kind": "tax-authority"}
    lent = {"provision": "nl.uavg.39", "recipient_kind": "group-company"}
    detected = {"breach_ref": "BR-1", "detected_at": on(6), "regime": "gdpr"}
    answer = cli.record(
        message(
            "system-registered",
            "system/crm",
            time=on(1),
            source="urn:voipzeker:privacy-office",
            sources=["urn:voipzeker:crm"],
        ),
        recipient("Voorbeeld Incasso", "incasso-1", time=on(1)),
        recipient("Belastingdienst", "fiscus", time=on(1), kind="tax-authority", role="authority"),
        declared("debt-collection", time=on(1)),
        message(
            "role-defined", "role/helpdesk", time=on(1), role="helpdesk", categories=["contact"]
        ),
        registered(time=on(2)),
        collected(time=on(2), personal={"email": "a@example.nl"}, categories=["contact"]),
        disclosed(time=on(3), id="debt", recipient="incasso-1"),
        disclosed(time=on(4), id="tax", recipient="fiscus", **taxed),
        disclosed(time=on(5), id="odd", recipient="nobody", **lent),
        message("breach-detected", "breach/BR-1", time=on(6), **detected),
    )
    assert answer["rejected"] == 0, answer["rejections"]
    return cli


AFFECTED = ("incident", "affected", "BR-1")
ASKED: list[tuple[tuple[str, ...], str, str, str]] = [
    (("disclosures",), "--recipient", "incaso-1", "incasso-1"),
    (("disclosures",), "--provision", "nl.awr.5333", "nl.awr.53"),
    (("access",), "--role", "helpdes", "helpdesk"),
    (AFFECTED, "--recipient", "incasso1", "incasso-1"),
    (AFFECTED, "--activity", "debt-colection", "debt-collection"),
    (AFFECTED, "--system", "cmr", "crm"),
    (("notify", "list"), "--recipient", "Voorbeeld Incaso", "incasso-1"),
    (("letter", "recipient", WHO, "--action=erasure"), "--recipient", "incaso-1", "incasso-1"),
    (("letter", "announcement"), "--recipient", "Voorbeeld Incaso", "incasso-1"),
    (("letter", "announcement"), "--activity", "debt-colection", "debt-collection"),
]


@pytest.mark.parametrize(("command", "flag", "wrong", "near"), ASKED)
def test_what_is_unknown_fails_with_what_is_near(
    known: Cli, command: tuple[str, ...], flag: str, wrong: str, near: str
) -> None:
    as_json = () if command[0] == "letter" else ("--json",)
    ran = known(*command, flag, wrong, *as_json)
    assert (ran.status, ran.out) == (2, b"")
    assert f"{flag}: nothing is known by this name" in ran.err
    assert near in ran.err
    assert wrong not in ran.err.replace(near, "")
    nothing = known(*command, flag, "zzzz-9999", *as_json)
    assert (nothing.status, nothing.out) == (2, b"")


def test_a_wrong_word_of_a_closed_list_is_told_the_list(known: Cli) -> None:
    ran = known("disclosures", "--kind", "polise")
    assert (ran.status, ran.err.count("--kind")) == (2, 1)
    assert "expected one of bailiff, carrier" in ran.err
    assert "did you mean police?" in ran.err


def test_nothing_is_told_to_whom_nobody_knows(known: Cli) -> None:
    ran = known("notify", "record", WHO, "incaso-1", "--action", "rectification")
    assert (ran.status, "incasso-1" in ran.err) == (2, True)


def given(cli: Cli, *options: str) -> list[str]:
    rows: list[dict[str, Any]] = cli("disclosures", *options, "--json").json["disclosures"]
    return [row["id"] for row in rows]


def test_every_spelling_that_is_printed_is_accepted(known: Cli) -> None:
    for spelled in ("incasso-1", "recipient/incasso-1", "Voorbeeld Incasso", "voorbeeld incasso"):
        assert given(known, "--recipient", spelled) == ["debt"]
    assert given(known, "--recipient", "nobody") == [
        "odd"
    ]  # nobody registered it, but it got something
    for spelled in ("nl.awr.53", "AWR art. 53", "awr.53", "AWR art. 53 lid 1"):
        assert given(known, "--provision", spelled) == ["tax"]
    assert given(known, "--provision", "NL-uavg-39") == ["odd"]  # of no rulebook, as it is printed
    for spelled in ("tax-authority", "Tax authority", "Belastingdienst"):
        assert given(known, "--kind", spelled) == ["tax"]
    for spelled in ("activity/debt-collection", "debt-collection"):
        assert known(*AFFECTED, "--activity", spelled, "--json").status == 0
    assert known(*AFFECTED, "--system", "system/crm", "--json").status == 0
    assert known("access", "--role", "role/helpdesk", "--json").status == 0
