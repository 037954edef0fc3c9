"""Orders as documents at the desk: received by file, told what is wrong with them, answered with a form."""

from pathlib import Path

import pytest

from tests.fixtures.console import Cli
from tests.unit.documents import test_commission_xml, test_ts_103_120
from tests.unit.documents.making import (
    EPOC,
    EXTENSION,
    NATIONAL,
    OBJECTION,
    REMOVED,
    changed,
    written,
)

AUTHORITY = ("--authority", "sta-beispielstadt")
TRAFFIC = {"EF__0__category": ["calls"], "G__offence_basis": ["three-years"]}
AT = ("--at", "2026-11-21T09:00:00+01:00")


@pytest.fixture
def desk(cli: Cli) -> Cli:
    """A confidential ledger."""
    cli.set(CONFIDENTIAL="1")
    assert cli("init").status == 0
    return cli


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Where a document is put."""
    return tmp_path / "order"


def test_documents_are_received_and_answered(desk: Cli, file: Path, tmp_path: Path) -> None:
    receives_each_kind(desk, file)
    tells_what_is_wrong(desk, file)
    receives_several_persons(desk, file)
    answers(desk, file, tmp_path)


def receives_each_kind(desk: Cli, file: Path) -> None:
    documents = {
        "EPOC-1": (test_commission_xml.document(), "eu.2023.1543"),
        "HI1-1": (
            test_ts_103_120.message(test_ts_103_120.authorisation(), test_ts_103_120.task()),
            "eu.2023.1543",
        ),
        "TYPED-1": (written(changed(EPOC, A__recipient=REMOVED)), "eu.2023.1543"),
        "NL-1": (
            written(changed(NATIONAL, A__recipient="sta-beispielstadt", A__provision="126na")),
            "nl.sv.126na",
        ),
        "EXT-1": (written(changed(EXTENSION, A__recipient=REMOVED)), "eu.2023.1543"),
    }
    for ref, (document, provision) in documents.items():
        file.write_bytes(document)
        ran = desk("order", "receive", "--form", str(file), *AUTHORITY, "--ref", ref, *AT, "--json")
        assert ran.status == 0, ran.err
        order = ran.json
        assert (order["order_ref"], order["provision"]) == (ref, provision)
    shown = desk("order", "show", "EPOC-1", "--json").json
    assert shown["requested_fields"]
    again = ("--form", str(file_of(file)), *AUTHORITY, *AT, "--another")
    assert "PUK" in desk("order", "receive", *again).err


def file_of(file: Path) -> Path:
    """A document that asks what the ledger does not hold."""
    file.write_bytes(test_commission_xml.document())
    return file


def tells_what_is_wrong(desk: Cli, file: Path) -> None:
    wrong = changed(EPOC, A__issuing_state="Germany", C__deadline=["ten-days", "eight-hours-life"])
    file.write_bytes(written(wrong))
    ran = desk("order", "receive", "--form", str(file), "--ref", "BAD-1", *AT, "--json")
    assert ran.status == 0
    # The data of an EPOC is copied on receipt, and here there is no other ledger to copy it from.
    lines = [line for line in ran.err.strip().split("\n") if not line.startswith("ledger:")]
    assert len(lines) == 2
    assert lines[1].endswith("these deadlines exclude each other")
    assert "Germany" not in ran.err
    assert ran.json["form_faults"] == ["not-country", "deadlines-contradict"]
    assert (ran.json["country"], ran.json["urgent"]) == (None, True)
    dutch = desk("order", "receive", "--form", str(file), *AT, "--another", "--language", "nl")
    assert "deze termijnen sluiten elkaar uit" in dutch.err
    decides_what_is_faulty(desk)
    file.write_bytes(written(changed(EPOC, **TRAFFIC, I__issuer_kind="public-prosecutor")))
    prosecutor = desk("order", "receive", "--form", str(file), "--ref", "BAD-2", *AT, "--json")
    assert prosecutor.json["form_faults"] == ["judge-needed"]
    assert prosecutor.json["issued_by"] == "public-prosecutor"
    before = len(desk("order", "list", "--all", "--json").json["orders"])
    file.write_bytes(b"<!DOCTYPE a><a/>")
    hostile = desk("order", "receive", "--form", str(file))
    assert hostile.status == 1
    assert "entity" in hostile.err
    assert "with --document" in hostile.err
    assert len(desk("order", "list", "--all", "--json").json["orders"]) == before
    beside = desk("order", "receive", "--form", str(file), "--urgent")
    assert beside.status == 2
    assert "--urgent" in beside.err


def decides_what_is_faulty(desk: Cli) -> None:
    known = desk("order", "authenticate", "BAD-1", "--method", "certificate", *AT, "--json")
    assert known.json["command"].endswith("--ground faulty-form")
    for deed in ("validate", "narrow"):
        why = desk("order", deed, "BAD-1", *AT)
        assert (why.status, "the form of the order is faulty" in why.err) == (1, True)
    assert desk("order", "refuse", "BAD-1", "--ground", "faulty-form", *AT).status == 0


def receives_several_persons(desk: Cli, file: Path) -> None:
    other = {"email": "jan@example.org", "category": ["user-information"]}
    file.write_bytes(written(changed(EPOC, EF=[*EPOC["EF"], other])))
    ran = desk("order", "receive", "--form", str(file), "--ref", "TWO-1", *AT, "--json")
    assert ran.status == 0, ran.err
    assert [row["order_ref"] for row in ran.json["orders"]] == ["TWO-1", "TWO-1"]
    subjects = {row["subject"] for row in ran.json["orders"]}
    assert subjects == {"visitor/TWO-1", "visitor/TWO-1-1"}
    again = desk("order", "receive", "--form", str(file), "--ref", "TWO-1", *AT)
    assert again.status == 1
    named = desk("order", "receive", "customer/1", "--form", str(file), *AT)
    assert named.status == 2
    assert "SUBJECT" in named.err


def answers(desk: Cli, file: Path, folder: Path) -> None:
    typed = changed(OBJECTION, A=REMOVED, C=REMOVED, B__received_on=REMOVED)
    file.write_bytes(written(typed))
    call = ("order", "answer", "EPOC-1", str(file), "--form", "objection")
    epoc = folder / "epoc.xml"
    epoc.write_bytes(test_commission_xml.document(kind="MAYOR"))
    other = desk(*call, "--document", str(epoc))
    assert other.status == 1
    assert "not the document" in other.err
    epoc.write_bytes(test_commission_xml.document())
    assert b"345 Js 12/26" in desk(*call, "--document", str(epoc)).out
    text = desk(*call).out.decode()
    assert "our reference of the order: EPOC-1" in text
    assert "21 November 2026" in text
    xml = folder / "answer.xml"
    assert desk(*call, "--format", "xml", "--output", str(xml)).status == 0
    assert b'<Value of="addressee_file_number">EPOC-1</Value>' in xml.read_bytes()
    assert b"<!DOCTYPE html>" in desk(*call, "--format", "html", "--language", "nl").out
    file.write_bytes(written(changed(typed, D__explanation=REMOVED)))
    lacking = desk(*call)
    assert lacking.status == 1
    assert "explanation" in lacking.err
    national = desk("order", "answer", "NL-1", str(file), "--form", "objection")
    assert national.status == 1
    assert "European" in national.err


def test_a_form_is_printed_to_be_typed(program: Cli) -> None:
    program.set(CONFIDENTIAL="1")
    assert program("order", "form", "epoc-pr").out.decode().startswith("# European Preservation")
    assert program("order", "form", "letter").status == 2
