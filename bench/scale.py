"""What a growing ledger costs: `python -m bench.scale [EVENTS]`, 300,000 unless told otherwise.

One ledger grows; at 10,000, 100,000 and so on it is measured: the rate at which the last 10,000 events
were recorded and followed, the three answers about one person of 1,000 events, a rebuild of all views in
a process of its own with its memory, and bytes on disk. Plots show cost against size.
"""

import gc
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

import msgspec
import orjson

from bench.filling import OFFICE, Sites, record, sample, sites
from bench.plot import draw
from bench.results import FOLDER, save
from console.answers.consents import consents
from console.answers.history import history
from console.answers.source import Source
from console.answers.state import state
from ledger.audit import audit
from ledger.opening import Opener
from projections.runner import Follower
from projections.timetravel import NOW
from tests.fixtures.ledger import House, accessed, collected, message, registered

FULL = 1_000_000
EVENTS = 300_000
SIZES = (10_000, 30_000, 100_000, 300_000, FULL)
CHUNK = 10_000
PERSON = "customer/900001"
PERSON_EVENTS = 1_000
CALLS = 11
METHOD = (
    "One ledger grows on an embedded PostgreSQL with fsync. record, follow: events a second over the last "
    f"{CHUNK:,} events. *_ms: an answer about a person of {PERSON_EVENTS:,} events in process, median of "
    f"{CALLS} calls, each with an opener of its own that holds no keys yet; *_cpu_ms: processor time of this "
    "process therein. rebuild: all views, a process of its own; start_mb, rebuild_mb: its resident memory "
    "before, and at the peak. bytes: on disk for each event, indexes included, beside its message's."
)


class Point(msgspec.Struct):
    """The cost at one size."""

    events: int
    record: float
    follow: float
    history_ms: float
    state_ms: float
    consents_ms: float
    history_cpu_ms: float
    state_cpu_ms: float
    consents_cpu_ms: float
    rebuild: float
    start_mb: float
    rebuild_mb: float
    message_bytes: float
    ledger_bytes: float
    view_bytes: float


def main() -> None:
    """Grow, measure, print, draw, save."""
    gc.freeze()  # as the program does
    events = int(sys.argv[1]) if len(sys.argv) > 1 else EVENTS
    with sites() as made:
        points = list(grow(made, events))
    draw_all(points)
    save(
        "scale" if events < FULL else "scale-full",
        METHOD,
        {"points": [msgspec.to_builtins(point) for point in points]},
    )


def grow(made: Sites, events: int) -> Iterator[Point]:
    """The points of one ledger, each printed."""
    house = made.fresh()
    ledger, follower = house.open(), Follower(house.database, house.ledger, OFFICE)
    remaining, size, written = messages(events), 0, 0
    while texts := list(islice(remaining, CHUNK)):
        recorded_s = record(ledger, texts)
        began = time.perf_counter()
        follower.follow_once()
        followed_s = time.perf_counter() - began
        size, written = size + len(texts), written + sum(map(len, texts))
        if size in SIZES:
            rates = len(texts) / recorded_s, len(texts) / followed_s
            point = Point(
                size, *rates, *answers(house), *rebuilt(house), written / size, *disk(house)
            )
            print(
                "scale:", "  ".join(f"{k} {v:,.0f}" for k, v in msgspec.to_builtins(point).items())
            )
            yield point
    follower.close()
    began = time.perf_counter()
    assert audit(house.session("reader")).ok
    print(
        f"scale: the audit of {size:,} events found nothing, in {time.perf_counter() - began:.0f} s"
    )


def messages(events: int) -> Iterator[bytes]:
    """A sample with the person's events among the first tenth of a hundred thousand."""
    person = [orjson.dumps(one) for one in life()]
    others = sample(events - len(person))
    for one in person:
        yield one
        yield from islice(others, 8)
    yield from others


def life() -> Iterator[dict[str, Any]]:
    """A person of 1,000 events: mostly looked at, often collected from, now and then asked."""
    begin = datetime(2024, 1, 1, tzinfo=UTC)
    kinds: tuple[Callable[..., dict[str, Any]], ...] = (accessed, collected, accessed, asked)
    for number in range(PERSON_EVENTS):
        make = kinds[number % len(kinds)] if number else registered
        yield make(PERSON, time=(begin + timedelta(hours=12 * number)).isoformat())


def asked(subject: str, **members: Any) -> dict[str, Any]:
    """A consent to newsletters."""
    facts = {
        "purpose": "newsletter",
        "text_version": "2026-1",
        "channel": "portal",
        "method": "checkbox",
    }
    return message("consent-given", subject, **(facts | members))


def answers(house: House) -> list[float]:
    """Milliseconds of history, state and consents; then of the processor alone."""
    taken = [
        answered(house, lambda given: list(history(given, PERSON, NOW))),
        answered(house, lambda given: state(given, PERSON, NOW)),
        answered(house, lambda given: consents(given, PERSON, NOW)),
    ]
    return [wall for wall, _ in taken] + [processor for _, processor in taken]


def answered(house: House, answer: Callable[[Source], Any]) -> tuple[float, float]:
    """Milliseconds of one answer, on the wall and of the processor."""
    walls, processors = [], []
    for _ in range(CALLS):
        session = house.database.connect(house.ledger, "reader")
        opener = Opener(session, house.provider, house.ledger)
        given = Source(session, opener, house.ledger, OFFICE, datetime.now(UTC))
        began, used = time.perf_counter(), time.process_time()
        assert answer(given)
        walls.append((time.perf_counter() - began) * 1_000)
        processors.append((time.process_time() - used) * 1_000)
        session.close()
    return statistics.median(walls), statistics.median(processors)


def rebuilt(house: House) -> tuple[float, float, float]:
    """Events a second on the wall, megabytes before, and at the peak."""
    command = [sys.executable, "-m", "bench.rebuilding", house.url, str(house.ledger)]
    figures = orjson.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
    rate = figures["position"] / figures["seconds"]
    return rate, figures["megabytes_before"], figures["megabytes"]


def disk(house: House) -> tuple[float, float]:
    """Bytes on disk an event: the ledger with its keys, and the views."""
    query = (
        "SELECT nspname, sum(pg_total_relation_size(pg_class.oid))::bigint"
        " FROM pg_class JOIN pg_namespace ON relnamespace = pg_namespace.oid"
        " WHERE relkind = 'r' GROUP BY nspname"
    )
    connection = house.session(None)._connection
    sizes: dict[str, int] = dict(connection.execute(query).fetchall())
    names = house.ledger
    row = house.session("reader").row("head")
    assert row
    return (
        (sizes[names.events] + sizes[names.keys]) / row[0],
        sizes[names.views] / row[0],
    )


def draw_all(points: list[Point]) -> None:
    """Cost against size, three plots."""

    def line(name: str) -> list[tuple[float, float]]:
        return [(point.events, getattr(point, name)) for point in points]

    x = "events in the ledger"
    draw(
        FOLDER / "scale-answers.svg",
        {name: line(f"{name}_ms") for name in ("history", "state", "consents")},
        title=f"Answers about a person of {PERSON_EVENTS:,} events",
        x=x,
        y="milliseconds",
    )
    draw(
        FOLDER / "scale-rates.svg",
        {name: line(name) for name in ("record", "follow", "rebuild")},
        title="Recording, following, rebuilding",
        x=x,
        y="events a second",
    )
    draw(
        FOLDER / "scale-memory.svg",
        {"peak of a rebuild": line("rebuild_mb")},
        title="Memory of a rebuild of all views",
        x=x,
        y="megabytes",
    )


if __name__ == "__main__":
    main()
