"""Explained gaps: an operator accepts that records of a Kafka partition are not read.

The bookmark moves by compare-and-set, in the transaction that records the event which says so, with a
batch's row. So every offset from the first bookmark on is read or named by an event, and the audit can
tell them apart.
"""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import msgspec

from ledger.crypto.sealing import KeyedHash
from ledger.errors import Fenced, Misconfigured
from ledger.event import OWN_SOURCE
from ledger.names import LedgerName
from ledger.storage.postgres import Session
from ledger.writing.append import (
    NewEvent,
    Span,
    WriteResult,
    append,
    latest_versions,
    lock_head,
    new_event,
)
from ledger.writing.bookmarks import Bookmark, move_bookmark_over_gap
from ledger.writing.chain import ChainLink
from ledger.writing.own_message import own_state
from schemas import OwnEventError, own_event
from schemas.catalogue import GAP

_SOURCE = f"{OWN_SOURCE}intake"


class Gap(msgspec.Struct, frozen=True):
    """A gap to pass over: `from_offset` would have been read next, `to_offset` is read next instead.

    `former_topic_id`: the incarnation that was read so far; `topic_id`: the incarnation to go on with.
    """

    topic: str
    partition: int
    from_offset: int
    to_offset: int
    reason: str
    cluster_id: str
    former_topic_id: str
    topic_id: str

    @property
    def made_anew(self) -> bool:
        """Whether the topic was deleted and made anew."""
        return self.topic_id != self.former_topic_id

    @property
    def facts(self) -> dict[str, Any]:
        """The facts of its event."""
        facts = {
            "topic": self.topic,
            "partition": self.partition,
            "from_offset": self.from_offset,
            "to_offset": self.to_offset,
            "reason": self.reason,
        }
        if self.made_anew:
            facts |= {"former_topic_id": self.former_topic_id, "topic_id": self.topic_id}
        return facts


def gap_span(topic: str, partition: int, from_offset: int, to_offset: int) -> Span:
    """The span of a gap's batch: the offsets that are passed over, or nothing where reading goes back."""
    return Span(topic, partition, min(from_offset, to_offset), to_offset)


def record_gap(
    session: Session, ledger: LedgerName, chain: KeyedHash, gap: Gap, now: datetime
) -> WriteResult:
    """Record a gap and move its bookmark; on return it is committed. Needs the recorder's role.

    `chain`: vouches for the batch.

    Raises Fenced when the bookmark is not where `gap` says, Misconfigured when its reason is malformed, Retry
    or Halt: then nothing is done.
    """
    subject = ledger.reference
    stream = ledger.registry_stream(subject)
    with session.transaction():
        lock_head(session)
        link = ChainLink(chain)
        passed = Span(gap.topic, gap.partition, gap.from_offset, gap.to_offset)
        former = Bookmark(gap.cluster_id, gap.former_topic_id)
        try:
            move_bookmark_over_gap(session, link, passed, former, gap.topic_id)
        except Fenced:
            raise Fenced(
                "the bookmark has moved meanwhile: a consumer goes on by itself; look again"
            ) from None
        version = latest_versions(session, [stream]).get(stream, 0) + 1
        event = _event(gap, subject, stream, version, now)
        span = gap_span(gap.topic, gap.partition, gap.from_offset, gap.to_offset)
        return append(session, [event], span, link, channel=ledger.channel)


def _event(gap: Gap, subject: str, stream: UUID, version: int, now: datetime) -> NewEvent:
    try:
        event = own_event(GAP, id=f"{uuid4()}.gap", source=_SOURCE, facts=gap.facts)
    except OwnEventError:
        raise Misconfigured("the reason of a gap is a code, such as retention-passed") from None
    # Written here and not by the intake: bookmark and event go in one transaction.
    state = own_state(event, "kafka accept-gap", now, subject)
    return new_event(stream, version, event.type, state, (event.source, event.id, b"", 0))
