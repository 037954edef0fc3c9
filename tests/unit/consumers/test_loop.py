"""The main loop on a cluster and a ledger in memory: whatever happens, each offset counts once."""

from collections.abc import Callable
from itertools import pairwise
from typing import Any, NoReturn

import orjson
import pytest

from consumers.loop import (
    ACKNOWLEDGE_SECONDS,
    EXTENTS_SECONDS,
    IDENTITY_SECONDS,
    STRETCH_SECONDS,
    WRITE_SECONDS,
    Consumer,
    Job,
)
from consumers.observer import ConsumerObserver
from consumers.pipeline import BatchLimits
from consumers.source import KafkaAway, Partition, PollResult, Unreadable
from consumers.store import StoredBookmark
from ledger.clocks import Clocks
from ledger.errors import Fenced, Halt, Misconfigured, Remedy, ServiceAway
from ledger.writing.bookmarks import HaltLimit
from schemas import AdmissionRules
from tests.fakes.kafka import FakeAnswers, FakeCluster, FakeSource, FakeTime
from tests.fakes.store import FakeLedger
from tests.fixtures.ledger import registered

TOPIC = "privacy.events.v1"


class World:
    """One topic, one ledger, and consumers on them."""

    def __init__(self, partitions: int = 1) -> None:
        self.time = FakeTime()
        self.cluster = FakeCluster()
        self.partitions = self.cluster.create(TOPIC, partitions)
        self.ledger = FakeLedger(self.time)
        self.answers = FakeAnswers()
        self.seen: list[tuple[Any, ...]] = []
        self.batches: list[tuple[int, float]] = []

    @property
    def first(self) -> Partition:
        return self.partitions[0]

    def produce(self, count: int, partition: Partition | None = None) -> None:
        events = [orjson.dumps(registered(f"customer/{n}")) for n in range(count)]
        self.cluster.produce(partition or self.first, *events)

    def member(self, **options: Any) -> tuple[FakeSource, Consumer]:
        source = FakeSource(self.cluster, self.time)
        return source, self.consumer(source, **options)

    def consumer(self, source: FakeSource, **options: Any) -> Consumer:
        return Consumer(
            Job((TOPIC,), AdmissionRules()) if "job" not in options else options["job"],
            source,
            self.ledger.open,
            Clocks(self.time.clock, self.time.monotonic),
            answers=self.answers,
            observer=ConsumerObserver(
                fenced=lambda: self.seen.append(("fenced",)),
                away=lambda fault, s: self.seen.append(("away", s)),
                halted=lambda topic: self.seen.append(("halted", topic)),
                timed=lambda messages, seconds: self.batches.append((messages, seconds)),
            ),
        )

    def joined(self, *partitions: Partition, **options: Any) -> tuple[FakeSource, Consumer]:
        source, consumer = self.member(**options)
        source.assign(partitions or self.partitions)
        return source, consumer

    def next_offset(self, partition: Partition | None = None) -> int:
        return self.ledger.bookmarks[partition or self.first].next_offset

    def check_joined(self) -> None:
        """Batches of each partition join from 0 to the bookmark, and nothing was recorded twice."""
        for partition in self.partitions:
            spans = [b.span for b in self.ledger.batches if b.span.partition == partition.number]
            starts = [0] + [span.end for span in spans]
            assert [span.start for span in spans] == starts[:-1]
            assert starts[-1] == self.next_offset(partition)


def turns(consumer: Consumer, until: Callable[[], bool], most: int = 200) -> None:
    """Turn until a condition holds."""
    for _ in range(most):
        if until():
            return
        consumer.turn()
    raise AssertionError("it never happened")


@pytest.fixture
def world() -> World:
    return World()


def test_everything_is_recorded_once_and_acknowledged(world: World) -> None:
    world.produce(10)
    source, consumer = world.joined()
    turns(consumer, lambda: source.acknowledged == {world.first: 10})
    assert world.ledger.offsets == list(range(10))
    world.check_joined()


