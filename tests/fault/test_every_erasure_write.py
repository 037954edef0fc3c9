"""Erasing and rotating under every fault at every step: never a key that comes back, never half of it."""

import errno
import os
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pytest

import ledger
from ledger.erasure import Eraser, Erasure, pending
from ledger.errors import Halt, IncompleteErasure, LedgerError, Lost, Retry
from ledger.event import RecordedEvent
from ledger.journal import ErasureEntry, ErasureJournal
from ledger.letters import expire_letters, letters
from ledger.opening import Missing
from ledger.rotation import due, epochs, rotate
from ledger.sealing import KEY_BYTES
from ledger.verdict import Verdict
from schemas import Code
from tests.fault.enduring import STRIDES, closing, endure
from tests.fault.faults import Kind
from tests.fixtures.ledger import ACCOUNTABILITY, HOLDS, House, collected, message, registered

NAME, EMAIL, PHONE = "J. de Vries", "j.devries@example.nl", "+31201234567"
AUGUST, NOVEMBER = 12 * 2026 + 7, 12 * 2026 + 10
LAWYER = {
    "name": "Mr. K. Bakker",
    "kind": "lawyer",
    "role": "controller",
    "country": "NL",
    "valid_from": "2026-01-01",
}


@pytest.fixture
def house(make_house: Callable[..., House], database_url: str) -> House:
    """On one server: what is attacked here is this side of the connection."""
    return make_house(database_url)


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
        assert pending(house.session("reader"), house.journal) == []
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


RETAINED = {"decision": "retain", "ground": "retention-duty", "until": "2034-01-01"}
GOES = {"decision": "erase", "ground": "request"}


class Deciding(Erasing):
    """A decision on every category, of which some go and some wait; or all of them wait."""

    def erase(self, eraser: Eraser, number: int) -> list[Erasure]:
        decisions = {c: GOES for c in self.order.categories} | {"identity": RETAINED}
        verdict = Verdict("request", decisions, "R-1")
        subjects = eraser.live_subjects(self.reference(number))
        found = [eraser.decide(subject, lambda _events: verdict) for subject in subjects]
        return [erasure for erasure in found if erasure]

    def check_erased(self, house: House, number: int) -> None:
        if self.order.categories:
            super().check_erased(house, number)
        else:
            assert self.is_done(house, number)
            assert self.values(house, number, None) == self.order.stays
            assert pending(house.session("reader"), house.journal) == []
        (decided,) = (e for e in self.own(house, number) if e.name == "erasure-decided")
        assert decided.facts["decisions"]["identity"] == RETAINED
        assert (decided.facts["cause"], decided.facts["request_ref"]) == ("request", "R-1")

    def is_done(self, house: House, number: int) -> bool:
        return (
            super().is_done(house, number)
            if self.order.categories
            else bool(self.own(house, number))
        )


class _Interrupted(ErasureJournal):
    """Dies after the entry is on disk, and before the commit."""

    def append(self, entry: ErasureEntry) -> None:
        super().append(entry)
        raise Halt("the end")


class Reapplying(Erasing):
    """What a start does about an erasure that is in the journal only."""

    def prepare(self, house: House, number: int) -> None:
        super().prepare(house, number)
        journal = _Interrupted(house.journal.path)
        with closing(house):
            session, opener = house.session("eraser"), house.opener()
            clock = house.clock
            eraser = Eraser(session, opener, journal, house.ledger, clock, ACCOUNTABILITY, HOLDS)
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
    if house.journal.path.exists() and pending(house.session("reader"), house.journal):
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
    hmac = house.opener().hmac_of(f"customer/{number}")
    with psycopg.connect(house.url) as connection:
        found = connection.execute(
            "SELECT count(*) FROM ledger_main.dead_letters WHERE subject_hmac = %s", [hmac]
        ).fetchone()
    assert found
    return int(found[0])


@STRIDES
@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("order", ORDERS)
def test_an_erasure_is_whole_or_did_not_happen(
    house: House, kind: Kind, order: str, stride: int
) -> None:
    steps = endure(Erasing(ORDERS[order]), house, kind, stride)
    if steps:
        assert {"pwrite", "fsync", "open", "_exit_gen"} <= set(steps)
        # Nothing but the commit comes after the journal.
        last_file = max(i for i, step in enumerate(steps) if step == "fsync")
        assert steps[last_file + 1 :] == ["_exit_gen"]


@STRIDES
@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("order", [ORDERS["category"], Order((), frozenset(), VALUES)])
def test_a_decision_is_recorded_with_what_it_destroys_or_not_at_all(
    house: House, kind: Kind, order: Order, stride: int
) -> None:
    endure(Deciding(order), house, kind, stride)


@STRIDES
@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("order", ["whole", "months"])
def test_a_start_completes_what_the_journal_knows(
    house: House, kind: Kind, order: str, stride: int
) -> None:
    endure(Reapplying(ORDERS[order]), house, kind, stride)


