"""One source that fails stops no other: it is kept out, loses nothing, and is let in again."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import orjson
import pytest

from ledger.letters.dead import letters
from ledger.letters.withheld import KeyPair
from ledger.recording.batch import Batch, Outcome
from ledger.recording.quarantine import OTHERS, sources_of
from ledger.recording.tallying import NAMELESS
from ledger.writing.append import Span
from ledger.writing.bookmarks import Bookmark, HaltLimit
from ledger.writing.message import KafkaOrigin, Message
from rulebook import secrecy
from schemas import AdmissionRules as Accepted
from schemas import decode
from tests.fixtures.ledger import House, registered
from tests.unit.schemas.secret_spellings import by_kind

TOPIC = "privacy.events.v1"
GOOD, BAD, WORSE = "urn:voipzeker:crm", "urn:voipzeker:bad", "urn:voipzeker:worse"
OTHER = "urn:voipzeker:shop"
LIMIT = HaltLimit(0.2, 10)
_COUNT = iter(range(1, 10**9))


def good(source: str = GOOD, **members: Any) -> bytes:
    return orjson.dumps(registered(f"customer/{next(_COUNT)}", source=source, **members))


def bad(source: str = BAD) -> bytes:
    return good(source, surprise=1)


class Intake:
    """One partition, read batch after batch."""

    def __init__(
        self, house: House, number: int = 0, accepts: Accepted | None = None, **options: Any
    ) -> None:
        self.house, self.number, self.offset = house, number, 0
        self.accepts, self.options = accepts or house.intake, options
        house.bookmark(TOPIC, number)

    def send(self, *lines: bytes) -> Outcome:
        start, self.offset = self.offset, self.offset + len(lines)
        messages = [
            Message(
                line,
                decode(line, self.accepts, self.house.clock()),
                KafkaOrigin(TOPIC, self.number, offset),
            )
            for offset, line in enumerate(lines, start)
        ]
        span = Span(TOPIC, self.number, start, self.offset)
        batch = Batch(messages, span, Bookmark("c", "i", lines[-1]))
        return self.house.open(limit=LIMIT, **self.options).record(batch)


@pytest.fixture
def intake(house: House) -> Intake:
    return Intake(house)


def codes(house: House) -> Counter[str]:
    return Counter(letter.code for letter in letters(house.session("reader")))


def quarantined(house: House) -> list[str]:
    rows = sources_of(house.session("reader"), TOPIC)
    return [source for _, source, one in rows if one.window.halted_at]


def thirds(count: int) -> Sequence[bytes]:
    return [bad() if n % 3 == 2 else good() for n in range(count)]


def test_a_source_above_the_limit_is_kept_out_and_the_topic_goes_on(
    house: House, intake: Intake
) -> None:
    crossing = intake.send(*thirds(30))
    assert (crossing.recorded, len(crossing.rejections)) == (20, 10)
    assert (crossing.quarantined, crossing.halted) == ((BAD,), False)
    after = intake.send(good(BAD), bad(), good(), good(WORSE))
    assert (after.recorded, after.quarantined, after.halted) == (2, (), False)
    assert codes(house) == {"unknown-field": 11, "quarantined": 1}
    assert quarantined(house) == [BAD]


def test_what_is_kept_out_is_known_by_its_bytes_and_its_source(
    house: House, intake: Intake
) -> None:
    intake.send(*thirds(30))
    line = good(BAD)
    intake.send(line)
    (letter,) = [one for one in letters(house.session("reader")) if one.code == "quarantined"]
    assert (letter.source, letter.pointer, letter.topic) == (BAD, "", TOPIC)
    assert letter.type == "nl.voipzeker.ledger.customer-registered.v1"
    (answer,) = [
        orjson.loads(bytes(payload))
        for _, payload in house.session("reader").of("consumers").rows("answers", count=99)
        if b"quarantined" in bytes(payload)
    ]
    assert (answer["code"], answer["source"], answer["offset"]) == ("quarantined", BAD, 30)


def test_a_repeat_of_what_is_recorded_stays_a_duplicate(house: House, intake: Intake) -> None:
    line = good(BAD)
    intake.send(line, *thirds(30))
    again = intake.send(line, good(BAD))
    assert (again.recorded, again.duplicates) == (0, 1)
    assert [why.code.value for _, why in again.rejections] == ["quarantined"]


def test_a_source_that_was_resumed_is_read_and_counted_anew(house: House, intake: Intake) -> None:
    intake.send(*thirds(30))
    assert house.open().resume_source(TOPIC, BAD)
    assert not house.open().resume_source(TOPIC, BAD)
    assert not house.open().resume_source(TOPIC, "urn:nobody")
    assert intake.send(good(BAD), good(BAD), bad()).recorded == 2
    assert quarantined(house) == []
    intake.send(*[bad() for _ in range(9)])
    assert quarantined(house) == [BAD]


def test_two_partitions_share_what_is_known(house: House, intake: Intake) -> None:
    other = Intake(house, 1)
    intake.send(good(), *[bad() for _ in range(6)])
    assert other.send(good(), *[bad() for _ in range(6)]).quarantined == (BAD,)
    assert intake.send(good(BAD), good()).recorded == 1


def test_the_topic_halts_when_more_than_half_of_its_sources_fail(
    house: House, intake: Intake
) -> None:
    intake.send(good(), *thirds(30))
    crossing = intake.send(*[bad(WORSE) for _ in range(10)])
    assert crossing.halted
    assert crossing.quarantined == ()
    assert quarantined(house) == [BAD], "those with whom it halted are counted anew"
    house.open().resume_topics([TOPIC])
    assert intake.send(good(WORSE), good()).recorded == 2


def test_sources_that_fell_silent_do_not_decide(house: House, intake: Intake) -> None:
    intake.send(good())
    house.clock.forward(days=8)
    assert intake.send(*[bad() for _ in range(10)]).halted


def test_what_has_no_source_halts_only_a_topic_of_which_it_is_most(
    house: House, intake: Intake
) -> None:
    some = intake.send(*[b"bad %d" % n if n % 3 == 2 else good() for n in range(30)])
    assert (some.halted, some.quarantined, len(some.rejections)) == (False, (), 10)
    assert intake.send(*[b"worse %d" % n for n in range(10)]).halted
    assert quarantined(house) == []


def test_names_that_outsiders_make_up_take_no_end_of_rows(
    house: House, intake: Intake, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ledger.recording.quarantine.OWN_ROWS", 3)
    intake.send(*[good(f"urn:made-up:{n}") for n in range(5)])
    crossing = intake.send(*[bad(f"urn:other:{n}") for n in range(10)], good("urn:made-up:0"))
    assert crossing.quarantined == (OTHERS,)
    rows = [source for _, source, _ in sources_of(house.session("reader"), TOPIC)]
    assert rows == [OTHERS, "urn:made-up:0", "urn:made-up:1", "urn:made-up:2"]
    assert intake.send(good("urn:made-up:1"), good("urn:other:new")).recorded == 1


def test_files_and_commands_are_counted_and_never_kept_out(house: House) -> None:
    house.record(*[bad() for _ in range(300)], good())
    assert quarantined(house) == []
    ((topic, source, one),) = sources_of(house.session("reader"))
    assert (topic, source) == ("file:", NAMELESS)
    assert (one.recorded, one.duplicates, one.refused, one.held) == (1, 0, 300, 0)


def test_by_file_a_source_that_is_kept_out_of_a_topic_is_recorded(
    house: House, intake: Intake
) -> None:
    for _ in range(3):
        intake.send(*thirds(12))
    assert quarantined(house) == [BAD]
    assert codes(house)["quarantined"] == 0
    outcome = house.record(good(BAD), good(BAD))
    assert (outcome.recorded, outcome.rejections) == (2, ())
    assert quarantined(house) == [BAD]  # and it is still kept out of the topic
    intake.send(good(BAD))
    assert codes(house)["quarantined"] == 1


def test_what_is_withheld_stays_so_and_counts_for_nobody(house: House, tmp_path: Path) -> None:
    secret = [orjson.dumps(one | {"source": BAD}) for one in by_kind()]
    key = KeyPair(tmp_path / "confidential").create()
    intake = Intake(house, accepts=Accepted(secrecy=secrecy()), withheld_key=key)
    quiet = intake.send(*secret, good(), good(OTHER))
    assert (quiet.recorded, len(quiet.withheld)) == (2, len(secret))
    assert BAD not in {source for _, source, _ in sources_of(house.session("reader"))}
    intake.send(*[bad() for _ in range(10)])
    before = sources_of(house.session("reader"))
    told = intake.send(*[orjson.dumps(one | {"source": BAD, "id": "x"}) for one in by_kind()])
    assert (told.recorded, told.rejections) == (0, ())
    assert sources_of(house.session("reader")) == before
    assert quarantined(house) == [BAD]
