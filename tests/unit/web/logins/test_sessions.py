"""Sessions begin anew at each login, end by themselves, and can be listed and ended."""

from datetime import timedelta

import msgspec
import pytest

from tests.fixtures.ledger import Clock
from web.logins.sessions import LIVES, MOST_OF_ONE, ProviderSession, Sessions
from web.principals import Kind, Principal

LONG = timedelta(days=30)


def principal(clock: Clock, kind: Kind = "staff", who: str = "employee/7") -> Principal:
    return Principal(who, "auditor", kind, "oidc", clock() + LONG)


@pytest.mark.parametrize("kind", LIVES)
def test_a_session_ends_when_it_is_idle(kind: Kind) -> None:
    clock = Clock()
    sessions = Sessions(clock)
    secret, session = sessions.begin(principal(clock, kind))
    clock.now = session.idle_until - timedelta(seconds=1)
    seen = sessions.find(secret)
    assert seen is not None
    assert seen.idle_until > session.idle_until
    clock.now = seen.idle_until
    assert sessions.find(secret) is None
    assert sessions.listed() == []


@pytest.mark.parametrize("kind", LIVES)
def test_a_session_ends_however_often_it_is_used(kind: Kind) -> None:
    clock = Clock()
    sessions = Sessions(clock)
    secret, _ = sessions.begin(principal(clock, kind))
    end, step = clock() + LIVES[kind].most, LIVES[kind].idle / 2
    while clock() < end:
        assert sessions.find(secret) is not None
        clock.now += step
    assert sessions.find(secret) is None


def test_a_session_ends_with_the_account() -> None:
    clock = Clock()
    sessions = Sessions(clock)
    account = msgspec.structs.replace(principal(clock), until=clock() + timedelta(minutes=5))
    secret, session = sessions.begin(account)
    assert session.idle_until == account.until
    clock.forward(minutes=5)
    assert sessions.find(secret) is None


def test_no_two_sessions_share_anything_secret() -> None:
    clock = Clock()
    sessions = Sessions(clock)
    begun = [sessions.begin(principal(clock)) for _ in range(10)]
    assert len({secret for secret, _ in begun}) == 10
    assert len({session.csrf for _, session in begun}) == 10
    assert all(session.name not in secret for secret, session in begun)


def test_what_is_printed_of_a_session_holds_no_secret() -> None:
    clock = Clock()
    provider = ProviderSession("https://login.test", "7", None, "hint")
    _, session = Sessions(clock).begin(principal(clock), provider)
    assert session.csrf not in repr(session)
    assert "hint" not in repr(session) + repr(provider)


def test_sessions_are_listed_by_person_and_ended_by_name() -> None:
    clock = Clock()
    sessions = Sessions(clock)
    secret, session = sessions.begin(principal(clock))
    other, _ = sessions.begin(principal(clock, who="employee/9"))
    assert [listed.name for listed in sessions.listed("employee/7")] == [session.name]
    assert len(sessions.listed()) == 2
    assert sessions.end_where(lambda one: one.name == session.name) == 1
    assert sessions.find(secret) is None
    assert sessions.find(other) is not None
    assert sessions.end(other) is not None
    assert sessions.end(other) is None


def test_the_oldest_session_of_a_person_makes_room() -> None:
    clock = Clock()
    sessions = Sessions(clock)
    other, _ = sessions.begin(principal(clock, who="employee/9"))
    first, _ = sessions.begin(principal(clock))
    rest = [sessions.begin(principal(clock))[0] for _ in range(MOST_OF_ONE)]
    assert sessions.find(first) is None
    assert all(map(sessions.find, [other, *rest]))


@pytest.mark.parametrize("secret", ["", "x", "\ud800", "0" * 10_000])
def test_a_made_up_secret_names_no_session(secret: str) -> None:
    clock = Clock()
    sessions = Sessions(clock)
    sessions.begin(principal(clock))
    assert sessions.find(secret) is None
    assert sessions.end(secret) is None
