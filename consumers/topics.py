"""The topics that a ledger reads and answers on, made where they are missing."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import msgspec
from kafka import errors as kafka_errors

from consumers.kafka import administering
from consumers.kafka_options import KafkaOptions
from ledger.errors import Misconfigured


class Topic(msgspec.Struct, frozen=True):
    """A topic of the cluster. `made`: by this call."""

    name: str
    partitions: int
    made: bool


def make_topics(
    options: KafkaOptions,
    names: Sequence[str],
    kept: timedelta,
    partitions: int = -1,
    replication: int = -1,
) -> list[Topic]:
    """These topics, in their order; a missing one is made, and one that is there stays as it is.

    `kept`: how long a record stays. `partitions`, `replication`: -1 for the default of the brokers. Raises
    Misconfigured where the login may not or the brokers are too few, KafkaAway.
    """
    configs = {
        "cleanup.policy": "delete",
        "retention.ms": str(int(kept.total_seconds() * 1000)),
    }
    wanted = {
        "num_partitions": partitions,
        "replication_factor": replication,
        "configs": configs,
    }
    with administering(options) as admin:
        missing = sorted(set(names) - set(admin.list_topics()))
        if missing:
            try:
                admin.create_topics(dict.fromkeys(missing, wanted), wait_for_metadata=True)
            except kafka_errors.TopicAlreadyExistsError:
                admin.wait_for_topics(list(names))  # a different process made them at the same time
            except kafka_errors.InvalidReplicationFactorError:
                raise Misconfigured("--replication: the cluster has fewer brokers") from None
        found: list[dict[str, Any]] = admin.describe_topics(list(names))
    partitioned = {topic["name"]: len(topic["partitions"]) for topic in found}
    return [Topic(name, partitioned[name], name in missing) for name in names]
