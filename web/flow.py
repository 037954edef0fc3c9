"""What flows from one side to the other, such as data to recipients: bands as wide as their number."""

from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct

from web.pieces import Column, Figure, Piece

HEIGHT = 300
"""Of all bands together, in pixels; what is between two ends comes on top."""
_LEAST, _GAP = 18, 10
WIDTH = 100
"""Of the bands, in units that stretch with the page."""


class Stream(Struct, frozen=True):
    """So many from one end to another one. The ends are told in words."""

    source: str
    target: str
    number: int
    href: str


class End(Struct, frozen=True):
    """One end of streams: its words, how many flow there, and where its bar stands."""

    text: str
    number: int
    y: float
    height: float


class Band(Struct, frozen=True):
    """One stream as it is drawn: the path of its shape."""

    path: str
    title: str
    href: str
    number: int


class Flow(Piece, frozen=True):
    """The picture of some streams, and the streams themselves for the table below it."""

    macro = ("flow", "flow")
    caption: str
    headings: tuple[str, str, str]
    sources: tuple[End, ...]
    targets: tuple[End, ...]
    bands: tuple[Band, ...]
    height: float
    streams: tuple[Stream, ...]

    def columns(self) -> tuple[Column, ...]:
        """The columns of the table."""
        source, target, number = self.headings
        return Column(source), Column(target), Column(number, number=True)

    def rows(self) -> list[tuple[str, str, Figure]]:
        """The rows of the table, the largest number first."""
        return [(one.source, one.target, Figure(one.number, one.href)) for one in self.streams]


def flow(caption: str, headings: tuple[str, str, str], streams: Sequence[Stream]) -> Flow:
    """The picture of streams; the widest ends come first."""
    total = sum(stream.number for stream in streams) or 1
    scale = HEIGHT / total
    sources = _ends(streams, "source", scale)
    targets = _ends(streams, "target", scale)
    ordered = sorted(streams, key=lambda one: (sources[one.source].y, targets[one.target].y))
    height = max((end.y + end.height for end in (*sources.values(), *targets.values())), default=0)
    return Flow(
        caption,
        headings,
        tuple(sources.values()),
        tuple(targets.values()),
        tuple(_bands(ordered, sources, targets, scale)),
        height,
        tuple(sorted(streams, key=lambda one: -one.number)),
    )


def _ends(streams: Iterable[Stream], side: str, scale: float) -> dict[str, End]:
    numbers: dict[str, int] = {}
    for stream in streams:
        text = stream.source if side == "source" else stream.target
        numbers[text] = numbers.get(text, 0) + stream.number
    ends, y = {}, 0.0
    for text, number in sorted(numbers.items(), key=lambda one: -one[1]):
        height = max(number * scale, _LEAST)
        ends[text] = End(text, number, round(y, 1), round(height, 1))
        y += height + _GAP
    return ends


def _bands(
    streams: Iterable[Stream], sources: Mapping[str, End], targets: Mapping[str, End], scale: float
) -> Iterable[Band]:
    left = {text: end.y for text, end in sources.items()}
    right = {text: end.y for text, end in targets.items()}
    for one in streams:
        wide = one.number * scale
        path = _path(left[one.source], right[one.target], wide)
        left[one.source] += wide
        right[one.target] += wide
        yield Band(path, f"{one.source} → {one.target}: {one.number}", one.href, one.number)


def _path(left: float, right: float, wide: float) -> str:
    """A band from a height at the left to a height at the right, as wide at both ends."""
    half = WIDTH / 2
    return (
        f"M0 {left:.1f}C{half} {left:.1f} {half} {right:.1f} {WIDTH} {right:.1f}"
        f"V{right + wide:.1f}C{half} {right + wide:.1f} {half} {left + wide:.1f} 0 {left + wide:.1f}Z"
    )
