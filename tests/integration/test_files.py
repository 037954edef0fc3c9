"""Files on a real database: every line is one event, one dead letter or one counted duplicate."""

import io
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO

import orjson
import psycopg
import pytest

from consumers.files import IngestResult, Progress, ingest
from consumers.pipeline import BatchLimits, messages_of_records
from consumers.retry import RetryOutcome, retry, retry_like
from consumers.source import Partition, record_of
from ledger.application import Ledger
from ledger.clocks import Clocks
from ledger.errors import KeyLost, Reject, ServiceAway
from ledger.letters.dead import Letter, letters, open_letter
from ledger.letters.lists import LetterFilter
from ledger.recording.batch import Batch, Outcome, PreparedBatch
from ledger.writing.append import Span
from rulebook import secrecy, secret_provisions
from schemas import AdmissionRules, Code
from schemas.decode import MAX_MESSAGE
from schemas.powers import Speakers
from tests.fixtures.inbound import STRUCTURED, as_binary
from tests.fixtures.ledger import House, collected, message, registered

Lines = dict[str, Any] | bytes


def text(*lines: Lines) -> bytes:
    raw = [line if isinstance(line, bytes) else orjson.dumps(line) for line in lines]
    return b"".join(line + b"\n" for line in raw)


def run(house: House, *lines: Lines, label: str = "acts.ndjson", **options: Any) -> IngestResult:
    files: list[tuple[str, BinaryIO]] = [(label, io.BytesIO(text(*lines)))]
    return ingest(house.open, files, house.intake, Clocks(house.clock), **options)


def kept(house: House) -> list[Letter]:
    return letters(house.session("reader"))


def test_lines_become_events_that_say_where_they_came_from(house: House) -> None:
    result = run(house, registered(), b"", collected(), b"  ")
    assert result == IngestResult(2, 2, 0, 0, 2, ())
    assert [event.origin for event in house.events()] == [
        {"file": "acts.ndjson", "line": 1},
        {"file": "acts.ndjson", "line": 3},
    ]
    assert kept(house) == []


def test_counts_add_up_and_rejections_name_their_lines(house: House) -> None:
    event = registered()
    result = run(house, event, b"{", event, collected(), b"\x00", event | {"id": "e 1"})
    assert (result.read, result.recorded, result.duplicates, result.rejected) == (6, 2, 1, 3)
    assert [(r.file, r.line, r.code, r.pointer) for r in result.rejections] == [
        ("acts.ndjson", 2, Code.NOT_JSON, ""),
        ("acts.ndjson", 5, Code.NOT_JSON, ""),
        ("acts.ndjson", 6, Code.SCHEMA, "/id"),
    ]
    assert result.last_position == 2


def test_a_file_read_again_is_all_duplicates(house: House) -> None:
    lines = [registered(f"customer/{n}") for n in range(50)]
    assert run(house, *lines).recorded == 50
    again = run(house, *lines)
    assert (again.recorded, again.duplicates, again.last_position) == (0, 50, 50)


SPELLINGS: list[dict[str, Any]] = [
    {"time": "2026-11-24T10:15:00Z"},
    {"time": "2026-11-24t10:15:00.000z"},
    {"time": "2026-11-24T10:15:00+00:00"},
    {"time": "2026-11-24T11:15:00+01:00", "datacontenttype": None},
    {"time": "2026-11-24T10:15:00Z", "datacontenttype": "application/JSON; charset=UTF-8"},
    {"time": "2026-11-24T10:15:00Z", "partitionkey": "k", "recordedtime": "2026-11-24T10:15:01Z"},
]


def test_every_spelling_of_an_event_is_a_duplicate(house: House) -> None:
    """In one batch and in later ones; what means another thing is a conflict."""
    event = collected(time="2026-11-24T10:15:00Z")
    mark, spaced = b"\xef\xbb\xbf", orjson.dumps(event).replace(b":{", b" :\t{")
    lines: list[Lines] = [*(event | spelling for spelling in SPELLINGS), mark + spaced]
    result = run(house, event, *lines)
    assert (result.recorded, result.duplicates, result.rejected) == (1, len(lines), 0)
    again = run(house, *lines)
    assert (again.recorded, again.duplicates) == (0, len(lines))
    other = event | {"time": "2026-11-24T10:15:00.000001Z"}
    assert [r.code for r in run(house, other).rejections] == [Code.CONFLICTING_DUPLICATE]
    assert len(house.events()) == 1


def test_a_trace_state_is_kept_with_its_event(house: House) -> None:
    trace = {"tracestate": "rojo=00f067aa0ba902b7"}
    run(house, collected() | trace)
    (event,) = house.events()
    assert event.trace == trace


