"""The JSON of a request that is no event: strict, as readers of JSON differ in what they make of the rest."""

from typing import Any

import msgspec

from ledger.errors import Misconfigured
from schemas.encoding import from_json
from schemas.repeats import first_repeat, may_repeat


def json_of(content: bytes) -> Any:
    """The value of a JSON text. Raises Misconfigured, also where a member stands twice in an object."""
    try:
        value = from_json(content)
    except msgspec.DecodeError:
        raise Misconfigured("expected JSON") from None
    # A gateway that reads the first of two members would let through what this reads as the second.
    if may_repeat(content, value) and first_repeat(content, value) is not None:
        raise Misconfigured("expected JSON in which no member stands twice")
    return value
