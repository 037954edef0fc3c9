"""What a growing ledger costs: `python -m bench.scale [EVENTS]`, 300,000 unless told otherwise.

One ledger grows; at 10,000, 100,000 and so on it is measured: the rate at which the last 10,000 events
were recorded and followed, the three answers about one person of 1,000 events, a rebuild of all views in
a process of its own with its memory, publication and audit, a proof, and bytes on disk. Plots show cost
against size. What is measured is written after each size, so that a run that breaks off keeps it.
"""

import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import islice
from typing import Any

import orjson

from application.queries.persons.consents import consents
from application.queries.persons.history import history
from application.queries.persons.state import state
from application.reading import Reader, ReadScope
from application.source import Source
from bench.scale_log import PROOFS, GrowingLog
from bench.scale_log import ROWS as LOG_ROWS
from bench.tools.arguments import explain, given
from bench.tools.filling import OFFICE, Sites, record, sample, sites
from bench.tools.plot import draw
from bench.tools.processor import Figures, megabytes, rates, server_of
from bench.tools.results import FOLDER, quote, save
from bench.tools.workload import four_fields
from ledger import cycles
from ledger.application import Ledger
from ledger.keys.opening import Opener
from ledger.recording.reads import READS, ReadNotes
from ledger.storage.postgres import Session
from projections.folds.timetravel import NOW
from projections.following.runner import Follower
from tests.fixtures.ledger import House, accessed, collected, message, registered

EVENTS = 300_000
SIZES = (10_000, 30_000, 100_000, 300_000, 1_000_000, 3_000_000, 10_000_000)
CHUNK = 10_000
PERSON = "customer/900001"
PERSON_EVENTS = 1_000
SAME_PEOPLE = 1_000
CALLS = 11
METHOD = (
    "One ledger grows on an embedded PostgreSQL with fsync. record, follow: events a second over the last "
    f"{CHUNK:,} events; same: so many more events with four sealed fields, about the same {SAME_PEOPLE:,} "
    f"people at every size. *_ms: an answer about a person of {PERSON_EVENTS:,} events in process, median of "
    f"{CALLS} calls, each with an opener of its own that holds no keys yet; *_cpu_ms: processor time of this "
    "process therein. rebuild: all views, a process of its own; start_mb, rebuild_mb: its resident memory "
    "before, and at the peak. *_core: events a second of processor time, of the process and the whole "
    "server. publish: the events since the last size; audit: of the ledger with its keyed hashes, and of its "
    f"log; prove_ms: entry, proof and check, the median of {PROOFS} positions from the first to the last. "
    "own_mb: the most resident memory of the process that records, follows, publishes and audits. bytes: on "
    "disk for each event, indexes included, beside its message's."
)


RATES = ("record", "same", "follow", "rebuild", "publish", "audit")
ROWS = {
    "record": "record, events/s",
    "record_core": "record, events a second of processor time",
    "same": "record, the same people at every size, events/s",
    "same_core": "of it events a second of processor time",
    "follow": "follow, events/s",
    "follow_core": "follow, events a second of processor time",
    "history_ms": "history of 1,000 events, ms",
    "history_cpu_ms": "of it processor time, ms",
    "state_ms": "state, ms",
    "state_cpu_ms": "of it processor time, ms",
    "consents_ms": "consents, ms",
    "consents_cpu_ms": "of it processor time, ms",
    "rebuild": "rebuild of all views, events/s",
    "rebuild_core": "rebuild, events a second of processor time",
    **LOG_ROWS,
    "own_mb": "memory of the process that does all but the rebuild at its peak, MB",
    "start_mb": "memory before a rebuild, MB",
    "rebuild_mb": "memory of a rebuild at its peak, MB",
    "message_bytes": "bytes of a message",
    "ledger_bytes": "bytes on disk an event, keys and indexes included",
    "view_bytes": "bytes on disk of all views an event",
}


def main() -> None:
    """Grow, measure, print, draw, save."""
    cycles.settle()  # as the program does
    events = given(EVENTS)
    with sites() as made:
        points: list[Figures] = []
        for point in grow(made, events):
            points.append(point)
            write(points)


def write(points: list[Figures]) -> None:
    """What is measured so far."""
    draw_all(points)
    rounded = [{name: round(value, 1) for name, value in point.items()} for point in points]
    save("scale", METHOD, {"points": rounded})
    quote("scale", list(table(points)))


def table(points: list[Figures]) -> Iterator[list[str]]:
    """The figures of each size for the page."""
    yield ["", *(f"{point['events']:,} events" for point in points)]
    for name, label in ROWS.items():
        digits = 1 if name == "prove_ms" else 0
        yield [label, *(f"{point[name]:,.{digits}f}" if name in point else "" for point in points)]