def test_batches_join_over_several_files(house: House) -> None:
    progress: list[Progress] = []
    lines = [registered(f"customer/{n}") for n in range(5)]
    files: list[tuple[str, BinaryIO]] = [
        ("a", io.BytesIO(text(*lines[:3]))),
        ("b", io.BytesIO(text(*lines[3:]).rstrip(b"\n"))),
    ]
    limits = BatchLimits(messages=2)
    clocks = Clocks(house.clock)
    result = ingest(house.open, files, house.intake, clocks, progress.append, limits=limits)
    assert (result.read, result.recorded, result.last_position) == (5, 5, 5)
    assert progress[-1].size_bytes == len(text(*lines)) - 1
    assert [p.read for p in progress] == sorted(p.read for p in progress)
    assert batches(house) == [
        ("file:a", 1, 3, 1, 2),
        ("file:a", 3, 4, 3, 3),
        ("file:b", 1, 3, 4, 5),
    ]


def batches(house: House) -> list[tuple[Any, ...]]:
    with psycopg.connect(house.url) as connection:
        return connection.execute(
            "SELECT topic, start_offset, end_offset, first_position, last_position "
            "FROM ledger_main.batches ORDER BY batch"
        ).fetchall()


def conflict(house: House) -> dict[str, Any]:
    event = collected()
    run(house, event)
    return event | {"time": "2026-11-24T10:15:01+01:00"}


def erased(house: House) -> dict[str, Any]:
    run(house, registered(), collected())
    house.eraser().erase("customer/10023", ["contact"], "request")
    return collected()


def plain(line: Lines) -> Callable[[House], Lines]:
    return lambda _: line


SECRET = sorted(secret_provisions())[0]
BAD: dict[Code, Callable[[House], Lines]] = {
    Code.TOO_LARGE: plain(collected(personal={"name": "x" * 49_152})),
    Code.NOT_JSON: plain(b"\xff"),
    Code.NOT_A_CLOUDEVENT: plain({"hello": "world"}),
    Code.UNKNOWN_TYPE: plain(message("invented")),
    Code.WITHHELD: plain(
        message(
            "personal-data-disclosed",
            recipient="police",
            recipient_kind="police",
            purpose="investigation",
            method="push",
            country="NL",
            fields=["name"],
            necessity_reason="order",
            categories=["identity"],
            legal_basis="6-1-c",
            provision=SECRET,
        )
    ),
    Code.SOURCE_NOT_ALLOWED: plain(
        message("event-annulled", annuls="e", annuls_source="urn:of:another", reason="mistake")
    ),
    Code.UNKNOWN_FIELD: plain(registered(nickname="x")),
    Code.SCHEMA: plain(registered(channel=7)),
    Code.PERSONAL_DATA_IN_FACTS: plain(registered(channel="0612345678")),
    Code.TIME_IN_FUTURE: plain(registered(time="2026-11-24T12:30:00Z")),
    Code.CONFLICTING_DUPLICATE: conflict,
    Code.ERASED_SUBJECT: erased,
}


def test_every_code_is_here() -> None:
    # The open ledger does not know the one, and a file's sources are not kept out.
    assert set(BAD) == set(Code) - {Code.WRONG_LEDGER, Code.QUARANTINED}


@pytest.mark.parametrize("code", sorted(BAD.keys() - {Code.WITHHELD}))
def test_each_code_leaves_one_dead_letter(house: House, code: Code) -> None:
    house.intake = AdmissionRules(secrecy=secrecy(), speakers=Speakers())
    bad = BAD[code](house)
    before = len(house.events())
    result = run(house, registered("customer/2"), bad, registered("customer/3"))
    assert [(r.line, r.code) for r in result.rejections] == [(2, code)]
    assert (result.recorded, result.duplicates) == (2, 0)
    (letter,) = kept(house)
    assert (letter.code, letter.topic, letter.offset) == (code, "file:acts.ndjson", 2)
    assert letter.times == 1
    assert len(house.events()) == before + 2


def test_the_same_line_twice_is_one_letter_also_with_another_line_end(house: House) -> None:
    run(house, b"{bad", b"{bad\r")
    run(house, b"{bad")
    (letter,) = kept(house)
    assert letter.times == 3


def test_a_huge_line_is_one_letter_and_the_lines_around_it_are_recorded(house: House) -> None:
    huge = b'{"a": "' + b"x" * 3_000_000 + b'"}'
    result = run(house, registered("customer/2"), huge, registered("customer/3"))
    assert [(r.line, r.code) for r in result.rejections] == [(2, Code.TOO_LARGE)]
    assert result.recorded == 2
    (letter,) = kept(house)
    assert letter.mode == "truncated"


