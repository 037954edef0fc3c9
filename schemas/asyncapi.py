"""The AsyncAPI 3.0 document: topics, messages and answers, for the teams that publish to the ledger.

Generated from the catalogue. Payloads are definitions of the JSON Schema document beside it, by reference.
"""

from collections.abc import Iterable
from typing import Any, Final

import msgspec

from schemas.catalogue import ALL_TYPES, ANNULLED, DISCLOSED, OWN_TYPES
from schemas.codes import words_of
from schemas.event_type import EventType
from schemas.extensions import DROPPED
from schemas.library import EVENTS, examples_of
from schemas.limits import LIMITS
from schemas.rejection import Code
from schemas.texts import LANGUAGES

VERSION: Final = "1.0.0"
"""Version of the contract, not of the software."""

SCHEMA_FORMAT: Final = "application/schema+json;version=draft-2020-12"
STRUCTURED: Final = "application/cloudevents+json"

_KAFKA = "0.5.0"
_TOPICS: Final = {
    "events": ("privacy.events.v1", "Acts on personal data."),
    "register": ("privacy.register.v1", "Activities, recipients, staff, rules."),
    "confidential": (
        "privacy.confidential.v1",
        "Orders under a secrecy duty and what was disclosed under them; the confidential ledger only.",
    ),
    "rejections": ("privacy.rejections.v1", "Why a message was not recorded."),
}

Document = dict[str, Any]


def document() -> Document:
    """The whole document, ready to be written as JSON."""
    names = {channel: list(map(_name, entries)) for channel, entries in _incoming().items()}
    names["rejections"] = ["rejection"]
    messages = {_name(entry): _message(entry) for entry in _foreign()}
    return {
        "asyncapi": "3.0.0",
        "info": _info(),
        "defaultContentType": STRUCTURED,
        "channels": {
            channel: _channel(channel, message_names) for channel, message_names in names.items()
        },
        "operations": {
            _operation(channel): _action(channel, message_names)
            for channel, message_names in names.items()
        },
        "components": {"messages": {**messages, "rejection": _rejection()}},
    }


def _incoming() -> dict[str, list[EventType]]:
    """The types that upstream sends, by channel."""
    return {
        "events": [entry for entry in _foreign() if "events" in entry.topics],
        "register": [entry for entry in _foreign() if "register" in entry.topics],
        "confidential": list(filter(_is_confidential, _foreign())),
    }


def _info() -> Document:
    return {
        "title": "Processing Ledger",
        "version": VERSION,
        "description": (
            "What systems may publish to the ledger: CloudEvents 1.0 on Kafka, structured or binary "
            "mode, keyed by subject. Personal data travels in `data.personal` only. In structured mode the "
            f"content type of a record is `{STRUCTURED}`, with parameters or not, of `charset` only UTF-8; "
            "any other record is in binary mode. Attributes that CloudEvents 1.0 or its documented "
            f"extensions define, and that are not kept, are accepted and dropped: {', '.join(DROPPED)}. Any "
            "other attribute is refused by name. No key may stand twice in one object. A record with a null "
            "value (a tombstone) deletes nothing and is refused."
        ),
        "license": {"name": "Apache-2.0"},
        "x-limits": [
            {
                "name": limit.name,
                "value": limit.value,
                "description": limit.text,
                "beyond": limit.beyond,
            }
            for limit in LIMITS
        ],
    }


def _foreign() -> list[EventType]:
    """The types that other systems may send."""
    return [entry for entry in ALL_TYPES.values() if not entry.own]


def _is_confidential(entry: EventType) -> bool:
    return "confidential" in entry.topics or entry.type in {DISCLOSED, ANNULLED} | OWN_TYPES


def _name(entry: EventType) -> str:
    return f"{entry.name}.v{entry.version}"


def _channel(channel: str, messages: Iterable[str]) -> Document:
    topic, description = _TOPICS[channel]
    return {
        "address": topic,
        "description": description,
        "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in messages},
        "bindings": {"kafka": {"topic": topic, "bindingVersion": _KAFKA}},
    }


def _operation(channel: str) -> str:
    return "answer" if channel == "rejections" else f"record-{channel}"


def _action(channel: str, messages: Iterable[str]) -> Document:
    """The ledger's operation on a topic: it receives events and sends rejections."""
    return {
        "action": "send" if channel == "rejections" else "receive",
        "channel": {"$ref": f"#/channels/{channel}"},
        "messages": [{"$ref": f"#/channels/{channel}/messages/{name}"} for name in messages],
    }


def _message(entry: EventType) -> Document:
    examples = examples_of(entry.name, entry.version)
    return {
        "name": entry.type,
        "title": entry.name,
        "summary": entry.title,
        "contentType": STRUCTURED,
        "payload": {
            "schemaFormat": SCHEMA_FORMAT,
            "schema": {"$ref": f"{EVENTS}#/$defs/{_name(entry)}"},
        },
        "bindings": _bindings("The subject of the event."),
        "examples": [
            {"name": label, "payload": msgspec.json.decode(example)}
            for label, example in examples.items()
        ],
    }


# `words` came later: an answer that waited for an upgrade lacks them.
_ALWAYS = ("source", "id", "type", "topic", "partition", "offset", "code", "pointer")


def _rejection() -> Document:
    """The answer to a message that was not recorded."""
    echoed = {"type": ["string", "null"]}
    properties = {
        "source": echoed,
        "id": echoed,
        "type": echoed,
        "topic": {"type": "string"},
        "partition": {"type": "integer", "minimum": 0},
        "offset": {"type": "integer", "minimum": 0},
        "code": {
            "enum": [code.value for code in Code],
            "x-words": {code.value: words_of(code.value) for code in Code},
        },
        "pointer": {"type": "string", "format": "json-pointer"},
        "words": {
            "type": "object",
            "description": "What the code means and what its sender must do, by language.",
            "properties": {language: {"type": "string"} for language in LANGUAGES},
        },
    }
    return {
        "name": "rejection",
        "title": "rejection",
        "summary": "A message was not recorded; no value of it is quoted.",
        "contentType": "application/json",
        "payload": {
            "schemaFormat": SCHEMA_FORMAT,
            "schema": {"type": "object", "properties": properties, "required": [*_ALWAYS]},
        },
    }


def _bindings(key: str) -> Document:
    return {"kafka": {"key": {"type": "string", "description": key}, "bindingVersion": _KAFKA}}
