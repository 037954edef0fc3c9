"""Golden bytes: the stored format is for ever. These literals are never edited, only added to."""

from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ledger.crypto.sealing import (
    DataKey,
    ValuePlace,
    associated_data,
    end_of_month,
    key_id,
    month_of,
    next_month_key,
    open_value,
    seal_value,
    unwrap_key,
    wrap_key,
)
from ledger.errors import Halt, TooLarge
from ledger.event import (
    ENTRY_LIMIT_BYTES,
    Sealed,
    check_entry_size,
    decode_event,
    encode_header,
    encode_state,
    instant,
    present,
)
from ledger.tlog.tree.merkle import EMPTY_ROOT, hash_children, hash_leaf, root_of

KEY = bytes(range(32))
NONCE = bytes(range(12))
STREAM = UUID("0193a0c2-7f3e-7c1a-9d53-1b8f6b2f0a11")
TYPE = "nl.voipzeker.ledger.personal-data-collected.v1"
TIME = datetime(2026, 11, 24, 10, 15, tzinfo=timezone(timedelta(hours=1)))
GOLDEN_KEY_ID = "z2enBqbD4H-w54Od02h1bpDTFPPu55d5S4SJ-IXsVKE"
GOLDEN_BLOB = "AAECAwQFBgcICQoLZWj4f6CTsHLoMtfuyYgVHe-zqVqcWX9cGEfFpT1JIJJulsjyMwBTyGFHaOprzv0_"
GOLDEN_NEXT_KEY = "a4ab4c8ff6e2f2074a408f9a7985a8c294f3e9274793c09d205b84272a7ecce7"
GOLDEN_PLACE = (
    b'["1","main","0193a0c2-7f3e-7c1a-9d53-1b8f6b2f0a11","urn:voipzeker:crm","e-1","contact","email",'
    b'"z2enBqbD4H-w54Od02h1bpDTFPPu55d5S4SJ-IXsVKE"]'
)
GOLDEN_STATE = (
    b'{"activity":"subscription-management","categories":["contact"],"facts":{"channel":"portal"},'
    b'"id":"e-1","legal_basis":"6-1-b","origin":{"offset":7,"partition":0,"topic":"privacy.events.v1"},'
    b'"sealed":{"contact":{"key":"z2enBqbD4H-w54Od02h1bpDTFPPu55d5S4SJ-IXsVKE","values":{"email":"AAECAwQFBgcICQoLZWj4f6CTsHLoMtfuyYgVHe-zqVqcWX9cGEfFpT1JIJJulsjyMwBTyGFHaOprzv0_"}}},'
    b'"source":"urn:voipzeker:crm","time":"2026-11-24T09:15:00.000000Z"}'
)
GOLDEN_HEADER = (
    b'{"position":1,"recorded":"2026-11-24T09:15:01.000002Z",'
    b'"stream":"0193a0c2-7f3e-7c1a-9d53-1b8f6b2f0a11",'
    b'"type":"nl.voipzeker.ledger.personal-data-collected.v1","version":3}'
)
GOLDEN_LEAF = "7c56c51affbc0574333f0dd06efd7e3c46b090c3e276f149c94ae07b9a37d02a"
RECORDED_AT = datetime(2026, 11, 24, 9, 15, 1, 2, tzinfo=UTC)


def place(**other: str) -> bytes:
    parts = {
        "ledger": "main",
        "source": "urn:voipzeker:crm",
        "id": "e-1",
        "category": "contact",
        "field": "email",
        "key": GOLDEN_KEY_ID,
    }
    return associated_data(ValuePlace(subject=STREAM, **(parts | other)))


def state() -> bytes:
    return encode_state(
        {
            "time": instant(TIME),
            "source": "urn:voipzeker:crm",
            "id": "e-1",
            "activity": "subscription-management",
            "legal_basis": "6-1-b",
            "categories": ["contact"],
            "facts": {"channel": "portal"},
            "origin": {"topic": "privacy.events.v1", "partition": 0, "offset": 7},
            "sealed": {"contact": {"key": GOLDEN_KEY_ID, "values": {"email": GOLDEN_BLOB}}},
            **present(sequence=None),
        }
    )


def header() -> bytes:
    return encode_header(position=1, recorded_at=RECORDED_AT, stream=STREAM, type=TYPE, version=3)


def test_golden_key_id_and_ratchet() -> None:
    assert key_id(KEY) == DataKey(KEY).id == GOLDEN_KEY_ID
    assert next_month_key(KEY).hex() == GOLDEN_NEXT_KEY


