"""Many readers at once: one thread brings the views up to date, and no reader waits for long."""

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from io import BytesIO
from threading import Event
from typing import Any

import orjson
import pytest
from starlette.requests import Request

import application.following
import host.keeping_up
from application.following import bring_up_to_date
from consumers.files import ingest
from ledger.clocks import Clocks
from ledger.errors import Busy, Halt
from tests.fixtures.console import collected, registered
from tests.web.console import Consoled
from web.principals import Principal

READERS = 4


def test_of_many_readers_one_follows(empty: Consoled, monkeypatch: pytest.MonkeyPatch) -> None:
    followers: list[Any] = []
    make = application.following.follower

    @contextmanager
    def counted(*arguments: Any) -> Iterator[Any]:
        followers.append(arguments)
        with make(*arguments) as made:
            yield made

    monkeypatch.setattr(application.following, "follower", counted)
    lines = BytesIO(b"\n".join(map(orjson.dumps, (registered(), collected()))))
    with empty.site() as site:
        bring_up_to_date(site)
        followers.clear()
        ingest(site.open_recorder, [("late", lines)], site.intake, Clocks(site.clock))

    def read(_number: int) -> None:
        with empty.site() as site:
            bring_up_to_date(site)

    with ThreadPoolExecutor(READERS) as threads:
        list(threads.map(read, range(READERS)))
    assert len(followers) == 1


def late(console: Consoled, number: int) -> None:
    """Record events that the views do not have yet."""
    lines = BytesIO(orjson.dumps(collected(id=f"late-{number}")))
    with console.site() as site:
        ingest(site.open_recorder, [("late", lines)], site.intake, Clocks(site.clock))


class Stuck:
    """A follower that does not get on until it may."""

    def __init__(self) -> None:
        self.may = Event()
        self.followed = 0

    @contextmanager
    def __call__(self, site: Any) -> Iterator[Any]:
        with make(site) as made:
            self._made = made
            yield self

    def follow_to(self, position: int) -> None:
        assert self.may.wait(60)
        self.followed += 1
        self._made.follow_to(position)


make = application.following.follower


@pytest.fixture
def stuck(empty: Consoled, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stuck]:
    empty.record(registered(), collected())
    made = Stuck()
    monkeypatch.setattr(host.keeping_up, "follower", made)
    monkeypatch.setattr(empty.pool.views, "_wait_s", 0.01)
    yield made
    made.may.set()


def test_an_answer_says_how_many_events_it_lacks_and_then_lacks_none(
    empty: Consoled, stuck: Stuck
) -> None:
    officer = empty.as_("privacy-officer", "employee/77")
    late(empty, 1)
    behind = officer.get("/api/v1/register")
    assert (behind.status_code, behind.headers["ledger-behind"]) == (200, "1")
    assert "does not have yet: 1." in officer.get("/register", language="en").text
    stuck.may.set()
    with empty.site() as site:
        assert empty.pool.views.wait(site, at_most_s=60) == 0
    assert "ledger-behind" not in officer.get("/api/v1/register").headers
    assert "does not have yet" not in officer.get("/register", language="en").text


def test_until_the_views_have_come_up_no_other_request_waits(
    empty: Consoled, stuck: Stuck, monkeypatch: pytest.MonkeyPatch
) -> None:
    late(empty, 1)
    with empty.site() as site:
        assert empty.pool.views.wait(site) == 1
        monkeypatch.setattr(empty.pool.views, "_wait_s", 3600)
        assert empty.pool.views.wait(site) == 1  # this one would wait for an hour
        stuck.may.set()
        assert empty.pool.views.wait(site, at_most_s=60) == 0
        late(empty, 2)
        assert empty.pool.views.wait(site) == 0  # and this one waits again


def test_what_keeps_the_views_from_following_is_said_to_each_request_that_needs_them(
    empty: Consoled, stuck: Stuck, monkeypatch: pytest.MonkeyPatch
) -> None:
    stuck.may.set()
    late(empty, 1)
    with monkeypatch.context() as patched, empty.site() as site:
        patched.setattr(stuck, "follow_to", failing)
        for _ in range(2):
            with pytest.raises(Halt, match="broken"):
                empty.pool.views.wait(site, at_most_s=60)
    with empty.site() as site:
        assert empty.pool.views.wait(site, at_most_s=60) == 0


def failing(_position: int) -> None:
    raise Halt("the view is broken")


def test_who_went_away_while_waiting_costs_nothing(empty: Consoled) -> None:
    desk = empty.console.desk
    answered: list[str] = []

    async def receive() -> dict[str, str]:
        return {"type": "http.disconnect"}

    request = Request(
        {"type": "http", "method": "GET", "headers": [], "query_string": b""}, receive
    )
    request.state.session = None
    principal = request.state.principal = Principal(
        "employee/77", "auditor", "staff", "oidc", datetime.max.replace(tzinfo=UTC)
    )
    asked = desk.answer(request, principal, lambda _visit: answered.append("made"))
    # In a thread of its own: a test of a browser may have left an event loop in this one.
    with ThreadPoolExecutor(1) as thread, pytest.raises(Busy, match="went away"):
        thread.submit(asyncio.run, asked).result()
    assert not answered
