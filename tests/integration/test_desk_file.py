"""An order's file: who did each step, what was annulled, what came twice, and what fails records nothing."""

import shlex
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest

from schemas.catalogue import ALL_TYPES
from tests.fixtures.console import Cli, Ran, disclosed, registered
from tests.fixtures.ledger import message
from tests.integration import test_console_orders as desk_tests
from tests.integration.test_console_orders import (
    OFFICERS,
    SAID,
    WHO,
    both,
    events,
    executed,
    names_of,
    on,
    ready,
    receive,
    refused,
)

ledger, desk = desk_tests.ledger, desk_tests.desk
ACTING = sorted(entry.name for entry in ALL_TYPES.values() if entry.names_actor)


def head(desk: Cli) -> int:
    return int(desk("status", "--json").json["position"])


def annul(desk: Cli, event_id: str, subject: str = WHO) -> Ran:
    told = ("--set", f"annuls={event_id}", "--set", "reason=mistake", "--yes")
    return both(desk, "record", "event-annulled", "--subject", subject, *told)


def steps(desk: Cli, ref: str, *more: str) -> list[dict[str, Any]]:
    ran = on(desk, "show", ref, *more)
    assert ran.status in {0, 1}, ran.err
    found: list[dict[str, Any]] = ran.json["steps"]
    return found


def test_the_employee_stands_on_every_step(desk: Cli) -> None:
    desk.set(READER="employee/7")
    ready(desk, "WHO-1", "--field", "name")
    executed(desk, "WHO-1")
    assert both(desk, "secrecy", "review", "WHO-1", *SAID, "--outcome", "may-lift").status == 0
    others = desk_tests.despite(desk, "WHO-1")
    assert both(desk, "secrecy", "lift", "WHO-1", *SAID, *others).status == 0
    desk.set(READER="employee/9")
    assert on(desk, "confirm", "WHO-1", "--what", "receipt").status == 0
    who = [(step["type"], step["employee"]) for step in steps(desk, "WHO-1")]
    assert who == [
        *(("order-received", "employee/7"), ("secrecy-imposed", "employee/7")),
        *(("order-authenticated", "employee/7"), ("order-validated", "employee/7")),
        *(("order-executed", "employee/9"), ("personal-data-disclosed", None)),
        *(("secrecy-reviewed", "employee/9"), ("secrecy-lifted", "employee/9")),
        ("order-confirmed", "employee/9"),
    ]
    assert "employee/7" in desk("order", "show", "WHO-1").out.decode()
    told = events(desk, "WHO-1")
    assert {line["facts"].get("employee") for line in told} == {"employee/7", "employee/9", None}


@pytest.mark.parametrize("name", ACTING)
def test_nobody_else_says_who_did_it(desk: Cli, name: str) -> None:
    """Neither a file, nor the command that records any event."""
    claim = message(name, WHO, employee="employee/7", source="urn:voipzeker:crm")
    told = desk.record(claim)
    assert told["recorded"] == 0
    fitting = desk("record", name, "--subject", WHO, "--set", "employee=employee/7", "--yes")
    assert fitting.status == 2, fitting.err


def test_a_file_of_the_desk_claims_no_employee(desk: Cli) -> None:
    facts = {"order_ref": "CLAIM-1", "authority": "politie", "requested_fields": [], "oral": False}
    law = {"provision": "nl.sv.126na", "legal_basis": "6-1-c"}
    claim = message("order-received", WHO, **facts, **law)
    [why] = desk.record(claim | {"data": claim["data"] | {"employee": "employee/7"}})["rejections"]
    assert (why["code"], why["pointer"]) == ("source-not-allowed", "/data/employee")
    assert desk.record(claim)["recorded"] == 1
    assert [step["employee"] for step in steps(desk, "CLAIM-1")] == [None]


