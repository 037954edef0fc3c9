"""The worked example of docs/how-to/guard-the-topics.md on a real broker: no system speaks for another one.

Its lines are taken from the page: who may do what at the broker, how the ledger is set, what it registers.
"""

import json
import shlex
from argparse import ArgumentParser
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

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
from kafka.errors import TopicAuthorizationFailedError

from ledger.letters.dead import letters
from tests.fixtures.certificates import authority, signed, write
from tests.fixtures.console import Cli
from tests.fixtures.inbound import PAST, ROOT, STRUCTURED, Process, consuming, producing, until
from tests.fixtures.kafka import admin_client, own_broker
from tests.fixtures.ledger import House, message, registered
from tests.fixtures.line import Line

pytestmark = pytest.mark.kafka

PAGE = (ROOT / "docs" / "how-to" / "guard-the-topics.md").read_text("utf-8")
CRM, NETWORK, OFFICE = (f"urn:voipzeker:{name}" for name in ("crm", "network", "privacy-office"))
PRINCIPALS = ("crm", "network", "privacy-office", "ledger")
TOPICS = ("privacy.crm.v1", "privacy.network.v1", "privacy.register.v1", "privacy.rejections.v1")
LONG_S = 120.0


def block(title: str) -> list[str]:
    """The lines of the page's block under a comment."""
    return PAGE.partition(f"<!-- {title}:")[2].split("```")[1].splitlines()[1:]


def acls(line: str) -> Iterator[ACL]:
    """What one line of `kafka-acls.sh --add` allows."""
    command, *arguments = shlex.split(line)
    assert command == "kafka-acls.sh"
    parser = ArgumentParser()
    parser.add_argument("--add", action="store_true", required=True)
    parser.add_argument("--allow-principal", required=True)
    parser.add_argument("--operation", action="append", required=True)
    parser.add_argument("--topic")
    parser.add_argument("--group")
    wanted = parser.parse_args(arguments)
    kind = ResourceType.TOPIC if wanted.topic else ResourceType.GROUP
    place = ResourcePattern(kind, wanted.topic or wanted.group)
    for operation in wanted.operation:
        allowed = ACLOperation[operation.upper()]
        yield ACL(wanted.allow_principal, "*", allowed, ACLPermissionType.ALLOW, place)


class Broker:
    """A broker as the page sets it up."""

    def __init__(self, folder: Path, bootstrap: str) -> None:
        self._folder = folder
        self.bootstrap = bootstrap
        chosen = json.loads((folder / "kafka" / "cluster.json").read_text())
        self.address = f"127.0.0.1:{chosen['secured']['ports']['SASL_SSL']}"
        self.authority = str(folder / "ca.pem")

    def password_file(self, principal: str) -> Path:
        file = self._folder / f"{principal}.password"
        file.write_text(f"{password(principal)}\n")
        return file

    def send(self, principal: str, topic: str, *events: dict[str, Any]) -> None:
        """Send events as a principal. Raises what the broker says."""
        with producing(
            self.address,
            security_protocol="SASL_SSL",
            sasl_mechanism="SCRAM-SHA-512",
            sasl_plain_username=principal,
            sasl_plain_password=password(principal),
            ssl_cafile=self.authority,
            enable_idempotence=False,
        ) as producer:
            for event in events:
                sent = producer.send(topic, orjson.dumps(event), headers=STRUCTURED, partition=0)
                sent.get(timeout=LONG_S)


def password(principal: str) -> str:
    return f"right-horse-of-{principal}"


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    folder = tmp_path_factory.mktemp("principals")
    trusted = authority("Trusted")
    key, certificate = signed(trusted, "broker", "Trusted")
    write(folder, broker=key + certificate, ca=trusted.pem)
    with own_broker(folder / "kafka", "--certificates", str(folder)) as bootstrap:
        with admin_client(bootstrap) as admin:
            for name in PRINCIPALS:
                wanted = UserScramCredentialUpsertion(
                    user=name,
                    mechanism=ScramMechanism.SCRAM_SHA_512,
                    iterations=4096,
                    password=password(name),
                )
                assert admin.alter_user_scram_credentials([wanted]) == {name: None}
            admin.create_topics(
                {name: {"num_partitions": 1} for name in TOPICS}, wait_for_metadata=True
            )
            allowed = [acl for line in block("acls") for acl in acls(line)]
            assert not admin.create_acls(allowed)["failed"]
        yield Broker(folder, bootstrap)


def test_a_system_writes_to_its_own_topic_only(broker: Broker) -> None:
    about = registered(source=CRM, time=PAST)
    broker.send("crm", "privacy.crm.v1", about)
    for principal, topic in (
        ("network", "privacy.crm.v1"),
        ("network", "privacy.register.v1"),
        ("crm", "privacy.register.v1"),
        ("privacy-office", "privacy.crm.v1"),
    ):
        with pytest.raises(TopicAuthorizationFailedError):
            broker.send(principal, topic, about)


def test_what_a_system_says_for_another_is_refused(
    broker: Broker, make_house: Callable[..., House], database_url: str, cli: Cli, tmp_path: Path
) -> None:
    house = make_house(database_url)
    systems = tmp_path / "systems.ndjson"
    systems.write_text("\n".join(block("systems")))
    named = dict(line.split("=", 1) for line in block("settings of the consumer"))
    named |= {
        "LEDGER_KAFKA_BOOTSTRAP": broker.address,
        "LEDGER_KAFKA_SSL_CAFILE": broker.authority,
        "LEDGER_KAFKA_SASL_PASSWORD_FILE": str(broker.password_file("ledger")),
        "LEDGER_KAFKA_GROUP": "processing-ledger-main",
    }
    settings = consuming(house, **named)
    cli.set(**{name.removeprefix("LEDGER_"): text for name, text in settings.items()})
    ingested = cli("ingest", "--as-privacy-office", str(systems), "--json")
    assert ingested.json["recorded"] == 2, ingested

    activated = _activated(NETWORK)
    broker.send(
        "network",
        "privacy.network.v1",
        activated,
        registered(source=CRM, time=PAST),
        _activated(CRM),
        _activated(OFFICE),
        _annulled(activated, OFFICE),
    )
    network = Line(house, broker.bootstrap, "privacy.network.v1", "privacy.rejections.v1")
    process = Process("consume", settings, tmp_path / "consume.log")
    process.start()
    until(lambda: network.bookmark() == 5, process.watch, LONG_S)
    assert process.stop() == 0

    recorded = [event for event in house.events() if "topic" in event.origin]
    on_its_topic = [e for e in recorded if e.origin["topic"] == "privacy.network.v1"]
    assert [(event.source, event.id) for event in on_its_topic] == [(NETWORK, activated["id"])]
    refused = [one for one in letters(house.session("reader")) if one.topic == network.topic]
    assert {(one.code, one.source) for one in refused} == {
        ("source-not-allowed", CRM),
        ("source-not-allowed", OFFICE),
    }
    assert len(refused) == 4


def _activated(source: str) -> dict[str, Any]:
    facts = {"service": "voip", "contract_ref": "CT-1"}
    return message("service-activated", "customer/10023", source=source, time=PAST, **facts)


def _annulled(event: dict[str, Any], source: str) -> dict[str, Any]:
    facts = {"annuls": event["id"], "annuls_source": event["source"], "reason": "mistake"}
    return message("event-annulled", "customer/10023", source=source, time=PAST, **facts)
