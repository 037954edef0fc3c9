"""How far the ledger is behind the partitions that it has read, asked of Kafka."""

from collections.abc import Sequence

from application.queries.upkeep.health import PartitionLag
from application.words import say
from documents.messages import told
from host.notes import note
from host.settings import KafkaSettings
from ledger.errors import LedgerError


def kafka_lags(
    bookmarks: Sequence[tuple[str, int, int]], kafka: KafkaSettings | None
) -> list[PartitionLag]:
    """A lag for each bookmark (topic, partition, next offset); None where Kafka cannot be asked."""
    ends = _ends(bookmarks, kafka) if bookmarks and kafka else {}
    return [
        PartitionLag(topic, partition, offset, _behind(ends.get((topic, partition)), offset))
        for topic, partition, offset in bookmarks
    ]


def _behind(end: int | None, offset: int) -> int | None:
    return None if end is None else max(0, end - offset)


def _ends(
    bookmarks: Sequence[tuple[str, int, int]], kafka: KafkaSettings
) -> dict[tuple[str, int], int]:
    from consumers.kafka import KafkaSource
    from consumers.source import Partition
    from host.kafka_options import options_of

    try:
        source = KafkaSource(options_of(kafka))
        try:
            extents = source.extents(Partition(topic, number) for topic, number, _ in bookmarks)
        finally:
            source.close()
    except LedgerError as fault:
        note(f"status: {say('note', 'no-lag', told(str(fault)))}")
        return {}
    return {(partition.topic, partition.number): e.end for partition, e in extents.items()}