def test_an_annulment_hides_nothing_in_the_file(desk: Cli) -> None:
    ready(desk, "ANN-1", "--field", "name")
    executed(desk, "ANN-1")
    of = {step["type"]: step for step in steps(desk, "ANN-1")}
    for name in ("order-executed", "personal-data-disclosed"):
        assert annul(desk, of[name]["id"]).status == 0
    after = {step["type"]: step for step in steps(desk, "ANN-1")}
    assert after.keys() == of.keys()
    for name, step in after.items():
        if name not in {"order-executed", "personal-data-disclosed"}:
            assert step["annulled"] is None
            continue
        assert step["annulled"]["reason"] == "mistake"
        assert step["annulled"]["employee"] == OFFICERS[1]
        assert step["annulled"]["at"] > step["occurred_at"]
    shown = on(desk, "show", "ANN-1").json
    assert (shown["status"], shown["given_fields"], shown["annulled"]) == ("validated", [], False)
    page = " ".join(desk("order", "show", "ANN-1").out.decode().split())
    assert "ANNULLED" in page


def test_an_order_whose_receipt_was_annulled_has_its_file(desk: Cli) -> None:
    ready(desk, "ANN-2", "--field", "name", "--case", "PV-77")
    before = steps(desk, "ANN-2")
    for step in reversed(before):
        assert annul(desk, step["id"]).status == 0
    for more in ((), ("--subject", WHO)):
        ran = on(desk, "show", "ANN-2", *more)
        assert (ran.status, ran.json["annulled"], ran.json["open"]) == (0, True, False)
        assert (ran.json["case_ref"], ran.json["command"]) == ("PV-77", None)
        assert [step["id"] for step in ran.json["steps"]] == [step["id"] for step in before]
        assert all(step["annulled"] for step in ran.json["steps"])
    refused(on(desk, "validate", "ANN-2"), "there is no order ANN-2")
    # It may be received anew, and is an order like any other then.
    receive(desk, "ANN-2", WHO, "--field", "name")
    again = on(desk, "show", "ANN-2").json
    assert (again["annulled"], again["status"]) == (False, "received")
    assert len(again["steps"]) == len(before) + 2


def test_what_a_command_cannot_record_whole_it_does_not_record_at_all(
    desk: Cli, tmp_path: Path
) -> None:
    """Of two events of one command the ledger refused one, and kept the other."""
    who = "customer/8801"
    assert desk.record(registered(who))["rejected"] in {0, 1}
    receive(desk, "ALL-1", who, "--field", "name")
    assert both(desk, "erase", who, "--ground", "request").status == 0
    values = tmp_path / "values.json"
    values.write_bytes(orjson.dumps({"name": "J. de Vries"}))
    flags = ("--provision", "nl.sv.126na", "--authority", "x", "--issued-by", "bailiff")
    past = ("--at", (datetime.now(UTC) - timedelta(days=1)).isoformat())
    position = head(desk)
    ran = desk("order", "receive", who, "--ref", "ALL-2", *flags, "--values", str(values), *past)
    assert (ran.status, "erased-subject" in ran.err) == (1, True), ran.err
    assert head(desk) == position
    assert desk("order", "show", "ALL-2").status == 1


def test_the_same_document_is_noticed(desk: Cli, tmp_path: Path) -> None:
    letter = tmp_path / "letter.pdf"
    letter.write_bytes(b"%PDF twice")
    same = ("--document", str(letter))
    receive(desk, "DUP-1", WHO, *same)
    flags = ("--provision", "nl.sv.126na", "--authority", "x", "--issued-by", "bailiff")
    position = head(desk)
    ran = desk("order", "receive", WHO, "--ref", "DUP-2", *flags, *same)
    refused(ran, "as order DUP-1", "--another")
    assert head(desk) == position
    # Another person of the same order, and another order that says so.
    receive(desk, "DUP-1", "customer/8802", *same)
    receive(desk, "DUP-3", WHO, "--another", *same)


