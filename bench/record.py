"""Recording: message bytes in memory -> committed events, beside raw COPY of the same rows and a library.

`python -m bench.record [ROUNDS]`. Embedded PostgreSQL with fsync, four sealed fields an event. Rounds are
interleaved, and the figures of each are divided by those of the peers in the same round.
"""

import multiprocessing
import statistics
import tempfile
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from multiprocessing.synchronize import Barrier
from pathlib import Path
from queue import Queue
from typing import Any

from bench.peers import recorders
from bench.peers.recorders import copied, rows_of, states_of, stored_by_library
from bench.tools.arguments import explain, given
from bench.tools.plot import draw
from bench.tools.results import FOLDER, median_ratio, quote, save
from bench.tools.workload import batches, four_fields
from ledger import cycles
from ledger.application import Ledger
from ledger.embedded import start
from ledger.names import LedgerName
from tests.fixtures.ledger import Clock, House

EVENTS = 40_000
PEOPLE = 1_000
NEW_PEOPLE = 10_000
BATCH = 2_000
SIZES = (100, 300, 1_000, 2_000, 5_000, 10_000)
# One transaction an event is slow: fewer of them say the same.
SINGLE_EVENTS = 2_000
# The library sends a batch through a pipeline, which hangs with more than about half a megabyte.
LIBRARY_BATCH = 250
PROCESSES = 2
ROUNDS = given(5)
SWEEP_ROUNDS = (ROUNDS + 1) // 2
METHOD = (
    f"{EVENTS} events of {PEOPLE} known or {NEW_PEOPLE} new people with four sealed fields in three"
    f" categories, one field searchable; batches of {BATCH}; one process (two where it says so);"
    f" embedded PostgreSQL with fsync; median of {ROUNDS} rounds, peers in the same round, COPY of the very"
    f" rows that were recorded, a batch as one block of bytes, of the events alone or (both tables) also of"
    f" the ids by which repeats are known; library: its PostgreSQL recorder without the database function,"
    f" one event a transaction, and in batches of {LIBRARY_BATCH} (larger ones hang in its pipeline)"
)
KNOWN, NEW, TWO = "known people", "new people", "known people, two processes"
COPY, BOTH, PLAIN = "COPY, same keys", "COPY, both tables", "COPY, no index"
SINGLE, BATCHES = "library, one event a transaction", "library, batches"
PEERS = (COPY, BOTH, PLAIN, SINGLE, BATCHES)


def rate(ledger: Ledger, texts: list[bytes], size: int = BATCH) -> float:
    """Events a second, from bytes to the last commit."""
    began = time.perf_counter()
    for outcome in ledger.record_each(batches(texts, size)):
        assert not outcome.rejections
        assert not outcome.duplicates
    return len(texts) / (time.perf_counter() - began)


@contextmanager
def fresh(house: House, name: str) -> Iterator[tuple[House, Ledger]]:
    """A ledger of its own on the same server."""
    cycles.settle()  # as the program does
    other = House(house.url, house.keys, LedgerName(name), house.clock)
    other.install()
    try:
        yield other, other.open()
    finally:
        other.close()


def compare(house: House, number: int) -> dict[str, float]:
    """One round: events a second of each rival."""
    name = f"run{number}"
    with fresh(house, name) as (ours, ledger):
        figures = {
            NEW: rate(ledger, four_fields(EVENTS, NEW_PEOPLE, "new")),
            KNOWN: rate(ledger, four_fields(EVENTS, PEOPLE, "known")),
        }
        events, names = (
            (table, rows_of(house.url, name, table, EVENTS))
            for table in (recorders.EVENTS, recorders.NAMES)
        )
        figures |= {
            COPY: copied(house.url, [events], BATCH, keys=True),
            BOTH: copied(house.url, [names, events], BATCH, keys=True),
            PLAIN: copied(house.url, [events], BATCH, keys=False),
            TWO: in_processes(ours),
        }
        states = states_of(house.url, name, EVENTS)
    return figures | {
        SINGLE: stored_by_library(house.url, states[:SINGLE_EVENTS], 1),
        BATCHES: stored_by_library(house.url, states, LIBRARY_BATCH),
    }


def in_processes(house: House) -> float:
    """Events a second of several processes that record in one ledger at the same time."""
    context = multiprocessing.get_context("spawn")
    barrier, times = context.Barrier(PROCESSES), context.Queue()
    place = (house.url, house.keys, str(house.ledger))
    workers = [
        context.Process(target=work, args=(place, number, barrier, times))
        for number in range(PROCESSES)
    ]
    for worker in workers:
        worker.start()
    spans = [times.get(timeout=600) for _ in workers]
    for worker in workers:
        worker.join()
    seconds: float = max(end for _, end in spans) - min(began for began, _ in spans)
    return EVENTS / seconds


