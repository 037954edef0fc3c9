"""Orders of authorities under a duty of secrecy, and what follows from them; the confidential ledger only.

An order is about a person, whose keys seal what it names. Its steps: received, authenticated, then validated,
narrowed, objected to or rejected, executed, confirmed. A step that does not fit is recorded all the same.
"""

from typing import Literal

from msgspec import UNSET, Struct, UnsetType
from msgspec.structs import replace

from schemas import names
from schemas.event_type import ANY, PERSON, EventType, Topic
from schemas.events.preferences import Count
from schemas.events.rights import Position
from schemas.facts import Facts, PersonFacts
from schemas.formats import (
    Code,
    Country,
    Day,
    Employee,
    Id,
    Instant,
    LastDay,
    PersonRef,
    ProofFile,
    Sha256,
    Source,
)
from schemas.personal import DataCategory, FieldName

OrderKind = Literal["production", "preservation", "interception", "information"]
"""What an order wants: data, that data is kept, that communication is tapped, or an answer."""

IssuedBy = Literal[
    "investigating-officer",
    "public-prosecutor",
    "examining-judge",
    "inspector",
    "head-of-service",
    "minister",
    "supervisor",
    "court",
    "bailiff",
    "claimant",
    "foreign-judicial-authority",
    "emergency-operator",
    "other",
]
"""Who may have ordered: an office, not a person. `other`: one that no rule knows."""


OrderFormName = Literal[
    "letter",
    "oral",
    "epoc",
    "epoc-pr",
    "epoc-pr-confirmation",
    "epoc-pr-extension",
    "ts-103-120",
    "fields",
]
"""What an order came as. A confirmation and an extension (annexes V and VI) follow an EPOC-PR."""


class _Step(PersonFacts, frozen=True, kw_only=True):
    # Who did it: the ledger itself says so of what its commands record, and nobody else may.
    employee: Employee | UnsetType = UNSET


class _Order(_Step, frozen=True, kw_only=True):
    order_ref: Code


class _Period(_Order, frozen=True, kw_only=True):
    period_from: Day | UnsetType = UNSET
    period_to: LastDay | UnsetType = UNSET


class OrderReceived(_Period, frozen=True, kw_only=True):
    """An order of an authority came in: which fields it wants, of which period, and by when.

    `extends`: the order whose preservation it prolongs, or whose data it now wants.
    `sha256`: of the document. `form_faults`: what is wrong with the form that it came in, as codes.
    `notified`: the authority of another State was told of it, and may raise a ground against it.
    `deliver`: how often what came since is given, of a period that goes on; without it once that is over.
    """

    authority: Id
    requested_fields: list[FieldName]
    oral: bool
    kind: OrderKind | UnsetType = UNSET
    country: Country | UnsetType = UNSET
    issued_by: IssuedBy | UnsetType = UNSET
    respond_by: Instant | UnsetType = UNSET
    urgent: bool | UnsetType = UNSET
    case_ref: Code | UnsetType = UNSET
    form: OrderFormName | UnsetType = UNSET
    form_faults: list[Code] | UnsetType = UNSET
    notified: bool | UnsetType = UNSET
    sha256: Sha256 | UnsetType = UNSET
    extends: Code | UnsetType = UNSET
    deliver: Literal["daily", "weekly", "monthly"] | UnsetType = UNSET


class OrderAuthenticated(_Order, frozen=True, kw_only=True):
    """An order was found to come from whom it says, such as by calling back."""

    method: Code


class AuthorisationRecorded(_Order, frozen=True, kw_only=True):
    """An authority whose word an order needs gave it: a judge, or a court in a ruling.

    `by`: its office, as in `issued_by`. `document_sha256`: of the document that shows it.
    """

    by: Code
    document_sha256: Sha256


class OrderValidated(_Period, frozen=True, kw_only=True):
    """An order was compared with its provision, and may be executed as it stands.

    `conditions`: of the provision, which the desk found fulfilled.
    """

    allowed_fields: list[FieldName] | UnsetType = UNSET
    conditions: list[Code] | UnsetType = UNSET


