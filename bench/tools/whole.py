"""`ledger run` as a process with its parts, on a broker and a server of its own, and what is seen of it."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

import orjson

from bench.forgetting import Measured
from bench.kafka import PARTITIONS
from bench.tools.processor import private_megabytes, resident, seconds_of, server_of, server_seconds
from consumers.kafka import KafkaUpstream
from consumers.kafka_options import KafkaOptions
from ledger.embedded import start
from ledger.names import LedgerName
from ledger.reading import head_position
from ledger.storage.postgres import Database, Session
from projections.following.storage import bookmarks
from tests.fixtures.kafka import admin_client, own_broker

TOPIC = "bench"
RECORDED, VIEWS, LOG = "recorded", "all views", "signed checkpoint"
SERVER = "postgres"
METHOD = (
    f"`ledger run` as a process with its parts, a topic of {PARTITIONS} partitions on one real broker and an"
    " embedded PostgreSQL on the same machine. lag: events that a part is behind the one before it"
    " (recording: the topic; views and log: recording). MB: resident memory of each process; of the server"
    " what its processes hold privately"
)


class Look(NamedTuple):
    """What is done at an instant: events that are recorded, in all views, in the log; and what it took.

    `megabytes`, `processor_s`: of each process, by the name of its command.
    """

    at_s: float
    recorded: int
    views: int
    log: int
    megabytes: Mapping[str, float]
    processor_s: Mapping[str, float]

    @property
    def done(self) -> Mapping[str, int]:
        """How many events each part is through with."""
        return {RECORDED: self.recorded, VIEWS: self.views, LOG: self.log}


class Whole(NamedTuple):
    """A topic, and an empty ledger that reads it while it is `running`."""

    bootstrap: str
    ledger: Measured
    session: Session

    @contextmanager
    def upstream(self) -> Iterator[Callable[[Sequence[bytes]], None]]:
        """What hands events to the topic, as upstream systems do."""
        upstream = KafkaUpstream(KafkaOptions((self.bootstrap,), "bench", (TOPIC,)))

        def publish(texts: Sequence[bytes]) -> None:
            for text in texts:
                upstream.publish(TOPIC, str(orjson.loads(text)["subject"]), text)

        try:
            yield publish
            upstream.flush()
        finally:
            upstream.close()

    @contextmanager
    def running(self) -> Iterator[Callable[[], Look]]:
        """`ledger run` until the block ends; what looks at it."""
        command = [sys.executable, "-m", "console.main", "run"]
        own = {"KAFKA_BOOTSTRAP": self.bootstrap, "KAFKA_TOPICS": TOPIC, "METRICS_PORT": "0"}
        texts = self.ledger.texts | {f"LEDGER_{name}": text for name, text in own.items()}
        kept = {name: text for name, text in os.environ.items() if not name.startswith("LEDGER_")}
        log = Path(self.ledger.texts["LEDGER_DATA_DIR"]) / "tlog" / "main"
        server = server_of(self.ledger.url)
        began = time.monotonic()
        with subprocess.Popen(command, env=kept | texts, stderr=subprocess.DEVNULL) as process:

            def look() -> Look:
                if process.poll() is not None:
                    raise RuntimeError("ledger run has ended")
                recorded, views = head_position(self.session), bookmarks(self.session).values()
                return Look(
                    time.monotonic() - began,
                    recorded,
                    min((view.position for view in views), default=0),
                    _signed(log),
                    _of(process.pid, resident) | {SERVER: private_megabytes(server)},
                    _of(process.pid, seconds_of) | {SERVER: server_seconds(server)},
                )

            try:
                yield look
            finally:
                process.terminate()


@contextmanager
def whole() -> Iterator[Whole]:
    """A broker with the topic, and a server with an empty ledger; all of it goes in the end."""
    with (
        tempfile.TemporaryDirectory(dir="/tmp", prefix="pl-") as folder,
        tempfile.TemporaryDirectory(dir="/tmp", prefix="pl-kafka-") as kafka,
        start(Path(folder)) as server,
        own_broker(Path(kafka)) as bootstrap,
    ):
        ledger = Measured(Path(folder), server.url())
        with admin_client(bootstrap) as admin:
            admin.create_topics({TOPIC: {"num_partitions": PARTITIONS}}, wait_for_metadata=True)
        session = Database(ledger.url).connect(LedgerName(), "reader")
        try:
            yield Whole(bootstrap, ledger, session)
        finally:
            session.close()


def _of(process: int, figure: Callable[[int], float]) -> dict[str, float]:
    """A figure of a process and of its children, by the names of their commands."""
    children = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    found: dict[str, float] = {}
    for pid in (process, *map(int, children)):
        with suppress(OSError, IndexError):  # it has just ended, or begins
            words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
            found[words[3].decode()] = figure(pid)
    return found


def _signed(log: Path) -> int:
    """How many events the signed checkpoint has."""
    checkpoint = log / "checkpoint"
    return int(checkpoint.read_bytes().split(b"\n")[1]) if checkpoint.exists() else 0
