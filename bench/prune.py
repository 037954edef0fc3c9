"""What pruning takes: `python -m bench.prune [PERSONS]`.

Every other person is erased wholly; fifteen years later the closed files go. To plan looks at all of a
ledger, since it audits first; to cut looks at what goes. Two ledgers are pruned, of a part of the persons and
of all of them: so what pruning takes whatever the size is told apart from what an event takes.
"""

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from itertools import chain
from typing import Any, NamedTuple

import orjson

from application.acts.deciding import erase_asked
from application.acts.pruning import planned, prune
from application.following import bring_up_to_date
from application.queries.keeping.erasures import ErasureScope
from bench.forgetting import Measured, installed
from bench.tools.arguments import explain, given
from bench.tools.filling import record
from bench.tools.processor import server_of, server_seconds
from bench.tools.results import line, quote, save
from bench.tools.workload import NOW
from host.wiring import open_site
from ledger import cycles
from ledger.reading import head_position
from tests.fixtures.ledger import collected, registered

PERSONS = 8_000
# Of them are in the smaller ledger: one part of so many.
PARTS = 8
# A prefix has whole bundles, of 256 events.
LEAST = 100
PERSON_EVENTS = 6
LATER = NOW.replace(year=NOW.year + 15)
LABELS = {"plan": "audit and plan, s; an event of the ledger", "cut": "cut, s; an event that goes"}
METHOD = (
    "Persons of some events each, every other one erased wholly, all published; then a prefix of all of it is"
    " pruned for good, at two sizes. at: seconds of processor time of the process and the whole server: plan,"
    " the audit before it included; cut, until the views have forgotten what goes. fixed_s and event_us: the"
    " line through both sizes, of plan over the events of the ledger, of cut over those that go."
)


class Pruned(NamedTuple):
    """What pruning one ledger took: how many events it had, how many went, seconds of processor time."""

    events: int
    removed: int
    plan: float
    cut: float


def main() -> None:
    """Measure, print, and write `docs/performance/prune.json`."""
    cycles.settle()  # as the program does
    persons = given(PERSONS)
    found = figures([pruned(max(LEAST, persons // parts)) for parts in (PARTS, 1)])
    print("prune:", orjson.dumps(found).decode())
    save("prune", METHOD, found)
    quote("prune", list(table(found)))


def pruned(persons: int) -> Pruned:
    """Fill a ledger and prune it."""
    with installed() as ledger:
        filled(ledger, persons)
        with open_site(ledger.settings, lambda: LATER) as site:
            server, events = server_of(ledger.url), head_position(site.session("reader"))
            began = _used(server)
            plan = planned(site, events - 1, None)
            assert not plan.answer.against, plan.answer.against[:3]
            halfway = _used(server)
            done = prune(site, plan)
            return Pruned(events, done.removed, halfway - began, _used(server) - halfway)


def figures(rounds: Sequence[Pruned]) -> dict[str, Any]:
    """What was measured, and the lines through it."""
    events, removed, plan, cut = ([*column] for column in zip(*rounds, strict=True))
    lines = {"plan": line(events, plan), "cut": line(removed, cut)}
    return {
        "events": events,
        "removed": removed,
        "at": {"plan": [round(s, 2) for s in plan], "cut": [round(s, 2) for s in cut]},
        "fixed_s": {name: round(fixed, 2) for name, (fixed, _) in lines.items()},
        "event_us": {name: round(1e6 * each, 1) for name, (_, each) in lines.items()},
    }


def table(found: Mapping[str, Any]) -> Iterator[list[str]]:
    """The figures for the page."""
    yield [
        "",
        *(f"{events:,} events" for events in found["events"]),
        "whatever the size, s",
        "an event, µs",
    ]
    yield ["events that go", *(f"{removed:,}" for removed in found["removed"]), "", ""]
    for name, label in LABELS.items():
        seconds = (f"{s:.2f}" for s in found["at"][name])
        fixed = round(found["fixed_s"][name], 1) + 0.0  # no minus before a zero
        yield [label, *seconds, f"{fixed:.1f}", f"{found['event_us'][name]:.1f}"]


def filled(ledger: Measured, persons: int) -> None:
    """A ledger with closed files."""
    with ledger.open() as site:
        texts = chain.from_iterable(map(life, range(persons)))
        with closing(site.open_recorder()) as recorder:
            record(recorder, texts)
        bring_up_to_date(site)
        for number in range(0, persons, 2):
            erase_asked(site, f"customer/{number}", ErasureScope("request"))
        bring_up_to_date(site)  # as the command does before it plans
        with closing(site.publisher()) as publisher:
            publisher.publish_once()


def life(number: int) -> Iterator[bytes]:
    """A person of whom no law keeps anything."""
    who = f"customer/{number}"
    yield orjson.dumps(registered(who))
    for _ in range(PERSON_EVENTS - 1):
        yield orjson.dumps(collected(who))


def _used(server: int) -> float:
    return time.process_time() + server_seconds(server)


if __name__ == "__main__":
    explain(__doc__, persons=PERSONS)
    main()
