"""Keys that stand twice in one JSON object: readers of JSON differ in their treatment.

Pure. A look that costs little clears nearly every message; what it does not clear is read again, object by
object, to say where. Invariant: no name that the sender chose reaches a pointer, but that of an attribute,
where it is harmless.
"""

import json
from collections.abc import Set
from typing import Any, Final

import msgspec
from msgspec import Struct
from orjson import JSONEncodeError, dumps

from schemas.catalogue import ALL_TYPES
from schemas.envelope import ATTRIBUTES
from schemas.extensions import DROPPED, pointer_to
from schemas.shapes import names_in


class _Twice(Struct):
    """Stands for an object in which a key stands twice. `held`: its members, read as usual."""

    name: str
    held: dict[str, Any]


_HOLDERS: Final = (dict, list, _Twice)

# orjson is faster, but takes memory for each item of a list before it writes: 4 MiB for a message of 47 KB.
_SMALL: Final = 4_096
_encode: Final = msgspec.json.Encoder().encode


def may_repeat(text: bytes, parsed: Any) -> bool:
    """Whether a key may stand twice in a JSON text: never False where one does. `parsed`: its value.

    Colons are counted, here and in the value as we write it: a colon for each key, and those inside of texts.
    When a key is lost, so is its colon. Only a colon that the text spells as an escape would be
    in the value and not in the text.
    """
    try:
        encoded = _encoded(parsed, len(text))
    except RecursionError:
        return True
    if encoded == text:  # as most programs write
        return False
    if b"\\" in text and b"\\u003" in text:
        return True
    return text.count(b":") != encoded.count(b":")


def _encoded(parsed: Any, size: int) -> bytes:
    """A JSON value as we write it. `size`: bytes of the text that it was. Raises RecursionError."""
    if size > _SMALL:
        return _encode(parsed)
    try:
        return dumps(parsed)
    except JSONEncodeError:  # a number that is too large for it, or a depth
        return _encode(parsed)


def first_repeat(text: bytes, parsed: Any) -> str | None:
    """The pointer of the first key that stands twice in a JSON text; None without one.

    It ends where a name does not belong to the contract. `parsed`: as for `may_repeat`. For a text that is
    nested too deep to look, it is the pointer of the whole.
    """
    try:
        # A JSON text in which an object whose key stands twice is marked; of numbers only the length is
        # kept.
        decoded = text.decode(errors="surrogatepass")
        marked = json.loads(decoded, object_pairs_hook=_object, parse_int=len, parse_float=len)
    except RecursionError:
        return ""
    names = _members_of(parsed)
    waiting: list[tuple[_Path, Any]] = [(_Path(), marked)] if isinstance(marked, _HOLDERS) else []
    while waiting:
        path, value = waiting.pop()
        if isinstance(value, _Twice):
            return path.below(value.name, names).pointer
        items = value.items() if isinstance(value, dict) else enumerate(value)
        deeper = [
            (path.below(name, names), child) for name, child in items if isinstance(child, _HOLDERS)
        ]
        waiting += reversed(deeper)
    return None


class _Path(Struct, frozen=True):
    """The way to a value, as far as it may be told. `ended`: steps below are not told."""

    pointer: str = ""
    depth: int = 0
    ended: bool = False

    def below(self, step: str | int, names: Set[str]) -> "_Path":
        """The way to one of its members or items. `names`: those that may be told."""
        step_told = f"/{step}"
        if isinstance(step, str) and not (self.depth and step in names):
            step_told = "" if self.depth else _attribute(step)
        path_ends = self.ended or not step_told
        return _Path(
            self.pointer if path_ends else self.pointer + step_told, self.depth + 1, path_ends
        )


def _attribute(name: str) -> str:
    return f"/{name}" if name in ATTRIBUTES or name in DROPPED else pointer_to(name)


def _members_of(parsed: Any) -> Set[str]:
    """The names of the members that the type of a message has."""
    type = parsed.get("type") if isinstance(parsed, dict) else None
    entry = ALL_TYPES.get(type) if isinstance(type, str) else None
    return names_in(entry.data) if entry else frozenset()


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any] | _Twice:
    members = dict(pairs)
    if len(members) == len(pairs):
        return members
    names: set[str] = set()
    for name, _ in pairs:
        if name in names:
            return _Twice(name, members)
        names.add(name)
    return members
