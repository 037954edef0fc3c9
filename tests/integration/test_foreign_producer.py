"""Producers that are not ours: librdkafka by way of kcat, with codecs, headers, keys and transactions."""

import subprocess
from collections.abc import Sequence
from shutil import which
from typing import Any

import orjson
import pytest

from consumers.source import Partition
from ledger.audit import audit
from ledger.letters.dead import letters
from tests.fixtures.inbound import (
    STRUCTURED,
    abort,
    as_binary,
    member,
    options,
    producing,
    until,
    values,
)
from tests.fixtures.kafka import MakeTopic
from tests.fixtures.ledger import collected, registered
from tests.fixtures.line import Line

pytestmark = pytest.mark.kafka

CODECS = ("none", "gzip", "snappy", "lz4", "zstd")
TIMEOUT_S = 120


def kcat(line: Line, content: bytes, *options: str | bytes) -> None:
    """Produce with kcat; a machine without it fails the test."""
    program = which("kcat")
    if program is None:
        pytest.fail("kcat is missing; on Debian: apt-get install kcat", pytrace=False)
    where = ("-P", "-b", line.bootstrap, "-t", line.topic, "-p", "0")
    done = subprocess.run(
        [program, *where, *options],
        input=content,
        capture_output=True,
        timeout=TIMEOUT_S,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def structured(line: Line, events: Sequence[dict[str, Any]], *options: str) -> None:
    """Events in structured mode, each with its subject as key."""
    rows = b"".join(
        event["subject"].encode() + b"\t" + orjson.dumps(event) + b"\n" for event in events
    )
    kcat(line, rows, "-H", "content-type=application/cloudevents+json", "-K", "\t", *options)


def binary(line: Line, event: dict[str, Any], *options: str | bytes) -> None:
    """An event in binary mode."""
    value, headers = as_binary(event)
    named = [part for name, text in headers for part in (b"-H", name.encode() + b"=" + text)]
    kcat(line, value, *named, "-k", event["subject"], *options)


def opened(line: Line) -> list[tuple[str, int, dict[str, Any]]]:
    """Id, offset and opened personal values of every event, in order."""
    opener = line.house.opener()
    events = line.house.events()
    opener.load({event.stream for event in events})
    return [(event.id, event.origin["offset"], opener.personal(event)) for event in events]


def expected(events: Sequence[dict[str, Any]]) -> list[tuple[str, int, dict[str, Any]]]:
    return [(e["id"], at, e["data"].get("personal", {})) for at, e in enumerate(events)]


@pytest.mark.parametrize("codec", CODECS)
def test_structured_events_in_every_codec(line: Line, codec: str) -> None:
    events = [
        make(f"customer/{number}") for number in range(20) for make in (registered, collected)
    ]
    structured(line, events, "-z", codec)
    line.carry(to=40)
    assert opened(line) == expected(events)
    assert letters(line.house.session("reader")) == []


@pytest.mark.parametrize("codec", CODECS)
def test_binary_events_in_every_codec(line: Line, codec: str) -> None:
    events = [registered(), collected(sequence=7, correlationid="c-1")]
    for event in events:
        binary(line, event, "-z", codec)
    line.carry(to=2)
    assert opened(line) == expected(events)
    _, kept = line.house.events()
    assert (kept.sequence, kept.trace) == (7, {"correlationid": "c-1"})


def test_both_modes_of_one_event_are_one_event(line: Line) -> None:
    event = collected()
    structured(line, [event])
    binary(line, event)
    structured(line, [event], "-z", "lz4")
    line.carry(to=3)
    assert opened(line) == expected([event])
    (last,) = line.reader.rows("batches")[-1:]
    assert sum(row[7] for row in line.reader.rows("batches")) == 2, last


def test_what_is_no_event_is_a_letter_and_stops_nothing(line: Line) -> None:
    event = registered()
    kcat(line, b"hello\n\xff\xfe\n")
    binary(line, event, b"-H", b"\xff\xfe=odd name", b"-H", b"ce_id=another id")
    binary(line, event, b"-H", b"\xff\xfe=odd name")
    structured(line, [event], "-H", "ce_id=not looked at")
    line.carry(to=5)
    assert [event.origin["offset"] for event in line.house.events()] == [3]
    kept = sorted((k.offset, k.code) for k in letters(line.house.session("reader")))
    assert kept == [(0, "not-json"), (1, "not-json"), (2, "not-a-cloudevent")]


def sent(line: Line, producer: Any, *numbers: int) -> None:
    """Send registrations of customers and wait until Kafka has them."""
    for number in numbers:
        event = orjson.dumps(registered(f"customer/{number}", id=f"e-{number}"))
        producer.send(line.topic, event, headers=STRUCTURED, partition=0)
    producer.flush(timeout=TIMEOUT_S)


def test_only_what_was_committed_is_recorded_and_once(line: Line) -> None:
    """Aborted records and markers take offsets of their own; they belong to the batch before them."""
    first = [registered(f"customer/{n}", id=f"e-{n}") for n in (0, 1)]
    structured(line, first, "-X", f"transactional.id=kcat-{line.topic}")
    with (
        producing(line.bootstrap) as plain,
        producing(line.bootstrap, transactional_id=f"tx-{line.topic}") as careful,
    ):
        careful.init_transactions()
        careful.begin_transaction()
        sent(line, careful, 90, 91)
        sent(line, plain, 2)
        sent(line, careful, 92)
        careful.abort_transaction()
        careful.begin_transaction()
        sent(line, careful, 3)
        careful.commit_transaction()
        line.carry(to=10)
        assert [event.id for event in line.house.events()] == ["e-0", "e-1", "e-2", "e-3"]

        careful.begin_transaction()
        sent(line, careful, 4)
        sent(line, plain, 5)
        with line.consumer() as consumer:
            until(lambda: consumer.settled, consumer.turn, TIMEOUT_S)
            for _ in range(5):
                consumer.turn()
            assert line.bookmark() == 10, "an open transaction hides what comes after it"
        careful.abort_transaction()
    abort(line.bootstrap, line.topic, [b"no"])
    line.carry(to=15)

    assert [event.id for event in line.house.events()] == ["e-0", "e-1", "e-2", "e-3", "e-5"]
    assert letters(line.house.session("reader")) == []
    found = audit(line.house.session("reader"))
    assert (found.findings, found.gaps) == ((), ())
    assert sum(row[7] for row in line.reader.rows("batches")) == 0, "nothing was read twice"


def test_what_compaction_took_is_no_gap(line: Line, kafka_topic: MakeTopic) -> None:
    """Offsets without records belong to the batch before them, at the start and in the middle."""
    settings = {
        "cleanup.policy": "compact",
        "min.cleanable.dirty.ratio": "0.001",
        "segment.ms": "100",
        "max.compaction.lag.ms": "100",
    }
    line.topic = kafka_topic(configs=settings)
    events = [registered(f"customer/{number % 3}", id=f"e-{number}") for number in range(30)]
    structured(line, events[:15])
    line.carry(to=15)

    structured(line, events[15:])
    # A segment that is written to is not compacted: every look adds a record, which begins a new one.
    until(lambda: held(line) < 15, lambda: structured(line, [registered("customer/9")]), TIMEOUT_S)
    line.carry(to=end_of(line))
    assert line.bookmark() >= 30
    found = audit(line.house.session("reader"))
    assert (found.findings, found.gaps) == ((), ())
    recorded = {event.id for event in line.house.events()}
    assert {f"e-{number}" for number in (*range(15), 27, 28, 29)} <= recorded


def held(line: Line) -> int:
    """How many of the thirty records Kafka still has."""
    ids = [orjson.loads(value)["id"] for value in values(line.bootstrap, line.topic)]
    return len({id for id in ids if id in {f"e-{number}" for number in range(30)}})


def end_of(line: Line) -> int:
    place = Partition(line.topic, 0)
    with member(options(line.bootstrap, line.topic, group=f"looker-{line.topic}")) as source:
        return source.extents([place])[place].end