def test_golden_blob() -> None:
    assert place() == GOLDEN_PLACE
    assert seal_value(AESGCM(KEY), "j.devries@example.nl", place(), NONCE) == GOLDEN_BLOB
    assert open_value(AESGCM(KEY), GOLDEN_BLOB, place()) == "j.devries@example.nl"


def test_golden_entry() -> None:
    assert state() == GOLDEN_STATE
    assert header() == GOLDEN_HEADER
    assert hash_leaf(header() + b"\n" + state()).hex() == GOLDEN_LEAF


def test_reading_gives_back_what_was_stored() -> None:
    event = decode_event(STREAM, 3, TYPE, GOLDEN_STATE, 1, RECORDED_AT)
    assert event.name == "personal-data-collected"
    assert event.time == TIME
    assert event.sealed == {"contact": Sealed(GOLDEN_KEY_ID, {"email": GOLDEN_BLOB})}
    assert event.subject is None
    assert not event.ours


@pytest.mark.parametrize("bad", [b"", b"{}", b"null", GOLDEN_STATE[:-1], b'{"extra":1}'])
def test_bytes_that_are_no_state_halt(bad: bytes) -> None:
    with pytest.raises(Halt, match="position 9"):
        decode_event(STREAM, 3, TYPE, bad, 9, RECORDED_AT)


@pytest.mark.parametrize("part", ["ledger", "source", "id", "category", "field", "key"])
def test_a_value_opens_only_in_its_place(part: str) -> None:
    with pytest.raises(Halt):
        open_value(AESGCM(KEY), GOLDEN_BLOB, place(**{part: "other"}))


def test_a_value_opens_only_with_its_key_and_unchanged() -> None:
    with pytest.raises(Halt):
        open_value(AESGCM(bytes(32)), GOLDEN_BLOB, place())
    changed = ("A" if GOLDEN_BLOB[20] != "A" else "B").join((GOLDEN_BLOB[:20], GOLDEN_BLOB[21:]))
    with pytest.raises(Halt):
        open_value(AESGCM(KEY), changed, place())


@pytest.mark.parametrize(
    "value", ["é", 12, 1.5, 2**64, -(10**400), [10**30], True, ["a", 2], "", "x" * 100]
)
def test_values_come_back_as_they_were_and_lengths_are_padded(value: object) -> None:
    blob = seal_value(AESGCM(KEY), value, place(), NONCE)
    assert open_value(AESGCM(KEY), blob, place()) == value
    assert (len(blob) * 3 // 4 - 28) % 16 == 0


def test_a_wrapped_key_belongs_to_its_row() -> None:
    epoch = AESGCM(bytes(32))
    wrapped = wrap_key(epoch, KEY, ["1", "main", 7], NONCE)
    assert unwrap_key(epoch, wrapped, ["1", "main", 7]) == KEY
    with pytest.raises(Halt):
        unwrap_key(epoch, wrapped, ["1", "main", 8])


def test_months_join() -> None:
    for month in range(12 * 2026, 12 * 2028):
        last = end_of_month(month)
        assert month_of(last) == month
        assert month_of(last + timedelta(microseconds=1)) == month + 1


def test_an_entry_has_a_limit() -> None:
    check_entry_size(TYPE, b"x" * (ENTRY_LIMIT_BYTES - 220 - len(TYPE)))
    with pytest.raises(TooLarge):
        check_entry_size(TYPE, b"x" * (ENTRY_LIMIT_BYTES - 219 - len(TYPE)))
    longest = encode_header(
        position=2**63 - 1, recorded_at=RECORDED_AT, stream=STREAM, type=TYPE, version=2**63 - 1
    )
    assert len(longest) + 1 <= 220 + len(TYPE)


def naive_root(leaves: list[bytes]) -> bytes:
    """RFC 9162, 2.1.1, as it is written."""
    if len(leaves) <= 1:
        return leaves[0] if leaves else EMPTY_ROOT
    split = 1 << ((len(leaves) - 1).bit_length() - 1)
    return hash_children(naive_root(leaves[:split]), naive_root(leaves[split:]))


def test_the_root_is_that_of_the_definition() -> None:
    leaves = [hash_leaf(b"%d" % n) for n in range(130)]
    for size in range(len(leaves) + 1):
        assert root_of(leaves[:size]) == (size, naive_root(leaves[:size]))
