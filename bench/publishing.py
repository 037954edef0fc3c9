"""What a publisher beside it costs the record path, and how fast an audit compares the log.

`python -m bench.publishing [ROUNDS]`. Rounds without and with a publisher, a process of its own, take turns
on the same ledger.
"""

import multiprocessing
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.synchronize import Event
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from bench.record import EVENTS, PEOPLE, rate
from bench.results import save
from bench.workload import four_fields
from ledger.audit import PublishedLog, audit, audit_log
from ledger.audit.findings import Findings
from ledger.audit.published import Comparison
from ledger.embedded import start
from ledger.names import LedgerName
from ledger.tlog.folder import LogFolder
from ledger.tlog.keys import SigningKey
from ledger.tlog.publisher import Publisher
from tests.fixtures.ledger import Clock, House

ROUNDS = int(sys.argv[1]) if len(sys.argv) > 1 and __name__ == "__main__" else 5
METHOD = (
    f"{EVENTS} events of {PEOPLE} known people a round, four sealed fields each; embedded PostgreSQL with"
    f" fsync; publisher in a second process; median of {ROUNDS} rounds"
)
ORIGIN = "bench.example.nl/log"


def key() -> SigningKey:
    """The key of the benchmark's log."""
    return SigningKey(ORIGIN, Ed25519PrivateKey.from_private_bytes(bytes(range(32))))


def publisher_of(house: House, folder: Path) -> Publisher:
    """A publisher of a ledger."""
    return Publisher(house.database, house.ledger, LogFolder(folder), key(), [], clock=house.clock)


def follow(url: str, keys: Path, folder: Path, ready: Event, stopped: Event) -> None:
    """Publish in this process until told to stop."""
    publisher = publisher_of(House(url, keys, LedgerName(), Clock()), folder)
    publisher.publish_once()
    ready.set()
    publisher.follow(stopped.is_set)
    publisher.close()


@contextmanager
def published(house: House, folder: Path) -> Iterator[None]:
    """A publisher at work in a process of its own, which has caught up."""
    context = multiprocessing.get_context("spawn")
    ready, stopped = context.Event(), context.Event()
    told = (house.url, house.keys, folder, ready, stopped)
    process = context.Process(target=follow, args=told)
    process.start()
    ready.wait()
    try:
        yield
    finally:
        stopped.set()
        process.join()


def compared(house: House, folder: Path) -> dict[str, list[float]]:
    """Events a second of each round, alone and beside a publisher."""
    ledger, rates = house.open(), dict[str, list[float]](alone=[], beside=[])
    rate(ledger, four_fields(EVENTS, PEOPLE, "first"))
    for number in range(ROUNDS):
        rates["alone"].append(rate(ledger, four_fields(EVENTS, PEOPLE, f"alone{number}")))
        with published(house, folder):
            rates["beside"].append(rate(ledger, four_fields(EVENTS, PEOPLE, f"beside{number}")))
    ledger.close()
    return rates


def audited(house: House, folder: Path) -> dict[str, float]:
    """Events a second of an audit: the log part, and all of it; on the clock and of processor time."""
    publisher = publisher_of(house, folder)
    size = publisher.publish_once().size
    publisher.close()
    log = PublishedLog(LogFolder(folder), (key().verifier,))
    session, findings = house.session("reader"), Findings()
    began, busy = time.perf_counter(), time.process_time()
    with session.transaction():
        session.run("begin_snapshot")
        assert audit_log(session, Comparison(log, findings), findings) == size
    part, worked = time.perf_counter() - began, time.process_time() - busy
    began = time.perf_counter()
    assert audit(session, log).ok
    whole = time.perf_counter() - began
    return {
        "events": size,
        "log part": size / part,
        "log part, processor": size / worked,
        "whole audit": size / whole,
    }


def main() -> None:
    """Print and keep the figures."""
    with tempfile.TemporaryDirectory(dir="/tmp", prefix="pl-") as name, start(Path(name)) as server:
        house = House(server.url(), Path(name) / "keys", LedgerName(), Clock())
        house.install()
        rates = compared(house, Path(name) / "log")
        found = audited(house, Path(name) / "log")
        house.close()
    pairs = zip(rates["beside"], rates["alone"], strict=True)
    kept = statistics.median(beside / alone for beside, alone in pairs)
    save("publishing", METHOD, {"rates": rates, "beside / alone": kept, "audit": found})
    print(f"publishing: recording beside a publisher ÷ alone {kept:.3f}")
    for name, each in rates.items():
        print(f"publishing: {name}", [round(one) for one in each])
    print("audit:", {name: f"{value:,.0f}" for name, value in found.items()})


if __name__ == "__main__":
    main()
