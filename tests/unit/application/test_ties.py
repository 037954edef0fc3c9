"""Of which number a record is: only of that one which stands in the record, and was the person's then."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from application.queries.desk.ties import Line, marks, told_of
from ledger.keys.opening import Missing
from projections.use.stretches import Stretch

START = datetime(2026, 3, 1, tzinfo=UTC)
MARCH = Stretch(START, START + timedelta(days=30))
OURS, ALSO_OURS, ELSE = "+31201234567", "+31201234568", "+31300000001"
NUMBER = Line("number", OURS, (MARCH,))
SIM = Line("sim_iccid", "8931", (MARCH,))


def told(
    record: Mapping[str, Any], *lines: Line, day: int = 3
) -> tuple[dict[str, Any], frozenset[str]]:
    return told_of(record, record, lines or (NUMBER,), START + timedelta(days=day))


CALL = {"call_started_at": "2026-03-04T10:00:00Z"}
TIES: dict[str, tuple[dict[str, Any], str]] = {
    "it calls": ({"calling_number": OURS, "called_number": ELSE}, "told"),
    "it is called": ({"calling_number": ELSE, "called_number": OURS}, "told"),
    "from the person's other number": (
        {"calling_number": ALSO_OURS, "called_number": OURS},
        "told",
    ),
    "another number calls": ({"calling_number": ALSO_OURS, "called_number": ELSE}, "nothing"),
    "only whom it called": ({"called_number": ELSE}, "unknown"),
    "only the other number of the person": ({"calling_number": ALSO_OURS}, "unknown"),
    "a caller that hides": ({"calling_number": "anonymous", "called_number": ELSE}, "unknown"),
    "no number at all": (CALL, "unknown"),
    "an end that was erased": (
        {"calling_number": Missing.ERASED, "called_number": ELSE},
        "unknown",
    ),
    "a place of a call": ({"calling_number": OURS, "cell_id": "c-1"}, "told"),
    "a place alone": ({"cell_id": "c-1"}, "unknown"),
    "a device beside the number": ({"mobile_number": OURS, "device_id": "d-1"}, "told"),
    "a device beside another one": ({"mobile_number": ALSO_OURS, "device_id": "d"}, "nothing"),
    "a sim of two numbers": ({"assigned_numbers": [OURS, ALSO_OURS], "sim_iccid": "8931"}, "part"),
    "a sim of another number": ({"assigned_numbers": [ALSO_OURS], "sim_iccid": "8931"}, "nothing"),
    "a sim alone": ({"sim_iccid": "8931"}, "unknown"),
    "who the person is": (
        {"name": "J. Jansen", "email": "j@example.nl", "letter_text": "x"},
        "told",
    ),
    "another number of the person": ({"mobile_number": ALSO_OURS}, "nothing"),
}


@pytest.mark.parametrize("case", TIES)
def test_a_record_is_of_the_number_that_stands_in_it(case: str) -> None:
    record, expected = TIES[case]
    values, unknown = told(record)
    if expected == "told":
        assert (values, unknown) == (record, frozenset())
    elif expected == "nothing":
        assert (values, unknown) == ({}, frozenset())
    elif expected == "part":
        assert (values, unknown) == ({"assigned_numbers": [OURS]}, frozenset({"sim_iccid"}))
    else:
        held = frozenset(field for field, value in record.items() if value is not Missing.ERASED)
        assert (values, unknown) == ({}, frozenset(held))


@pytest.mark.parametrize(
    "spelled", ["020-123 45 67", "0031201234567", "31201234567", "+31 (20) 1234567", OURS]
)
def test_a_telephone_number_is_one_however_it_is_written(spelled: str) -> None:
    assert marks("calling_number", spelled) == {OURS}
    assert told({"calling_number": spelled, "called_number": ELSE})[0]


def test_a_call_is_of_the_number_only_while_the_person_had_it() -> None:
    call = {"calling_number": ALSO_OURS, "called_number": OURS}
    assert told(call, day=40) == ({}, frozenset())
    # Two numbers of one person, each at its own time: neither stands for the other.
    later = Line("number", ALSO_OURS, (Stretch(MARCH.until, MARCH.until + timedelta(days=30)),))
    first = {"calling_number": ALSO_OURS, "called_number": ELSE}
    assert told(first, NUMBER, later, day=3) == ({}, frozenset())
    assert told(first, NUMBER, later, day=40) == (first, frozenset())


def test_another_mark_ties_as_a_number_does() -> None:
    assert told({"sim_iccid": "8931", "cell_id": "c-1"}, SIM)[0] == {
        "sim_iccid": "8931",
        "cell_id": "c-1",
    }
    assert told({"sim_iccid": "8999", "cell_id": "c-1"}, SIM) == ({}, frozenset())
    assert told({"calling_number": OURS}, SIM) == ({}, frozenset({"calling_number"}))
    # Of one of several marks is enough.
    assert told({"calling_number": OURS}, SIM, NUMBER)[0] == {"calling_number": OURS}


def test_a_number_that_the_person_never_had_ties_nothing() -> None:
    never = Line("number", ELSE, ())
    assert told({"calling_number": OURS, "called_number": ELSE}, never) == ({}, frozenset())
    assert told({"mobile_number": OURS, "name": "J."}, never)[0] == {"name": "J."}
