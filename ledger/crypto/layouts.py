"""How the personal values of one kind of message lie in `state`, and sealing them there.

Messages of one kind carry the same fields, so the order of their values and the JSON around them are
made once. Pure: keys and nonces are arguments.
"""

import struct
from binascii import b2a_base64
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import chain
from typing import Any, NamedTuple

import msgspec
import orjson

from ledger.crypto.formats import GROUP
from ledger.crypto.groups import KEY_IN_PLACE, fields_place
from ledger.crypto.sealing import NONCE_BYTES, DataKey, filled
from schemas import PERSONAL_FIELDS

# Fields by which a person can be looked up; the blind index knows no others.
BLIND_FIELDS = frozenset(
    {"email", "invoice_email", "mobile_number", "fixed_number", "iban", "kvk_number"}
)
_ENCODER = msgspec.json.Encoder()


class FieldGroup(NamedTuple):
    """Fields of one category, sorted."""

    category: str
    fields: tuple[str, ...]


# The means to seal a group of a layout with the key of one person: the end of its associated data, which
# names the fields and the key, and its encryption. As little as can be, so that more fits the processor's
# cache.
Seal = tuple[bytes, Callable[[bytes, bytes, bytes], bytes]]


class Layout:
    """Groups of fields in the order of sorted JSON. Equal only to itself, so quick to look up by.

    `names`: of all fields, in the order of the groups. `searchable`: fields of the blind index, with
    their categories. `texts`, `member`: patterns for the plaintexts, of which each takes a line, and for the
    member `sealed` of a state.
    """

    __slots__ = ("_places", "groups", "member", "names", "searchable", "texts")

    def __init__(self, groups: tuple[FieldGroup, ...]) -> None:
        self.groups = groups
        self.names = tuple(chain.from_iterable(group.fields for group in groups))
        self.searchable = tuple(
            (field, group.category)
            for group in groups
            for field in group.fields
            if field in BLIND_FIELDS
        )
        lists = (b",".join([b"%b"] * len(group.fields)) for group in groups)
        self.texts = b"\n".join(b"[" + values + b"]" for values in lists)
        # The JSON around blobs and keys, with places for them.
        members = {
            group.category: {"blob": "%b", "fields": group.fields, "key": "%b"} for group in groups
        }
        self.member = orjson.dumps(members, option=orjson.OPT_SORT_KEYS)
        self._places = tuple(fields_place(group.category, group.fields) for group in groups)

    def seals(self, keys: Iterable[DataKey]) -> tuple[Seal, ...]:
        """The seals for the groups with keys of one person, one for each group in order."""
        return tuple(
            (place + key.place, key.cipher.encrypt)
            for place, key in zip(self._places, keys, strict=True)
        )


# The personal values of one event and what seals them: its layout, field -> value, the seal of each group,
# and where the event belongs, made by `event_places`.
Values = tuple[Layout, Mapping[str, Any], Sequence[Seal], bytes]


def sealed_each(events: Sequence[Values], random: bytes) -> list[orjson.Fragment]:
    """The members `sealed` of the states of some events; their blobs are those of `seal_group`.

    `random`: a nonce for each group, one after the other. Each step goes over all groups before the next
    one does: see `ledger.writing.packing`.
    """
    keys = [place[KEY_IN_PLACE] for _, _, seals, _ in events for place, _ in seals]
    parts = chain.from_iterable(zip(_blobs(events, random), keys, strict=True))
    # No JSON has a line break in it, so what all events need is made at once, a line for each.
    members = b"\n".join([layout.member for layout, _, _, _ in events]) % tuple(parts)
    return [orjson.Fragment(member) for member in members.split(b"\n")] if events else []


def _blobs(events: Sequence[Values], random: bytes) -> list[bytes]:
    """The sealed groups of all events, in order."""
    places = [place + its_end for _, _, seals, place in events for its_end, _ in seals]
    ciphers = [encrypt for _, _, seals, _ in events for _, encrypt in seals]
    nonces = struct.unpack(f"{NONCE_BYTES}s" * len(places), random)
    raw = [
        GROUP + nonce + encrypt(nonce, text, place)
        for encrypt, nonce, text, place in zip(ciphers, nonces, _texts(events), places, strict=True)
    ]
    return [b2a_base64(each, newline=False) for each in raw]


def _texts(events: Sequence[Values]) -> list[bytes]:
    """The plaintexts of the groups of all events, in order."""
    if not events:
        return []
    values = [personal[name] for layout, personal, _, _ in events for name in layout.names]
    lines = _ENCODER.encode_lines(values).split(b"\n")[:-1]
    texts = b"\n".join([layout.texts for layout, _, _, _ in events]) % tuple(lines)
    return [filled(text) for text in texts.split(b"\n")]


@lru_cache(maxsize=1024)
def layout_of(fields: tuple[str, ...]) -> Layout:
    """The layout of a message with these fields. Cached: messages of one kind carry the same ones."""
    by_category: dict[str, list[str]] = {}
    for field in sorted(fields):
        by_category.setdefault(PERSONAL_FIELDS[field], []).append(field)
    return Layout(
        tuple(FieldGroup(category, tuple(names)) for category, names in sorted(by_category.items()))
    )
