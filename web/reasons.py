"""Reasons that readers stated, so that masked values of one person open for a while.

In the memory of the one process: a restart asks again. Each read that a reason opens is recorded with it.
"""

import time
from collections.abc import Callable
from threading import Lock
from typing import Literal, get_args

import msgspec

from web.logins.limits import Limiter
from web.problems import too_many

ReasonCode = Literal[
    "question-of-person",
    "request-of-person",
    "complaint",
    "incident",
    "disclosure",
    "audit-sample",
    "supervision",
    "correction",
]
REASON_CODES: tuple[ReasonCode, ...] = get_args(ReasonCode)
# After this a page shows dots again.
STATED_S = 900.0
_MOST = 10_000


class Reason(msgspec.Struct, frozen=True):
    """Why a reader opens values that are masked, and the case that it is for."""

    code: ReasonCode
    case_ref: str | None = None


class Stated(msgspec.Struct, frozen=True):
    """A reason, and the categories that it opens."""

    reason: Reason | None = None
    categories: frozenset[str] = frozenset()


NOTHING_STATED = Stated()


class _Entry(msgspec.Struct, frozen=True):
    stated: Stated
    until: float


class Reasons:
    """What each login stated about each person."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._entries: dict[tuple[str, str], _Entry] = {}
        self._lock = Lock()

    def state(self, login: str, subject: str, reason: Reason, category: str) -> None:
        """Remember why a login opens a category of a person. A new reason ends what an earlier one opened."""
        with self._lock:
            before = self._current(login, subject)
            kept = before.categories if before.reason == reason else frozenset[str]()
            stated = Stated(reason, kept | {category})
            self._entries.pop((login, subject), None)
            self._entries[login, subject] = _Entry(stated, self._monotonic() + STATED_S)
            while len(self._entries) > _MOST:
                del self._entries[next(iter(self._entries))]

    def of(self, login: str, subject: str) -> Stated:
        """What a login stated about a person, and is still in time."""
        with self._lock:
            return self._current(login, subject)

    def forget(self, login: str, subject: str) -> None:
        """Close what was opened."""
        with self._lock:
            self._entries.pop((login, subject), None)

    def _current(self, login: str, subject: str) -> Stated:
        entry = self._entries.get((login, subject))
        if entry is None or entry.until < self._monotonic():
            return NOTHING_STATED
        return entry.stated


class Statements(msgspec.Struct, frozen=True):
    """Where the reasons of one login go. `who`: the reader, whose openings and acts are limited.

    `acts`: of persons of the portal, on their own data.
    """

    reasons: Reasons
    openings: Limiter
    login: str
    who: str
    acts: Limiter

    def state(self, subject: str, reason: Reason, category: str) -> None:
        """Remember a reason. Raises TooMany for a reader who opens more than a person does."""
        self.count()
        self.reasons.state(self.login, subject, reason, category)

    def count(self) -> None:
        """Count an opening. Raises TooMany for a reader who opens more than a person does."""
        if wait_s := self.openings.take(self.who):
            raise too_many(wait_s)

    def count_act(self) -> None:
        """Count an act. Raises TooMany for a person who does more than persons do."""
        if wait_s := self.acts.take(self.who):
            raise too_many(wait_s)

    def forget(self, subject: str) -> None:
        """Forget what was stated about a person."""
        self.reasons.forget(self.login, subject)
