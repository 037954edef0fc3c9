"""Kafka -> committed, one consumer, beside recording from memory in the same round and a bare poll.

`python -m bench.kafka [ROUNDS]`. A real broker of one node on the same machine. The clock runs from when the
consumer has placed all its partitions to its last commit: joining a group takes seconds, once.
"""

import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

from kafka import KafkaConsumer, TopicPartition

from bench.record import BATCH, KNOWN, PEOPLE, fresh, rate
from bench.tools.arguments import explain, given
from bench.tools.results import median_ratio, quote, save
from bench.tools.workload import four_fields
from consumers.kafka import KafkaSource, KafkaUpstream
from consumers.kafka_options import POLL_RECORDS, KafkaOptions
from consumers.loop import Job, consume
from consumers.observer import ConsumerObserver
from consumers.pipeline import BatchLimits
from consumers.source import Partition
from ledger.clocks import Clocks
from ledger.embedded import start
from ledger.names import LedgerName
from ledger.recording.batch import Outcome
from schemas import AdmissionRules
from tests.fixtures.kafka import admin_client, own_broker
from tests.fixtures.ledger import Clock, House

EVENTS = 40_000
PARTITIONS = 3
ROUNDS = given(9)
CONSUMER, POLL = "Kafka to committed", "bare poll"
METHOD = (
    f"{EVENTS} events of {PEOPLE} known people, as for recording; a topic of {PARTITIONS} partitions on one"
    f" real broker of the same machine, one consumer, batches of at most {BATCH}; from the moment at which"
    f" all partitions are placed to the last commit; both this and the record path begin with no keys in"
    f" memory; bare poll: kafka-python alone with crc32c; median of {ROUNDS} rounds"
)


class Counting:
    """Counts what a consumer has recorded, and the partitions that it has placed."""

    def __init__(self) -> None:
        self.events = 0
        self.placed: set[Partition] = set()

    def place(self, partition: Partition, _bookmark: int) -> None:
        self.placed.add(partition)

    def recorded(self, partition: Partition, bookmark: int, outcome: Outcome) -> None:
        assert not outcome.rejections
        self.events += outcome.recorded


def publish(bootstrap: str, topic: str, texts: list[bytes]) -> None:
    """Fill a topic as upstream systems do."""
    with admin_client(bootstrap) as admin:
        admin.create_topics({topic: {"num_partitions": PARTITIONS}}, wait_for_metadata=True)
    upstream = KafkaUpstream(KafkaOptions((bootstrap,), "bench", (topic,)))
    for number, text in enumerate(texts):
        upstream.publish(topic, f"customer/{number % PEOPLE}", text)
    upstream.flush()
    upstream.close()


def consumed(bootstrap: str, topic: str, house: House) -> float:
    """Events a second of one consumer."""
    counting = Counting()
    source = KafkaSource(KafkaOptions((bootstrap,), f"group-{topic}", (topic,)))
    consumer = consume(
        Job((topic,), AdmissionRules(), BatchLimits(messages=BATCH)),
        source,
        house.open,
        Clocks(house.clock),
        observer=ConsumerObserver(placed=counting.place, recorded=counting.recorded),
    )
    try:
        while len(counting.placed) < PARTITIONS:
            consumer.turn()
        began = time.perf_counter()
        while counting.events < EVENTS:
            consumer.turn()
        return EVENTS / (time.perf_counter() - began)
    finally:
        source.close()


def polled(bootstrap: str, topic: str) -> float:
    """Records a second of kafka-python alone."""
    consumer: Any = KafkaConsumer(
        bootstrap_servers=[bootstrap], enable_auto_commit=False, max_poll_records=POLL_RECORDS
    )
    try:
        consumer.assign([TopicPartition(topic, number) for number in range(PARTITIONS)])
        consumer.seek_to_beginning()
        count, began = 0, time.perf_counter()
        while count < EVENTS:
            count += sum(map(len, consumer.poll(timeout_ms=500).values()))
        return count / (time.perf_counter() - began)
    finally:
        consumer.close()


def compare(house: House, bootstrap: str, number: int) -> dict[str, float]:
    """One round: events a second of each."""
    topic = f"bench-{number}"
    publish(bootstrap, topic, four_fields(EVENTS, PEOPLE, "kafka"))
    with fresh(house, f"kafka{number}") as (ours, ledger):
        rate(ledger, four_fields(PEOPLE, PEOPLE, "fill"))
        return {
            KNOWN: rate(ours.open(), four_fields(EVENTS, PEOPLE, "memory")),
            CONSUMER: consumed(bootstrap, topic, ours),
            POLL: polled(bootstrap, topic),
        }


def main() -> None:
    """Measure, print, and write `docs/performance/kafka.json`."""
    with (
        tempfile.TemporaryDirectory(dir="/tmp", prefix="pl-") as folder,
        tempfile.TemporaryDirectory(dir="/tmp", prefix="pl-kafka-") as kafka,
        start(Path(folder)) as server,
        own_broker(Path(kafka)) as bootstrap,
    ):
        house = House(server.url(), Path(folder) / "keys", LedgerName(), Clock())
        rounds = [compare(house, bootstrap, number) for number in range(ROUNDS)]
    columns = {name: [figures[name] for figures in rounds] for name in rounds[0]}
    medians = {name: statistics.median(values) for name, values in columns.items()}
    ratios = {
        f"{CONSUMER} / {peer}": median_ratio(columns[CONSUMER], columns[peer])
        for peer in (KNOWN, POLL)
    }
    for name, value in medians.items():
        print(f"kafka: {name:<36}{value:>12,.0f} events/s")
    for name, value in ratios.items():
        print(f"kafka: {name:<64}{value:>8.2f}")
    save("kafka", METHOD, {"events_per_second": medians, "rounds": columns, "ratios": ratios})
    rows = [
        [name, f"{value:,.0f}", f"{median_ratio(columns[CONSUMER], columns[name]):.2f}"]
        for name, value in medians.items()
    ]
    quote("kafka", [["", "events/s", f"{CONSUMER} ÷ it"], *rows])


if __name__ == "__main__":
    explain(__doc__, rounds=ROUNDS)
    main()
