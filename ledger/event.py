"""The stored format of an event, for ever: `state` bytes, the entry header, and reading them back.

Pure. Golden bytes in the tests fix this format; a change of shape is a new event type version with an
upcaster, never an edit here.
"""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import msgspec
import orjson

from ledger.errors import Halt, TooLarge
from schemas.limits import ENTRY_BYTES
from schemas.names import PERSONAL_DATA_ERASED, PREFIX, VALUES_RESEALED
from schemas.personal import are_all

# Entry bundles carry the length of an entry in two bytes (C2SP tlog-tiles).
ENTRY_LIMIT_BYTES = ENTRY_BYTES
# The longest header there can be, apart from the event type: both counters at 19 digits.
_HEADER_BYTES = 220
OWN_SOURCE = "urn:processing-ledger:"

# Events are trees, so the collector of cycles need not look at them (`gc=False`): it would do so again and
# again while thousands are in memory, and take half the time of reading them.


class Sealed(msgspec.Struct, frozen=True, gc=False):
    """The values of one category in one event, sealed together (`ledger.crypto.groups`).

    `fields`: their names, sorted. `key` names the data key and commits to it.
    """

    key: str
    fields: tuple[str, ...]
    blob: str


class Resealed(msgspec.Struct, frozen=True, gc=False):
    """The values of one category that are left of an earlier event of the stream, sealed anew.

    `source`, `id`, `time`: of that event, which the blob is bound to. The rest is as in `Sealed`.
    """

    source: str
    id: str
    time: datetime
    category: str
    key: str
    fields: tuple[str, ...]
    blob: str


class State(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True, gc=False):
    """The members of `state`. Nothing in it is personal data in clear."""

    id: str
    source: str
    time: datetime
    facts: dict[str, Any]
    categories: tuple[str, ...]
    origin: dict[str, Any]
    sealed: dict[str, Sealed] = {}
    subject: str | None = None
    sequence: int | None = None
    activity: str | None = None
    legal_basis: str | None = None
    provision: str | None = None
    traceparent: str | None = None
    correlationid: str | None = None
    causationid: str | None = None
    tracestate: str | None = None
    resealed: tuple[Resealed, ...] = ()


class RecordedEvent(msgspec.Struct, frozen=True, gc=False):
    """A committed event as folds, answers and audits read it.

    `position`: place in the ledger, from 1. `version`: place in the stream, from 1.
    `subject`: the reference in clear, for registry subjects only; a person is just `stream`.
    `name`: short name of the type, without prefix and version; folds ask for it a dozen times an event.
    References to persons inside `facts` are subject UUIDs. `void`: it has no effect, such as an
    annulment of nothing, as far as a reader of its whole stream could tell; decoding alone never sets it.
    """

    position: int
    stream: UUID
    version: int
    type: str
    name: str
    recorded_at: datetime
    id: str
    source: str
    time: datetime
    facts: dict[str, Any]
    categories: tuple[str, ...]
    sealed: dict[str, Sealed]
    origin: dict[str, Any]
    trace: dict[str, str]
    subject: str | None = None
    sequence: int | None = None
    activity: str | None = None
    legal_basis: str | None = None
    provision: str | None = None
    void: bool = False
    resealed: tuple[Resealed, ...] = ()

    @property
    def originator_id(self) -> UUID:
        """The library's word for `stream`."""
        return self.stream

    @property
    def originator_version(self) -> int:
        """The library's word for `version`."""
        return self.version

    @property
    def ours(self) -> bool:
        """Whether the ledger itself recorded this event, not an upstream system."""
        return is_own_source(self.source)


def is_own_source(source: str) -> bool:
    """Whether the ledger itself records under this source."""
    return source.startswith(OWN_SOURCE)


def erases(event: RecordedEvent) -> bool:
    """Whether an event tells that keys were destroyed: only the ledger does it, whatever others say."""
    return event.name == PERSONAL_DATA_ERASED and event.ours


