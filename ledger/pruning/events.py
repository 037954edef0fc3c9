"""The event of a pruning, and the events that stay of a pruned file. Pure."""

from datetime import datetime
from uuid import UUID

import msgspec

from ledger.event import OWN_SOURCE, RecordedEvent
from ledger.writing.append import NewEvent, new_event
from ledger.writing.own_message import own_state
from schemas import names, own_event
from schemas.catalogue import PRUNED

SOURCE = f"{OWN_SOURCE}pruning"
"""The guard of the database looks for the event by this source and `pruning_id`."""

ACCOUNT = tuple(
    map(
        names.type_of,
        (
            names.ERASURE_DECIDED,
            names.PERSONAL_DATA_ERASED,
            names.VALUES_RESEALED,
            names.ERASURE_REAPPLIED,
        ),
    )
)
"""Types that stay of every file: the account of its erasure, which fences and the journal rest on."""


class Pruning(msgspec.Struct, frozen=True):
    """A pruning, as its event tells of it. `root`: in base64; `kept_sha256`: see `cutting.kept_digest`."""

    through: int
    root: str
    signed: int
    removed: int
    kept: int
    kept_sha256: str


def pruning_id(through: int) -> str:
    """The id of the event of a prefix."""
    return f"through.{through}"


def pruning_event(
    pruning: Pruning, subject: str, stream: UUID, version: int, now: datetime
) -> NewEvent:
    """The event of a pruning, on the stream of the ledger itself."""
    event = own_event(
        PRUNED,
        id=pruning_id(pruning.through),
        source=SOURCE,
        facts=msgspec.structs.asdict(pruning),
    )
    state = own_state(event, "prune", now, subject)
    return new_event(stream, version, event.type, state, (event.source, event.id, b"", 0))


def told_by(event: RecordedEvent) -> Pruning | None:
    """The pruning that an event tells of; None for any other event."""
    if event.type != PRUNED or event.source != SOURCE:
        return None
    try:
        return msgspec.convert(event.facts, Pruning)
    except msgspec.ValidationError:
        return None
