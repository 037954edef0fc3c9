"""What the record path makes in parts or in fewer steps gives the same bytes as the plain definition."""

import hmac
from base64 import urlsafe_b64encode
from datetime import UTC, datetime, timedelta, timezone
from random import Random
from uuid import UUID

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as st

from ledger.crypto.formats import GROUP
from ledger.crypto.groups import GroupPlace, bound_to, event_places, fields_place
from ledger.crypto.places import (
    data_key_place,
    data_key_places,
    reference_place,
    reference_places,
)
from ledger.crypto.sealing import (
    NONCE_BYTES,
    DataKey,
    KeyedHash,
    ValuePlace,
    associated_data,
    base64url,
    from_base64url,
    key_id,
    keyed_hash,
    named_subject,
    seal_bytes,
    seal_each,
    subject_of,
)
from ledger.event import instant
from ledger.names import LedgerName
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


NAME = LedgerName("main")
data_keys = st.tuples(
    st.uuids(),
    st.sampled_from([*CATEGORIES, "reference", "fingerprint"]),
    st.integers(1, 2**31),
    st.integers(0, 2**31),
)


@given(st.lists(data_keys, max_size=3), st.integers(0, 2**31))
def test_places_of_keys_that_are_made_at_once_are_those_made_alone(
    keys: list[tuple[UUID, str, int, int]], epoch: int
) -> None:
    assert data_key_places(NAME, keys, epoch) == [data_key_place(NAME, *key, epoch) for key in keys]


@given(st.lists(st.tuples(st.uuids(), keys.map(key_id)), max_size=3))
def test_places_of_references_are_places_of_values(named: list[tuple[UUID, str]]) -> None:
    assert reference_places(NAME, named) == [
        associated_data(
            ValuePlace(
                ledger="main",
                subject=subject,
                source="urn:processing-ledger:subject-index",
                id=str(subject),
                category="reference",
                field="reference",
                key=key,
            )
        )
        for subject, key in named
    ]
    assert reference_places(NAME, named) == [reference_place(NAME, *one) for one in named]


@given(keys, st.text(max_size=20))
def test_a_subject_and_its_key_that_are_made_together_are_those_made_alone(
    secret: bytes, reference: str
) -> None:
    subject, key = named_subject(secret, reference, "main")
    assert subject == subject_of(secret, "main", reference)
    assert (key.id, key.secret) == (key_id(secret), secret)


@given(keys, st.lists(st.tuples(st.binary(max_size=50), keys), max_size=3), st.randoms())
def test_what_is_sealed_at_once_is_what_is_sealed_alone(
    secret: bytes, placed: list[tuple[bytes, bytes]], random: Random
) -> None:
    cipher, nonces = AESGCM(secret), random.randbytes(NONCE_BYTES * len(placed))
    assert seal_each(cipher, placed, nonces) == [
        seal_bytes(cipher, text, place, nonces[at * NONCE_BYTES :][:NONCE_BYTES])
        for at, (place, text) in enumerate(placed)
    ]


@given(st.binary(max_size=200))
def test_base64url_is_that_of_rfc_4648_without_padding(data: bytes) -> None:
    assert base64url(data) == urlsafe_b64encode(data).rstrip(b"=").decode()
    assert from_base64url(base64url(data)) == data


@given(st.datetimes(timezones=st.just(UTC)))
def test_an_instant_in_utc_is_written_like_one_with_an_offset(time: datetime) -> None:
    zero = time.replace(tzinfo=timezone(timedelta(0), "zero"))
    assert instant(time) == instant(zero)
    assert datetime.fromisoformat(instant(time)) == time
