"""Where reading a partition begins: between the stored bookmark and what Kafka holds.

A ledger never jumps: whatever does not fit is a Halt with a plain message, and nothing was read.
"""

from collections.abc import Sequence

from consumers.backlog import Backlog
from consumers.source import Identity, OffsetRange, Partition, Source
from consumers.store import Store, StoredBookmark
from ledger.errors import Halt, Misconfigured, Remedy


def identify(source: Source, topics: Sequence[str], known: Identity | None = None) -> Identity:
    """Ask which cluster and topics these are; topics known before must be the same.

    Raises Halt when one is not, Misconfigured when one does not exist.
    """
    identity = source.identity(topics)
    for topic, topic_id in known.topic_ids.items() if known else ():
        _check_topic(topic, topic_id, identity)
    missing = [topic for topic in topics if topic not in identity.topic_ids]
    if missing:
        raise Misconfigured(f"Kafka has no topic {', '.join(missing)}: create it first")
    return identity


def place(
    store: Store,
    partition: Partition,
    identity: Identity,
    extent: OffsetRange,
    from_log_start: bool,
) -> tuple[Backlog, int]:
    """The empty backlog of a partition at its bookmark, and the offset from which to read.

    A new partition gets its first bookmark. Where the record before the bookmark is still there, it is
    read once more, to be compared. Raises Halt.
    """
    stored = store.bookmark(partition)
    if stored is None:
        # The bookmark of a partition that the ledger never read. Raises Halt when its oldest records are
        # gone already, unless that is accepted.
        if extent.start > 0 and not from_log_start:
            raise Halt(
                f"{partition} is new to this ledger, but its first {extent.start} offsets are gone already",
                remedy=Remedy("begin-with-what-is-left"),
            )
        first = StoredBookmark(
            identity.cluster_id, identity.topic_ids[partition.topic], extent.start
        )
        # Stored before the first record is read: what Kafka loses from now on is noticed.
        stored = store.begin(partition, first)
    # Raise Halt unless the bookmark belongs to this incarnation of the partition and lies in it.
    if stored.cluster_id != identity.cluster_id:
        raise Halt(
            f"the bookmark of {partition} belongs to cluster {stored.cluster_id}, but this is "
            f"cluster {identity.cluster_id}: connect to the right one, or read its topics into "
            "another ledger"
        )
    _check_topic(partition.topic, stored.topic_id, identity)
    _check_extent(partition, stored, extent)
    # Offset from which to read: one before the bookmark where that record can be compared.
    comparable = stored.last_record is not None and stored.next_offset > extent.start
    start = stored.next_offset - 1 if comparable else stored.next_offset
    compare = stored.last_record if start < stored.next_offset else None
    return Backlog(stored.next_offset, stored.topic_id, compare), start


def _check_extent(partition: Partition, stored: StoredBookmark, extent: OffsetRange) -> None:
    """Raise Halt when Kafka has lost records: acknowledged ones, or some that were never read."""
    if stored.next_offset > extent.end:
        raise Halt(
            f"the ledger has {partition} up to offset {stored.next_offset}, but Kafka only up to "
            f"{extent.end}: the cluster has lost records that were acknowledged",
            remedy=Remedy("restore-cluster", (partition.topic, partition.number)),
        )
    if stored.next_offset < extent.start:
        raise Halt(
            f"offsets {stored.next_offset} to {extent.start - 1} of {partition} are gone before they "
            "were recorded (retention, or records deleted); nothing is skipped",
            remedy=Remedy("accept-gap", (partition.topic, partition.number)),
        )


def _check_topic(topic: str, topic_id: str, identity: Identity) -> None:
    """Raise Halt when the topic is gone, or was deleted and made anew."""
    current_id = identity.topic_ids.get(topic)
    if current_id is None:
        raise Halt(f"topic {topic} does not exist any more; the ledger has read it so far")
    if current_id != topic_id:
        raise Halt(
            f"topic {topic} was deleted and made anew (expected id {topic_id}, got {current_id}): its "
            "offsets mean other records now",
            remedy=Remedy("accept-topic", (topic,)),
        )


def check_record(partition: Partition, offset: int, expected: bytes, actual: bytes) -> None:
    """Raise Halt if the last recorded record has changed. Both: keyed hashes."""
    if expected != actual:
        raise Halt(
            f"offset {offset} of {partition} holds another record than the recorded one: "
            "the cluster has lost records and used their offsets again",
            remedy=Remedy("read-again", (partition.topic, partition.number)),
        )
