"""Following until told to stop: woken by what is recorded, connected again after a fault, ended cleanly."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread
from uuid import UUID

import pytest
from eventsourcing.application import Application
from eventsourcing.persistence import OperationalError, ProgrammingError
from eventsourcing.projection import ApplicationSubscription

from ledger.errors import Retry
from ledger.library import subscription as subscription_module
from ledger.library.reader import LedgerReader
from ledger.reading import head_position
from projections.following.incoming import Incoming
from projections.following.runner import Follower, view_statuses
from tests.fixtures.inbound import until
from tests.fixtures.ledger import House, accessed, registered
from tests.fixtures.views import derived, digests, follower

PATIENCE_S = 120
CUT = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    " WHERE datname = current_database() AND application_name = '{name}'"
)


def cut(house: House, name: str = "ledger-projector") -> None:
    """Cut every connection of a role."""
    house.session(None).script(CUT.replace("{name}", name), {})


@contextmanager
def following(made: Follower) -> Iterator[None]:
    """Follow in a thread, until the block is left; then nothing of it is left over."""
    stopped = Event()
    thread = Thread(target=lambda: made.follow(stopped.is_set))
    thread.start()
    try:
        yield
    finally:
        stopped.set()
        thread.join(PATIENCE_S)
        made.close()
    assert not thread.is_alive()


def caught_up(house: House) -> None:
    session = house.session("reader")
    until(lambda: {s.lag for s in view_statuses(session)} == {0}, lambda: Event().wait(0.02))


def test_a_follower_is_woken_connected_again_and_leaves_nothing_behind(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = set(threading.enumerate())
    woken, wait = [], Incoming.wait

    def counted(incoming: Incoming, position: int, seconds: float) -> bool:
        woken.append(wait(incoming, position, seconds))
        return woken[-1]

    monkeypatch.setattr(Incoming, "wait", counted)
    house.record(registered(), accessed())
    made = follower(house, pause=lambda _: None)
    made.statuses()  # its tables are made
    with following(made):
        caught_up(house)
        house.record(accessed(), registered("customer/2"))
        caught_up(house)
        cut(house)
        house.record(accessed("customer/2"))
        caught_up(house)
        follower(house).follow_once()  # whoever else follows
        house.record(accessed("customer/2"))
        caught_up(house)
    assert digests(house) == derived(house)
    assert sum(woken) <= 3  # by what was new, and not by what somebody else had folded
    assert set(threading.enumerate()) == before


def test_events_come_from_where_they_are_asked(house: House) -> None:
    house.record(registered(), *(accessed() for _ in range(9)))
    session = house.session("projector")
    head = head_position(session)
    incoming = Incoming(session, 4, float(PATIENCE_S))

    def after(position: int) -> list[int]:
        return [event.position for event in incoming.after(position, head)]

    assert after(3) == [4, 5, 6, 7]
    incoming.subscribe(2)
    try:
        assert after(2) == [3, 4, 5, 6]
        assert after(0) == [1, 2, 3, 4]  # a view that is behind
        assert after(8) == [9, 10]  # others were faster
        assert after(head) == []
        assert not incoming.wait(head, 0)
    finally:
        incoming.close()


def test_a_batch_of_one_who_is_behind_has_several_sections_of_the_log(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.record(registered(), *(accessed() for _ in range(9)))
    monkeypatch.setattr(LedgerReader, "log_section_size", 3)
    incoming = Incoming(house.session("projector"), 8, float(PATIENCE_S))
    assert [event.position for event in incoming.after(1, 10)] == list(range(2, 10))
    assert [event.position for event in incoming.after(5, 10)] == list(range(6, 11))


def test_a_reader_is_an_application_of_the_library_that_records_nothing(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Nothing but a notification wakes.
    monkeypatch.setattr(subscription_module, "LOST_S", 10.0 * PATIENCE_S)
    house.record(registered(), accessed())
    reader: Application[UUID] = LedgerReader(house.session("reader"))
    with ApplicationSubscription(reader, gt=1) as events:
        event, tracking = next(events)
        assert (event.position, tracking.notification_id) == (2, 2)  # type: ignore[attr-defined]
        house.record(accessed())
        assert next(events)[1].notification_id == 3
        cut(house, "ledger-reader")
        with pytest.raises(OperationalError) as caught:
            next(events)
        assert isinstance(caught.value, Retry)
    with pytest.raises(ProgrammingError, match="recorded by `Ledger`"):
        reader.recorder.insert_events([])