@pytest.mark.parametrize(("letters", "fits"), [(48_500, True), (48_700, False)])
def test_what_only_its_seal_makes_too_large_is_a_letter_and_the_lines_around_it_are_recorded(
    house: House, letters: int, fits: bool
) -> None:
    """Both are messages of an admitted size; sealed, the longer one is longer than an entry may be."""
    long = collected(personal={"name": "x" * letters})
    assert len(orjson.dumps(long)) <= MAX_MESSAGE
    result = run(house, registered("customer/2"), long, registered("customer/3"))
    assert [(r.line, r.code) for r in result.rejections] == [(2, Code.TOO_LARGE)] * (not fits)
    assert (result.recorded, len(kept(house))) == ((3, 0) if fits else (2, 1))


class Failing:
    """A ledger whose connection is lost during some of its writes, before or after the commit."""

    def __init__(self, house: House, faults: list[str]) -> None:
        self.house = house
        self.faults = faults
        self.opened = 0

    def open(self) -> Ledger:
        self.opened += 1
        ledger = self.house.open()
        write = ledger._write

        def failing(prepared: PreparedBatch) -> Outcome:
            fault = self.faults.pop(0) if self.faults else ""
            if fault == "before":
                ledger._writer = ledger._writer or self.house.session("recorder")
                ledger._writer.close()
            outcome = write(prepared)
            if fault == "after":
                raise ServiceAway
            return outcome

        ledger._write = failing  # type: ignore[method-assign]
        return ledger


@pytest.mark.parametrize("size", [1, 100])
@pytest.mark.parametrize("faults", [["before"], ["after"], ["", "before", "after"], ["", "after"]])
def test_a_lost_connection_is_opened_again(house: House, faults: list[str], size: int) -> None:
    failing, waited = Failing(house, list(faults)), [0.0]
    lines = [registered(f"customer/{n}") for n in range(3)]
    files: list[tuple[str, BinaryIO]] = [("a", io.BytesIO(text(*lines, b"bad")))]
    result = ingest(
        failing.open,
        files,
        house.intake,
        Clocks(house.clock, pause=waited.append),
        limits=BatchLimits(messages=size),
    )
    assert (result.read, result.recorded + result.duplicates, result.rejected) == (4, 3, 1)
    assert [r.line for r in result.rejections] == [4]
    happened = faults if size == 1 else faults[:1]
    assert failing.opened == 1 + len([fault for fault in happened if fault])
    assert len(house.events()) == 3
    assert len(kept(house)) == 1


class SlowPipe(io.RawIOBase):
    """Gives one line at a time, and says before each how much is recorded."""

    def __init__(self, house: House, lines: list[bytes], forward: Callable[[], None]) -> None:
        self.house = house
        self.lines = lines
        self.forward = forward
        self.recorded: list[int] = []

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self.recorded.append(len(self.house.events()))
        self.forward()
        line = self.lines.pop(0) if self.lines else b""
        buffer[: len(line)] = line
        return len(line)


def test_lines_of_a_slow_pipe_are_recorded_before_the_next_one_is_waited_for(house: House) -> None:
    time, progress = [0.0], list[Progress]()

    def forward() -> None:
        time[0] += 2.0

    pipe = SlowPipe(house, [text(registered(f"customer/{n}")) for n in range(3)], forward)
    files: list[tuple[str, BinaryIO]] = [("-", io.BufferedReader(pipe))]
    ingest(house.open, files, house.intake, Clocks(house.clock, lambda: time[0]), progress.append)
    assert pipe.recorded[:4] == [0, 1, 2, 3]
    assert [p.recorded for p in progress[:3]] == [1, 2, 3]


def test_a_database_that_stays_away_is_given_up(house: House) -> None:
    time = iter(range(0, 1000, 10))

    def away() -> Ledger:
        raise ServiceAway("PostgreSQL cannot be reached")

    files: list[tuple[str, BinaryIO]] = [("a", io.BytesIO(text(registered())))]
    with pytest.raises(ServiceAway, match="gave up after 30 s: PostgreSQL cannot be reached"):
        ingest(
            away,
            files,
            house.intake,
            Clocks(house.clock, lambda: float(next(time)), lambda _: None),
        )


def retried(house: House, *names: str) -> list[RetryOutcome]:
    ledger = house.open()
    if names:
        return list(retry(ledger, names, house.intake, house.clock()))
    return list(retry_like(ledger, LetterFilter(), None, house.intake, house.clock()))


def test_a_letter_whose_time_has_come_is_recorded_and_gone(house: House) -> None:
    run(house, b"bad", registered(time="2026-11-24T12:30:00Z"))
    future = next(letter for letter in kept(house) if letter.code == Code.TIME_IN_FUTURE)
    assert retried(house, future.letter)[0].outcome == "refused"
    house.clock.forward(hours=1)
    assert retried(house, future.letter) == [RetryOutcome(future.letter, "recorded")]
    (event,) = house.events()
    assert event.origin == {"file": "acts.ndjson", "line": 2}
    assert [letter.code for letter in kept(house)] == [Code.NOT_JSON]


