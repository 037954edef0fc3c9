"""What forgetting costs: one person's erasure as a ledger grows, and a night's run of retention over many.

`python -m bench.forgetting [PERSONS]`, 10,000 unless told otherwise. Each person has seven events, among them
calls of a month whose period has passed, and of one whose period has not. The run is a process of its own.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from threading import Event, Thread
from typing import Any

import orjson
import psycopg

from application.acts.deciding import erase_asked
from application.following import bring_up_to_date
from application.queries.keeping.erasures import ErasureScope
from bench.retaining import BLOCK
from bench.tools.arguments import explain, given
from bench.tools.processor import Figures, private_megabytes, rates, server_of
from bench.tools.results import quote, save
from bench.tools.workload import NOW, batches
from host.settings import read_settings
from host.site import Site
from host.wiring import install_site, open_site
from ledger.embedded import start
from tests.fixtures.ledger import collected, message, registered

PERSONS = 10_000
PERSON_EVENTS = 7
ERASED = 20
BATCH = 2_000
LOOK_S = 0.2
# Statistics of a connection are written when it ends, by and by.
WRITTEN_S = 1.1
METHOD = (
    f"persons with {PERSON_EVENTS} events each, recorded by the real path and followed by all views. erase: "
    f"what nothing keeps of a person decided on and destroyed, medians of {ERASED}: milliseconds, of them "
    "processor time of this process, bytes of the write-ahead log (whole pages after a checkpoint included) "
    "and of the journal, and bytes of the pages of tables and indexes that were looked at. Then a run of "
    "retention in a process of its own: each person's calls of an old month expire, a transaction each, with "
    "its events and the journal's fsync. look: what a day makes due, from the views. run_core: persons a "
    "second of processor time, of the process and the server, for all of it. *_mb: the most that the process "
    "held; server_mb: the most that all processes of the server held privately. again: the same run once "
    "more, which finds nothing and reads a journal of all these erasures."
)
ERASE_ROWS = {
    "erase_ms": "one person, ms",
    "erase_cpu_ms": "of it processor time of this process, ms",
    "erase_wal_kb": "written to the write-ahead log, kB",
    "erase_journal_bytes": "written to the journal, bytes",
    "erase_pages_kb": "pages of tables and indexes looked at, kB",
}
RUN_ROWS = {
    "look": "looked at, persons/s",
    "run": "erased, persons/s",
    "pace": "of it the median of blocks of a thousand, persons/s",
    "run_core": "erased, persons a second of processor time",
    "open_mb": "memory of the process before, MB",
    "run_mb": "memory of the process at its peak, MB",
    "server_mb": "private memory of the server's processes at their peak, MB",
    "again_open_s": "the next start, which compares the journal, s",
    "again_mb": "memory of it at its peak, MB",
}


def life(number: int) -> Iterator[bytes]:
    """One person."""
    who = f"customer/{number}"
    yield orjson.dumps(registered(who))
    yield orjson.dumps(collected(who))
    for deed in ("concluded", "ended"):
        yield orjson.dumps(message(f"contract-{deed}", who, contract_ref=f"C-{number}"))
    yield orjson.dumps(message("invoice-sent", who, channel="email", reference=f"I-{number}"))
    for at in ("2026-02-10T10:00:00Z", "2026-11-10T10:00:00Z"):
        call = {"categories": ["traffic"], "personal": {"called_number": "+31201234567"}}
        yield orjson.dumps(collected(who, time=at, origin="network", **call))


def fill(site: Site, first: int, last: int) -> None:
    """Record persons, and let the views follow."""
    ledger = site.open_recorder()
    texts = (text for number in range(first, last) for text in life(number))
    for outcome in ledger.record_each(batches(texts, BATCH)):
        assert not outcome.rejections, outcome.rejections[0]
    ledger.close()
    bring_up_to_date(site)


class Measured:
    """A ledger on a server of its own, and what is measured of it."""

    def __init__(self, folder: Path, url: str) -> None:
        self.url = url
        self.texts = {
            "LEDGER_DATABASE_URL": url,
            "LEDGER_KEY_DIR": f"{folder}/keys",
            "LEDGER_DATA_DIR": f"{folder}/data",
        }
        self.settings = read_settings(self.texts, folder)
        install_site(self.settings, lambda: NOW)

    def open(self) -> Any:
        """The ledger as a command opens it."""
        return open_site(self.settings, lambda: NOW)

    def erased(self, first: int) -> Figures:
        """What one person's erasure takes, from some persons one after the other."""
        pages = self.pages_kb()
        with self.open() as site:
            rounds = [self._erased(site, number) for number in range(first, first + ERASED)]
        pages = self.pages_kb() - pages
        figures = {name: statistics.median(one[name] for one in rounds) for name in rounds[0]}
        return {**figures, "erase_pages_kb": pages / ERASED}

    def _erased(self, site: Site, number: int) -> Figures:
        journal, wal = site.journal.path, self.wal_bytes()
        size = journal.stat().st_size if journal.exists() else 0
        began, used = time.perf_counter(), time.process_time()
        (done,) = erase_asked(site, f"customer/{number}", ErasureScope("request"))
        seconds, processor = time.perf_counter() - began, time.process_time() - used
        assert done.step.erased
        return {
            "erase_ms": 1e3 * seconds,
            "erase_cpu_ms": 1e3 * processor,
            "erase_wal_kb": (self.wal_bytes() - wal) / 1024,
            "erase_journal_bytes": journal.stat().st_size - size,
        }

    def wal_bytes(self) -> int:
        """Bytes of the write-ahead log so far."""
        return int(self._number("SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')"))

    def pages_kb(self) -> float:
        """Pages of tables and indexes that were looked at so far."""
        time.sleep(WRITTEN_S)
        columns = (
            f"coalesce({part}_blks_{how}, 0)"
            for part in ("heap", "idx", "toast", "tidx")
            for how in ("read", "hit")
        )
        return self._number(f"SELECT 8 * sum({' + '.join(columns)}) FROM pg_statio_user_tables")

    def _number(self, query: str) -> float:
        with psycopg.connect(self.url) as connection:
            (number,) = connection.execute(query.encode()).fetchall()[0]
        return float(number)

    def ran(self, persons: int) -> Figures:
        """A run over everybody, then once more: rates, and memory at the peaks."""
        told: dict[str, Any] = {}
        server = server_of(self.url)
        with watched(server) as peak:
            run = partial(self._retain, told)
            cores = rates("run", run, server, persons, lambda: told["processor_s"])
        assert told["due"] == told["done"] == persons, told
        figures = {
            "look": persons / told["look_s"],
            "run": persons / told["run_s"],
            "pace": min(BLOCK, persons) / told["block_s"],
            "run_core": cores["run_core"],
            "open_mb": told["open_mb"],
            "run_mb": told["run_mb"],
            "server_mb": max(peak),
        }
        with self.open() as site:
            bring_up_to_date(site)
        self._retain(told)
        assert told["due"] == told["done"] == 0, told
        return {**figures, "again_open_s": told["open_s"], "again_mb": told["run_mb"]}

    def _retain(self, told: dict[str, Any]) -> None:
        command = [sys.executable, "-m", "bench.retaining"]
        made = subprocess.run(
            command, check=True, stdout=subprocess.PIPE, env=os.environ | self.texts
        )
        told.update(orjson.loads(made.stdout))


