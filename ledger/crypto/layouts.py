"""How the personal values of one kind of message lie in `state`, and sealing them there.

Messages of one kind carry the same fields, so the order of their values and the JSON around them are
made once. Pure: keys and nonces are arguments.
"""

import struct
from binascii import b2a_base64
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from itertools import accumulate
from operator import itemgetter
from typing import Any, NamedTuple

import orjson

from ledger.crypto.formats import AES_256_GCM
from ledger.crypto.sealing import NONCE_BYTES, field_place, padded
from schemas import PERSONAL_FIELDS, ROLLING_CATEGORIES

# Fields by which a person can be looked up; the blind index knows no others.
BLIND_FIELDS = frozenset(
    {"email", "invoice_email", "mobile_number", "fixed_number", "iban", "kvk_number"}
)


class FieldGroup(NamedTuple):
    """Fields of one category: name, and its part of the associated data."""

    category: str
    rolling: bool
    fields: tuple[tuple[str, bytes], ...]


# What seals the values of a group with the key of one person: the end of its associated data, which names
# the key, and its encryption. As little as can be: it is not in the processor's cache when it is needed.
Seal = tuple[bytes, Callable[[bytes, bytes, bytes], bytes]]


class Layout:
    """Groups of fields in the order of sorted JSON. Equal only to itself, so quick to look up by.

    `rolling`: whether some key depends on the month. `fields`: name, part of the associated data, and the
    index of its group, in the order of the groups. `searchable`: fields of the blind index, with their
    categories.
    """

    __slots__ = ("_arranged", "_pattern", "fields", "groups", "rolling", "searchable")

    def __init__(self, groups: tuple[FieldGroup, ...]) -> None:
        self.groups = groups
        self.rolling = any(group.rolling for group in groups)
        self.fields = tuple(
            (field, place, index)
            for index, group in enumerate(groups)
            for field, place in group.fields
        )
        self.searchable = tuple(
            (field, groups[index].category)
            for field, _, index in self.fields
            if field in BLIND_FIELDS
        )
        self._pattern = _pattern(groups)
        self._arranged = _arranged(groups)

    def text(self, keys: list[bytes], blobs: list[bytes]) -> orjson.Fragment:
        """The member `sealed` of a state. `keys`: their ids; `blobs`: in base64, in the order of `fields`."""
        # No name of a category or a field holds a character that base64url replaces. Few do at all, so
        # this is faster than a translation, which looks at each.
        text = self._pattern % self._arranged(keys + blobs)
        return orjson.Fragment(text.replace(b"+", b"-").replace(b"/", b"_").replace(b"=", b""))


def _arranged(groups: Sequence[FieldGroup]) -> Callable[[list[bytes]], tuple[bytes, ...]]:
    """Bring keys, then blobs, into the order of the pattern: each key before the blobs of its group."""
    places, blob = [], len(groups)
    for key, group in enumerate(groups):
        end = blob + len(group.fields)
        places += [key, *range(blob, end)]
        blob = end
    return itemgetter(*places)


# The personal values of one event and what seals them: its layout, field -> value, the seal of each group,
# and where the event belongs, made by `event_place`.
Values = tuple[Layout, Mapping[str, Any], Sequence[Seal], bytes]


def sealed_each(events: Sequence[Values], random: bytes) -> list[orjson.Fragment]:
    """The members `sealed` of the states of some events; their blobs are those of `seal_value`.

    `random`: a nonce for each value, one after the other. Each step goes over all values before the next
    one does: see `ledger.writing.packing`.
    """
    blobs = _blobs(events, random)
    ends = accumulate(len(layout.fields) for layout, _, _, _ in events)
    return [
        # A key's id is its place without the JSON around it.
        layout.text([place[1:-2] for place, _ in seals], blobs[end - len(layout.fields) : end])
        for (layout, _, seals, _), end in zip(events, ends, strict=True)
    ]


def _blobs(events: Sequence[Values], random: bytes) -> list[bytes]:
    """The sealed values of all events, in the order of their fields."""
    texts = [
        padded(personal[name]) for layout, personal, _, _ in events for name, _, _ in layout.fields
    ]
    places = [
        place + its_place + seals[group][0]
        for layout, _, seals, place in events
        for _, its_place, group in layout.fields
    ]
    ciphers = [seals[group][1] for layout, _, seals, _ in events for _, _, group in layout.fields]
    nonces = struct.unpack(f"{NONCE_BYTES}s" * len(texts), random)
    raw = [
        AES_256_GCM + nonce + encrypt(nonce, text, place)
        for encrypt, nonce, text, place in zip(ciphers, nonces, texts, places, strict=True)
    ]
    return [b2a_base64(each, newline=False) for each in raw]


def _pattern(groups: Sequence[FieldGroup]) -> bytes:
    """The JSON around keys and blobs, with places for them."""
    members = {
        group.category: {"key": "%b", "values": dict.fromkeys(dict(group.fields), "%b")}
        for group in groups
    }
    return orjson.dumps(members, option=orjson.OPT_SORT_KEYS)


@lru_cache(maxsize=1024)
def layout_of(fields: tuple[str, ...]) -> Layout:
    """The layout of a message with these fields. Cached: messages of one kind carry the same ones."""
    by_category: dict[str, list[tuple[str, bytes]]] = {}
    for field in sorted(fields):
        category = PERSONAL_FIELDS[field]
        by_category.setdefault(category, []).append((field, field_place(category, field)))
    return Layout(
        tuple(
            FieldGroup(category, category in ROLLING_CATEGORIES, tuple(members))
            for category, members in sorted(by_category.items())
        )
    )
