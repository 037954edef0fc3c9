"""What is asked of running brokers, through the admin client of kafka-python."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from cluster import Node
from errors import Impossible, NotReady
from process import pid_of

ANSWER_TIMEOUT_MS = 5_000
RETRY_MS = 200
LAST_LOG_LINES = 60
PAUSE_S = 0.2
TOPICS = (
    "privacy.events.v1",
    "privacy.register.v1",
    "privacy.confidential.v1",
    "privacy.rejections.v1",
    "privacy.signed.v1",
)

# A broker that is still starting refuses connections; that is no news.
logging.getLogger("kafka").addHandler(logging.NullHandler())


@contextmanager
def client(bootstrap: str) -> Iterator[Any]:
    """An admin client; NotReady when no broker answers, or one refuses."""
    try:
        from kafka import KafkaAdminClient
        from kafka.errors import KafkaError
    except ImportError:
        raise Impossible("kafka-python is missing: run this with the project's Python") from None
    try:
        opened = KafkaAdminClient(
            bootstrap_servers=bootstrap.split(","),
            bootstrap_timeout_ms=ANSWER_TIMEOUT_MS,
            request_timeout_ms=ANSWER_TIMEOUT_MS,
            reconnect_backoff_max_ms=RETRY_MS,
        )
        try:
            yield opened
        finally:
            opened.close()
    except KafkaError as trouble:
        raise NotReady(f"{bootstrap}: {trouble}") from trouble


def wait_until_ready(nodes: Sequence[Node], timeout_s: float) -> None:
    """Until each node answers by itself and counts all of them as alive; NotReady otherwise."""
    numbers = {node.number for node in nodes}
    deadline = time.monotonic() + timeout_s
    for node in nodes:
        while not numbers <= alive_according_to(node):
            if pid_of(node) is None:
                raise NotReady(f"node {node.number} died\n{last_lines(node)}")
            if time.monotonic() > deadline:
                raise NotReady(f"node {node.number} not ready in {timeout_s} s\n{last_lines(node)}")
            time.sleep(PAUSE_S)


def alive_according_to(node: Node) -> set[int]:
    """The numbers of the brokers that a node sees at work; none when it does not answer yet."""
    try:
        with client(node.address) as asked:
            brokers = asked.describe_cluster()["brokers"]
    except NotReady:
        return set()
    return {broker["broker_id"] for broker in brokers if not broker.get("is_fenced")}


def last_lines(node: Node) -> str:
    """The end of a node's log."""
    lines = node.log.read_text(errors="replace").splitlines()[-LAST_LOG_LINES:]
    return "\n".join([f"{node.log}:", *lines])


def create_topics(bootstrap: str, partitions: int, replication: int) -> dict[str, int]:
    """Create those of the project's topics that are missing; all, with their partitions."""
    wanted = {"num_partitions": partitions, "replication_factor": replication}
    with client(bootstrap) as asked:
        missing = sorted(set(TOPICS) - set(asked.list_topics()))
        if missing:
            asked.create_topics(dict.fromkeys(missing, wanted))
            asked.wait_for_topics(missing)
        found = asked.describe_topics(list(TOPICS))
    return {topic["name"]: len(topic["partitions"]) for topic in found}
