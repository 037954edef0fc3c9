"""`ledger report access`: what GDPR Art. 15 owes a person, from the ledger, as of one position.

Points a to h of paragraph 1, the safeguards of paragraph 2, the copy of paragraph 3, and every consultation.
Each statement names the positions that it rests on. Nothing here depends on when it is asked but
`rendered_at`, and nothing on another ledger.
"""

from datetime import datetime
from typing import Literal

import msgspec

from application.answer import Answer
from application.controller import Controller
from application.queries.disclosures.feeds import feeds_of, runs
from application.queries.persons.person import (
    Subject,
    disclosures_of,
    named_recipients,
    seal_of,
    subject_of,
)
from application.queries.reports.copy import (
    ActTold,
    ConsultationTold,
    ValueHeld,
    acts,
    consultations,
    copy,
)
from application.queries.reports.processing import (
    AutomatedDecision,
    CategoryProcessed,
    Processing,
    RightOfPerson,
    SourceOfData,
    automated_decisions,
    categories,
    purposes,
    rights,
    sources,
)
from application.queries.reports.recipients import Received, TransferTold, received, transfers
from application.queries.reports.retention import RetentionOfCategory, retention_of
from application.said_to_all import SaidToAll, said_to_all
from application.source import Source
from ledger.event import instant
from projections.views.disclosures import sorted_disclosures
from rulebook.calendar import day_of
from schemas.texts import Language


class CoveringCheckpoint(Answer, frozen=True):
    """A published checkpoint of the log, which covers nothing after the report's position."""

    origin: str
    size: int
    root: str


class ReportScope(msgspec.Struct, frozen=True):
    """Which report is asked for. `checkpoint`: the published checkpoint of the position's past, if any."""

    reference: str
    request_ref: str | None
    language: Language
    position: int
    rendered_at: datetime
    controller: Controller
    checkpoint: CoveringCheckpoint | None


class AccessReport(Answer, frozen=True):
    """What GDPR Art. 15 owes a person, as of one position of the ledger.

    `positions` in it are of the events that a statement rests on. `text` of acts is in `language`. `seal`:
    256 bits that cannot be guessed without the person's key, which the recorded hash of the report covers.
    """

    report: Literal["access"]
    article: Literal["15"]
    language: Language
    subject: str
    request_ref: str | None
    position: int
    rendered_at: str
    checkpoint: CoveringCheckpoint | None
    controller: Controller
    purposes: list[Processing]
    categories: list[CategoryProcessed]
    recipients: list[Received]
    retention: list[RetentionOfCategory]
    rights: list[RightOfPerson]
    sources: list[SourceOfData]
    automated_decisions: list[AutomatedDecision]
    transfers: list[TransferTold]
    data: list[ValueHeld]
    consultations: list[ConsultationTold]
    acts: list[ActTold]
    said_to_all: SaidToAll
    seal: str


def access_report(source: Source, scope: ReportScope) -> AccessReport:
    """The report. Raises UnknownSubject."""
    subject = subject_of(source, scope.reference, scope.position)
    # A feed names no person in its event, so it is not among the events of the subject.
    disclosed, feeds = disclosures_of(subject), feeds_of(source, subject)
    all_disclosures = sorted_disclosures([*disclosed, *(feed.row for feed in feeds)])
    names = named_recipients(source, subject, all_disclosures)
    processing = purposes(source, subject)
    automated = list(automated_decisions(subject))
    return AccessReport(
        report="access",
        article="15",
        language=scope.language,
        subject=scope.reference,
        request_ref=scope.request_ref,
        position=scope.position,
        rendered_at=instant(scope.rendered_at),
        checkpoint=scope.checkpoint,
        controller=scope.controller,
        purposes=processing,
        categories=list(categories(subject)),
        recipients=received(disclosed, runs(feeds), names),
        retention=retention_of(source, subject, day_of(scope.rendered_at)),
        rights=rights(processing, automated),
        sources=sources(subject, names),
        automated_decisions=automated,
        transfers=list(transfers(all_disclosures, names)),
        data=list(copy(subject)),
        consultations=list(consultations(source, subject)),
        acts=list(acts(subject, names, scope.language)),
        said_to_all=said_to_all(),
        seal=_seal(source, subject, scope),
    )


def _seal(source: Source, subject: Subject, scope: ReportScope) -> str:
    place = ["access-report/1", scope.position, instant(scope.rendered_at), scope.request_ref]
    return seal_of(source, subject, place)
