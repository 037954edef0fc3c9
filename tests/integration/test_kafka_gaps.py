"""What is lost in Kafka: the consumer stops and says what, an operator accepts it, and reading goes on."""

import re
import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import orjson
import pytest
from kafka import KafkaAdminClient

from consumers.source import Partition
from ledger.letters.dead import letters
from tests.fixtures.console import Cli, Ran, collected, registered
from tests.fixtures.inbound import STRUCTURED, abort, producing
from tests.fixtures.kafka import admin_client, own_broker, run_broker, start_broker
from tests.fixtures.ledger import House
from tests.fixtures.line import Line, forget, make_anew

pytestmark = pytest.mark.kafka


class Operator:
    """Somebody at the command line of a ledger that reads a topic."""

    def __init__(self, cli: Cli, line: Line) -> None:
        cli.set(
            DATABASE_URL=line.house.url,
            KEY_DIR=str(line.house.keys),
            KAFKA_BOOTSTRAP=line.bootstrap,
            KAFKA_TOPICS=line.topic,
            KAFKA_ANSWERS=line.answers_topic,
        )
        self._cli = cli
        self.line = line

    def consume(self) -> str:
        """Consume until the program ends by itself with status 1; what it said."""
        ran = self._cli("consume")
        assert ran.status == 1, ran.err
        return ran.err

    def accept(self, *options: str, reason: str = "retention-passed") -> Ran:
        place = ("--topic", self.line.topic, "--reason", reason)
        return self._cli("kafka", "accept-gap", *place, "--json", *options)

    def follow(self, way: str) -> Ran:
        """Take the way out that the program named, as it stands."""
        return self._cli(*shlex.split(way), "--json", "--yes")

    def check(self, *gaps: tuple[int, int]) -> None:
        """The audit finds nothing, in the views neither, and knows exactly these gaps."""
        assert self._cli("init").status == 0  # the views of what was made without them
        ran = self._cli("audit", "--views", "--json")
        assert ran.status == 0, ran.out
        assert [(gap["from_offset"], gap["to_offset"]) for gap in ran.json["gaps"]] == list(gaps)

    def history(self) -> list[Any]:
        return self._cli("history", "system/processing-ledger-main", "--json").lines


@pytest.fixture
def operator(program: Cli, line: Line) -> Operator:
    return Operator(program, line)


def several(count: int, start: int = 0) -> list[dict[str, Any]]:
    return [registered(f"customer/{number}") for number in range(start, start + count)]


def test_records_that_retention_took_stop_it_until_somebody_accepts(
    operator: Operator, kafka_admin: KafkaAdminClient
) -> None:
    line = operator.line
    line.send(*several(2))
    line.carry(to=2)
    line.send(*several(3, 2))
    forget(kafka_admin, Partition(line.topic, 0), 4)

    said = operator.consume()
    assert (
        f"offsets 2 to 3 of partition 0 of {line.topic} are gone before they were recorded" in said
    )
    (way,) = re.findall(r"`ledger (kafka accept-gap [^`]+)`", said)
    assert f"--topic {line.topic} --partition 0 --reason" in way

    shown = operator.accept()
    assert (shown.status, shown.json["accepted"]) == (1, False)
    assert line.bookmark() == 2
    assert "--yes" in shown.err

    done = operator.follow(way.replace("CODE", "retention-passed"))
    assert done.status == 0, done.err
    expected = {
        "topic": line.topic,
        "partition": 0,
        "from_offset": 2,
        "to_offset": 4,
        "reason": "retention-passed",
    }
    assert done.json["gaps"] == [{**expected, "why": "gone", "position": 3}]
    assert line.bookmark() == 4
    line.carry(to=5)
    again = operator.accept("--yes")
    assert (again.status, again.json["gaps"]) == (0, [])

    operator.check((2, 4))
    (event,) = operator.history()
    assert event["facts"] == expected
    assert event["source"] == "urn:processing-ledger:intake"
    assert len(line.house.events()) == 4


def test_records_deleted_under_its_feet_are_named_by_the_bookmark(
    operator: Operator, kafka_admin: KafkaAdminClient
) -> None:
    """Transaction markers and aborted records lie in the gap, too: offsets count, not records."""
    line = operator.line
    line.send(*several(1))
    abort(line.bootstrap, line.topic, [b"no", b"no"])
    line.carry(to=4)
    abort(line.bootstrap, line.topic, [b"no"])
    line.send(*several(2, 1))
    forget(kafka_admin, Partition(line.topic, 0), 7)
    assert "offsets 4 to 6 of partition 0" in operator.consume()
    assert operator.accept("--yes").status == 0
    line.carry(to=8)
    operator.check((4, 7))


def test_a_topic_made_anew_is_read_only_when_somebody_says_so(
    operator: Operator, kafka_admin: KafkaAdminClient
) -> None:
    line = operator.line
    line.send(*several(3))
    line.carry(to=3)
    make_anew(kafka_admin, line.topic)
    line.send(*several(2, 3))

    said = operator.consume()
    assert f"topic {line.topic} was deleted and made anew" in said
    assert "--new-topic" in said

    refused = operator.accept("--yes", reason="topic-recreated")
    assert refused.status == 2
    assert "--new-topic" in refused.err
    assert line.bookmark() == 3

    done = operator.accept("--yes", "--new-topic", reason="topic-recreated")
    assert done.status == 0, done.err
    (gap,) = done.json["gaps"]
    assert (gap["why"], gap["from_offset"], gap["to_offset"]) == ("made-anew", 3, 0)
    assert gap["former_topic_id"] != gap["topic_id"]
    line.carry(to=2)
    operator.check((3, 0))
    assert len(line.house.events()) == 6


