"""The `eventsourcing` library in paths of the product, beside the same path around it, in the same run.

Following all views from position 1: by the library's subscription, or with batches that are read directly.
Replaying all events: by its notification log, or directly. One person: by its repository, or directly. Every
stream: one by one by the repository, or in the one pass of a rebuild. And following with one event a
transaction, as the library's own runner of projections does. Rates count the processor time that this process
and the whole server have used.
"""

import statistics
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial
from itertools import islice
from uuid import UUID

import orjson

from bench.tools.arguments import explain, given
from bench.tools.filling import OFFICE, Sites, record, sample, sites
from bench.tools.processor import Figures, rates, server_of
from bench.tools.results import median_ratio, quote, save
from ledger import cycles
from ledger.application import Ledger
from ledger.event import RecordedEvent
from ledger.library.reader import LedgerReader
from ledger.reading import LAST, decoded, events_of
from ledger.storage.postgres import Session
from projections.folds.timetravel import NOW, select
from projections.following.derive import selected_at
from projections.following.incoming import Incoming
from projections.following.runner import Follower, Pace
from tests.fixtures.ledger import House, accessed, registered

EVENTS = 50_000
PERSON_EVENTS = 1_000
PERSON_READ = 50
SINGLE_EVENTS = 1_000
REPLAYED = 2_000
ROUNDS = 5
METHOD = (
    f"{EVENTS:,} events, a made-up life; embedded PostgreSQL with fsync. Each pair one directly after the "
    "other, the order turned round each time; events a second of processor time, of the process and the "
    "whole server; medians of interleaved rounds, and medians of their ratios. Reads of streams with what "
    f"selects the events that count. person: {PERSON_EVENTS:,} events, read {PERSON_READ} times. single: "
    f"the first {SINGLE_EVENTS:,} events, one a transaction."
)
PAIRS = {
    "follow: subscription ÷ direct": ("subscribed", "direct"),
    "follow to the head: notification log ÷ direct": ("logged", "direct"),
    "replay: notification log ÷ direct": ("replayed", "read"),
    "read and select one person of 1,000 events: repository ÷ direct": ("person", "person_read"),
    "every stream: repository ÷ one pass": ("each_stream", "one_pass"),
    "follow: one event a transaction ÷ batches of 5,000": ("single", "direct"),
}
Work = Callable[[], object]


def main() -> None:
    """Measure, print, save."""
    rounds = given(ROUNDS)
    texts = list(sample(EVENTS))
    with sites() as made:
        figures = [one_round(made, texts, turn) for turn in range(rounds)]
    columns = {name: [figure[f"{name}_core"] for figure in figures] for name in NAMES}
    rows = [["", "events/s", "around it, events/s", "ratio"]]
    ratios = {}
    for label, (ours, around) in PAIRS.items():
        ratios[label] = round(median_ratio(columns[ours], columns[around]), 3)
        both = [f"{statistics.median(columns[name]):,.0f}" for name in (ours, around)]
        rows.append([label, *both, f"{ratios[label]:.2f}"])
        print(f"library: {label:<52}{ratios[label]:.2f} (median of {rounds} rounds)")
    save("library", METHOD, {"rounds": figures, "ratios": ratios})
    quote("library", rows)


NAMES = sorted({name for pair in PAIRS.values() for name in pair})


def one_round(made: Sites, texts: list[bytes], turn: int) -> Figures:
    """Events a second of everything; the first path of a round is the last of the next round."""
    figures: Figures = {}
    follows = [("subscribed", True), ("direct", False), ("logged", False)]
    for name, endless in follows[:: -1 if turn % 2 else 1]:
        with closing(filled(made, texts)) as house:
            follower = (Direct if name == "direct" else Follower)(
                house.database, house.ledger, OFFICE
            )
            figures |= followed(name, house, follower, len(texts), endless=endless)
    with closing(filled(made, texts[:SINGLE_EVENTS])) as house:
        single = Direct(house.database, house.ledger, OFFICE, pace=Pace(1))
        figures |= followed("single", house, single, SINGLE_EVENTS, endless=False)
    with closing(filled(made, texts)) as house:
        figures |= reads(house, len(texts), turn)
    return figures


def filled(made: Sites, texts: list[bytes]) -> House:
    """A ledger with events."""
    house = made.fresh()
    record(house.open(), texts)
    return house


class DirectIncoming(Incoming):
    """Batches that are read with a statement and decoded, without the library."""

    def __init__(self, session: Session, batch_events: int, patience_s: float) -> None:
        super().__init__(session, batch_events, patience_s)
        self._session = session

    def after(self, position: int, head: int) -> list[RecordedEvent]:
        return direct(self._session, position, self._batch_events)


class Direct(Follower):
    """Follows around the library."""

    def _reading(self) -> Incoming:
        if self._incoming is None:
            self._incoming = DirectIncoming(self._connected(), self._batch_events, 1.0)
        return self._incoming


def direct(session: Session, position: int, count: int) -> list[RecordedEvent]:
    """The next events."""
    rows = session.of("ledger").rows("events_after", position=position, upto=LAST, count=count)
    return decoded(rows)


def followed(name: str, house: House, follower: Follower, events: int, *, endless: bool) -> Figures:
    """Events a second of following to the head, until everything is in all views."""
    follower.statuses()  # connected, its tables made

    def work() -> None:
        if endless:
            follower.follow(lambda: all(status.lag == 0 for status in follower.statuses()))
        else:
            follower.follow_once()

    try:
        cycles.settle()
        return rates(name, work, server_of(house.url), events)
    finally:
        follower.close()


def reads(house: House, events: int, turn: int) -> Figures:
    """Events a second of reading in each way, with what selects those that count."""
    session, server = house.session("projector"), server_of(house.url)
    reader = LedgerReader(session)
    streams = [stream for stream, _ in selected_at(session, NOW, OFFICE)]
    person = long_person(house, house.open())
    choose = partial(select, moment=NOW, privacy_office=OFFICE)
    works: dict[str, tuple[Work, int]] = {
        "replayed": (lambda: deque(reader.replay(), maxlen=0), events),
        "read": (lambda: deque(read(session), maxlen=0), events),
        "person": (
            lambda: [LedgerReader(session).folded(person, choose) for _ in range(PERSON_READ)],
            PERSON_READ * PERSON_EVENTS,
        ),
        "person_read": (
            lambda: [choose(events_of(session, [person])) for _ in range(PERSON_READ)],
            PERSON_READ * PERSON_EVENTS,
        ),
        "each_stream": (
            lambda: [reader.folded(stream, choose) for stream in streams],
            events,
        ),
        "one_pass": (
            lambda: deque(islice(selected_at(session, NOW, OFFICE), len(streams)), maxlen=0),
            events,
        ),
    }
    figures: Figures = {}
    for name in list(works)[:: -1 if turn % 2 else 1]:
        work, count = works[name]
        cycles.settle()
        figures |= rates(name, work, server, count)
    return figures


def read(session: Session) -> Iterator[RecordedEvent]:
    """Every event."""
    position = 0
    while block := direct(session, position, REPLAYED):
        yield from block
        position = block[-1].position


def long_person(house: House, ledger: Ledger) -> UUID:
    """A person of many events."""
    who = "customer/999999"
    lines = [registered(who), *(accessed(who) for _ in range(PERSON_EVENTS - 1))]
    house.record(*map(orjson.dumps, lines), ledger=ledger)
    return house.opener().periods(who)[0].subject


if __name__ == "__main__":
    explain(__doc__, rounds=ROUNDS)
    main()
