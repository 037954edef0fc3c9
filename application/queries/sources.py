"""Answers about the sources of Kafka's topics: `ledger kafka sources`, `ledger kafka resume`."""

import shlex
from collections.abc import Collection, Iterable
from typing import Any

from ledger.event import instant
from ledger.recording.quarantine import SourceCount
from ledger.recording.tallying import NAMELESS

_ELSEWHERE = ":"


def sources(
    counted: Iterable[tuple[str, str, SourceCount]], halted: Collection[str]
) -> dict[str, Any]:
    """What came of each source on each topic, whether it is read, and if not, since when and why.

    `source`: null for what has none that can be read, `*` for all after the first thousand of a topic.
    """
    rows = [
        _row(topic, source, one, topic in halted)
        for topic, source, one in counted
        if _ELSEWHERE not in topic  # files and commands: no topic of Kafka has it in its name
    ]
    return {"sources": rows}


def _row(topic: str, source: str, one: SourceCount, halted: bool) -> dict[str, Any]:
    since = one.window.halted_at
    state = "quarantined" if since else "halted" if halted else "reading"
    numbers = (one.recorded, one.duplicates, one.refused, one.held)
    return {
        "topic": topic,
        "source": None if source == NAMELESS else source,
        "state": state,
        "since": instant(since) if since else None,
        "reason": _reason(one) if since else None,
        "messages": sum(numbers),
        "recorded": one.recorded,
        "duplicates": one.duplicates,
        "refused": one.refused,
        "quarantined": one.held,
        "last_seen": instant(one.seen_at),
        "resume": _resume(topic, source, state),
    }


def _reason(one: SourceCount) -> dict[str, int]:
    """So many of the messages over which it was judged were refused."""
    return {"refused": one.window.rejections, "of": one.window.messages}


def _resume(topic: str, source: str, state: str) -> str | None:
    if state == "halted":
        return "ledger consume --resume"
    quarantined = state == "quarantined"
    words = ["ledger", "kafka", "resume", "--topic", topic, "--source", source]
    return shlex.join(words) if quarantined else None
