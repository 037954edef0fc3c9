"""Answers about the sources of Kafka's topics: `ledger kafka sources`, `ledger kafka resume`."""

import shlex
from collections.abc import Collection, Iterable
from typing import Literal

from application.answer import Answer
from ledger.event import instant
from ledger.recording.quarantine import SourceCount
from ledger.recording.tallying import NAMELESS

_ELSEWHERE = ":"
State = Literal["reading", "quarantined", "halted"]


class Share(Answer, frozen=True):
    """So many of the messages over which a source was judged were refused."""

    refused: int
    of: int


class SourceRow(Answer, frozen=True):
    """What came of a source on a topic. Whether it is read, and if not, `since` when and for which `reason`.

    `source`: None for messages that name none that can be read, `*` for all that are not registered.
    `quarantined`: messages that were refused for nothing but that. `resume`: the command that lets
    it in again.
    """

    topic: str
    source: str | None
    state: State
    since: str | None
    reason: Share | None
    messages: int
    recorded: int
    duplicates: int
    refused: int
    quarantined: int
    last_seen: str
    resume: str | None


class Sources(Answer, frozen=True):
    """The sources of Kafka's topics."""

    sources: list[SourceRow]


class ResumedSource(Answer, frozen=True):
    """The topics on which a source is let in again.

    `kept`: how many dead letters were kept of it meanwhile; `retry`: the command that brings them in.
    """

    resumed: list[str]
    source: str
    kept: int
    retry: str


def sources(
    counts: Iterable[tuple[str, str, SourceCount]], halted: Collection[str]
) -> list[SourceRow]:
    """What came of each source on each topic. `halted`: topics whose reading stopped."""
    return [
        _row(topic, source, count, topic in halted)
        for topic, source, count in counts
        if _ELSEWHERE not in topic  # files and commands: no topic of Kafka has it in its name
    ]


def _row(topic: str, source: str, count: SourceCount, halted: bool) -> SourceRow:
    window = count.window
    since = window.halted_at
    state: State = "quarantined" if since else "halted" if halted else "reading"
    return SourceRow(
        topic=topic,
        source=None if source == NAMELESS else source,
        state=state,
        since=instant(since) if since else None,
        reason=Share(window.rejections, window.messages) if since else None,
        messages=count.recorded + count.duplicates + count.refused + count.held,
        recorded=count.recorded,
        duplicates=count.duplicates,
        refused=count.refused,
        quarantined=count.held,
        last_seen=instant(count.seen_at),
        resume=_resume(topic, source, state),
    )


def _resume(topic: str, source: str, state: State) -> str | None:
    if state == "halted":
        return "ledger consume --resume"
    quarantined = state == "quarantined"
    words = ["ledger", "kafka", "resume", "--topic", topic, "--source", source]
    return shlex.join(words) if quarantined else None
