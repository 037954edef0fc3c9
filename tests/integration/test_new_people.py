"""Data subjects and keys of new persons are written with their batch: all of it, once, or nothing."""

from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest

from ledger.application import Ledger
from ledger.audit import audit
from ledger.errors import Overtaken, ServiceAway
from ledger.keys.fresh import Fresh
from ledger.keys.rotation import rotate
from ledger.recording.batch import Batch
from ledger.storage.postgres import Session
from ledger.writing.append import Span
from tests.fixtures.ledger import House, accessed, collected, registered

EMAIL = "j.devries@example.nl"


def rows_of(house: House, table: str) -> int:
    with psycopg.connect(house.url) as connection:
        query = f"SELECT count(*) FROM ledger_main_keys.{table}".encode()
        (count,) = connection.execute(query).fetchall()[0]
    return int(count)


def emails(house: House) -> list[Any]:
    opener = house.opener()
    return [opener.personal(e)["email"] for e in house.events() if not e.ours and e.sealed]


@pytest.fixture
def meanwhile(monkeypatch: pytest.MonkeyPatch) -> Callable[[Ledger, Callable[[], object]], None]:
    """Does something once, after a ledger has made what a batch needs and before it is written."""

    def arrange(ledger: Ledger, act: Callable[[], object]) -> None:
        write, waiting = Fresh.write, [act]

        def late(fresh: Fresh, session: Session, *arguments: Any) -> None:
            if session is ledger.session and waiting:
                waiting.pop()()
            write(fresh, session, *arguments)

        monkeypatch.setattr(Fresh, "write", late)

    return arrange


Meanwhile = Callable[[Ledger, Callable[[], object]], None]


def test_two_consumers_that_meet_a_new_person_agree_on_who_it_is(
    house: House, meanwhile: Meanwhile
) -> None:
    ledger = house.open()
    meanwhile(ledger, lambda: house.record(collected(), accessed(employee="employee/7")))
    lines = collected(), accessed(employee="employee/7"), collected("customer/other")
    assert house.record(*lines, ledger=ledger).recorded == 3
    assert emails(house) == [EMAIL] * 3
    assert rows_of(house, "subject_index") == 3
    assert len({event.stream for event in house.events()}) == 2
    assert audit(house.reader).ok


def test_two_consumers_that_make_a_key_of_a_known_person_agree_on_it(
    house: House, meanwhile: Meanwhile
) -> None:
    house.record(registered())
    ledger = house.open()
    house.record(registered("customer/other"), ledger=ledger)
    before = rows_of(house, "data_keys")
    meanwhile(ledger, lambda: house.record(collected()))
    assert house.record(collected(), ledger=ledger).recorded == 1
    assert emails(house) == [EMAIL] * 2
    assert rows_of(house, "data_keys") == before + 2, "identity and contact"


def call(month: int) -> dict[str, Any]:
    return collected(
        time=f"2026-{month:02}-10T10:00:00Z",
        origin="network",
        categories=["traffic"],
        personal={"called_number": "+31201234567"},
    )


def test_a_chain_that_two_consumers_begin_earlier_has_one_order(
    house: House, meanwhile: Meanwhile
) -> None:
    house.record(call(11))
    ledger = house.open()
    meanwhile(ledger, lambda: house.record(call(9)))
    house.record(call(10), call(7), ledger=ledger)
    house.eraser().expire("customer/10023", "traffic", 12 * 2026 + 7, "retention")
    opener = house.opener()
    shown = [opener.personal(e)["called_number"] for e in house.events() if not e.ours]
    assert [isinstance(value, str) for value in shown] == [True, True, True, False]


def test_two_consumers_that_register_a_person_anew_begin_one_data_subject(
    house: House, meanwhile: Meanwhile
) -> None:
    """Their events differ in time, so no row of the one is in the way of the other's."""
    house.record(registered(), collected())
    house.eraser().erase("customer/10023", [], "request")
    house.clock.forward(days=2)
    at = [f"2026-11-26T{hour}:00:00Z" for hour in (10, 11)]
    ledger = house.open()
    meanwhile(ledger, lambda: house.record(registered(time=at[0]), collected(time=at[0])))
    again = registered(time=at[1]), collected(time=at[1])
    assert house.record(*again, ledger=ledger).recorded == 2
    assert len(house.opener().periods("customer/10023")) == 2
    assert emails(house)[1:] == [EMAIL] * 2


def test_a_person_who_came_and_went_meanwhile_does_not_come_back(
    house: House, meanwhile: Meanwhile
) -> None:
    def come_and_go() -> None:
        house.record(collected())
        house.eraser().erase("customer/10023", [], "request")

    ledger = house.open()
    meanwhile(ledger, come_and_go)
    assert house.record(collected(), collected("customer/2"), ledger=ledger).recorded == 1
    assert len(house.opener().periods("customer/10023")) == 1


def test_keys_are_wrapped_under_the_epoch_of_their_commit(
    house: House, meanwhile: Meanwhile
) -> None:
    def turn() -> None:
        rotate(house.session("eraser"), house.provider, house.ledger, house.clock())

    ledger = house.open()
    meanwhile(ledger, turn)
    assert house.record(collected(), ledger=ledger).recorded == 1
    assert house.provider.epochs() == [2]
    assert emails(house) == [EMAIL]


def failing_copies(house: House, monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    """The first copy of events fails, and so does its transaction."""
    copy, waiting = Session.copy_rows, [error]

    def fail(session: Session, name: str, rows: bytes) -> None:
        if name == "copy_events" and waiting:
            raise waiting.pop()
        copy(session, name, rows)

    monkeypatch.setattr(Session, "copy_rows", fail)


def halves(house: House) -> Iterator[Batch]:
    """Two batches: the second one is about a person whom the first one makes."""
    for start, lines in ((1, [collected(), registered("customer/2")]), (3, [collected()])):
        span = Span("file:test", 0, start, start + len(lines))
        yield Batch(house.messages(*lines, start=start), span)


def test_what_was_sealed_with_keys_that_were_not_kept_is_sealed_again(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    failing_copies(house, monkeypatch, Overtaken())
    outcomes = list(house.open().record_each(halves(house)))
    assert [outcome.recorded for outcome in outcomes] == [2, 1]
    assert emails(house) == [EMAIL] * 2
    assert rows_of(house, "subject_index") == 2
    assert audit(house.reader).ok


def test_a_batch_that_fails_leaves_no_key_and_no_person(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger = house.open()
    failing_copies(house, monkeypatch, ServiceAway("gone"))
    with pytest.raises(ServiceAway):
        list(ledger.record_each(halves(house)))
    assert rows_of(house, "subject_index") == rows_of(house, "data_keys") == 0
    outcomes = list(ledger.record_each(halves(house)))
    assert [outcome.recorded for outcome in outcomes] == [2, 1]
    assert emails(house) == [EMAIL] * 2


def test_all_keys_of_a_batch_are_wrapped_in_one_call(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger, calls = house.open(), []
    house.record(registered("customer/known"), ledger=ledger)  # the key of the day's letters, too
    wrapping = ledger.keyring._wrapping
    wrap = wrapping.wrap

    def counted(epoch: int, keys: Any) -> list[bytes]:
        calls.append(len(keys))
        return wrap(epoch, keys)

    monkeypatch.setattr(wrapping, "wrap", counted)
    house.record(collected(), collected("customer/2"), accessed(), ledger=ledger)
    people, categories = 3, 2
    assert calls == [people + 2 * (1 + categories)]
