"""What one event costs the view of findings in a growing ledger: `python -m bench.findings [EVENTS]`.

One ledger grows; at 10,000, 100,000 and a million the next 2,000 events of the sample are followed with this
view alone, and then single events that concern many others: a grant to an employee who has looked up
thousands, a recipient who has received from everybody. What is counted is rows read and processor time.
"""

import statistics
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from itertools import islice
from typing import Any

import orjson

from bench.tools.arguments import explain, given
from bench.tools.filling import OFFICE, UNTIL, record, sample, sites
from bench.tools.processor import Figures, rates, server_of
from bench.tools.results import quote, save
from ledger import cycles
from ledger.application import Ledger
from ledger.keys.opening import Opener
from projections.findings.view import VIEW
from projections.folds.timetravel import Moment
from projections.following.runner import Follower, Pace
from projections.reading.past import past_findings_about
from tests.fixtures.ledger import House, message

FULL = 1_000_000
EVENTS = 100_000
SIZES = (10_000, 100_000, FULL)
CHUNK, PROBE, BATCH, ROUNDS = 10_000, 2_000, 100, 5
PERSON = "customer/10023"
# Statistics of a connection are written when it ends, by and by.
WRITTEN_S = 1.1
METHOD = (
    "One ledger grows on an embedded PostgreSQL, followed with the view of findings alone. mixed: the next "
    f"{PROBE:,} events of the sample in batches of {BATCH}; then single events by themselves. *_rows: rows "
    "of the view that were read, per event; mixed_us: processor time of this process and the server per "
    f"event, mixed_process_us: of this process; medians of {ROUNDS} rounds. past_ms: findings "
    "about one person at a position of the past."
)
ROWS = {
    "mixed_us": "an event of the sample, µs of processor time",
    "mixed_process_us": "of it this process",
    "mixed_rows": "an event of the sample, rows read",
    "grant_rows": "a role is granted to an employee, rows read",
    "rename_rows": "a recipient has another name, rows read",
    "end_rows": "a recipient ends, rows read",
    "system_rows": "a system has one source more, rows read",
    "past_ms": "findings of the past about one person, ms",
}


def main() -> None:
    """Grow, measure, print, save."""
    cycles.settle()  # as the program does
    events = given(EVENTS)
    with sites() as made:
        points = list(grow(made.fresh(), events))
    save("findings", METHOD, {"points": points})
    quote("findings", list(table(points)))


def table(points: list[Figures]) -> Iterator[list[str]]:
    """The figures of each size for the page."""
    yield ["", *(f"{point['events']:,.0f} events" for point in points)]
    for name, label in ROWS.items():
        digits = 1 if name.startswith("mixed") else 0
        yield [label, *(f"{point[name]:,.{digits}f}" for point in points)]


def grow(house: House, events: int) -> Iterator[Figures]:
    """The figures of one ledger at each size, each printed."""
    ledger, texts, size = house.open(), sample(FULL + len(SIZES) * ROUNDS * PROBE), 0
    for goal in (size for size in SIZES if size <= events):
        while size < goal:
            batch = list(islice(texts, min(CHUNK, goal - size)))
            record(ledger, batch)
            filling = follower(house)
            filling.follow_once()
            filling.close()
            size += len(batch)
        mixed = [list(islice(texts, PROBE)) for _ in range(ROUNDS)]
        figures = {"events": float(size), **measured(house, ledger, mixed), "past_ms": past(house)}
        size += ROUNDS * PROBE + len(singles())
        print("findings:", "  ".join(f"{name} {value:,.1f}" for name, value in figures.items()))
        yield {name: round(value, 1) for name, value in figures.items()}


def follower(house: House, **options: Any) -> Follower:
    """Follows findings alone. Its reads are counted soon after it is closed."""
    return Follower(house.database, house.ledger, OFFICE, [VIEW], pace=Pace(**options))


def measured(house: House, ledger: Ledger, mixed: list[list[bytes]]) -> Figures:
    """Processor time per event of the sample, and rows read per event."""
    rounds = [followed(house, ledger, texts) for texts in mixed]
    figures = {name: statistics.median(one[name] for one in rounds) for name in rounds[0]}
    for name, text in singles().items():
        figures[f"{name}_rows"] = followed(house, ledger, [text])["mixed_rows"]
    return figures


def followed(house: House, ledger: Ledger, texts: list[bytes]) -> Figures:
    """What following some messages costs, each of them."""
    record(ledger, texts)
    before, one = rows_read(house), follower(house, batch_events=BATCH)
    one.statuses()  # connected
    ours, server = time.process_time(), server_of(house.url)
    used = rates("mixed", one.follow_once, server, len(texts))
    ours = time.process_time() - ours
    one.close()
    return {
        "mixed_us": 1e6 / used["mixed_core"],
        "mixed_process_us": 1e6 * ours / len(texts),
        "mixed_rows": (rows_read(house) - before) / len(texts),
    }


def singles() -> dict[str, bytes]:
    """One event each that others depend on."""
    at = (UNTIL - timedelta(hours=1)).isoformat()
    office = {"source": "urn:voipzeker:privacy-office", "time": at}
    known = {"kind": "carrier", "role": "controller", "country": "NL"}
    rename = {"name": "Another Name B.V. (voorbeeld)", "valid_from": f"{UNTIL:%Y-%m-%d}", **known}
    system = {"name": "Klantportaal", "owner": "product", "sources": ["urn:voipzeker:survey"]}
    events: dict[str, dict[str, Any]] = {
        "grant": message("role-granted", "employee/11", time=at, role="helpdesk-agent"),
        "rename": message("recipient-changed", "recipient/carrier-duinlijn", **office, **rename),
        "end": message(
            "recipient-ended",
            "recipient/carrier-rijnbrug",
            **office,
            valid_to=f"{UNTIL:%Y-%m-%d}",
            reason="agreement-ended",
        ),
        "system": message("system-registered", "system/portal", **office, **system),
    }
    return {name: orjson.dumps(event) for name, event in events.items()}


def rows_read(house: House) -> float:
    """Rows of the views' tables that were read so far."""
    time.sleep(WRITTEN_S)
    query = (
        "SELECT sum(coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0))::float8"
        " FROM pg_stat_all_tables WHERE schemaname = %s"
    )
    with closing(house.database.connect(house.ledger, None)) as session:
        (count,) = session._connection.execute(query, [house.ledger.views]).fetchall()[0]
    return float(count)


def past(house: House) -> float:
    """Milliseconds of the findings about one person, at a position of the past."""
    session = house.session("reader")
    opener = Opener(session, house.provider, house.ledger)
    streams = [period.subject for period in opener.periods(PERSON)]
    began = time.perf_counter()
    past_findings_about(session, house.ledger, streams, Moment(at_position=9_000), UNTIL, OFFICE)
    return (time.perf_counter() - began) * 1_000


if __name__ == "__main__":
    explain(__doc__, events=EVENTS)
    main()
