"""Options of the Kafka clients: every one that matters is explicit, with its reason. Pure."""

from collections.abc import Mapping
from typing import Any, Literal

import msgspec

from consumers.pipeline import BATCH_MESSAGES
from consumers.tls import TLS_OPTIONS, tls_context, uses_tls
from ledger.errors import Misconfigured

# Options of the client that are passed through: the identity of this client, and the brokers that it trusts.
# `ssl_ciphers` is left out: the client takes it and applies it nowhere.
SECURITY_OPTIONS = frozenset(
    {
        "security_protocol",
        "ssl_cafile",
        "ssl_certfile",
        "ssl_check_hostname",
        "ssl_context",
        "ssl_crlfile",
        "ssl_keyfile",
        "ssl_password",
        "sasl_mechanism",
        "sasl_plain_password",
        "sasl_plain_username",
        "sasl_kerberos_domain_name",
        "sasl_kerberos_name",
        "sasl_kerberos_service_name",
        "sasl_oauth_token_provider",
    }
)
# The first answer of a cluster that is there comes within this time.
BOOTSTRAP_MS = 5_000
# Broker default of Java clients; it must stay above fetch_max_wait_ms.
REQUEST_MS = 30_000
# A broker that is back is found again within this time; half a minute, the default, is felt.
RECONNECT_MS = 5_000
# One request that the main loop waits for; longer, and the fault counts as passing.
ANSWER_MS = 5_000
# The client's default may take half a minute when the coordinator does not answer.
CLOSE_MS = 2_000
# A main loop without a poll for so long is dead; recording a batch takes a second.
MAX_POLL_INTERVAL_MS = 300_000
# Bytes fetched and not yet polled, as Kafka stores them: a broker sends more only where one batch is larger.
# Expansion has bounds of its own (`consumers.kafka_records`).
FETCH_BYTES = 16 * 1024 * 1024
PARTITION_FETCH_BYTES = 1024 * 1024
FETCH_WAIT_MS = 500
# Several batches a poll: each is decoded and sealed while the one before it is written.
POLL_RECORDS = 4 * BATCH_MESSAGES
# New partitions, and a topic whose metadata got lost on the way, are noticed within this time.
METADATA_MS = 30_000


class KafkaOptions(msgspec.Struct, frozen=True):
    """How to reach Kafka and which group to join. All members of a group use the same assignor.

    `security`: some of SECURITY_OPTIONS. `session_s`: a member that died is noticed within this time.
    """

    bootstrap: tuple[str, ...]
    group: str
    topics: tuple[str, ...]
    security: Mapping[str, Any] = {}
    assignor: Literal["range", "cooperative-sticky"] = "range"
    session_s: float = 10.0
    poll_records: int = POLL_RECORDS
    client_id: str = "processing-ledger"

    def __repr__(self) -> str:
        """Without the password."""
        return f"KafkaOptions(bootstrap={self.bootstrap!r}, topics={self.topics!r})"


def connection(options: KafkaOptions) -> dict[str, Any]:
    """Options that every client gets.

    Raises Misconfigured on others than those of security, and for files that hold no certificates.
    """
    unknown = options.security.keys() - SECURITY_OPTIONS
    if unknown:
        raise Misconfigured(f"these are no security options of Kafka: {', '.join(sorted(unknown))}")
    return {
        "bootstrap_servers": list(options.bootstrap),
        "client_id": options.client_id,
        "bootstrap_timeout_ms": BOOTSTRAP_MS,
        "request_timeout_ms": REQUEST_MS,
        "reconnect_backoff_max_ms": RECONNECT_MS,
        **_security(options.security),
    }


def _security(security: Mapping[str, Any]) -> dict[str, Any]:
    """The client's options of security, with a context of ours in place of names of files."""
    options = {name: value for name, value in security.items() if name not in TLS_OPTIONS}
    if uses_tls(security) and "ssl_context" not in options:
        options["ssl_context"] = tls_context(security)
    return options


def consuming(options: KafkaOptions) -> dict[str, Any]:
    """Options of a consumer in its group; the adapter adds the assignor."""
    session_ms = int(options.session_s * 1000)
    return {
        "group_id": options.group,
        "auto_offset_reset": "none",
        "enable_auto_commit": False,
        "isolation_level": "read_committed",
        "check_crcs": True,
        "allow_auto_create_topics": False,
        "max_poll_records": options.poll_records,
        "max_poll_interval_ms": max(MAX_POLL_INTERVAL_MS, session_ms),
        "session_timeout_ms": session_ms,
        # Three may be lost before the member counts as dead, and it hears of a rebalance soon.
        "heartbeat_interval_ms": min(3_000, session_ms // 4),
        "fetch_max_bytes": FETCH_BYTES,
        "max_partition_fetch_bytes": PARTITION_FETCH_BYTES,
        "metadata_max_age_ms": METADATA_MS,
        "fetch_min_bytes": 1,
        "fetch_max_wait_ms": FETCH_WAIT_MS,
    }
