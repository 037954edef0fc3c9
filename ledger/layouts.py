"""How the personal values of one kind of message lie in `state`, and sealing them there.

Messages of one kind carry the same fields, so the order of their values and the JSON around them are
made once. Pure: keys and nonces are arguments.
"""

from binascii import b2a_base64
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import orjson

from ledger.sealing import NONCE_BYTES, field_place, padded
from schemas import PERSONAL_FIELDS, ROLLING_CATEGORIES

__all__ = ["BLIND_FIELDS", "Group", "Layout", "Seal", "layout_of"]

# Fields by which a person can be looked up; the blind index knows no others.
BLIND_FIELDS = frozenset(
    {"email", "invoice_email", "mobile_number", "fixed_number", "iban", "kvk_number"}
)


class Group(NamedTuple):
    """Fields of one category: name, and its part of the associated data."""

    category: str
    rolling: bool
    fields: tuple[tuple[str, bytes], ...]


# What seals the values of a group with the key of one person: the end of its associated data, which names
# the key, and its encryption. As little as can be: it is not in the processor's cache when it is needed.
Seal = tuple[bytes, Callable[[bytes, bytes, bytes], bytes]]


class Layout:
    """Groups of fields in the order of sorted JSON. Equal only to itself, so quick to look up by.

    `rolling`: whether some key depends on the month. `searchable`: fields of the blind index, with their
    categories.
    """

    __slots__ = ("_pattern", "groups", "rolling", "searchable")

    def __init__(self, groups: tuple[Group, ...]) -> None:
        self.groups = groups
        self.rolling = any(group.rolling for group in groups)
        self.searchable = tuple(
            (field, group.category)
            for group in groups
            for field, _ in group.fields
            if field in BLIND_FIELDS
        )
        self._pattern = _pattern(groups)

    def sealed(
        self, personal: Mapping[str, Any], seals: Sequence[Seal], place: bytes, random: bytes
    ) -> orjson.Fragment:
        """The member `sealed` of a state. `seals`: of each group's key; `place`: made by `event_place`.

        The blobs are those of `seal_value`. `random`: a nonce for each value, one after the other.
        """
        parts, at = [], 0
        for (_, _, fields), (key_place, encrypt) in zip(self.groups, seals, strict=True):
            parts.append(key_place[1:-2])  # the key's id, without the JSON around it
            for field, its_place in fields:
                nonce = random[at : at + NONCE_BYTES]
                at += NONCE_BYTES
                text = padded(personal[field])
                raw = nonce + encrypt(nonce, text, place + its_place + key_place)
                parts.append(b2a_base64(raw, newline=False))
        # No name of a category or a field holds a character that base64url replaces. Few do at all, so
        # this is faster than a translation, which looks at each.
        text = self._pattern % tuple(parts)
        return orjson.Fragment(text.replace(b"+", b"-").replace(b"/", b"_").replace(b"=", b""))


def _pattern(groups: Sequence[Group]) -> bytes:
    """The JSON around keys and blobs, with places for them."""
    members = {
        group.category: {"key": "%b", "values": dict.fromkeys(dict(group.fields), "%b")}
        for group in groups
    }
    return orjson.dumps(members, option=orjson.OPT_SORT_KEYS)


@lru_cache(maxsize=1024)
def layout_of(fields: tuple[str, ...]) -> Layout:
    """The layout of a message with these fields. Cached: messages of one kind carry the same ones."""
    found: dict[str, list[tuple[str, bytes]]] = {}
    for field in sorted(fields):
        category = PERSONAL_FIELDS[field]
        found.setdefault(category, []).append((field, field_place(category, field)))
    return Layout(
        tuple(
            Group(category, category in ROLLING_CATEGORIES, tuple(members))
            for category, members in sorted(found.items())
        )
    )