def test_a_letter_whose_event_came_otherwise_is_a_duplicate_and_gone(house: House) -> None:
    event = registered(time="2026-11-24T12:30:00Z")
    run(house, event)
    house.clock.forward(hours=1)
    run(house, event)
    assert [r.outcome for r in retried(house)] == ["duplicate"]
    assert kept(house) == []
    assert len(house.events()) == 1


def test_a_letter_that_is_refused_again_stays_as_it_was(house: House) -> None:
    run(house, b"bad", conflict(house))
    before = {letter.letter: letter for letter in kept(house)}
    results = {r.letter: r for r in retried(house)}
    assert {r.code for r in results.values()} == {Code.NOT_JSON, Code.CONFLICTING_DUPLICATE}
    assert all(r.outcome == "refused" for r in results.values())
    assert {letter.letter: letter.code for letter in kept(house)} == {
        name: letter.code for name, letter in before.items()
    }


def test_a_truncated_letter_says_so(house: House) -> None:
    run(house, b"x" * 100_000)
    assert [r.outcome for r in retried(house)] == ["truncated"]
    assert len(kept(house)) == 1


@pytest.mark.parametrize("name", ["nonsense", "00" * 32])
def test_a_letter_that_is_not_there_is_refused(house: House, name: str) -> None:
    with pytest.raises(Reject, match="dead letter"):
        retried(house, name)


@pytest.mark.parametrize("binary", [False, True])
def test_a_letter_from_kafka_is_recorded_with_its_place_there(house: House, binary: bool) -> None:
    event = registered(time="2026-11-24T12:30:00Z")
    value, headers = as_binary(event) if binary else (orjson.dumps(event), STRUCTURED)
    record = record_of(17, value, headers)
    message = messages_of_records(Partition("acts", 3), [record], house.intake, house.clock())[0]
    house.open().record(Batch([message], Span("acts", 3, 17, 18)))
    house.clock.forward(hours=1)
    assert [r.outcome for r in retried(house)] == ["recorded"]
    assert [e.origin for e in house.events()] == [{"topic": "acts", "partition": 3, "offset": 17}]


def lose_day_key(house: House) -> None:
    house.session(None).script("DELETE FROM ledger_keys WHERE purpose LIKE 'letters/%'", {})


def change_letter(house: House) -> None:
    house.session(None).script(
        "UPDATE dead_letters SET sealed = overlay(sealed PLACING '\\x00000000' FROM 20)", {}
    )


def cut_letter(house: House) -> None:
    house.session(None).script("UPDATE dead_letters SET sealed = ''", {})


def day_keys(house: House) -> list[str]:
    with psycopg.connect(house.url) as connection:
        query = "SELECT purpose FROM ledger_main_keys.ledger_keys WHERE purpose LIKE 'letters/%'"
        return sorted(purpose for (purpose,) in connection.execute(query))


@pytest.mark.parametrize("spoil", [lose_day_key, change_letter, cut_letter])
def test_a_letter_that_nobody_can_open_holds_up_no_other(
    house: House, spoil: Callable[[House], None]
) -> None:
    run(house, b"bad")
    (spoiled,) = kept(house)
    spoil(house)
    house.clock.forward(days=1)
    run(house, registered(time="2026-11-25T12:30:00Z"))
    before = day_keys(house)
    house.clock.forward(hours=1)
    assert [r.outcome for r in retried(house)] == ["unreadable", "recorded"]
    assert retried(house, spoiled.letter) == [RetryOutcome(spoiled.letter, "unreadable")]
    ledger = house.open()
    with pytest.raises(KeyLost, match=r"letters/2026-11-24 is missing|of 2026-11-24 does not open"):
        open_letter(ledger.session, ledger.keyring, spoiled.letter)
    assert [letter.letter for letter in kept(house)] == [spoiled.letter]
    assert day_keys(house) == before  # opening makes none


def test_a_letter_that_expires_while_it_is_opened_is_not_there(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(house, b"bad")
    (letter,) = kept(house)
    ledger = house.open()
    known = ledger.keyring.known_ledger_key

    def late(purpose: str) -> bytes:
        house.expire(20, 14)
        return known(purpose)

    monkeypatch.setattr(ledger.keyring, "known_ledger_key", late)
    with pytest.raises(Reject, match="no such dead letter"):
        open_letter(ledger.session, ledger.keyring, letter.letter)


def test_an_interrupted_retry_has_done_the_letters_before_it(house: House) -> None:
    run(house, *[registered(f"customer/{n}", time="2026-11-24T12:30:00Z") for n in range(3)])
    house.clock.forward(hours=1)
    results: Iterator[RetryOutcome] = retry_like(
        house.open(), LetterFilter(), None, house.intake, house.clock()
    )
    next(results)
    assert (len(house.events()), len(kept(house))) == (1, 2)
