"""Passwords and TLS to a real broker: who is let in, who is refused, and that no secret is told."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import orjson
import pytest
from kafka.admin import (
    ACL,
    ACLOperation,
    ACLPermissionType,
    ResourcePattern,
    ResourceType,
    ScramMechanism,
    UserScramCredentialUpsertion,
)

from tests.fixtures.certificates import authority, signed, write
from tests.fixtures.inbound import PAST, ROOT, STRUCTURED, consuming, producing, until
from tests.fixtures.kafka import admin_client, own_broker
from tests.fixtures.ledger import House, registered
from tests.fixtures.line import Line

pytestmark = pytest.mark.kafka

USER, SECRET, WRONG = "ledger", "right-horse-battery", "wrong-horse-battery"
LONG_S = 120.0


@dataclass(frozen=True)
class Fortress:
    """A broker with secured listeners, and the files that get in."""

    folder: Path
    bootstrap: str

    def address(self, listener: str) -> str:
        chosen = json.loads((self.folder / "kafka" / "cluster.json").read_text())
        return f"127.0.0.1:{chosen['secured']['ports'][listener]}"

    def file(self, name: str) -> str:
        return str(self.folder / f"{name}.pem")


def everything_for(*names: str) -> Iterator[ACL]:
    """These principals may do all: who gets in is asked here, not what for."""
    for name in names:
        for kind in (ResourceType.TOPIC, ResourceType.GROUP):
            place = ResourcePattern(kind, "*")
            yield ACL(f"User:{name}", "*", ACLOperation.ALL, ACLPermissionType.ALLOW, place)


@pytest.fixture(scope="module")
def fortress(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fortress]:
    folder = tmp_path_factory.mktemp("fortress")
    trusted = authority("Trusted")
    broker_key, broker = signed(trusted, "broker", "Trusted")
    key, certificate = signed(trusted, "ledger", "Trusted")
    stranger = authority("Stranger")
    strange_key, strange = signed(stranger, "ledger", "Stranger")
    write(
        folder,
        broker=broker_key + broker,
        ca=trusted.pem,
        key=key,
        certificate=certificate,
        stranger=stranger.pem,
        strange_key=strange_key,
        strange=strange,
    )
    with own_broker(folder / "kafka", "--certificates", str(folder)) as bootstrap:
        with admin_client(bootstrap) as admin:
            for mechanism in (ScramMechanism.SCRAM_SHA_256, ScramMechanism.SCRAM_SHA_512):
                wanted = UserScramCredentialUpsertion(
                    user=USER, mechanism=mechanism, iterations=4096, password=SECRET
                )
                assert admin.alter_user_scram_credentials([wanted]) == {USER: None}
            assert not admin.create_acls(list(everything_for(USER, "CN=ledger")))["failed"]
        yield Fortress(folder, bootstrap)


@pytest.fixture
def line(fortress: Fortress, make_house: Callable[..., House], database_url: str) -> Line:
    topic = f"acts-{uuid4().hex}"
    with admin_client(fortress.bootstrap) as admin:
        topics = {name: {"num_partitions": 1} for name in (topic, f"{topic}-answers")}
        admin.create_topics(topics, wait_for_metadata=True)
    return Line(make_house(database_url), fortress.bootstrap, topic, f"{topic}-answers")


Change = Callable[[Fortress], dict[str, str]]


def scram(listener: str, mechanism: str) -> Change:
    def settings(fortress: Fortress) -> dict[str, str]:
        password = fortress.folder / "password"
        password.write_text(f"{SECRET}\n")
        return {
            "LEDGER_KAFKA_BOOTSTRAP": fortress.address(listener),
            "LEDGER_KAFKA_SECURITY_PROTOCOL": listener,
            "LEDGER_KAFKA_SASL_MECHANISM": mechanism,
            "LEDGER_KAFKA_SASL_USERNAME": USER,
            "LEDGER_KAFKA_SASL_PASSWORD_FILE": str(password),
            **({"LEDGER_KAFKA_SSL_CAFILE": fortress.file("ca")} if "SSL" in listener else {}),
        }

    return settings


def certified(fortress: Fortress) -> dict[str, str]:
    return {
        "LEDGER_KAFKA_BOOTSTRAP": fortress.address("SSL"),
        "LEDGER_KAFKA_SECURITY_PROTOCOL": "SSL",
        "LEDGER_KAFKA_SSL_CAFILE": fortress.file("ca"),
        "LEDGER_KAFKA_SSL_CERTFILE": fortress.file("certificate"),
        "LEDGER_KAFKA_SSL_KEYFILE": fortress.file("key"),
    }


def but(settings: Change, **others: Callable[[Fortress], str] | str) -> Change:
    """The same settings with others over them; an empty one is as if it were not set."""

    def changed(fortress: Fortress) -> dict[str, str]:
        named = {
            f"LEDGER_KAFKA_{name}": other if isinstance(other, str) else other(fortress)
            for name, other in others.items()
        }
        return settings(fortress) | named

    return changed


def file(name: str) -> Callable[[Fortress], str]:
    return lambda fortress: fortress.file(name)


class Program:
    """`ledger consume` as a process, watched for secrets."""

    def __init__(self, line: Line, settings: dict[str, str]) -> None:
        environment = consuming(
            line.house,
            LEDGER_KAFKA_TOPICS=line.topic,
            LEDGER_KAFKA_ANSWERS=line.answers_topic,
            LEDGER_METRICS_PORT="0",
            **settings,
        )
        self._process = subprocess.Popen(
            [sys.executable, "-m", "console.main", "consume"],
            cwd=ROOT,
            env=os.environ | environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        self.arguments = Path(f"/proc/{self._process.pid}/cmdline").read_bytes()

    @property
    def running(self) -> bool:
        return self._process.poll() is None

    def hear(self, words: str) -> str:
        """The first line with these words."""
        assert self._process.stdout is not None
        return next(line for raw in self._process.stdout if words in (line := raw.decode()))

    def end(self, *, told: bool) -> tuple[int, str]:
        """Its exit status and everything that it said, after its end."""
        if told:
            self._process.send_signal(signal.SIGTERM)
        try:
            said, _ = self._process.communicate(timeout=LONG_S)
        finally:
            self._process.kill()
        text = said.decode()
        assert "Traceback" not in text
        for secret in (SECRET, WRONG):
            assert secret not in text
            assert secret.encode() not in self.arguments
        return self._process.returncode, text


@pytest.mark.parametrize(
    "settings",
    [
        scram("SASL_SSL", "SCRAM-SHA-256"),
        scram("SASL_SSL", "SCRAM-SHA-512"),
        scram("SASL_PLAINTEXT", "SCRAM-SHA-512"),
        certified,
        but(scram("SASL_SSL", "SCRAM-SHA-256"), SASL_PASSWORD_FILE="", SASL_PASSWORD=SECRET),
    ],
    ids=["scram-256 tls", "scram-512 tls", "scram-512 plain", "certificate", "password variable"],
)
def test_who_knows_the_secret_records(line: Line, fortress: Fortress, settings: Change) -> None:
    with producing(fortress.bootstrap) as producer:
        for value in (orjson.dumps(registered(time=PAST)), b"refused"):
            producer.send(line.topic, value, headers=STRUCTURED, partition=0)
    program = Program(line, settings(fortress))

    def watch() -> None:
        assert program.running, program.end(told=False)

    try:
        until(lambda: line.bookmark() == 2, watch, LONG_S)
    finally:
        status, said = program.end(told=True)
    assert status == 0, said
    assert len(line.house.events()) == 1


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        (
            but(scram("SASL_SSL", "SCRAM-SHA-256"), SASL_PASSWORD_FILE="", SASL_PASSWORD=WRONG),
            "does not know this user or password",
        ),
        (
            but(
                scram("SASL_PLAINTEXT", "SCRAM-SHA-512"), SASL_PASSWORD_FILE="", SASL_PASSWORD=WRONG
            ),
            "does not know this user or password",
        ),
        (
            but(scram("SASL_SSL", "SCRAM-SHA-512"), SASL_USERNAME="nobody"),
            "does not know this user or password",
        ),
        (but(scram("SASL_SSL", "PLAIN")), "does not take PLAIN"),
        (
            but(scram("SASL_SSL", "SCRAM-SHA-256"), SSL_CAFILE=file("stranger")),
            "its certificate is not trusted",
        ),
        (but(scram("SASL_SSL", "SCRAM-SHA-256"), SSL_CAFILE=""), "its certificate is not trusted"),
        (but(certified, SSL_CERTFILE="", SSL_KEYFILE=""), "is a client certificate due?"),
        (
            but(certified, SSL_CERTFILE=file("strange"), SSL_KEYFILE=file("strange_key")),
            "TLS fails",
        ),
        (
            but(certified, SSL_KEYFILE=file("strange_key")),
            "client certificate for Kafka cannot be used",
        ),
        (but(certified, SSL_CAFILE=file("key")), "holds no PEM certificates"),
    ],
    ids=[
        "wrong password",
        "wrong password without tls",
        "unknown user",
        "another mechanism",
        "another authority",
        "the system's authorities",
        "no certificate",
        "a stranger's certificate",
        "a key of another certificate",
        "no authorities in the file",
    ],
)
def test_who_is_refused_is_told_why_in_one_line(
    line: Line, fortress: Fortress, settings: Change, words: str
) -> None:
    status, said = Program(line, settings(fortress)).end(told=False)
    assert status == 2, said
    assert words in said
    assert line.bookmark() == -1


def test_a_listener_that_speaks_something_else_is_away(line: Line, fortress: Fortress) -> None:
    """It could be a broker that goes down just now, so it is waited for."""
    settings = {"LEDGER_KAFKA_BOOTSTRAP": fortress.address("SSL")}
    program = Program(line, settings)
    heard = program.hear("Kafka does not answer")
    assert settings["LEDGER_KAFKA_BOOTSTRAP"] in heard
    assert program.running
    status, said = program.end(told=True)
    assert status == 0, said
