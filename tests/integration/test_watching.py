"""What processes serve and log: names, health, faults, and never a personal value. Real processes."""

import os
import shutil
import signal
import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import orjson
import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from host.running.sampling import READY_WITHIN_S
from tests.fixtures.console import Cli, accessed, collected, consented, disclosed, registered
from tests.fixtures.inbound import PAST, ROOT, STRUCTURED, send, transacting
from tests.fixtures.kafka import admin_client, own_broker, run_broker
from tests.fixtures.proxy import proxied, tcp_target
from tests.fixtures.running import (
    Served,
    Started,
    check_metrics,
    eventually,
    families,
    stopped_process,
)
from tests.integration.test_canaries import CANARIES, REFERENCE, canary
from web.metrics import MADE

WRITING = "consume, run, serve, upkeep"
READING = "run, upkeep; project by itself"
TRACE_ID = "0af7651916cd43dd8448eb211c80319c"
TRACEPARENT = f"00-{TRACE_ID}-b7ad6b7169203331-01"
SECRET = "Kanarie-slecht-7731-bericht"
PERSONAL = ("name", "email", "mobile_number", "iban", "date_of_birth")
Start = Callable[..., Started]


# What /readyz of each process looks at, and can be taken away from it.
NEEDS = {
    "project": ("database",),
    "publish": ("database", "keys", "log"),
    "upkeep": ("database", "keys"),
    "serve": ("database", "keys"),
}


@contextmanager
def closed_database(url: str, server: Any) -> Iterator[None]:
    """A database that lets nobody in."""
    name = str(conninfo_to_dict(url)["dbname"])
    allow = sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS {}")
    with psycopg.connect(server.url("postgres"), autocommit=True) as superuser:
        superuser.execute(allow.format(sql.Identifier(name), sql.SQL("false")))
        superuser.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (name,)
        )
        try:
            yield
        finally:
            superuser.execute(allow.format(sql.Identifier(name), sql.SQL("true")))


@contextmanager
def moved(folder: Path) -> Iterator[None]:
    """A folder that is elsewhere meanwhile, and made anew by nobody."""
    lost = folder.rename(folder.with_name("lost"))
    try:
        yield
        assert not folder.exists()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        lost.rename(folder)


def documented(*served_by: str) -> set[str]:
    return {series.name for who, group in MADE for series in group if who in served_by}


def test_a_projector_by_itself_speaks_for_the_ledger(cli: Cli, start: Start) -> None:
    cli.record(registered(), consented(), disclosed(), b"nonsense")
    projector = start("project")
    served = projector.served("project")
    eventually(lambda: served.ready, "it is ready")
    eventually(
        lambda: served.value("ledger_view_lag_positions", "consent_status") == 0, "it follows"
    )
    eventually(lambda: "ledger_consents" in served.values(), "counts are read")
    values = served.values()
    assert values["ledger_database_up"] == {(): 1.0}
    assert values["ledger_position"] == {(): 3.0}
    assert values["ledger_dead_letters"] == {(): 1.0}
    assert values["ledger_consents"] == {("newsletter", "given"): 1.0}
    assert values["ledger_disclosures_total"] == {("collection-agency",): 1.0}
    assert values["ledger_events_projected_total"][()] >= 15.0
    assert set(values["ledger_view_halted"].values()) == {0.0}
    assert served.health("/livez") == (200, {"live": True, "missing": {}})
    text = served.metrics
    assert families(text) == documented(
        "every process", "run, upkeep; project by itself", "project"
    )
    check_metrics(text)
    assert served.get("/elsewhere")[0] == 404
    assert projector.stop() == 0
    assert {"time", "level", "logger", "event", "message", "run"} <= set(projector.lines[0])


