"""Of several followers the one that is at work goes on, and another one takes over when it stops."""

from types import SimpleNamespace
from typing import Any

import pytest

import host.keeping_up
from host.keeping_up import _Turn
from ledger.errors import Retry


class Views:
    """Views that somebody moves; the time goes on when a follower waits."""

    def __init__(self) -> None:
        self.position, self.time, self.followed = 0, 0.0, list[int]()

    def sleep(self, seconds: float) -> None:
        self.time += seconds

    def follow_to(self, position: int) -> None:
        self.position = position
        self.followed.append(position)

    def __enter__(self) -> "Views":
        return self

    def __exit__(self, *_fault: object) -> None:
        pass


@pytest.fixture
def views(monkeypatch: pytest.MonkeyPatch) -> Views:
    made = Views()
    module = host.keeping_up
    monkeypatch.setattr(module, "places", lambda _site: {"one": made.position})
    monkeypatch.setattr(module, "follower", lambda _site: made)
    monkeypatch.setattr("host.keeping_up.time.monotonic", lambda: made.time)
    monkeypatch.setattr("host.keeping_up.time.sleep", made.sleep)
    return made


def turn(*, may_follow: bool = True) -> _Turn:
    site: Any = SimpleNamespace(
        ledger=SimpleNamespace(role=str),
        database=SimpleNamespace(peer=may_follow),
        session=lambda _role: None,
    )
    return _Turn(site, 5.0)


def wait_in_vain(mine: _Turn) -> None:
    while mine.take(10) < 10:
        pass


def test_alone_it_follows_at_once(views: Views) -> None:
    assert turn().take(10) == 10
    assert views.followed == [10]


def test_where_another_one_is_at_work_it_looks_on(views: Views) -> None:
    mine = turn()
    mine.take(10)
    for views.position in (20, 30, 40):
        assert mine.take(100) == views.position
    assert views.followed == [10]


def test_when_the_other_one_stops_it_takes_over(views: Views) -> None:
    mine = turn()
    mine.take(10)
    views.position = 20
    while mine.take(30) < 30:
        pass
    assert views.followed == [10, 30]
    assert views.time > 0
    assert mine.take(40) == 40, "and goes on at once, until another one moves a view"


def test_a_login_that_may_not_follow_says_that_no_process_does(
    views: Views, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(host.keeping_up, "may_take", lambda _session, _role: False)
    mine = turn(may_follow=False)
    with pytest.raises(Retry, match="ledger project"):
        wait_in_vain(mine)
    views.position = 10
    assert mine.take(10) == 10
    assert not views.followed
