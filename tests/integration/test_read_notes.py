"""Notes of reads: rows that a reader adds and cannot take back, each of which becomes one event."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ledger.crypto.sealing import seal_value
from ledger.errors import Halt, LedgerError, Misconfigured
from ledger.figures import ledger_figures
from ledger.recording import reads as noting
from ledger.recording.batch import Batch, Outcome
from ledger.recording.reads import Read, ReadNotes, any_wait, record_notes, waiting
from ledger.storage.postgres import Session
from schemas import Code, Event, Rejection
from tests.fixtures.ledger import House

KEY = bytes(range(32))


def read(id: str = "r1", subject: str = "customer/10023", *, everyone: bool = False) -> Read:
    return Read(
        id=id,
        time=datetime(2026, 11, 24, 12, tzinfo=UTC),
        subject=subject,
        reader="employee/7",
        role="auditor",
        query="state",
        categories=("contact", "identity"),
        everyone=everyone,
    )


class Recorder:
    """Takes batches; refuses them when it is told to."""

    def __init__(self, *, refuses: bool = False) -> None:
        self.batches: list[Batch] = []
        self._refuses = refuses

    def __call__(self, batch: Batch) -> Outcome:
        self.batches.append(batch)
        refused = ((0, Rejection(Code.SCHEMA)),) if self._refuses else ()
        return Outcome(len(batch.messages), 0, refused, 7)

    @property
    def events(self) -> list[Event]:
        outcomes = [message.outcome for batch in self.batches for message in batch.messages]
        return [outcome for outcome in outcomes if isinstance(outcome, Event)]


@pytest.fixture
def reader(house: House) -> Session:
    return house.session("reader")


def note(session: Session, *reads: Read, key: bytes = KEY) -> ReadNotes:
    notes = ReadNotes(lambda: session, lambda: key)
    notes.add(reads)
    return notes


def test_a_note_becomes_the_event_that_it_names(house: House, reader: Session) -> None:
    note(reader, read(), read("r2", "system/processing-ledger-main", everyone=True))
    recorder = Recorder()
    assert record_notes(house.session("recorder"), KEY, recorder) == 2
    one, many = recorder.events
    assert (one.type, one.id) == ("nl.voipzeker.ledger.ledger-read.v1", "r1")
    assert (one.subject, one.time) == ("customer/10023", read().time)
    assert one.facts == {
        "reader": "employee/7",
        "role": "auditor",
        "query": "state",
        "categories": ["contact", "identity"],
    }
    assert one.categories == ("contact", "identity")
    assert many.facts["everyone"] is True
    assert waiting(reader) == 0


def test_notes_that_wait_are_counted(house: House, reader: Session) -> None:
    assert waiting(reader) == 0
    assert not ReadNotes(lambda: reader, lambda: KEY).taken
    assert note(reader, read(), read("r2")).taken
    figures = ledger_figures(reader, house.ledger, house.clock())
    assert waiting(reader) == 2 == figures["ledger_reads_waiting"][()]


@pytest.mark.parametrize("statement", ["delete", "update", "truncate"])
def test_whoever_reads_cannot_take_a_note_back(
    house: House, reader: Session, statement: str
) -> None:
    note(reader, read())

    def take_back() -> None:
        if statement == "delete":
            reader.run("remove_read_notes", notes=[1])
        elif statement == "update":  # by the owner
            house.session(None).script("UPDATE {events}.read_notes SET sealed = ''", names(house))
        else:
            house.session(None).script("TRUNCATE {events}.read_notes", names(house))

    with pytest.raises(LedgerError):
        take_back()
    assert waiting(reader) == 1


def names(house: House) -> dict[str, str]:
    return {"events": house.ledger.events}


def test_who_may_only_record_cannot_note(house: House) -> None:
    with pytest.raises(Misconfigured):
        note(house.session("recorder"), read())


def test_many_notes_go_in_batches_of_bounded_size(house: House, reader: Session) -> None:
    note(reader, *(read(f"r{number}") for number in range(2_001)))
    recorder = Recorder()
    assert record_notes(house.session("eraser"), KEY, recorder) == 2_001
    assert [len(batch.messages) for batch in recorder.batches] == [1_000, 1_000, 1]


def test_what_is_refused_is_loud_and_stays(house: House, reader: Session) -> None:
    note(reader, read())
    with pytest.raises(Halt):
        record_notes(house.session("recorder"), KEY, Recorder(refuses=True))
    assert waiting(reader) == 1


@pytest.mark.parametrize(
    "strange",
    [
        "",
        "\u20ac",
        "A" * 120,
        seal_value(AESGCM(KEY), {"id": 1}, b"processing-ledger/read/1", bytes(12)),
    ],
)
def test_a_note_of_somebody_else_stays_and_holds_up_no_other(
    house: House, reader: Session, strange: str
) -> None:
    reader.run("add_read_notes", sealed=[strange])
    note(reader, read())
    recorder = Recorder()
    assert record_notes(house.session("recorder"), KEY, recorder) == 1
    assert [event.id for event in recorder.events] == ["r1"]
    assert waiting(reader) == 1


def test_a_note_has_a_greatest_size(reader: Session) -> None:
    with pytest.raises(LedgerError):
        reader.run("add_read_notes", sealed=["A" * 65_537])


def test_a_note_is_committed_although_its_reader_is_in_a_transaction(
    house: House, reader: Session
) -> None:
    sessions: list[Callable[[], Session]] = [lambda: house.session("reader")]
    with reader.transaction():
        reader.run("begin_snapshot")
        assert reader.in_transaction
        ReadNotes(sessions[0], lambda: KEY).add([read()])
        assert waiting(house.session("reader")) == 1
    assert not reader.in_transaction


def test_what_is_noted_while_notes_are_recorded_is_for_the_next_time(
    house: House, reader: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(noting, "_BATCH", 3)
    assert not any_wait(reader)
    note(reader, *(read(f"r{number}") for number in range(4)))
    assert any_wait(reader)
    taken = Recorder()

    def looked_at_all_the_time(batch: Batch) -> Outcome:
        note(reader, read(f"more{len(taken.batches)}"))
        return taken(batch)

    assert record_notes(house.session("recorder"), KEY, looked_at_all_the_time) == 5
    assert [len(batch.messages) for batch in taken.batches] == [3, 2]
    assert waiting(reader) == 1
    assert record_notes(house.session("recorder"), KEY, Recorder()) == 1


def test_a_look_that_is_refused_is_not_noted(reader: Session) -> None:
    class Refused(LedgerError):
        """Too often."""

    def look(subject: str) -> None:
        if subject == "customer/2":
            raise Refused

    notes = ReadNotes(lambda: reader, lambda: KEY, look)
    with pytest.raises(Refused):
        notes.add([read("r1", "customer/1"), read("r2", "customer/2")])
    assert not any_wait(reader)
    assert not notes.taken
