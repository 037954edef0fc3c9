"""`ledger report portability`: what the person provided, and nothing else; and a takeover between two."""

import csv
import io
import json
from hashlib import sha256
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

import documents.portability
from tests.fixtures.console import Cli, collected, message, registered
from tests.fixtures.moments import on

WHO, NEW = "customer/10023", "customer/10024"
SCHEMA = Path(documents.portability.__file__).with_suffix(".schema.json")


def calls(subject: str, number: str, day: int) -> dict[str, Any]:
    return collected(
        subject,
        time=on(day),
        categories=["traffic"],
        origin="network",
        personal={"called_number": number, "call_duration_s": day},
    )


def taken(cli: Cli, subject: str = WHO) -> Any:
    ran = cli("report", "portability", subject, "--json")
    assert ran.status == 0, ran.err
    answer = json.loads(ran.out)
    jsonschema_rs.validator_for(json.loads(SCHEMA.read_text())).validate(answer)
    return answer


@pytest.fixture
def house(cli: Cli) -> Cli:
    bureau = {
        "origin": "third-party",
        "from_recipient": "bureau",
        "categories": ["credit"],
        "personal": {"credit_score": 7},
    }
    recorded = cli.record(
        registered(),
        collected(time=on(2)),
        collected(time=on(3), personal={"email": "nieuw@example.nl"}, categories=["contact"]),
        collected(time=on(3), **bureau),
        collected(
            time=on(3),
            legal_basis="6-1-f",
            categories=["device"],
            personal={"device_id": "on-interest"},
        ),
        calls(WHO, "+31687654321", 4),
        calls(WHO, "+31687654321", 5),
    )
    assert recorded["recorded"] == 7
    return cli


def test_what_was_provided_on_consent_or_contract_and_counts_now(house: Cli) -> None:
    rows = [(row["field"], row["value"], row["how"]) for row in taken(house)["data"]]
    assert ("name", "J. de Vries", "provided") in rows
    assert [row for row in rows if row[0] == "email"] == [("email", "nieuw@example.nl", "provided")]
    assert [row[1] for row in rows if row[0] == "call_duration_s"] == [4, 5]
    assert {row[1] for row in rows if row[0] == "called_number"} == {"+31687…"}
    assert {"credit_score", "device_id"}.isdisjoint(field for field, _, _ in rows)


def test_the_file_for_programs_holds_the_same(house: Cli) -> None:
    position = str(house("status", "--json").json["position"])
    ran = house("report", "portability", WHO, "--format", "csv", "--at-position", position)
    rows = list(csv.DictReader(io.StringIO(ran.out.decode())))
    about = {row["field"]: row["value"] for row in rows if row["category"] == "document"}
    assert (about["subject"], about["position"]) == (WHO, position)
    told = [(row["field"], row["value"]) for row in rows if row["category"] != "document"]
    assert told == [(row["field"], str(row["value"])) for row in taken(house)["data"]]


def test_the_export_is_recorded_on_its_request(house: Cli) -> None:
    house("request", "open", WHO, "--right", "portability", "--channel", "portal", "--ref", "R-1")
    assert house("report", "access", WHO, "--request", "R-1").status == 1
    house("request", "verify-identity", "R-1", "--method", "portal-login")
    ran = house("report", "portability", WHO, "--request", "R-1", "--format", "csv")
    issued = house("history", WHO, "--json").acts[-1]
    assert issued["type"].endswith(".portability-export-issued.v1")
    assert issued["facts"]["sha256"] == sha256(ran.out).hexdigest()
    assert house("request", "answer", "R-1", "--json").json["status"] == "answered"


def test_after_a_takeover_neither_party_sees_the_other_s_history(house: Cli) -> None:
    parties = {"contract_ref": "C-1", "from_customer": WHO, "to_customer": NEW}
    recorded = house.record(
        registered(NEW, time=on(6)),
        collected(NEW, time=on(6), personal={"name": "Nieuwe Partij"}, categories=["identity"]),
        message("contract-taken-over", WHO, time=on(7), **parties),
        message("contract-taken-over", NEW, time=on(7), **parties),
        calls(NEW, "+31611112222", 8),
    )
    assert recorded["recorded"] == 5
    for kind in ("access", "portability"):
        old, new = (
            house("report", kind, subject, "--language", "en").out.decode()
            if kind == "access"
            else house("report", kind, subject).out.decode()
            for subject in (WHO, NEW)
        )
        assert "J. de Vries" in old
        assert "Nieuwe Partij" in new
        for others in ("Nieuwe Partij", NEW, "+31611"):
            assert others not in old, kind
        for others in ("J. de Vries", "nieuw@example.nl", WHO, "+31687"):
            assert others not in new, kind


def test_wrong_usage(house: Cli) -> None:
    assert house("report", "portability", WHO, "--format", "pdf").status == 2
    assert house("report", "portability", "customer/9").status == 1
