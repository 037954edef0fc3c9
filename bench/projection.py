"""Views: following and rebuilding all of them beside recording and reading, in the same run.

Each round makes a ledger and measures on it, one after the other: the record path; a bare read with
plain psycopg and JSON; our reader; following from position 1; rebuilding. Then a ledger that is followed
by another process while it is being recorded. Rates are of the clock on the wall; the share of one core
counts what the process and its backend of the server have used.
"""

import gc
import multiprocessing
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import psycopg

from bench.filling import OFFICE, record, sample, sites
from bench.results import median_ratio, save
from ledger.names import LedgerName
from ledger.postgres import Database, Session
from ledger.reading import each_event
from projections import VIEWS
from projections.rebuild import rebuild_all
from projections.runner import Follower
from tests.fixtures.ledger import House

EVENTS = 20_000
ROUNDS = 5
BLOCK = 2_000
TICKS_A_SECOND = 100
LOOK_S = 0.01
METHOD = (
    f"{EVENTS:,} made-up events of {EVENTS // 20:,} customers, embedded PostgreSQL with fsync, median of "
    f"{ROUNDS} rounds. record: one process, batches of 2,000, message bytes to committed events. bare: "
    "psycopg's ordinary SELECT in blocks, state parsed with orjson. reader: the ledger's own reading, to "
    "events. follow, rebuild: all views. *_core: events a second of used processor time, ours and the "
    "server's. both: another process follows while we record; until it has everything."
)
Figures = dict[str, float]


def main() -> None:
    """Measure, print, save."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS
    gc.freeze()  # as the program does
    texts = list(sample(EVENTS))
    with sites() as made:
        figures = [one_round(made.fresh(), made.fresh(), texts) for _ in range(rounds)]
    columns = {name: [figure[name] for figure in figures] for name in figures[0]}
    medians = {name: round(statistics.median(column)) for name, column in columns.items()}
    ratios = {
        "follow / record": median_ratio(columns["follow"], columns["record"]),
        "follow / record, one core": median_ratio(columns["follow_core"], columns["record_core"]),
        "follow meanwhile / record": median_ratio(columns["both"], columns["record"]),
        "rebuild / bare": median_ratio(columns["rebuild"], columns["bare"]),
        "rebuild / reader": median_ratio(columns["rebuild"], columns["reader"]),
    }
    for name, rate in medians.items():
        print(f"projection: {name:<14}{rate:>9,} events/s")
    for name, ratio in ratios.items():
        print(f"projection: {name:<26}{ratio:.2f} (median of {rounds} pairs)")
    save("projection", METHOD, {"events_per_second": medians, "ratios": ratios})


def one_round(house: House, other: House, texts: list[bytes]) -> Figures:
    """Events a second of everything, on a ledger of its own; the last on another one."""
    ledger, session = house.open(), house.session("projector")
    figures = rates("record", lambda: record(ledger, texts), ledger.session, len(texts))
    figures["bare"] = len(texts) / timed(lambda: bare(house))[0]
    figures |= rates("reader", lambda: sum(1 for _ in each_event(session)), session, len(texts))
    follower = Follower(house.database, house.ledger, OFFICE)
    follower.statuses()  # connected, its tables made
    figures |= rates("follow", follower.follow_once, follower._connected(), len(texts))
    follower.close()

    def rebuild() -> None:
        assert all(report.ok for report in rebuild_all(session, house.ledger, VIEWS, OFFICE))

    figures |= rates("rebuild", rebuild, session, len(texts))
    return figures | followed_meanwhile(other, texts)


def bare(house: House) -> int:
    """Read and parse every event as anybody would; how many there are."""
    count = last = 0
    with psycopg.connect(house.url, autocommit=True) as connection:
        query = (
            "SELECT originator_id, originator_version, topic, state, notification_id, recorded_at"
            f' FROM "{house.ledger.events}".events WHERE notification_id > %s'
            f" ORDER BY notification_id LIMIT {BLOCK}"
        )
        while rows := connection.execute(query, [last]).fetchall():  # type: ignore[arg-type]
            parsed = [(*row, orjson.loads(row[3])) for row in rows]
            count, last = count + len(parsed), rows[-1][4]
    return count


def timed(work: Callable[[], Any]) -> tuple[float, float]:
    """Seconds on the wall, and of this process's processor time."""
    began, used = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - began, time.process_time() - used


def rates(name: str, work: Callable[[], Any], session: Session, events: int) -> Figures:
    """Events a second, and events a second of one core that does nothing else."""
    backend = session._connection.info.backend_pid
    before = server_seconds(backend)
    seconds, ours = timed(work)
    used = ours + server_seconds(backend) - before
    return {name: events / seconds, f"{name}_core": events / used}


def server_seconds(pid: int) -> float:
    """Processor time that a backend of the server has used."""
    members = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(members[11]) + int(members[12])) / TICKS_A_SECOND


def followed_meanwhile(house: House, texts: list[bytes]) -> Figures:
    """Events a second from the first recorded to the last in all views, and those of recording."""
    context = multiprocessing.get_context("spawn")
    ready, done = context.Event(), context.Event()
    arguments = (house.url, str(house.ledger), len(texts), ready, done)
    child = context.Process(target=follow, args=arguments)
    child.start()
    ledger = house.open()
    ready.wait()
    began = time.perf_counter()
    recording = record(ledger, texts)
    done.wait()
    both = time.perf_counter() - began
    child.join()
    return {"both": len(texts) / both, "record_both": len(texts) / recording}


def follow(url: str, name: str, goal: int, ready: Any, done: Any) -> None:
    """Follow in a process of its own until all views are at the goal."""
    gc.freeze()
    follower = Follower(Database(url), LedgerName(name), OFFICE)
    follower.statuses()
    ready.set()

    while any(status.bookmark < goal for status in follower.follow_once()):
        time.sleep(LOOK_S)
    done.set()
    follower.close()


if __name__ == "__main__":
    main()
