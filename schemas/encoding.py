"""JSON bytes of any JSON value, and of structs: integers of any size included, which orjson refuses.

Used where values of senders pass through: they come back exactly as they were received.
"""

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar, overload

import msgspec
import orjson

if TYPE_CHECKING:
    JsonValue = None | bool | int | float | str | Sequence["JsonValue"] | Mapping[str, "JsonValue"]
    """Any JSON value: of values whose shape only their sender knows."""
else:  # the encoder follows no type that contains itself
    JsonValue = Any
T = TypeVar("T")


@overload
def from_json(content: bytes | str) -> Any: ...
@overload
def from_json(content: bytes | str, type: type[T]) -> T: ...
def from_json(content: bytes | str, type: Any = Any) -> Any:
    """A JSON text, as a type. Raises `msgspec.DecodeError` for every other text.

    Also for one that is not UTF-8, and for lists in lists without end, which no reader follows.
    """
    try:
        return msgspec.json.decode(content, type=type)
    except (UnicodeDecodeError, RecursionError):
        raise msgspec.DecodeError("expected JSON in UTF-8, not too deep") from None


def to_json(value: Any, *, sort_keys: bool = False) -> bytes:
    """Compact UTF-8 JSON, deterministic. Raises TypeError for a value that JSON cannot hold."""
    try:
        return orjson.dumps(value, _members, orjson.OPT_SORT_KEYS if sort_keys else None)
    except orjson.JSONEncodeError:
        text = json.dumps(
            value, sort_keys=sort_keys, separators=(",", ":"), ensure_ascii=False, default=_members
        )
        return text.encode()


def _members(value: object) -> object:
    """The members of a struct; nothing else is encoded that JSON does not know."""
    if not isinstance(value, msgspec.Struct):
        raise TypeError(f"{type(value).__name__} is not JSON")
    return msgspec.to_builtins(value)


def to_line(document: Any) -> bytes:
    """A line of JSON: UTF-8, sorted names."""
    return to_json(document, sort_keys=True) + b"\n"
