"""What flows through stages, such as data to recipients to countries: bands as wide as their number."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from textwrap import wrap

from msgspec import Struct

from web.pieces import Column, Figure, Piece

HEIGHT = 300
"""Of all bands together, in pixels; what is between two ends comes on top."""
LINE = 17
"""Of a line of words, in pixels; an end is at least as high as its words."""
_GAP = 10
_LETTERS = 22
"""So many letters stand in a line: more do not fit beside the picture of a narrow page."""
WIDTH = 100
"""Of the bands between two stages, in units that stretch with the page."""
_FIRST, _LAST = 25, 77
"""Where the bars of the first and of the last stage stand, of 100; outside them stand their words."""


class Stream(Struct, frozen=True):
    """So many that flow through an end of each stage. The ends are told in words."""

    ends: tuple[str, ...]
    number: int
    href: str


class End(Struct, frozen=True):
    """An end of streams: its words as lines, how many flow there, and where its bar stands."""

    lines: tuple[str, ...]
    number: int
    y: float
    height: float


class Band(Struct, frozen=True):
    """What flows between two ends, as it is drawn: the path of its shape."""

    path: str
    title: str


class Stage(Struct, frozen=True):
    """One column of ends and the bands that go on from it. `x`: of its bars, of 100 of the page's width."""

    x: float
    wide: float
    ends: tuple[End, ...]
    bands: tuple[Band, ...]


class Flow(Piece, frozen=True):
    """The picture of some streams, and the streams themselves for the table below it."""

    macro = ("flow", "flow")
    caption: object
    headings: tuple[object, ...]
    stages: tuple[Stage, ...]
    height: float
    streams: tuple[Stream, ...]

    def columns(self) -> tuple[Column, ...]:
        """The columns of the table."""
        *names, number = self.headings
        return *map(Column, names), Column(number, number=True)

    def rows(self) -> list[tuple[object, ...]]:
        """The rows of the table, the largest number first."""
        return [(*one.ends, Figure(one.number, one.href)) for one in self.streams]


def flow(caption: object, headings: tuple[object, ...], streams: Sequence[Stream]) -> Flow:
    """The picture of streams; the widest ends come first. `headings`: of each stage and of the number."""
    scale = HEIGHT / (sum(stream.number for stream in streams) or 1)
    count = len(headings) - 1
    ends = [_ends(streams, place, scale) for place in range(count)]
    step = (_LAST - _FIRST) / (count - 1)
    bands = [_bands(streams, ends[here], ends[there], here, scale) for here, there in _steps(count)]
    stages = tuple(
        Stage(_FIRST + place * step, step, tuple(some.values()), tuple(onward))
        for place, (some, onward) in enumerate(zip(ends, [*bands, ()], strict=True))
    )
    height = max((end.y + end.height for some in ends for end in some.values()), default=0)
    ordered = tuple(sorted(streams, key=lambda one: -one.number))
    return Flow(caption, headings, stages, height, ordered)


def _steps(count: int) -> Iterator[tuple[int, int]]:
    return pairwise(range(count))


def _ends(streams: Iterable[Stream], place: int, scale: float) -> dict[str, End]:
    """The ends of a stage, by their words, from top to bottom."""
    numbers: Counter[str] = Counter()
    for stream in streams:
        numbers[stream.ends[place]] += stream.number
    ends, y = {}, 0.0
    for text, number in numbers.most_common():
        lines = tuple(wrap(text, _LETTERS, break_long_words=False)) or ("",)
        height = max(number * scale, LINE * len(lines))
        ends[text] = End(lines, number, round(y, 1), round(height, 1))
        y += height + _GAP
    return ends


def _bands(
    streams: Iterable[Stream],
    sources: Mapping[str, End],
    targets: Mapping[str, End],
    place: int,
    scale: float,
) -> Iterator[Band]:
    """The bands from the ends of a stage to those of the next one, each as one."""
    left = {text: end.y for text, end in sources.items()}
    right = {text: end.y for text, end in targets.items()}
    numbers: Counter[tuple[str, str]] = Counter()
    for one in streams:
        numbers[one.ends[place], one.ends[place + 1]] += one.number
    order = sorted(numbers, key=lambda pair: (sources[pair[0]].y, targets[pair[1]].y))
    for source, target in order:
        wide = numbers[source, target] * scale
        path = _path(left[source], right[target], wide)
        left[source] += wide
        right[target] += wide
        yield Band(path, f"{source} → {target}: {numbers[source, target]}")


def _path(left: float, right: float, wide: float) -> str:
    """A band from a height at the left to a height at the right, as wide at both ends."""
    half = WIDTH / 2
    return (
        f"M0 {left:.1f}C{half} {left:.1f} {half} {right:.1f} {WIDTH} {right:.1f}"
        f"V{right + wide:.1f}C{half} {right + wide:.1f} {half} {left + wide:.1f} 0 {left + wide:.1f}Z"
    )
