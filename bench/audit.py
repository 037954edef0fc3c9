"""What an audit costs: `python -m bench.audit [EVENTS]`, 100,000 unless told otherwise.

One ledger grows; at each size the whole is audited, the whole with its views, and what came after a
checkpoint that was kept some events before. Each is the command, in a process of its own.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from itertools import islice

from bench.tools.arguments import explain, given
from bench.tools.filling import OFFICE, record, sample, sites
from bench.tools.processor import server_of, server_seconds
from bench.tools.results import quote, save
from projections.following.runner import Follower
from tests.fixtures.ledger import House

EVENTS = 100_000
PARTS = (10, 1)
"""The ledger is measured at one part of so many of its events."""
LATER = 1_000
CHUNK = 10_000
AUDITS = {
    "whole": ("the whole", ()),
    "views": ("with --views", ("--views",)),
    "since": (f"with --since, {LATER:,} events later", ("--since", "{kept}")),
}
METHOD = (
    "A sample, published, its views up to date; `ledger audit` as a command, once each. s: seconds of"
    " processor time of the whole command and of the server; mb: the most memory that its process held,"
    f" without the server's. since: from a checkpoint that was kept {LATER:,} events before the end."
)
Figures = dict[str, float]


_MEASURED = (
    "import atexit, sys; from bench.tools.processor import megabytes; from console.main import run;"
    " atexit.register(lambda: print('memory', megabytes(), file=sys.stderr)); run()"
)
"""The program, and at its end the most memory that it held."""


class Audited:
    """One ledger with its log."""

    def __init__(self, house: House) -> None:
        self._server = server_of(house.url)
        self.kept = house.keys.parent / "kept"
        self._environment = os.environ | {
            "LEDGER_DATABASE_URL": house.url,
            "LEDGER_NAME": str(house.ledger),
            "LEDGER_KEY_DIR": str(house.keys),
            "LEDGER_DATA_DIR": str(house.keys.parent / "data"),
            "LEDGER_LOG_DIR": str(house.keys.parent / "audited-log"),
            "LEDGER_PRIVACY_OFFICE": OFFICE[0],
        }

    def publish(self) -> None:
        """Publish what was recorded."""
        self.run("publish", "--once")

    def keep(self) -> None:
        """Keep the checkpoint that was published last."""
        command = [sys.executable, "-m", "console.main", "checkpoint"]
        with self.kept.open("wb") as file:
            subprocess.run(command, check=True, stdout=file, env=self._environment)

    def run(self, *arguments: str) -> tuple[float, float]:
        """Seconds of processor time of a command and the server, and the most memory of its process in MB."""
        command = [sys.executable, "-c", _MEASURED, *arguments]
        before = server_seconds(self._server) + sum(os.times()[2:4])
        done = subprocess.run(
            command, check=True, capture_output=True, text=True, env=self._environment
        )
        used = server_seconds(self._server) + sum(os.times()[2:4]) - before
        return used, float(done.stderr.rsplit("memory ", 1)[1])

    def figures(self) -> Figures:
        """What each kind of audit takes."""
        found: Figures = {}
        for name, (_, flags) in AUDITS.items():
            given_flags = [flag.format(kept=self.kept) for flag in flags]
            found[f"{name}_s"], found[f"{name}_mb"] = self.run("audit", *given_flags)
        return found


def grow(house: House, events: int) -> Iterator[Figures]:
    """The figures of one ledger at each size, each printed."""
    audited, ledger = Audited(house), house.open()
    follower = Follower(house.database, house.ledger, OFFICE)
    audited.run("init")
    remaining, size = sample(events), 0
    for goal in [events // part for part in PARTS]:
        for end in (goal - LATER, goal):
            while size < end and (texts := list(islice(remaining, min(CHUNK, end - size)))):
                record(ledger, texts)
                size += len(texts)
            follower.follow_once()
            audited.publish()
            if end != goal:
                audited.keep()
        figures = {"events": size, **audited.figures()}
        print("audit:", "  ".join(f"{name} {value:,.2f}" for name, value in figures.items()))
        yield figures
    follower.close()


def table(points: list[Figures]) -> Iterator[list[str]]:
    """The figures of each size for the page."""
    yield ["", *(f"{point['events']:,} events" for point in points)]
    for name, (label, _) in AUDITS.items():
        yield [f"{label}, s", *(f"{point[f'{name}_s']:.1f}" for point in points)]
        yield [f"{label}, MB", *(f"{point[f'{name}_mb']:.0f}" for point in points)]


def main(events: int = EVENTS) -> None:
    """Measure, print, and keep the figures."""
    with sites() as made:
        points = list(grow(made.fresh(), events))
    save("audit", METHOD, {"points": points})
    quote("audit", list(table(points)))


if __name__ == "__main__":
    explain(__doc__, events=EVENTS)
    main(given(EVENTS))
