"""What was known not long ago is told by what came since, and is what all events tell."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from itertools import pairwise

import pytest

from ledger.storage.postgres import Session
from projections.findings.judging import Finding
from projections.folds.timetravel import Moment
from projections.reading import earlier, past, register
from projections.reading.register import PastRegister
from tests.fixtures.ledger import House
from tests.fixtures.views import OFFICES, annul_some, erase_some, follower, sampled


@contextmanager
def _nothing(*_moment: object) -> Iterator[None]:
    yield None


def from_all_events(
    monkeypatch: pytest.MonkeyPatch, session: Session, moment: Moment, house: House
) -> tuple[list[Finding], PastRegister]:
    """What all events tell of a moment."""
    clock = moment.as_of or house.clock()
    with monkeypatch.context() as patch:
        patch.setattr(past, "earlier", _nothing)
        patch.setattr(register, "earlier", _nothing)
        found = past.past_findings(session, moment, clock, OFFICES)
        return found, register.past_register(session, moment, clock, OFFICES)


def moments(house: House) -> Iterator[Moment]:
    """Positions of the whole ledger, and times of its latter part."""
    events = house.events()
    head = len(events)
    for position in (1, head // 4, head // 2, head - 40, head - 7, head - 1, head, head + 9):
        yield Moment(at_position=position)
    for event in (events[head // 2], events[-3]):
        yield Moment(recorded_by=event.recorded_at)
        yield Moment(as_of=event.time)
        yield Moment(as_of=event.time, recorded_by=events[-9].recorded_at, at_position=head - 2)
    yield Moment(as_of=house.clock() + timedelta(days=400))


def test_what_came_since_taken_back_is_what_all_events_tell(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = sampled(house, 24)
    house.record(*lines)
    annul_some(house, lines, 4)
    erase_some(house)
    follower(house).follow_once()
    session, told = house.session("reader"), 0
    monkeypatch.setattr(earlier, "SHARE", 0)
    monkeypatch.setattr(earlier, "_STREAMS", 5)
    for moment in moments(house):
        found, kept = from_all_events(monkeypatch, session, moment, house)
        clock = moment.as_of or house.clock()
        with earlier.earlier(session, moment, OFFICES) as then:
            told += then is not None
        assert past.past_findings(session, moment, clock, OFFICES) == found, moment
        assert register.past_register(session, moment, clock, OFFICES) == kept, moment
        counts = Counter(one.rule for one in found)
        for before, after in [(None, None), *pairwise(found[::5])][:4]:
            place = after and (after.occurred_at, after.source, after.id, after.rule, after.about)
            page = past.past_page(
                session, moment, clock, OFFICES, rules=None, after=place, count=3
            )
            del before, page
        assert past.past_page(session, moment, clock, OFFICES, rules=None, after=None, count=10**6) == (counts, found)
    assert told > 8