def erases_fields(event: RecordedEvent) -> bool:
    """Whether an event tells that the values of single fields were erased, and the others sealed anew."""
    return event.name == VALUES_RESEALED and event.ours


def erases_all(event: RecordedEvent) -> bool:
    """Whether an event tells that everything of a person was destroyed."""
    return erases(event) and are_all(event.categories)


class _ShortNames(dict[str, str]):
    """Type -> its short name. There are as many as types."""

    def __missing__(self, type: str) -> str:
        name = self[type] = short_name(type)
        return name


_SHORT_NAMES = _ShortNames()


def short_name(type: str) -> str:
    """The name of an event type without prefix and version."""
    return type.removeprefix(PREFIX).rpartition(".")[0]


def instant(time: datetime) -> str:
    """RFC 3339 in UTC with six fractional digits, as stored: `2026-11-24T09:15:00.000000Z`."""
    if time.tzinfo is UTC:  # as every decoded event has it; msgspec takes a tenth of the time
        text: str = msgspec.to_builtins(time)
        return text if time.microsecond else f"{text[:-1]}.000000Z"
    offset = time.utcoffset()
    if offset is None:
        raise ValueError("an instant needs an offset")
    return (time.replace(tzinfo=None) - offset).isoformat(timespec="microseconds") + "Z"


def encode_state(members: dict[str, Any]) -> bytes:
    """Deterministic bytes of `state`: compact JSON, sorted keys.

    `members`: those of `State` that there are, with `time` already as text (`instant`).
    """
    return orjson.dumps(members, None, orjson.OPT_SORT_KEYS)


def present(**members: Any) -> dict[str, Any]:
    """The members that are not None."""
    return {name: value for name, value in members.items() if value is not None}


def encode_header(
    *, position: int, recorded_at: datetime, stream: UUID, type: str, version: int
) -> bytes:
    """Header of the entry of a position; the entry is `header || "\\n" || state`."""
    members = {
        "position": position,
        "recorded": instant(recorded_at),
        "stream": stream,
        "type": type,
        "version": version,
    }
    return orjson.dumps(members)


def resealed_members(groups: Iterable[Resealed]) -> list[dict[str, Any]]:
    """The groups of a state as its JSON has them."""
    return [{**msgspec.structs.asdict(group), "time": instant(group.time)} for group in groups]


def check_entry_size(type: str, state: bytes) -> None:
    """Raise `TooLarge` when an entry could exceed its limit at any position and version."""
    if _HEADER_BYTES + len(type) + len(state) > ENTRY_LIMIT_BYTES:
        raise TooLarge


_STATE = msgspec.json.Decoder(State)


def decode_event(
    stream: UUID, version: int, type: str, state: bytes, position: int, recorded_at: datetime
) -> RecordedEvent:
    """Read one entry. Raise `Halt` when the bytes are not a `state`: they were changed."""
    try:
        stored = _STATE.decode(state)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Halt(f"position {position}: the stored state cannot be read") from error
    return RecordedEvent(
        position,
        stream,
        version,
        type,
        _SHORT_NAMES[type],
        recorded_at,
        stored.id,
        stored.source,
        stored.time,
        stored.facts,
        stored.categories,
        stored.sealed,
        stored.origin,
        _trace(stored),
        stored.subject,
        stored.sequence,
        stored.activity,
        stored.legal_basis,
        stored.provision,
        resealed=stored.resealed,
    )


def _trace(stored: State) -> dict[str, str]:
    if (
        stored.traceparent
        is stored.tracestate
        is stored.correlationid
        is stored.causationid
        is None
    ):
        return {}
    trace = {
        "traceparent": stored.traceparent,
        "tracestate": stored.tracestate,
        "correlationid": stored.correlationid,
        "causationid": stored.causationid,
    }
    return {name: value for name, value in trace.items() if value is not None}
