"""Which keys of the index an entry moves. Pure, and without a key: the entry's own bytes say it.

A data subject has up to three: entries of their own, entries of others that name them, and entries of their
own of which a person may not be told. What falls under the last is decided by the type of event alone, so
that its presence says nothing: the same types tell of what anybody may know.
"""

import re
from collections.abc import Iterator
from hashlib import sha256
from typing import Literal

from ledger.errors import Unproven
from ledger.event import short_name
from schemas import names

Chain = Literal["own", "named", "untold"]

_UUID = rb"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
_HEADER = re.compile(
    rb'\{"position":\d+,"recorded":"[^"]*","stream":"(%b)","type":"([^"]*)","version":\d+\}\n'
    % _UUID
)
REFERENCES = (
    "about",
    "approver",
    "customer",
    "employee",
    "from_customer",
    "from_employee",
    "into_customer",
    "reader",
    "snapshot",
    "to_customer",
    "to_employee",
)
"""Members of a state whose value names a data subject where it is a UUID."""
_NAMED = re.compile(rb'"(?:%b)":"(%b)"' % ("|".join(REFERENCES).encode(), _UUID))
UNTOLD = frozenset(
    {
        names.LEGAL_HOLD_PLACED,
        names.LEGAL_HOLD_REVIEWED,
        names.LEGAL_HOLD_RELEASED,
        names.ERASURE_DECIDED,
        names.EVENT_ANNULLED,
    }
)
"""Types, by their short names, of which some events may not be told (`application/undisclosed.py`)."""


def key_of(subject: str, chain: Chain = "own") -> bytes:
    """The key of a data subject's chain. `subject`: the UUID in lower case."""
    return _key(subject.encode(), chain)


def _key(subject: bytes, chain: Chain) -> bytes:
    text = subject if chain == "own" else b"%b/%b" % (subject, chain.encode())
    return sha256(text).digest()


def keys_of(entry: bytes) -> Iterator[bytes]:
    """The keys whose chains an entry lengthens, each once. Raises Unproven for what is no entry."""
    header = _HEADER.match(entry)
    if header is None:
        raise Unproven("this is not an entry of a ledger")
    stream, type = header[1], header[2].decode()
    yield _key(stream, "untold" if short_name(type) in UNTOLD else "own")
    for other in set(_NAMED.findall(entry, header.end())) - {stream}:
        yield _key(other, "named")