def found(desk: Cli, *options: str, stdin: bytes = b"") -> set[str]:
    ran = desk("order", "list", "--all", *options, "--json", stdin=stdin)
    assert ran.status in {0, 1}, ran.err
    return {row["order_ref"] for row in ran.json["orders"]}


def test_an_order_is_found_by_authority_case_document_and_value(desk: Cli, tmp_path: Path) -> None:
    letter, values = tmp_path / "letter.pdf", tmp_path / "values.json"
    letter.write_bytes(b"%PDF search")
    values.write_bytes(orjson.dumps({"mobile_number": "+31687654321", "ip_address": "192.0.2.77"}))
    receive(desk, "FIND-1", None, "--values", str(values), "--case", "PV-2026/9", authority="fiod")
    receive(desk, "FIND-2", WHO, "--document", str(letter), "--case", "PV-2026/9")
    assert found(desk, "--authority", "fiod") == {"FIND-1"}
    assert found(desk, "--case", "PV-2026/9") == {"FIND-1", "FIND-2"}
    assert found(desk, "--case", "PV-2026/9", "--authority", "fiod") == {"FIND-1"}
    [digest] = on(desk, "show", "FIND-2").json["documents"]
    assert found(desk, "--document", str(letter)) == found(desk, "--document", digest) == {"FIND-2"}
    for value in (b"+31 6 87654321", b"192.0.2.77\n"):
        assert found(desk, "--value", stdin=value) == {"FIND-1"}
    assert found(desk, "--value", stdin=b"+31600000000") == set()
    assert desk("order", "list", "--value").status == 2


NUMBERS = 300


def test_an_order_with_three_hundred_numbers_is_one_order(desk: Cli, tmp_path: Path) -> None:
    values = tmp_path / "numbers.json"
    persons = [{"mobile_number": f"+316120{number:05}"} for number in range(NUMBERS)]
    values.write_bytes(orjson.dumps({"persons": persons}))
    came = receive(desk, "MANY-1", None, "--values", str(values), "--field", "name")
    assert len(came.json["orders"]) == NUMBERS

    def row() -> dict[str, Any]:
        ran = desk("order", "list", "--json")
        [one] = [one for one in ran.json["orders"] if one["order_ref"] == "MANY-1"]
        return dict(one)

    def tasks() -> list[dict[str, Any]]:
        told = desk("today", "--json").json["tasks"]
        return [task for task in told if task["ref"] == "MANY-1"]

    assert (row()["persons"], row()["statuses"]) == (NUMBERS, {"received": NUMBERS})
    for deed, more in (("authenticate", ("--method", "call-back")), ("validate", ())):
        [task, *_] = [one for one in tasks() if deed in one["commands"][0] or more == ()]
        assert len(tasks()) <= 10
        assert task["count"] == NUMBERS
        ran = desk("order", deed, "MANY-1", *more, "--json")
        assert (ran.status, len(ran.json["orders"])) == (0, NUMBERS), ran.err
    assert row()["statuses"] == {"validated": NUMBERS}
    assert len(on(desk, "show", "MANY-1").json["orders"]) == NUMBERS
    one = on(desk, "show", "MANY-1", "--subject", "visitor/MANY-1-7").json
    assert one["status"] == "validated"
    assert desk("order", "list").status in {0, 1}
    assert desk("today").status in {0, 1}


