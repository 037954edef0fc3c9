"""Acts that wait for a second person: which ones, who approved first, and until when."""

from uuid import UUID

from application.answer import Answer, Name
from application.source import Source
from ledger.event import instant
from ledger.reading import decoded
from ledger.recording.approvals import is_emergency, waiting_of
from rulebook import period
from rulebook.approvals import approvers
from schemas.catalogue import APPROVED


class WaitingApproval(Answer, frozen=True):
    """An act that one person approved. `digest`: a keyed name of all that it would do.

    `roles`: that may approve it, once the register grants roles.
    """

    act: str
    approver: Name
    role: str
    approved_at: str
    until: str
    roles: list[str]
    digest: str


class WaitingApprovals(Answer, frozen=True):
    """Acts that wait, by when the first approval ends."""

    approvals: list[WaitingApproval]
    count: int


def waiting_approvals(source: Source) -> WaitingApprovals:
    """What waits now, with the employees who approved it. What was done in an emergency waits elsewhere."""
    source.reads.note_many(())
    stream = source.ledger.registry_stream(source.ledger.reference)
    events = decoded(source.session.rows("approvals", stream=stream, type=APPROVED))
    valid = period("second-approval")
    waiting = [
        event
        for event in waiting_of((event for event in events if event.ours), source.now, valid)
        if not is_emergency(event)
    ]
    names = source.names(UUID(event.facts["approver"]) for event in waiting)
    rows = [
        WaitingApproval(
            act=str(event.facts["act"]),
            approver=names[UUID(event.facts["approver"])],
            role=str(event.facts["role"]),
            approved_at=instant(event.time),
            until=instant(event.time + valid),
            roles=list(approvers(str(event.facts["act"]))),
            digest=str(event.facts["digest"]),
        )
        for event in waiting
    ]
    return WaitingApprovals(approvals=rows, count=len(rows))
