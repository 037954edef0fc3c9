"""From settings to the options of the Kafka client."""

from consumers.kafka import KafkaOptions
from host.settings import KafkaSettings


def options_of(kafka: KafkaSettings) -> KafkaOptions:
    """The client's options; what was not set is left to the client."""
    security: dict[str, object] = {
        "security_protocol": kafka.security_protocol,
        "sasl_mechanism": kafka.sasl_mechanism,
        "sasl_plain_username": kafka.sasl_username,
        "sasl_plain_password": kafka.sasl_password,
        "ssl_cafile": kafka.ssl_cafile,
        "ssl_certfile": kafka.ssl_certfile,
        "ssl_keyfile": kafka.ssl_keyfile,
    }
    return KafkaOptions(
        bootstrap=kafka.bootstrap,
        group=kafka.group,
        topics=kafka.topics,
        session_s=float(kafka.session_s),
        security={name: str(value) for name, value in security.items() if value is not None},
    )