@pytest.mark.parametrize("process", ["project", "publish", "upkeep", "serve"])
def test_a_database_that_is_away_is_told_and_old_figures_are_not(
    cli: Cli, start: Start, database_url: str, postgres_server: Any, process: str
) -> None:
    cli.record(registered())
    running = start(process, LEDGER_WEB_PORT="0")
    served = running.served(process)
    shown = "ledger_position" if process in {"project", "upkeep"} else None
    known_by = "ledger_published_position" if process == "publish" else shown

    def is_well() -> bool:
        values = served.values()
        known = known_by is None or known_by in values
        known &= process not in WRITING or "ledger_fenced" in values
        return served.ready and known and values.get("ledger_database_up") == {(): 1.0}

    eventually(is_well, "it is ready")
    expected = ["every process", process]
    if shown:
        expected.append("run, upkeep; project by itself")
    if process in WRITING:
        expected.append(WRITING)
    assert families(served.metrics) == documented(*expected)
    with closed_database(database_url, postgres_server):
        eventually(lambda: not served.ready, "it is not ready")
        status, document = served.health("/readyz")
        assert (status, document["ready"]) == (503, False)
        assert "PostgreSQL" in document["missing"]["database"]
        eventually(lambda: shown not in served.values(), "old figures go")
        assert served.values()["ledger_database_up"] == {(): 0.0}
        assert served.health("/livez")[0] == 200
        check_metrics(served.metrics)
    eventually(is_well, "it is ready again")
    assert running.stop() == 0


@pytest.mark.parametrize(
    ("process", "need"), [(process, need) for process, needs in NEEDS.items() for need in needs]
)
def test_readiness_follows_each_need_within_its_bound(
    cli: Cli, start: Start, database_url: str, postgres_server: Any, process: str, need: str
) -> None:
    check_row(process, NEEDS[process])
    served = start(process, LEDGER_WEB_PORT="0").served(process)
    eventually(lambda: served.ready, "it is ready")
    with taken_away(cli, database_url, postgres_server)[need]():
        eventually(
            lambda: [*served.health("/readyz")[1]["missing"]] == [need],
            f"it lacks {need}",
            READY_WITHIN_S,
        )
        assert served.get("/readyz")[0] == 503
    eventually(lambda: served.ready, f"it has {need} again", READY_WITHIN_S)


@pytest.mark.kafka
def test_readiness_of_a_consumer_and_of_run_follows_each_need(
    cli: Cli, start: Start, database_url: str, postgres_server: Any, tmp_path: Path
) -> None:
    kafka = tmp_path / "kafka"
    with own_broker(kafka) as bootstrap:
        with admin_client(bootstrap) as admin:
            admin.create_topics({"acts": {"num_partitions": 1}}, wait_for_metadata=True)
        running = start("run", LEDGER_KAFKA_BOOTSTRAP=bootstrap, LEDGER_KAFKA_TOPICS="acts")
        run, consume = running.served("run"), running.served("consume")
        eventually(lambda: run.ready, "it is ready")
        away = taken_away(cli, database_url, postgres_server)
        away["broker"] = lambda: killed_broker(kafka)
        needs = "database", "keys", "broker"
        check_row("consume", needs)
        check_row("run", (*needs, "log"))
        for need in needs:
            with away[need]():
                told = partial(consume.health, "/readyz")
                eventually(
                    lambda told=told, need=need: need in told()[1]["missing"],  # type: ignore[misc]
                    f"consume lacks {need}",
                    READY_WITHIN_S,
                )
                assert consume.get("/readyz")[0] == run.get("/readyz")[0] == 503
            eventually(lambda: run.ready, f"it has {need} again")
        assert running.stop() == 0


@contextmanager
def killed_broker(folder: Path) -> Iterator[None]:
    """The only broker of a cluster is dead meanwhile, while no record arrives."""
    assert run_broker("kill", "1", "--dir", folder).returncode == 0
    yield
    assert run_broker("restart", "1", "--dir", folder).returncode == 0


def check_row(process: str, needs: Sequence[str]) -> None:
    """The guide names these needs of a process."""
    row = f"| `{process}` | {', '.join(f'`{name}`' for name in needs)} |"
    assert row in (ROOT / "docs/how-to/watch.md").read_text()


