"""The transparency log: hashing and integration, proofs from tiles, and the time until an event is provable.

`python -m bench.tlog [EVENTS_A_SECOND] [SECONDS]`. No package for Python keeps tiles on disk, so there is no
peer in the run; Tessera, in Go, reports 1.2 to 6 s until an entry is integrated.
"""

import os
import statistics
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import orjson
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from bench.tools.arguments import explain, given
from ledger.clocks import Clocks
from ledger.embedded import start
from ledger.names import LedgerName
from ledger.recording.batch import Batch
from ledger.tlog.proving.reading import prove
from ledger.tlog.publishing.publisher import STEP_ENTRIES, OwnLog, Publisher
from ledger.tlog.publishing.state import State, grown
from ledger.tlog.signing.checkpoints import Checkpoint, sign_checkpoint
from ledger.tlog.signing.keys import SigningKey
from ledger.tlog.store.folder import LogFolder
from ledger.tlog.tree.bundles import entry_of
from ledger.tlog.tree.edge import Edge, grow
from ledger.tlog.tree.merkle import hash_leaf
from ledger.writing.append import Span
from ledger.writing.message import FileOrigin, Message
from sample.generating import generate
from schemas import AdmissionRules, decode
from tests.fixtures.ledger import Clock, House

STATE = b'{"filler":"' + b"x" * 450 + b'"}'
SIZES = (10_000, 100_000, 1_000_000)
PROOFS = 300
STREAM = UUID(int=1)
NOW = datetime(2026, 11, 24, tzinfo=UTC)
RATE, SECONDS, BATCH = 1_000, 20, 100


def key() -> SigningKey:
    """A key of the benchmark."""
    return SigningKey("bench.example.nl/log", Ed25519PrivateKey.generate())


def entries(first: int, count: int) -> list[bytes]:
    """Entries of about the size of ordinary ones."""
    return [
        entry_of((STREAM, position, "nl.voipzeker.ledger.bench.v1", STATE, position, NOW))
        for position in range(first, first + count)
    ]


def hashing() -> None:
    """Leaves a second of one processor: hashed, and integrated, without files."""
    some = entries(1, 65_536)
    began = time.process_time()
    leaves = [hash_leaf(entry) for entry in some]
    hashed = time.process_time()
    grow(Edge(), leaves)
    grew = time.process_time()
    print(f"tlog: leaf hashes {len(some) / (hashed - began):,.0f}/s", end=", ")
    print(f"integration of hashes {len(some) / (grew - hashed):,.0f}/s", end=", ")
    print(f"both {len(some) / (grew - began):,.0f}/s ({len(some[0])} bytes an entry)")


def filling(folder: LogFolder) -> Iterator[int]:
    """Build logs of the sizes; gives each size when it is reached."""
    signer, state, spent, worked = key(), State(), 0.0, 0.0
    for size in SIZES:
        while state.edge.size < size:
            count = min(STEP_ENTRIES, size - state.edge.size)
            some = entries(state.edge.size + 1, count)
            began, busy = time.perf_counter(), time.process_time()
            made = grown(state, some)
            folder.put(made.tiles, made.bundles)
            state = made.state
            checkpoint = Checkpoint(signer.verifier.name, state.edge.size, state.edge.root())
            folder.publish(sign_checkpoint(checkpoint, signer))
            folder.tidy((tile.level, tile.number) for tile in made.full)
            spent += time.perf_counter() - began
            worked += time.process_time() - busy
        print(
            f"tlog: {size:,} leaves hashed, integrated and on disk: {size / spent:,.0f}/s", end=", "
        )
        print(f"{size / worked:,.0f}/s of processor time")
        yield size


def proving(folder: LogFolder, size: int) -> None:
    """Time of a proof, from files that the system has in memory."""
    times = []
    busy = time.process_time()
    for number in range(PROOFS):
        position = 1 + number * (size - 1) // PROOFS
        began = time.perf_counter()
        prove(folder, position)
        times.append(1000 * (time.perf_counter() - began))
    busy = 1000 * (time.process_time() - busy) / PROOFS
    print(f"tlog: proof in a log of {size:,}: {shown(times, 'ms')}, processor time {busy:.2f} ms")


