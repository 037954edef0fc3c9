"""What the transparency log costs: recording beside a publisher that follows, and the audit of the log.

`python -m bench.publishing [ROUNDS]`. Each round records the same events alone, and while a publisher in a
process of its own follows; then the log is compared with the table, beside a bare read of the same bytes.
"""

import multiprocessing
import statistics
import tempfile
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from bench.record import BATCH, PEOPLE, fresh, rate
from bench.tools.arguments import explain, given
from bench.tools.results import median_ratio, quote, save
from bench.tools.workload import four_fields
from ledger.audit import PublishedLog, audit_log
from ledger.audit.findings import Findings
from ledger.audit.log.published import Comparison
from ledger.clocks import Clocks
from ledger.embedded import start
from ledger.names import LedgerName
from ledger.tlog.publishing.publisher import OwnLog, Publisher
from ledger.tlog.signing.checkpoints import verify_checkpoint
from ledger.tlog.signing.keys import SigningKey
from ledger.tlog.store.folder import LogFolder
from tests.fixtures.ledger import Clock, House

EVENTS = 40_000
ROUNDS = given(5)
ORIGIN = "bench.example.nl/log"
LOOK_S = 0.05
ALONE, PUBLISHED = "recording alone", "recording, a publisher follows"
READ, AUDIT = "bare read of the entries' bytes", "audit of the log"
METHOD = (
    f"{EVENTS} events of {PEOPLE} known people, as for recording, in batches of {BATCH}; alone, and while a"
    f" publisher in a process of its own follows, in turn first and second; median of {ROUNDS} rounds. audit:"
    " positions, times, each leaf, tile and bundle and every signed checkpoint against the table; events a"
    " second of processor time of this process, beside only receiving the same rows"
)


class Log:
    """A log's files and its key."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.secret = Ed25519PrivateKey.generate().private_bytes_raw()

    def key(self) -> SigningKey:
        """The key that signs."""
        return SigningKey(ORIGIN, Ed25519PrivateKey.from_private_bytes(self.secret))

    def size(self) -> int:
        """How many entries are published."""
        content = LogFolder(self.path).checkpoint()
        return verify_checkpoint(content, [self.key().verifier]).size if content else 0


def follow(url: str, name: str, log: Log, stop: Any) -> None:
    """Publish until told to stop, in a process of its own."""
    house = House(url, log.path, LedgerName(name), Clock())
    own = OwnLog(LogFolder(log.path), log.key(), [])
    publisher = Publisher(house.database, house.ledger, own, Clocks(house.clock))
    publisher.follow(stop.is_set)
    publisher.close()


@contextmanager
def publishing(house: House, log: Log, known: int) -> Iterator[Callable[[int], None]]:
    """A publisher that has what is known; gives what waits until it has so many."""
    context = multiprocessing.get_context("spawn")
    stop = context.Event()
    child = context.Process(target=follow, args=(house.url, str(house.ledger), log, stop))
    child.start()

    def wait(size: int) -> None:
        while log.size() < size:
            time.sleep(LOOK_S)

    try:
        wait(known)
        yield wait
    finally:
        stop.set()
        child.join()


def compare(house: House, folder: Path, number: int) -> dict[str, float]:
    """One round: events a second of each."""
    log, figures = Log(folder / f"log{number}"), dict[str, float]()
    with fresh(house, f"log{number}") as (ours, ledger):
        rate(ledger, four_fields(PEOPLE, PEOPLE, "fill"))
        size = PEOPLE
        for name in (ALONE, PUBLISHED) if number % 2 else (PUBLISHED, ALONE):
            texts, size = four_fields(EVENTS, PEOPLE, f"log-{size}"), size + EVENTS
            if name == ALONE:
                figures[name] = rate(ledger, texts)
                continue
            with publishing(ours, log, size - EVENTS) as wait:
                figures[name] = rate(ledger, texts)
                wait(size)
        with publishing(ours, log, size):
            pass
        return figures | audited(ours, log, size)


def audited(house: House, log: Log, size: int) -> dict[str, float]:
    """Events a second of this process' processor time: the audit, and only receiving the rows."""
    session, findings = house.session("reader"), Findings()
    published = PublishedLog(LogFolder(log.path), (log.key().verifier,))
    with session.transaction():
        session.run("begin_snapshot")
        began = time.process_time()
        with session.copied("copy_entries") as rows:
            deque(rows, maxlen=0)
        read = time.process_time()
        assert audit_log(session, Comparison(published, findings), findings) == size
        ended = time.process_time()
    assert not findings.sorted()
    return {READ: size / (read - began), AUDIT: size / (ended - read)}


def main() -> None:
    """Measure, print, and write `docs/performance/publishing.json`."""
    with (
        tempfile.TemporaryDirectory(dir="/tmp", prefix="pl-") as folder,
        start(Path(folder)) as server,
    ):
        house = House(server.url(), Path(folder) / "keys", LedgerName(), Clock())
        rounds = [compare(house, Path(folder), number) for number in range(ROUNDS)]
    columns = {name: [figures[name] for figures in rounds] for name in rounds[0]}
    medians = {name: statistics.median(values) for name, values in columns.items()}
    pairs = {PUBLISHED: ALONE, AUDIT: READ}
    ratios = {
        f"{ours} / {peer}": median_ratio(columns[ours], columns[peer])
        for ours, peer in pairs.items()
    }
    for name, value in (medians | ratios).items():
        print(f"publishing: {name:<64}{value:>12,.2f}")
    save("publishing", METHOD, {"events_per_second": medians, "rounds": columns, "ratios": ratios})
    rows = [
        [
            ours,
            f"{medians[ours]:,.0f}",
            peer,
            f"{medians[peer]:,.0f}",
            f"{ratios[f'{ours} / {peer}']:.2f}",
        ]
        for ours, peer in pairs.items()
    ]
    quote("publishing", [["", "events/s", "beside", "events/s", "ratio"], *rows])


if __name__ == "__main__":
    explain(__doc__, rounds=ROUNDS)
    main()
