"""Acts that need two persons: each asks for the same act, and the second one's approval lets it happen.

An approval is an event of the ledger about itself. It names the act by a keyed digest of all that the act
would do, so that the second person approves exactly what the first one asked for, and nothing of it is told.
"""

import hashlib
import hmac
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from enum import Enum
from typing import NamedTuple
from uuid import uuid4

import msgspec

from ledger.errors import Halt, Reject
from ledger.event import OWN_SOURCE, RecordedEvent
from ledger.names import LedgerName
from ledger.reading import decoded
from ledger.recording.batch import Batch, Outcome
from ledger.storage.postgres import Session
from ledger.writing.append import Span
from ledger.writing.own_message import OwnAct, own_message
from schemas.catalogue import APPROVED
from schemas.encoding import to_json

_SOURCE = f"{OWN_SOURCE}approvals"
_INFO = b"processing-ledger/approval/1"


class Approval(msgspec.Struct, frozen=True):
    """One person's approval of an act. `approver`: a reference; `digest`: of all that the act would do.

    `emergency`: why it happens with this approval alone, for now; `event_id`: then of the act's event.
    """

    act: str
    approver: str
    role: str
    digest: str
    emergency: str | None = None
    event_id: str | None = None


class Emergency(NamedTuple):
    """Why an act happens before its second person approves it, as a code, and the id that its event gets."""

    why: str
    event_id: str


class ApprovalStatus(Enum):
    """The result of an approval.

    `SECOND`: the act may happen. `AGAIN`: the person who waits already approved again. `EMERGENCY`: the act
    may happen, and waits for its second person afterwards.
    """

    FIRST = "first"
    AGAIN = "again"
    SECOND = "second"
    EMERGENCY = "emergency"


def digest_of(key: bytes, act: str, parameters: Sequence[object]) -> str:
    """A name for an act with its parameters, in hex. Keyed, so that a reader cannot try out parameters."""
    message = to_json([act, *parameters])
    return hmac.new(key, _INFO + b"\0" + message, hashlib.sha256).hexdigest()


def approve(
    session: Session,
    record: Callable[[Batch], Outcome],
    ledger: LedgerName,
    approval: Approval,
    now: datetime,
    valid: timedelta,
) -> tuple[ApprovalStatus, RecordedEvent | None]:
    """Record an approval, and return its result: with the second person's the act may happen now.

    Beside it the first person's approval, where this is the second one.

    `session` reads events. `valid`: how long the first one waits. An approval is used up by its pair, and a
    person who approves twice is one person. Raises Retry or Halt: then nothing may happen.
    """
    id = str(uuid4())
    act = _act(id, ledger, approval, now)
    outcome = record(Batch([own_message(act, approval.act)], Span("command:approve")))
    if outcome.rejections:
        raise Halt(f"an approval was refused as {outcome.rejections[0][1].code.value}")
    stream = ledger.registry_stream(ledger.reference)
    approvals = decoded(session.rows("approvals", stream=stream, type=APPROVED))
    of_this_act = [
        event
        for event in approvals
        if event.ours and key_of(event) == (approval.event_id or approval.digest)
    ]
    standing = standing_of(of_this_act, id, valid)
    if approval.emergency:
        return ApprovalStatus.EMERGENCY, None
    first = of_this_act[-2] if standing is ApprovalStatus.SECOND else None
    return standing, first


def emergency_of(
    session: Session, ledger: LedgerName, event_id: str, now: datetime
) -> RecordedEvent:
    """The approval of an act that one person did in an emergency, by the id of its event. Raises Reject."""
    stream = ledger.registry_stream(ledger.reference)
    events = decoded(session.rows("approvals", stream=stream, type=APPROVED))
    for event in waiting_of((one for one in events if one.ours), now, timedelta()):
        if is_emergency(event) and event.facts["event_id"] == event_id:
            return event
    raise Reject("nothing that was done in an emergency waits under this id")


def key_of(approval: RecordedEvent) -> str:
    """The key that joins approvals of one act.

    For an emergency: the event that it was for; else a digest of all that the act does.
    """
    facts = approval.facts
    return str(facts["event_id"] if "event_id" in facts else facts["digest"])


def _act(id: str, ledger: LedgerName, approval: Approval, now: datetime) -> OwnAct:
    return OwnAct(
        type=APPROVED,
        id=id,
        source=_SOURCE,
        subject=ledger.reference,
        time=now,
        facts={
            "act": approval.act,
            "approver": approval.approver,
            "role": approval.role,
            "digest": approval.digest,
            **({"emergency": approval.emergency} if approval.emergency else {}),
            **({"event_id": approval.event_id} if approval.event_id else {}),
        },
    )


def standing_of(approvals: Iterable[RecordedEvent], id: str, valid: timedelta) -> ApprovalStatus:
    """The result of approval `id`, from all approvals of one act in their order.

    All of them, also expired ones: without its pair a used approval would wait anew. An act that happened in
    an emergency waits for its second person without an end.
    """
    waiting: RecordedEvent | None = None
    for event in approvals:
        if waiting is not None and not is_emergency(waiting) and event.time - waiting.time > valid:
            waiting = None
        standing = _standing(waiting, event)
        if event.id == id:
            return standing
        # The pair is used up. A repeated approval by the same person waits anew, from the later time on.
        waiting = None if standing is ApprovalStatus.SECOND else _longer(waiting, event)
    raise Halt("an approval that was just recorded is not there")


def waiting_of(
    approvals: Iterable[RecordedEvent], now: datetime, valid: timedelta
) -> list[RecordedEvent]:
    """The approvals that wait for a second person now, of all acts, by their time."""
    waiting: dict[str, RecordedEvent] = {}
    for event in approvals:
        key = key_of(event)
        first = waiting.pop(key, None)
        if first is not None and not is_emergency(first) and event.time - first.time > valid:
            first = None
        if _standing(first, event) is not ApprovalStatus.SECOND:
            waiting[key] = _longer(first, event)
    return sorted(
        (event for event in waiting.values() if is_emergency(event) or now - event.time <= valid),
        key=lambda event: (event.time, event.position),
    )


def is_emergency(approval: RecordedEvent) -> bool:
    """Whether the act happened with this approval alone."""
    return "emergency" in approval.facts


def _longer(waiting: RecordedEvent | None, event: RecordedEvent) -> RecordedEvent:
    """The approval that waits longer, of two by one person."""
    return waiting if waiting is not None and is_emergency(waiting) else event


def _standing(waiting: RecordedEvent | None, event: RecordedEvent) -> ApprovalStatus:
    if waiting is None:
        return ApprovalStatus.FIRST
    same = waiting.facts["approver"] == event.facts["approver"]
    return ApprovalStatus.AGAIN if same else ApprovalStatus.SECOND
