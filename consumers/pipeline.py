"""From arrivals to a `Message`: Kafka records and dead letters here, lines of files in `consumers.lines`.

Pure. Whatever arrives becomes a message, with an event or with a rejection; nothing is ignored and nothing
raises. The body of a dead letter is decided here, and never holds more than `KEPT_BYTES`.
"""

from base64 import b64decode, b64encode
from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any, Literal

import msgspec
import orjson

from consumers.source import Partition, Record
from ledger.writing.message import FileOrigin, KafkaOrigin, Message, place_of
from schemas import (
    AdmissionRules,
    Code,
    Event,
    Headers,
    Rejection,
    admit_each,
    decode,
    decode_binary,
    is_structured,
    parse,
    parse_binary,
    through,
    unreadable,
)
from schemas.signed import admit_office, admit_signed, is_signed_place, signed_by_office

# One transaction a batch: 2,000 messages amortise its fsync (39 k/s measured, more gains little), and
# the head lock is held for well under a second.
BATCH_MESSAGES = 2_000
# A batch is in memory some times over (raw, sealed, packed): 4 MiB stays below 50 MB in all.
BATCH_BYTES = 4 * 1024 * 1024
# A message waits at most this long for company; a person who looks at an answer does not notice it.
BATCH_SECONDS = 0.1
# No valid message is larger (the limit is 48 KiB), so a dead letter keeps the beginning of it only.
KEPT_BYTES = 64 * 1024


class BatchLimits(msgspec.Struct, frozen=True):
    """The limits of a batch: it is recorded at this number of messages or bytes, or when its oldest waited so
    long.

    `whole`: a file is one batch whatever it has, and recorded all or none.
    """

    messages: int = BATCH_MESSAGES
    size_bytes: int = BATCH_BYTES
    wait_s: float = BATCH_SECONDS
    whole: bool = False


def messages_of_records(
    partition: Partition, records: Sequence[Record], intake: AdmissionRules, now: datetime
) -> list[Message]:
    """Kafka records as messages. Structured or binary is told by a record's headers alone."""
    if is_signed_place(intake, partition.topic):
        return [_signed(partition, record, intake, now) for record in records]
    if intake.office_signs(partition.topic):
        return [_of_register(partition, record, intake, now) for record in records]
    return _unsigned(partition, records, intake, now)


def _unsigned(
    partition: Partition, records: Sequence[Record], intake: AdmissionRules, now: datetime
) -> list[Message]:
    structured = [is_structured(record.headers) for record in records]
    parsed = [
        _parsed(record, plain, intake) for record, plain in zip(records, structured, strict=True)
    ]
    intake = through(intake, partition.topic)
    return [
        _message(partition, record, plain, outcome)
        for record, plain, outcome in zip(
            records, structured, admit_each(parsed, intake, now), strict=True
        )
    ]


def _message(
    partition: Partition, record: Record, plain: bool, outcome: Event | Rejection
) -> Message:
    topic, number = partition
    body, origin = _body(record, plain), KafkaOrigin(topic, number, record.offset)
    if record.cut is not None:
        return Message(body, outcome, origin, "truncated")
    return kept(body, record.size, outcome, origin, "structured" if plain else "binary")


def _signed(partition: Partition, record: Record, intake: AdmissionRules, now: datetime) -> Message:
    """A record of a topic of signed messages: its value says everything, no header does."""
    outcome = admit_signed(record.value or b"", through(intake, partition.topic), now)
    return _message(partition, record, True, outcome)


def _of_register(
    partition: Partition, record: Record, intake: AdmissionRules, now: datetime
) -> Message:
    """A record where the office signs. Whether it did, the value says, and no header does."""
    origin = KafkaOrigin(*partition, record.offset)
    by_office = _by_office(record.value or b"", origin, intake, now)
    return by_office or _unsigned(partition, [record], intake, now)[0]


def _by_office(
    body: bytes, origin: KafkaOrigin | FileOrigin, intake: AdmissionRules, now: datetime
) -> Message | None:
    """A message with the signature of the office; None where it has none, or none is asked for."""
    place = place_of(origin)
    told = signed_by_office(body, intake, place)
    if told is None:
        return None
    outcome = admit_office(told, intake, place, now)
    # The envelope is kept for when it is tried again. The confidential ledger has no use for it.
    hidden = isinstance(outcome, Rejection) and outcome.hidden
    return kept(told if hidden else body, len(body), outcome, origin, "structured")


def _parsed(record: Record, plain: bool, intake: AdmissionRules) -> Any:
    """A tombstone deletes nothing here: an empty message is not JSON, and is refused as such."""
    if record.cut is not None:
        return unreadable(record.value or b"", record.cut, intake)
    if plain:
        return parse(record.value or b"", intake)
    return parse_binary(record.headers, record.value, intake)


def _body(record: Record, plain: bool) -> bytes:
    is_body = plain or record.cut is not None
    return record.value or b"" if is_body else _binary_body(record)


def again(
    body: bytes, mode: str, origin: KafkaOrigin | FileOrigin, intake: AdmissionRules, now: datetime
) -> Message:
    """A dead letter's message once more, under today's rules. `mode`: of the letter."""
    by_office = _by_office(body, origin, intake, now)
    if by_office is not None:
        return by_office
    intake = through(intake, place_of(origin))
    if is_signed_place(intake, place_of(origin)):
        signed = admit_signed(body, intake, now)
        return Message(body, signed, origin, "truncated" if mode == "truncated" else "structured")
    if mode == "truncated":
        return Message(body, unreadable(body, Code.TOO_LARGE, intake), origin, "truncated")
    if mode == "binary":
        headers, value = _read_binary(body)
        return Message(body, decode_binary(headers, value, intake, now), origin, "binary")
    return Message(body, decode(body, intake, now), origin, "structured")


def body_of(record: Record) -> bytes:
    """The body to keep of a record: its value; in binary mode a JSON document of headers and value."""
    return _body(record, is_structured(record.headers))


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


def unread(start: bytes, batch_digest: bytes, offsets: tuple[int, int] | None = None) -> bytes:
    """The body of a dead letter of a record that was not read, or not to its end.

    `batch_digest`: the hash of its batch as Kafka stores it. `offsets`: the first and the last one, of a
    letter for many records.
    """
    trailer: dict[str, object] = {"batch_sha256": batch_digest.hex()}
    if offsets:
        trailer |= {"first_offset": offsets[0], "last_offset": offsets[1]}
    return start[:KEPT_BYTES] + b"\n" + orjson.dumps(trailer)


def kept(
    body: bytes,
    size: int,
    outcome: Event | Rejection,
    origin: KafkaOrigin | FileOrigin,
    mode: Literal["structured", "binary"],
) -> Message:
    """A message with as much of its body as a dead letter may keep. `size`: as it arrived.

    A body in binary mode is larger than what arrived: values in base64, and a few bytes for each header.
    """
    if size <= KEPT_BYTES and len(body) <= 2 * KEPT_BYTES:
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
