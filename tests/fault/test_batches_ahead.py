"""Two batches of which the second is sealed while the first is written, under every fault at every step."""

import pytest

from consumers.source import Partition
from consumers.store import LedgerStore
from ledger.errors import LedgerError, Retry
from ledger.recording.batch import Batch
from ledger.writing.append import Span
from ledger.writing.bookmarks import Bookmark
from tests.fault.enduring import STRIDES, endure
from tests.fault.faults import Kind
from tests.fault.test_every_write import NEVER, TOPIC, Recording, batch_of, lines_of
from tests.fixtures.ledger import House

HALF = 5


def halves_of(house: House, number: int, start: int) -> list[Batch]:
    """The batch of `test_every_write` in two: what repeats the first half lies in the second."""
    whole, lines = batch_of(house, number, start), lines_of(number)
    middle, end = start + HALF, whole.span.end
    return [
        Batch(
            whole.messages[:HALF],
            Span(TOPIC, 0, start, middle),
            Bookmark("cluster", "topic", lines[HALF - 1]),
        ),
        Batch(
            whole.messages[HALF:],
            Span(TOPIC, 0, middle, end),
            Bookmark("cluster", "topic", lines[-1]),
        ),
    ]


class RecordingAhead(Recording):
    """Both halves by one call. A restart goes on at the bookmark, wherever that is."""

    def act(self, house: House, number: int) -> None:
        ledger = house.open(limit=NEVER)
        halves = halves_of(house, number, self.model.offset)
        assert len(list(ledger.record_each(halves))) == len(halves)

    def recover(self, house: House, number: int, error: LedgerError | None, done: bool) -> None:
        assert error is None or isinstance(error, Retry), error
        store = LedgerStore(house.open(limit=NEVER))
        stored = store.bookmark(Partition(TOPIC, 0))
        assert stored
        halves = halves_of(house, number, self.model.offset)
        left = [half for half in halves if half.span.start >= stored.next_offset]
        assert stored.next_offset in {halves[0].span.start, *(half.span.end for half in halves)}
        assert not (done and left)
        assert len(list(store.record_each(left))) == len(left)
        self._know(number, batch_of(house, number, self.model.offset))


@STRIDES
@pytest.mark.parametrize("kind", Kind)
def test_each_message_of_two_batches_is_recorded_once(
    house: House, kind: Kind, stride: int
) -> None:
    steps = endure(RecordingAhead(house), house, kind, stride)
    if steps:
        assert (
            steps.count("_exit_gen") == 3
        )  # the day's key, two batches with their subjects and keys
