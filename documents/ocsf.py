"""Events that tell who did what with the ledger, as records of OCSF 1.3 for a SIEM.

Pure, and without keys: persons stand as the UUIDs of data subjects, never by reference.
No value goes along, and of the facts only those that are listed here.
"""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from ledger.event import RecordedEvent
from schemas import ALL_TYPES, names
from schemas.encoding import JsonValue

Node = dict[str, JsonValue]
VERSION = "1.3.0"
PRODUCT = "Processing Ledger"
TEST = "push-test"
"""The name of a record that only tries whether a receiver takes it."""

# Entity Management and User Access Management, of the category Identity & Access Management.
_ENTITY, _ACCESS, _CATEGORY = 3004, 3005, 3
_CREATE, _READ, _UPDATE, _DELETE = 1, 2, 3, 4
_GRANTED, _REVOKED = 1, 2
_INFORMATIONAL = 1
# By the last word of an event's name, which says what was done; any other word: something changed.
_BY_WORD = {
    **dict.fromkeys(["read", "accessed", "issued"], _READ),
    **dict.fromkeys(
        ["registered", "declared", "placed", "received", "adopted", "published"], _CREATE
    ),
    **dict.fromkeys(
        ["erased", "ended", "retired", "pruned", "annulled", "released", "closed"], _DELETE
    ),
}
_ACTORS = ("reader", "employee")
_TOLD = ("query", "role", "reason", "case_ref", "act", "categories", "cause", "ground", "decision")
_READS = frozenset({names.LEDGER_READ, names.PERSONAL_DATA_ACCESSED})
_EPOCH, _MILLISECOND = datetime(1970, 1, 1, tzinfo=UTC), timedelta(milliseconds=1)


def is_told(event: RecordedEvent, office: str) -> bool:
    """Whether an event is of who did what: a read, an act of the ledger or its office, or configuration.

    What other systems did with a person's data is theirs to tell. `office`: the source of the privacy office.
    """
    entry = ALL_TYPES.get(event.type)
    is_kept = entry is not None and entry.topics[0] in {"register", "confidential"}
    return event.ours or event.source == office or event.name in _READS or is_kept


def ocsf_record(event: RecordedEvent, ledger: str) -> Node:
    """An event as a record of OCSF. `ledger`: the name of the ledger that tells it."""
    record = _record(event.name, event.recorded_at, ledger)
    kind = (event.subject or "").partition("/")[0] or "data-subject"
    entity: Node = {"type": kind, "uid": str(event.stream)}
    if event.subject is not None:
        entity["name"] = event.subject
    facts = event.facts
    told: Node = {name: facts[name] for name in _TOLD if name in facts}
    record |= {
        "actor": _actor(event),
        "entity": entity,
        "start_time": _milliseconds(event.time),
        "unmapped": {"position": event.position, "source": event.source, **told},
    }
    record["metadata"] = {**_metadata(ledger), "uid": event.id, "event_code": event.name}
    if event.name in {names.ROLE_GRANTED, names.ROLE_REVOKED}:
        granted = event.name == names.ROLE_GRANTED
        record |= _classed(_ACCESS, _GRANTED if granted else _REVOKED)
        record |= {"user": {"uid": str(event.stream)}, "privileges": [str(facts.get("role", ""))]}
    return record


def test_record(now: datetime, ledger: str) -> Node:
    """A record that tells of nothing, to try a receiver."""
    record = _record(TEST, now, ledger)
    return record | {"actor": {"app_name": PRODUCT}, "entity": {"type": "receiver", "uid": TEST}}


def name_of(record: Node) -> str:
    """What a record is about, by the short name of its event's type."""
    metadata = record["metadata"]
    return str(metadata["event_code"]) if isinstance(metadata, dict) else ""


def _record(name: str, time: datetime, ledger: str) -> Node:
    activity = _BY_WORD.get(name.rpartition("-")[2], _UPDATE)
    return {
        **_classed(_ENTITY, activity),
        "category_uid": _CATEGORY,
        "severity_id": _INFORMATIONAL,
        "time": _milliseconds(time),
        "message": name,
        "metadata": {**_metadata(ledger), "event_code": name},
    }


def _classed(of: int, activity: int) -> Node:
    return {"class_uid": of, "activity_id": activity, "type_uid": of * 100 + activity}


def _metadata(ledger: str) -> Node:
    product: Node = {"name": PRODUCT, "vendor_name": PRODUCT, "feature": {"name": ledger}}
    return {"version": VERSION, "product": product}


def _actor(event: RecordedEvent) -> Node:
    """The employee who did it, by the UUID that the ledger knows them by; else the system that told it."""
    for name in _ACTORS:
        told = event.facts.get(name)
        if isinstance(told, str | UUID):
            return {"user": {"uid": str(told)}}
    return {"app_name": event.source}


def _milliseconds(time: datetime) -> int:
    return (time - _EPOCH) // _MILLISECOND