class OrderNarrowed(_Period, frozen=True, kw_only=True):
    """An order asked for more than its provision allows; the remainder is refused.

    `conditions`: as of an order that was validated.
    """

    allowed_fields: list[FieldName] | UnsetType = UNSET
    refused_fields: list[FieldName] | UnsetType = UNSET
    ground: Code | UnsetType = UNSET
    conditions: list[Code] | UnsetType = UNSET


class OrderObjected(_Order, frozen=True, kw_only=True):
    """The authority was told why the order cannot be executed, or not yet.

    `form_sha256`: of what was sent.
    """

    ground: Code
    form_sha256: Sha256 | UnsetType = UNSET


class OrderRejected(_Order, frozen=True, kw_only=True):
    """An order was refused as a whole."""

    ground: Code | UnsetType = UNSET


GapReason = Literal[
    "not-found",
    "not-collected",
    "outside-period",
    "no-period",
    "unknown-number",
    "erased",
    "lost",
    "not-yet",
    "withheld",
]
"""Why something that an order may have was not given."""


class Withheld(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What was not given. `count`: of how many values. `ground`: on which the desk itself withholds it."""

    reason: GapReason
    field: FieldName | UnsetType = UNSET
    count: Count | UnsetType = UNSET
    ground: Code | UnsetType = UNSET


class OrderExecuted(_Period, frozen=True, kw_only=True):
    """An order was carried out: which fields of which period were given, and to whom.

    `position`: of the open ledger that the answer reflects. `disclosure_id`: of the event of the disclosure.
    `content_sha256`: of what is sealed in the bundle. `entries`: of the open ledger that it tells;
    `entries_sha256`: of their positions, ascending, a decimal a line. `withheld`: what it lacks, and why.
    """

    fields: list[FieldName] | UnsetType = UNSET
    entries: Count | UnsetType = UNSET
    entries_sha256: Sha256 | UnsetType = UNSET
    withheld: list[Withheld] | UnsetType = UNSET
    content_sha256: Sha256 | UnsetType = UNSET
    bundle_sha256: Sha256 | UnsetType = UNSET
    recipient: Id | UnsetType = UNSET
    position: Position | UnsetType = UNSET
    disclosure_id: Id | UnsetType = UNSET


class OrderConfirmed(_Order, frozen=True, kw_only=True):
    """An oral order was confirmed in writing, or its answer was received.

    `no-ground`: the authority that was notified of it said that it raises no ground against it.
    """

    what: Literal["written-order", "receipt", "no-ground"]
    sha256: Sha256 | UnsetType = UNSET


class OrderWithdrawn(_Order, frozen=True, kw_only=True):
    """The authority took an order back."""

    reason: Code | UnsetType = UNSET


class OrderHandedOver(_Order, frozen=True, kw_only=True):
    """An order was given into the hands of another employee, who owns it from then on.

    `from_employee`: who owned it before. What the next one must know is a remark, sealed as a person's value.
    """

    to_employee: Employee
    from_employee: Employee | UnsetType = UNSET


class _Secrecy(_Step, frozen=True, kw_only=True):
    by: Literal["authority", "court", "statute", "review"]
    evidence: Code
    sha256: Sha256 | UnsetType = UNSET
    order_ref: Code | UnsetType = UNSET
    disclosure_id: Id | UnsetType = UNSET
    review_on: LastDay | UnsetType = UNSET


class SecrecyImposed(_Secrecy, frozen=True, kw_only=True):
    """The person may not be told, of an order or of a disclosure; without either, of all of them."""


class SecrecyReviewed(_Secrecy, frozen=True, kw_only=True):
    """It was looked at again whether the person may still not be told."""

    outcome: Literal["continues", "may-lift"] | UnsetType = UNSET


class DisclosureName(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One disclosure: the source and the id of its event."""

    source: Source
    id: Id


class SecrecyLifted(_Secrecy, frozen=True, kw_only=True):
    """The person may be told from now on. `disclosures`: exactly those, as the officers saw them.

    `despite`: orders that still ran or were secret, as the officers acknowledged.
    """

    disclosures: list[DisclosureName] | UnsetType = UNSET
    despite: list[Code] | UnsetType = UNSET


class _Preservation(_Step, frozen=True, kw_only=True):
    categories: list[DataCategory]  # required here
    until: LastDay
    order_ref: Code | UnsetType = UNSET


class PreservationImposed(_Preservation, frozen=True, kw_only=True):
    """Data of the listed categories is kept for an authority, up to and including a day.

    `snapshot`: under which subject its copy is.
    """

    snapshot: PersonRef | UnsetType = UNSET


class PreservationExtended(_Step, frozen=True, kw_only=True):
    """Data is kept for an authority for longer: up to and including another day."""

    until: LastDay
    order_ref: Code | UnsetType = UNSET


class PreservationReleased(_Preservation, frozen=True, kw_only=True):
    """Data of the listed categories is no longer kept for an authority; `until` is the last day."""


class PreservationSnapshotTaken(_Order, frozen=True, kw_only=True):
    """The open ledger was read for an order to preserve, up to a position: so many records of persons.

    `added`: those that were not there before. `records`, `persons`: all that the order asks for by then.
    `missing`: of how many values the keys were destroyed before.
    """

    position: Position
    persons: Count
    records: Count
    added: Count
    missing: Count


class DataPreserved(PersonFacts, frozen=True, kw_only=True):
    """Values of one event of the open ledger were copied for an order to preserve, with its time.

    `about`: the person whose they are. `position`, `entry_source`, `entry_id`: of the event there; `leaf`:
    the hash of its entry, and `proof`: that its log holds it. `held_before`: they described the person
    already when the ordered period began.
    """

    order_ref: Code
    about: PersonRef
    position: Position
    entry_source: Source
    entry_id: Id
    leaf: Sha256
    proof: ProofFile | UnsetType = UNSET
    held_before: bool | UnsetType = UNSET


class Considerations(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What must be considered before rights are restricted (UAVG Art. 41(2)): each with its answer.

    Purposes, categories, scope, safeguards, who restricts, storage periods, risks, and whether the person
    is told.
    """

    a: Code
    b: Code
    c: Code
    d: Code
    e: Code
    f: Code
    g: Code
    h: Code


class RestrictionApplied(_Step, frozen=True, kw_only=True):
    """Rights of a person were set aside on a ground of UAVG Art. 41(1), after all of 41(2) was considered."""

    ground: Literal["a", "b", "c", "d", "e", "f", "g", "h", "i", "j"]
    considerations: Considerations
    review_on: LastDay
    order_ref: Code | UnsetType = UNSET
    tell_subject: bool | UnsetType = UNSET
    reason_not_told: Code | UnsetType = UNSET


class _Interception(_Step, frozen=True, kw_only=True):
    order_ref: Code | UnsetType = UNSET
    until: LastDay | UnsetType = UNSET


class InterceptionProvided(_Interception, frozen=True, kw_only=True):
    """An authority can tap communication from now on; what is tapped is never recorded."""


class InterceptionEnded(_Interception, frozen=True, kw_only=True):
    """An authority can no longer tap communication."""


class DisclosureHandedOver(_Step, frozen=True, kw_only=True):
    """A disclosure whose secrecy was lifted was given to the open ledger. `source`: of the disclosure."""

    disclosure_id: Id
    sha256: Sha256
    order_ref: Code | UnsetType = UNSET
    source: Source | UnsetType = UNSET


class SecretCodesDeclared(Facts, frozen=True, kw_only=True):
    """The confidential office declared codes secret: the open ledger withholds what says one of them."""

    codes: list[Code]
    reason: Code | UnsetType = UNSET
    employee: Employee | UnsetType = UNSET


_TOPICS: tuple[Topic, ...] = ("confidential",)
_CLAUSE, _RESTRICTION = "3.1", "UAVG 41"

_STEPS = (
    EventType(names.ORDER_RECEIVED, OrderReceived, PERSON, _CLAUSE, topics=_TOPICS),
    EventType(names.ORDER_AUTHENTICATED, OrderAuthenticated, PERSON, _CLAUSE, topics=_TOPICS),
    EventType(names.AUTHORISATION_RECORDED, AuthorisationRecorded, PERSON, _CLAUSE, topics=_TOPICS),
    EventType(names.ORDER_VALIDATED, OrderValidated, PERSON, _CLAUSE, topics=_TOPICS),
    EventType(names.ORDER_NARROWED, OrderNarrowed, PERSON, _CLAUSE, topics=_TOPICS),
    EventType(names.ORDER_OBJECTED, OrderObjected, PERSON, _CLAUSE, topics=_TOPICS),
    EventType(names.ORDER_REJECTED, OrderRejected, PERSON, _CLAUSE, topics=_TOPICS),
    EventType(names.ORDER_EXECUTED, OrderExecuted, PERSON, _CLAUSE, topics=_TOPICS),
    EventType(names.ORDER_CONFIRMED, OrderConfirmed, PERSON, _CLAUSE, topics=_TOPICS),
    EventType(names.ORDER_WITHDRAWN, OrderWithdrawn, PERSON, _CLAUSE, topics=_TOPICS),
    EventType(
        names.ORDER_HANDED_OVER,
        OrderHandedOver,
        PERSON,
        _CLAUSE,
        references=("to_employee", "from_employee"),
        topics=_TOPICS,
    ),
    EventType(names.SECRECY_IMPOSED, SecrecyImposed, PERSON, _CLAUSE, topics=_TOPICS),
    EventType(names.SECRECY_REVIEWED, SecrecyReviewed, PERSON, _CLAUSE, topics=_TOPICS),
    EventType(names.SECRECY_LIFTED, SecrecyLifted, PERSON, _CLAUSE, topics=_TOPICS),
    EventType(
        names.PRESERVATION_IMPOSED,
        PreservationImposed,
        PERSON,
        _CLAUSE,
        references=("snapshot",),
        topics=_TOPICS,
    ),
    EventType(names.PRESERVATION_EXTENDED, PreservationExtended, PERSON, _CLAUSE, topics=_TOPICS),
    EventType(names.PRESERVATION_RELEASED, PreservationReleased, PERSON, _CLAUSE, topics=_TOPICS),
    EventType(
        names.PRESERVATION_SNAPSHOT_TAKEN,
        PreservationSnapshotTaken,
        PERSON,
        _CLAUSE,
        topics=_TOPICS,
    ),
    EventType(
        names.DATA_PRESERVED,
        DataPreserved,
        PERSON,
        _CLAUSE,
        references=("about",),
        topics=_TOPICS,
    ),
    EventType(names.RESTRICTION_APPLIED, RestrictionApplied, PERSON, _RESTRICTION, topics=_TOPICS),
    EventType(names.INTERCEPTION_PROVIDED, InterceptionProvided, PERSON, _CLAUSE, topics=_TOPICS),
    EventType(names.INTERCEPTION_ENDED, InterceptionEnded, PERSON, _CLAUSE, topics=_TOPICS),
    EventType(names.DISCLOSURE_HANDED_OVER, DisclosureHandedOver, PERSON, _CLAUSE, topics=_TOPICS),
    EventType(names.SECRET_CODES_DECLARED, SecretCodesDeclared, ANY, _CLAUSE, topics=_TOPICS),
)
TYPES = tuple(
    replace(step, references=(*step.references, "employee"))
    if "employee" in step.data.__struct_fields__
    else step
    for step in _STEPS
)