def test_bad_records_become_letters_and_are_answered(world: World) -> None:
    world.produce(1)
    world.cluster.produce(world.first, b"no json", None)
    _, consumer = world.joined()
    turns(consumer, lambda: world.answers.sent == [b"not-json", b"not-json"])
    assert (world.ledger.offsets, world.ledger.letters) == ([0], [b"no json", b""])


def test_answers_that_kafka_does_not_take_hold_up_nothing(world: World) -> None:
    world.answers.away = True
    world.cluster.produce(world.first, b"no json")
    _, consumer = world.joined()
    turns(consumer, lambda: world.next_offset() == 1 if world.ledger.bookmarks else False)
    world.produce(3)
    turns(consumer, lambda: world.next_offset() == 4)
    assert world.ledger.opened == 1
    turns(consumer, lambda: len(world.seen) == 6, most=2000)
    assert [entry[1] for entry in world.seen] == [5.0, 10.0, 20.0, 40.0, 60.0, 60.0]
    world.answers.away = False
    turns(consumer, lambda: world.answers.sent == [b"not-json"], most=1000)


def test_a_new_partition_begins_at_its_start_which_must_be_0(world: World) -> None:
    world.produce(5)
    world.cluster.forget(world.first, before=2)
    _, consumer = world.joined()
    with pytest.raises(Halt, match="first 2 offsets are gone") as halted:
        turns(consumer, lambda: False)
    assert halted.value.remedy == Remedy("begin-with-what-is-left")
    _, consumer = world.joined(job=Job((TOPIC,), AdmissionRules(), from_log_start=True))
    turns(consumer, lambda: world.ledger.offsets == [2, 3, 4])


def test_one_offset_that_is_gone_is_not_passed_over_either(world: World) -> None:
    world.produce(2)
    world.cluster.forget(world.first, before=1)
    _, consumer = world.joined()
    with pytest.raises(Halt, match="first 1 offsets are gone"):
        turns(consumer, lambda: False)


def test_the_bookmark_passes_markers_and_aborted_records(world: World) -> None:
    world.produce(1)
    world.cluster.leave_gap(world.first, 3)
    world.produce(1)
    world.cluster.leave_gap(world.first)
    _, consumer = world.joined()
    turns(consumer, lambda: bool(world.ledger.bookmarks) and world.next_offset() == 6)
    world.cluster.leave_gap(world.first, 2)
    turns(consumer, lambda: world.next_offset() == 8)
    assert world.ledger.offsets == [0, 4]
    world.check_joined()
    world.cluster.forget(world.first, before=8)
    _, consumer = world.joined()
    world.produce(1)
    turns(consumer, lambda: world.ledger.offsets == [0, 4, 8])


def test_polling_goes_on_while_a_batch_is_written(world: World) -> None:
    limits = BatchLimits(messages=10)
    source = FakeSource(world.cluster, world.time, most_records=10)
    consumer = world.consumer(source, job=Job((TOPIC,), AdmissionRules(), limits))
    source.assign([world.first])
    turns(consumer, lambda: world.first in world.ledger.bookmarks)
    world.produce(40)
    consumer.turn()
    assert world.next_offset() == 40
    world.check_joined()


def test_a_fault_of_polling_ahead_comes_after_what_was_handed_over(world: World) -> None:
    source = FakeSource(world.cluster, world.time, most_records=100)
    consumer = world.consumer(
        source, job=Job((TOPIC,), AdmissionRules(), BatchLimits(messages=100))
    )
    source.assign([world.first])
    turns(consumer, lambda: world.first in world.ledger.bookmarks)
    world.produce(200)
    source.faults_after = {source.polls + 1: KafkaAway("Kafka does not answer: Test")}
    consumer.turn()
    assert world.next_offset() == 100
    assert world.seen[0][0] == "away"
    turns(consumer, lambda: world.next_offset() == 200)
    world.check_joined()


def test_a_rebalance_while_a_batch_is_written_takes_nothing_more(world: World) -> None:
    source = FakeSource(world.cluster, world.time, most_records=100)
    consumer = world.consumer(
        source, job=Job((TOPIC,), AdmissionRules(), BatchLimits(messages=100))
    )
    source.assign([world.first])
    turns(consumer, lambda: world.first in world.ledger.bookmarks)
    world.produce(300)
    source.rebalances_after = {source.polls + 1: [world.first]}
    consumer.turn()
    assert world.next_offset() == 100
    turns(consumer, lambda: world.next_offset() == 300)
    world.check_joined()


