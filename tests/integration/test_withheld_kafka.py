"""A topic with withheld messages: counts, logs, answers and halts are those of a topic without them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pytest

from consumers.loop import Consumer, Job
from consumers.metrics import IntakeMetrics
from consumers.pipeline import BatchLimits
from consumers.source import Partition
from consumers.store import LedgerStore, resume
from host.running.intake_log import intake_observer
from ledger.clocks import Clocks
from ledger.errors import Halt, Remedy
from ledger.figures import ledger_figures
from ledger.letters.withheld import KeyPair, count_withheld, withheld_parts
from ledger.metrics import new_registry, render
from ledger.recording.batch import Batch
from ledger.recording.quarantine import sources_of
from ledger.writing.append import Span
from ledger.writing.message import FileOrigin, Message
from rulebook import secrecy
from schemas import AdmissionRules, decode
from tests.fakes.kafka import FakeAnswers, FakeCluster, FakeSource, FakeTime
from tests.fixtures.inbound import STRUCTURED, as_binary
from tests.fixtures.ledger import House, collected, message, registered
from tests.unit.schemas.secret_spellings import by_kind, by_member, by_provision

TOPIC = "events"
# Kafka's own offsets go on, and how long a batch took is nobody's secret.
MOVING = ("bookmark_offset", "end_offset", "lag_", "headroom", "batch_seconds", "process_")


class Said:
    """Collects what would be logged, at every level, but for offsets."""

    def __init__(self) -> None:
        self.lines: list[tuple[str, dict[str, Any]]] = []

    def __getattr__(self, _: str) -> Callable[..., None]:
        return self._say

    def _say(self, event: str, message: str, **fields: Any) -> None:
        offsets = {"offset", "next_offset"}
        told = {name: value for name, value in fields.items() if name not in offsets}
        self.lines.append((event, told))


def consume(house: House, pair: KeyPair, *records: Any) -> tuple[list[str], Any, list[bytes]]:
    """Metrics, logs and answers of a consumer that read these values; binary ones are pairs."""
    passing, cluster, said = FakeTime(), FakeCluster(), Said()
    (partition,) = cluster.create(TOPIC)
    for record in records:
        value, headers = record if isinstance(record, tuple) else (record, STRUCTURED)
        cluster.produce(partition, value, headers=headers)
    source = FakeSource(cluster, passing)
    source.assign([partition])
    registry, answers = new_registry(), FakeAnswers()
    log: Any = said
    observer = IntakeMetrics.on(registry, (TOPIC,)).counting(intake_observer(log))
    consumer = Consumer(
        Job((TOPIC,), AdmissionRules(secrecy=secrecy())),
        source,
        lambda: LedgerStore(house.open(withheld_key=pair.create())),
        Clocks(house.clock, passing.monotonic),
        answers=answers,
        observer=observer,
    )
    for _ in range(60):
        consumer.turn()
    lines = render(registry, "")[1].decode().splitlines()
    shown = [line for line in lines if not any(word in line for word in MOVING)]
    return shown, said.lines, list(answers.sent)


def test_nothing_but_offsets_differs(
    make_house: Callable[..., House], database_url: str, tmp_path: Path
) -> None:
    pair = KeyPair(tmp_path / "confidential")
    without, with_them = make_house(database_url, "without"), make_house(database_url, "withthem")
    first, bad, last = (
        orjson.dumps(one)
        for one in (registered(), collected(id="x", surprise=1), collected(id="last"))
    )
    secret = [orjson.dumps(one) for one in by_kind()]
    binary = as_binary(next(by_kind()) | {"id": "binary"})
    quiet = consume(without, pair, first, bad, last)
    told = consume(with_them, pair, first, *secret, bad, binary, last)
    assert told[0] == quiet[0]
    assert told[1] == quiet[1]
    assert len(told[2]) == len(quiet[2]) == 1
    figures = [
        ledger_figures(house.session("reader"), house.ledger, house.clock())
        for house in (without, with_them)
    ]
    changed = {name for name in figures[0] if figures[0][name] != figures[1][name]}
    assert changed == {"ledger_withheld_messages", "ledger_withheld_bytes"}
    assert figures[1]["ledger_withheld_messages"] == {(): float(len(secret) + 1)}
    windows = [
        house.session("reader").rows("intake_windows_of", topics=[TOPIC])
        for house in (without, with_them)
    ]
    assert windows[0] == windows[1]
    sources = [sources_of(house.session("reader")) for house in (without, with_them)]
    assert sources[0] == sources[1]


def test_the_topic_of_answers_says_nothing_of_any_withheld_message(
    make_house: Callable[..., House], database_url: str, tmp_path: Path
) -> None:
    pair, house = KeyPair(tmp_path / "confidential"), make_house(database_url, "quiet")
    undeclared = message("legal-hold-placed", hold_ref="H-1", categories=["traffic"])
    undeclared["data"] |= {"ground": "operation-heron", "review_on": "2030-01-01"}
    sent = [*[*by_kind()][::5], *[*by_provision()][::150], *[*by_member()][::400], undeclared]
    worse = [{**one, "surprise": number} for number, one in enumerate(sent)]
    records = [orjson.dumps(one) for one in (*sent, *worse)]
    bad = orjson.dumps(collected(id="x", surprise=1))
    _, said, answers = consume(house, pair, *records, bad)
    assert len(answers) == 1, "of the one that is not withheld"
    assert count_withheld(house.session("reader")) == len(set(records))
    assert "heron" not in str(said)


# Floods


def secret(number: int) -> bytes:
    return orjson.dumps(next(by_kind()) | {"id": f"s-{number}"})


class Flooded:
    """A consumer of two topics, with the logs of what it does."""

    def __init__(self, house: House, pair: KeyPair, cluster: FakeCluster) -> None:
        self.house, self.pair, self.cluster = house, pair, cluster
        self.said = Said()

    def run(self, turns: int = 40) -> None:
        """Consume for a while, from where the ledger is. Raises what the program would end with."""
        passing, log = FakeTime(), self.said
        source = FakeSource(self.cluster, passing)
        source.assign(self.cluster.logs)
        topics = tuple(sorted(self.cluster.topic_ids))
        shown: Any = log
        consumer = Consumer(
            Job(topics, AdmissionRules(secrecy=secrecy()), BatchLimits(messages=10)),
            source,
            lambda: LedgerStore(self.house.open(withheld_key=self.pair.create())),
            Clocks(self.house.clock, passing.monotonic),
            observer=intake_observer(shown),
        )
        for _ in range(turns):
            consumer.turn()

    def bookmarks(self) -> dict[str, int]:
        rows = self.house.session("reader").rows("bookmark_offsets")
        return {topic: offset for topic, _, offset in rows}

    @property
    def withheld(self) -> int:
        return count_withheld(self.house.session("reader"))


@pytest.fixture
def flooded(house: House, tmp_path: Path) -> Flooded:
    cluster = FakeCluster()
    for topic in ("flooded", "other"):
        cluster.create(topic)
    return Flooded(house, KeyPair(tmp_path / "confidential"), cluster)


def produce(flooded: Flooded, topic: str, *values: bytes) -> None:
    flooded.cluster.produce(Partition(topic, 0), *values)


def test_a_flood_of_withheld_messages_halts_its_topic_and_no_other(
    flooded: Flooded, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was read is kept, what was not stays in Kafka, and a resume goes on with it."""
    monkeypatch.setattr("consumers.floods.FLOOD_LETTERS", 25)
    produce(flooded, "flooded", *map(secret, range(100)))
    produce(flooded, "other", *[orjson.dumps(registered(f"customer/{n}")) for n in range(15)])
    flooded.run()
    assert flooded.bookmarks() == {"flooded": 30, "other": 15}
    assert flooded.withheld == 30
    assert len(flooded.house.events()) == 15
    assert [told for event, told in flooded.said.lines if event == "halted"] == [
        {"topic": "flooded"}
    ]
    for _ in range(3):
        resume(flooded.house.open, ["flooded"])
        flooded.run()
    assert flooded.bookmarks() == {"flooded": 100, "other": 15}
    assert flooded.withheld == 100


