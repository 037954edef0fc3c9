"""JSON bytes of whatever JSON can hold: integers of any size included, which orjson refuses.

Used where values of senders pass through: they come back exactly as they were received.
"""

import json
from typing import Any

import orjson


def to_json(value: Any, *, sort_keys: bool = False) -> bytes:
    """Compact UTF-8 JSON, deterministic. Raises TypeError for what is not JSON."""
    try:
        return orjson.dumps(value, None, orjson.OPT_SORT_KEYS) if sort_keys else orjson.dumps(value)
    except orjson.JSONEncodeError:
        text = json.dumps(value, sort_keys=sort_keys, separators=(",", ":"), ensure_ascii=False)
        return text.encode()


def to_line(document: Any) -> bytes:
    """A line of JSON: UTF-8, sorted names."""
    return to_json(document, sort_keys=True) + b"\n"