def work(
    place: tuple[str, Path, str], number: int, barrier: Barrier, times: "Queue[tuple[float, float]]"
) -> None:
    """One process' share. Its clock is that of the machine, so the spans can be compared."""
    url, keys, name = place
    cycles.settle()
    ledger = House(url, keys, LedgerName(name), Clock()).open()
    texts = four_fields(EVENTS // PROCESSES, PEOPLE, f"process-{number}")
    barrier.wait(timeout=600)
    began = time.perf_counter()
    rate(ledger, texts)
    times.put((began, time.perf_counter()))
    ledger.close()


def stages(ledger: Ledger) -> dict[str, dict[str, float]]:
    """Microseconds an event of each stage, one after the other: of the clock, and of this process.

    Messages are decoded while they are sealed; what that takes of it is measured by decoding them once more.
    """
    clock = dict.fromkeys(("decode", "seal", "write"), 0.0)
    process = clock.copy()
    for batch in batches(four_fields(EVENTS, PEOPLE, "stages"), BATCH):
        at = [_times()]
        deque(batch.messages, maxlen=0)
        at.append(_times())
        prepared = ledger._prepare(batch)
        at.append(_times())
        ledger._write(prepared)
        at.append(_times())
        for stage, (before, after) in zip(clock, pairwise(at), strict=True):
            clock[stage] += (after[0] - before[0]) / EVENTS * 1e6
            process[stage] += (after[1] - before[1]) / EVENTS * 1e6
    for spent in (clock, process):
        spent["seal"] -= spent["decode"]
    return {"clock": clock, "process": process}


def _times() -> tuple[float, float]:
    return time.perf_counter(), time.process_time()


def sweep(house: House) -> dict[str, list[tuple[int, float]]]:
    """Rates over batch sizes, ours and COPY's, each the median of some rounds."""
    lines: dict[str, list[tuple[int, float]]] = {KNOWN: [], COPY: []}
    with fresh(house, "sweep") as (_, ledger):
        rate(ledger, four_fields(EVENTS, PEOPLE, "fill"))
        events = recorders.EVENTS, rows_of(house.url, "sweep", recorders.EVENTS, EVENTS)
        for size in SIZES:
            pairs = [
                (
                    rate(ledger, four_fields(EVENTS, PEOPLE, f"{size}-{number}"), size),
                    copied(house.url, [events], size, keys=True),
                )
                for number in range(SWEEP_ROUNDS)
            ]
            for line, values in zip(lines.values(), zip(*pairs, strict=True), strict=True):
                line.append((size, statistics.median(values)))
    return lines


def measured(house: House) -> dict[str, Any]:
    """Everything that is written down."""
    rounds = [compare(house, number) for number in range(ROUNDS)]
    columns = {name: [figures[name] for figures in rounds] for name in rounds[0]}
    ratios = {
        f"{ours} / {peer}": median_ratio(columns[ours], columns[peer])
        for ours in (KNOWN, NEW, TWO)
        for peer in PEERS
    }
    with fresh(house, "stages") as (_, ledger):
        rate(ledger, four_fields(EVENTS, PEOPLE, "fill"))
        spent = stages(ledger)
    return {
        "events_per_second": {name: statistics.median(values) for name, values in columns.items()},
        "rounds": columns,
        "ratios": ratios,
        "microseconds_an_event_one_after_the_other": spent,
        "over_batch_size": sweep(house),
    }


def table(figures: dict[str, Any]) -> list[list[str]]:
    """The rates of ours, and their ratios to each peer."""
    rates, ratios = figures["events_per_second"], figures["ratios"]
    rows = [["", "events/s", *(f"÷ {peer} ({rates[peer]:,.0f})" for peer in PEERS)]]
    for ours in (KNOWN, NEW, TWO):
        shares = [f"{ratios[f'{ours} / {peer}']:.2f}" for peer in PEERS]
        rows.append([ours, f"{rates[ours]:,.0f}", *shares])
    return rows


def table_of_stages(spent: dict[str, dict[str, float]]) -> list[list[str]]:
    """Where the time goes."""
    rows = [
        [stage, f"{spent['clock'][stage]:.1f}", f"{spent['process'][stage]:.1f}"]
        for stage in spent["clock"]
    ]
    return [["stage", "µs an event", "of it this process"], *rows]


def main() -> None:
    """Measure, print, and write `docs/performance/record.json` and the plot."""
    with (
        tempfile.TemporaryDirectory(dir="/tmp", prefix="pl-") as folder,
        start(Path(folder)) as server,
    ):
        figures = measured(House(server.url(), Path(folder) / "keys", LedgerName(), Clock()))
    for name, value in figures["events_per_second"].items():
        print(f"record: {name:<36}{value:>12,.0f} events/s")
    for name, value in figures["ratios"].items():
        print(f"record: {name:<64}{value:>8.2f}")
    save("record", METHOD, figures)
    quote("record", table(figures))
    quote("stages", table_of_stages(figures["microseconds_an_event_one_after_the_other"]))
    draw(
        FOLDER / "record.svg",
        {
            "whole path, known people": figures["over_batch_size"][KNOWN],
            COPY: figures["over_batch_size"][COPY],
        },
        title="Recording by batch size",
        x="events in one batch (one transaction)",
        y="events a second",
        log_y=True,
    )


if __name__ == "__main__":
    explain(__doc__, rounds=ROUNDS)
    main()
