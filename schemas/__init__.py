"""The contract of the ledger: event types, personal fields, and the way from bytes to an event.

Pure: no I/O, no clock, no environment. Imports nothing of the project.
"""

from schemas.admission import admit_each
from schemas.binary import Headers, decode_binary, is_structured, parse_binary
from schemas.catalogue import ALL_TYPES, EVENT_TYPES
from schemas.decode import decode, parse, unreadable
from schemas.event import OWN_SOURCES, AdmissionRules, Event
from schemas.event_type import EventType
from schemas.own import OwnEvent, OwnEventError, own_event
from schemas.personal import (
    CATEGORIES,
    LISTED_CATEGORIES,
    PERSONAL_FIELDS,
    REMARK,
    ROLLING_CATEGORIES,
    are_all,
)
from schemas.references import is_person
from schemas.rejection import Code, Rejection
from schemas.sources import through

__all__ = [
    "ALL_TYPES",
    "CATEGORIES",
    "EVENT_TYPES",
    "LISTED_CATEGORIES",
    "OWN_SOURCES",
    "PERSONAL_FIELDS",
    "REMARK",
    "ROLLING_CATEGORIES",
    "AdmissionRules",
    "Code",
    "Event",
    "EventType",
    "Headers",
    "OwnEvent",
    "OwnEventError",
    "Rejection",
    "admit_each",
    "are_all",
    "decode",
    "decode_binary",
    "is_person",
    "is_structured",
    "own_event",
    "parse",
    "parse_binary",
    "through",
    "unreadable",
]
