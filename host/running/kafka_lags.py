"""How far the ledger is behind the partitions that it has read, asked of Kafka."""

from collections.abc import Mapping, Sequence

from msgspec import UNSET, UnsetType

from application.queries.upkeep.health import PartitionLag
from application.words import say
from consumers.source import OffsetRange, Partition
from documents.messages import told
from host.notes import note
from host.settings import KafkaSettings
from ledger.errors import LedgerError


def kafka_lags(
    bookmarks: Sequence[tuple[str, int, int]], kafka: KafkaSettings | None
) -> list[PartitionLag]:
    """A lag for each bookmark (topic, partition, next offset); None where Kafka cannot be asked."""
    extents = _extents(bookmarks, kafka) if bookmarks and kafka else {}
    return [
        PartitionLag(
            topic, partition, offset, *_behind(extents.get(Partition(topic, partition)), offset)
        )
        for topic, partition, offset in bookmarks
    ]


def _behind(extent: OffsetRange | None, offset: int) -> tuple[int | None, int | UnsetType]:
    """The lag behind the high watermark, and what an open transaction holds back of it."""
    if extent is None:
        return None, UNSET
    return max(0, extent.log_end - offset), extent.held_back or UNSET


def _extents(
    bookmarks: Sequence[tuple[str, int, int]], kafka: KafkaSettings
) -> Mapping[Partition, OffsetRange]:
    from consumers.kafka import KafkaSource
    from host.kafka_options import options_of

    try:
        source = KafkaSource(options_of(kafka))
        try:
            return source.extents(Partition(topic, number) for topic, number, _ in bookmarks)
        finally:
            source.close()
    except LedgerError as fault:
        note(f"status: {say('note', 'no-lag', told(str(fault)))}")
        return {}