def test_an_order_is_not_recorded_in_parts(desk: Cli, tmp_path: Path) -> None:
    values = tmp_path / "numbers.json"
    persons = [{"mobile_number": f"+316130{number:05}"} for number in range(501)]
    values.write_bytes(orjson.dumps({"persons": persons}))
    flags = ("--provision", "nl.sv.126na", "--authority", "x", "--issued-by", "bailiff")
    position = head(desk)
    ran = desk("order", "receive", "--ref", "MANY-2", *flags, "--values", str(values))
    refused(ran, "these are 1002 events, and at most 1000 are recorded together")
    assert head(desk) == position


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"persons": []}, "each with its fields"),
        ({"persons": ["+31612345678"]}, "each with its fields"),
        ({"persons": [{"name": "x"}], "name": "x"}, "of one person, or persons"),
    ],
)
def test_persons_that_are_none_are_refused(
    desk: Cli, tmp_path: Path, values: Any, says: str
) -> None:
    file = tmp_path / "values.json"
    file.write_bytes(orjson.dumps(values))
    flags = ("--provision", "nl.sv.126na", "--authority", "x", "--issued-by", "bailiff")
    ran = desk("order", "receive", "--ref", "NONE-1", *flags, "--values", str(file))
    assert (ran.status, says in ran.err) == (2, True), ran.err
    assert "+31612345678" not in ran.err


def test_a_step_for_all_persons_is_done_for_all_or_none(desk: Cli) -> None:
    for who in ("customer/1", "customer/2", "customer/3"):
        receive(desk, "SOME-1", who, "--field", "name")
    for who in ("customer/1", "customer/2"):
        step = ("authenticate", "SOME-1", "--method", "call-back", "--subject", who)
        assert on(desk, *step).status == 0
    refused(on(desk, "validate", "SOME-1"), "is not authenticated yet")
    for who in ("customer/1", "customer/2", "customer/3"):
        assert "order-validated" not in names_of(events(desk, "SOME-1", who))
    # For whom it ended before, it is left as it is.
    gone = ("refuse", "SOME-1", "--ground", "not-authentic", "--subject", "customer/3")
    assert on(desk, *gone).status == 0
    assert len(on(desk, "validate", "SOME-1").json["orders"]) == 2
    [row] = [
        r for r in desk("order", "list", "--json").json["orders"] if r["order_ref"] == "SOME-1"
    ]
    assert row["statuses"] == {"rejected": 1, "validated": 2}


def test_a_tap_runs_until_it_ends(desk: Cli) -> None:
    day = datetime.now(UTC).date() + timedelta(days=9)
    tap = {"provision": "nl.sv.126m", "issued_by": "examining-judge", "kind": "interception"}
    ready(desk, "TAP-1", "--period-to", str(day), **tap)
    executed(desk, "TAP-1", "--")
    assert on(desk, "confirm", "TAP-1", "--what", "receipt").status == 0
    shown = on(desk, "show", "TAP-1").json
    clock = {one["name"]: one for one in shown["clocks"]}["measure"]
    assert (shown["open"], clock["state"]) == (True, "running")
    assert "TAP-1" in {row["order_ref"] for row in desk("order", "list", "--json").json["orders"]}
    [task] = [
        task
        for task in desk("today", "--json").json["tasks"]
        if (task["ref"], task["task"]) == ("TAP-1", "end-measure")
    ]
    assert task["day"] == str(day)
    ended = desk(*shlex.split(task["commands"][0])[1:])
    assert ended.status == 0, ended.err
    refused(desk("order", "end", "TAP-1"), "no tap runs for order TAP-1")
    shown = on(desk, "show", "TAP-1").json
    assert (shown["open"], shown["steps"][-1]["type"]) == (False, "interception-ended")
    assert {one["name"]: one["state"] for one in shown["clocks"]}["measure"] == "met"


def test_the_rest_of_a_period_is_given_when_it_is_over(desk: Cli) -> None:
    day = datetime.now(UTC).date() + timedelta(days=5)
    ahead = {"provision": "nl.sv.126n", "issued_by": "examining-judge"}
    since = str(day - timedelta(days=30))
    period = ("--period-from", since, "--period-to", str(day))
    ready(desk, "REST-1", "--field", "called_number", *period, **ahead)
    executed(desk, "REST-1")
    shown = on(desk, "show", "REST-1").json
    clock = {one["name"]: one for one in shown["clocks"]}["delivery"]
    assert (shown["open"], clock["state"]) == (True, "running")
    [task] = [
        task
        for task in desk("today", "--json").json["tasks"]
        if (task["ref"], task["task"]) == ("REST-1", "give-rest")
    ]
    assert (task["state"], task["day"]) == ("waits", str(day + timedelta(days=1)))


