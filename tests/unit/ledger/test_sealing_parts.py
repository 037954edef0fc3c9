"""What the record path makes in parts or in fewer steps gives the same bytes as the plain definition."""

import hmac
from base64 import urlsafe_b64encode
from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from ledger.crypto.formats import GROUP
from ledger.crypto.groups import GroupPlace, bound_to, event_places, fields_place
from ledger.crypto.sealing import (
    DataKey,
    KeyedHash,
    base64url,
    from_base64url,
    keyed_hash,
)
from ledger.event import instant
from schemas import CATEGORIES, PERSONAL_FIELDS

keys = st.binary(min_size=32, max_size=32)
names = st.sets(st.sampled_from(sorted(PERSONAL_FIELDS)), min_size=1, max_size=5)


@given(st.uuids(), st.text(), st.text(), st.sampled_from(CATEGORIES), names, keys)
def test_the_parts_of_a_place_are_the_whole(
    subject: UUID, source: str, id: str, category: str, names: set[str], secret: bytes
) -> None:
    fields, key = tuple(sorted(names)), DataKey(secret)
    (event,) = event_places([("main", str(subject), source, id)])
    parts = event + fields_place(category, fields) + key.place
    assert parts == GROUP + bound_to(
        GroupPlace(
            ledger="main",
            subject=subject,
            source=source,
            id=id,
            category=category,
            fields=fields,
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
