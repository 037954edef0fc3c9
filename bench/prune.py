"""What pruning takes: `python -m bench.prune [PERSONS]`.

Every other person is erased wholly; fifteen years later the closed files go. To plan looks at all of a
ledger, since it audits first; to cut looks at what goes.
"""

import time
from collections.abc import Iterator
from contextlib import closing
from itertools import chain

import orjson

from application.acts.deciding import erase_asked
from application.acts.pruning import planned, prune
from application.following import bring_up_to_date
from application.queries.keeping.erasures import ErasureScope
from bench.forgetting import Measured, installed
from bench.tools.arguments import explain, given
from bench.tools.filling import record
from bench.tools.processor import server_of, server_seconds
from bench.tools.results import save
from bench.tools.workload import NOW
from host.wiring import open_site
from ledger import cycles
from ledger.reading import head_position
from tests.fixtures.ledger import collected, registered

PERSONS = 2_000
PERSON_EVENTS = 6
LATER = NOW.replace(year=NOW.year + 15)
METHOD = (
    "Persons of some events each, every other one erased wholly, all published; then a prefix of all of it is"
    " pruned for good. Microseconds of processor time of the process and the whole server: plan, for each"
    " event of the ledger, the audit before it included; cut, for each event that goes, until the views have"
    " forgotten it."
)


def main() -> None:
    """Measure, print, and write `docs/performance/prune.json`."""
    cycles.settle()  # as the program does
    persons = given(PERSONS)
    with installed() as ledger:
        filled(ledger, persons)
        with open_site(ledger.settings, lambda: LATER) as site:
            server, events = server_of(ledger.url), head_position(site.session("reader"))
            began = _used(server)
            plan = planned(site, events - 1, None)
            assert not plan.answer.against, plan.answer.against[:3]
            halfway = _used(server)
            done = prune(site, plan)
            ended = _used(server)
    each = {"plan": (halfway - began) / events, "cut": (ended - halfway) / done.removed}
    event_us = {name: round(1e6 * seconds, 1) for name, seconds in each.items()}
    print(f"prune: {events:,} events, {done.removed:,} removed;", orjson.dumps(event_us).decode())
    save("prune", METHOD, {"events": events, "removed": done.removed, "event_us": event_us})


def filled(ledger: Measured, persons: int) -> None:
    """A ledger with closed files."""
    with ledger.open() as site:
        texts = chain.from_iterable(map(life, range(persons)))
        with closing(site.open_recorder()) as recorder:
            record(recorder, texts)
        bring_up_to_date(site)
        for number in range(0, persons, 2):
            erase_asked(site, f"customer/{number}", ErasureScope("request"))
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
