"""What a consumer counts, on a cluster and a ledger in memory."""

from collections.abc import Mapping
from typing import Any

import orjson
import pytest

from consumers.loop import EXTENTS_SECONDS, Consumer, Job
from consumers.metrics import SERIES, IntakeMetrics
from consumers.observer import ConsumerObserver
from consumers.source import KafkaAway
from ledger.clocks import Clocks
from ledger.errors import Fenced, ServiceAway
from ledger.metrics import new_registry, render
from schemas import AdmissionRules, Code
from tests.fakes.kafka import FakeCluster, FakeSource, FakeTime
from tests.fakes.store import FakeLedger
from tests.fixtures.ledger import registered

TOPIC = "privacy.events.v1"


class World:
    """One consumer of one topic, and what is counted of it."""

    def __init__(self, partitions: int = 1) -> None:
        self.time = FakeTime()
        self.cluster = FakeCluster()
        self.partitions = self.cluster.create(TOPIC, partitions)
        self.ledger = FakeLedger(self.time)
        self.registry = new_registry()
        self.source = FakeSource(self.cluster, self.time)
        self.source.assign(self.partitions)
        self.consumer = Consumer(
            Job((TOPIC,), AdmissionRules()),
            self.source,
            self.ledger.open,
            Clocks(self.time.clock, self.time.monotonic),
            observer=IntakeMetrics.on(self.registry, (TOPIC,)).counting(ConsumerObserver()),
        )

    def turn(self, times: int = 40) -> None:
        for _ in range(times):
            self.consumer.turn()

    def value(self, name: str, **labels: Any) -> float | None:
        return self.registry.get_sample_value(name, {k: str(v) for k, v in labels.items()})

    def at(self, partition: int = 0) -> Mapping[str, Any]:
        return {"topic": TOPIC, "partition": partition}


def test_everything_begins_at_0_so_that_the_first_one_is_a_rise() -> None:
    world = World()
    assert world.value("ledger_rejections_total", topic=TOPIC, code="withheld") is None
    for code in set(Code) - {Code.WITHHELD}:
        assert world.value("ledger_rejections_total", topic=TOPIC, code=code.value) == 0.0
    assert world.value("ledger_events_recorded_total", topic=TOPIC) == 0.0
    assert world.value("ledger_duplicates_total", topic=TOPIC) == 0.0
    assert world.value("ledger_service_away_total", service="kafka") == 0.0


def test_a_batch_is_counted_with_its_lag() -> None:
    world = World()
    event = orjson.dumps(registered())
    world.cluster.produce(world.partitions[0], event, event, b"no json")
    world.turn()
    assert world.value("ledger_events_recorded_total", topic=TOPIC) == 1.0
    assert world.value("ledger_duplicates_total", topic=TOPIC) == 1.0
    assert world.value("ledger_rejections_total", topic=TOPIC, code="not-json") == 1.0
    assert world.value("ledger_batch_messages_sum") == 3.0
    assert world.value("ledger_batch_seconds_count") == 1.0
    assert world.value("ledger_kafka_bookmark_offset", **world.at()) == 3.0
    assert world.value("ledger_kafka_end_offset", **world.at()) == 3.0
    assert world.value("ledger_kafka_lag_records", **world.at()) == 0.0
    assert world.value("ledger_kafka_retention_headroom_records", **world.at()) == 3.0
    assert world.value("ledger_kafka_rebalances_total") == 1.0


def test_lag_grows_while_the_ledger_is_away() -> None:
    world = World()
    world.turn()
    world.ledger.away = True
    world.cluster.produce(
        world.partitions[0], *[orjson.dumps(registered(f"customer/{n}")) for n in range(4)]
    )
    world.turn()
    assert world.value("ledger_service_away_total", service="postgresql") not in {None, 0.0}
    assert world.value("ledger_kafka_lag_records", **world.at()) == 4.0
    seconds = world.value("ledger_kafka_lag_seconds", **world.at())
    assert seconds is not None
    world.time.seconds += EXTENTS_SECONDS
    world.turn(2)
    later = world.value("ledger_kafka_lag_seconds", **world.at())
    assert later is not None
    assert later > seconds
    world.ledger.away = False
    world.time.seconds += 60
    world.turn()
    assert world.value("ledger_kafka_lag_records", **world.at()) == 0.0
    assert world.value("ledger_kafka_lag_seconds", **world.at()) == 0.0


@pytest.mark.parametrize(
    ("fault", "name", "labels"),
    [
        (Fenced(), "ledger_kafka_fenced_total", {}),
        (ServiceAway(), "ledger_service_away_total", {"service": "postgresql"}),
        (KafkaAway(), "ledger_service_away_total", {"service": "kafka"}),
    ],
)
def test_faults_are_counted_by_kind(fault: Any, name: str, labels: dict[str, str]) -> None:
    world = World()
    world.ledger.faults.append(fault)
    world.cluster.produce(world.partitions[0], orjson.dumps(registered()))
    world.turn()
    assert world.value(name, **labels) == 1.0
    assert world.value("ledger_events_recorded_total", topic=TOPIC) == 1.0


def test_series_of_a_partition_end_when_it_is_taken_away() -> None:
    world = World(partitions=2)
    world.turn()
    assert world.value("ledger_kafka_lag_records", **world.at(1)) == 0.0
    world.source.assign(world.partitions[:1])
    world.turn()
    text = render(world.registry, "")[1].decode()
    assert f'partition="0",topic="{TOPIC}"' in text
    assert 'partition="1"' not in text


def test_a_halted_topic_is_told_until_it_is_resumed() -> None:
    world = World()
    world.cluster.produce(world.partitions[0], *[b"no json"] * 100)
    with pytest.raises(Exception, match="rejected"):
        world.turn()
    assert world.value("ledger_topic_halted", topic=TOPIC) == 1.0


def test_every_metric_says_what_it_is_in_more_than_a_word() -> None:
    assert all(len(series.help) > 40 for series in SERIES)
    assert len({series.name for series in SERIES}) == len(SERIES)
