"""Events that a ledger records about itself: checked against the contract without a message.

Such an event has no reference of a person in clear: its subject is a stream, its time is taken under
the ledger's own lock. Both are the ledger's business, so they are not looked at here.
"""

import re
from functools import lru_cache
from typing import Any

import msgspec
from msgspec import Struct

from schemas import formats
from schemas.catalogue import EVENT_TYPES, OWN_TYPES
from schemas.event import OWN_SOURCES
from schemas.facts import COMMON_MEMBERS

_ID = re.compile(formats.ID)
_SOURCE = re.compile(formats.SOURCE)
# The ledger itself has a handful of sources.
_SOURCES = 64


class OwnEventError(ValueError):
    """An event of the ledger itself breaks the contract: a fault of this program."""


class OwnEvent(Struct, frozen=True):
    """An event of a ledger itself, as far as the contract has a say in it."""

    type: str
    id: str
    source: str
    categories: tuple[str, ...]
    facts: dict[str, Any]


@lru_cache(_SOURCES)
def _is_own(source: str) -> bool:
    """Whether a source is the ledger's own; one records many events."""
    return source.startswith(OWN_SOURCES) and bool(_SOURCE.match(source))


def own_event(type: str, *, id: str, source: str, facts: dict[str, Any]) -> OwnEvent:
    """Check an event of the ledger itself.

    `type` is the full type, one of the ledger's own; `source` starts with `urn:processing-ledger:`;
    `facts` are the facts of the type and nothing else. Only here may `keys_destroyed` name keys and
    `categories` hold `remark`. Raises OwnEventError, which quotes no value.
    """
    if type not in OWN_TYPES:
        raise OwnEventError("expected a type of the ledger itself")
    if not _is_own(source) or not _ID.match(id):
        raise OwnEventError("expected an id and a source of the ledger itself")
    common = COMMON_MEMBERS & facts.keys()
    if common - {"categories"}:
        raise OwnEventError("an event of the ledger itself carries facts only")
    try:
        msgspec.convert(facts, EVENT_TYPES[type].data)
    except msgspec.ValidationError:
        raise OwnEventError(f"the facts do not fit {EVENT_TYPES[type].name}") from None
    return OwnEvent(type, id, source, tuple(facts.get("categories", ())), facts)
