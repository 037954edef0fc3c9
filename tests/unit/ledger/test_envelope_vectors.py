"""Our code opens the vectors that others are given, seals the same bytes, and refuses the altered ones."""

import json
from base64 import b64decode
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ledger.crypto.formats import FORMAT_BYTES
from ledger.crypto.groups import GroupPlace, open_group, seal_group
from ledger.crypto.sealing import NONCE_BYTES, key_id, next_month_key
from ledger.errors import Halt
from ledger.event import RecordedEvent, Sealed, decode_event
from tests.fixtures.envelope import VECTORS

RECORDED = datetime(2026, 11, 24, tzinfo=UTC)


def parts(vector: dict[str, Any]) -> tuple[bytes, Sealed, GroupPlace]:
    """Key, group and place of a vector. Raises Halt when the key is not the one that the group names."""
    header, state = vector["entry"].encode().split(b"\n")
    stream = UUID(json.loads(header)["stream"])
    event: RecordedEvent = decode_event(stream, 1, "x.v1", state, 1, RECORDED)
    if vector["category"] not in event.sealed:
        raise Halt("no values of this category")
    sealed, key = event.sealed[vector["category"]], bytes.fromhex(vector["key"])
    for _ in range(vector["months"]):
        key = next_month_key(key)
    if key_id(key) != sealed.key:
        raise Halt("another key")
    place = GroupPlace(
        ledger=vector["ledger"],
        subject=stream,
        source=event.source,
        id=event.id,
        category=vector["category"],
        fields=sealed.fields,
        key=sealed.key,
    )
    return key, sealed, place


def opened(vector: dict[str, Any]) -> dict[str, Any]:
    key, sealed, place = parts(vector)
    return open_group(AESGCM(key), sealed.blob, place)


@pytest.mark.parametrize("vector", VECTORS["opened"], ids=lambda vector: vector["name"])
def test_a_vector_opens_and_is_sealed_the_same(vector: dict[str, Any]) -> None:
    key, sealed, place = parts(vector)
    assert opened(vector) == vector["values"]
    nonce = b64decode(sealed.blob)[FORMAT_BYTES : FORMAT_BYTES + NONCE_BYTES]
    values = [vector["values"][field] for field in sealed.fields]
    assert seal_group(AESGCM(key), values, place, nonce) == sealed.blob


@pytest.mark.parametrize("vector", VECTORS["refused"], ids=lambda vector: vector["name"])
def test_an_altered_vector_does_not_open(vector: dict[str, Any]) -> None:
    with pytest.raises(Halt):
        opened(vector)
