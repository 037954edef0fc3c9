"""The timeline of a person: where each act and each state stands in the picture, and a list by month.

The picture is laid out here and not in the browser, so that it is there without JavaScript. Places along the
time are shares of the width, so that it fits any page. Acts that would lie on each other are one point with
their number; its link shows that stretch of time alone.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from math import sqrt
from typing import Protocol, TypeVar

from msgspec import Struct

from application.times import in_zone
from web.moments import day_text, month_text, when_text
from web.pieces import Piece, Tone
from web.scale import Tick, Window, ticks
from web.words import t

LANES = ("contract", "data", "choices", "looked", "received", "requests", "keeping")
"""From top to bottom; each is a word of `[lane]`."""
BUCKETS = 80
"""Of how many places along the time one is a point."""
_LABEL, _POINTS, _STATE, _GAP = 20, 26, 15, 8
"""Heights in pixels: the name of a lane, its acts, each row of its states, and what is free below it."""


class DrawnAct(Protocol):
    """Something that happened: a point. `text` says what in one sentence, `href` is its event.

    Both are asked for only where the act stands alone.
    """

    @property
    def lane(self) -> str:
        """One of `LANES`."""

    @property
    def occurred(self) -> datetime:
        """When it happened."""

    @property
    def recorded(self) -> datetime:
        """When it became known."""

    @property
    def text(self) -> str:
        """What happened."""

    @property
    def href(self) -> str:
        """The address of its event."""

    @property
    def tone(self) -> Tone:
        """How it looks."""


class State(Struct, frozen=True):
    """Something that lasted: a bar. `end` None: it still lasts. `recorded`: when it became known."""

    lane: str
    start: datetime
    end: datetime | None
    text: str
    href: str
    tone: Tone = "plain"
    recorded: datetime | None = None


class Point(Struct, frozen=True):
    """One act, or several that lie on each other, then as high as they are many.

    `known`: when each happened and was recorded, in hours since 1970: what the two handles compare.
    """

    x: float
    count: int
    title: str
    href: str
    tone: Tone
    known: str
    height: int = 0


class Bar(Struct, frozen=True):
    """A state as it is drawn; `y` is the place of its upper edge in the picture."""

    x: float
    width: float
    y: int
    title: str
    href: str
    tone: Tone
    is_open: bool
    known: str


class Lane(Struct, frozen=True):
    """One lane: where it begins, where its points stand, and what is in it."""

    name: str
    y: int
    middle: int
    points: tuple[Point, ...]
    bars: tuple[Bar, ...]


class Timeline(Piece, frozen=True):
    """The picture with its list: `now` is where the present lies in it, none when that is outside."""

    macro = ("timeline", "timeline")
    window: Window
    lanes: tuple[Lane, ...]
    height: int
    ticks: tuple[Tick, ...]
    now: float | None


Zoom = Callable[[Window], str]
"""The address of the same page with another window."""


def timeline(
    acts: Sequence[DrawnAct], states: Sequence[State], window: Window, now: datetime, zoom: Zoom
) -> Timeline:
    """The picture of what happened and lasted within a window."""
    by_lane: dict[str, list[DrawnAct]] = {name: [] for name in LANES}
    for act in acts:
        if window.has(act.occurred):
            by_lane[act.lane].append(act)
    lanes, height = [], _LABEL
    for name in LANES:
        lane, height = _lane(
            name,
            by_lane[name],
            [state for state in states if state.lane == name and _touches(state, window)],
            (window, height),
            zoom,
        )
        lanes.append(lane)
    place = window.place(now) if window.has(now) else None
    return Timeline(window, tuple(lanes), height, tuple(ticks(window)), place)


class Dated(Protocol):
    """What happened at a time."""

    @property
    def occurred(self) -> datetime:
        """When."""


D = TypeVar("D", bound=Dated)


def by_month(acts: Iterable[D]) -> tuple[tuple[str, tuple[D, ...]], ...]:
    """Acts under the month in which they happened, newest first."""
    ordered = sorted(acts, key=lambda act: act.occurred, reverse=True)
    months = groupby(ordered, key=lambda act: month_text(in_zone(act.occurred).date()))
    return tuple((month, tuple(group)) for month, group in months)


def _touches(state: State, window: Window) -> bool:
    return state.start < window.end and (state.end is None or state.end > window.start)


def _lane(
    name: str, acts: Sequence[DrawnAct], states: Sequence[State], at: tuple[Window, int], zoom: Zoom
) -> tuple[Lane, int]:
    """A lane that begins at a height, and the height at which the next one begins."""
    window, y = at
    below = y + _LABEL
    middle = below + _POINTS // 2
    first_row = below + (_POINTS if acts else 0)
    bars, rows = _bars(states, window, first_row)
    end = first_row + max(rows * _STATE, 0 if acts else _STATE) + _GAP
    return Lane(name, y, middle, tuple(_points(acts, window, zoom)), bars), end


def _points(acts: Sequence[DrawnAct], window: Window, zoom: Zoom) -> Iterator[Point]:
    buckets: dict[int, list[DrawnAct]] = {}
    for act in sorted(acts, key=lambda act: act.occurred):
        buckets.setdefault(_bucket(act, window), []).append(act)
    most = max(map(len, buckets.values()), default=1)
    for bucket, together in buckets.items():
        if len(together) == 1:
            yield _single(together[0], window)
        else:
            yield _several(together, bucket, most, zoom(_closer(together)))


def _bucket(act: DrawnAct, window: Window) -> int:
    return min(int(window.place(act.occurred) / 100 * BUCKETS), BUCKETS - 1)


def _single(act: DrawnAct, window: Window) -> Point:
    title = f"{when_text(act.occurred)}: {act.text}"
    return Point(window.place(act.occurred), 1, title, act.href, act.tone, _known([act]))


def _several(acts: Sequence[DrawnAct], bucket: int, most: int, href: str) -> Point:
    x = round(100 * (bucket + 0.5) / BUCKETS, 2)
    height = round(10 + (_POINTS - 10) * sqrt(len(acts) / most))
    first, last = day_text(acts[0].occurred), day_text(acts[-1].occurred)
    title = str(t("timeline.together", len(acts), first, last))
    return Point(x, len(acts), title, href, _worst(acts), _known(acts), height)


def _known(acts: Sequence[DrawnAct]) -> str:
    pairs = (f"{_hours(act.occurred)}:{_hours(act.recorded)}" for act in acts)
    return " ".join(dict.fromkeys(pairs))


def _hours(time: datetime) -> int:
    return int(time.timestamp() // 3600)


def _closer(acts: Sequence[DrawnAct]) -> Window:
    """A window around some acts, at least a day wide."""
    first, last = acts[0].occurred, acts[-1].occurred
    margin = max((last - first) / 10, timedelta(hours=12))
    return Window(first - margin, last + margin)


def _worst(acts: Iterable[DrawnAct]) -> Tone:
    tones = {act.tone for act in acts}
    order: tuple[Tone, ...] = ("bad", "due", "good")
    return next((tone for tone in order if tone in tones), "plain")


def _bars(states: Sequence[State], window: Window, top: int) -> tuple[tuple[Bar, ...], int]:
    """The states, those that overlap below each other, and how many rows they take."""
    ends: list[datetime] = []
    bars = []
    for state in sorted(states, key=lambda state: state.start):
        row = next((row for row, end in enumerate(ends) if end <= state.start), len(ends))
        ends[row : row + 1] = [state.end or window.end]
        bars.append(_bar(state, window, top + row * _STATE))
    return tuple(bars), len(ends)


def _bar(state: State, window: Window, y: int) -> Bar:
    start = window.place(max(state.start, window.start))
    end = window.place(min(state.end or window.end, window.end))
    title = f"{_lasting(state)}: {state.text}"
    is_open = state.end is None
    known = f"{_hours(state.start)}:{_hours(state.recorded or state.start)}"
    width = round(max(end - start, 0.4), 2)
    return Bar(start, width, y, title, state.href, state.tone, is_open, known)


def _lasting(state: State) -> str:
    if state.end is None:
        return str(t("timeline.since", day_text(state.start)))
    return str(t("timeline.between", day_text(state.start), day_text(state.end)))
