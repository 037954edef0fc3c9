"""Connections cut, refused, slow, silent, before PostgreSQL and Kafka: no hang, no loss, no repeat."""

import json
import random
import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import pytest
from psycopg.conninfo import conninfo_to_dict

from ledger.application import Ledger
from ledger.errors import Fenced, ServiceAway
from ledger.names import LedgerName
from ledger.recording.batch import Batch
from ledger.storage.connection import Connection
from ledger.storage.postgres import Database
from ledger.writing.append import Span
from ledger.writing.bookmarks import Bookmark
from ledger.writing.message import KafkaOrigin, Message
from tests.fault.campaign import PATIENCE_S, Scene, Upstream, check_all, seeded, staged
from tests.fixtures.inbound import until
from tests.fixtures.kafka import own_broker
from tests.fixtures.ledger import House, collected, registered
from tests.fixtures.proxy import Proxy, proxied, tcp_target, unix_target

RECORDS = 500
PATIENT_S = 3
AWAY = {
    "LEDGER_DATABASE_URL": "PostgreSQL cannot be reached",
    "LEDGER_KAFKA_BOOTSTRAP": "Kafka does not answer",
}


@contextmanager
def before_database(url: str) -> Iterator[tuple[Proxy, str]]:
    """A proxy before the server of a URL, and the URL that leads through it."""
    where = conninfo_to_dict(url)
    file = f"{where['host']}/.s.PGSQL.{where['port']}"
    with proxied(unix_target(file)) as proxy:
        yield (
            proxy,
            f"postgresql://{where['user']}@{proxy.address}/{where['dbname']}?sslmode=disable",
        )


# One connection, in this process


class Through(NamedTuple):
    """A ledger, and the same one through a proxy."""

    house: House
    proxy: Proxy
    database: Database

    def open(self) -> Ledger:
        return Ledger(self.database, self.house.ledger, self.house.provider, clock=self.house.clock)

    def bookmark(self) -> int:
        rows = self.house.session("reader").rows("bookmark_offsets")
        return int(rows[0][2])


@pytest.fixture
def through(make_house: Callable[[str], House], database_url: str) -> Iterator[Through]:
    house = make_house(database_url)
    with before_database(database_url) as (proxy, url):
        yield Through(house, proxy, Database(url, patience_s=2))


def batch(house: House, start: int) -> Batch:
    """Two events of one customer, as records of one partition."""
    events = [registered(), collected()]
    messages = [
        Message(m.body, m.outcome, KafkaOrigin("acts", 0, start + n))
        for n, m in enumerate(house.messages(*events))
    ]
    return Batch(messages, Span("acts", 0, start, start + 2), Bookmark("cluster", "topic", b"last"))


def test_a_commit_whose_answer_is_lost_is_not_recorded_twice(through: Through) -> None:
    recorder = through.house.session("recorder")
    first = {"topic": "acts", "partition": 0, "cluster_id": "cluster", "topic_id": "topic"}
    recorder.run("add_bookmark", **first, start=0, mac=b"")
    ledger = through.open()
    ledger.record(batch(through.house, 0))
    again = batch(through.house, 2)
    through.proxy.lose_answer_to = b"COMMIT"
    with pytest.raises(ServiceAway):
        ledger.record(again)
    ledger.close()
    assert through.proxy.lost_answers == 1
    assert through.bookmark() == 4, "it was committed all the same"
    ledger = through.open()
    with pytest.raises(Fenced):
        ledger.record(again)
    ledger.close()
    assert len(through.house.events()) == 4


@pytest.mark.parametrize("role", ["recorder", "eraser", "projector", "reader"])
def test_every_session_notices_a_machine_that_is_gone(through: Through, role: str) -> None:
    session = through.database.connect(LedgerName(), role)  # type: ignore[arg-type]
    try:
        options = session._connection.info.get_parameters()
        assert (options["keepalives"], options["tcp_user_timeout"]) == ("1", "2000")
    finally:
        session.close()


def test_a_silent_server_is_given_up(through: Through) -> None:
    session = through.database.connect(LedgerName(), "recorder")
    through.proxy.silent = True
    with pytest.raises(ServiceAway, match="no answer"), session.transaction():
        session.row("head")
    assert session.broken
    with pytest.raises(ServiceAway):
        through.database.connect(LedgerName(), "recorder")
    session.close()


def test_how_long_a_silent_server_is_waited_for_follows_from_the_patience(through: Through) -> None:
    session = through.database.connect(LedgerName(), "recorder")
    try:
        connection = session._connection
        assert isinstance(connection, Connection)
        assert connection.answer_s == 1.5 * through.database.patience_s
        assert connection.info.get_parameters()["connect_timeout"] == "2"
    finally:
        session.close()


# The whole way, with processes


Break = Callable[["Fault"], None]