def test_a_rebalance_drops_what_was_polled_and_goes_on_from_the_bookmarks() -> None:
    world = World(partitions=2)
    one, other = world.partitions
    world.produce(3, one)
    world.produce(3, other)
    source, consumer = world.joined(one, other)
    consumer.turn()
    consumer.turn()  # polled, and waiting for company
    source.assign([one])
    _, another = world.joined(other)
    turns(another, lambda: len(world.ledger.events) == 3)
    turns(consumer, lambda: len(world.ledger.events) == 6)
    assert world.ledger.duplicates == 0
    world.check_joined()


def test_a_zombie_is_fenced_and_starts_over(world: World) -> None:
    world.produce(3)
    _, zombie = world.joined()
    zombie.turn()
    zombie.turn()  # has polled all three
    _, owner = world.joined()
    turns(owner, lambda: len(world.ledger.events) == 3)
    world.produce(2)
    turns(zombie, lambda: len(world.ledger.events) == 5)
    assert world.seen == [("fenced",)]
    assert world.ledger.duplicates == 0
    world.check_joined()


@pytest.mark.parametrize("stored", [False, True])
def test_a_lost_database_is_waited_for_while_polling_goes_on(world: World, stored: bool) -> None:
    source, consumer = world.joined()
    turns(consumer, lambda: bool(world.ledger.bookmarks))
    world.produce(5)
    if stored:
        world.ledger.faults_after.append(ServiceAway())
    else:
        world.ledger.faults.append(ServiceAway())
    turns(consumer, lambda: len(world.seen) == 1)
    world.ledger.away = True
    turns(consumer, lambda: len(world.seen) == 9, most=500)
    waits = [entry[1] for entry in world.seen]
    assert waits == pytest.approx([0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 10.0, 10.0])
    polls, before = source.polls, world.time.seconds
    turns(consumer, lambda: world.time.seconds >= before + 9.0)
    assert source.polls - polls >= 18, "polled twice a second all the while"
    world.ledger.away = False
    world.produce(1)
    turns(consumer, lambda: world.next_offset() == 6)
    assert world.ledger.offsets == list(range(6))
    assert world.ledger.duplicates == 0
    assert (world.ledger.opened, world.ledger.closed) == (2, 1)
    world.check_joined()


def test_partitions_assigned_while_the_database_is_away_wait_too() -> None:
    world = World(partitions=2)
    one, other = world.partitions
    world.produce(2, one)
    world.produce(2, other)
    world.ledger.away = True
    source, consumer = world.joined(one)
    turns(consumer, lambda: len(world.seen) == 3)
    source.assign([one, other])
    turns(consumer, lambda: len(world.seen) == 5)
    assert world.ledger.batches == []
    world.ledger.away = False
    turns(consumer, lambda: len(world.ledger.events) == 4)
    world.check_joined()


def test_a_passing_fault_of_kafka_is_waited_for(world: World) -> None:
    source, consumer = world.joined()
    world.produce(2)
    consumer.turn()
    source.faults.append(ServiceAway())
    turns(consumer, lambda: len(world.ledger.events) == 2)
    assert world.seen == [("away", 0.1)]


def test_overtaken_batches_are_decided_again(world: World) -> None:
    world.produce(2)
    world.ledger.faults.append(Fenced())
    _, consumer = world.joined()
    turns(consumer, lambda: len(world.ledger.events) == 2)
    assert world.seen == [("fenced",)]


def test_a_batch_that_is_fenced_time_and_again_is_read_again_ever_later(world: World) -> None:
    world.produce(2)
    world.ledger.faults += [Fenced() for _ in range(5)]
    _, consumer = world.joined()
    moments = []
    for count in range(1, 6):
        turns(consumer, lambda count=count: len(world.seen) == count)  # type: ignore[misc]
        moments.append(world.time.seconds)
    waits = [after - before for before, after in pairwise(moments)]
    assert all(wait >= least for wait, least in zip(waits, [0.1, 0.2, 0.4, 0.8], strict=True))
    turns(consumer, lambda: len(world.ledger.events) == 2)
    world.ledger.faults.append(Fenced())
    world.produce(1)
    turns(consumer, lambda: len(world.ledger.events) == 3)
    assert world.time.seconds - moments[-1] < 2 * sum(waits), "a success ends the waiting"
    world.check_joined()


