"""The ledger about itself."""

from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType

from schemas import names
from schemas.event_type import ANY, SYSTEM, EventType
from schemas.events.rights import ErasureCause
from schemas.facts import Facts, PersonFacts
from schemas.formats import Code, Id, Instant, KeyId, Sha256, Source, Topic
from schemas.formats import Employee as Reader
from schemas.personal import FieldName, SealedCategory

Offset = Annotated[int, Meta(ge=0, le=2**63 - 1, description="An offset of a partition.")]


class EventAnnulled(PersonFacts, frozen=True, kw_only=True):
    """An earlier event of the same source and subject was a mistake; both stay in the history.

    `annuls_source` is for the privacy office, which may annul another source's event. `employee`: who did it,
    as a confidential ledger itself says.
    """

    annuls: Id
    reason: Code
    annuls_source: Source | UnsetType = UNSET
    employee: Reader | UnsetType = UNSET


class ErasureReapplied(Facts, frozen=True, kw_only=True):
    """An erasure was carried out again, because what was restored was older than it."""

    after: Code


class ValuesResealed(Facts, frozen=True, kw_only=True):
    """Values of single fields were erased: what shared a key with them was sealed anew, the key destroyed.

    `events`: ids of the events whose other values this one holds, sealed anew. `through`: values of `fields`
    up to this instant are gone. `keys_emptied`: keys of which no value is left.
    """

    events: list[Id]
    categories: list[SealedCategory]  # type: ignore[assignment]  # required here, and wider
    fields: list[FieldName]
    ground: ErasureCause
    through: Instant
    keys_destroyed: list[KeyId]
    keys_emptied: list[KeyId]


class IntakeGapRecorded(Facts, frozen=True, kw_only=True):
    """An operator accepted that records of a Kafka partition are not read, and said why.

    `from_offset` would have been read next, `to_offset` is read next instead. It lies before
    `from_offset` only where the topic was made anew (then both ids of the topic are named) or Kafka
    has lost what was recorded already.
    """

    topic: Topic
    partition: Annotated[int, Meta(ge=0, le=2**31 - 1, description="Number of the partition.")]
    from_offset: Offset
    to_offset: Offset
    reason: Code
    former_topic_id: Id | UnsetType = UNSET
    topic_id: Id | UnsetType = UNSET


class PrefixPruned(Facts, frozen=True, kw_only=True):
    """Entries up to a position were removed, of persons whose period is over; their hashes are kept.

    `root`: of the tree over the first `through` entries, in base64. `signed`: how many entries were signed by
    then, which say whose files were closed. `removed`: how many entries went; `kept`: how many stayed;
    `kept_sha256`: of what is stored of those that stayed.
    """

    through: Annotated[
        int, Meta(ge=1, le=2**63 - 1, description="The last position of the prefix.")
    ]
    root: Sha256
    signed: Annotated[
        int, Meta(ge=1, le=2**63 - 1, description="How many entries were signed by then.")
    ]
    removed: Annotated[int, Meta(ge=0, description="How many entries went.")]
    kept: Annotated[int, Meta(ge=0, description="How many entries of the prefix stayed.")]
    kept_sha256: Sha256


class ActApproved(Facts, frozen=True, kw_only=True):
    """A person approved an act on the ledger that needs two: `digest` names it with all that it would do.

    The act happens with the second person's approval of the same digest. `emergency`: why it happened at
    once, with one approval; then `event_id` is the id of its event, and the second person approves it
    afterwards.
    """

    act: Code
    approver: Reader
    role: Code
    digest: Sha256
    emergency: Code | UnsetType = UNSET
    event_id: Id | UnsetType = UNSET


class Look(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What was looked at in a visit: a query, the categories that it showed, and when it was asked."""

    query: Code
    categories: list[SealedCategory]
    times: Annotated[list[Instant], Meta(min_length=1)]


class LedgerRead(Facts, frozen=True, kw_only=True):
    """Somebody read personal data from the ledger: `query` is the name of the command.

    The subject is the person whose data it was; of an answer about many it is the ledger itself, as a
    system, and `everyone` says that it told about every customer and contact person. `categories`: of the
    sealed values that were asked for. None: the answer tells facts alone, such as consents, or tells of
    somebody whose values are erased; it is a read all the same. `role_held` is false when the register
    did not grant the reader that role, and the read was let through. `reason`, `case_ref`: why the reader
    opened values that are masked for the role. `looks`: of several looks in one visit, which is then the
    `query`; the time of the event is that of the first, and its categories are those of all.
    """

    reader: Reader
    role: Code
    query: Code
    categories: list[SealedCategory]  # type: ignore[assignment]  # required here, and wider
    everyone: bool | UnsetType = UNSET
    role_held: bool | UnsetType = UNSET
    reason: Code | UnsetType = UNSET
    case_ref: Id | UnsetType = UNSET
    looks: list[Look] | UnsetType = UNSET


TYPES = (
    EventType(
        names.EVENT_ANNULLED,
        EventAnnulled,
        ANY,
        "Art. 5",
        topics=("events", "register"),
        needs_activity=False,
        references=("employee",),
    ),
    EventType(
        names.ERASURE_REAPPLIED, ErasureReapplied, ANY, "Art. 17", needs_activity=False, own=True
    ),
    EventType(
        names.VALUES_RESEALED, ValuesResealed, ANY, "Art. 17", needs_activity=False, own=True
    ),
    EventType(
        names.LEDGER_READ,
        LedgerRead,
        ANY,
        "Art. 32",
        needs_activity=False,
        references=("reader",),
        own=True,
    ),
    EventType(
        names.ACT_APPROVED,
        ActApproved,
        SYSTEM,
        "Art. 32",
        needs_activity=False,
        references=("approver",),
        own=True,
    ),
    EventType(
        names.INTAKE_GAP_RECORDED,
        IntakeGapRecorded,
        SYSTEM,
        "Art. 5",
        needs_activity=False,
        own=True,
    ),
    EventType(
        names.PREFIX_PRUNED,
        PrefixPruned,
        SYSTEM,
        "Art. 5",
        needs_activity=False,
        own=True,
    ),
)
