"""Peers side by side: recording with publishing, beside a log that only publishes and stores that only store.

`python -m bench.peers.side_by_side [ROUNDS]`. The peers are Tessera's log on a POSIX filesystem (a Go program
in `bench/peers/tessera`; without Go it is left out), the `eventsourcing` library's PostgreSQL recorder, and
COPY. They get the very entries that our path made of messages. So many callers have an event on its way at a
time.
"""

import multiprocessing
import shutil
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from multiprocessing.synchronize import Barrier
from pathlib import Path
from typing import Any, NamedTuple

import orjson
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from bench.peers import recorders
from bench.peers.recorders import copied, rows_of, states_of, stored_by_library
from bench.publishing import Log, follow
from bench.record import LIBRARY_BATCH, PEOPLE, fresh, rate
from bench.tools.arguments import explain, given
from bench.tools.processor import seconds_of, server_of, server_seconds
from bench.tools.results import quote, save
from bench.tools.workload import four_fields
from ledger import cycles
from ledger.clocks import Clocks
from ledger.embedded import start
from ledger.names import LedgerName
from ledger.reading import head_position
from ledger.tlog.publishing import publisher
from ledger.tlog.publishing.publisher import OwnLog
from ledger.tlog.signing.keys import SigningKey
from ledger.tlog.store.folder import LogFolder
from ledger.tlog.tree.tiles import TILE_WIDTH
from tests.fixtures.ledger import Clock, House
from tests.fixtures.thirdparty import go_program

EVENTS = 40_000
ROUNDS = 3
CALLERS = (256, 1_024, 4_096)
INTERVAL_S = 0.1
"""Between two checkpoints, on both sides: the shortest that Tessera allows."""
LOOK_S = 0.01
PATIENCE_S = 600
SOURCE = Path(__file__).parent / "tessera"
ONE, TWO = "recorded and published", "recorded by two processes and published"
ALONE = "published alone, of what is recorded already"
DURABLE = "Tessera, a caller waits until its entry is durable"
SIGNED = "Tessera, a caller waits for a checkpoint"
COPY, LIBRARY = "COPY of both tables", f"library, batches of {LIBRARY_BATCH}"
METHOD = (
    "Known people with four sealed fields, as for recording. N callers: batches of half of N, since one is"
    " sealed while another one is written. A publisher in a process of its own follows, with"
    f" {INTERVAL_S} s between checkpoints. The clock runs until a signed checkpoint covers everything."
    " Tessera gets the entries that were published here, a batch of at most N, of which the first waits"
    " 10 ms at most; a caller goes on when its entry is in the tree and on disk, or when a checkpoint covers"
    " it. COPY gets the rows that were written here, in batches as large. One disk for all, with fsync."
    " rate: entries a second. processor: microseconds of processor time an entry, of all processes of a"
    " side, with the database server. Medians of the rounds"
)


class Run(NamedTuple):
    """What one side took: entries a second, and microseconds of processor time an entry."""

    rate: float
    processor: float


Runs = dict[str, Run]


@contextmanager
def children(house: House, log: Log, share: list[list[bytes]], size: int) -> Iterator[Any]:
    """A publisher and a recorder for each share: the barrier where recorders wait, and all processes."""
    context = multiprocessing.get_context("spawn")
    barrier, stop = context.Barrier(len(share) + 1), context.Event()
    place = house.url, house.keys, str(house.ledger)
    following = context.Process(target=_publish, args=(house.url, str(house.ledger), log, stop))
    workers = [
        context.Process(target=_record, args=(place, texts, size, barrier)) for texts in share
    ]
    for child in (following, *workers):
        child.start()
    try:
        yield barrier, [child.pid for child in (following, *workers)]
    except BaseException:
        barrier.abort()
        raise
    finally:
        for worker in workers:
            worker.join()
        stop.set()
        following.join()


def _record(place: tuple[str, Path, str], texts: list[bytes], size: int, barrier: Barrier) -> None:
    """A recorder in a process of its own: people known, begun, done; then it has been looked at."""
    url, keys, name = place
    cycles.settle()
    ledger = House(url, keys, LedgerName(name), Clock()).open()
    rate(ledger, texts[:PEOPLE])
    barrier.wait(timeout=PATIENCE_S)
    barrier.wait(timeout=PATIENCE_S)
    rate(ledger, texts[PEOPLE:], size)
    barrier.wait(timeout=PATIENCE_S)
    ledger.close()


def _publish(url: str, name: str, log: Log, stop: Any) -> None:
    publisher.INTERVAL_S = INTERVAL_S
    follow(url, name, log, stop)