def test_too_many_rejections_halt_the_topic_also_after_a_restart(world: World) -> None:
    world.ledger.limit = HaltLimit(0.2, 5)
    world.cluster.produce(world.first, *[b"bad"] * 4)
    world.produce(3)
    _, consumer = world.joined()
    with pytest.raises(Halt, match=r"privacy\.events\.v1 were rejected") as halted:
        turns(consumer, lambda: False)
    assert halted.value.remedy == Remedy("resume-topic")
    assert world.next_offset() == 7, "the batch that crossed the limit is committed"
    world.produce(2)
    _, again = world.joined()
    with pytest.raises(Halt, match="were rejected"):
        turns(again, lambda: False)
    assert world.next_offset() == 7
    world.ledger.open().resume([TOPIC])
    _, resumed = world.joined()
    turns(resumed, lambda: world.next_offset() == 9)


def test_one_halted_topic_does_not_stop_the_others_but_the_end_says_so(world: World) -> None:
    world.ledger.limit = HaltLimit(0.2, 5)
    (other,) = world.cluster.create("privacy.register.v1")
    world.cluster.produce(world.first, *[b"bad"] * 5)
    source, consumer = world.joined(
        world.first, other, job=Job((TOPIC, "privacy.register.v1"), AdmissionRules())
    )
    turns(consumer, lambda: world.seen == [("halted", TOPIC)])
    world.produce(2)
    world.produce(3, other)
    turns(consumer, lambda: world.ledger.bookmarks[other].next_offset == 3)
    assert world.next_offset() == 5
    source.assign([world.first, other])
    turns(consumer, lambda: len(world.seen) == 2)
    world.produce(1, other)
    turns(consumer, lambda: world.ledger.bookmarks[other].next_offset == 4)
    assert world.next_offset() == 5
    with pytest.raises(Halt, match=TOPIC):
        consumer.run(stop=lambda: True)


def started(world: World, count: int = 4) -> None:
    """A ledger that has recorded so many records."""
    world.produce(count)
    _, consumer = world.joined()
    turns(consumer, lambda: len(world.ledger.events) == count)


def test_another_cluster_is_refused(world: World) -> None:
    started(world)
    world.cluster.cluster_id = "cluster-2"
    _, consumer = world.joined()
    with pytest.raises(Halt, match="belongs to cluster cluster-1, but this is cluster cluster-2"):
        turns(consumer, lambda: False)


def test_a_topic_made_anew_is_refused(world: World) -> None:
    started(world)
    world.cluster.delete(TOPIC)
    world.cluster.create(TOPIC)
    world.produce(9)
    _, consumer = world.joined()
    with pytest.raises(Halt, match="deleted and made anew"):
        turns(consumer, lambda: False)
    assert world.next_offset() == 4


def test_a_topic_made_anew_is_noticed_while_reading(world: World) -> None:
    started(world)
    _, consumer = world.joined()
    consumer.turn()
    consumer.turn()
    world.cluster.delete(TOPIC)
    world.cluster.create(TOPIC)
    world.produce(4)
    until = world.time.seconds + 2 * IDENTITY_SECONDS
    with pytest.raises(Halt, match="deleted and made anew"):
        turns(consumer, lambda: world.time.seconds > until, most=1000)


def test_a_topic_that_is_gone_is_refused(world: World) -> None:
    started(world)
    _, consumer = world.joined()
    turns(consumer, lambda: world.time.seconds > 1)
    world.cluster.delete(TOPIC)
    with pytest.raises(Halt, match="does not exist any more"):
        turns(consumer, lambda: world.time.seconds > 3 * IDENTITY_SECONDS, most=1000)


