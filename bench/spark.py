"""A rebuild on Apache Spark beside one and two processes: `python -m bench.spark [EVENTS]`. Needs Java 17.

One ledger is measured at two sizes, an eighth of its events and all of them: so what a rebuild takes whatever
the size is told apart from what an event takes. Each rebuild is a process of its own, from start to end.
"""

import math
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from itertools import islice
from pathlib import Path
from typing import Any

import orjson

from archive.manifest import LEAST_SEGMENT_EVENTS, SEGMENT_EVENTS
from archive.places import FolderPlace
from archive.writing import archive
from bench import rebuilding_by
from bench.projection import following
from bench.tools.arguments import explain, given
from bench.tools.filling import record, sample, sites
from bench.tools.processor import server_of, server_seconds
from bench.tools.publishing import new_key, published_history
from bench.tools.results import line, quote, save
from ledger import cycles
from tests.fixtures.ledger import House

EVENTS = 65_536
# Events in the smaller ledger, and files of an archive: one part of so many.
PARTS, FILES = 8, 16
PEER = "two processes"
GOAL = 0.8
ENGINES = {
    "one process": "1",
    PEER: "2",
    **{f"Spark, `local[{count}]`": f"local[{count}]" for count in (1, 2, 4)},
}
"""Numbers of processes, or masters of Spark."""
WHO = {
    "folding": "processes that fold",
    "java": "Java",
    "this": "process that writes",
    "server": "PostgreSQL",
}
METHOD = (
    "A made-up life, followed, published and archived; then all views are built again, each time by a process"
    " of its own, at both sizes. seconds: of the clock, from its start to its end. The others are seconds of"
    " processor time: folding, of executors or of the processes that fold; java; this, of the process that"
    " writes, its start included; server, of PostgreSQL; processor, of all. fixed_s and event_us: the line"
    " through both sizes. The digests of all are the same."
)
Spent = dict[str, float]
Points = Mapping[str, Sequence[Spent]]
"""What each engine took at each size."""


def main() -> None:
    """Measure, print, and write `docs/performance/spark.json`."""
    cycles.settle()  # as the program does
    events = given(EVENTS)
    segment = min(
        SEGMENT_EVENTS, 1 << (max(LEAST_SEGMENT_EVENTS, events // FILES).bit_length() - 1)
    )
    sizes = [max(1, events // part // segment) * segment for part in (PARTS, 1)]
    points: dict[str, list[Spent]] = {name: [] for name in ENGINES}
    with (
        sites() as made,
        closing(made.fresh()) as house,
        tempfile.TemporaryDirectory(dir="/tmp", prefix="pl-spark-") as folder,
    ):
        texts, position = sample(sizes[-1]), 0
        key = new_key()
        for size in sizes:
            with following(house, size) as done:
                record(house.open(), islice(texts, size - position))
                done.wait()
            position = size
            history = published_history(house, key, Path(folder) / "log")
            archive(history, FolderPlace(Path(folder) / "archive"), segment)
            measure(house, Path(folder), points)
    write(sizes, points)


def measure(house: House, folder: Path, points: Mapping[str, list[Spent]]) -> None:
    """Rebuild by each engine."""
    digests = set()
    for name, by in ENGINES.items():
        spent, digest = rebuilt(house, str(folder / "archive"), by)
        digests.add(digest)
        points[name].append(spent)
        told = ", ".join(f"{who} {seconds:.1f}" for who, seconds in spent.items())
        print(f"spark: {name:<20}{told}", flush=True)
    assert len(digests) == 1


def rebuilt(house: House, address: str, by: str) -> tuple[Spent, str]:
    """What a rebuild took, and what it came to."""
    server = server_of(house.url)
    command = ["-m", rebuilding_by.__name__, house.url, str(house.ledger), by, address]
    before, began = server_seconds(server), time.perf_counter()
    done = subprocess.run([sys.executable, *command], stdout=subprocess.PIPE, check=True)
    seconds, used = time.perf_counter() - began, server_seconds(server) - before
    told = orjson.loads(done.stdout)
    spent = {**told["used"], "server": used}
    return {"seconds": seconds, "processor": sum(spent.values()), **spent}, told["digests"]


def write(sizes: Sequence[int], points: Points) -> None:
    """The file and the table."""
    engines = {name: figures(sizes, spent) for name, spent in points.items()}
    save("spark", METHOD, {"events": sizes, "engines": engines})
    rows = list(table(sizes, engines))
    for row in rows:
        print("spark:", *row, sep=" | ")
    quote("spark", rows)


def figures(sizes: Sequence[int], spent: Sequence[Spent]) -> dict[str, Any]:
    """What an engine took at each size, and the line through both."""
    columns = {name: [point[name] for point in spent] for name in spent[0]}
    lines = {name: line(sizes, column) for name, column in columns.items()}
    return {
        "at": {name: [round(s, 2) for s in column] for name, column in columns.items()},
        "fixed_s": {name: round(fixed, 2) for name, (fixed, _) in lines.items()},
        "event_us": {name: round(1e6 * each, 2) for name, (_, each) in lines.items()},
    }


def table(sizes: Sequence[int], engines: Mapping[str, Any]) -> Iterator[list[str]]:
    """The figures for the page."""
    heads = ["by the clock, s", "processor, s", "of it fixed", "µs an event", *WHO.values()]
    ratios = ["by the clock", "by processor time", "an event alone"]
    yield [
        f"{sizes[-1]:,} events",
        *heads,
        *(f"{PEER} ÷ it, {ratio}" for ratio in ratios),
        f"{GOAL} by processor time from, events",
    ]
    peer = engines[PEER]
    for name, engine in engines.items():
        at, each = engine["at"], engine["event_us"]
        yield [
            name,
            *(f"{at[what][-1]:.1f}" for what in ("seconds", "processor")),
            f"{engine['fixed_s']['processor']:.1f}",
            f"{each['processor']:.1f}",
            *(f"{each[who]:.1f}" for who in WHO),
            *(f"{peer['at'][what][-1] / at[what][-1]:.2f}" for what in ("seconds", "processor")),
            f"{peer['event_us']['processor'] / each['processor']:.2f}",
            reached(engine, peer),
        ]


def reached(engine: Mapping[str, Any], peer: Mapping[str, Any]) -> str:
    """The number of events from which on an engine does `GOAL` of its peer, by both lines; or never."""
    fixed, each = (
        GOAL * engine[kind]["processor"] - peer[kind]["processor"]
        for kind in ("fixed_s", "event_us")
    )
    if each >= 0:
        return "never"
    return f"{math.ceil(max(0.0, fixed) / -each * 1e6):,}"


if __name__ == "__main__":
    explain(__doc__, events=EVENTS)
    main()
