"""`ledger kafka create-topics` on a real broker."""

from uuid import uuid4

from kafka import KafkaAdminClient
from kafka.admin import ConfigResource, ConfigResourceType

from rulebook.periods import period
from tests.fixtures.console import Cli


def test_missing_topics_are_made_and_others_stay(
    cli: Cli, kafka_bootstrap: str, kafka_admin: KafkaAdminClient
) -> None:
    name = f"made-{uuid4().hex}"
    topics = [f"{name}.{part}" for part in ("events", "register", "answers", "signed")]
    cli.set(
        KAFKA_BOOTSTRAP=kafka_bootstrap,
        KAFKA_TOPICS=",".join(topics[:2]),
        KAFKA_ANSWERS=topics[2],
        SIGNED_TOPIC=topics[3],
    )
    kafka_admin.create_topics({topics[0]: {"num_partitions": 1}}, wait_for_metadata=True)
    try:
        made = cli("kafka", "create-topics", "--partitions", "3", "--json").json["topics"]
        assert [row["topic"] for row in made] == topics
        assert [(row["partitions"], row["made"]) for row in made] == [(1, False), *[(3, True)] * 3]
        asked = [ConfigResource(ConfigResourceType.TOPIC, topics[1])]
        (configs,) = kafka_admin.describe_configs(asked)["topic"].values()
        kept_ms = int(period("kafka-retention").total_seconds() * 1000)
        assert int(configs["retention.ms"]["value"]) == kept_ms
        assert configs["cleanup.policy"]["value"] == "delete"
        again = cli("kafka", "create-topics", "--json").json["topics"]
        assert [(row["partitions"], row["made"]) for row in again] == [
            (1, False),
            *[(3, False)] * 3,
        ]
    finally:
        kafka_admin.delete_topics(topics)


def test_more_copies_than_brokers_are_refused(cli: Cli, kafka_bootstrap: str) -> None:
    cli.set(KAFKA_BOOTSTRAP=kafka_bootstrap, KAFKA_TOPICS=f"never-{uuid4().hex}")
    refused = cli("kafka", "create-topics", "--replication", "30")
    assert (refused.status, "--replication" in refused.err) == (2, True)


def test_without_a_broker_it_says_which_setting(cli: Cli) -> None:
    refused = cli("kafka", "create-topics")
    assert (refused.status, "LEDGER_KAFKA_BOOTSTRAP" in refused.err) == (2, True)