def recorded(house: House, log: Log, events: int, processes: int, callers: int) -> Run:
    """Messages become events by so many processes, until a checkpoint covers all of them."""
    each, before = events // processes, _head(house)
    share = [
        four_fields(PEOPLE + each, PEOPLE, f"{before}-{number}") for number in range(processes)
    ]
    server, size = server_of(house.url), max(1, callers // (2 * processes))

    def used() -> float:
        return server_seconds(server) + sum(map(seconds_of, pids))

    with children(house, log, share, size) as (barrier, pids):
        barrier.wait(timeout=PATIENCE_S)
        known = _head(house)
        _until(log, known)
        spent, began = used(), time.perf_counter()
        barrier.wait(timeout=PATIENCE_S)
        _until(log, known + each * processes)
        run = _run(each * processes, time.perf_counter() - began, used() - spent)
        barrier.wait(timeout=PATIENCE_S)
    return run


def _run(entries: int, seconds: float, processor: float) -> Run:
    return Run(entries / seconds, processor / entries * 1e6)


def _head(house: House) -> int:
    return head_position(house.session("reader"))


def _until(log: Log, size: int) -> None:
    while log.size() < size:
        time.sleep(LOOK_S)


def here(server: int, entries: int, work: Callable[[], object]) -> Run:
    """What is done in this process and on the server."""
    used, ours, began = server_seconds(server), time.process_time(), time.perf_counter()
    work()
    seconds, ours = time.perf_counter() - began, time.process_time() - ours
    return _run(entries, seconds, ours + server_seconds(server) - used)


def published(house: House, folder: Path) -> Run:
    """Everything that is recorded, into a log of another name."""
    key = SigningKey("bench.example.nl/alone", Ed25519PrivateKey.generate())
    own = OwnLog(LogFolder(folder), key, [])
    made = publisher.Publisher(house.database, house.ledger, own, Clocks(house.clock))
    with closing(made):
        return here(server_of(house.url), _head(house), made.publish_once)


def entries_of(log: Log) -> bytes:
    """All entries of the whole bundles of a log, as bundles hold them."""
    folder = LogFolder(log.path)
    found = (folder.bundle(number, TILE_WIDTH) for number in range(log.size() // TILE_WIDTH))
    return b"".join(len(entry).to_bytes(2, "big") + entry for bundle in found for entry in bundle)


class Tessera:
    """The Go program, built in a folder."""

    def __init__(self, folder: Path) -> None:
        self._program = folder / "program"
        command = [
            go_program() or "go",
            "build",
            "-mod=readonly",
            "-o",
            str(self._program),
            ".",
        ]
        subprocess.run(command, cwd=SOURCE, check=True)

    def added(self, entries: bytes, callers: int, *, signed: bool, log: Path) -> Run:
        """Entries into a new log in a folder."""
        arguments = ["-folder", str(log), "-callers", str(callers), "-batch", str(callers)]
        told = subprocess.run(
            [self._program, *arguments, *(["-published"] if signed else [])],
            input=entries,
            check=True,
            capture_output=True,
        ).stdout
        figures = orjson.loads(told)
        return _run(figures["entries"], figures["seconds"], figures["processor_s"])


def one_round(
    house: House, folder: Path, tessera: Tessera | None, events: int
) -> Mapping[str, Runs]:
    """Every side, with each number of callers; a ledger for each number."""
    return {
        str(callers): sides(house, folder / str(callers), tessera, events, callers)
        for callers in CALLERS
    }


def sides(house: House, folder: Path, tessera: Tessera | None, events: int, callers: int) -> Runs:
    """Every side, with so many callers."""
    name, server, url = f"{folder.parent.name}n{callers}", server_of(house.url), house.url
    with fresh(house, name) as (ours, _):
        log = Log(folder / "log")
        runs = {ONE: recorded(ours, log, events, 1, callers)}
        runs[TWO] = recorded(ours, log, events, 2, callers)
        runs[ALONE] = published(ours, folder / "alone")
        if tessera:
            entries = entries_of(log)
            runs[DURABLE] = tessera.added(entries, callers, signed=False, log=folder / "durable")
            runs[SIGNED] = tessera.added(entries, callers, signed=True, log=folder / "signed")
        tables = [
            (table, rows_of(url, name, table, events))
            for table in (recorders.NAMES, recorders.EVENTS)
        ]
        states = states_of(url, name, events)
        size = max(1, callers // 2)
        runs[COPY] = here(server, events, lambda: copied(url, tables, size, keys=True))
    runs[LIBRARY] = here(server, events, lambda: stored_by_library(url, states, LIBRARY_BATCH))
    shutil.rmtree(folder)
    return runs


def medians(rounds: Sequence[Mapping[str, Runs]]) -> Mapping[str, Runs]:
    """Of all rounds, for each number of callers and each side."""
    return {
        callers: {
            side: Run(
                *(
                    statistics.median(column)
                    for column in zip(*(one[callers][side] for one in rounds), strict=True)
                )
            )
            for side in runs
        }
        for callers, runs in rounds[0].items()
    }


def table(figures: Mapping[str, Runs]) -> list[list[str]]:
    """Rates and processor time of each side, with each number of callers."""
    rows = [["", *(f"{int(callers):,} callers" for callers in figures), "processor, µs an entry"]]
    for side in next(iter(figures.values())):
        runs = [figures[callers][side] for callers in figures]
        rows.append([side, *(f"{run.rate:,.0f}" for run in runs), f"{runs[-1].processor:.1f}"])
    return rows


def found_tessera(folder: Path) -> Tessera | None:
    """The program, where Go is."""
    if go_program():
        return Tessera(folder)
    print("peers: Go is not installed, so Tessera is left out")
    return None


def measured(rounds: int, events: int) -> list[Mapping[str, Runs]]:
    """Every round."""
    with (
        tempfile.TemporaryDirectory(dir="/tmp", prefix="pl-") as folder,
        start(Path(folder)) as server,
    ):
        house = House(server.url(), Path(folder) / "keys", LedgerName(), Clock())
        tessera = found_tessera(Path(folder))
        return [
            one_round(house, Path(folder) / f"round{number}", tessera, events)
            for number in range(rounds)
        ]


def main(rounds: int, events: int) -> None:
    """Measure, print, and write `docs/performance/peers.json`."""
    done = measured(rounds, events)
    figures = medians(done)
    rows = table(figures)
    for row in rows:
        print("peers:", f"{row[0]:<52}", *(f"{text:>22}" for text in row[1:]))
    each = [
        {n: {side: run._asdict() for side, run in runs.items()} for n, runs in one.items()}
        for one in done
    ]
    save("peers", METHOD, {"events": events, "rounds": each})
    quote("peers", rows)


if __name__ == "__main__":
    explain(__doc__, rounds=ROUNDS, events=EVENTS)
    main(given(ROUNDS), given(EVENTS, 2))