def test_below_a_flood_nothing_halts_and_nothing_is_stored_of_it(
    flooded: Flooded, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("consumers.floods.FLOOD_LETTERS", 25)
    produce(flooded, "flooded", *map(secret, range(25)))
    flooded.run()
    assert flooded.bookmarks()["flooded"] == 25
    reader = flooded.house.session("reader")
    assert reader.rows("intake_windows_of", topics=["flooded", "other"]) == []
    assert sources_of(reader) == []
    assert not any(event == "halted" for event, _ in flooded.said.lines)


@pytest.mark.parametrize("bound", ["MOST_WITHHELD", "MOST_WITHHELD_BYTES"])
def test_when_there_is_no_room_for_withheld_messages_nothing_is_read(
    flooded: Flooded, monkeypatch: pytest.MonkeyPatch, bound: str
) -> None:
    """The batch that would be too much is not recorded: it stays in Kafka until there is room again."""
    produce(flooded, "flooded", *map(secret, range(20)))
    flooded.run()
    (sealed,) = withheld_parts(flooded.house.session("recorder"), 1 << 30)
    size = sum(len(text) for _, text in sealed)
    room = {"MOST_WITHHELD": 21, "MOST_WITHHELD_BYTES": size + len(sealed[0][1])}[bound]
    monkeypatch.setattr(f"ledger.letters.withheld.{bound}", room)
    produce(flooded, "flooded", secret(20))
    flooded.run()
    assert flooded.withheld == 21, "as much as there is room for"
    produce(flooded, "flooded", secret(21))
    with pytest.raises(Halt, match="no more messages can be withheld") as told:
        flooded.run()
    assert told.value.remedy == Remedy("hand-over")
    assert (flooded.withheld, flooded.bookmarks()["flooded"]) == (21, 21)
    house, line = flooded.house, secret(22)
    outcome = decode(line, AdmissionRules(secrecy=secrecy()), house.clock())
    by_file = Batch([Message(line, outcome, FileOrigin("f", 1))], Span("file:f", 0, 1, 2))
    ledger = house.open(withheld_key=flooded.pair.create())
    with pytest.raises(Halt, match="no more messages"):
        ledger.record(by_file)
    house.session("recorder").run("remove_withheld", letters=[letter for letter, _ in sealed])
    flooded.run()
    assert (flooded.withheld, flooded.bookmarks()["flooded"]) == (2, 22)
