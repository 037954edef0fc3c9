"""Erasing under attack: what is ordered about a person, what must be gone, and that nothing comes back."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import psycopg
import pytest

from ledger.erasure.eraser import Eraser, Erasure
from ledger.erasure.pending import pending
from ledger.erasure.verdict import Verdict, outright
from ledger.errors import Halt, IncompleteErasure, LedgerError, Retry
from ledger.event import RecordedEvent
from ledger.journal.entries import ErasureEntry, ErasureJournal
from ledger.keys.opening import Missing
from schemas import CATEGORIES, Code
from tests.fault.enduring import closing
from tests.fixtures.ledger import BOUNDS, House, collected, message, registered

NAME, EMAIL, PHONE = "J. de Vries", "j.devries@example.nl", "+31201234567"
AUGUST, NOVEMBER = 12 * 2026 + 7, 12 * 2026 + 10
LAWYER = {
    "name": "Mr. K. Bakker",
    "kind": "lawyer",
    "role": "controller",
    "country": "NL",
    "valid_from": "2026-01-01",
}


def call(subject: str, at: str) -> dict[str, Any]:
    return collected(
        subject,
        time=at,
        categories=["traffic"],
        personal={"called_number": PHONE},
        origin="network",
    )


def everything(subject: str) -> list[dict[str, Any] | bytes]:
    """A person with values in several categories and months, and a dead letter."""
    lines = [registered(subject), collected(subject)]
    lines += [call(subject, f"2026-{month}-15T10:00:00Z") for month in ("08", "11")]
    return [*lines, collected(subject, personal={"email": "no address"})]


@dataclass(frozen=True)
class Order:
    """What is erased of a person, and what of the values must be gone or stay then."""

    categories: tuple[str, ...]
    gone: frozenset[tuple[str, int]]
    stays: frozenset[tuple[str, int]]
    month: int | None = None
    registry: bool = False


VALUES = frozenset({("name", 1), ("email", 1), ("called_number", 2), ("called_number", 3)})
CONTACT, CALLS = frozenset({("email", 1)}), frozenset({("called_number", 2)})
ORDERS = {
    "whole": Order((), VALUES, frozenset()),
    "category": Order(("contact",), CONTACT, VALUES - CONTACT),
    "months": Order(("traffic",), CALLS, VALUES - CALLS, month=AUGUST),
    "registry": Order((), frozenset({("name", 0)}), frozenset(), registry=True),
}
Rows = list[tuple[Any, ...]]


class Erasing:
    """One order about a person of its own for each attempt."""

    def __init__(self, order: Order) -> None:
        self.order = order
        self.before: dict[str, Rows] = {}

    def reference(self, number: int) -> str:
        return f"recipient/lawyer-{number}" if self.order.registry else f"customer/{number}"

    def prepare(self, house: House, number: int) -> None:
        subject = self.reference(number)
        with closing(house):
            if self.order.registry:
                house.record(message("recipient-registered", subject, **LAWYER))
            else:
                house.record(*everything(subject))
            self.before = kept(house, self.stream(house, number))

    def act(self, house: House, number: int) -> None:
        self.erase(house.eraser(), number)

    def erase(self, eraser: Eraser, number: int) -> list[Erasure]:
        subject, order = self.reference(number), self.order
        if order.month is not None:
            return eraser.expire(subject, order.categories[0], order.month, "retention")
        return eraser.erase(subject, order.categories, "request")

    def recover(self, house: House, number: int, error: LedgerError | None, done: bool) -> None:
        assert error is None or isinstance(error, Retry | IncompleteErasure), error
        assert self.is_done(house, number) or not done
        journalled = self.entries(house, number)
        if isinstance(error, Retry):  # then nothing happened at all
            assert journalled == []
        start_again(house)
        assert self.is_done(house, number) == bool(journalled)
        if not journalled:
            self.check_unharmed(house, number)
            self.erase(house.eraser(), number)

    def check(self, house: House, number: int) -> None:
        self.check_erased(house, number)
        reappear(house, self.stream(house, number), self.before)
        start_again(house)
        self.check_erased(house, number)

    def check_erased(self, house: House, number: int) -> None:
        assert self.is_done(house, number)
        assert self.values(house, number, Missing.ERASED) == self.order.gone
        assert self.values(house, number, Missing.LOST) == frozenset()
        assert pending(house.reader, house.journal) == []
        names = [event.type.split(".")[3] for event in self.own(house, number)]
        assert names[:2] == ["erasure-decided", "personal-data-erased"]
        assert set(names[2:]) <= {"erasure-reapplied"}
        assert len(self.entries(house, number)) == 1
        self.check_nothing_is_held(house, number)

    def check_nothing_is_held(self, house: House, number: int) -> None:
        keys = kept(house, self.stream(house, number))["data_keys"]
        if not self.order.categories:
            assert [row for row in keys if row[1] != "fingerprint"] == []
            assert (self.order.registry or subject_letters(house, number)) in {True, 0}
        elif self.order.month is None:
            assert [row for row in keys if row[1] in self.order.categories] == []
        else:
            assert all(row[3] > self.order.month for row in keys if row[1] == "traffic")
        again = self.late_event(number)
        if again is not None:
            refused = house.record(again).rejections
            assert [rejection.code for _, rejection in refused] == [Code.ERASED_SUBJECT]

    def late_event(self, number: int) -> dict[str, Any] | None:
        if self.order.registry:
            return None
        subject = self.reference(number)
        at = "2026-08-20T10:00:00Z"
        return call(subject, at) if self.order.month else collected(subject)

    def check_unharmed(self, house: House, number: int) -> None:
        values = self.values(house, number, None)
        assert values == self.order.gone | self.order.stays
        assert self.own(house, number) == []

    def is_done(self, house: House, number: int) -> bool:
        """All of it is gone; False when nothing is. Anything between fails."""
        gone = self.values(house, number, Missing.ERASED)
        assert gone in {frozenset(), self.order.gone}
        assert bool(self.own(house, number)) == bool(gone)
        return bool(gone)

    def values(
        self, house: House, number: int, state: Missing | None
    ) -> frozenset[tuple[str, int]]:
        """(field, place of the event in the stream) of values in a state; None: those that open."""
        opener, found = house.opener(), set()
        for place, event in enumerate(e for e in self.events(house, number) if not e.ours):
            for name, value in opener.personal(event).items():
                if (value if isinstance(value, Missing) else None) is state:
                    found.add((name, place))
        return frozenset(found)

    def stream(self, house: House, number: int) -> UUID:
        return next(e.stream for e in reversed(house.events()) if not e.ours)

    def events(self, house: House, number: int) -> list[RecordedEvent]:
        stream = self.stream(house, number)
        return [event for event in house.events() if event.stream == stream]

    def own(self, house: House, number: int) -> list[RecordedEvent]:
        return [event for event in self.events(house, number) if event.ours]

    def entries(self, house: House, number: int) -> list[ErasureEntry]:
        stream = self.stream(house, number)
        return [entry for entry in house.journal.entries() if entry.subject == stream]


class _Part(Erasing):
    """One of some persons of whom something is erased at once."""

    def __init__(self, name: str) -> None:
        super().__init__(ORDERS[name])
        self.name = name

    def reference(self, number: int) -> str:
        return f"customer/{number}-{self.name}"

    def stream(self, house: House, number: int) -> UUID:
        return house.opener().periods(self.reference(number))[0].subject

    @property
    def verdict(self) -> Verdict:
        return outright(self.order.categories or CATEGORIES, "retention", self.order.month)

    def recover_part(self, house: House, number: int) -> UUID | None:
        """After a start: done if the journal has it, else unharmed; who is still to be erased."""
        is_journalled = bool(self.entries(house, number))
        assert self.is_done(house, number) == is_journalled
        if is_journalled:
            return None
        self.check_unharmed(house, number)
        return self.stream(house, number)

    def check_nothing_is_held(self, house: House, number: int) -> None:
        """Nor a dead letter, whatever is erased of a person; then a late event leaves a new one."""
        assert letters_of(house, house.opener().hmac_of(self.reference(number))) == 0
        super().check_nothing_is_held(house, number)


class Together:
    """Three persons in one transaction: all of one, a category of another, some months of a third."""

    def __init__(self) -> None:
        self.parts = [_Part(name) for name in ("whole", "category", "months")]

    def prepare(self, house: House, number: int) -> None:
        with closing(house):
            lines = [line for one in self.parts for line in everything(one.reference(number))]
            house.record(*lines)
            for part in self.parts:
                part.before = kept(house, part.stream(house, number))

    def act(self, house: House, number: int) -> None:
        self.erase(house, number, {part.stream(house, number) for part in self.parts})

    def erase(self, house: House, number: int, streams: set[UUID]) -> None:
        verdicts = {part.stream(house, number): part.verdict for part in self.parts}
        done = house.eraser().decide(
            sorted(streams), lambda seen: {stream: verdicts[stream] for stream in seen}
        )
        assert len(done) == len(streams)

    def recover(self, house: House, number: int, error: LedgerError | None, done: bool) -> None:
        assert error is None or isinstance(error, Retry | IncompleteErasure), error
        finished = {part.is_done(house, number) for part in self.parts}
        assert len(finished) == 1, "all of them or none"
        assert finished == {True} or not done
        if isinstance(error, Retry):  # then nothing happened at all
            assert [part.entries(house, number) for part in self.parts] == [[], [], []]
        start_again(house)
        left = [part.recover_part(house, number) for part in self.parts]
        if streams := {stream for stream in left if stream}:
            self.erase(house, number, streams)

    def check(self, house: House, number: int) -> None:
        for part in self.parts:
            part.check(house, number)


class _Interrupted(ErasureJournal):
    """Dies after the entry is on disk, and before the commit."""

    def append(self, entries: Sequence[ErasureEntry]) -> None:
        super().append(entries)
        raise Halt("the end")


class Reapplying(Erasing):
    """What a start does about an erasure that is in the journal only."""

    def prepare(self, house: House, number: int) -> None:
        super().prepare(house, number)
        journal = _Interrupted(house.journal.path)
        with closing(house):
            session, opener = house.session("eraser"), house.opener()
            clock = house.clock
            eraser = Eraser(session, opener, journal, house.ledger, clock, BOUNDS)
            with pytest.raises(IncompleteErasure):
                self.erase(eraser, number)

    def act(self, house: House, number: int) -> None:
        start_again(house)

    def recover(self, house: House, number: int, error: LedgerError | None, done: bool) -> None:
        assert error is None or isinstance(error, Retry), error
        assert self.is_done(house, number) or not done
        start_again(house)


def start_again(house: House) -> None:
    """What every command does before it serves anybody."""
    if house.journal.path.exists() and pending(house.reader, house.journal):
        house.eraser().reapply()


def kept(house: House, subject: UUID) -> dict[str, Rows]:
    """What the key namespace holds of a subject, as a backup would."""
    tables = ("data_keys", "subject_index")
    with psycopg.connect(house.url) as connection:
        return {
            table: connection.execute(
                f"SELECT * FROM ledger_main_keys.{table} WHERE subject = %s",
                [subject],
            ).fetchall()
            for table in tables
        }


def reappear(house: House, subject: UUID, backup: dict[str, Rows]) -> None:
    """The key namespace as a backup from before the erasure would bring it back."""
    with psycopg.connect(house.url) as connection:
        for table in ("fences", "tombstones", "data_keys", "subject_index"):
            delete = f"DELETE FROM ledger_main_keys.{table} WHERE subject = %s"
            connection.execute(delete, [subject])
            for row in backup.get(table, []):
                marks = ", ".join(["%s"] * len(row))
                insert = f"INSERT INTO ledger_main_keys.{table} VALUES ({marks})"
                connection.execute(insert, row)


def subject_letters(house: House, number: int) -> int:
    """Dead letters that the person of this attempt still has."""
    return letters_of(house, house.opener().hmac_of(f"customer/{number}"))


def letters_of(house: House, hmac: bytes) -> int:
    """Dead letters that a person still has."""
    with psycopg.connect(house.url) as connection:
        found = connection.execute(
            "SELECT count(*) FROM ledger_main.dead_letters WHERE subject_hmac = %s", [hmac]
        ).fetchone()
    assert found
    return int(found[0])
