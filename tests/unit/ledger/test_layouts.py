"""Sealing by a layout gives the very bytes that value by value gives."""

import os
from typing import Any

import orjson
from hypothesis import given
from hypothesis import strategies as st

from ledger.intake import blind_hash
from ledger.layouts import BLIND_FIELDS, layout_of
from ledger.sealing import (
    NONCE_BYTES,
    DataKey,
    associated_data,
    event_place,
    keyed_hash,
    padded,
    seal_value,
)
from schemas import PERSONAL_FIELDS
from schemas.encoding import to_json
from tests.unit.ledger.test_stored_format import STREAM

values = st.one_of(st.text(), st.integers(), st.floats(allow_nan=False), st.lists(st.text()))
fields = st.dictionaries(st.sampled_from(sorted(PERSONAL_FIELDS)), values, min_size=1, max_size=9)


@given(fields)
def test_a_layout_seals_like_value_by_value(personal: dict[str, Any]) -> None:
    layout = layout_of(tuple(personal))
    keys = {group.category: DataKey(os.urandom(32)) for group in layout.groups}
    order = [field for group in layout.groups for field, _ in group.fields]
    random = os.urandom(len(order) * NONCE_BYTES)
    place = event_place("main", str(STREAM), "urn:x", "e-1")
    seals = [(key.place, key.cipher.encrypt) for key in keys.values()]
    sealed = layout.sealed(personal, seals, place, random)
    plain: dict[str, Any] = {}
    for at, field in enumerate(order):
        category = PERSONAL_FIELDS[field]
        key, nonce = keys[category], random[at * NONCE_BYTES : (at + 1) * NONCE_BYTES]
        where = associated_data(
            ledger="main",
            subject=STREAM,
            source="urn:x",
            id="e-1",
            category=category,
            field=field,
            key=key.id,
        )
        members = plain.setdefault(category, {"key": key.id, "values": {}})
        members["values"][field] = seal_value(key.cipher, personal[field], where, nonce)
    assert orjson.dumps(sealed) == orjson.dumps(plain, option=orjson.OPT_SORT_KEYS)


@given(values)
def test_a_plaintext_is_its_json_and_spaces(value: Any) -> None:
    assert padded(value).rstrip(b" ") == to_json(value).rstrip(b" ")
    assert len(padded(value)) % 16 == 0


@given(st.sampled_from(sorted(BLIND_FIELDS)), st.text())
def test_a_searchable_value_is_hashed_without_case_and_spaces(field: str, value: str) -> None:
    folded = "".join(value.split()).casefold()
    expected = keyed_hash(b"key", orjson.dumps((field, folded)))
    assert blind_hash(b"key", field, value) == expected
    assert blind_hash(b"key", field, f" {value}\t") == expected
