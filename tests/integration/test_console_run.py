"""`ledger run` and `consume` as processes, with a real broker: crashes, halts, being told to stop."""

import os
import signal
from collections.abc import Callable
from typing import Any

import orjson
import pytest
from kafka import KafkaAdminClient

from consumers.source import Partition
from ledger.embedded import start as embedded_server
from ledger.names import LedgerName
from ledger.storage.postgres import Database
from tests.fixtures.console import Cli, collected, registered
from tests.fixtures.inbound import send, until
from tests.fixtures.kafka import MakeTopic
from tests.fixtures.line import forget
from tests.fixtures.postgres import short_folder
from tests.fixtures.running import PATIENCE_S, Started, eventually

pytestmark = pytest.mark.kafka
BAD = [
    orjson.dumps(registered(f"customer/{n}", email="canary.person@example.nl")) for n in range(100)
]


def wait_for(cli: Cli, condition: Callable[[Any], bool]) -> Any:
    """The status of the ledger once it fulfils a condition."""
    seen: list[Any] = [cli("status", "--json").json]
    until(
        lambda: condition(seen[-1]), lambda: seen.append(cli("status", "--json").json), PATIENCE_S
    )
    return seen[-1]


def _views_are_there(status: Any) -> bool:
    return {view["lag"] for view in status["views"]} == {0}


def test_run_consumes_and_projects_restarts_what_crashed_and_stops_when_told(
    cli: Cli, topic: str, kafka_bootstrap: str, start: Callable[..., Started]
) -> None:
    cli.set(WEB="1", WEB_PORT="0")
    running = start("run")
    send(kafka_bootstrap, topic, [orjson.dumps(registered()), b"[]"])
    everything = [{"topic": topic, "partition": 0, "bookmark": 2, "lag": 0}]
    done = wait_for(cli, lambda s: s["kafka"] == everything and _views_are_there(s))
    assert (done["position"], done["dead_letters"]) == (1, 1)
    before = running.children
    assert set(before) == {"consume", "project", "publish", "serve"}
    for pid in before.values():
        os.kill(pid, signal.SIGKILL)
    send(kafka_bootstrap, topic, [orjson.dumps(collected())])
    wait_for(cli, lambda s: s["position"] == 2 and _views_are_there(s))
    assert set(running.children.values()).isdisjoint(before.values())
    assert running.stop() == 0
    assert "Traceback" not in running.said
    assert cli("audit", "--views", "--json").status == 0


def test_an_embedded_postgresql_that_is_killed_is_started_again(
    program: Cli, kafka_topic: MakeTopic, kafka_bootstrap: str, start: Callable[..., Started]
) -> None:
    with short_folder() as folder:
        topic = kafka_topic()
        program.set(DATA_DIR=str(folder), KEY_DIR=str(folder / "keys"), KAFKA_TOPICS=topic)
        program.set(KAFKA_BOOTSTRAP=kafka_bootstrap, KAFKA_ANSWERS=kafka_topic())
        assert program("init").status == 0
        running = start("run")
        served = running.served("run")
        eventually(lambda: served.ready, "it is ready")
        with embedded_server(folder) as server:
            before = server.pid
            assert before
            os.kill(before, signal.SIGKILL)
            eventually(lambda: server.pid not in {None, before}, "it runs again")
        send(kafka_bootstrap, topic, [orjson.dumps(registered())])
        wait_for(program, lambda s: s["position"] == 1)
        eventually(lambda: served.ready, "it is ready again")
        assert "postgresql-ended" in {line["event"] for line in running.lines}
        assert running.stop() == 0


def test_a_halted_topic_ends_run_with_status_1_until_it_is_resumed(
    cli: Cli, topic: str, kafka_bootstrap: str, start: Callable[..., Started]
) -> None:
    send(kafka_bootstrap, topic, BAD)
    running = start("run")
    assert running.ended() == 1
    assert "ledger consume --resume" in running.said
    assert "canary.person" not in running.said
    again = start("consume")
    assert again.ended() == 1
    send(kafka_bootstrap, topic, [orjson.dumps(registered())])
    resumed = start("consume", "--resume")
    wait_for(cli, lambda s: s["position"] == 1)
    assert resumed.stop() == 0


def test_a_new_topic_whose_first_records_are_gone_is_read_from_what_is_left(
    cli: Cli,
    topic: str,
    kafka_bootstrap: str,
    kafka_admin: KafkaAdminClient,
    start: Callable[..., Started],
) -> None:
    send(kafka_bootstrap, topic, [orjson.dumps(registered(f"customer/{n}")) for n in range(3)])
    forget(kafka_admin, Partition(topic, 0), 2)
    refused = start("consume")
    assert refused.ended() == 1
    assert "run `ledger consume --from-log-start`, which begins with what is left" in refused.said
    begun = start("consume", "--from-log-start")
    wait_for(cli, lambda s: s["position"] == 1)
    assert begun.stop() == 0


def test_the_lag_of_a_broker_that_is_away_is_null_and_said(
    topic: str, start: Callable[..., Started]
) -> None:
    session = Database(os.environ["LEDGER_DATABASE_URL"]).connect(LedgerName(), "recorder")
    session.run(
        "add_bookmark",
        topic=topic,
        partition=0,
        cluster_id="c",
        topic_id="t",
        start=7,
        mac=b"",
    )
    session.close()
    # A process of its own: the client leaves sockets open when it never reaches a broker.
    asked = start("status", "--json", "--kafka-bootstrap", "127.0.0.1:1")
    assert asked.ended() == 0
    note, answer = asked.said.splitlines()
    assert "no lag of Kafka" in note
    known = {"topic": topic, "partition": 0, "bookmark": 7, "lag": None}
    assert orjson.loads(answer)["kafka"] == [known]
