"""What an access report costs: `python -m bench.report [EVENTS]`, 100,000 unless told otherwise.

One person of 10,000 events among the others; the report as JSON, from the first question to the last byte.
"""

import statistics
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import islice
from typing import Any

import orjson

from bench.filling import OFFICE, Sites, record, sample, sites
from bench.results import quote, save
from console.answers.access_report import Asked, access_report
from console.answers.source import Source
from console.output import encode
from console.reads import Reads
from console.settings import Controller
from ledger.opening import Opener
from ledger.reading import head_position
from ledger.reads import READS, ReadNotes
from tests.fixtures.console import disclosed
from tests.fixtures.ledger import House, accessed, collected, registered

EVENTS = 100_000
PERSON = "customer/900001"
PERSON_EVENTS = 10_000
ROUNDS = 5
CHUNK = 10_000
LIMIT_S = 2.0
METHOD = (
    f"The access report of a person of {PERSON_EVENTS:,} events (a quarter of them with two values) as JSON, "
    f"in process, median of {ROUNDS}, each with an opener of its own that holds no keys yet. The goal is "
    f"{LIMIT_S:g} s."
)


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


def measured(house: House) -> tuple[float, int]:
    """Seconds of one report, and its bytes."""
    session = house.database.connect(house.ledger, "reader")
    opener = Opener(session, house.provider, house.ledger)
    notes = ReadNotes(house.keys / "reads", partial(opener.ledger_key, READS))
    now = datetime.now(UTC)
    reads = Reads(
        notes,
        query="report",
        reader="employee/7",
        role="privacy-officer",
        everything=house.ledger.reference,
        clock=lambda: now,
    )
    source = Source(session, opener, house.ledger, OFFICE, now, reads)
    began = time.perf_counter()
    asked = Asked(PERSON, None, "nl", head_position(session), now, Controller(), None)
    size = len(encode(access_report(source, asked)))
    seconds = time.perf_counter() - began
    notes.close()
    session.close()
    return seconds, size


def run(made: Sites, events: int) -> dict[str, Any]:
    """Fill a ledger and ask it."""
    house = made.fresh()
    ledger, remaining = house.open(), messages(events)
    while texts := list(islice(remaining, CHUNK)):
        record(ledger, texts)
    rounds = [measured(house) for _ in range(ROUNDS)]
    seconds = statistics.median(taken for taken, _ in rounds)
    return {"events": events, "report_s": seconds, "report_bytes": rounds[0][1]}


def main(events: int = EVENTS) -> None:
    """Measure, print, and keep the figures."""
    with sites() as made:
        figures = run(made, events)
    print("report:", "  ".join(f"{name} {value:,.2f}" for name, value in figures.items()))
    save("report", METHOD, figures)
    quote(
        "report",
        [
            ["", f"{figures['events']:,} events"],
            [f"access report of {PERSON_EVENTS:,} events, s", f"{figures['report_s']:.2f}"],
            ["its size, MB", f"{figures['report_bytes'] / 1e6:.1f}"],
        ],
    )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else EVENTS)
