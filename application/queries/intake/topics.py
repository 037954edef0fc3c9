"""Answers about the topics that a ledger reads: `ledger kafka create-topics`."""

from collections.abc import Sequence

from application.answer import Answer
from consumers.topics import Topic


class TopicRow(Answer, frozen=True):
    """A topic of the cluster. `made`: by this command."""

    topic: str
    partitions: int
    made: bool


class MadeTopics(Answer, frozen=True):
    """The topics that the ledger reads, and its topic of answers."""

    topics: list[TopicRow]


def made_topics(topics: Sequence[Topic]) -> MadeTopics:
    """Each topic, in the order in which the settings name them."""
    return MadeTopics([TopicRow(one.name, one.partitions, one.made) for one in topics])