def test_a_first_approval_that_waits_is_listed(desk: Cli) -> None:
    ready(desk, "WAIT-1", "--field", "name")
    file = desk_tests.bundle_of(desk, "WAIT-1")
    desk.set(READER=OFFICERS[0])
    assert desk("order", "execute", "WAIT-1", "--bundle", file).status == 1
    waiting = desk("emergency", "list", "--json").json["approvals"]
    assert ("order-execution", OFFICERS[0]) in [(one["act"], one["approver"]) for one in waiting]
    tasks = [t for t in desk("today", "--json").json["tasks"] if t["task"] == "approve-act"]
    assert "order-execution" in {task["detail"] for task in tasks}
    assert desk("today").status in {0, 1}
    page = desk("emergency", "list").out.decode()
    assert "execute an order" in page


def test_evidence_of_the_wrong_shape_is_refused_before_the_first_approval(desk: Cli) -> None:
    receive(desk, "SHAPE-1", "customer/8805", "--field", "name")
    assert on(desk, "withdraw", "SHAPE-1").status == 0
    desk.set(READER=OFFICERS[0])
    wrong = ("--by", "authority", "--evidence", "a letter of May", *desk_tests.PAPER)
    for words in (("lift",), ("review", "--outcome", "may-lift")):
        ran = desk("secrecy", words[0], "SHAPE-1", *wrong, *words[1:])
        assert (ran.status, "needs two persons" in ran.err) == (1, False), ran.err
        assert "/data/evidence" in ran.err


def test_what_is_approved_afterwards_is_told(desk: Cli) -> None:
    receive(desk, "LATER-1", "customer/8804", "--field", "name")
    assert on(desk, "withdraw", "LATER-1").status == 0
    desk.set(READER=OFFICERS[0])
    assert desk("secrecy", "lift", "LATER-1", *SAID, "--emergency", "night").status == 0
    rows = desk("emergency", "list", "--json").json["emergencies"]
    [row] = [row for row in rows if row["order_ref"] == "LATER-1"]
    desk.set(READER=OFFICERS[1])
    told = desk("emergency", "approve", row["event_id"], "--json").json
    assert (told["approved"]["order_ref"], told["approved"]["act"]) == ("LATER-1", "secrecy-lift")


def test_today_has_what_is_secret_without_an_order_and_what_waits_to_be_handed_over(
    desk: Cli,
) -> None:
    who = "customer/8806"
    kind = {"recipient": "politie", "recipient_kind": "police", "legal_basis": "6-1-c"}
    about = {"provision": "nl.sv.126n", "case_ref": "PV-8806", "time": desk_tests.ago(hours=1)}
    assert desk.record(disclosed(who, id="solo-8806", **about, **kind))["recorded"] == 1

    def tasks(name: str) -> list[dict[str, Any]]:
        told = desk("today", "--json").json["tasks"]
        return [task for task in told if task["task"] == name]

    [review] = [task for task in tasks("review-secrecy") if task["ref"] == "solo-8806"]
    for flag in (f"--subject {who}", "--disclosure solo-8806"):
        assert flag in review["commands"][0]
    before = sum(task["count"] for task in tasks("hand-over-disclosure"))
    lift = ("secrecy", "lift", *SAID, "--subject", who, "--disclosure", "solo-8806")
    assert both(desk, *lift).status == 0
    [task] = tasks("hand-over-disclosure")
    assert (task["count"], task["state"]) == (before + 1, "due")
    assert not [task for task in tasks("review-secrecy") if task["ref"] == "solo-8806"]
    assert desk("today").status in {0, 1}
