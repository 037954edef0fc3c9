"""The whole of `ledger run` at a steady rate for an hour: how far each part is, and what memory it holds.

`python -m bench.hour [MINUTES] [RATE]`, 60 minutes of 300 events a second unless told otherwise. The mixed
events of the sample come into a topic on a real broker while the program reads it, as in use.
"""

import statistics
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice
from typing import NamedTuple

from bench.tools.arguments import explain, given
from bench.tools.filling import sample
from bench.tools.plot import draw
from bench.tools.results import FOLDER, quote, save
from bench.tools.whole import LOG, METHOD, RECORDED, VIEWS, Look, whole

MINUTES = 60
RATE = 300
FEED_S = 0.2
LOOK_S = 5.0
MARKS = (10, 30, 60)
"""Minutes after which the table has a column. What comes before the first is warming up."""
STEADY = (
    f"{METHOD}. A producer feeds the topic at a steady rate; looked at each {LOOK_S:.0f} seconds. A file's"
    " line for each minute: lags and memory at their highest. MB an hour: the line of least squares through"
    " all looks after the first ten minutes"
)


class Minute(NamedTuple):
    """One minute: each lag and each process's memory at its highest."""

    minute: int
    lags: Mapping[str, int]
    megabytes: Mapping[str, float]


class Seen(NamedTuple):
    """A look, and how many events had been published before it."""

    published: int
    look: Look

    @property
    def lags(self) -> Mapping[str, int]:
        """How many events each part is behind the one before it."""
        behind = {name: max(0, self.look.recorded - self.look.done[name]) for name in (VIEWS, LOG)}
        return {RECORDED: max(0, self.published - self.look.recorded), **behind}


def fed(
    publish: Callable[[Sequence[bytes]], None], look: Callable[[], Look], events: int, rate: int
) -> Iterator[Seen]:
    """Feed so many events at the rate, and look now and then."""
    texts, published, looked = sample(events), 0, 0
    began = time.monotonic()
    while published < events:
        spent = time.monotonic() - began
        due = min(events, int(spent * rate)) - published
        publish(list(islice(texts, due)))
        published += due
        if spent >= looked * LOOK_S:
            looked += 1
            yield Seen(published, look())
        time.sleep(FEED_S)
    yield Seen(published, look())


def minutes_of(seen: Sequence[Seen]) -> list[Minute]:
    """The looks, minute by minute; the first minute is 1."""
    each: dict[int, list[Seen]] = {}
    for one in seen:
        each.setdefault(int(one.look.at_s // 60) + 1, []).append(one)
    return [_minute(number, looks) for number, looks in each.items()]


def _minute(number: int, seen: Sequence[Seen]) -> Minute:
    lags = {name: max(one.lags[name] for one in seen) for name in seen[0].lags}
    names = sorted({name for one in seen for name in one.look.megabytes})
    highest = {name: max(one.look.megabytes.get(name, 0.0) for one in seen) for name in names}
    return Minute(number, lags, {name: round(size, 1) for name, size in highest.items()})


def marks_of(minutes: int) -> list[int]:
    """The minutes after which the table has a column; the last is the end."""
    return [*(mark for mark in MARKS if mark < minutes), minutes]


def slopes_of(seen: Sequence[Seen]) -> dict[str, float]:
    """Megabytes an hour of each process after the first mark; nothing where a run ends before it."""
    later = [one.look for one in seen if one.look.at_s > 60 * MARKS[0]]
    if len(later) < 2:
        return {}
    hours = [look.at_s / 3600 for look in later]
    slopes = {}
    for name in later[-1].megabytes:
        held = [look.megabytes.get(name, 0.0) for look in later]
        slopes[name] = round(statistics.linear_regression(hours, held).slope, 2)
    return slopes


def shares_of(last: Look) -> dict[str, float]:
    """How much of one core each process has used since the program began, in per cent."""
    return {name: round(100 * spent / last.at_s, 1) for name, spent in last.processor_s.items()}


def table(
    every: Sequence[Minute], slopes: Mapping[str, float], shares: Mapping[str, float], minutes: int
) -> Iterator[Sequence[str]]:
    """Memory and lag up to each mark as the page quotes them, and what a process takes of a core."""
    marks = marks_of(minutes)
    yield ["", *(f"after {mark} min" for mark in marks), "MB an hour", "% of a core"]
    for name, share in shares.items():
        held = [f"{_at(every, mark).megabytes.get(name, 0.0):,.0f}" for mark in marks]
        slope = f"{slopes[name]:+.1f}" if slopes else ""
        yield [f"{name}, MB", *held, slope, f"{share:.1f}"]
    for name in every[0].lags:
        spans = zip((0, *marks), marks, strict=False)
        most = [
            max(one.lags[name] for one in every if begin < one.minute <= end)
            for begin, end in spans
        ]
        yield [f"{name}, most events behind", *(f"{lag:,}" for lag in most), "", ""]


def _at(every: Sequence[Minute], mark: int) -> Minute:
    return [one for one in every if one.minute <= mark][-1]


def main(minutes: int = MINUTES, rate: int = RATE) -> None:
    """Measure, print, and write `docs/performance/hour.json` and the plot."""
    seen: list[Seen] = []
    with whole() as site, site.running() as look, site.upstream() as publish:
        for one in fed(publish, look, minutes * 60 * rate, rate):
            seen.append(one)
            at, megabytes = one.look.at_s / 60, one.look.megabytes
            held = " ".join(f"{name} {size:.1f}" for name, size in megabytes.items())
            print(f"hour: {at:6.2f} min, {dict(one.lags)}, MB: {held}", flush=True)
    every, slopes, shares = minutes_of(seen), slopes_of(seen), shares_of(seen[-1].look)
    figures = {"rate": rate, "megabytes_an_hour": slopes, "percent_of_a_core": shares}
    save("hour", STEADY, {**figures, "minutes": [one._asdict() for one in every]})
    quote("hour", list(table(every, slopes, shares, minutes)))
    lines = {name: [(one.minute, one.megabytes.get(name, 0.0)) for one in every] for name in shares}
    draw(
        FOLDER / "hour-memory.svg",
        lines,
        title=f"Memory at {rate} events a second",
        x="minutes",
        y="MB",
        log_x=False,
    )


if __name__ == "__main__":
    explain(__doc__, minutes=MINUTES, rate=RATE)
    main(given(MINUTES), given(RATE, 2))