class Fault(NamedTuple):
    """A scene whose consumers reach one of their services through a proxy only."""

    scene: Scene
    proxy: Proxy
    service: str

    def said_away(self, break_it: Callable[[], None]) -> None:
        """Break it, and wait until a consumer has said so."""
        before = self.scene.said(AWAY[self.service])
        break_it()
        now = self.scene
        until(lambda: now.said(AWAY[self.service]) > before, now.watch, PATIENCE_S)


def cut(fault: Fault) -> None:
    """Cut what is open."""
    fault.proxy.cut()


def refuse(fault: Fault) -> None:
    """Cut what is open and refuse what is new, until it is noticed."""
    fault.proxy.refusing = True
    fault.said_away(fault.proxy.cut)


def delay(fault: Fault) -> None:
    """Hold up every piece, and go on while some are recorded."""
    fault.proxy.delay_s = 0.03
    fault.scene.wait_for(fault.scene.progress() + 40)


def silence(fault: Fault) -> None:
    """Take everything and answer nothing, until it is noticed."""

    def fall_silent() -> None:
        fault.proxy.silent = True

    fault.said_away(fall_silent)


def lose(fault: Fault) -> None:
    """Drop the answer to the next commit."""
    before = fault.proxy.lost_answers
    fault.proxy.lose_answer_to = b"COMMIT"
    until(lambda: fault.proxy.lost_answers > before, fault.scene.watch, PATIENCE_S)


DATABASE_BREAKS = (cut, lose, silence, refuse, delay)
KAFKA_BREAKS = (cut, refuse, silence, delay)


@pytest.fixture
def to_database(
    make_house: Callable[[str], House], database_url: str, kafka_bootstrap: str, tmp_path: Path
) -> Iterator[Fault]:
    house = make_house(database_url)
    with before_database(database_url) as (proxy, url):
        others = {"LEDGER_DATABASE_URL": url, "LEDGER_DATABASE_PATIENCE_S": str(PATIENT_S)}
        with staged(house, kafka_bootstrap, tmp_path, others=others) as scene:
            yield Fault(scene, proxy, "LEDGER_DATABASE_URL")


@contextmanager
def before_broker(folder: Path) -> Iterator[tuple[Proxy, str]]:
    """A proxy before a broker of its own, and the way to that broker beside it."""

    def target() -> socket.socket:
        made = json.loads((folder / "cluster.json").read_text())
        return tcp_target(made["proxied"]["own_port"])()

    with (
        proxied(target) as proxy,
        own_broker(folder, "--proxied", str(proxy.port)) as bootstrap,
    ):
        yield proxy, bootstrap


@pytest.fixture
def to_kafka(
    make_house: Callable[[str], House], database_url: str, tmp_path: Path
) -> Iterator[Fault]:
    house = make_house(database_url)
    with before_broker(tmp_path / "kafka") as (proxy, bootstrap):
        others = {"LEDGER_KAFKA_BOOTSTRAP": proxy.address}
        with staged(house, bootstrap, tmp_path, others=others) as scene:
            yield Fault(scene, proxy, "LEDGER_KAFKA_BOOTSTRAP")


@pytest.mark.kafka
def test_broken_connections_to_the_database_are_survived(to_database: Fault) -> None:
    survive(to_database, [lose, silence, cut], seeded(20261128))


@pytest.mark.kafka
def test_broken_connections_to_kafka_are_survived(to_kafka: Fault) -> None:
    survive(to_kafka, [cut, refuse], seeded(20261129))


@pytest.mark.kafka
@pytest.mark.campaign
def test_connections_to_the_database_broken_again_and_again(to_database: Fault) -> None:
    chance = seeded()
    survive(to_database, [*DATABASE_BREAKS, *chance.choices(DATABASE_BREAKS, k=25)], chance)


@pytest.mark.kafka
@pytest.mark.campaign
def test_connections_to_kafka_broken_again_and_again(to_kafka: Fault) -> None:
    chance = seeded()
    survive(to_kafka, [*KAFKA_BREAKS, *chance.choices(KAFKA_BREAKS, k=12)], chance)


def survive(fault: Fault, breaks: Sequence[Break], chance: random.Random) -> None:
    """Break and heal while records come in, then compare with the model."""
    scene, proxy = fault.scene, fault.proxy
    upstream = Upstream(scene.bootstrap, scene.topic, chance, scene.partitions)
    for process in scene.consumers:
        process.start()
    for broken in breaks:
        mark = scene.progress() + chance.randrange(1, RECORDS // 2)
        upstream.send(RECORDS, aborted=False)
        scene.wait_for(mark)
        broken(fault)
        proxy.heal()
    scene.projector.start()
    check_all(scene, upstream.sent)
    names = ", ".join(broken.__name__ for broken in breaks)
    print(f"{upstream.sent.records.total()} messages survived: {names}")
