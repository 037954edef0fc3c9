"""Spellings of a provision: what counts as the same article of law.

A slip in a separator or in capitals must not let a disclosure under secrecy pass as an open one.
"""

import re
from collections.abc import Iterator

_LONGEST = 128
"""Characters of an id in the rulebook. A longer text is not a provision, whatever its end says."""

_SEPARATORS = re.compile(r"[._:/-]")


def folded(provision: str) -> str:
    """The provision in lower case without separators: `Sv-126na` and `sv.126na` are one."""
    return _SEPARATORS.sub("", provision.lower())


def readings(provision: str) -> Iterator[str]:
    """The names under which a provision may be listed: its own, and those of the articles that it is a part
    of.

    `nl.sv.126na.1` reads as `nl.sv.126na.1`, `nl.sv.126na`, `nl.sv`, `nl`: lower case, each one also without
    separators. The longest comes first. Only the start of an overlong text is read.
    """
    rest = provision[:_LONGEST].lower()
    while rest:
        yield rest
        yield folded(rest)
        cut = max(rest.rfind(separator) for separator in "._:/-")
        rest = rest[: max(cut, 0)]