def test_a_topic_that_never_was_is_a_wrong_setting(world: World) -> None:
    _, consumer = world.joined(job=Job((TOPIC, "privacy.evnts.v1"), AdmissionRules()))
    with pytest.raises(Misconfigured, match=r"no topic privacy\.evnts\.v1"):
        turns(consumer, lambda: False)


def test_a_bookmark_beyond_the_end_stops_loudly(world: World) -> None:
    started(world)
    world.cluster.logs[world.first].entries.pop()
    _, consumer = world.joined()
    with pytest.raises(Halt, match="up to offset 4, but Kafka only up to 3"):
        turns(consumer, lambda: False)


def test_records_lost_to_retention_stop_loudly(world: World) -> None:
    started(world)
    world.produce(4)
    world.cluster.forget(world.first, before=6)
    _, consumer = world.joined()
    with pytest.raises(Halt, match="offsets 4 to 5 of partition 0"):
        turns(consumer, lambda: False)


def test_recorded_records_may_be_lost_to_retention(world: World) -> None:
    started(world)
    world.cluster.forget(world.first, before=4)
    _, consumer = world.joined()
    world.produce(1)
    turns(consumer, lambda: world.next_offset() == 5)


def test_an_offset_that_was_used_again_stops_loudly(world: World) -> None:
    started(world)
    entries = world.cluster.logs[world.first].entries
    entries.pop()
    world.produce(2)
    _, consumer = world.joined()
    with pytest.raises(Halt, match=r"offset 3 of partition 0 .* holds another record"):
        turns(consumer, lambda: False)
    assert world.next_offset() == 4


def test_a_fault_between_polls_loses_nothing_that_was_not_compared(world: World) -> None:
    started(world)
    world.produce(1)
    source, consumer = world.joined()
    consumer.turn()
    source.assign([world.first])
    turns(consumer, lambda: world.next_offset() == 5)
    world.check_joined()


def test_being_told_to_stop_finishes_what_was_polled(world: World) -> None:
    world.produce(3)
    source, consumer = world.joined()
    consumer.turn()
    consumer.turn()
    assert world.ledger.batches == []
    consumer.run(stop=lambda: True)
    assert world.next_offset() == 3
    assert source.acknowledged == {world.first: 3}
    assert (world.ledger.opened, world.ledger.closed) == (1, 1)


def test_it_runs_until_it_is_told_to_stop(world: World) -> None:
    world.produce(3)
    _, consumer = world.joined()
    assert not consumer.settled
    consumer.run(stop=lambda: world.ledger.offsets == [0, 1, 2])
    assert consumer.settled
    assert (world.ledger.opened, world.ledger.closed) == (1, 1)


def test_being_told_to_stop_while_the_database_is_away_just_stops(world: World) -> None:
    world.produce(3)
    _, consumer = world.joined()
    consumer.turn()
    consumer.turn()
    world.ledger.away = True
    consumer.run(stop=lambda: True)
    assert world.ledger.batches == []


def test_the_heartbeat_follows_the_polls(world: World) -> None:
    _, consumer = world.joined()
    turns(consumer, lambda: world.time.seconds > 5)
    assert world.time.seconds - consumer.polled_at < 1


def test_a_member_without_partitions_waits_quietly(world: World) -> None:
    _, consumer = world.member()
    turns(consumer, lambda: world.time.seconds > 5)
    assert world.ledger.batches == []
    assert world.seen == []


def test_a_stored_bookmark_is_left_alone_when_another_consumer_made_it(world: World) -> None:
    world.produce(3)
    store = world.ledger.open()
    bookmark = StoredBookmark(world.cluster.cluster_id, world.cluster.topic_ids[TOPIC], 2)
    assert store.begin(world.first, bookmark) == bookmark
    _, consumer = world.joined()
    turns(consumer, lambda: world.ledger.offsets == [2])


# Where reading cannot go on


def test_what_lies_before_damage_is_recorded_before_it_stops() -> None:
    world = World()
    source, consumer = world.joined()
    turns(consumer, lambda: consumer.settled)
    world.produce(3)
    consumer.turn()
    assert world.next_offset() < 3, "the batch still waits for company"
    source.faults = [Unreadable(world.first, 3, 5)]
    with pytest.raises(Unreadable, match="offsets 3 to 4 of partition 0") as stopped:
        consumer.turn()
    assert stopped.value.remedy == Remedy("restore-records", (TOPIC, 0))
    assert world.next_offset() == 3
    world.check_joined()


