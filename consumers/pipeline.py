"""From what arrived to a `Message`: the one path of Kafka records, lines of files and dead letters.

Pure. Whatever arrives becomes a message, with an event or with a rejection; nothing is ignored and
nothing raises. What a dead letter would keep is decided here, and never holds more than `KEPT_BYTES`.
"""

from base64 import b64decode, b64encode
from collections.abc import Iterator, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Literal, Protocol, TypeVar

import msgspec
import orjson

from consumers.source import Headers, Partition, Record
from ledger.intake import FileOrigin, KafkaOrigin, Message
from schemas import Code, Event, Intake, Rejection, decode, decode_binary, is_structured

__all__ = [
    "BATCH_BYTES",
    "BATCH_MESSAGES",
    "BATCH_SECONDS",
    "KEPT_BYTES",
    "BatchLimits",
    "Sized",
    "again",
    "batches",
    "body_of",
    "to_line",
    "to_message",
    "too_large",
    "truncated",
]

# One transaction a batch: 2,000 messages amortise its fsync (39 k/s measured, more gains little), and
# the head lock is held for well under a second.
BATCH_MESSAGES = 2_000
# A batch is in memory some times over (raw, sealed): 4 MiB stays below 50 MB in all.
BATCH_BYTES = 4 * 1024 * 1024
# A message waits at most this long for company; people who look at an answer do not notice it.
BATCH_SECONDS = 0.1
# No valid message is larger (the limit is 48 KiB), so a dead letter keeps the beginning of it only.
KEPT_BYTES = 64 * 1024


class Sized(Protocol):
    """Anything that says how many bytes it holds."""

    @property
    def size(self) -> int:
        """Bytes, about."""


class BatchLimits(msgspec.Struct, frozen=True):
    """A batch is recorded when it has so many messages or bytes, or when its oldest waited so long."""

    messages: int = BATCH_MESSAGES
    size_bytes: int = BATCH_BYTES
    wait_s: float = BATCH_SECONDS


_Item = TypeVar("_Item", bound=Sized)


def batches(items: Sequence[_Item], limits: BatchLimits) -> Iterator[Sequence[_Item]]:
    """Cut items into batches within both limits, in order; one that is too large alone is alone."""
    first, size = 0, 0
    for index, item in enumerate(items):
        full = index - first == limits.messages or size + item.size > limits.size_bytes
        if full and index > first:
            yield items[first:index]
            first, size = index, 0
        size += item.size
    if first < len(items):
        yield items[first:]


def to_message(partition: Partition, record: Record, intake: Intake, now: datetime) -> Message:
    """A Kafka record as a message. Structured or binary is told by its headers alone."""
    origin = KafkaOrigin(partition.topic, partition.number, record.offset)
    if is_structured(record.headers):
        # A tombstone deletes nothing here: an empty message is no JSON, and says so.
        value = record.value or b""
        return _kept(value, record.size, decode(value, intake, now), origin, "structured")
    outcome = decode_binary(record.headers, record.value, intake, now)
    return _kept(_binary_body(record), record.size, outcome, origin, "binary")


def to_line(line: bytes, origin: FileOrigin, intake: Intake, now: datetime) -> Message:
    """A line of a file, without its line end, as a message."""
    return _kept(line, len(line), decode(line, intake, now), origin, "structured")


def too_large(body: bytes, origin: FileOrigin) -> Message:
    """A message that was not even read as a whole. `body`: made by `truncated`."""
    return Message(body, Rejection(Code.TOO_LARGE), origin, "truncated")


def again(
    body: bytes, mode: str, origin: KafkaOrigin | FileOrigin, intake: Intake, now: datetime
) -> Message:
    """A dead letter's message once more, under today's rules. `mode`: structured or binary."""
    if mode == "binary":
        headers, value = _read_binary(body)
        return Message(body, decode_binary(headers, value, intake, now), origin, "binary")
    return Message(body, decode(body, intake, now), origin, "structured")


def body_of(record: Record) -> bytes:
    """What is kept of a record: its value; in binary mode a JSON document of headers and value."""
    return record.value or b"" if is_structured(record.headers) else _binary_body(record)


def _binary_body(record: Record) -> bytes:
    headers = [[name, _text(value)] for name, value in record.headers]
    return orjson.dumps({"headers": headers, "value": _text(record.value)})


def truncated(start: bytes, size: int, digest: bytes) -> bytes:
    """The body of a dead letter of which only the start is kept.

    Size and hash of the whole tell two messages with the same start apart. A letter is sealed as a
    whole, so this hash of personal values is nowhere in clear.
    """
    trailer = orjson.dumps({"bytes": size, "sha256": digest.hex()})
    return start[:KEPT_BYTES] + b"\n" + trailer


def _kept(
    body: bytes,
    size: int,
    outcome: Event | Rejection,
    origin: KafkaOrigin | FileOrigin,
    mode: Literal["structured", "binary"],
) -> Message:
    """The message with as much of its body as a dead letter may keep. `size`: as it arrived."""
    if size <= KEPT_BYTES:
        return Message(body, outcome, origin, mode)
    body = truncated(body, len(body), sha256(body).digest())
    return Message(body, outcome, origin, "truncated")


def _text(value: bytes | None) -> str | None:
    return None if value is None else b64encode(value).decode("ascii")


def _raw(text: str | None) -> bytes | None:
    return None if text is None else b64decode(text)


def _read_binary(body: bytes) -> tuple[Headers, bytes | None]:
    document = orjson.loads(body)
    headers = [(name, _raw(value)) for name, value in document["headers"]]
    return headers, _raw(document["value"])
