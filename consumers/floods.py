"""Floods of withheld messages: more of them through one place than investigations explain.

Pure. Counted in memory alone, by place, and nothing of it is stored or shown: how many withheld messages
came through a topic is nobody's business, as long as they are few. A flood tells of no person and no source,
only that somebody writes rubbish, or that a desk has codes that nobody declared.
"""

from dataclasses import dataclass, field

# A large provider has some hundred orders a day; a desk with undeclared codes has some thousand messages.
FLOOD_LETTERS = 10_000
# Sealed, a message takes 4 KiB at least: so this is reached first by messages that are large.
FLOOD_BYTES = 128 * 1024 * 1024
FLOOD_SECONDS = 24 * 3600.0


@dataclass(slots=True)
class _Tide:
    since: float
    letters: int = 0
    size_bytes: int = 0

    @property
    def is_flood(self) -> bool:
        return self.letters > FLOOD_LETTERS or self.size_bytes > FLOOD_BYTES


@dataclass(slots=True)
class Floods:
    """Counts of the messages withheld at each place since a day began, as far as this process knows."""

    _tides: dict[str, _Tide] = field(default_factory=dict)

    def add(self, place: str, letters: int, size_bytes: int, now: float) -> bool:
        """Count the withheld messages of one more batch; returns whether they are a flood by now.

        `now`: monotonic.
        """
        if letters:
            tide = self._tide(place, now) or _Tide(now)
            tide.letters, tide.size_bytes = tide.letters + letters, tide.size_bytes + size_bytes
            self._tides[place] = tide
        return self.is_flood(place, now)

    def is_flood(self, place: str, now: float) -> bool:
        """Whether a place is flooded on this day."""
        tide = self._tide(place, now)
        return tide is not None and tide.is_flood

    def forget(self, place: str) -> None:
        """Begin to count anew."""
        self._tides.pop(place, None)

    def _tide(self, place: str, now: float) -> _Tide | None:
        tide = self._tides.get(place)
        return tide if tide and now - tide.since < FLOOD_SECONDS else None
