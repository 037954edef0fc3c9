"""Recording under every fault at every step: each message is one event, one letter or one duplicate.

Also installing, which makes what recording needs: it can be broken off anywhere and run again.
"""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import orjson
import psycopg
import pytest

from consumers.source import Partition
from consumers.store import LedgerStore, StoredBookmark
from host.site import LEDGER_KEYS
from ledger.application import Ledger
from ledger.errors import LedgerError, Retry
from ledger.keys.opening import Missing
from ledger.keys.rotation import first_epoch
from ledger.letters.dead import letters, open_letter
from ledger.names import LedgerName
from ledger.recording.batch import Batch, Outcome
from ledger.recording.quarantine import OTHERS, counts_by_topic, sources_of
from ledger.recording.tallying import NAMELESS, Tally
from ledger.storage.install import install
from ledger.writing.append import Span
from ledger.writing.bookmarks import Bookmark, HaltLimit
from ledger.writing.message import KafkaOrigin, Message
from projections import VIEWS
from projections.following.storage import prepare
from schemas import decode
from tests.fault.enduring import STRIDES, closing, endure
from tests.fault.faults import Kind
from tests.fixtures.ledger import House, accessed, collected, registered
from tests.fixtures.views import OFFICES, audit_views

TOPIC = "privacy.events.v1"
NEVER = HaltLimit(share=1.0)
PHONE = "+31201234567"


@dataclass
class Model:
    """What the ledger must hold."""

    events: list[str] = field(default_factory=list)
    duplicates: int = 0
    bad: Counter[bytes] = field(default_factory=Counter)
    offset: int = 0


def lines_of(number: int) -> list[bytes]:
    """New people and known ones, a rolling category, repeats, a conflict, bad lines."""
    name, person = f"e-{number}", f"customer/{number}"
    first = registered(person, id=f"{name}-0")
    call = {"categories": ["traffic"], "personal": {"called_number": PHONE}, "origin": "network"}
    events: list[dict[str, Any]] = [
        first,
        collected(person, id=f"{name}-1"),
        collected("customer/regular", id=f"{name}-2", **call),
        accessed(person, id=f"{name}-3", employee=f"employee/{number}"),
        first,
        collected(person, id=f"{name}-1", channel="shop"),
        registered(f"customer/{max(1, number - 1)}", id=f"e-{max(1, number - 1)}-0"),
    ]
    return [*map(orjson.dumps, events), b"bad", b"bad %d" % number, b"bad"]


def batch_of(house: House, number: int, start: int) -> Batch:
    """The batch as Kafka would give it again and again."""
    lines = lines_of(number)
    messages = [
        Message(line, decode(line, house.intake, house.clock()), KafkaOrigin(TOPIC, 0, offset))
        for offset, line in enumerate(lines, start)
    ]
    bookmark = Bookmark("cluster", "topic", lines[-1])
    span = Span(TOPIC, 0, start, start + len(lines))
    return Batch(messages, span, bookmark, registered=frozenset({"urn:voipzeker:crm"}))