def taken_away(
    cli: Cli, database_url: str, server: Any
) -> dict[str, Callable[[], AbstractContextManager[None]]]:
    """Takes a need away, and gives it back."""
    return {
        "database": lambda: closed_database(database_url, server),
        "keys": lambda: moved(cli.folder / "keys" / "main"),
        "log": lambda: moved(cli.folder / "data" / "tlog" / "main"),
    }


@pytest.mark.parametrize("process", ["upkeep", "serve"])
def test_a_key_folder_that_is_lost_is_told_by_who_needs_it(
    cli: Cli, start: Start, process: str
) -> None:
    running = start(process, LEDGER_WEB_PORT="0")
    served = running.served(process)
    eventually(lambda: served.ready, "it is ready")
    keys = cli.folder / "keys" / "main"
    lost = keys.rename(cli.folder / "lost")
    status, document = served.health("/readyz")
    assert (status, [*document["missing"]]) == (503, ["keys"])
    assert "put its folder back" in document["missing"]["keys"]
    assert not keys.exists(), "nobody makes it anew, where it is to be put back"
    lost.rename(keys)
    assert served.ready
    assert running.stop() == 0


@pytest.mark.parametrize("command", ["consume", "project", "publish", "run"])
def test_a_port_that_is_taken_is_a_wrong_setting(cli: Cli, start: Start, command: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = str(other.getsockname()[1])
        ran = start(command, LEDGER_METRICS_PORT=port, LEDGER_KAFKA_BOOTSTRAP="127.0.0.1:1")
        assert ran.ended() == 2
    (line,) = ran.lines
    assert (line["level"], line["status"]) == ("error", 2)
    assert f"port {port}" in line["message"]
    assert "LEDGER_METRICS_PORT" in line["message"]


def personal_messages() -> Iterator[bytes]:
    """Messages full of values: good ones, a conflict, and bad ones with the values in every place."""
    good = [
        registered(REFERENCE),
        collected(
            REFERENCE,
            categories=["identity", "contact", "payment"],
            personal={field: canary(field) for field in PERSONAL},
            traceparent=TRACEPARENT,
            id="e-traced",
        ),
        accessed(REFERENCE),
    ]
    yield from map(orjson.dumps, good)
    yield orjson.dumps(good[1] | {"time": "2024-03-02T10:00:00+01:00"})
    bad: list[Any] = [
        {SECRET: SECRET},
        collected(REFERENCE, traceparent=TRACEPARENT) | {SECRET: SECRET},
        collected(REFERENCE)
        | {"type": "nl.voipzeker.ledger.personal-data-colected.v1", "x": SECRET},
        collected(REFERENCE, personal={SECRET: SECRET}),
        collected(REFERENCE, personal={"email": SECRET}),
        collected(REFERENCE, channel="0677317733"),
        SECRET,
    ]
    yield from map(orjson.dumps, bad)
    yield f'{{"half": "{SECRET}'.encode()


def found_in(text: str) -> list[str]:
    """Which values occur in a text. Bare ones: a log holds no encodings of ours."""
    needles = [str(canary(field)) for field in PERSONAL] + [SECRET, REFERENCE, "0677317733"]
    needles += [str(value) for value in CANARIES.values()]
    return [needle for needle in needles if needle in text]


def test_ingesting_says_no_value_either(cli: Cli) -> None:
    messages = b"\n".join(personal_messages())
    assert found_in(messages.decode()) != []
    ran = cli("ingest", "-", "--json", stdin=messages)
    assert (ran.status, ran.json["recorded"], ran.json["rejected"]) == (1, 3, 9)
    assert found_in(ran.out.decode() + ran.err) == []
    projected = cli("project", "--once")
    assert (projected.status, found_in(projected.out.decode() + projected.err)) == (0, [])


@pytest.mark.kafka
def test_run_and_its_parts_say_how_they_are_and_never_a_value(
    cli: Cli, topic: str, kafka_bootstrap: str, start: Start
) -> None:
    cli.set(HALT_SHARE="1", LOG_LEVEL="debug")
    messages = list(personal_messages())
    send(kafka_bootstrap, topic, messages)
    running = start("run")
    parts = {name: running.served(name) for name in ("run", "consume", "project", "publish")}
    eventually(lambda: all(part.ready for part in parts.values()), "all parts are ready")

    def everything() -> bool:
        lag = parts["consume"].values().get("ledger_kafka_lag_records", {})
        views = parts["project"].values()
        caught_up = set(views.get("ledger_view_bookmark_position", {}).values()) == {3.0}
        letters = parts["run"].values().get("ledger_dead_letters")
        return lag == {("0", topic): 0.0} and caught_up and letters == {(): 9.0}

    eventually(everything, "all of it is recorded and seen")
    values = parts["consume"].values()
    place = ("0", topic)
    assert values["ledger_events_recorded_total"] == {(topic,): 3.0}
    assert sum(values["ledger_rejections_total"].values()) == 9.0
    assert values["ledger_rejections_total"]["conflicting-duplicate", topic] == 1.0
    assert values["ledger_kafka_bookmark_offset"] == {place: float(len(messages))}
    assert values["ledger_kafka_end_offset"] == {place: float(len(messages))}
    assert values["ledger_kafka_retention_headroom_records"] == {place: float(len(messages))}
    assert values["ledger_kafka_lag_seconds"] == {place: 0.0}
    assert values["ledger_batch_messages_sum"] == {(): float(len(messages))}
    assert values["ledger_batch_seconds_count"][()] >= 1.0
    assert values["ledger_kafka_rebalances_total"][()] >= 1.0
    assert values["ledger_topic_halted"] == {(topic,): 0.0}
    assert parts["run"].values()["ledger_position"] == {(): 3.0}

    log = parts["publish"]
    eventually(lambda: log.values().get("ledger_published_position") == {(): 3.0}, "published")

    texts = {name: part.metrics for name, part in parts.items()}
    assert families(texts["run"]) == documented(
        "every process", "run, upkeep; project by itself", WRITING
    )
    assert families(texts["consume"]) == documented("every process", "consume", WRITING)
    assert families(texts["project"]) == documented("every process", "project")
    assert families(texts["publish"]) == documented("every process", "publish")
    for text in texts.values():
        check_metrics(text)
    assert running.stop() == 0

    rejected = [line for line in running.lines if line["event"] == "rejected"]
    assert [line["offset"] for line in rejected] == list(range(3, len(messages)))
    assert {line["trace_id"] for line in rejected if "trace_id" in line} == {TRACE_ID}
    assert {"code", "pointer", "topic", "partition"} <= set(rejected[0])
    batches = [line for line in running.lines if line["event"] == "recorded"]
    assert sum(line["recorded"] for line in batches) == 3
    assert {line["process"] for line in running.lines} == {"run", "consume", "project", "publish"}
    assert len({line["run"] for line in running.lines}) == 1
    health = "".join(str(part) for part in texts.values())
    assert found_in(running.said + health) == []
    history = cli("history", REFERENCE, "--json").lines
    assert [line.get("trace") for line in history] == [None, {"traceparent": TRACEPARENT}, None]


@pytest.mark.kafka
def test_everybody_who_looks_sees_what_an_open_transaction_holds_back(
    cli: Cli, topic: str, kafka_bootstrap: str, start: Start
) -> None:
    running = start("run")
    run, consume = running.served("run"), running.served("consume")
    eventually(lambda: run.ready, "it is ready")
    place = ("0", topic)

    def shown(name: str) -> float:
        return consume.values().get(name, {}).get(place, -1.0)

    def told(served: Served) -> str:
        status, document = served.health("/readyz")
        return f"{status} {document.get('waiting')}"

    with transacting(kafka_bootstrap, topic) as producer:
        producer.begin_transaction()
        for number in range(50):
            event = orjson.dumps(registered(f"customer/{number}", time=PAST))
            producer.send(topic, event, headers=STRUCTURED, partition=0)
        producer.flush()
        eventually(lambda: shown("ledger_kafka_held_back_records") == 50.0, "it is counted")
        assert shown("ledger_kafka_lag_records") == 50.0
        assert shown("ledger_kafka_end_offset") == 50.0
        words = f"50 records of partition 0 of {topic} are not committed"
        assert told(consume) == f"200 {{'transactions': '{words}'}}"
        assert told(run) == f"200 {{'consume': 'transactions: {words}'}}"
        (row,) = cli("status", "--json").json["kafka"]
        assert (row["lag"], row["held_back"]) == (50, 50)
        assert "open transaction" in cli("status").out.decode()
        producer.commit_transaction()
    eventually(lambda: shown("ledger_kafka_lag_records") == 0.0, "it is recorded")
    assert shown("ledger_kafka_held_back_records") == 0.0
    assert told(run) == "200 None"
    assert "held_back" not in cli("status", "--json").json["kafka"][0]
    assert running.stop() == 0


@pytest.mark.kafka
def test_a_consumer_that_starts_before_kafka_waits_for_it(
    cli: Cli, topic: str, kafka_bootstrap: str, start: Start
) -> None:
    port = int(kafka_bootstrap.split(",", maxsplit=1)[0].rpartition(":")[2])
    with proxied(tcp_target(port)) as proxy:
        proxy.refusing = True
        consumer = start("consume", LEDGER_KAFKA_BOOTSTRAP=proxy.address)
        served = consumer.served("consume")

        def why() -> str:
            return str(served.health("/readyz")[1]["missing"].get("assignment"))

        eventually(lambda: "Kafka does not answer" in why(), "it says why")
        assert f"LEDGER_KAFKA_BOOTSTRAP={proxy.address}" in why()
        assert served.health("/livez")[0] == 200
        assert served.values()["ledger_service_away_total"][("kafka",)] >= 1
        proxy.heal()
        eventually(lambda: served.ready, f"{topic} is read")
        assert consumer.stop() == 0


def test_a_consumer_without_kafka_stops_when_told(cli: Cli, start: Start) -> None:
    cli.set(KAFKA_BOOTSTRAP="127.0.0.1:1")
    consumer = start("consume")
    eventually(lambda: "Kafka does not answer" in consumer.said, "it says so")
    assert consumer.stop() == 0


@pytest.mark.kafka
def test_run_is_not_ready_while_a_part_is_not(cli: Cli, topic: str, start: Start) -> None:
    running = start("run")
    served = running.served("run")
    eventually(lambda: served.ready, "it is ready")
    before = running.children["project"]

    def missing() -> tuple[int, dict[str, str]]:
        status, document = served.health("/readyz")
        return status, document["missing"]

    # A broker may share out partitions anew meanwhile: for that moment the consumer is missing as well.
    with stopped_process(before):
        told = (503, {"project": "it does not answer"})
        eventually(lambda: missing() == told, "it alone is missing")
        assert served.health("/livez")[0] == 200
    eventually(lambda: served.ready, "it is ready again")
    os.kill(before, signal.SIGKILL)

    def again() -> int | None:
        now = running.children.get("project", before)
        return now if now != before else None

    after = eventually(again, "the part was started again")
    # It is held, or it may be ready before anybody asks.
    with stopped_process(after):
        eventually(lambda: [*missing()[1]] == ["project"], "the new one alone is missing")
    eventually(lambda: served.ready, "the part answers again")
    assert running.children["project"] == after
    assert running.stop() == 0
    ended = [line for line in running.lines if line["event"] == "part-ended"]
    assert [line["part"] for line in ended] == ["project"]


def test_nothing_of_the_confidential_ledger_is_in_the_main_ones_metrics(
    cli: Cli, start: Start
) -> None:
    cli.record(registered())

    def projector(**variables: str) -> Served:
        made = start("project", **variables).served("project")
        eventually(lambda: made.ready and "ledger_position" in made.values(), "it is ready")
        return made

    main = projector()
    secret = {"LEDGER_CONFIDENTIAL": "true"}
    assert start("init", **secret).ended() == 0
    confidential = projector(**secret)
    assert confidential.values()["ledger_position"] == {(): 2.0}  # its first role, and who holds it
    assert main.values()["ledger_position"] == {(): 1.0}
    assert "confidential" not in main.metrics
