"""Notes of reads: rows that a reader adds and cannot take back, each of which becomes one event."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ledger.crypto.sealing import seal_value
from ledger.errors import Halt, LedgerError, Misconfigured
from ledger.figures import ledger_figures
from ledger.recording import reads as noting
from ledger.recording.batch import Batch, NotWhole, Outcome
from ledger.recording.reads import ReadNotes, any_due, open_looks, record_notes, unopened, waiting
from ledger.recording.visits import IDLE, LASTS, MOST_LOOKS, Read
from ledger.storage.postgres import Session
from schemas import Code, Event, Rejection
from schemas.decode import MAX_MESSAGE
from schemas.names import LEDGER_READ
from tests.fixtures.console import registered
from tests.fixtures.ledger import House

KEY = bytes(range(32))
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


def read(id: str = "r1", subject: str = "customer/10023", **more: Any) -> Read:
    return Read(
        id=id,
        time=NOON + more.pop("after", timedelta()),
        subject=subject,
        reader=more.pop("reader", "employee/7"),
        role="auditor",
        query=more.pop("query", "state"),
        categories=more.pop("categories", ("contact", "identity")),
        **more,
    )


class Recorder:
    """Takes batches and removes their notes; refuses them when it is told to."""

    def __init__(self, session: Session, *, refuses: bool = False) -> None:
        self.batches: list[Batch] = []
        self._session, self._refuses = session, refuses

    def __call__(self, batch: Batch) -> Outcome:
        self.batches.append(batch)
        if self._refuses:
            raise NotWhole([(0, Rejection(Code.SCHEMA))])
        assert self._session.run("remove_read_notes", notes=list(batch.read_notes))
        return Outcome(len(batch.messages), 0, (), 7)

    @property
    def events(self) -> list[Event]:
        outcomes = [message.outcome for batch in self.batches for message in batch.messages]
        return [outcome for outcome in outcomes if isinstance(outcome, Event)]


@pytest.fixture
def reader(house: House) -> Session:
    return house.session("reader")


@pytest.fixture
def recorder(house: House) -> Recorder:
    return Recorder(house.session("recorder"))


def note(session: Session, *reads: Read, key: bytes = KEY) -> ReadNotes:
    notes = ReadNotes(lambda: session, lambda: key)
    notes.add(reads)
    return notes


def test_a_note_becomes_the_event_that_it_names(
    house: House, reader: Session, recorder: Recorder
) -> None:
    note(reader, read(), read("r2", "system/processing-ledger-main", everyone=True))
    assert record_notes(house.session("recorder"), KEY, recorder, NOON) == 2
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
    assert waiting(reader, NOON) == 0


def test_notes_that_wait_are_counted(house: House, reader: Session) -> None:
    assert waiting(reader, NOON) == 0
    assert not ReadNotes(lambda: reader, lambda: KEY).taken
    assert note(reader, read(), read("r2")).taken
    figures = ledger_figures(reader, house.ledger, house.clock())
    assert waiting(reader, NOON) == 2 == figures["ledger_reads_waiting"][()]


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
    assert waiting(reader, NOON) == 1


def names(house: House) -> dict[str, str]:
    return {"events": house.ledger.events}


def test_who_may_only_record_cannot_note(house: House) -> None:
    with pytest.raises(Misconfigured):
        note(house.session("recorder"), read())


def test_many_notes_go_in_batches_of_bounded_size(
    house: House, reader: Session, recorder: Recorder
) -> None:
    note(reader, *(read(f"r{number}") for number in range(2_001)))
    assert record_notes(house.session("eraser"), KEY, recorder, NOON) == 2_001
    assert [len(batch.messages) for batch in recorder.batches] == [1_000, 1_000, 1]


def test_what_is_refused_is_loud_and_stays(house: House, reader: Session) -> None:
    note(reader, read())
    refusing = Recorder(house.session("recorder"), refuses=True)
    with pytest.raises(Halt):
        record_notes(house.session("recorder"), KEY, refusing, NOON)
    assert waiting(reader, NOON) == 1


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
    house: House, reader: Session, recorder: Recorder, strange: str
) -> None:
    reader.run("add_read_notes", sealed=[strange], visits=[None], times=[NOON])
    note(reader, read())
    assert record_notes(house.session("recorder"), KEY, recorder, NOON) == 1
    assert [event.id for event in recorder.events] == ["r1"]
    assert waiting(reader, NOON) == 1


def test_a_note_has_a_greatest_size(reader: Session) -> None:
    with pytest.raises(LedgerError):
        reader.run("add_read_notes", sealed=["A" * 65_537], visits=[None], times=[NOON])


def test_a_note_is_committed_although_its_reader_is_in_a_transaction(
    house: House, reader: Session
) -> None:
    sessions: list[Callable[[], Session]] = [lambda: house.session("reader")]
    with reader.transaction():
        reader.run("begin_snapshot")
        assert reader.in_transaction
        ReadNotes(sessions[0], lambda: KEY).add([read()])
        assert waiting(house.session("reader"), NOON) == 1
    assert not reader.in_transaction


def test_what_is_noted_while_notes_are_recorded_is_for_the_next_time(
    house: House, reader: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(noting, "_BATCH", 3)
    assert not any_due(reader, NOON)
    note(reader, *(read(f"r{number}") for number in range(4)))
    assert any_due(reader, NOON)
    taken = Recorder(house.session("recorder"))

    def looked_at_all_the_time(batch: Batch) -> Outcome:
        note(reader, read(f"more{len(taken.batches)}"))
        return taken(batch)

    assert record_notes(house.session("recorder"), KEY, looked_at_all_the_time, NOON) == 5
    assert [len(batch.messages) for batch in taken.batches] == [3, 2]
    assert waiting(reader, NOON) == 1
    assert record_notes(house.session("recorder"), KEY, taken, NOON) == 1


def test_a_look_that_is_refused_is_not_noted(reader: Session) -> None:
    class Refused(LedgerError):
        """Too often."""

    def look(subject: str) -> None:
        if subject == "customer/2":
            raise Refused

    notes = ReadNotes(lambda: reader, lambda: KEY, look)
    with pytest.raises(Refused):
        notes.add([read("r1", "customer/1"), read("r2", "customer/2")])
    assert not any_due(reader, NOON)
    assert not notes.taken


MINUTE = timedelta(minutes=1)


def look(id: str, minutes: float, **more: Any) -> Read:
    """A look in a visit."""
    return read(id, after=minutes * MINUTE, visit=True, **more)


def recorded(house: House, now: timedelta, recorder: Recorder, ended: str | None = None) -> int:
    return record_notes(house.session("recorder"), KEY, recorder, NOON + now, ended)


def test_looks_of_a_visit_are_one_event_when_it_is_over(
    house: House, reader: Session, recorder: Recorder
) -> None:
    note(reader, look("r1", 0), look("r2", 10, query="history"), look("r3", 5))
    assert not any_due(reader, NOON + 24 * MINUTE)
    assert recorded(house, 24 * MINUTE, recorder) == 0
    assert waiting(reader, NOON + 24 * MINUTE) == 0
    assert [one.id for one in sorted(open_looks(reader, KEY), key=lambda one: one.time)] == [
        "r1",
        "r3",
        "r2",
    ]
    assert any_due(reader, NOON + 25 * MINUTE)
    assert recorded(house, 25 * MINUTE, recorder) == 3
    (event,) = recorder.events
    assert (event.time, event.facts["query"]) == (NOON, "visit")
    both = ["contact", "identity"]
    assert event.facts["looks"] == [
        {
            "query": "state",
            "categories": both,
            "times": ["2026-11-24T12:00:00.000000Z", "2026-11-24T12:05:00.000000Z"],
        },
        {"query": "history", "categories": both, "times": ["2026-11-24T12:10:00.000000Z"]},
    ]
    assert open_looks(reader, KEY) == []


def test_a_visit_of_one_look_is_recorded_as_that_look(
    house: House, reader: Session, recorder: Recorder
) -> None:
    note(reader, look("r1", 0))
    assert recorded(house, IDLE, recorder) == 1
    (event,) = recorder.events
    assert (event.id, event.facts["query"]) == ("r1", "state")
    assert "looks" not in event.facts


def test_a_visit_ends_after_an_hour_although_its_reader_goes_on(
    house: House, reader: Session, recorder: Recorder
) -> None:
    note(reader, *(look(f"r{number:02}", 5 * number) for number in range(13)))
    assert waiting(reader, NOON + LASTS) == 1, "the first of it should be an event by now"
    assert recorded(house, LASTS, recorder) == 12
    (left,) = open_looks(reader, KEY)
    assert left.id == "r12"


def test_a_visit_has_at_most_so_many_looks(
    house: House, reader: Session, recorder: Recorder
) -> None:
    note(reader, *(look(f"r{number:03}", number / 100) for number in range(MOST_LOOKS + 1)))
    assert recorded(house, 6 * MINUTE, recorder) == MOST_LOOKS
    assert len(open_looks(reader, KEY)) == 1
    (event,) = recorder.events
    assert len(event.canonical) < MAX_MESSAGE / 2


@pytest.mark.parametrize("other", [{"reader": "employee/8"}, {"subject": "customer/10024"}])
def test_another_reader_and_another_person_are_another_visit(
    house: House, reader: Session, recorder: Recorder, other: dict[str, str]
) -> None:
    note(reader, look("r1", 0), look("r2", 1, **other))
    assert recorded(house, timedelta(hours=2), recorder) == 2
    assert sorted(event.id for event in recorder.events) == ["r1", "r2"]


def test_visits_at_one_person_or_all_can_be_ended(
    house: House, reader: Session, recorder: Recorder
) -> None:
    note(reader, look("r1", 0), look("r2", 1, subject="customer/10024"))
    assert [one.id for one in open_looks(reader, KEY, "customer/10024")] == ["r2"]
    assert recorded(house, 2 * MINUTE, recorder, "customer/10024") == 1
    assert [one.id for one in open_looks(reader, KEY)] == ["r1"]
    assert recorded(house, 2 * MINUTE, recorder, "") == 1
    assert open_looks(reader, KEY) == []


def test_notes_and_their_event_are_one_transaction(house: House, reader: Session) -> None:
    """A process that dies within it has recorded nothing, and the next one records all of it."""
    note(reader, read("r0"), look("r1", 0), look("r2", 1))
    ledger = house.open()

    def dies(batch: Batch) -> Outcome:
        with pytest.MonkeyPatch.context() as power:
            power.setattr("ledger.recording.batch.append", lambda *_args, **_more: 1 / 0)
            return ledger.record(batch)

    with pytest.raises(ZeroDivisionError):
        record_notes(house.session("recorder"), KEY, dies, NOON, "")
    assert waiting(reader, NOON) == 1
    assert len(open_looks(reader, KEY)) == 2
    assert record_notes(house.session("recorder"), KEY, ledger.record, NOON, "") == 3
    assert len([event for event in house.events() if event.name == LEDGER_READ]) == 2


def test_what_another_process_recorded_meanwhile_is_not_recorded_twice(
    house: House, reader: Session
) -> None:
    note(reader, read("r0"), look("r1", 0), look("r2", 1))
    first, second = house.open(), house.open()

    def overtaken(batch: Batch) -> Outcome:
        record_notes(second.session, KEY, second.record, NOON, "")
        return first.record(batch)

    assert record_notes(first.session, KEY, overtaken, NOON, "") == 0
    assert len([event for event in house.events() if event.name == LEDGER_READ]) == 2


def test_a_note_that_is_there_twice_is_one_look(
    house: House, reader: Session, recorder: Recorder
) -> None:
    note(reader, look("r1", 0), look("r2", 1), look("r2", 1), read("r3"), read("r3"))
    assert recorded(house, 2 * MINUTE, recorder, "") == 3
    assert waiting(reader, NOON + timedelta(days=1)) == 0


def test_a_note_that_was_moved_does_not_open(house: House, reader: Session) -> None:
    note(reader, look("r1", 0), look("r2", 1, reader="employee/8"))
    rows = reader.rows("all_read_notes")
    (_, sealed, _, at), (_, _, visit, _) = rows
    for moved in ({"visits": [visit], "times": [at]}, {"visits": [None], "times": [at]}):
        reader.run("add_read_notes", sealed=[sealed], **moved)
    assert len([*unopened(reader, KEY)]) == 2


def test_an_erasure_ends_the_visits_that_began_before_it(house: House, reader: Session) -> None:
    """A note names its person, so it does not stay when the person is erased."""
    who = "customer/10023"
    house.record(registered(who))
    now = house.clock()
    ledger = house.open()
    note(reader, *(msgspec.structs.replace(look(name, 0), time=now) for name in ("r1", "r2")))
    assert record_notes(ledger.session, KEY, ledger.record, now) == 0
    house.eraser().erase(who, [], "request")
    assert any_due(reader, now)
    assert record_notes(ledger.session, KEY, ledger.record, now) == 2
    assert open_looks(reader, KEY) == []
    first, *_, last = house.events()
    assert (last.name, last.stream, last.facts["query"]) == (LEDGER_READ, first.stream, "visit")
