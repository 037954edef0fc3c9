"""Messages that arrive to be recorded, and their origins."""

from collections.abc import Mapping
from typing import Any, Literal

import msgspec

from schemas import Event, Rejection

# So many messages are decoded, then sealed: few enough to stay in the processor's cache meanwhile.
BLOCK = 50


class KafkaOrigin(msgspec.Struct, frozen=True, gc=False):
    """A record's place in Kafka."""

    topic: str
    partition: int
    offset: int


class FileOrigin(msgspec.Struct, frozen=True, gc=False):
    """A line's place: the label of the file, and the line from 1."""

    file: str
    line: int


class OwnOrigin(msgspec.Struct, frozen=True):
    """An event that the ledger itself recorded, and the command that made it."""

    command: str


def place_of(origin: KafkaOrigin | FileOrigin | OwnOrigin) -> str:
    """The topic of an origin: that of Kafka, `file:` and a label, or `command:` and its name."""
    if isinstance(origin, KafkaOrigin):
        return origin.topic
    return f"file:{origin.file}" if isinstance(origin, FileOrigin) else f"command:{origin.command}"


def place_in(origin: Mapping[str, Any]) -> str:
    """The topic of an origin as it is recorded."""
    if "topic" in origin:
        return str(origin["topic"])
    return f"file:{origin['file']}" if "file" in origin else f"command:{origin.get('command')}"


class Message(msgspec.Struct, frozen=True, gc=False):
    """One received message: its bytes as a dead letter would keep them, and what decoding made of it.

    `mode`: how the bytes are to be read again: `structured` or `binary` (a CloudEvents Kafka mode), or
    `truncated` when only their beginning was kept.
    """

    body: bytes
    outcome: Event | Rejection
    origin: KafkaOrigin | FileOrigin | OwnOrigin
    mode: Literal["structured", "binary", "truncated"] = "structured"
