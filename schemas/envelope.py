"""The envelope: the CloudEvents attributes that are read. Which others are accepted: `schemas.extensions`."""

from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

from schemas import formats, references
from schemas.formats import Id, Instant, Source

Sequence = Annotated[int, Meta(ge=0, le=2**63 - 1, description="Orders events of equal time.")]
ContentType = Annotated[
    str, Meta(pattern=formats.JSON_TYPE, description="JSON, in UTF-8; parameters mean nothing.")
]
Subject = Annotated[
    str,
    Meta(
        description="Who or what the event is about.",
        extra_json_schema={"pattern": references.SUBJECT},
    ),
]
Traceparent = Annotated[str, Meta(pattern=formats.TRACEPARENT, description="W3C Trace Context.")]
Tracestate = Annotated[str, Meta(pattern=formats.TRACESTATE, description="W3C Trace Context.")]

Type = Annotated[
    str, Meta(description="`nl.voipzeker.ledger.<name>.v<n>`, with a name of the table of types.")
]

Data = Annotated[
    Any,
    Meta(description="An object: the facts of the type.", extra_json_schema={"type": "object"}),
]

TRACE = ("traceparent", "tracestate", "correlationid", "causationid")
"""Optional attributes of texts that are kept as they are."""


class Envelope(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A CloudEvent in structured form; `data` is checked by the struct of the event's type.

    An optional attribute that is null is an absent one (CloudEvents 1.0, JSON format, 2.2).
    The texts of `subject` and `time` are checked where they are read, by `kind_of` and `instant_of`.
    """

    specversion: Literal["1.0"]
    id: Id
    source: Source
    type: Type
    subject: Subject
    time: Instant
    data: Data
    sequence: Sequence | None = None
    datacontenttype: ContentType | None = None
    traceparent: Traceparent | None = None
    tracestate: Tracestate | None = None
    correlationid: Id | None = None
    causationid: Id | None = None


ATTRIBUTES = frozenset(Envelope.__struct_fields__)
"""The names of those attributes."""
