"""Posting over HTTP under every fault: a client that sends again has each event once, and whole."""

import orjson
import pytest

from consumers.pipeline import BatchLimits
from consumers.post_batcher import UNOBSERVED, PostBatcher, PostResults
from consumers.posts import Post
from ledger.errors import LedgerError, Retry
from ledger.letters.dead import letters
from tests.fault.enduring import STRIDES, endure
from tests.fault.faults import Kind
from tests.fixtures.ledger import House, accessed, collected, registered


def posts_of(number: int) -> list[Post]:
    """A new person and what was done with the data; the last event is refused each time."""
    person = f"customer/{number}"
    events = [
        registered(person, id=f"e-{number}-0"),
        collected(person, id=f"e-{number}-1"),
        accessed(person, id=f"e-{number}-2", employee=f"employee/{number}"),
    ]
    bad = registered(person, id=f"e-{number}-3", kind=7)
    return [Post(orjson.dumps(event)) for event in (*events, bad)]


class Posting:
    """One post of a client, which sends it until it is answered."""

    def __init__(self) -> None:
        self._recorded: list[str] = []

    def prepare(self, house: House, number: int) -> None:
        """Nothing is needed."""

    def act(self, house: House, number: int) -> None:
        self._send(house, number)

    def recover(self, house: House, number: int, error: LedgerError | None, done: bool) -> None:
        assert error is None or isinstance(error, Retry), error
        *results, refused = self._send(house, number)
        assert refused.refusal is not None
        assert not any(result.refusal for result in results)
        fresh = {result.is_duplicate for result in results}
        assert len(fresh) == 1, "an earlier attempt recorded all of it, or nothing"
        assert not done or fresh == {True}
        self._recorded += [f"e-{number}-{event}" for event in range(3)]

    def check(self, house: House, number: int) -> None:
        assert [event.id for event in house.events()] == self._recorded
        assert len(letters(house.session("reader"))) == number

    def _send(self, house: House, number: int) -> PostResults:
        together = PostBatcher(house.open, house.intake, house.clock, BatchLimits(), UNOBSERVED)
        try:
            return together.submit("crm", posts_of(number)).result()
        finally:
            together.close()


@STRIDES
@pytest.mark.parametrize("kind", Kind)
def test_a_post_is_recorded_once_and_whole(house: House, kind: Kind, stride: int) -> None:
    endure(Posting(), house, kind, stride)
