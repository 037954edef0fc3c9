"""Eight digits that change with entries of the rulebook: what was computed from them is then made again."""

import hashlib

import msgspec


def digest(*entries: object) -> str:
    """Of entries, in the order given."""
    return hashlib.sha256(msgspec.json.encode(entries, order="sorted")).hexdigest()[:8]
