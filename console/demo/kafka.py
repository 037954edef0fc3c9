"""The part of `ledger demo --kafka` between the sample and the ledger: a real topic."""

from collections.abc import Iterable

import orjson

from application.words import say
from console.commands.running import sourcing
from console.progress import progress_bar
from consumers.kafka import KafkaSource, KafkaUpstream
from consumers.loop import Job, consume
from consumers.observer import ConsumerObserver
from consumers.source import Partition
from host.kafka_options import options_of
from host.settings import OFFICE, KafkaSettings
from host.site import Site
from ledger.clocks import Clocks
from ledger.recording.batch import Outcome
from schemas import EVENT_TYPES, is_person
from schemas.encoding import JsonValue
from schemas.sources import EVENTS_TOPIC, REGISTER_TOPIC


def topic_of(event: dict[str, JsonValue]) -> str:
    """Where an upstream system publishes an event; the privacy office all of its own on one topic."""
    if event["source"] == OFFICE:
        return REGISTER_TOPIC
    topics = EVENT_TYPES[str(event["type"])].topics
    if len(topics) > 1:
        return EVENTS_TOPIC if is_person(str(event["subject"])) else REGISTER_TOPIC
    return REGISTER_TOPIC if topics == ("register",) else EVENTS_TOPIC


def publish(kafka: KafkaSettings, events: Iterable[dict[str, JsonValue]]) -> int:
    """Publish events, each under its subject as key; how many there were."""
    upstream = KafkaUpstream(options_of(kafka))
    count = 0
    try:
        for event in events:
            upstream.publish(topic_of(event), str(event["subject"]), orjson.dumps(event))
            count += 1
        upstream.flush()
    finally:
        upstream.close()
    return count


class UntilEnd:
    """Tells a consumer to stop once it has recorded what its partitions held when it began."""

    def __init__(self, source: KafkaSource) -> None:
        self._source = source
        self._partitions: frozenset[Partition] = frozenset()
        self._ends: dict[Partition, int] = {}
        self._bookmarks: dict[Partition, int] = {}
        self.messages = 0

    def reassigned(self, partitions: frozenset[Partition]) -> None:
        """Take the partitions that are read from now on, whose ends are not known yet."""
        self._partitions, self._ends = partitions, {}

    def placed(self, partition: Partition, bookmark: int) -> None:
        """Reading begins there."""
        self._bookmarks[partition] = bookmark

    def recorded(self, partition: Partition, bookmark: int, outcome: Outcome) -> None:
        """A batch was recorded."""
        self._bookmarks[partition] = bookmark
        self.messages += outcome.recorded + outcome.duplicates
        self.messages += len(outcome.rejections) + len(outcome.withheld)

    def reached(self) -> bool:
        """Whether every partition is at its end."""
        if not self._partitions:
            return False
        if not self._ends:
            extents = self._source.extents(self._partitions)
            self._ends = {partition: extent.end for partition, extent in extents.items()}
        return all(
            self._bookmarks.get(partition, -1) >= end for partition, end in self._ends.items()
        )


def consume_all(site: Site, kafka: KafkaSettings, count: int) -> int:
    """Record everything that the topics hold; how many messages that were. `count`: expected."""
    job = Job(kafka.topics, site.intake, site.batch_limits)
    with sourcing(kafka) as source, progress_bar(say("progress", "consuming"), count) as advance:
        end = UntilEnd(source)

        def reached() -> bool:
            advance(end.messages, "")
            return end.reached()

        consume(
            job,
            source,
            site.open_recorder,
            Clocks(site.clock),
            observer=ConsumerObserver(
                reassigned=end.reassigned, placed=end.placed, recorded=end.recorded
            ),
        ).run(reached)
    return end.messages
