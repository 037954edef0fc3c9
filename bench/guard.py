"""A guard over speed for continuous integration: ratios of processor time, on a small size, in two minutes.

`python -m bench.guard`. Each round measures us and a peer one after the other, by the processor time of this
process and of the whole server, so that other work on the machine changes little. It fails when the median of
a ratio is below half of its bound in `guard.toml`: noise does not do that, a path that was spoiled does.
"""

import statistics
import sys
import time
import tomllib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from application.acts.deciding import erase_due
from application.following import bring_up_to_date
from bench.forgetting import Measured, installed, life
from bench.peers import recorders
from bench.peers.recorders import Rows, Table, copied, rows_of
from bench.record import BATCH, fresh, rate
from bench.tools.arguments import explain
from bench.tools.processor import rates, server_of
from bench.tools.workload import batches, four_fields
from host.site import Site
from ledger.names import LedgerName
from tests.fixtures.ledger import Clock, House

BOUNDS = Path(__file__).with_suffix(".toml")
SPOILED = 2.0
ROUNDS = 3
EVENTS = 8_000
PEOPLE = 500
NEW_PEOPLE = 2_000
# One takes so little time that the clock of a process hardly sees it.
COPIES = 4
PERSONS = 400
COPY, NEW, FOLLOW, ERASE = tomllib.loads(BOUNDS.read_text("utf-8"))


def measured(ledger: Measured, number: int) -> dict[str, float]:
    """One round: every ratio."""
    server = server_of(ledger.url)

    def pace(work: Callable[[], object], count: int) -> float:
        """So many a second of processor time."""
        return rates("pace", work, server, count)["pace_core"]

    house = House(ledger.url, Path(ledger.texts["LEDGER_KEY_DIR"]), LedgerName("main"), Clock())
    with fresh(house, f"guard{number}") as (_, recorder):
        rate(recorder, four_fields(PEOPLE, PEOPLE, "fill"))
        known = pace(lambda: rate(recorder, four_fields(EVENTS, PEOPLE, "known")), EVENTS)
        tables = [
            (table, rows_of(house.url, f"guard{number}", table, EVENTS))
            for table in (recorders.NAMES, recorders.EVENTS)
        ]
        copy = pace(lambda: _copy(house.url, tables), COPIES * EVENTS)
        new = pace(lambda: rate(recorder, four_fields(EVENTS, NEW_PEOPLE, "new", PEOPLE)), EVENTS)
    with ledger.open() as site:
        lives = [text for one in range(PERSONS) for text in life(PERSONS * number + one)]
        recorded = pace(lambda: _record(site, lives), len(lives))
        followed = pace(lambda: bring_up_to_date(site), len(lives))
        erased = pace(lambda: _erase(site), PERSONS)
    return {
        COPY: known / copy,
        NEW: new / known,
        FOLLOW: followed / recorded,
        ERASE: erased / known,
    }


def _copy(url: str, tables: Sequence[tuple[Table, Rows]]) -> None:
    for _ in range(COPIES):
        copied(url, tables, BATCH, keys=True)


def _record(site: Site, texts: list[bytes]) -> None:
    recorder = site.open_recorder()
    for outcome in recorder.record_each(batches(texts, BATCH)):
        assert not outcome.rejections
    recorder.close()


def _erase(site: Site) -> None:
    assert sum(1 for _ in erase_due(site)) == PERSONS


def main() -> int:
    """Measure, print, and say whether a path was spoiled."""
    bounds: dict[str, float] = tomllib.loads(BOUNDS.read_text("utf-8"))
    began = time.monotonic()
    with installed() as ledger:
        rounds = [measured(ledger, number) for number in range(ROUNDS)]
    medians = {name: statistics.median(one[name] for one in rounds) for name in bounds}
    for name, median in medians.items():
        print(f"guard: {name:<50}{median:>8.3f}, at least {bounds[name] / SPOILED:.3f}")
    below = spoiled(medians, bounds)
    for name in below:
        print(f"guard: {name} is less than half of what it was: {bounds[name]}", file=sys.stderr)
    print(f"guard: {time.monotonic() - began:.0f} s")
    return 1 if below else 0


def spoiled(medians: Mapping[str, float], bounds: Mapping[str, float]) -> list[str]:
    """The ratios that are below half of their bounds."""
    return [name for name, median in medians.items() if median < bounds[name] / SPOILED]


if __name__ == "__main__":
    explain(__doc__)
    sys.exit(main())