def test_a_topic_that_is_gone_is_refused_plainly(
    operator: Operator, kafka_admin: KafkaAdminClient
) -> None:
    line = operator.line
    missing = f"{line.topic}-never"
    ran = operator._cli("kafka", "accept-gap", "--topic", missing, "--reason", "x", "--yes")
    assert ran.status == 2
    assert f"no topic {missing}" in ran.err
    never_read = operator.accept("--yes")
    assert never_read.status == 2
    assert "never read" in never_read.err


class NoText(str):
    """A header's name that is no UTF-8 on the wire."""

    __slots__ = ()

    def encode(self, encoding: str = "utf-8", errors: str = "strict") -> bytes:
        return b"\xff\xfe"


def test_a_header_with_any_name_stops_nothing(line: Line) -> None:
    odd, binary = (NoText("x"), b"\xff"), ("ce_specversion", b"1.0")
    with producing(line.bootstrap, linger_ms=200) as producer:  # all in one batch
        for number, headers in enumerate(
            [STRUCTURED, [*STRUCTURED, odd], [binary, odd], STRUCTURED]
        ):
            event = registered(f"customer/{number}")
            producer.send(line.topic, orjson.dumps(event), headers=headers, partition=0)
    line.carry(to=4)
    assert [event.origin["offset"] for event in line.house.events()] == [0, 1, 3]
    (letter,) = letters(line.house.session("reader"))
    assert (letter.code, letter.offset, letter.mode) == ("not-a-cloudevent", 2, "binary")


@contextmanager
def stopped(directory: Path) -> Iterator[None]:
    """While the broker does not run."""
    assert run_broker("stop", "--dir", directory).returncode == 0
    yield
    start_broker(directory)


def damage(directory: Path, topic: str, mark: bytes) -> None:
    """Flip a bit of a record on the broker's disk."""
    log = directory / "node-1" / "data" / f"{topic}-0" / f"{0:020}.log"
    content = bytearray(log.read_bytes())
    content[content.index(mark)] ^= 1
    log.write_bytes(content)


def test_damaged_records_stop_it_where_they_are(program: Cli, house: House, tmp_path: Path) -> None:
    directory = tmp_path / "kafka"
    with own_broker(directory) as bootstrap:
        with admin_client(bootstrap) as admin:
            topics = {name: {"num_partitions": 1} for name in ("acts", "answers")}
            admin.create_topics(topics, wait_for_metadata=True)
        line = Line(house, bootstrap, "acts", "answers")
        operator = Operator(program, line)
        line.send(*several(1))
        with producing(bootstrap, linger_ms=200) as producer:  # one batch of two
            for event in (collected("customer/0", id="marked"), *several(1, 1)):
                producer.send("acts", orjson.dumps(event), headers=STRUCTURED, partition=0)
        line.send(*several(1, 2))
        with stopped(directory):
            damage(directory, "acts", b"marked")

        for _ in range(2):
            said = operator.consume()
            assert "offsets 1 to 2 of partition 0 of acts cannot be read: they are damaged" in said
            assert "accept-gap --topic acts --partition 0" in said
            assert line.bookmark() == 1, "what lies before was recorded"

        too_far = operator.accept("--partition", "0", "--to", "4", "--yes", reason="disk-damaged")
        assert too_far.status == 2
        assert "can be read on from offset 2 to 3 (unreadable)" in too_far.err
        done = operator.accept("--yes", reason="disk-damaged")
        assert done.status == 0, done.err
        assert [(g["why"], g["from_offset"], g["to_offset"]) for g in done.json["gaps"]] == [
            ("unreadable", 1, 3)
        ]
        line.carry(to=4)
        operator.check((1, 3))
        assert len(house.events()) == 3


def test_one_of_several_damaged_records_may_be_passed_over(operator: Operator) -> None:
    """Nothing is passed over that can be read, and what was read may be read again."""
    line = operator.line
    line.send(*several(3))
    line.carry(to=3)
    line.send(*several(1, 3))
    kept = operator.accept("--partition", "0", "--to", "4", "--yes")
    assert (kept.status, kept.json["gaps"]) == (0, [])
    assert line.bookmark() == 3

    again = operator.accept("--partition", "0", "--to", "1", "--yes", reason="offsets-reused")
    assert again.status == 0, again.err
    assert [(g["why"], g["to_offset"]) for g in again.json["gaps"]] == [("asked", 1)]
    line.carry(to=4)
    operator.check((3, 1))
    assert len(line.house.events()) == 5, "four records and the gap; two were duplicates"


@pytest.mark.parametrize("reason", ["0612345678", "for J. de Vries", ""])
def test_a_reason_that_is_no_code_is_refused_and_not_repeated(
    operator: Operator, reason: str
) -> None:
    line = operator.line
    line.send(*several(1))
    line.carry(to=1)
    ran = operator.accept("--partition", "0", "--to", "0", "--yes", reason=reason)
    assert ran.status == 2
    assert "code" in ran.err
    assert not reason or reason not in ran.err
    assert line.bookmark() == 1
