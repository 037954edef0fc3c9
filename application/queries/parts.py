"""Long lists a part at a time: a part begins behind the place that ended the one before it.

A part costs what it shows. What the database does not judge is judged row by row; so that a part on which few
rows fit costs no more, it looks at a limited number and then leads on, with fewer rows or none.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error
from collections.abc import Callable, Iterator
from itertools import islice
from typing import TypeVar

import msgspec

from ledger.errors import Misconfigured

P = TypeVar("P")
T = TypeVar("T")
U = TypeVar("U")
LIMIT = 100
LOOKED_AT = 10_000
"""So many rows one part looks at, whether they fit or not."""


class Part(msgspec.Struct, frozen=True):
    """Which part of a list. `after`: the key that the part before named as its next one."""

    after: str | None = None
    limit: int = LIMIT


FIRST = Part()


def taken(
    rows: Iterator[tuple[P, T]], limit: int, fitting: Callable[[T], U | None]
) -> tuple[list[U], str | None]:
    """The rows of a part, and the key of the part that follows; None where there is none.

    `rows`: with their places, from where the part begins. `fitting`: what becomes of a row; None: it does not
    fit.
    """
    found: list[U] = []
    last: P | None = None
    for place, row in islice(rows, LOOKED_AT):
        if len(found) == limit:
            return found, key_of(last)
        made = fitting(row)
        if made is not None:
            found.append(made)
        last = place
    return found, key_of(last) if next(rows, None) is not None else None


def key_of(place: object) -> str:
    """A place as a text for an address."""
    return urlsafe_b64encode(msgspec.json.encode(place)).decode().rstrip("=")


def place_named(key: str, type: type[P]) -> P:
    """The place of a key. Raises Misconfigured for another text."""
    try:
        content = urlsafe_b64decode(key + "=" * (-len(key) % 4))
        return msgspec.json.decode(content, type=type)
    except (Error, ValueError, msgspec.MsgspecError):
        raise Misconfigured("this is no place in the list", field="after") from None
