"""Some texts of the outermost object of a message that is too large to be read.

The text between them is passed over and becomes no object. Decoded, a list of empty lists takes 30 times its
bytes; and that many objects at once set off the garbage collector, which then looks through all that the
program holds, however small the message was.
"""

from typing import Any, Final

import msgspec
from msgspec import Raw, Struct

_LONGEST: Final = 1024
"""Bytes of a text as it is written, escapes included: what may be echoed or hashed is shorter."""

_ABSENT: Final = Raw(b"null")


class _Skimmed(Struct, frozen=True):
    """The attributes that a rejection may name, as they are written."""

    type: Raw = _ABSENT
    source: Raw = _ABSENT
    id: Raw = _ABSENT
    subject: Raw = _ABSENT
    traceparent: Raw = _ABSENT


_decode: Final = msgspec.json.Decoder(_Skimmed).decode


def skim(message: bytes) -> dict[str, Any]:
    """The attributes of a JSON object that a rejection may name; empty for any other text.

    `message`: of any size. Its memory is flat, and its work one pass over the bytes.
    """
    try:
        skimmed = _decode(message)
    except (ValueError, RecursionError):
        return {}
    raw_texts = {name: getattr(skimmed, name) for name in _Skimmed.__struct_fields__}
    return {name: _text(raw) for name, raw in raw_texts.items()}


def _text(raw: Raw) -> str | None:
    """A short text as it is meant; None for anything else."""
    encoded = bytes(memoryview(raw)[: _LONGEST + 1])
    if len(encoded) > _LONGEST:
        return None
    try:
        return msgspec.json.decode(encoded, type=str)
    except ValueError:
        return None
