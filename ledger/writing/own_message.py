"""Events of the ledger itself: what people did with it, as messages of the ordinary path.

And the state of an event that is recorded in the transaction that does the act of the event.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from ledger.event import Resealed, encode_state, instant, present, resealed_members
from ledger.writing.message import Message, OwnOrigin
from schemas import Event, OwnEvent, own_event
from schemas.encoding import to_json


class OwnAct(msgspec.Struct, frozen=True, kw_only=True):
    """Something that a person did with the ledger. `facts` may name persons, by reference."""

    type: str
    id: str
    source: str
    subject: str
    time: datetime
    facts: Mapping[str, Any]
    categories: Sequence[str] = ()


def own_message(act: OwnAct, command: str) -> Message:
    """The event of an act by `command`, checked against the contract like any other. Raises OwnEventError."""
    own = own_event(act.type, id=act.id, source=act.source, facts=dict(act.facts))
    canonical = to_json(_envelope(own, act), sort_keys=True)
    event = Event(
        type=own.type,
        id=own.id,
        source=own.source,
        subject=act.subject,
        time=act.time,
        sequence=None,
        trace={},
        activity=None,
        legal_basis=None,
        provision=None,
        categories=tuple(act.categories),
        facts=own.facts,
        personal={},
        canonical=canonical,
    )
    return Message(canonical, event, OwnOrigin(command))


def own_state(
    event: OwnEvent,
    command: str,
    time: datetime,
    subject: str | None,
    resealed: Sequence[Resealed] = (),
) -> bytes:
    """The state of an event that no message brings. `command`: in whose transaction it is recorded."""
    return encode_state(
        {
            "id": event.id,
            "source": event.source,
            "time": instant(time),
            "categories": list(event.categories),
            "facts": event.facts,
            "origin": msgspec.structs.asdict(OwnOrigin(command)),
            **present(subject=subject, resealed=resealed_members(resealed) or None),
        }
    )


def _envelope(own: OwnEvent, act: OwnAct) -> dict[str, Any]:
    return {
        "specversion": "1.0",
        "id": own.id,
        "source": own.source,
        "type": own.type,
        "subject": act.subject,
        "time": instant(act.time),
        "data": own.facts,
    }