def test_an_offset_that_went_away_is_named_by_the_bookmark() -> None:
    world = World()
    _, consumer = world.joined()
    world.produce(2)
    turns(consumer, lambda: world.first in world.ledger.bookmarks and world.next_offset() == 2)
    world.produce(3)
    world.cluster.forget(world.first, before=4)
    with pytest.raises(Halt, match=r"offsets 2 to 3 of partition 0.*are gone"):
        turns(consumer, lambda: False)
    assert world.next_offset() == 2


def test_a_partition_that_cannot_be_asked_for_its_end_stops_no_other(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    world = World(partitions=2)
    source, consumer = world.joined()
    turns(consumer, lambda: consumer.settled)

    def no_leader(_: object) -> NoReturn:
        raise KafkaAway

    monkeypatch.setattr(source, "extents", no_leader)
    for number in range(3):
        world.time.seconds += EXTENTS_SECONDS
        world.produce(1, world.first)
        turns(consumer, lambda wanted=number + 1: world.next_offset() == wanted)  # type: ignore[misc]
    assert consumer.settled
    assert {what for what, *_ in world.seen} == {"away"}
    assert len(world.seen) == 1, "asking in vain is not done all the time"


class Supply(FakeSource):
    """So many records arrive every so many seconds, as long as somebody polls."""

    def __init__(self, world: World, count: int, every_s: float) -> None:
        super().__init__(world.cluster, world.time)
        self._world = world
        self._count = count
        self._every_s = every_s
        self._next_s = 0.0

    def poll(self, timeout_s: float) -> PollResult:
        time = self._world.time
        if self._next_s <= time.seconds + timeout_s:
            time.seconds = max(time.seconds, self._next_s)
            self._next_s += self._every_s
            self._world.produce(self._count)
        return super().poll(timeout_s)


def supplied(
    world: World, count: int, every_s: float, *, batch: int = 100
) -> tuple[list[float], list[float]]:
    """Seconds of each turn, and between acknowledgements, while records go on arriving: one stretch
    and the beginning of another, or several acknowledgements."""
    source = Supply(world, count, every_s)
    consumer = world.consumer(
        source, job=Job((TOPIC,), AdmissionRules(), BatchLimits(messages=batch))
    )
    source.assign(world.partitions)
    turns(consumer, lambda: consumer.settled)
    lasted, acknowledged, known = [], [world.time.seconds], dict(source.acknowledged)
    while world.time.seconds < STRETCH_SECONDS + 1.5:
        began = world.time.seconds
        consumer.turn()
        lasted.append(world.time.seconds - began)
        if source.acknowledged != known:
            known = dict(source.acknowledged)
            acknowledged.append(world.time.seconds)
    return lasted, [after - before for before, after in pairwise(acknowledged)]


def test_a_supply_without_end_is_interrupted(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Batches of ten that take as long to write as a hundred do, so that fewer records go by."""
    monkeypatch.setattr("consumers.loop.WRITE_SECONDS", 10 * WRITE_SECONDS)
    lasted, between = supplied(world, 10, 0.002, batch=10)
    assert STRETCH_SECONDS <= max(lasted) < STRETCH_SECONDS + 0.2
    assert max(between) < STRETCH_SECONDS + 0.2


def test_a_trickle_is_acknowledged_in_time_and_nobody_waits_for_more(world: World) -> None:
    lasted, between = supplied(world, 1, 0.04)
    assert max(lasted) < ACKNOWLEDGE_SECONDS
    assert max(between) < ACKNOWLEDGE_SECONDS + 0.5
    assert max(seconds for _, seconds in world.batches) < 0.01


def test_a_batch_alone_takes_as_long_as_its_write(world: World) -> None:
    world.produce(1)
    _, consumer = world.joined()
    turns(consumer, lambda: len(world.batches) == 1)
    messages, seconds = world.batches[0]
    assert messages == 1
    assert seconds < 0.01
