"""Golden bytes: the stored format is for ever. These literals are never edited, only added to.

They were edited twice, before the first installation: since then each begins with the byte of its format, and
the values of a category in an event are sealed together.
"""

from base64 import b64decode, b64encode
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from uuid import UUID

import msgspec
import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ledger.crypto.authentic import RowMacs
from ledger.crypto.formats import AES_256_GCM, GROUP
from ledger.crypto.groups import GroupPlace, bound_to, check_group, open_group, seal_group
from ledger.crypto.places import data_key_place
from ledger.crypto.provider import Tie
from ledger.crypto.sealing import (
    DataKey,
    KeyedHash,
    ValuePlace,
    associated_data,
    base64url,
    end_of_month,
    from_base64url,
    key_id,
    month_of,
    next_month_key,
    open_bytes,
    open_value,
    seal_bytes,
    seal_value,
)
from ledger.errors import Halt, TooLarge, UnknownFormat
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
from ledger.journal.entries import read_line
from ledger.journal.linking import JournalLinks
from ledger.names import LedgerName
from ledger.tlog.tree.merkle import EMPTY_ROOT, hash_children, hash_leaf, root_of

KEY = bytes(range(32))
NONCE = bytes(range(12))
STREAM = UUID("0193a0c2-7f3e-7c1a-9d53-1b8f6b2f0a11")
TYPE = "nl.voipzeker.ledger.personal-data-collected.v1"
TIME = datetime(2026, 11, 24, 10, 15, tzinfo=timezone(timedelta(hours=1)))
GOLDEN_KEY_ID = "z2enBqbD4H-w54Od02h1bpDTFPPu55d5S4SJ-IXsVKE"
GOLDEN_BLOB = "AQABAgMEBQYHCAkKC2Vo-H-gk7By6DLX7smIFR3vs6lanFl_XBhHxaU9SSCSFP6GKQNPngJoNHyvSZt9XQ"
GOLDEN_NEXT_KEY = "a4ab4c8ff6e2f2074a408f9a7985a8c294f3e9274793c09d205b84272a7ecce7"
GOLDEN_PLACE = (
    b'["main","0193a0c2-7f3e-7c1a-9d53-1b8f6b2f0a11","urn:voipzeker:crm","e-1","contact","email",'
    b'"z2enBqbD4H-w54Od02h1bpDTFPPu55d5S4SJ-IXsVKE"]'
)
FIELDS = ("email", "mobile_number")
GOLDEN_GROUP = (
    "AwABAgMEBQYHCAkKCxwgvDWhgLRp5CTky9SRGQDzuuIanhd9UBpM1rQrWDKBNSWYy5fjT7hUhF/NqKcI"
    "GMXvnM6fz1rcjYR2km0SUKE="
)
GOLDEN_GROUP_PLACE = (
    b'["main","0193a0c2-7f3e-7c1a-9d53-1b8f6b2f0a11","urn:voipzeker:crm","e-1","contact",'
    b'["email","mobile_number"],"z2enBqbD4H-w54Od02h1bpDTFPPu55d5S4SJ-IXsVKE"]'
)
GOLDEN_STATE = (
    b'{"activity":"subscription-management","categories":["contact"],"facts":{"channel":"portal"},'
    b'"id":"e-1","legal_basis":"6-1-b","origin":{"offset":7,"partition":0,"topic":"privacy.events.v1"},'
    b'"sealed":{"contact":{"blob":"AwABAgMEBQYHCAkKCxwgvDWhgLRp5CTky9SRGQDzuuIanhd9UBpM1rQrWDKBNSWYy5fjT7hUhF/NqKcIGMXvnM6fz1rcjYR2km0SUKE=",'
    b'"fields":["email","mobile_number"],"key":"z2enBqbD4H-w54Od02h1bpDTFPPu55d5S4SJ-IXsVKE"}},'
    b'"source":"urn:voipzeker:crm","time":"2026-11-24T09:15:00.000000Z"}'
)
GOLDEN_ROW = b'["main","0193a0c2-7f3e-7c1a-9d53-1b8f6b2f0a11","contact",1,0,7]'
GOLDEN_WRAPPED = (
    "01000102030405060708090a0b88ca315104f889feca7158eef10ed003447dba89ab8899e1d7d2fe"
    "1091281170e4c64259c2a8a0dce9d94e7ad7fd4bdb"
)
GOLDEN_LINE = (
    b'{"erasure":"00000000-0000-0000-0000-000000000007","subject":"0193a0c2-7f3e-7c1a-9d53-1b8f6b2f0a'
    b'11","categories":["contact"],"keys":["z2enBqbD4H-w54Od02h1bpDTFPPu55d5S4SJ-IXsVKE"],"ground":"r'
    b'equest","time":"2026-11-24T09:15:01.000002Z","through":"2026-11-24T09:15:01.000002Z","position"'
    b':4,"whole":false,"reference_hmac":null,"index_version":1,"kind":"customer","valid_from":"0001-0'
    b'1-01T00:00:00Z","month":null,"registry":null,"decisions":{"contact":{"outcome":"erased"}},"requ'
    b'est_ref":null,"link":"AQABAgMEBQYHCAkKC0cD1BjB4MQchUidgL3kdmKTx5Un5G5JayB-_54BdB6tGkkEoI1oIpgSz'
    b'yUOZxEtcQ","mac":"e55d74210d2433cb31567b6b4bbab9f6487e26ce3c8b5d08321e1d78406dd9f0","format":1}'
)
GOLDEN_HEADER = (
    b'{"position":1,"recorded":"2026-11-24T09:15:01.000002Z",'
    b'"stream":"0193a0c2-7f3e-7c1a-9d53-1b8f6b2f0a11",'
    b'"type":"nl.voipzeker.ledger.personal-data-collected.v1","version":3}'
)
GOLDEN_LEAF = "93c97a103650d1638d5ed672c24732aafc212f7d114fa1f6a14b969fe42fcfe1"
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


