"""The command that makes the topics of Kafka which a ledger reads and answers on."""

from typing import Annotated

from application.queries.intake.topics import made_topics
from console.flags import Json, configured, option
from console.output import print_answer
from console.show.topics import topics_table
from consumers.topics import make_topics
from host.kafka_options import options_of
from host.settings import Settings
from rulebook.periods import period


@configured("kafka")
def create_topics(
    settings: Settings,
    partitions: Annotated[
        int | None,
        option(
            "--partitions", "N", "Partitions of each new topic, at least one a consumer.", min=1
        ),
    ] = None,
    replication: Annotated[
        int | None,
        option("--replication", "N", "Brokers that hold each partition: 3 in production.", min=1),
    ] = None,
    as_json: Json = False,
) -> None:
    """Make the topics that this ledger reads, and its topic of answers, where they are missing.

    Records stay in a new topic for the period kafka-retention of the rulebook. A topic that is there is
    not changed. Without a number the brokers' own applies.
    """
    kafka = settings.need_kafka()
    names = [*kafka.topics, *([kafka.answers] if kafka.answers else [])]
    if settings.signed.topic not in names and not settings.confidential:
        names.append(settings.signed.topic)
    topics = make_topics(
        options_of(kafka), names, period("kafka-retention"), partitions or -1, replication or -1
    )
    print_answer(made_topics(topics), lambda answer: topics_table(answer.topics), as_json)
