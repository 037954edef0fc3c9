"""Views: following and rebuilding all of them beside recording and reading, in the same run.

Each round makes a ledger and measures on it, one after the other: the record path; bare reads with plain
psycopg and JSON (`bench.peers.reading`); our reader; following from position 1; rebuilding. Then a ledger
that is followed by another process while it is being recorded. Rates are of the clock on the wall. Those of
one core count the processor time that this process and the whole server have used: on a busy machine they
say more.
"""

import multiprocessing
import statistics
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from itertools import chain
from typing import Any

from bench.peers.reading import readers
from bench.tools.arguments import explain, given
from bench.tools.filling import OFFICE, Sites, record, sample, sites
from bench.tools.processor import Figures, rates, server_of
from bench.tools.results import median_ratio, quote, save
from bench.tools.workload import four_fields
from ledger import cycles
from ledger.library.reader import LedgerReader
from ledger.names import LedgerName
from ledger.storage.postgres import Database
from projections import VIEWS
from projections.following.engines import Apart
from projections.following.rebuild import rebuild_all
from projections.following.runner import Follower
from tests.fixtures.ledger import House

EVENTS = 60_000
PEOPLE = 3_000
ROUNDS = 3
PROCESSES = 2
LOOK_S = 0.01
METHOD = (
    f"{EVENTS:,} events of {PEOPLE:,} people: a made-up life (mixed), or four sealed fields in each event "
    "(sealed). Embedded PostgreSQL with fsync; medians of interleaved rounds. record: one process, batches "
    "of 2,000, message bytes to committed events. bare: psycopg's ordinary SELECT in blocks, states parsed "
    "with orjson, the fastest of four: rows in text or binary, Python's search for cycles often (its own "
    "setting) or seldom (ours). reader: the ledger's own reading, to events. follow, rebuild: all views from "
    "position 1. *_core: events a second of processor time, of "
    "the process and the whole server. meanwhile: another process follows while we record, until it has "
    "everything."
)
PAIRS = {
    "follow / record": ("follow", "record"),
    "follow / record, by processor time": ("follow_core", "record_core"),
    "follow meanwhile / record": ("meanwhile", "record"),
    "rebuild / bare": ("rebuild", "bare"),
    "rebuild / bare, by processor time": ("rebuild_core", "bare_core"),
    "apart / bare": ("apart", "bare"),
    "rebuild / reader, by processor time": ("rebuild_core", "reader_core"),
}


def main() -> None:
    """Measure, print, save."""
    rounds = given(ROUNDS)
    workloads = {
        "mixed": list(sample(EVENTS)),
        "sealed": four_fields(EVENTS, PEOPLE, "projection"),
    }
    with sites() as made:
        results = {name: measure(made, texts, rounds) for name, texts in workloads.items()}
    for name, result in results.items():
        for label, rate in result["events_per_second"].items():
            print(f"projection, {name}: {label:<16}{rate:>9,} events/s")
        for label, ratio in result["ratios"].items():
            print(f"projection, {name}: {label:<36}{ratio:.2f} (median of {rounds} rounds)")
    save("projection", METHOD, {"rounds": rounds, **results})
    quote("projection", list(table(results, ("record", "follow", "meanwhile"), "record")))
    quote("rebuild", list(table(results, ("bare", "reader", "rebuild", "apart"), "bare")))


def table(results: dict[str, Any], rivals: Sequence[str], peer: str) -> Iterator[list[str]]:
    """Rates of some rivals for the page, and the ratios to their peer."""
    yield ["", *(f"{workload}{unit}" for workload in results for unit in ("", ", processor"))]
    for name in rivals:
        rates = [result["events_per_second"] for result in results.values()]
        yield [
            name,
            *(
                f"{rate[key]:,}" if key in rate else ""
                for rate in rates
                for key in (name, f"{name}_core")
            ),
        ]
    for label, (_, theirs) in PAIRS.items():
        if theirs.removesuffix("_core") == peer:
            ratios = [result["ratios"][label] for result in results.values()]
            cells = [
                ["", f"{r:.2f}"] if theirs.endswith("_core") else [f"{r:.2f}", ""] for r in ratios
            ]
            yield [label, *chain.from_iterable(cells)]