class Rotating:
    """A new epoch; all that was sealed before opens after it, and the old epoch's key is gone."""

    def prepare(self, house: House, number: int) -> None:
        # By the hour: each day has a key of its letters, which is a step more of every rotation, so that
        # with a new day for each step the last one would never be reached.
        house.clock.forward(hours=1)
        with closing(house):
            house.record(*everything(f"customer/{number}"))

    def act(self, house: House, number: int) -> None:
        rotate(house.session("eraser"), house.provider, house.ledger, house.clock())

    def recover(self, house: House, number: int, error: LedgerError | None, done: bool) -> None:
        assert error is None or isinstance(error, Retry), error
        session, period = house.session("eraser"), timedelta(hours=1)
        if done:
            assert not due(session, house.provider, house.clock(), period)
        if due(session, house.provider, house.clock(), period):
            self.check_values(house)
            self.act(house, number)

    def check(self, house: House, number: int) -> None:
        state = epochs(house.session("eraser"), house.provider)
        assert state.held == (state.current,)
        assert state.started_at == house.clock()
        with psycopg.connect(house.url) as connection:
            wrapped = connection.execute(
                "SELECT epoch FROM ledger_main_keys.data_keys UNION "
                "SELECT epoch FROM ledger_main_keys.ledger_keys"
            ).fetchall()
        assert wrapped == [(state.current,)]
        self.check_values(house)
        self.check_files(house, state.current)

    def check_values(self, house: House) -> None:
        opener = house.opener()
        values = {v for event in house.events() for v in opener.personal(event).values()}
        assert values == {NAME, EMAIL, PHONE}

    def check_files(self, house: House, current: int) -> None:
        """No file but the current epoch's holds a key; a start that died may have left it twice."""
        files = {path.name: path.read_bytes() for path in house.provider.folder.iterdir()}
        secrets = {name for name, content in files.items() if content.strip(b"\0")}
        name = f"epoch-{current:06d}"
        assert f"{name}.key" in secrets
        assert secrets <= {f"{name}.key", f"{name}.new", house.journal.path.name}


@STRIDES
@pytest.mark.parametrize("kind", Kind)
def test_a_rotation_is_completed(house: House, kind: Kind, stride: int) -> None:
    steps = endure(Rotating(), house, kind, stride)
    if steps:
        assert {"link", "write", "fsync", "unlink", "_exit_gen"} <= set(steps)


@dataclass
class Expiring:
    """Dead letters whose retention has ended, and the key of their day."""

    left: list[str] = field(default_factory=list)

    def prepare(self, house: House, number: int) -> None:
        with closing(house):
            house.record(b"bad %d" % number)
        house.clock.forward(days=15)

    def act(self, house: House, number: int) -> None:
        expire_letters(house.session("eraser"), house.clock(), timedelta(days=14))

    def recover(self, house: House, number: int, error: LedgerError | None, done: bool) -> None:
        assert error is None or isinstance(error, Retry), error
        held = self.day_keys(house)
        assert len(letters(house.session("reader"))) == len(held)
        assert held == [] or not done
        self.act(house, number)

    def check(self, house: House, number: int) -> None:
        assert letters(house.session("reader")) == []
        assert self.day_keys(house) == []

    def day_keys(self, house: House) -> Sequence[Any]:
        with psycopg.connect(house.url) as connection:
            return connection.execute(
                "SELECT FROM ledger_main_keys.ledger_keys WHERE purpose LIKE 'letters/%'"
            ).fetchall()


@STRIDES
@pytest.mark.parametrize("kind", Kind)
def test_letters_expire_with_the_key_of_their_day(house: House, kind: Kind, stride: int) -> None:
    endure(Expiring(), house, kind, stride)


def test_a_line_of_the_journal_that_may_not_be_on_disk_is_taken_back(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.record(*everything("customer/1"), *everything("customer/2"))
    house.eraser().erase("customer/1", [], "request")
    before = house.journal.path.read_bytes()

    def fsync(descriptor: int) -> None:
        raise OSError(errno.EIO, "Input/output error")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", fsync)
        with pytest.raises(IncompleteErasure):
            house.eraser().erase("customer/2", [], "request")
    assert house.journal.path.read_bytes() == before
    assert pending(house.session("reader"), house.journal) == []
    house.eraser().erase("customer/2", [], "request")
    assert house.journal.path.read_bytes().startswith(before)
    assert len(house.journal.entries()) == 2


def test_a_damaged_epoch_key_is_told_apart_from_a_missing_one(house: House) -> None:
    (path,) = house.provider.folder.glob("epoch-*.key")
    path.write_bytes(b"x" * (KEY_BYTES - 1))
    with pytest.raises(Lost, match="damaged"):
        house.provider.get(1)


def test_files_are_changed_by_functions_that_the_faults_know() -> None:
    """Only so is every write of a key file attacked."""
    others = re.compile(r"write_bytes|write_text|fdopen|writelines|touch|shutil|(?<!os)\.write\(")
    for name in ("durable", "journal", "provider", "rotation", "erasure"):
        text = (Path(ledger.__path__[0]) / f"{name}.py").read_text()
        assert others.findall(text) == [], name
        assert set(re.findall(r"(?<!os)\.open\((.*?)\)", text)) <= {'"rb"'}, name
