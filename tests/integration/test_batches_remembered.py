"""What a writer remembers of the batch before changes nothing of what the next one becomes."""

from collections.abc import Iterator
from typing import Any

import pytest

from ledger.application import Ledger
from ledger.backup.blind import rebuild
from ledger.errors import Halt
from ledger.keys.opening import Opener
from ledger.recording.batch import Batch, Outcome
from ledger.storage.postgres import Session
from ledger.writing.append import Span
from ledger.writing.packing import blind_hash
from schemas import Code
from tests.fixtures.ledger import House, accessed, collected, registered

Lines = list[dict[str, Any]]


def record_each(house: House, *batches: Lines) -> list[Outcome]:
    """Batches of one writer; each is decoded and sealed before the outcome of the one before is taken."""
    ledger = house.open()
    return list(
        ledger.record_each(
            Batch(house.messages(*lines), Span("file:test", 0, number, number + 1))
            for number, lines in enumerate(batches)
        )
    )


def record_one(house: House, ledger: Ledger, **members: Any) -> None:
    span = Span("file:test", 0, 1, 2)
    list(ledger.record_each([Batch(house.messages(collected(**members)), span)]))


def versions(house: House) -> list[tuple[int, int]]:
    return [(event.position, event.version) for event in house.events()]


def noted(monkeypatch: pytest.MonkeyPatch, method: str) -> list[str]:
    """The names of the statements that sessions run by a method."""
    names: list[str] = []
    original = getattr(Session, method)

    def noting(session: Session, name: str, /, **parameters: Any) -> Any:
        names.append(name)
        return original(session, name, **parameters)

    monkeypatch.setattr(Session, method, noting)
    return names


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the statements that ask for rows."""
    return noted(monkeypatch, "rows")


@pytest.fixture
def ran(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the statements that write."""
    return noted(monkeypatch, "run")


def fail_at(monkeypatch: pytest.MonkeyPatch, statement: str) -> None:
    """Let one statement fail, in the middle of a transaction that has written already."""
    original = Session.run

    def failing(session: Session, name: str, /, **parameters: Any) -> int:
        if name == statement:
            raise Halt("something is written, the rest is not")
        return original(session, name, **parameters)

    monkeypatch.setattr(Session, "run", failing)


def test_a_second_batch_of_the_same_people_asks_for_neither_names_nor_versions(
    house: House, asked: list[str]
) -> None:
    record_each(house, [registered()], [collected()], [accessed(), registered("customer/2")])
    assert versions(house) == [(1, 1), (2, 2), (3, 3), (4, 1)]
    assert asked.count("known_events") == 1
    assert asked.count("latest_versions") == 2


def test_a_repeat_after_a_batch_without_any_is_a_duplicate(house: House, asked: list[str]) -> None:
    first, second, third = registered(), collected(), collected()
    outcomes = record_each(house, [first], [second, first, third], [second])
    assert [(o.recorded, o.duplicates) for o in outcomes] == [(1, 0), (2, 1), (0, 1)]
    assert versions(house) == [(1, 1), (2, 2), (3, 3)]
    assert asked.count("known_events") == 3


def test_a_conflict_after_a_batch_without_repeats_is_one(house: House) -> None:
    first = registered()
    outcomes = record_each(house, [first], [first | {"time": "2026-11-24T10:15:01+01:00"}])
    assert [r.code for _, r in outcomes[1].rejections] == [Code.CONFLICTING_DUPLICATE]


def test_what_was_recorded_before_an_erasure_is_a_duplicate_and_no_refusal(house: House) -> None:
    first, other = collected(), registered("customer/2")
    house.record(first)
    house.eraser().erase("customer/10023", [], "request")
    outcomes = record_each(house, [other], [first, collected()])
    assert (outcomes[1].duplicates, [r.code for _, r in outcomes[1].rejections]) == (
        1,
        [Code.ERASED_SUBJECT],
    )


def test_versions_go_on_after_another_writer(house: House) -> None:
    ledger, other = house.open(), house.open()

    def batches() -> Iterator[Batch]:
        for number in range(3):
            yield Batch(house.messages(collected()), Span("file:test", 0, number, number + 1))

    for _ in ledger.record_each(batches()):
        house.record(accessed(), ledger=other)
    assert [version for _, version in versions(house)] == [1, 2, 3, 4, 5, 6]


def test_versions_of_a_batch_that_was_rolled_back_are_not_believed(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger = house.open()
    record_one(house, ledger)
    with monkeypatch.context() as patch:
        fail_at(patch, "add_batch")
        with pytest.raises(Halt):
            record_one(house, ledger)
    record_one(house, ledger)
    assert versions(house) == [(1, 1), (2, 2)]


WHO = "customer/10023"
EMAIL = "j.devries@example.nl"


def found(house: House, email: str = EMAIL) -> list[str]:
    opener = house.opener()
    return opener.find(blind_hash(opener.ledger_key("blind"), "email", email))


def test_a_value_that_is_searchable_already_is_not_written_again(
    house: House, ran: list[str]
) -> None:
    ledger = house.open()
    for _ in range(3):
        record_one(house, ledger)
    assert ran.count("add_blind") == 1
    record_one(house, ledger, personal={"email": "new@example.nl"})
    assert ran.count("add_blind") == 2
    assert found(house) == found(house, "new@example.nl") == [WHO]


def test_another_writer_takes_nothing_out_of_the_index(house: House, ran: list[str]) -> None:
    ledger, other = house.open(), house.open()
    record_one(house, ledger)
    house.record(accessed(), ledger=other)
    record_one(house, ledger)
    assert ran.count("add_blind") == 1


def test_a_value_of_two_people_is_searchable_for_both(house: House) -> None:
    other = "customer/2"
    record_each(house, [collected()], [collected(other), collected()], [collected(other)])
    assert found(house) == [WHO, other]


def test_a_value_that_comes_back_after_an_erasure_is_searchable_again(house: House) -> None:
    ledger = house.open()
    record_one(house, ledger)
    house.eraser().erase(WHO, ["contact"], "request")
    assert found(house) == []
    house.clock.forward(days=2)
    record_one(house, ledger, time="2026-11-26T10:15:00+01:00")
    assert found(house) == [WHO]


def test_an_index_that_is_made_again_has_what_was_written_before(house: House) -> None:
    ledger = house.open()
    record_one(house, ledger)
    house.session(None).script(
        "TRUNCATE ledger_main_keys.blind_index, ledger_main_keys.blind_index_complete", {}
    )
    record_one(house, ledger)
    session = house.session("eraser")
    assert rebuild(session, Opener(session, house.provider, house.ledger)) == 1
    record_one(house, ledger)
    assert found(house) == [WHO]


def test_a_value_of_a_batch_that_was_rolled_back_is_written_again(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger = house.open()
    with monkeypatch.context() as patch:
        fail_at(patch, "add_blind")
        with pytest.raises(Halt):
            record_one(house, ledger)
    record_one(house, ledger)
    assert found(house) == [WHO]
