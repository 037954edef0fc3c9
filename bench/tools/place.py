"""A ledger for a benchmark of whole programs: made or found, and commands that run on it side by side."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread
from typing import NamedTuple

CUSTOMERS_OF = 40
"""Events for each customer."""
PERSON_EVENTS = 1_250
"""Events that are made for one person, about a thousand of them about that person."""
INTAKE_PER_S = 200
"""Events a second that are recorded meanwhile: 17 million a day."""


class Place(NamedTuple):
    """A ledger, and how commands reach it. `data`: its data folder."""

    data: Path

    @property
    def environment(self) -> Mapping[str, str]:
        own = {"LEDGER_DATA_DIR": str(self.data), "LEDGER_METRICS_PORT": "0"}
        kept = {name: text for name, text in os.environ.items() if not name.startswith("LEDGER_")}
        return kept | own

    @property
    def keys(self) -> Path:
        return self.data / "keys" / "main"

    def run(self, *arguments: str, output: Path | None = None) -> bytes:
        """A command to its end."""
        with (output or Path(os.devnull)).open("wb") as file:
            done = subprocess.run(
                self.command(*arguments),
                env=self.environment,
                check=False,
                stdout=file if output else subprocess.PIPE,
                stderr=subprocess.PIPE,
            )
        if done.returncode > 1:
            raise RuntimeError(done.stderr.decode())
        return done.stdout or b""

    def command(self, *arguments: str) -> Sequence[str]:
        return [sys.executable, "-m", "console.main", *arguments]

    @contextmanager
    def running(self, *arguments: str) -> Iterator[int]:
        """A command that goes on until the block ends; its process."""
        with subprocess.Popen(
            self.command(*arguments), env=self.environment, stderr=subprocess.DEVNULL
        ) as process:
            try:
                yield process.pid
            finally:
                process.terminate()

    @contextmanager
    def recording(self, lines: Sequence[bytes]) -> Iterator[None]:
        """Intake, so many events a second, until the block ends."""
        ended = Event()
        with subprocess.Popen(
            self.command("ingest", "-"),
            env=self.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        ) as process:
            feeding = Thread(target=_feed, args=(process, lines, ended))
            feeding.start()
            try:
                yield
            finally:
                ended.set()
                feeding.join()


def _feed(process: "subprocess.Popen[bytes]", lines: Sequence[bytes], ended: Event) -> None:
    assert process.stdin is not None
    for begin in range(0, len(lines), INTAKE_PER_S // 10):
        if ended.wait(0.1):
            break
        process.stdin.writelines(lines[begin : begin + INTAKE_PER_S // 10])
        process.stdin.flush()
    process.stdin.close()


def filled(place: Place, events: int) -> None:
    """A ledger with so many events, of them about a thousand of one person."""
    sample, one = place.data.parent / "sample.ndjson", place.data.parent / "one.ndjson"
    customers = str(max(40, events // CUSTOMERS_OF))
    place.data.parent.mkdir(parents=True, exist_ok=True)
    place.run("init")
    place.run("sample", "--events", str(events), "--customers", customers, output=sample)
    place.run(
        "sample", "--events", str(PERSON_EVENTS), "--customers", "1", "--seed", "7", output=one
    )
    place.run("ingest", str(sample))
    place.run("ingest", str(one))
    place.run("project", "--once")
    place.run("publish", "--once")


def others(place: Place, seconds: int) -> Sequence[bytes]:
    """Events that the ledger does not have yet, for so many seconds of intake."""
    events = str(max(1_000, seconds * INTAKE_PER_S))
    made = place.run("sample", "--events", events, "--seed", str(int(time.time())))
    return made.splitlines(keepends=True)
