"""Published entries as columns: the entry's exact bytes, and beside them what questions are about. Pure.

The columns repeat the content of the entry and nothing else, so an audit makes them again and compares.
Personal values are in the entry alone, sealed as they were recorded.
"""

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.compute as pc
from msgspec.structs import astuple

from ledger.errors import Unproven
from ledger.event import short_name

_INSTANT = pa.timestamp("us", tz="UTC")
_IN_AMSTERDAM = pa.timestamp("us", tz="Europe/Amsterdam")
_TEXTS = pa.list_(pa.string())
# Facts that questions are about, as columns. A fact of another shape under such a name is left to the entry.
TEXT_FACTS = (
    *("recipient", "recipient_kind", "country", "purpose", "method", "transfer_mechanism"),
    *("case_ref", "request_ref", "right", "ground", "annuls", "annuls_source"),
)
LIST_FACTS = ("fields",)

SCHEMA = pa.schema(
    [
        pa.field("position", pa.int64(), nullable=False),
        pa.field("recorded_at", _INSTANT, nullable=False),
        pa.field("occurred_at", _INSTANT, nullable=False),
        pa.field("occurred_on", pa.date32(), nullable=False),
        pa.field("stream", pa.string(), nullable=False),
        pa.field("version", pa.int64(), nullable=False),
        pa.field("type", pa.string(), nullable=False),
        pa.field("name", pa.string(), nullable=False),
        pa.field("source", pa.string(), nullable=False),
        pa.field("id", pa.string(), nullable=False),
        pa.field("subject", pa.string()),
        pa.field("activity", pa.string()),
        pa.field("legal_basis", pa.string()),
        pa.field("provision", pa.string()),
        pa.field("categories", _TEXTS, nullable=False),
        *(pa.field(name, pa.string()) for name in TEXT_FACTS),
        *(pa.field(name, _TEXTS) for name in LIST_FACTS),
        pa.field("entry", pa.binary(), nullable=False),
    ]
)


class _Header(msgspec.Struct, gc=False):
    position: int
    recorded: str
    stream: str
    type: str
    version: int


_FactsShape: Any = msgspec.defstruct(
    "_FactsShape",
    [
        *((name, str | None, None) for name in TEXT_FACTS),
        *((name, list[str] | None, None) for name in LIST_FACTS),
    ],
    gc=False,
)


class _State(msgspec.Struct, gc=False):
    """Of `state` what becomes a column. Instants stay text: Arrow reads a whole column of them at once."""

    id: str
    source: str
    time: str
    categories: list[str]
    facts: _FactsShape
    subject: str | None = None
    activity: str | None = None
    legal_basis: str | None = None
    provision: str | None = None


class _LooseState(_State):
    """The columns from the state of an event whose facts have other shapes."""

    facts: dict[str, Any]


_header = msgspec.json.Decoder(_Header).decode
_state = msgspec.json.Decoder(_State).decode
_loose_state = msgspec.json.Decoder(_LooseState).decode


# Errors raised by bytes that no ledger wrote: also by a number beyond 64 bits, and by lists in lists.
_NO_ENTRY = (
    *(msgspec.DecodeError, UnicodeDecodeError, pa.ArrowException),
    *(OverflowError, RecursionError),
)


def table_of(entries: Sequence[bytes]) -> pa.Table:
    """The columns of some entries, in their order. Raises Unproven for anything but entries of a ledger."""
    try:
        return pa.table(_columns(entries), SCHEMA) if entries else SCHEMA.empty_table()
    except _NO_ENTRY:
        raise Unproven("this is not an entry of a ledger") from None


def _columns(entries: Sequence[bytes]) -> dict[str, Any]:
    parts = [entry.partition(b"\n") for entry in entries]
    headers = _fields(_Header, [_header(header) for header, _, _ in parts])
    states = _fields(_State, [_read_state(state) for _, _, state in parts])
    facts = _fields(_FactsShape, states.pop("facts"))
    occurred_at = _instants(states.pop("time"))
    return {
        "recorded_at": _instants(headers.pop("recorded")),
        "occurred_at": occurred_at,
        "occurred_on": _days(occurred_at),
        "name": _short_names(headers["type"]),
        **headers,
        **states,
        **facts,
        "entry": entries,
    }


def _fields(shape: Any, structs: Iterable[Any]) -> dict[str, Sequence[Any]]:
    """The values of each field, struct by struct."""
    columns = zip(*map(astuple, structs), strict=True)
    return dict(zip(shape.__struct_fields__, columns, strict=True))


def _short_names(types: Sequence[str]) -> list[str]:
    """Of many events there are few types."""
    short = {type: short_name(type) for type in set(types)}
    return list(map(short.__getitem__, types))


def _instants(texts: Sequence[str]) -> pa.Array:
    return pa.array(texts, pa.string()).cast(_INSTANT)


def _days(instants: pa.Array) -> pa.Array:
    """The days of Amsterdam, of which months and quarters are made."""
    return pc.local_timestamp(instants.cast(_IN_AMSTERDAM)).cast(pa.date32())


def _read_state(state: bytes) -> _State:
    try:
        return _state(state)
    except msgspec.ValidationError:
        loose = _loose_state(state)
        loose.facts = _FactsShape(**dict(filter(_is_shaped, loose.facts.items())))
        return loose


def _is_shaped(fact: tuple[str, Any]) -> bool:
    """Whether a fact has a column and the shape of its values."""
    name, value = fact
    if name in LIST_FACTS:
        return isinstance(value, list) and all(isinstance(item, str) for item in value)
    return name in TEXT_FACTS and isinstance(value, str)
