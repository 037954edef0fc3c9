"""What was known not long ago is told by what came since, and is what all events tell."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from msgspec.structs import replace

from ledger.storage.postgres import Session
from projections.findings.judging import Finding
from projections.folds.timetravel import Moment
from projections.following.storage import bookmarks
from projections.reading import earlier, past, register
from projections.reading.past import PastPage, past_findings, past_page
from projections.reading.register import PastRegister, past_register
from tests.fixtures.ledger import House, collected, registered
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
        patch.setattr(past, "earlier_findings", _nothing)
        patch.setattr(register, "earlier", _nothing)
        found = past_findings(session, moment, clock, OFFICES)
        return found, past_register(session, moment, clock, OFFICES)


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


@pytest.mark.parametrize("backwards", [False, True])
def test_what_came_since_taken_back_is_what_all_events_tell(
    house: House, monkeypatch: pytest.MonkeyPatch, *, backwards: bool
) -> None:
    lines = sampled(house, 24)
    # Backwards what others depend on comes last: registers, roles and the systems that the sources are.
    house.record(*(lines[::-1] if backwards else lines))
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
        assert past_findings(session, moment, clock, OFFICES) == found, moment
        assert past_register(session, moment, clock, OFFICES) == kept, moment
        for begin in (0, len(found) // 2):
            one = found[begin] if begin else None
            after = (one.occurred_at, one.source, one.id, one.rule, one.about) if one else None
            asked = PastPage(None, after, 3)
            counts, page = past_page(session, moment, clock, OFFICES, asked)
            assert page == found[begin : begin + 3], moment
            assert counts == Counter(found.rule for found in found), moment
    assert told > 8


def test_too_much_since_and_views_that_are_not_there_yet_mean_all_events(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    following = follower(house)
    following.follow_once()
    house.record(registered(), *(collected(id=f"c{number}") for number in range(5)))
    session = house.session("reader")

    def told(position: int) -> bool:
        with earlier.earlier_findings(session, Moment(at_position=position), OFFICES) as then:
            return then is not None

    assert not told(6), "the views have nothing yet"
    following.follow_once()
    assert told(6)
    assert not told(5), "the one stream has more than a share of all events"
    monkeypatch.setattr(earlier, "SHARE", 0)
    assert told(1)
    monkeypatch.setattr(earlier, "MOST_SINCE", 2)
    assert told(5)
    assert not told(4)
    with session.transaction():
        assert not told(6), "there is another snapshot already"
    made = {name: replace(place, version="other") for name, place in bookmarks(session).items()}
    monkeypatch.setattr(earlier, "bookmarks", lambda _session: made)
    assert not told(6), "another version built the views"
