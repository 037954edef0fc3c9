"""Messages that are decoded together become what each of them becomes alone."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas import AdmissionRules, Rejection, admit_each, decode, parse
from tests.unit.schemas.making import (
    CONFIDENTIAL,
    GONE,
    NOW,
    OPEN,
    all_examples,
    changed,
    example,
)

_FAULTS: list[dict[str, Any]] = [
    {},
    {"specversion": "0.3"},
    {"type": "nl.voipzeker.ledger.nothing-such.v1"},
    {"surprise": 1},
    {"data__surprise": 1},
    {"time": "2026-02-30T10:00:00Z"},
    {"time": "2099-01-01T10:00:00Z"},
    {"subject": "nobody/1"},
    {"source": "urn:processing-ledger:self"},
    {"data__activity": GONE},
    {"data__notice_version": "0612345678"},
    {"data__personal": {"email": "no address"}},
    {"sequence": None, "correlationid": None},
    {"data": []},
]
_TEXTS = [
    json.dumps(changed(example(*named), **fault)).encode()
    for named in all_examples()
    for fault in (_FAULTS if named == ("personal-data-collected", "normal") else _FAULTS[:3])
] + [b"", b"{", b"[]", b"null", b'{"type":[]}', b"1e400", b"x" * 60_000]


@pytest.mark.parametrize("intake", [OPEN, CONFIDENTIAL], ids=["open", "confidential"])
@given(texts=st.lists(st.sampled_from(_TEXTS), max_size=12))
def test_together_is_one_by_one(texts: list[bytes], intake: AdmissionRules) -> None:
    together = admit_each([parse(text, intake) for text in texts], intake, NOW)
    assert together == [decode(text, intake, NOW) for text in texts]


def test_all_kinds_of_outcomes_are_among_them() -> None:
    outcomes = admit_each([parse(text, OPEN) for text in _TEXTS], OPEN, NOW)
    refused = {one.code for one in outcomes if isinstance(one, Rejection)}
    assert len(refused) >= 8
    assert any(not isinstance(one, Rejection) for one in outcomes)
