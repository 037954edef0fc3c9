"""What the console keeps in memory of those who ask has a number, whoever asks and however often."""

from datetime import timedelta

import pytest

from tests.fixtures.ledger import Clock
from web import once, reasons, waiting
from web.logins import beginnings, sessions, used_once
from web.logins.beginnings import Beginnings
from web.logins.sessions import Sessions
from web.logins.used_once import UsedOnce
from web.once import Once
from web.principals import Principal
from web.reasons import NOTHING_STATED, Reason, Reasons
from web.waiting import WaitingActs


def test_logins_that_began_make_room_for_later_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(beginnings, "MOST", 2)
    begun = Beginnings(Clock())
    made = [begun.begin("console", "/") for _ in range(3)]
    found = [begun.end(beginning.state, browser) for browser, beginning in made]
    assert [one is not None for one in found] == [False, True, True]


def test_the_oldest_of_all_sessions_ends_when_there_are_too_many(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sessions, "MOST_SESSIONS", 2)
    clock = Clock()
    kept = Sessions(clock)
    secrets = []
    for number in range(3):
        until = clock() + timedelta(hours=1)
        who = Principal(f"employee/{number}", "auditor", "staff", "oidc", until)
        secrets.append(kept.begin(who)[0])
        clock.forward(seconds=1)
    assert [kept.find(secret) is not None for secret in secrets] == [False, True, True]


def test_a_logout_that_cannot_be_remembered_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(used_once, "MOST", 2)
    clock = Clock()
    used = UsedOnce(clock, 0.0)
    until = clock() + timedelta(seconds=10)
    assert [used.take(id, until) for id in "aab"] == [True, False, True]
    assert not used.take("c", until)
    clock.forward(seconds=11)
    assert used.take("c", until + timedelta(seconds=10))


def test_reasons_of_longest_ago_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reasons, "_MOST", 2)
    stated = Reasons()
    for login in "abc":
        stated.state(login, "customer/1", Reason("correction"), "contact")
    assert [stated.of(login, "customer/1") == NOTHING_STATED for login in "abc"] == [
        True,
        False,
        False,
    ]


def test_acts_that_wait_longest_are_looked_for_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting, "_MOST", 2)
    acts = WaitingActs()
    for name in "abc":
        acts.keep(name, f"/{name}")
    assert [acts.address_of(name) for name in "abc"] == [None, "/b", "/c"]


def test_a_form_with_too_long_a_name_is_not_remembered() -> None:
    sent = Once()
    for name, known in (("x" * once._LONGEST, True), ("x" * (once._LONGEST + 1), False)):
        for _ in range(2):
            with sent.sending("login", name) as sending:
                before, sending.address = sending.address, "/done"
        assert (before == "/done") == known


@pytest.mark.parametrize(("after_s", "is_free"), [(9.999, False), (10.0, True), (10.001, True)])
def test_an_id_is_remembered_as_long_as_its_token_counts(
    monkeypatch: pytest.MonkeyPatch, after_s: float, is_free: bool
) -> None:
    """A token counts some seconds longer than it says: forgotten at its end, it would count twice."""
    monkeypatch.setattr(used_once, "MOST", 1)
    clock = Clock()
    used, until = UsedOnce(clock, 10.0), clock()
    assert used.take("a", until)
    clock.forward(seconds=after_s)
    assert used.take("b", clock()) is is_free
    assert is_free or not used.take("a", until)
