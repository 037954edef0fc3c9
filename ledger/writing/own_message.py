"""Events that the ledger records about what people did with it, as messages of the ordinary path."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from ledger.event import instant
from ledger.writing.message import Message, OwnOrigin
from schemas import Event, own_event
from schemas.encoding import to_json


def own_message(
    type: str,
    *,
    id: str,
    source: str,
    subject: str,
    time: datetime,
    facts: Mapping[str, Any],
    command: str,
    categories: Sequence[str] = (),
) -> Message:
    """The event of something that `command` did, checked against the contract like any other.

    `facts` may name persons, by reference. Raises OwnEventError.
    """
    own = own_event(type, id=id, source=source, facts=dict(facts))
    envelope = {
        "specversion": "1.0",
        "id": own.id,
        "source": own.source,
        "type": own.type,
        "subject": subject,
        "time": instant(time),
        "data": own.facts,
    }
    canonical = to_json(envelope, sort_keys=True)
    event = Event(
        type=own.type,
        id=own.id,
        source=own.source,
        subject=subject,
        time=time,
        sequence=None,
        trace={},
        activity=None,
        legal_basis=None,
        provision=None,
        categories=tuple(categories),
        facts=own.facts,
        personal={},
        canonical=canonical,
    )
    return Message(canonical, event, OwnOrigin(command))
