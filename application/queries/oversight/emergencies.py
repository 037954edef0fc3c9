"""Acts that one person of the desk did in an emergency.

Each waits for a second person, and is a finding until then. One that was annulled meanwhile waits no more.
"""

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from application.answer import Answer, Name
from application.command_line import command
from application.queries.oversight.approvals import WaitingApproval, waiting_approvals
from application.source import Source
from ledger.errors import Reject
from ledger.event import RecordedEvent, instant
from ledger.names import LedgerName
from ledger.reading import decoded, event_of, events_but_reads
from ledger.recording.approvals import is_emergency, waiting_of
from ledger.storage.postgres import Session
from projections.findings.judging import Finding
from projections.folds.annulment import effects, name_of
from projections.folds.timetravel import Moment
from rulebook import period
from rulebook.deadlines import next_working_day
from schemas.catalogue import APPROVED

RULE = "house.emergency.second"


class DoneAlone(NamedTuple):
    """What one person did alone: their approval, and the event of the act."""

    approval: RecordedEvent
    event: RecordedEvent

    @property
    def act(self) -> str:
        """The act, as `approvals.toml` calls it."""
        return str(self.approval.facts["act"])

    @property
    def approver(self) -> UUID:
        """Who did it."""
        return UUID(self.approval.facts["approver"])

    @property
    def command(self) -> str:
        """With what the second person approves it."""
        return command("emergency", "approve", self.event.id)


class EmergencyRow(Answer, frozen=True):
    """An act that one person did alone. `event_id`: of the act's event; `emergency`: why it could not wait.

    `subject`: whom it is about; `order_ref` and `evidence`: as the event has them. `approve_by`: the end of
    the next working day.
    """

    event_id: str
    act: str
    subject: Name
    order_ref: str | None
    evidence: str | None
    emergency: str
    approver: Name
    role: str
    done_at: str
    approve_by: str
    overdue: bool
    command: str


class EmergencyList(Answer, frozen=True):
    """What waits for a second person, the oldest first. `approvals`: what is asked for, and not done."""

    emergencies: list[EmergencyRow]
    overdue: int
    approvals: list[WaitingApproval]


class EmergencyApproved(Answer, frozen=True):
    """What a second person approved now, as it waited, and what waits still."""

    approved: EmergencyRow
    emergencies: list[EmergencyRow]
    overdue: int
    approvals: list[WaitingApproval]


def emergencies(source: Source) -> EmergencyList:
    """What waits now. The read is noted, since it names employees and persons."""
    waiting = done_alone(source.session, source.ledger, source.privacy_office, source.now)
    source.reads.note_many(())
    names = source.names(who for one in waiting for who in (one.event.stream, one.approver))
    rows = [_row(one, names, source.now) for one in waiting]
    return EmergencyList(
        emergencies=rows,
        overdue=sum(row.overdue for row in rows),
        approvals=waiting_approvals(source).approvals,
    )


def emergency_named(source: Source, event_id: str) -> EmergencyRow:
    """What waits under the id of its event. Raises Reject."""
    for row in emergencies(source).emergencies:
        if row.event_id == event_id:
            return row
    raise Reject("nothing that was done in an emergency waits under this id")


def approved_now(source: Source, approved: EmergencyRow) -> EmergencyApproved:
    """What was approved, and what waits still."""
    rest = emergencies(source)
    return EmergencyApproved(
        approved=approved,
        emergencies=rest.emergencies,
        overdue=rest.overdue,
        approvals=rest.approvals,
    )


def _row(one: DoneAlone, names: dict[UUID, Name], now: datetime) -> EmergencyRow:
    said, done_at = one.event.facts, one.approval.time
    return EmergencyRow(
        event_id=one.event.id,
        act=one.act,
        subject=one.event.subject or names[one.event.stream],
        order_ref=said.get("order_ref"),
        evidence=said.get("evidence"),
        emergency=str(one.approval.facts["emergency"]),
        approver=names[one.approver],
        role=str(one.approval.facts["role"]),
        done_at=instant(done_at),
        approve_by=instant(next_working_day(done_at)),
        overdue=next_working_day(done_at) <= now,
        command=one.command,
    )


def emergency_findings(
    source: Source,
    moment: Moment,
    clock: datetime,
    rules: Collection[str] | None,
    about: Collection[UUID] | None,
) -> list[Finding]:
    """A finding for each act that had one person alone at a moment; none where the rule was not asked for."""
    if rules is not None and RULE not in rules:
        return []
    return [
        Finding(
            rule=RULE,
            about=one.event.stream,
            position=one.approval.position,
            occurred_at=one.approval.time,
            source=one.approval.source,
            id=one.approval.id,
            name=one.approval.name,
            due=one.approval.time,
            detail=one.act,
        )
        for one in done_alone(source.session, source.ledger, source.privacy_office, clock, moment)
        if about is None or one.event.stream in about
    ]


def done_alone(
    session: Session,
    ledger: LedgerName,
    privacy_office: Collection[str],
    now: datetime,
    moment: Moment | None = None,
) -> list[DoneAlone]:
    """What one person did alone, as it is known at a moment, the oldest first."""
    stream = ledger.registry_stream(ledger.reference)
    events = decoded(session.rows("approvals", stream=stream, type=APPROVED))
    known = (event for event in events if event.ours and _is_known(event, moment))
    waiting = waiting_of(known, now, period("second-approval"))
    alone = (_done(session, privacy_office, one) for one in waiting if is_emergency(one))
    return [one for one in alone if one is not None]


def persons_alone(
    session: Session, ledger: LedgerName, privacy_office: Collection[str], now: datetime
) -> set[UUID]:
    """Whom something that one person did alone is about: nothing that lasts follows from it meanwhile."""
    return {one.event.stream for one in done_alone(session, ledger, privacy_office, now)}


def _done(
    session: Session, privacy_office: Collection[str], approval: RecordedEvent
) -> DoneAlone | None:
    """An approval with its act; None for an act that was annulled, or that was approved and not done."""
    named = ((source, str(approval.facts["event_id"])) for source in privacy_office)
    event = next((one for name in named if (one := event_of(session, *name))), None)
    if event is None:
        return None
    stands = effects(events_but_reads(session, [event.stream]), privacy_office)
    return None if name_of(event) in stands.annulled else DoneAlone(approval, event)


def _is_known(event: RecordedEvent, moment: Moment | None) -> bool:
    if moment is None:
        return True
    return not (
        (moment.recorded_by is not None and event.recorded_at > moment.recorded_by)
        or (moment.at_position is not None and event.position > moment.at_position)
        or (moment.as_of is not None and event.time > moment.as_of)
    )