@contextmanager
def watched(server: int) -> Iterator[list[float]]:
    """Private memory of all processes of a server in this block, looked at now and then."""
    found, over = [private_megabytes(server)], Event()

    def watch() -> None:
        while not over.wait(LOOK_S):
            found.append(private_megabytes(server))

    watching = Thread(target=watch)
    watching.start()
    try:
        yield found
    finally:
        over.set()
        watching.join()


@contextmanager
def installed() -> Iterator[Measured]:
    """An empty ledger on a server of its own."""
    with (
        tempfile.TemporaryDirectory(dir="/tmp", prefix="pl-") as folder,
        start(Path(folder)) as server,
    ):
        yield Measured(Path(folder), server.url())


def measure(persons: int, sizes: Iterator[int]) -> Iterator[Figures]:
    """Erasures of one person while a ledger grows to some sizes; then the run over everybody who is left."""
    filled, erased = 0, 0
    with installed() as ledger:
        for size in sizes:
            with ledger.open() as site:
                fill(site, filled, size)
            figures = {"persons": size, **ledger.erased(filled)}
            filled, erased = size, erased + ERASED
            if size == persons:
                with ledger.open() as site:
                    bring_up_to_date(site)
                figures |= ledger.ran(persons - erased)
            print(
                "forgetting:", "  ".join(f"{name} {value:,.2f}" for name, value in figures.items())
            )
            yield {name: round(value, 2) for name, value in figures.items()}


def table(points: list[Figures], rows: dict[str, str]) -> Iterator[list[str]]:
    """The figures of each size for the page."""
    shown = [point for point in points if next(iter(rows)) in point]
    yield ["", *(f"{point['persons']:,} persons" for point in shown)]
    for name, label in rows.items():
        digits = 1 if name.endswith(("_ms", "_s", "_wal_kb")) else 0
        yield [label, *(f"{point[name]:,.{digits}f}" if name in point else "" for point in shown)]


def main(persons: int = PERSONS) -> None:
    """Measure, print, and write `docs/performance/forgetting.json`: a tenth of the size, then all of it."""
    tenth = persons // 10
    (small,) = measure(tenth, iter([tenth]))
    points = list(measure(persons, iter([max(ERASED, tenth // 10), tenth, persons])))
    points[1] |= {name: small[name] for name in RUN_ROWS}
    save("forgetting", METHOD, {"points": points})
    quote("forgetting", list(table(points, ERASE_ROWS)))
    quote("retention", list(table(points, RUN_ROWS)))


if __name__ == "__main__":
    explain(__doc__, persons=PERSONS)
    main(given(PERSONS))
