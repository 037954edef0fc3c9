"""What an access report costs: `python -m bench.report [EVENTS]`, 100,000 unless told otherwise.

One person of 10,000 events among the others; the report as JSON, from the first question to the last byte,
and the whole command. One ledger grows; it is measured at 100,000 events, a million, and in the end.
"""

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import islice
from typing import Any

import orjson

from application.controller import Controller
from application.queries.reports.access import ReportScope, access_report
from application.reading import Reader, ReadScope
from application.source import Source
from bench.tools.arguments import explain, given
from bench.tools.filling import OFFICE, record, sample, sites
from bench.tools.results import quote, save
from ledger.keys.opening import Opener
from ledger.reading import head_position
from ledger.recording.reads import READS, ReadNotes
from projections.following.runner import Follower
from schemas.encoding import to_line
from tests.fixtures.console import disclosed
from tests.fixtures.ledger import House, accessed, collected, registered

EVENTS = 100_000
SIZES = (EVENTS, 1_000_000)
PERSON = "customer/900001"
PERSON_EVENTS = 10_000
ROUNDS = 5
CHUNK = 10_000
LIMIT_S = 2.0
METHOD = (
    f"The access report of a person of {PERSON_EVENTS:,} events (a quarter of them with two values) as JSON, "
    f"medians of {ROUNDS}. report: in process, each with an opener of its own that holds no keys yet; cpu: "
    "processor time of this process therein. command: `ledger report access`, from the start of the program "
    f"to its end, with the record of who read, and views that are up to date. The goal is {LIMIT_S:g} s."
)
ROWS = {
    "report_s": f"access report of {PERSON_EVENTS:,} events, s",
    "report_cpu_s": "of it processor time, s",
    "report_slowest_s": "the slowest, s",
    "command_s": "the whole command, s",
    "report_mb": "its size, MB",
}
Figures = dict[str, float]


def messages(events: int) -> Iterator[bytes]:
    """A sample, with the person's events among the first of it."""
    others = sample(events - PERSON_EVENTS)
    for one in life():
        yield orjson.dumps(one)
        yield from islice(others, 4)
    yield from others


def life() -> Iterator[dict[str, Any]]:
    """A person who is looked at, collected from and told of to others."""
    begin = datetime(2024, 1, 1, tzinfo=UTC)
    for number in range(PERSON_EVENTS):
        make = (accessed, collected, accessed, disclosed)[number % 4] if number else registered
        yield make(PERSON, time=(begin + timedelta(hours=2 * number)).isoformat())


def measured(house: House) -> tuple[float, float, int]:
    """Seconds of one report, those of the processor, and its bytes."""
    session = house.database.connect(house.ledger, "reader")
    opener = Opener(session, house.provider, house.ledger)
    notes = ReadNotes(lambda: session, partial(opener.ledger_key, READS))
    now = datetime.now(UTC)
    reads = ReadScope(
        notes,
        query="report",
        reader=Reader("employee/7", "privacy-officer", judged=False),
        held=lambda: True,
        everything=house.ledger.reference,
        clock=lambda: now,
    )
    source = Source(session, opener, house.ledger, OFFICE, now, reads)
    began, used = time.perf_counter(), time.process_time()
    asked = ReportScope(PERSON, None, "nl", head_position(session), now, Controller(), None)
    size = len(to_line(access_report(source, asked)))
    seconds, processor = time.perf_counter() - began, time.process_time() - used
    session.close()
    return seconds, processor, size


def commanded(house: House) -> float:
    """Seconds of the command, as somebody at a terminal has it."""
    settings = {
        "LEDGER_DATABASE_URL": house.url,
        "LEDGER_NAME": str(house.ledger),
        "LEDGER_KEY_DIR": str(house.keys),
        "LEDGER_DATA_DIR": str(house.keys / "data"),
        "LEDGER_PRIVACY_OFFICE": OFFICE[0],
    }
    command = [sys.executable, "-m", "console.main", "report", "access", PERSON]
    began = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=os.environ | settings)
    return time.perf_counter() - began


def grow(house: House, events: int) -> Iterator[Figures]:
    """The figures of one ledger at each size, each printed."""
    ledger, follower = house.open(), Follower(house.database, house.ledger, OFFICE)
    remaining, size = messages(events), 0
    for goal in [*(size for size in SIZES if size < events), events]:
        while size < goal and (texts := list(islice(remaining, min(CHUNK, goal - size)))):
            record(ledger, texts)
            size += len(texts)
        follower.follow_once()
        figures = {"events": size, **figures_of(house)}
        print("report:", "  ".join(f"{name} {value:,.2f}" for name, value in figures.items()))
        yield figures
    follower.close()


def figures_of(house: House) -> Figures:
    """What a report takes, in process and as a command."""
    rounds = [measured(house) for _ in range(ROUNDS)]
    seconds, processor, sizes = (list(column) for column in zip(*rounds, strict=True))
    return {
        "report_s": statistics.median(seconds),
        "report_cpu_s": statistics.median(processor),
        "report_slowest_s": max(seconds),
        "command_s": statistics.median(commanded(house) for _ in range(ROUNDS)),
        "report_mb": sizes[0] / 1e6,
    }


def table(points: list[Figures]) -> Iterator[list[str]]:
    """The figures of each size for the page."""
    yield ["", *(f"{point['events']:,} events" for point in points)]
    for name, label in ROWS.items():
        digits = 1 if name == "report_mb" else 2
        yield [label, *(f"{point[name]:.{digits}f}" for point in points)]


def main(events: int = EVENTS) -> None:
    """Measure, print, and keep the figures."""
    with sites() as made:
        points = list(grow(made.fresh(), events))
    save("report", METHOD, {"points": points})
    quote("report", list(table(points)))


if __name__ == "__main__":
    explain(__doc__, events=EVENTS)
    main(given(EVENTS))