def group_place(**other: Any) -> GroupPlace:
    """Where the golden group belongs."""
    place = GroupPlace(
        ledger="main",
        subject=STREAM,
        source="urn:voipzeker:crm",
        id="e-1",
        category="contact",
        fields=FIELDS,
        key=GOLDEN_KEY_ID,
    )
    return msgspec.structs.replace(place, **other)


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
            "sealed": {"contact": {"key": GOLDEN_KEY_ID, "fields": FIELDS, "blob": GOLDEN_GROUP}},
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


def test_golden_group() -> None:
    values = {"email": "j.devries@example.nl", "mobile_number": "+31612345678"}
    assert bound_to(group_place()) == GOLDEN_GROUP_PLACE
    assert seal_group(AESGCM(KEY), [*values.values()], group_place(), NONCE) == GOLDEN_GROUP
    assert open_group(AESGCM(KEY), GOLDEN_GROUP, group_place()) == values


def test_golden_entry() -> None:
    assert state() == GOLDEN_STATE
    assert header() == GOLDEN_HEADER
    assert hash_leaf(header() + b"\n" + state()).hex() == GOLDEN_LEAF


def test_reading_gives_back_what_was_stored() -> None:
    event = decode_event(STREAM, 3, TYPE, GOLDEN_STATE, 1, RECORDED_AT)
    assert event.name == "personal-data-collected"
    assert event.time == TIME
    assert event.sealed == {"contact": Sealed(GOLDEN_KEY_ID, FIELDS, GOLDEN_GROUP)}
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


@pytest.mark.parametrize(
    "other",
    [
        {"ledger": "other"},
        {"subject": UUID(int=STREAM.int + 1)},
        {"source": "other"},
        {"id": "other"},
        {"category": "identity"},
        {"fields": ("email", "fixed_number")},
        {"fields": ("mobile_number", "email")},
        {"fields": ("email",)},
        {"fields": (*FIELDS, "name")},
        {"key": "other"},
    ],
)
def test_a_group_opens_only_in_its_place(other: dict[str, Any]) -> None:
    with pytest.raises(Halt, match="not open"):
        open_group(AESGCM(KEY), GOLDEN_GROUP, group_place(**other))


@pytest.mark.parametrize("at", range(0, len(GOLDEN_GROUP), 7))
def test_a_group_opens_only_with_its_key_and_unchanged(at: int) -> None:
    with pytest.raises(Halt):
        open_group(AESGCM(bytes(32)), GOLDEN_GROUP, group_place())
    other = "B" if GOLDEN_GROUP[at] == "A" else "A"
    with pytest.raises(Halt):
        open_group(AESGCM(KEY), GOLDEN_GROUP[:at] + other + GOLDEN_GROUP[at + 1 :], group_place())
    with pytest.raises(Halt):
        open_group(AESGCM(KEY), GOLDEN_GROUP[:at], group_place())


@pytest.mark.parametrize("values", [[], ["a"], ["a", "b", "c"]])
def test_a_group_has_a_value_for_each_field(values: list[str]) -> None:
    """Its fields are what is inside: the names that a view shows cannot differ from what opens."""
    blob = seal_group(AESGCM(KEY), values, group_place(), NONCE)
    with pytest.raises(Halt, match="do not open"):
        open_group(AESGCM(KEY), blob, group_place())


@pytest.mark.parametrize("fields", [(), ("b", "a"), ("a", "a")])
def test_the_fields_of_a_group_are_sorted_names(fields: tuple[str, ...]) -> None:
    with pytest.raises(Halt, match="sorted"):
        check_group(fields, GOLDEN_GROUP)


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
    assert (len(from_base64url(blob)) - 29) % 16 == 0
    group = seal_group(AESGCM(KEY), [value, "x"], group_place(), NONCE)
    assert open_group(AESGCM(KEY), group, group_place()) == {"email": value, "mobile_number": "x"}
    assert (len(b64decode(group)) - 29) % 16 == 0


