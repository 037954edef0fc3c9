"""Sealing by a layout gives the very bytes that group by group gives."""

import os
from collections.abc import Iterator
from typing import Any, Literal
from unicodedata import normalize

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.crypto.groups import GroupPlace, event_places, open_group, seal_group
from ledger.crypto.layouts import BLIND_FIELDS, Values, layout_of, sealed_each
from ledger.crypto.sealing import NONCE_BYTES, DataKey, keyed_hash, padded
from ledger.writing import packing
from ledger.writing.packing import blind_hash, decomposed, spelling
from schemas import PERSONAL_FIELDS
from schemas.encoding import to_json
from tests.unit.ledger.test_stored_format import STREAM

Form = Literal["NFC", "NFD"]

values = st.one_of(
    st.text(),
    st.integers(),
    st.booleans(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.lists(st.text()),
)
fields = st.dictionaries(st.sampled_from(sorted(PERSONAL_FIELDS)), values, min_size=1, max_size=9)


@given(st.lists(fields, max_size=4))
def test_events_together_are_sealed_like_group_by_group(events: list[dict[str, Any]]) -> None:
    random = os.urandom(sum(len(categories_of(event)) for event in events) * NONCE_BYTES)
    nonces = iter([random[at : at + NONCE_BYTES] for at in range(0, len(random), NONCE_BYTES)])
    arranged: list[Values] = []
    plain = []
    for number, personal in enumerate(events):
        keys = {category: DataKey(os.urandom(32)) for category in categories_of(personal)}
        layout = layout_of(tuple(personal))
        seals = layout.seals(keys[group.category] for group in layout.groups)
        (place,) = event_places([("main", str(STREAM), "urn:x", f"e-{number}")])
        arranged.append((layout, personal, seals, place))
        plain.append(each_group(personal, keys, f"e-{number}", nonces))
    sealed = sealed_each(arranged, random)
    assert [orjson.dumps(one) for one in sealed] == [
        orjson.dumps(one, option=orjson.OPT_SORT_KEYS) for one in plain
    ]


def categories_of(personal: dict[str, Any]) -> set[str]:
    return {PERSONAL_FIELDS[field] for field in personal}


def each_group(
    personal: dict[str, Any], keys: dict[str, DataKey], id: str, nonces: Iterator[bytes]
) -> dict[str, Any]:
    """The member `sealed`, made without a layout: categories and fields in order of their names."""
    found: dict[str, Any] = {}
    for category in sorted(keys):
        key = keys[category]
        fields = tuple(sorted(f for f in personal if PERSONAL_FIELDS[f] == category))
        where = GroupPlace(
            ledger="main",
            subject=STREAM,
            source="urn:x",
            id=id,
            category=category,
            fields=fields,
            key=key.id,
        )
        values = [personal[field] for field in fields]
        blob = seal_group(key.cipher, values, where, next(nonces))
        assert open_group(key.cipher, blob, where) == dict(zip(fields, values, strict=True))
        found[category] = {"key": key.id, "fields": fields, "blob": blob}
    return found


@given(values)
def test_a_plaintext_is_its_json_and_spaces(value: Any) -> None:
    assert padded(value).rstrip(b" ") == to_json(value).rstrip(b" ")
    assert len(padded(value)) % 16 == 0


@given(
    st.sampled_from(sorted(BLIND_FIELDS)),
    st.text() | st.text(st.characters(codec="ascii")),
    st.sampled_from(["NFC", "NFD"]),
)
def test_a_searchable_value_is_hashed_without_case_spaces_and_forms_of_accents(
    field: str, value: str, form: Form
) -> None:
    folded = normalize("NFD", normalize("NFD", "".join(value.split())).casefold())
    expected = keyed_hash(b"key", orjson.dumps((field, folded)))[:16]
    assert blind_hash(b"key", field, value) == expected
    assert blind_hash(b"key", field, f" {normalize(form, value)}\t") == expected


@given(st.text(st.sampled_from("aé각\u0301\u0316\u0345\u0344\u0f73ǖΐ\U0001d15e"), max_size=300))
def test_a_long_text_is_decomposed_as_a_short_one(text: str) -> None:
    assert decomposed(text) == normalize("NFD", text)


@given(st.text(min_size=packing._SHORT + 1))
def test_any_long_text_is_decomposed_as_unicode_says(text: str) -> None:
    assert decomposed(text) == normalize("NFD", text)


def test_no_long_run_of_marks_is_sorted_by_normalize(monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[int] = []

    def counted(form: Form, text: str) -> str:
        given.append(len(text))
        return normalize(form, text)

    monkeypatch.setattr(packing, "normalize", counted)
    marks = 5_000
    assert spelling("A" + "\u0301" * marks + "\u0316" * marks) == (
        "a" + "\u0316" * marks + "\u0301" * marks
    )
    assert max(given) <= packing._SHORT
