"""What became of the messages of each source, and which sources are kept out: one source stops no other.

Counted under the head lock, in the batch's transaction. A source is what messages say it is: a producer
of the topic can use another's name. What is withheld is counted nowhere.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

import msgspec

from ledger.recording.tallying import HALF, NAMELESS, Tally
from ledger.storage.postgres import Session
from ledger.writing.bookmarks import HaltLimit, Window
from ledger.writing.chain import Cell, ChainLink

# All sources that a topic had after the first `OWN_ROWS`: outsiders make up names, and each would take a row.
OTHERS = "*"
OWN_ROWS = 1_000
# A source that a topic had nothing of for so long says nothing about how the topic is.
ACTIVE = timedelta(days=7)


class SourceCount(msgspec.Struct, frozen=True):
    """A source on a topic. `window`: its refusals, judged when there are enough; then quarantined."""

    window: Window
    recorded: int
    duplicates: int
    refused: int
    held: int
    seen_at: datetime

    def plus(self, tally: Tally, window: Window, now: datetime) -> "SourceCount":
        """The counts after one more batch."""
        return SourceCount(
            window,
            self.recorded + tally.recorded,
            self.duplicates + tally.duplicates,
            self.refused + tally.refused,
            self.held + tally.held,
            max(self.seen_at, now),
        )


def half_fails(active: Iterable[str], failing: Iterable[str]) -> bool:
    """Whether more than half of the sources of a topic fail, so that the topic is at fault and not they."""
    return len({*failing}) > HALF * len({*active, *failing})


class Sources:
    """What is known of the sources of one batch. Needs the head lock."""

    def __init__(self, session: Session, topic: str, names: Iterable[str]) -> None:
        self._session = session
        self._topic = topic
        sources = {*names, OTHERS}
        rows = session.rows("intake_sources_of", topic=topic, sources=sorted(sources))
        self._counts = {source: _count_of(row) for source, *row in rows}
        self._rows = self._rows_for(sources - self._counts.keys() - {OTHERS, NAMELESS})

    def _rows_for(self, new: set[str]) -> set[str]:
        """Which of the new sources get a row of their own."""
        if not new:
            return new
        (count,) = self._session.row("count_intake_sources", topic=self._topic) or (0,)
        return {*sorted(new)[: max(0, OWN_ROWS - count)]}

    def row_of(self, name: str) -> str:
        """Under which name a source is counted."""
        has_row = name in self._counts or name in self._rows or name == NAMELESS
        return name if has_row else OTHERS

    def quarantined(self, names: Iterable[str]) -> frozenset[str]:
        """Those of some sources that are kept out."""
        return frozenset(name for name in {*names} if self._since(self.row_of(name)))

    def _since(self, row: str) -> datetime | None:
        count = self._counts.get(row)
        return count.window.halted_at if count else None

    def count(
        self, link: ChainLink, tallies: Mapping[str, Tally], now: datetime, limit: HaltLimit | None
    ) -> tuple[str, ...] | None:
        """Store what became of a batch; the sources that are quarantined by it.

        None, and none is quarantined, when more than half of the topic's sources fail by then. `limit`: None
        where nothing is judged.
        """
        counts = self._counted(tallies, now, limit)
        failing = [
            name
            for name, count in counts.items()
            if count.window.halted_at and not self._since(name)
        ]
        halts = bool(failing) and self._halts(counts, failing, now)
        if halts:
            counts |= {name: _not_quarantined(counts[name]) for name in failing}
        _store(self._session, link, self._topic, self._counts, counts)
        return None if halts else tuple(sorted(failing))

    def _counted(
        self, tallies: Mapping[str, Tally], now: datetime, limit: HaltLimit | None
    ) -> dict[str, SourceCount]:
        """The rows as they are with these tallies; sources without a row of their own share one."""
        counts: dict[str, SourceCount] = {}
        for name, tally in tallies.items():
            row = self.row_of(name)
            count = (
                counts.get(row) or self._counts.get(row) or SourceCount(Window(), 0, 0, 0, 0, now)
            )
            judged = limit if name != NAMELESS else None
            counts[row] = count.plus(tally, _window_after(count.window, tally, judged, now), now)
        return counts

    def _halts(self, counted: Iterable[str], failing: Iterable[str], now: datetime) -> bool:
        since = now - ACTIVE
        rows = self._session.rows("active_intake_sources", topic=self._topic, since=since)
        quarantined = [source for source, kept_out in rows if kept_out]
        active = [source for source, _ in rows]
        return half_fails({*active, *counted} - {NAMELESS}, {*quarantined, *failing})


def _window_after(before: Window, tally: Tally, limit: HaltLimit | None, now: datetime) -> Window:
    if limit is None or before.halted_at is not None:
        return before
    messages = tally.recorded + tally.duplicates + tally.refused
    return before.count(messages, tally.refused, limit, now)


def _not_quarantined(count: SourceCount) -> SourceCount:
    window = msgspec.structs.replace(count.window, halted_at=None)
    return msgspec.structs.replace(count, window=window)


def _store(
    session: Session,
    link: ChainLink,
    topic: str,
    before: Mapping[str, SourceCount],
    after: Mapping[str, SourceCount],
) -> None:
    if not after:
        return
    macs = []
    for source, count in after.items():
        if source in before:
            link.goes("intake_sources", _cells(topic, source, before[source]))
        macs.append(link.comes("intake_sources", _cells(topic, source, count)))
    cells = zip(*(_cells(topic, source, count)[1:] for source, count in after.items()), strict=True)
    columns = {name: [*values] for name, values in zip(_COLUMNS, cells, strict=True)}
    session.run("set_intake_sources", topic=topic, **columns, mac=macs)


_COLUMNS = (
    *("source", "messages", "rejections", "quarantined_at"),
    *("recorded", "duplicates", "refused", "held", "seen_at"),
)


def _cells(topic: str, source: str, count: SourceCount) -> tuple[Cell, ...]:
    window = count.window
    counts = (count.recorded, count.duplicates, count.refused, count.held)
    return (
        topic,
        source,
        window.messages,
        window.rejections,
        window.halted_at,
        *counts,
        count.seen_at,
    )


def _count_of(row: Sequence[object]) -> SourceCount:
    window = msgspec.convert(row[:3], type=tuple[int, int, datetime | None])
    counts = msgspec.convert(row[3:], type=tuple[int, int, int, int, datetime])
    return SourceCount(Window(*window), *counts)


def resume_source(session: Session, link: ChainLink, topic: str, source: str) -> bool:
    """Let a source in again, and begin to count its refusals anew; False when it is not quarantined."""
    rows = session.rows("intake_sources_of", topic=topic, sources=[source])
    counts = {name: _count_of(row) for name, *row in rows}
    if source not in counts or counts[source].window.halted_at is None:
        return False
    anew = msgspec.structs.replace(counts[source], window=Window())
    _store(session, link, topic, counts, {source: anew})
    return True


def sources_of(session: Session, topic: str | None = None) -> list[tuple[str, str, SourceCount]]:
    """Topic, source and its counts, in that order. Needs SELECT."""
    rows = session.of("ledger").rows("intake_sources", topic=topic)
    return [(topic, source, _count_of(row)) for topic, source, *row in rows]


def counts_by_topic(sources: Iterable[tuple[str, str, SourceCount]]) -> dict[str, Tally]:
    """By topic what became of everything that arrived; what is withheld aside."""
    counts: dict[str, Tally] = {}
    for topic, _, count in sources:
        tally = Tally(count.recorded, count.duplicates, count.refused, count.held)
        counts[topic] = counts.get(topic, Tally()) + tally
    return counts
