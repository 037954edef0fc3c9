"""What forgetting costs: one person's erasure in ledgers of several sizes, and a run of retention over many.

`python -m bench.forgetting [PERSONS]`. Each person has seven events, among them calls of a month whose period
has passed, and of one whose period has not.
"""

import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson

from bench.results import quote, save
from bench.workload import batches
from console.commands.following import bring_up_to_date
from console.rights.deciding import Asked, due_steps, erase_asked, erase_due
from console.settings import read_settings
from console.wiring import Site, install_site, open_site
from ledger.embedded import start
from rulebook.calendar import day_of
from tests.fixtures.ledger import collected, message, registered

PERSONS = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
SIZES = (PERSONS // 100, PERSONS // 10, PERSONS)
ERASED = 20
BATCH = 2_000
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
METHOD = (
    "persons with seven events each, recorded by the real path and followed by all views. erase: a person"
    f" decided on, and what nothing keeps destroyed; median of {ERASED}. look: what a day makes due, from the"
    " views. run: each person's calls of an old month expire, a transaction each, with its events and the"
    " journal's fsync. memory: how much the peak of the process grew beyond that of recording them"
)


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


def erased_ms(site: Site, first: int) -> float:
    """Median over some persons: milliseconds to decide on one and to erase what nothing keeps."""
    times = []
    for number in range(first, first + ERASED):
        began = time.perf_counter()
        (done,) = erase_asked(site, f"customer/{number}", Asked("request"))
        times.append(time.perf_counter() - began)
        assert done.step.erased
    return 1000 * statistics.median(times)


def looked(site: Site) -> tuple[int, float]:
    """How many persons have something due, and persons a second."""
    began = time.perf_counter()
    due = sum(1 for _ in due_steps(site.session("reader"), day_of(NOW)))
    return due, PERSONS / (time.perf_counter() - began)


def ran(site: Site) -> tuple[int, float]:
    """How many were erased, and persons a second."""
    began = time.perf_counter()
    done = sum(1 for _ in erase_due(site))
    return done, done / (time.perf_counter() - began)


def peak_mb() -> float:
    """Most memory that this process has had."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


@contextmanager
def opened() -> Iterator[Site]:
    """An empty ledger on a server of its own."""
    with (
        tempfile.TemporaryDirectory(dir="/tmp", prefix="pl-") as folder,
        start(Path(folder)) as server,
    ):
        texts = {"LEDGER_DATABASE_URL": server.url(), "LEDGER_KEY_DIR": f"{folder}/keys"}
        settings = read_settings(texts, Path(folder))
        install_site(settings, lambda: NOW)
        with open_site(settings, lambda: NOW) as site:
            yield site


def measure() -> dict[str, Any]:
    """Erasures while the ledger grows, then the run over everybody that is left."""
    erase: dict[str, float] = {}
    with opened() as site:
        filled = 0
        for size in SIZES:
            fill(site, filled, size)
            erase[str(size)] = erased_ms(site, filled)
            filled = size
        bring_up_to_date(site)
        before = peak_mb()
        due, look = looked(site)
        done, run = ran(site)
        grown = peak_mb() - before
        assert (due, done) == (PERSONS - ERASED * len(SIZES),) * 2
        bring_up_to_date(site)
        assert looked(site)[0] == 0
    return {
        "erase_ms": erase,
        "looked_at_per_second": look,
        "erased_per_second": run,
        "peak_grew_mb": grown,
    }


def main() -> None:
    """Measure, print, and write `docs/performance/forgetting.json`."""
    figures = measure()
    for name, value in figures.items():
        print(f"forgetting: {name:<32}{value}")
    save("forgetting", METHOD, {"persons": PERSONS, **figures})
    rows = [
        [f"one person among {size}", f"{ms:.1f} ms"] for size, ms in figures["erase_ms"].items()
    ]
    rows += [
        [f"looking at {PERSONS} persons", f"{figures['looked_at_per_second']:,.0f} persons/s"],
        [f"a run over {PERSONS} persons", f"{figures['erased_per_second']:,.0f} erased/s"],
        ["memory of both, beyond that of recording", f"{figures['peak_grew_mb']:,.0f} MB"],
    ]
    quote("forgetting", [["", ""], *rows])


if __name__ == "__main__":
    main()
