"""Limits for a sender: every limit of the contract, its value, and the effect of passing it.

The numbers stand here, or where they are enforced; docs/reference/events.md and the AsyncAPI document have
them from here.
"""

from typing import Final

from msgspec import Struct

from schemas import formats
from schemas.decode import MAX_MESSAGE
from schemas.formats import MAX_AHEAD
from schemas.rejection import Code

ENTRY_BYTES: Final = 65_535
"""An entry of the transparency log is no larger (C2SP tlog-tiles)."""
QUARANTINE_SHARE: Final = 0.2
"""More than this share of rejections quarantines a source, unless the operator has set a different share."""
QUARANTINE_MESSAGES: Final = 100
"""The least number of messages over which it is judged."""
RECORD_BYTES: Final = 1024 * 1024
"""A valid message has at most 48 KiB; up to here a record of Kafka is read whole, to say whose it is."""
RECORD_HEADERS: Final = 64
"""An event in binary mode has some twenty attributes, and tools add a few headers. Each takes 150 bytes."""
READABLE_DEPTH: Final = 64
"""So deep is JSON nested at most that surely is read; the contract has no member of half that depth."""


class Limit(Struct, frozen=True):
    """One limit. `beyond`: the code of a message that exceeds it."""

    name: str
    value: str
    text: str
    beyond: Code


def _within(pattern: str) -> str:
    """A pattern as it is written for people."""
    return pattern.removeprefix("^").removesuffix(r"\Z")


LIMITS: Final[tuple[Limit, ...]] = (
    Limit(
        "message",
        f"{MAX_MESSAGE:,} bytes",
        "A whole message: in structured mode its value, in binary mode headers and value.",
        Code.TOO_LARGE,
    ),
    Limit(
        "record",
        f"{RECORD_BYTES:,} bytes, {RECORD_HEADERS} headers",
        "A Kafka record, with its key and headers. Of a larger one the beginning is kept, and its hash. A "
        "compressed batch may hold 256 MiB; what follows is not read.",
        Code.TOO_LARGE,
    ),
    Limit(
        "entry",
        f"{ENTRY_BYTES:,} bytes",
        "What a message becomes, sealed: personal values take four bytes for three. A message of more than "
        "some 46,000 bytes may meet it, and a smaller one with thousands of numbers such as `1e15`.",
        Code.TOO_LARGE,
    ),
    Limit(
        "depth",
        f"{READABLE_DEPTH} levels",
        "Nested JSON. No member of the contract is nested so deep, so what is deeper is refused for its "
        "shape; what is too deep for a parser is no JSON.",
        Code.NOT_JSON,
    ),
    Limit(
        "future",
        f"{MAX_AHEAD.total_seconds():.0f} seconds",
        "How far `time` may lie ahead of the ledger's clock.",
        Code.TIME_IN_FUTURE,
    ),
    Limit("id", _within(formats.ID), "`id`, and each part of a reference.", Code.SCHEMA),
    Limit("source", _within(formats.SOURCE), "`source`, and ids in the rulebook.", Code.SCHEMA),
    Limit("code", _within(formats.CODE), "Codes among the facts, `…_ref` included.", Code.SCHEMA),
    Limit("time", "6 fractional digits", "`time`: RFC 3339 with offset.", Code.SCHEMA),
    Limit("sequence", "0 to 9,223,372,036,854,775,807", "`sequence`, a whole number.", Code.SCHEMA),
    Limit(
        "quarantine",
        f"more than {QUARANTINE_SHARE:.0%} of at least {QUARANTINE_MESSAGES} messages",
        "Rejections of one registered source on one topic, or of all that are not registered, unless the "
        "operator has set another share. From then on what they send is kept and not recorded, until the "
        "operator lets them in again.",
        Code.QUARANTINED,
    ),
    Limit(
        "tombstone",
        "none",
        "A record with a null value deletes nothing in the ledger: it is an empty message, and refused. With "
        "headers of an event it is `not-a-cloudevent`. Do not compact the topics.",
        Code.NOT_JSON,
    ),
)
