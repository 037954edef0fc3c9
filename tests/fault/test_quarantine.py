"""Quarantine under every fault at every step: each message counts once, a source is out or in, never half."""

import orjson
import pytest

from consumers.source import Partition
from consumers.store import LedgerStore, StoredBookmark
from ledger.application import Ledger
from ledger.errors import LedgerError, Retry
from ledger.letters.lists import LetterFilter as LetterKind
from ledger.letters.lists import count_letters
from ledger.reading import halted_topics
from ledger.recording.batch import Batch
from ledger.recording.quarantine import counts_by_topic, sources_of
from ledger.recording.tallying import Tally
from ledger.writing.append import Span
from ledger.writing.bookmarks import Bookmark, HaltLimit
from ledger.writing.message import KafkaOrigin, Message
from schemas import decode
from tests.fault.enduring import STRIDES, closing, endure
from tests.fault.faults import Kind
from tests.fixtures.ledger import House, registered

GOOD, BAD = "urn:voipzeker:crm", "urn:voipzeker:bad"
LIMIT = HaltLimit(0.2, 10)
CROSSING, HELD, AFTER = 12, 2, 2


def topic_of(number: int) -> str:
    """One of its own for each attempt: what was quarantined before would decide whether it halts."""
    return f"events-{number}"


def batches_of(house: House, number: int) -> list[Batch]:
    """One that takes a source over the limit, one that is kept out, one after the source is in again."""
    lines, start = [], 0
    name = f"e-{number}"

    def fine(count: int, source: str) -> bytes:
        who = f"customer/{number}{count}"
        return orjson.dumps(registered(who, id=f"{name}-{source[-3:]}-{count}", source=source))

    bad = [
        orjson.dumps(registered(f"customer/{n}", id=f"{name}-{n}", source=BAD, surprise=n))
        for n in range(CROSSING - 2)
    ]
    lines = [
        [fine(0, GOOD), *bad, fine(1, GOOD)],
        [fine(2, BAD), fine(3, GOOD)],
        [fine(4, BAD), fine(5, GOOD)],
    ]
    batches = []
    for texts in lines:
        messages = [
            Message(
                text,
                decode(text, house.intake, house.clock()),
                KafkaOrigin(topic_of(number), 0, offset),
            )
            for offset, text in enumerate(texts, start)
        ]
        span = Span(topic_of(number), 0, start, start + len(texts))
        bookmark, known = Bookmark("cluster", "topic", texts[-1]), frozenset({GOOD, BAD})
        batches.append(Batch(messages, span, bookmark, registered=known))
        start = span.end
    return batches


class Quarantining:
    """A source is kept out, and let in again; then read."""

    def prepare(self, house: House, number: int) -> None:
        house.clock.forward(hours=1)
        with closing(house):
            store = LedgerStore(house.open())
            store.begin(Partition(topic_of(number), 0), StoredBookmark("cluster", "topic", 0))

    def act(self, house: House, number: int) -> None:
        ledger = house.open(limit=LIMIT)
        crossing, held, after = batches_of(house, number)
        ledger.record(crossing)
        ledger.record(held)
        ledger.resume_source(topic_of(number), BAD)
        ledger.record(after)
        ledger.halt_topics([topic_of(number)])
        ledger.resume_topics([topic_of(number)])

    def recover(self, house: House, number: int, error: LedgerError | None, done: bool) -> None:
        """Go on where the bookmark is, as a consumer does, and the operator where the source still is out."""
        assert error is None or isinstance(error, Retry), error
        ledger = house.open(limit=LIMIT)
        stored = LedgerStore(ledger).bookmark(Partition(topic_of(number), 0))
        assert stored
        assert not done or stored.next_offset == CROSSING + HELD + AFTER
        for batch in batches_of(house, number):
            if batch.span.start >= stored.next_offset:
                if batch.span.start == CROSSING + HELD:
                    ledger.resume_source(topic_of(number), BAD)
                ledger.record(batch)
        self._check_half_way(ledger, number)

    def _check_half_way(self, ledger: Ledger, number: int) -> None:
        assert not ledger.resume_source(topic_of(number), BAD)
        assert set(halted_topics(ledger.session)) <= {topic_of(number)}
        ledger.resume_topics([topic_of(number)])
        assert halted_topics(ledger.session) == []

    def check(self, house: House, number: int) -> None:
        reader, topic = house.session("reader"), topic_of(number)
        counted = sources_of(reader, topic)
        assert counts_by_topic(counted)[topic] == Tally(recorded=5, refused=10, held=1)
        assert {source: (one.recorded, one.held) for _, source, one in counted} == {
            GOOD: (4, 0),
            BAD: (1, 1),
        }
        assert count_letters(reader, LetterKind(topic=topic)) == (11, 11)
        assert count_letters(reader, LetterKind("quarantined", BAD, topic)) == (1, 1)
        own = [event for event in house.events() if event.origin.get("topic") == topic]
        assert len(own) == 5


@STRIDES
@pytest.mark.parametrize("kind", Kind)
def test_a_source_is_kept_out_once_and_loses_nothing(house: House, kind: Kind, stride: int) -> None:
    endure(Quarantining(), house, kind, stride)
