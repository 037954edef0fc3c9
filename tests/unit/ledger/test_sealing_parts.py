"""What the record path makes in parts or in fewer steps gives the same bytes as the plain definition."""

import hmac
from base64 import urlsafe_b64encode
from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from ledger.crypto.formats import AES_256_GCM
from ledger.crypto.sealing import (
    DataKey,
    KeyedHash,
    ValuePlace,
    associated_data,
    base64url,
    event_place,
    field_place,
    from_base64url,
    keyed_hash,
)
from ledger.event import instant
from schemas import PERSONAL_FIELDS

keys = st.binary(min_size=32, max_size=32)


@given(st.uuids(), st.text(), st.text(), st.sampled_from(sorted(PERSONAL_FIELDS.items())), keys)
def test_the_parts_of_a_place_are_the_whole(
    subject: UUID, source: str, id: str, field: tuple[str, str], secret: bytes
) -> None:
    name, category = field
    key = DataKey(secret)
    parts = event_place("main", str(subject), source, id) + field_place(category, name) + key.place
    assert parts == AES_256_GCM + associated_data(
        ValuePlace(
            ledger="main",
            subject=subject,
            source=source,
            id=id,
            category=category,
            field=name,
            key=key.id,
        )
    )


@given(st.binary(max_size=64), st.lists(st.binary(max_size=200), max_size=3))
def test_a_keyed_hash_is_hmac_however_often_it_is_used(key: bytes, texts: list[bytes]) -> None:
    hashed = KeyedHash(key)
    for text in texts:
        assert hashed.of(text) == hmac.new(key, text, "sha256").digest() == keyed_hash(key, text)


@given(st.binary(max_size=200))
def test_base64url_is_that_of_rfc_4648_without_padding(data: bytes) -> None:
    assert base64url(data) == urlsafe_b64encode(data).rstrip(b"=").decode()
    assert from_base64url(base64url(data)) == data


@given(st.datetimes(timezones=st.just(UTC)))
def test_an_instant_in_utc_is_written_like_one_with_an_offset(time: datetime) -> None:
    zero = time.replace(tzinfo=timezone(timedelta(0), "zero"))
    assert instant(time) == instant(zero)
    assert datetime.fromisoformat(instant(time)) == time
