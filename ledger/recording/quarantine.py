"""Counts of the outcomes of each source, and the sources that are kept out: one source stops no other.

Counted under the head lock, in the batch's transaction. Messages name their own source: a producer of the
topic can use another's name. Made-up names are no use: sources that are not registered are counted, and kept
out, as one, and never halt a topic. Withheld messages are counted nowhere.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple

import msgspec

from ledger.letters.dead import LetterRoom
from ledger.recording.tallying import NAMELESS, Tally
from ledger.storage.postgres import Session
from ledger.writing.bookmarks import HaltLimit, Window
from ledger.writing.chain import Cell, ChainLink

# All sources that are not registered: outsiders make up names, and each would take a row.
OTHERS = "*"
# When more of a topic's registered sources fail, the topic is what fails.
HALF = 0.5
# A source that a topic had nothing of for so long says nothing about how the topic is.
ACTIVE = timedelta(days=7)


class SourceCount(msgspec.Struct, frozen=True):
    """A source on a topic. `window`: its refusals, judged when there are enough; then quarantined.

    `letters`: dead letters that were kept of it on the day `letters_on`, and their bytes.
    """

    window: Window
    recorded: int
    duplicates: int
    refused: int
    held: int
    seen_at: datetime
    letters_on: date | None = None
    letters: int = 0
    letter_bytes: int = 0

    def plus(self, tally: Tally, window: Window, now: datetime, room: LetterRoom) -> "SourceCount":
        """The counts after one more batch."""
        return SourceCount(
            window,
            self.recorded + tally.recorded,
            self.duplicates + tally.duplicates,
            self.refused + tally.refused,
            self.held + tally.held,
            max(self.seen_at, now),
            room.day,
            room.letters,
            room.size_bytes,
        )


class Verdict(NamedTuple):
    """The effect of a batch: the sources that it quarantined, and whether its topic halts."""

    quarantined: tuple[str, ...] = ()
    halts: bool = False


def half_fails(active: Iterable[str], failing: Iterable[str]) -> bool:
    """Whether more than half of the sources of a topic fail, so that the topic is at fault and not they."""
    return len({*failing}) > HALF * len({*active, *failing})


class Sources:
    """The counts of the sources of one batch. Needs the head lock.

    `registered`: sources registered for its topic by now.
    """

    def __init__(
        self,
        session: Session,
        topic: str,
        names: Iterable[str],
        registered: Collection[str],
        day: date,
    ) -> None:
        self._session, self._topic, self._registered = session, topic, registered
        sources = sorted({self.row_of(name) for name in {*names}})
        rows = session.rows("intake_sources_of", topic=topic, sources=sources)
        self._counts = {source: _count_of(row) for source, *row in rows}
        self._rooms = {source: self._room(source, day) for source in sources}

    def row_of(self, name: str) -> str:
        """Under which name a source is counted."""
        return name if name in self._registered or name == NAMELESS else OTHERS

    def room_of(self, name: str) -> LetterRoom:
        """Where there is room for dead letters of a source of the batch."""
        return self._rooms[self.row_of(name)]

    def _room(self, row: str, day: date) -> LetterRoom:
        count, ends = self._counts.get(row), row not in self._registered
        if count is None or count.letters_on != day:
            return LetterRoom(self._topic, row, day, ends)
        return LetterRoom(self._topic, row, day, ends, count.letters, count.letter_bytes)

    def quarantined(self, names: Iterable[str]) -> frozenset[str]:
        """The sources, among the given, that are kept out."""
        return frozenset(name for name in {*names} if self._since(self.row_of(name)))

    def _since(self, row: str) -> datetime | None:
        count = self._counts.get(row)
        return count.window.halted_at if count else None

    def count(
        self, link: ChainLink, tallies: Mapping[str, Tally], now: datetime, limit: HaltLimit | None
    ) -> Verdict:
        """Store what became of a batch, and judge it. `limit`: None where nothing is judged.

        The topic halts when more than half of its registered sources fail by then; those of the batch are not
        quarantined then. It also halts when a registered one had as many dead letters as are kept in a day.
        """
        counts = self._counted(tallies, now, limit)
        failing = {
            name
            for name, count in counts.items()
            if count.window.halted_at and not self._since(name)
        }
        known = failing & {*self._registered}
        fails = bool(known) and self._fails(counts, known, now)
        if fails:
            counts |= {name: _not_quarantined(counts[name]) for name in known}
            failing -= known
        _store(self._session, link, self._topic, self._counts, counts)
        full = limit is not None and any(room.is_full for room in self._rooms.values())
        return Verdict(tuple(sorted(failing)), fails or full)

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
            window = _window_after(count.window, tally, judged, now)
            counts[row] = count.plus(tally, window, now, self._rooms[row])
        return counts

    def _fails(self, counted: Iterable[str], failing: Iterable[str], now: datetime) -> bool:
        """Whether more than half of the topic's registered sources fail."""
        since = now - ACTIVE
        rows = self._session.rows("active_intake_sources", topic=self._topic, since=since)
        quarantined = {source for source, kept_out in rows if kept_out}
        active = {source for source, _ in rows} | {*counted}
        known = {*self._registered}
        return half_fails(active & known, (quarantined | {*failing}) & known)


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
    *("letters_on", "letters", "letter_bytes"),
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
        count.letters_on,
        count.letters,
        count.letter_bytes,
    )


def _count_of(row: Sequence[object]) -> SourceCount:
    window = msgspec.convert(row[:3], type=tuple[int, int, datetime | None])
    counts = msgspec.convert(
        row[3:], type=tuple[int, int, int, int, datetime, date | None, int, int]
    )
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
    """Counts of the outcomes of all arrivals by topic, without withheld messages."""
    counts: dict[str, Tally] = {}
    for topic, _, count in sources:
        tally = Tally(count.recorded, count.duplicates, count.refused, count.held)
        counts[topic] = counts.get(topic, Tally()) + tally
    return counts
