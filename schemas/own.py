"""Events that a ledger records about itself: built and checked without a message."""

from datetime import UTC, datetime
from typing import Any

import msgspec

from schemas.admission import event_of, fit
from schemas.catalogue import OWN_TYPES
from schemas.event import OWN_SOURCES, Event
from schemas.event_type import PREFIX


class OwnEventError(ValueError):
    """An event of the ledger itself breaks the contract: a fault of this program."""


def own_event(
    name: str,
    *,
    source: str,
    id: str,
    subject: str,
    time: datetime,
    data: dict[str, Any],
    version: int = 1,
) -> Event:
    """The event `name` of the ledger itself, checked like any other.

    `source` starts with `urn:processing-ledger:`; `time` is aware; `data` holds the facts and any
    common member. Only here may `keys_destroyed` name keys and `categories` hold `remark`.
    Raises OwnEventError, which names the place and no value.
    """
    message = {
        "specversion": "1.0",
        "id": id,
        "source": source,
        "type": f"{PREFIX}{name}.v{version}",
        "subject": subject,
        "time": time.astimezone(UTC).isoformat(),
        "datacontenttype": "application/json",
        "data": data,
    }
    if message["type"] not in OWN_TYPES or not source.startswith(OWN_SOURCES):
        raise OwnEventError("expected a type of the ledger itself and a source of its own")
    try:
        fit(message)
    except msgspec.ValidationError:
        raise OwnEventError(f"the data does not fit {name}") from None
    event = event_of(message)
    if isinstance(event, Event):
        return event
    raise OwnEventError(f"{name}: {event.code} at {event.pointer}")