def grow(made: Sites, events: int) -> Iterator[Figures]:
    """The figures of one ledger at each size, each printed."""
    house = made.fresh()
    ledger, follower = house.open(), Follower(house.database, house.ledger, OFFICE)
    server, log = server_of(house.url), GrowingLog(house, house.keys / "log")
    remaining, size, written = messages(events), 0, 0
    while texts := list(islice(remaining, CHUNK)):
        figures = rates("record", partial(record, ledger, texts), server, len(texts))
        figures |= rates("follow", follower.follow_once, server, len(texts))
        size, written = size + len(texts), written + sum(map(len, texts))
        if size in SIZES:
            figures |= answers(house) | rebuilt(house, server, size) | disk(house)
            figures |= {"events": size, "message_bytes": written / size}
            figures |= same_people(ledger, follower, server, size)
            figures |= log.grown() | {"own_mb": megabytes()}
            print("scale:", "  ".join(f"{name} {value:,.1f}" for name, value in figures.items()))
            yield figures
    follower.close()


def same_people(ledger: Ledger, follower: Follower, server: int, size: int) -> Figures:
    """The rate of one more chunk about people who are the same at every size, and known by then.

    A sample of more events is about more people, so that a chunk of it needs the keys of more of them.
    """
    fill, texts = (
        four_fields(count, SAME_PEOPLE, f"{label}-{size}")
        for count, label in ((SAME_PEOPLE, "fill"), (CHUNK, "same"))
    )
    record(ledger, fill)
    figures = rates("same", partial(record, ledger, texts), server, CHUNK)
    follower.follow_once()
    return figures


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


def answers(house: House) -> Figures:
    """Milliseconds of history, state and consents; then of the processor alone."""
    return {
        **answered(house, "history", lambda given: list(history(given, PERSON, NOW))),
        **answered(house, "state", lambda given: state(given, PERSON, NOW)),
        **answered(house, "consents", lambda given: consents(given, PERSON, NOW)),
    }


def _given(session: Session) -> Session:
    return session


def answered(house: House, name: str, answer: Callable[[Source], Any]) -> Figures:
    """Milliseconds of one answer, on the wall and of the processor."""
    walls, processors = [], []
    for _ in range(CALLS):
        session = house.database.connect(house.ledger, "reader")
        opener = Opener(session, house.provider, house.ledger)
        notes = ReadNotes(partial(_given, session), partial(opener.ledger_key, READS))
        reads = ReadScope(
            notes,
            query=name,
            reader=Reader("employee/7", "auditor", judged=False),
            held=lambda: True,
            everything=house.ledger.reference,
            clock=partial(datetime.now, UTC),
        )
        given = Source(session, opener, house.ledger, OFFICE, datetime.now(UTC), reads)
        began, used = time.perf_counter(), time.process_time()
        assert answer(given)
        walls.append((time.perf_counter() - began) * 1_000)
        processors.append((time.process_time() - used) * 1_000)
        session.close()
    return {
        f"{name}_ms": statistics.median(walls),
        f"{name}_cpu_ms": statistics.median(processors),
    }


def rebuilt(house: House, server: int, events: int) -> Figures:
    """Events a second, megabytes before, and at the peak, of a process of its own."""
    told: dict[str, float] = {}

    def rebuild() -> None:
        command = [sys.executable, "-m", "bench.rebuilding", house.url, str(house.ledger)]
        told.update(
            orjson.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
        )

    figures = rates("rebuild", rebuild, server, events, lambda: told["processor_s"])
    return figures | {
        "rebuild": events / told["seconds"],
        "start_mb": told["megabytes_before"],
        "rebuild_mb": told["megabytes"],
    }


def disk(house: House) -> Figures:
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
    return {
        "ledger_bytes": (sizes[names.events] + sizes[names.keys]) / row[0],
        "view_bytes": sizes[names.views] / row[0],
    }


def draw_all(points: list[Figures]) -> None:
    """Cost against size, three plots."""

    def line(name: str) -> list[tuple[float, float]]:
        return [(point["events"], point[name]) for point in points if name in point]

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
        {name: line(f"{name}_core") for name in RATES},
        title="Recording, following, rebuilding, publishing, auditing",
        x=x,
        y="events a second of processor time",
    )
    draw(
        FOLDER / "scale-memory.svg",
        {"peak of a rebuild": line("rebuild_mb"), "the other process": line("own_mb")},
        title="Memory of a rebuild of all views, and of the process that does the rest",
        x=x,
        y="megabytes",
    )


if __name__ == "__main__":
    explain(__doc__, events=EVENTS)
    main()