def test_golden_wrapped_key() -> None:
    epoch, place = AESGCM(bytes(32)), data_key_place(LedgerName("main"), STREAM, "contact", 1, 0, 7)
    assert place == GOLDEN_ROW
    assert seal_bytes(epoch, KEY, place, NONCE).hex() == GOLDEN_WRAPPED
    assert open_bytes(epoch, bytes.fromhex(GOLDEN_WRAPPED), place) == KEY
    with pytest.raises(Halt):
        open_bytes(epoch, bytes.fromhex(GOLDEN_WRAPPED), place.replace(b"7", b"8"))


def test_golden_line_of_the_journal() -> None:
    entry = read_line(GOLDEN_LINE)
    assert msgspec.json.encode(entry) == GOLDEN_LINE
    links = JournalLinks(OneLink(), lambda: RowMacs(macs, LedgerName("main")), LedgerName("main"))
    assert links.belongs(entry)
    opened = links.opened(entry)
    assert opened.reference_hmac == KEY.hex()
    assert links.closed([opened]) == [entry]


class OneLink:
    """The key of the journal's ties to the one person, who never changes."""

    def seal(self, ties: Sequence[Tie]) -> list[bytes]:
        return [seal_bytes(AESGCM(KEY), tie.text, tie.place, NONCE) for tie in ties]

    def open(self, subject: UUID, sealed: bytes, place: bytes) -> bytes:
        return open_bytes(AESGCM(KEY), sealed, place)

    def subjects(self) -> frozenset[UUID]:
        return frozenset({STREAM})

    def destroy(self, subjects: Iterable[UUID]) -> None:
        raise AssertionError("nothing is destroyed here")


def macs(texts: Sequence[bytes]) -> list[bytes]:
    return [KeyedHash(KEY).of(text) for text in texts]


def test_a_group_is_no_value_and_a_value_no_group() -> None:
    """One key, one place, two formats: the byte in the associated data tells them apart."""
    for format, other in ((GROUP, AES_256_GCM), (AES_256_GCM, GROUP)):
        sealed = seal_bytes(AESGCM(KEY), b'["x","y"]', b"place", NONCE, format)
        assert open_bytes(AESGCM(KEY), sealed, b"place", format) == b'["x","y"]'
        with pytest.raises(UnknownFormat):
            open_bytes(AESGCM(KEY), sealed, b"place", other)
        with pytest.raises(Halt, match="does not open"):
            open_bytes(AESGCM(KEY), other + sealed[1:], b"place", other)


@pytest.mark.parametrize("number", [0, 1, 2, 255])
def test_a_group_of_another_format_is_refused_by_name(number: int) -> None:
    blob = b64encode(bytes([number]) + b64decode(GOLDEN_GROUP)[1:]).decode()
    for refused in (
        lambda: open_group(AESGCM(KEY), blob, group_place()),
        lambda: check_group(FIELDS, blob),
    ):
        with pytest.raises(UnknownFormat, match=f"format {number},"):
            refused()
    check_group(FIELDS, GOLDEN_GROUP)


@pytest.mark.parametrize("number", [0, 2, 3, 255])
def test_a_format_that_nobody_knows_is_refused_by_name(number: int) -> None:
    sealed = bytes([number]) + from_base64url(GOLDEN_BLOB)[1:]
    blob = base64url(sealed)
    for refused in (
        lambda: open_value(AESGCM(KEY), blob, place()),
        lambda: open_bytes(AESGCM(KEY), sealed, place()),
        lambda: read_line(GOLDEN_LINE.replace(b'"format":1', b'"format":%d' % number)),
    ):
        with pytest.raises(UnknownFormat, match=f"format {number},") as raised:
            refused()
        assert raised.value.number == number


def test_the_format_is_bound_to_what_is_sealed() -> None:
    """Sealed for another format, it does not open as one of this."""
    other = bytes([9]) + place()
    text = AESGCM(KEY).encrypt(NONCE, b'"x"', other)
    with pytest.raises(Halt, match="does not open"):
        open_bytes(AESGCM(KEY), AES_256_GCM + NONCE + text, place())
    unbound = AESGCM(KEY).encrypt(NONCE, b'"x"', place())
    with pytest.raises(Halt, match="does not open"):
        open_bytes(AESGCM(KEY), AES_256_GCM + NONCE + unbound, place())


@pytest.mark.parametrize("cut", [0, 1, 12, 28])
def test_what_is_cut_off_does_not_open(cut: int) -> None:
    with pytest.raises(Halt):
        open_bytes(AESGCM(KEY), from_base64url(GOLDEN_BLOB)[:cut], place())


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
