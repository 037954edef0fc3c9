"""Codes that the confidential office declares secret: the open ledger has hashes of them, and withholds."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from host.secret_codes import MOST_BYTES
from tests.fixtures.console import Cli, accessed, collected, disclosed, message, registered
from tests.fixtures.two_ledgers import WHO

SECRET = "operation-heron"
IDS = {"activity": "contracts", "legal_basis": "6-1-b"}


def blocked(reason: str = "OPERATION.heron", **more: Any) -> dict[str, Any]:
    """An ordinary act where any code may enter."""
    facts = {"service": "mobile", "contract_ref": "C-1", "reason": reason, **IDS}
    return message("service-blocked", WHO, **(facts | more))


@pytest.fixture
def both(cli: Cli) -> Callable[..., Cli]:
    """A house with a confidential ledger beside it, which it is switched to and back."""
    cli.set(CONFIDENTIAL="1", OFFICERS="employee/7,employee/9")
    made = cli("init", "--json").json

    def switch(confidential: bool) -> Cli:
        cli.set(CONFIDENTIAL="1" if confidential else "0")
        cli.set(SIGNED_KEYS="" if confidential else made["signing_key"])
        return cli

    switch(False)
    cli.record(registered(WHO), collected(id="c"))
    return switch


def given(both: Callable[..., Cli], *codes: str, name: str = "secret") -> Path:
    """The file of all codes that are secret, after these were declared."""
    cli = both(True)
    if codes:
        assert cli("codes", "declare-secret", *codes).status == 0
    file = cli.folder / name
    ran = cli("codes", "hand-over", str(file), "--json")
    assert ran.status == 0, ran.err
    assert file.stat().st_mode & 0o777 == 0o600
    return file


def hidden(cli: Cli, *messages: dict[str, Any]) -> list[bool]:
    """Whether each message, by itself, is withheld."""
    return [
        [row["code"] for row in cli.record(one)["rejections"]] == ["withheld"] for one in messages
    ]


PLACES = {
    "reason": blocked(),
    "reference": blocked("stolen", contract_ref="ops/operation-heron/7"),
    "id": blocked("stolen", id="OperationHeron-0007"),
    "purpose of a known access": accessed(purpose=SECRET, role="helpdesk"),
    "own report": disclosed(
        purpose="fraud-report", legal_basis="6-1-f", recipient_kind="police", case_ref=SECRET
    ),
    "trace": blocked("stolen", correlationid="x.operation.heron"),
    "unknown member": blocked("stolen", operation_heron="x"),
}


def test_the_open_ledger_withholds_what_says_a_secret_code_anywhere(
    both: Callable[..., Cli],
) -> None:
    file = given(both, SECRET)
    cli = both(False)
    cli.set(SECRET_CODES_FILE=str(file))
    fresh = [
        {**one, "id": one["id"] if "eron" in one["id"] else f"n-{n}"}
        for n, one in enumerate(PLACES.values())
    ]
    assert dict(zip(PLACES, hidden(cli, *fresh), strict=True)) == dict.fromkeys(PLACES, True)
    other = [blocked(reason, id=f"o-{reason}") for reason in ("stolen", "heron", "operation-her")]
    assert hidden(cli, *other) == [False] * 3
    lines = b'{"operation heron": ' + b"\n"
    assert (
        cli(
            "ingest",
            "-",
            stdin=lines,
        ).status
        == 1
    )
    listed = cli("dead-letters", "list", "--json").json["dead_letters"]
    assert [row["code"] for row in listed] == ["withheld"]
    assert listed[0]["times"] == len(PLACES) + 1
    assert (
        cli("codes", "declare", SECRET).status,
        cli("codes", "list", "--json").json["secret"],
    ) == (1, [])


def test_neither_file_nor_open_ledger_has_the_words_or_their_number(
    both: Callable[..., Cli],
) -> None:
    first, second = given(both, SECRET, "zwaluw-nest"), given(both, name="second")
    for file in (first, second):
        content = file.read_bytes()
        assert b"heron" not in content.lower()
        assert b"zwaluw" not in content.lower()
    assert len(first.read_bytes()) == len(second.read_bytes())
    assert first.read_bytes() != second.read_bytes()
    third = given(both, "third-code", name="third")
    assert len(third.read_bytes()) == len(first.read_bytes())
    assert both(True)("codes", "list", "--json").json["secret"] == [
        SECRET,
        "third-code",
        "zwaluw-nest",
    ]


def test_the_confidential_ledger_takes_over_what_says_a_code(both: Callable[..., Cli]) -> None:
    file = given(both, SECRET)
    cli = both(False)
    cli.set(SECRET_CODES_FILE=str(file))
    assert hidden(cli, blocked(id="b-1")) == [True]
    handed = cli.folder / "handed"
    assert cli("dead-letters", "hand-over", str(handed)).status == 0
    cli = both(True)
    assert cli("ingest", "--withheld", str(handed), "--json").json["recorded"] == 1
    assert cli("history", WHO, "--json").acts[-1]["id"] == "b-1"


def test_the_confidential_ledger_lists_why_each_was_withheld(both: Callable[..., Cli]) -> None:
    hold = message("legal-hold-placed", WHO, id="hold", hold_ref="H-1", categories=["traffic"])
    hold["data"] |= {"ground": "swallow-desk", "review_on": "2030-01-01", **IDS}
    file = given(both, SECRET)
    cli = both(False)
    cli.set(SECRET_CODES_FILE=str(file))
    police = {"recipient_kind": "police", "recipient": "politie", "provision": "nl.sv.126n"}
    sent = [
        blocked(id="b"),
        hold,
        disclosed(id="d", **police),
        blocked("stolen", id="c", contract_ref="sv-126nd"),
    ]
    assert hidden(cli, *sent) == [True] * 4
    assert cli("codes", "taken-over").status == cli("dead-letters", "taken-over").status == 2
    handed = cli.folder / "handed"
    cli("dead-letters", "hand-over", str(handed))
    cli = both(True)
    assert cli("ingest", "--withheld", str(handed), "--json").json["recorded"] == 4
    rows = cli("dead-letters", "taken-over", "--json").json["taken_over"]
    assert {row["id"]: (row["pointer"], row["rule"]) for row in rows} == {
        "b": ("/data/reason", "secret-code"),
        "hold": ("/data/ground", "undeclared"),
        "d": ("/data/provision", "cites"),
        "c": ("/data/contract_ref", "cites"),
    }
    assert "declare" in cli("dead-letters", "taken-over").out.decode()


@pytest.mark.parametrize("fault", ["gone", "changed", "other signer", "empty", "huge"])
def test_a_file_that_counts_for_nothing_stops_the_intake(
    both: Callable[..., Cli], fault: str
) -> None:
    file = given(both, SECRET)
    cli = both(False)
    cli.set(SECRET_CODES_FILE=str(file))
    if fault == "gone":
        file.unlink()
    elif fault == "empty":
        file.write_bytes(b"")
    elif fault == "huge":
        file.write_bytes(file.read_bytes() + b" " * MOST_BYTES)
    elif fault == "changed":
        told = json.loads(file.read_bytes())
        file.write_bytes(json.dumps({**told, "payload": told["payload"][::-1]}).encode())
    else:
        cli.set(SIGNED_KEYS="")
    ran = cli("ingest", "-", stdin=json.dumps(blocked("stolen")).encode())
    assert (ran.status, ran.out) == (2, b""), ran.err
    assert "SECRET_CODES_FILE" in ran.err or "secret codes" in ran.err


def test_who_may_declare_a_code_secret_and_which(both: Callable[..., Cli]) -> None:
    cli = both(True)
    for code in ("abc", "fraud.report", "a-b-c-d-e-fgh"):
        assert cli("codes", "declare-secret", code).status == 1, code
    forged = message("secret-codes-declared", "system/ledger", id="forged", codes=["stolen-goods"])
    assert cli.record(forged)["recorded"] == 1
    assert cli("codes", "list", "--json").json["secret"] == []
    # What an open ledger is told of secret codes is not for it.
    assert hidden(both(False), forged) == [True]
    assert both(False)("codes", "hand-over", str(cli.folder / "x")).status == 2


def test_two_officers_annul_and_then_the_next_file_has_no_such_code(
    both: Callable[..., Cli],
) -> None:
    file = given(both, SECRET)
    cli = both(True)
    (told,) = cli("history", "system/ledger", "--json").acts
    about = ("--subject", "system/ledger", "--set", f"annuls={told['id']}")
    for officer in ("employee/7", "employee/9"):
        assert cli("codes", "list", "--json").json["secret"] == [SECRET]
        cli.set(READER=officer)
        cli("record", "event-annulled", *about, "--set", "reason=mistake", "--yes")
    assert cli("codes", "list", "--json").json["secret"] == []
    after = given(both, name="after")
    cli = both(False)
    cli.set(SECRET_CODES_FILE=str(file), READER="")
    assert hidden(cli, blocked(id="before")) == [True]
    # A process that runs reads the file for each batch.
    file.write_bytes(after.read_bytes())
    assert hidden(cli, blocked(id="after")) == [False]
