"""The events by which the ledger records an erasure, made from the journal's entry of it. Pure."""

from datetime import datetime
from typing import Any
from uuid import uuid4

import msgspec

from ledger.event import OWN_SOURCE, encode_state, instant, present
from ledger.journal import ErasureEntry
from ledger.message import OwnOrigin
from ledger.writing import NewEvent, new_event
from schemas import own_event

__all__ = ["SOURCE", "events_of_entry", "last_name", "reapplied"]

SOURCE = f"{OWN_SOURCE}erasure"
_TYPE = "nl.voipzeker.ledger.{}.v1"


def _name(entry: ErasureEntry, part: str) -> str:
    return f"{entry.erasure}.{part}"


def last_name(entry: ErasureEntry) -> str:
    """Name of the event that is recorded when the entry is carried out."""
    return _name(entry, "erased" if entry.categories else "decided")


def events_of_entry(entry: ErasureEntry) -> list[NewEvent]:
    """What was decided and, when something goes, that it went."""
    return [_decided(entry), *([_erased(entry)] if entry.categories else [])]


def _decided(entry: ErasureEntry) -> NewEvent:
    decision = {"decision": "erase", "ground": entry.ground}
    facts: dict[str, Any] = {
        "cause": entry.ground,
        "decisions": entry.decisions or dict.fromkeys(entry.categories, decision),
    }
    if entry.request_ref:
        facts["request_ref"] = entry.request_ref
    return _own(entry, "erasure-decided", "decided", facts, entry.time)


def _erased(entry: ErasureEntry) -> NewEvent:
    facts = {
        "categories": list(entry.categories),
        "ground": entry.ground,
        "keys_destroyed": list(entry.keys),
    }
    return _own(entry, "personal-data-erased", "erased", facts, entry.time)


def reapplied(entry: ErasureEntry, after: str, now: datetime) -> NewEvent:
    """That an erasure was carried out again. `after`: what, `restart` or `restore`."""
    part = f"reapplied.{uuid4()}"
    return _own(entry, "erasure-reapplied", part, {"after": after}, now)


def _own(
    entry: ErasureEntry, name: str, part: str, facts: dict[str, Any], time: datetime
) -> NewEvent:
    """An event of the ledger itself; the contract checks it like any other."""
    event = own_event(_TYPE.format(name), id=_name(entry, part), source=SOURCE, facts=facts)
    state = encode_state(
        {
            "id": event.id,
            "source": event.source,
            "time": instant(time),
            "categories": list(event.categories),
            "facts": event.facts,
            "sealed": {},
            "origin": msgspec.structs.asdict(OwnOrigin("erase")),
            **present(subject=entry.registry),
        }
    )
    return new_event(entry.subject, 0, event.type, state, (event.source, event.id, b"", 0))