class Recording:
    """One batch of a Kafka partition. A day of its own for each, so that its letters' key is made too."""

    def __init__(self, house: House) -> None:
        self.model = Model()
        self._conflicts = 0
        with closing(house):
            store = LedgerStore(house.open())
            store.begin(Partition(TOPIC, 0), StoredBookmark("cluster", "topic", 0))

    def prepare(self, house: House, number: int) -> None:
        house.clock.forward(days=1)

    def act(self, house: House, number: int) -> None:
        batch = batch_of(house, number, self.model.offset)
        self.record(house.open(limit=NEVER), batch)

    def record(self, ledger: Ledger, batch: Batch) -> Outcome:
        return ledger.record(batch)

    def recover(self, house: House, number: int, error: LedgerError | None, done: bool) -> None:
        assert error is None or isinstance(error, Retry), error
        store = LedgerStore(house.open(limit=NEVER))
        stored = store.bookmark(Partition(TOPIC, 0))
        assert stored
        batch = batch_of(house, number, self.model.offset)
        assert stored.next_offset in {batch.span.start, batch.span.end}
        if done:
            assert stored.next_offset == batch.span.end
        if stored.next_offset == batch.span.start:
            assert len(list(store.record_each([batch]))) == 1
        self._know(number, batch)

    def _know(self, number: int, batch: Batch) -> None:
        self.model.events += [f"e-{number}-{event}" for event in range(4)]
        self.model.duplicates += 2
        self.model.bad.update(message.body for message in (*batch.messages[-3:], batch.messages[5]))
        self.model.offset = batch.span.end

    def check(self, house: House, number: int) -> None:
        events, model = house.events(), self.model
        assert [event.id for event in events] == model.events
        opener = house.opener()
        for event in events[-4:]:
            assert not {Missing.ERASED, Missing.LOST} & set(opener.personal(event).values())
        assert opener.personal(events[-3])["email"] == "j.devries@example.nl"
        assert opener.references([events[-1].stream]) == {events[-1].stream: f"customer/{number}"}
        self._check_letters(house)
        self._check_counts(house)

    def _check_letters(self, house: House) -> None:
        kept = letters(house.session("reader"))
        assert len(kept) == len(self.model.bad)
        assert sum(letter.times for letter in kept) == self.model.bad.total()
        session, keyring = house.session("reader"), house.open().keyring
        last = kept[-3:]
        assert all(open_letter(session, keyring, one.letter)[1] in self.model.bad for one in last)

    def _check_counts(self, house: House) -> None:
        bad = self.model.bad.total()
        with psycopg.connect(house.url) as connection:
            answers = connection.execute("SELECT count(*) FROM ledger_main.rejection_answers")
            assert answers.fetchone() == (bad,)
            duplicates = connection.execute("SELECT sum(duplicates) FROM ledger_main.batches")
            assert duplicates.fetchone() == (self.model.duplicates,)
            halts = connection.execute("SELECT count(*) FROM ledger_main.intake_windows")
            assert halts.fetchone() == (0,)
        counted = sources_of(house.session("reader"))
        fates = counts_by_topic(counted)[TOPIC]
        assert fates == Tally(len(self.model.events), self.model.duplicates, bad)
        refused = {name: one.refused for _, name, one in counted}
        # A batch that is decided ahead of the first one does not know its source yet.
        named = refused.pop("urn:voipzeker:crm", 0) + refused.pop(OTHERS, 0)
        assert (refused, named) == ({NAMELESS: bad // 4 * 3}, bad // 4)


class RecordingAgain(Recording):
    """The same process tries again, with all that it has cached by then."""

    def record(self, ledger: Ledger, batch: Batch) -> Outcome:
        try:
            return ledger.record(batch)
        except Retry:
            if ledger.session.broken:
                raise
            return ledger.record(batch)


@STRIDES
@pytest.mark.parametrize("kind", Kind)
def test_each_message_is_recorded_once(house: House, kind: Kind, stride: int) -> None:
    steps = endure(Recording(house), house, kind, stride)
    if steps:
        assert steps.count("_exit_gen") == 2  # the day's key; the batch with its subjects and keys
        assert {"connect", "copy_to", "_enter_gen"} <= set(steps)


@STRIDES
def test_what_was_cached_before_a_failure_is_still_true(house: House, stride: int) -> None:
    endure(RecordingAgain(house), house, Kind.REFUSED, stride)


class Installing:
    """A new ledger for each attempt, in the same database."""

    def of(self, house: House, number: int) -> House:
        name = LedgerName(f"attempt{number}")
        return House(house.url, house.keys, name, house.clock, opened=house.opened)

    def prepare(self, house: House, number: int) -> None:
        pass

    def act(self, house: House, number: int) -> None:
        new = self.of(house, number)
        install(new.database, new.ledger, new.clock())
        first_epoch(new.session("eraser"), new.provider, new.ledger, new.clock())
        keyring = new.open().keyring
        for purpose in LEDGER_KEYS:
            keyring.ledger_key(purpose)
        prepare(new.session("projector"), new.ledger, VIEWS)

    def recover(self, house: House, number: int, error: LedgerError | None, done: bool) -> None:
        self.act(house, number)

    def check(self, house: House, number: int) -> None:
        new = self.of(house, number)
        assert new.record(registered(), collected()).recorded == 2
        assert new.opener().personal(new.events()[1])["name"] == "J. de Vries"
        assert all(
            report.ok for report in audit_views(new.session("reader"), privacy_office=OFFICES)
        )


@STRIDES
@pytest.mark.parametrize("kind", Kind)
def test_installing_can_be_broken_off_anywhere(house: House, kind: Kind, stride: int) -> None:
    # Half of its steps are statements inside two transactions, where one is as good as another.
    steps = endure(Installing(), house, kind, 2 * stride - 1)
    if steps:
        assert {"rename", "fsync", "_exit_gen"} <= set(steps)