def shown(times: Sequence[float], unit: str) -> str:
    """Median and 99th percentile."""
    cuts = statistics.quantiles(times, n=100)
    return f"p50 {cuts[49]:.2f} {unit}, p99 {cuts[98]:.2f} {unit}"


@contextmanager
def publishing(house: House, folder: LogFolder) -> Iterator[list[tuple[int, float]]]:
    """A publisher that follows; sizes of checkpoints, and when they were published."""
    signer, stopped = key(), threading.Event()
    seen: list[tuple[int, float]] = []

    class Noting(LogFolder):
        def publish(self, checkpoint: bytes) -> None:
            super().publish(checkpoint)
            seen.append((int(checkpoint.split(b"\n")[1]), time.monotonic()))

    publisher = Publisher(
        house.database,
        house.ledger,
        OwnLog(Noting(folder.path), signer, []),
        Clocks(house.clock),
    )
    thread = threading.Thread(target=lambda: publisher.follow(stopped.is_set))
    thread.start()
    try:
        yield seen
    finally:
        stopped.set()
        thread.join()
        publisher.close()


def recording(house: House, rate: int, seconds: int) -> list[tuple[int, float]]:
    """Record at a steady rate; last positions of batches, and when they were committed."""
    until, intake = datetime(2026, 11, 24, tzinfo=UTC), AdmissionRules()
    events = generate(seed=1, customers=1_000, events=rate * seconds, until=until)
    messages = [
        Message(text, decode(text, intake, house.clock()), FileOrigin("bench", line))
        for line, text in enumerate(map(orjson.dumps, events), 1)
    ]
    ledger, done = house.open(), list[tuple[int, float]]()
    began = time.monotonic()
    for first in range(0, len(messages), BATCH):
        time.sleep(max(0.0, began + first / rate - time.monotonic()))
        outcome = ledger.record(Batch(messages[first : first + BATCH], Span("file:bench")))
        done.append((outcome.last_position, time.monotonic()))
    return done


def catching_up(house: House, folder: LogFolder) -> None:
    """A new log of everything that is recorded: read, hashed, integrated, flushed, signed."""
    log = OwnLog(folder, key(), [])
    publisher = Publisher(house.database, house.ledger, log, Clocks(house.clock))
    began, busy = time.perf_counter(), time.process_time()
    entries = publisher.publish_once().entries
    spent, worked = time.perf_counter() - began, time.process_time() - busy
    publisher.close()
    print(f"tlog: {entries:,} events of a database published: {entries / spent:,.0f}/s", end=", ")
    print(f"{entries / worked:,.0f}/s of processor time")


def latency(folder: Path, rate: int, seconds: int) -> None:
    """From commit to a published checkpoint, for each event."""
    with start(folder) as server:
        house = House(server.url(), folder / "keys", LedgerName(), Clock())
        house.install()
        with publishing(house, LogFolder(folder / "log")) as seen:
            done = recording(house, rate, seconds)
            while not seen or seen[-1][0] < done[-1][0]:
                time.sleep(0.05)
        catching_up(house, LogFolder(folder / "again"))
        house.close()
    times = []
    for position, at in done:
        published = next(when for size, when in seen if size >= position)
        times += [published - at] * BATCH
    print(f"tlog: recorded → published at {rate:,} events/s for {seconds} s: {shown(times, 's')}")


def main() -> None:
    """Print all of it."""
    rate = given(RATE)
    seconds = given(SECONDS, 2)
    print(f"tlog: {os.cpu_count()} cores")
    hashing()
    with tempfile.TemporaryDirectory(dir="/tmp", prefix="pl-") as name:
        folder = LogFolder(Path(name) / "log")
        for size in filling(folder):
            proving(folder, size)
    with tempfile.TemporaryDirectory(dir="/tmp", prefix="pl-") as name:
        latency(Path(name), rate, seconds)


if __name__ == "__main__":
    explain(__doc__, rate=RATE, seconds=SECONDS)
    main()
