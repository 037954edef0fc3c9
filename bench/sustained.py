"""The whole of `ledger run`, from a Kafka topic to all views and a signed checkpoint: how far each part is.

`python -m bench.sustained [EVENTS]`, 40,000 unless told otherwise. The mixed events of the sample lie in a
topic on a real broker before the program starts, so every part works as fast as it can beside the others.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

import orjson

from bench.forgetting import Measured
from bench.kafka import PARTITIONS
from bench.tools.arguments import explain, given
from bench.tools.filling import sample
from bench.tools.plot import draw
from bench.tools.processor import private_megabytes, server_of
from bench.tools.results import FOLDER, quote, save
from consumers.kafka import KafkaUpstream
from consumers.kafka_options import KafkaOptions
from ledger.embedded import start
from ledger.names import LedgerName
from ledger.reading import head_position
from ledger.storage.postgres import Database, Session
from projections.following.storage import bookmarks
from tests.fixtures.kafka import admin_client, own_broker

EVENTS = 40_000
TOPIC = "bench"
LOOK_S = 1.0
PATIENCE_S = 1_800.0
RECORDED, VIEWS, LOG = "recorded", "all views", "signed checkpoint"
METHOD = (
    f"`ledger run` as a process with its parts, a topic of {PARTITIONS} partitions on one real broker and an"
    " embedded PostgreSQL on the same machine; all events are in the topic before it starts. Looked at once"
    " a second until everything is recorded, in all views and under a signed checkpoint. lag: events that a"
    " part is behind the one before it (recording: the topic; views and log: recording). MB: resident memory"
    " of each process; of the server what its processes hold privately"
)


class Look(NamedTuple):
    """What is done at an instant: events that are recorded, in all views, in the log; and memory."""

    at_s: float
    recorded: int
    views: int
    log: int
    megabytes: Mapping[str, float]

    @property
    def done(self) -> Mapping[str, int]:
        """How many events each part is through with."""
        return {RECORDED: self.recorded, VIEWS: self.views, LOG: self.log}


def publish(bootstrap: str, texts: Sequence[bytes]) -> None:
    """Fill the topic as upstream systems do."""
    with admin_client(bootstrap) as admin:
        admin.create_topics({TOPIC: {"num_partitions": PARTITIONS}}, wait_for_metadata=True)
    upstream = KafkaUpstream(KafkaOptions((bootstrap,), "bench", (TOPIC,)))
    for text in texts:
        upstream.publish(TOPIC, str(orjson.loads(text)["subject"]), text)
    upstream.flush()
    upstream.close()


@contextmanager
def running(texts: Mapping[str, str]) -> Iterator[int]:
    """`ledger run` until the block ends; its process."""
    command = [sys.executable, "-m", "console.main", "run"]
    with subprocess.Popen(command, env=dict(texts), stderr=subprocess.DEVNULL) as process:
        try:
            yield process.pid
        finally:
            process.terminate()


def looks(session: Session, log: Path, process: int, server: int, events: int) -> Iterator[Look]:
    """What is done, once a second, until all of it is."""
    began = time.monotonic()
    while True:
        recorded, views = head_position(session), bookmarks(session).values()
        in_views = min((view.position for view in views), default=0)
        memory = {**resident(process), "postgres": private_megabytes(server)}
        look = Look(time.monotonic() - began, recorded, in_views, _size(log), memory)
        yield look
        if min(look.done.values()) >= events:
            return
        if look.at_s > PATIENCE_S:
            raise TimeoutError("not everything was done in time")
        time.sleep(LOOK_S)


def resident(process: int) -> dict[str, float]:
    """Megabytes of a process and of its children, by the names of their commands."""
    children = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    found: dict[str, float] = {}
    for pid in (str(process), *children):
        with suppress(OSError, IndexError):  # it has just ended, or begins
            words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
            status = Path(f"/proc/{pid}/status").read_text()
            found[words[3].decode()] = int(status.partition("VmRSS:")[2].split()[0]) / 1024
    return found


def _size(log: Path) -> int:
    """How many events the signed checkpoint has."""
    checkpoint = log / "checkpoint"
    return int(checkpoint.read_bytes().split(b"\n")[1]) if checkpoint.exists() else 0


def figures_of(seen: Sequence[Look], events: int) -> dict[str, float]:
    """Rates, lags in the second and the last quarter, and memory at the peak and in the second quarter."""
    ends = {
        name: next(look.at_s for look in seen if look.done[name] >= events)
        for name in (RECORDED, VIEWS, LOG)
    }
    began = max((look.at_s for look in seen if not look.recorded), default=0.0)
    figures = {f"{name}, events/s": events / (end - began) for name, end in ends.items()}
    busy = [look for look in seen if 0 < look.recorded < events] or list(seen)
    quarter = max(1, len(busy) // 4)
    for when, part in (("second", busy[quarter : 2 * quarter]), ("last", busy[-quarter:])):
        for name in (VIEWS, LOG):
            lags = [look.recorded - look.done[name] for look in part or busy]
            figures[f"{name}, lag in the {when} quarter"] = statistics.median(lags)
    for name in sorted({name for look in seen for name in look.megabytes}):
        figures[f"{name}, MB"] = max(look.megabytes.get(name, 0.0) for look in seen)
    return {name: round(value, 1) for name, value in figures.items()}


def measured(events: int) -> list[Look]:
    """Everything, from the topic to the checkpoint."""
    with (
        tempfile.TemporaryDirectory(dir="/tmp", prefix="pl-") as folder,
        tempfile.TemporaryDirectory(dir="/tmp", prefix="pl-kafka-") as kafka,
        start(Path(folder)) as server,
        own_broker(Path(kafka)) as bootstrap,
    ):
        ledger = Measured(Path(folder), server.url())
        publish(bootstrap, list(sample(events)))
        session = Database(ledger.url).connect(LedgerName(), "reader")
        log = Path(ledger.texts["LEDGER_DATA_DIR"]) / "tlog" / "main"
        own = {"KAFKA_BOOTSTRAP": bootstrap, "KAFKA_TOPICS": TOPIC, "METRICS_PORT": "0"}
        texts = ledger.texts | {f"LEDGER_{name}": text for name, text in own.items()}
        kept = {name: text for name, text in os.environ.items() if not name.startswith("LEDGER_")}
        with running(kept | texts) as process:
            seen = list(looks(session, log, process, server_of(ledger.url), events))
        session.close()
        return seen


def main(events: int = EVENTS) -> None:
    """Measure, print, and write `docs/performance/sustained.json` and the plots."""
    seen = measured(events)
    figures = figures_of(seen, events)
    for name, value in figures.items():
        print(f"sustained: {name:<44}{value:>12,.1f}")
    every = [one._asdict() for one in seen]
    save("sustained", METHOD, {"events": events, "figures": figures, "looks": every})
    quote(
        "sustained", [["", f"{events:,} events"], *([n, f"{v:,.0f}"] for n, v in figures.items())]
    )
    lags = {
        "recording behind the topic": [
            (one.at_s, events - min(events, one.recorded)) for one in seen
        ],
        "views behind recording": [(one.at_s, one.recorded - one.views) for one in seen],
        "log behind recording": [(one.at_s, max(0, one.recorded - one.log)) for one in seen],
    }
    draw(
        FOLDER / "sustained-lags.svg",
        lags,
        title="Lag of each part",
        x="seconds",
        y="events",
        log_x=False,
    )
    names = sorted({name for one in seen for name in one.megabytes})
    memory = {name: [(one.at_s, one.megabytes.get(name, 0.0)) for one in seen] for name in names}
    draw(FOLDER / "sustained-memory.svg", memory, title="Memory", x="seconds", y="MB", log_x=False)


if __name__ == "__main__":
    explain(__doc__, events=EVENTS)
    main(given(EVENTS))
