"""Acts that one person of the desk did in an emergency.

Each waits for a second person, and is a finding until then.
"""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from application.answer import Answer, Name
from application.source import Source
from ledger.event import RecordedEvent, instant
from ledger.reading import decoded
from ledger.recording.approvals import is_emergency, waiting_of
from projections.findings.judging import Finding
from projections.folds.timetravel import Moment
from rulebook import period
from rulebook.deadlines import next_working_day
from schemas.catalogue import APPROVED

RULE = "house.emergency.second"


class EmergencyRow(Answer, frozen=True):
    """An act that one person did alone. `event_id`: of the act's event; `emergency`: why it could not wait.

    `approve_by`: the end of the next working day.
    """

    event_id: str
    act: str
    emergency: str
    approver: Name
    role: str
    done_at: str
    approve_by: str
    overdue: bool


class EmergencyList(Answer, frozen=True):
    """What waits for a second person, the oldest first."""

    emergencies: list[EmergencyRow]
    overdue: int


def emergencies(source: Source) -> EmergencyList:
    """What waits now. The read is noted, since it names employees."""
    source.reads.note_many(())
    waiting = waiting_emergencies(source, source.now)
    names = source.names(UUID(event.facts["approver"]) for event in waiting)
    rows = [
        EmergencyRow(
            event_id=str(event.facts["event_id"]),
            act=str(event.facts["act"]),
            emergency=str(event.facts["emergency"]),
            approver=names[UUID(event.facts["approver"])],
            role=str(event.facts["role"]),
            done_at=instant(event.time),
            approve_by=instant(next_working_day(event.time)),
            overdue=next_working_day(event.time) <= source.now,
        )
        for event in waiting
    ]
    return EmergencyList(emergencies=rows, overdue=sum(row.overdue for row in rows))


def emergency_findings(
    source: Source,
    moment: Moment,
    clock: datetime,
    rules: Collection[str] | None,
    about: Collection[UUID] | None,
) -> list[Finding]:
    """A finding for each act that had one person alone at a moment; none where the rule was not asked for."""
    stream = source.ledger.registry_stream(source.ledger.reference)
    if (rules is not None and RULE not in rules) or (about is not None and stream not in about):
        return []
    return [
        Finding(
            rule=RULE,
            about=stream,
            position=event.position,
            occurred_at=event.time,
            source=event.source,
            id=event.id,
            name=event.name,
            due=next_working_day(event.time),
            detail=str(event.facts["act"]),
        )
        for event in waiting_emergencies(source, clock, moment)
    ]


def waiting_emergencies(
    source: Source, now: datetime, moment: Moment | None = None
) -> list[RecordedEvent]:
    """The approvals of acts that one person did alone, as they are known at a moment, the oldest first."""
    stream = source.ledger.registry_stream(source.ledger.reference)
    events = decoded(source.session.rows("approvals", stream=stream, type=APPROVED))
    known = (event for event in events if event.ours and _is_known(event, moment))
    waiting = waiting_of(known, now, period("second-approval"))
    return [event for event in waiting if is_emergency(event)]


def _is_known(event: RecordedEvent, moment: Moment | None) -> bool:
    if moment is None:
        return True
    return not (
        (moment.recorded_by is not None and event.recorded_at > moment.recorded_by)
        or (moment.at_position is not None and event.position > moment.at_position)
        or (moment.as_of is not None and event.time > moment.as_of)
    )