def measure(made: Sites, texts: list[bytes], rounds: int) -> dict[str, Any]:
    """Medians and ratios of one workload."""
    figures = [new_round(made, texts) for _ in range(rounds)]
    columns = {name: [figure[name] for figure in figures] for name in figures[0]}
    return {
        "events_per_second": {
            name: round(statistics.median(column)) for name, column in columns.items()
        },
        "ratios": {
            label: round(median_ratio(columns[ours], columns[theirs]), 3)
            for label, (ours, theirs) in PAIRS.items()
        },
    }


def new_round(made: Sites, texts: list[bytes]) -> Figures:
    """One round on new ledgers; their connections go with it, since a server has only so many."""
    with closing(made.fresh()) as house, closing(made.fresh()) as other:
        return one_round(house, other, texts)


def one_round(house: House, other: House, texts: list[bytes]) -> Figures:
    """Events a second of everything, on a ledger of its own; the last on another one."""
    ledger, session = house.open(), house.session("projector")
    follower = Follower(house.database, house.ledger, OFFICE)
    follower.statuses()  # connected, its tables made

    def rebuild(apart: Apart | None = None) -> None:
        reports = rebuild_all(session, house.ledger, VIEWS, OFFICE, apart)
        assert all(report.ok for report in reports)

    works: dict[str, Callable[[], object]] = {
        "record": lambda: record(ledger, texts),
        **readers(house),
        "reader": lambda: deque(LedgerReader(session).replay(), maxlen=0),
        "follow": follower.follow_once,
        "rebuild": rebuild,
    }
    figures: Figures = {}
    server = server_of(house.url)
    for name, work in works.items():
        cycles.settle()  # as the program does; none is slowed by what the one before it left in memory
        figures |= rates(name, work, server, len(texts))
    figures |= {f"bare{unit}": fastest(figures, unit) for unit in ("", "_core")}
    follower.close()
    began = time.perf_counter()
    rebuild(Apart(session, OFFICE, house.database, house.ledger, PROCESSES))
    figures["apart"] = len(texts) / (time.perf_counter() - began)
    return figures | followed_meanwhile(other, texts)


def fastest(figures: Figures, suffix: str) -> float:
    """The rate of the fastest of the bare readers."""
    return max(
        rate
        for name, rate in figures.items()
        if name.startswith("bare, ") and name.endswith("_core") is bool(suffix)
    )


def followed_meanwhile(house: House, texts: list[bytes]) -> Figures:
    """Events a second from the first recorded to the last in all views, and those of recording."""
    ledger = house.open()
    with following(house, len(texts)) as done:
        began = time.perf_counter()
        recording = record(ledger, texts)
        done.wait()
        both = time.perf_counter() - began
    return {"meanwhile": len(texts) / both, "record_meanwhile": len(texts) / recording}


@contextmanager
def following(house: House, goal: int) -> Iterator[Any]:
    """Another process that follows until all views are at the goal; the event that says so."""
    context = multiprocessing.get_context("spawn")
    ready, done = context.Event(), context.Event()
    arguments = (house.url, str(house.ledger), goal, ready, done)
    child = context.Process(target=follow, args=arguments)
    child.start()
    ready.wait()
    yield done
    child.join()


def follow(url: str, name: str, goal: int, ready: Any, done: Any) -> None:
    """Follow in a process of its own until all views are at the goal."""
    cycles.settle()
    follower = Follower(Database(url), LedgerName(name), OFFICE)
    follower.statuses()
    ready.set()
    while any(status.bookmark < goal for status in follower.follow_once()):
        time.sleep(LOOK_S)
    done.set()
    follower.close()


if __name__ == "__main__":
    explain(__doc__, rounds=ROUNDS)
    main()
