"""What the answer of `ledger register` is made of (GDPR Art. 30)."""

from msgspec import UNSET, UnsetType, field

from application.answer import Answer
from application.controller import Controller
from application.queries.registers.completeness import MissingPoint
from application.queries.registers.declaration import Declaration
from application.queries.registers.measures import MeasureInUse, MeasureStanding
from application.queries.registers.retention import Retention
from application.source import Shown
from projections.views.processing_register import Drift
from projections.views.recipients import Certification


class Retired(Answer, frozen=True):
    """When and why an activity came to its end."""

    since: str
    reason: str


class ObservedUse(Answer, frozen=True):
    """What the events that name an activity show, however it was declared."""

    events: int
    data_subjects: int
    first: str | None
    last: str | None
    legal_bases: list[str]
    categories: list[str]
    recipients: list[str]
    recipient_kinds: list[str]
    countries: list[str]


class DeclaredVersion(Answer, frozen=True, kw_only=True):
    """A declaration, with the time from which and until which it was the latest."""

    version: int
    from_: str = field(name="from")
    to: str | None
    declared: Declaration


class Assessed(Answer, frozen=True):
    """An impact assessment that was made for an activity (Art. 35)."""

    since: str
    dpia_ref: str | None
    assessed_on: str | None
    outcome: str | None


class RegisteredRecipient(Answer, frozen=True):
    """A recipient that was observed, as it is registered; all None where it was not registered."""

    recipient: str
    name: Shown | None
    kind: str | None
    role: str | None
    country: str | None
    agreement_ref: str | None
    transfer_mechanism: str | None
    certifications: list[Certification]


class ThirdCountry(Answer, frozen=True):
    """A country outside the EEA, and what a transfer there rests on, with the documents that say so."""

    country: str
    region: str
    declared: bool
    observed: bool
    mechanisms: list[str]
    documents: list[str]


class RegisteredActivity(Answer, frozen=True):
    """An activity: what was declared, and what was observed.

    `version` is 0 and `declared` None where it was not declared. `drift`: what was observed and not declared;
    `missing`: what the declaration lacks of what the article asks for.
    """

    activity: str
    version: int
    name: str | None
    declared: Declaration | None
    retired: Retired | None
    observed: ObservedUse
    drift: list[Drift]
    versions: list[DeclaredVersion]
    assessments: list[Assessed]
    recipients: list[RegisteredRecipient]
    transfers: list[ThirdCountry]
    retention: Retention
    security_measures: list[MeasureStanding]
    missing: list[MissingPoint]


class ProcessorActivity(Answer, frozen=True):
    """An activity in which we are the processor (Art. 30(2))."""

    activity: str
    name: str | None
    processing: list[str]
    transfers: list[ThirdCountry]
    security_measures: list[MeasureStanding]
    retired: Retired | None


class ControllerPart(Answer, frozen=True):
    """What is done on behalf of a controller; None: the activities name none."""

    controller: str | None
    activities: list[ProcessorActivity]


class ProcessorPart(Answer, frozen=True):
    """The processor's part of the register."""

    controllers: list[ControllerPart]


class Register(Answer, frozen=True):
    """The Article 30 register at a moment. `judged_on`: the day by which periods and rules were judged.

    `retention_to`: up to which event it was judged how retention is kept, where the rest knows later ones.
    """

    controller: Controller
    as_of: str | None
    recorded_by: str | None
    at_position: int | None
    judged_on: str
    activities: list[RegisteredActivity]
    processor: ProcessorPart
    measures: list[MeasureInUse]
    retention_to: int | UnsetType = UNSET
