"""Notes of reads: what is on disk, whose file it is, and what becomes of a torn line."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from ledger.errors import Halt, Misconfigured
from ledger.figures import reads_figures
from ledger.reads import Read, ReadNotes, record_notes, waiting
from ledger.recording import Batch, Outcome
from schemas import Code, Event, Rejection

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


def left(folder: Path, *reads: Read) -> Path:
    """Notes of a process that is gone."""
    notes = ReadNotes(folder, lambda: KEY)
    notes.add(reads)
    notes.close()
    return waiting(folder)[-1]


def test_a_note_becomes_the_event_that_it_names(tmp_path: Path) -> None:
    left(tmp_path, read(), read("r2", "system/processing-ledger-main", everyone=True))
    recorder = Recorder()
    assert record_notes(tmp_path, KEY, recorder) == 2
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
    assert waiting(tmp_path) == []


def test_the_notes_of_a_process_that_lives_are_left_alone(tmp_path: Path) -> None:
    notes, recorder = ReadNotes(tmp_path, lambda: KEY), Recorder()
    assert not notes.taken
    notes.add([read()])
    assert notes.taken
    assert record_notes(tmp_path, KEY, recorder) == 0
    notes.close()
    assert record_notes(tmp_path, KEY, recorder) == 1


def test_files_that_wait_are_counted_and_a_folder_that_is_not_there_has_none(
    tmp_path: Path,
) -> None:
    assert reads_figures(tmp_path / "none") == {"ledger_reads_waiting": {(): 0.0}}
    left(tmp_path, read(), read("r2"))
    left(tmp_path, read("r3"))
    assert reads_figures(tmp_path) == {"ledger_reads_waiting": {(): 2.0}}
    record_notes(tmp_path, KEY, Recorder())
    assert reads_figures(tmp_path) == {"ledger_reads_waiting": {(): 0.0}}


def test_a_process_may_note_again_after_its_notes_were_recorded(tmp_path: Path) -> None:
    notes, recorder = ReadNotes(tmp_path, lambda: KEY), Recorder()
    for id in ("r1", "r2"):
        notes.add([read(id)])
        notes.close()
        record_notes(tmp_path, KEY, recorder)
    assert [event.id for event in recorder.events] == ["r1", "r2"]


def test_a_torn_line_was_no_read_yet(tmp_path: Path) -> None:
    path = left(tmp_path, read(), read("r2"))
    path.write_bytes(path.read_bytes()[:-3])
    recorder = Recorder()
    assert record_notes(tmp_path, KEY, recorder) == 1
    assert [event.id for event in recorder.events] == ["r1"]


def test_many_notes_go_in_batches_of_bounded_size(tmp_path: Path) -> None:
    left(tmp_path, *(read(f"r{number}") for number in range(2_001)))
    recorder = Recorder()
    assert record_notes(tmp_path, KEY, recorder) == 2_001
    assert [len(batch.messages) for batch in recorder.batches] == [1_000, 1_000, 1]


@pytest.mark.parametrize("damage", ["key", "line", "refusal"])
def test_what_cannot_be_recorded_is_loud_and_stays(tmp_path: Path, damage: str) -> None:
    path = left(tmp_path, read())
    if damage == "line":
        path.write_bytes(b"A" * 120 + b"\n")
    with pytest.raises(Halt):
        record_notes(
            tmp_path, bytes(32) if damage == "key" else KEY, Recorder(refuses=damage == "refusal")
        )
    assert waiting(tmp_path) == [path]


def test_a_folder_that_cannot_be_written_is_said_before_anything_is_read(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("")
    with pytest.raises(Misconfigured, match="LEDGER_READS_DIR"):
        ReadNotes(file, lambda: KEY).add([read()])
