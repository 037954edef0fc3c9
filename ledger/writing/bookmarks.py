"""How far the ledger is with a Kafka partition, and which topics are halted, each changed in a batch.

A bookmark moves by compare-and-set on where the batch starts: a zombie that lost its partition finds another
value there. Everything here needs the head lock, and tells the batch's link its changes.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec

from ledger.errors import Fenced
from ledger.storage.postgres import Session
from ledger.writing.append import Span
from ledger.writing.chain import Cell, ChainLink
from schemas.limits import QUARANTINE_MESSAGES, QUARANTINE_SHARE


class Bookmark(msgspec.Struct, frozen=True):
    """Which incarnation of a Kafka partition a batch was read from, and its last record's bytes."""

    cluster_id: str
    topic_id: str
    last_record: bytes | None = None


class HaltLimit(msgspec.Struct, frozen=True):
    """More than `share` rejections among at least `messages` messages of one source quarantine it."""

    share: float = QUARANTINE_SHARE
    messages: int = QUARANTINE_MESSAGES


class Window(msgspec.Struct, frozen=True):
    """Rejections counted over the messages of a source, until there are enough to judge.

    `halted_at`: since when its messages are kept out.
    """

    messages: int = 0
    rejections: int = 0
    halted_at: datetime | None = None

    def count(self, messages: int, rejections: int, limit: HaltLimit, now: datetime) -> "Window":
        """The window after one more batch. A full window is judged once; a halted one stays."""
        if self.halted_at is None and self.messages >= limit.messages:
            # A full window that did not halt is dropped: old messages must not hide new refusals.
            return Window().count(messages, rejections, limit, now)
        messages, rejections = self.messages + messages, self.rejections + rejections
        over = messages >= limit.messages and rejections > limit.share * messages
        return Window(messages, rejections, self.halted_at or (now if over else None))


def begin_bookmark(session: Session, link: ChainLink, place: Span, bookmark: Bookmark) -> bool:
    """Begin with a new partition at the start of `place`; False when another process did already."""
    if _stored(session, place) is not None:
        return False
    row = _row(place, bookmark.cluster_id, bookmark.topic_id, place.start, None)
    session.run(
        "add_bookmark",
        topic=place.topic,
        partition=place.partition,
        cluster_id=bookmark.cluster_id,
        topic_id=bookmark.topic_id,
        start=place.start,
        mac=link.comes("bookmarks", row),
    )
    return True


def move_bookmark(
    session: Session, link: ChainLink, span: Span, bookmark: Bookmark, last_record: bytes | None
) -> datetime | None:
    """Move the bookmark over a span; since when its topic is halted.

    `last_record`: its keyed hash; None keeps the stored hash. Raises Fenced when it is elsewhere.
    """
    stored = _stored(session, span)
    if stored is None:
        raise Fenced
    cluster_id, topic_id, _, last, halted_at = stored
    last_record = last if last_record is None else last_record
    link.goes("bookmarks", _row(span, *stored[:4]))
    row = _row(span, cluster_id, topic_id, span.end, last_record)
    moved = session.run(
        "move_bookmark",
        topic=span.topic,
        partition=span.partition,
        cluster_id=bookmark.cluster_id,
        topic_id=bookmark.topic_id,
        start=span.start,
        end=span.end,
        last_record=last_record,
        mac=link.comes("bookmarks", row),
    )
    if moved != 1:
        raise Fenced
    return msgspec.convert(halted_at, type=datetime | None)


def move_bookmark_over_gap(
    session: Session, link: ChainLink, gap: Span, former: Bookmark, topic_id: str
) -> None:
    """Move the bookmark from the start of a gap to its end. Raises Fenced when it is elsewhere.

    The events recorded before the gap say nothing about the record before the new place.
    """
    stored = _stored(session, gap)
    if stored is None:
        raise Fenced
    link.goes("bookmarks", _row(gap, *stored[:4]))
    row = _row(gap, former.cluster_id, topic_id, gap.end, None)
    moved = session.run(
        "move_bookmark_over_gap",
        topic=gap.topic,
        partition=gap.partition,
        cluster_id=former.cluster_id,
        former_topic_id=former.topic_id,
        topic_id=topic_id,
        start=gap.start,
        end=gap.end,
        mac=link.comes("bookmarks", row),
    )
    if moved != 1:
        raise Fenced


def halt_topics(
    session: Session, link: ChainLink, topics: Sequence[str], halted_at: datetime | None
) -> int:
    """Store since when topics are halted, or that they are read again (None); how many were not so before."""
    known: dict[str, datetime | None] = dict(session.rows("intake_windows_of", topics=list(topics)))
    changed = [topic for topic in topics if (known.get(topic) is None) != (halted_at is None)]
    for topic in changed:
        if topic in known:
            link.goes("intake_windows", [topic, known[topic]])
        mac = link.comes("intake_windows", [topic, halted_at])
        session.run("set_intake_window", topic=topic, halted_at=halted_at, mac=mac)
    return len(changed)


def _stored(session: Session, place: Span) -> tuple[Any, ...] | None:
    return session.row("kept_bookmark", topic=place.topic, partition=place.partition)


def _row(
    place: Span, cluster_id: Cell, topic_id: Cell, next_offset: Cell, last_record: Cell
) -> tuple[Cell, ...]:
    last = bytes(last_record) if isinstance(last_record, bytes | memoryview) else None
    return place.topic, place.partition, cluster_id, topic_id, next_offset, last
