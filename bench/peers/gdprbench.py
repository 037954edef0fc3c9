"""GDPRbench's four mixes of operations on this ledger, and on a table whose rows are changed and deleted.

`python -m bench.peers.gdprbench [OPERATIONS] [RECORDS]`. GDPRbench (VLDB 2020) asks of a store of personal
data what customers, controllers, processors and regulators ask, and counts the time until all of it is done.
Both sides run on one server with fsync, with one client. The shares are in `gdprbench.toml`.
"""

import itertools
import random
import statistics
import time
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

from bench.forgetting import Measured, installed
from bench.peers.gdpr_stores import LedgerStore, Store, TableStore
from bench.tools.arguments import explain, given
from bench.tools.processor import server_of, server_seconds
from bench.tools.results import quote, save
from ledger import cycles

OPERATIONS = 1_000
RECORDS = 10_000
MIXES = tomllib.loads(Path(__file__).with_suffix(".toml").read_text("utf-8"))
SEED = 1
ZIPF = 0.99
LOG_LINES = 1_000
DELETED_OF = 100
"""One record in so many is deleted before a regulator asks."""
LEDGER, LOGGED, PLAIN = "ledger", "table with a log", "table"
STORES = (LEDGER, LOGGED, PLAIN)
METHOD = (
    "One client; each operation ends on disk. Records are chosen among those that are still there, evenly"
    f" or by a Zipf distribution ({ZIPF}), as the mix says; before the regulator asks, one in {DELETED_OF}"
    f" is deleted. Logs: the last 1 to {LOG_LINES:,} lines. 25 purposes and a user for each record, as in"
    " GDPRbench's files. table: a row a record, nine columns of metadata with an index each. With a log:"
    " each operation inserts a row in its transaction. seconds: until all operations were done."
    " processor_s: of the client and the server."
)


class Operation(NamedTuple):
    """What is asked, and of which record; of logs the number of lines."""

    name: str
    number: int


class Took(NamedTuple):
    """Seconds until all was done, and of the processor; the median milliseconds of each kind of operation."""

    seconds: float
    processor_s: float
    medians_ms: Mapping[str, float]


def operations(mix: Mapping[str, Any], count: int, records: int) -> Iterator[Operation]:
    """What a mix asks, the same of every store."""
    chance, shares = random.Random(SEED), shares_of(mix)
    gone, created = set(deleted(mix, records)), itertools.count(records)
    chosen = _chosen(chance, records, zipf=mix["zipf"])
    for name in chance.choices([*shares], [*shares.values()], k=count):
        if name == "read-logs":
            yield Operation(name, chance.randint(1, LOG_LINES))
        elif name == "verify-deleted":
            yield Operation(name, chance.choice(deleted(mix, records)))
        elif name == "create":
            yield Operation(name, next(created))
        else:
            record = next(one for one in chosen if one not in gone)
            yield Operation(name, record)
            gone |= {record} if name == "delete" else set()


def _chosen(chance: random.Random, records: int, *, zipf: bool) -> Iterator[int]:
    """Records without end, evenly or a few of them often."""
    ranked = chance.sample(range(records), records)
    weights = [1 / (rank + 1) ** ZIPF if zipf else 1.0 for rank in range(records)]
    sums = list(itertools.accumulate(weights))
    while True:
        yield from chance.choices(ranked, cum_weights=sums, k=100)


def shares_of(mix: Mapping[str, Any]) -> dict[str, int]:
    """The operations of a mix, and their shares in a hundred."""
    return {name: share for name, share in mix.items() if name != "zipf"}


def deleted(mix: Mapping[str, Any], records: int) -> Sequence[int]:
    """Those that are deleted beforehand: some, where the mix asks whether they are."""
    return range(0, records, DELETED_OF) if "verify-deleted" in mix else ()


def carried_out(store: Store, asked: Sequence[Operation], server: int) -> Took:
    """Every operation, one after the other."""
    times: dict[str, list[float]] = {}
    spent, ours, began = server_seconds(server), time.process_time(), time.perf_counter()
    for operation in asked:
        at = time.perf_counter()
        getattr(store, operation.name.replace("-", "_"))(operation.number)
        times.setdefault(operation.name, []).append(1e3 * (time.perf_counter() - at))
    seconds, ours = time.perf_counter() - began, time.process_time() - ours
    medians = {name: round(statistics.median(each), 3) for name, each in times.items()}
    return Took(seconds, ours + server_seconds(server) - spent, medians)


def measured(ledger: Measured, mix: Mapping[str, Any], count: int, records: int) -> dict[str, Took]:
    """What one mix took on each store, on one server."""
    asked = list(operations(mix, count, records))
    makers: dict[str, Callable[[], Store]] = {
        LEDGER: lambda: LedgerStore(ledger),
        LOGGED: lambda: TableStore(ledger.url, logged=True),
        PLAIN: lambda: TableStore(ledger.url, logged=False),
    }
    if "read-logs" in mix:
        del makers[PLAIN]  # it has no log to read
    return {name: _took(make(), mix, asked, records, ledger.url) for name, make in makers.items()}


def _took(
    store: Store, mix: Mapping[str, Any], asked: Sequence[Operation], records: int, url: str
) -> Took:
    with closing(store):
        store.load(records)
        store.prepare_deleted(deleted(mix, records))
        cycles.settle()
        return carried_out(store, asked, server_of(url))


def table(figures: Mapping[str, Mapping[str, Took]]) -> list[list[str]]:
    """The seconds of each mix and store, and of the ledger how often those of a table."""
    rows = [
        ["mix", *(f"{name}, s" for name in STORES), "ledger ÷ table with a log", "of the processor"]
    ]
    for mix, took in figures.items():
        seconds = [f"{took[name].seconds:.2f}" if name in took else "" for name in STORES]
        ours, theirs = took[LEDGER], took[LOGGED]
        ratios = [ours.seconds / theirs.seconds, ours.processor_s / theirs.processor_s]
        rows.append([mix, *seconds, *(f"{ratio:.1f}" for ratio in ratios)])
    return rows


def table_of_operations(figures: Mapping[str, Mapping[str, Took]]) -> list[list[str]]:
    """The median milliseconds of each operation, over the mixes that ask for it."""
    found: dict[str, dict[str, list[float]]] = {}
    for took in figures.values():
        for store, one in took.items():
            for name, median in one.medians_ms.items():
                found.setdefault(name, {}).setdefault(store, []).append(median)
    rows = [["operation, ms", *STORES]]
    for name, stores in found.items():
        rows.append(
            [
                name,
                *(f"{statistics.mean(stores[one]):.2f}" if one in stores else "" for one in STORES),
            ]
        )
    return rows


def main(count: int, records: int) -> None:
    """Measure, print, and write `docs/performance/gdprbench.json`."""
    figures = {}
    for name, mix in MIXES.items():
        with installed() as ledger:
            figures[name] = measured(ledger, mix, count, records)
    tables = {"gdprbench": table(figures), "gdprbench-operations": table_of_operations(figures)}
    every = {
        mix: {name: one._asdict() for name, one in took.items()} for mix, took in figures.items()
    }
    save("gdprbench", METHOD, {"operations": count, "records": records, "mixes": every})
    for name, rows in tables.items():
        for row in rows:
            print("gdprbench:", f"{row[0]:<28}", *(f"{text:>26}" for text in row[1:]))
        quote(name, rows)


if __name__ == "__main__":
    explain(__doc__, operations=OPERATIONS, records=RECORDS)
    main(given(OPERATIONS), given(RECORDS, 2))
