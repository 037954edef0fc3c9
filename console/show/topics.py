"""Tables about the topics of Kafka."""

from collections.abc import Iterable

from rich.table import Table

from application.queries.intake.topics import TopicRow
from application.words import say
from console.show.text import worded


def topics_table(topics: Iterable[TopicRow]) -> Table:
    """One line a topic."""
    rows = (
        (row.topic, row.partitions, say("topics", "made" if row.made else "there"))
        for row in topics
    )
    return worded("topics", "topic partitions state", rows)
