"""One source that fails stops no other: it is kept out, loses nothing, and is let in again."""

from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import orjson
import pytest

from consumers.register import accepted_now, known_now
from ledger.audit import Finding, audit
from ledger.crypto.sealing import KeyedHash
from ledger.figures import ledger_figures
from ledger.keys.opening import Opener
from ledger.letters.dead import letters, open_letter
from ledger.letters.lists import LetterFilter, count_letters
from ledger.letters.withheld import KeyPair
from ledger.recording.batch import Batch, Outcome
from ledger.recording.quarantine import OTHERS, sources_of
from ledger.recording.tallying import NAMELESS
from ledger.writing.append import Span
from ledger.writing.bookmarks import Bookmark, HaltLimit
from ledger.writing.chain import CHAIN
from ledger.writing.message import KafkaOrigin, Message
from rulebook import secrecy
from rulebook.powers import POWERS
from rulebook.sources import SENDERS
from schemas import AdmissionRules as Accepted
from schemas import decode
from schemas.powers import Speakers
from tests.fixtures.ledger import House, message, registered
from tests.unit.schemas.secret_spellings import by_kind

TOPIC = "privacy.events.v1"
GOOD, BAD, WORSE = "urn:voipzeker:crm", "urn:voipzeker:bad", "urn:voipzeker:worse"
OTHER, OFFICE = "urn:voipzeker:shop", "urn:voipzeker:privacy-office"
KNOWN = frozenset({GOOD, BAD, WORSE, OTHER})
LIMIT = HaltLimit(0.2, 10)
_COUNT = iter(range(1, 10**9))


def good(source: str = GOOD, **members: Any) -> bytes:
    return orjson.dumps(registered(f"customer/{next(_COUNT)}", source=source, **members))


def bad(source: str = BAD) -> bytes:
    return good(source, surprise=1)


class Intake:
    """One partition, read batch after batch. `known`: the sources that are registered."""

    def __init__(
        self,
        house: House,
        number: int = 0,
        accepts: Accepted | None = None,
        known: frozenset[str] = KNOWN,
        **options: Any,
    ) -> None:
        self.house, self.number, self.offset, self.known = house, number, 0, known
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
        batch = Batch(messages, span, Bookmark("c", "i", lines[-1]), registered=self.known)
        return self.house.open(limit=LIMIT, **self.options).record(batch)


@pytest.fixture
def intake(house: House) -> Intake:
    return Intake(house)


def codes(house: House) -> Counter[str]:
    return Counter(letter.code for letter in letters(house.session("reader")))


def quarantined(house: House) -> list[str]:
    rows = sources_of(house.session("reader"), TOPIC)
    return [source for _, source, one in rows if one.window.halted_at]


def findings(house: House) -> Sequence[Finding]:
    """What the audit finds, rows of sources and letters included."""
    session = house.session("reader")
    chain = KeyedHash(Opener(session, house.provider, house.ledger).ledger_key(CHAIN))
    return audit(session, chain=chain).findings


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


def made_up(count: int, make: Callable[..., bytes]) -> list[bytes]:
    return [make(f"urn:made-up:{next(_COUNT)}") for _ in range(count)]


def no_source(count: int) -> list[bytes]:
    return [b"rubbish %d" % next(_COUNT) for _ in range(count)]


def of_no_string(count: int) -> list[bytes]:
    """Sources that are none, and names that no source may have."""
    odd: list[Any] = [None, 7, [], {}, "", " ", "urn:\u00e9", "x" * 129, "*", "file:"]
    return [
        orjson.dumps(registered(f"customer/{next(_COUNT)}") | {"source": odd[n % len(odd)]})
        for n in range(count)
    ]


@pytest.mark.parametrize(
    "shape",
    [
        lambda: made_up(400, good),
        lambda: made_up(400, bad),
        lambda: made_up(200, good) + made_up(200, bad),
        lambda: no_source(400),
        lambda: of_no_string(400),
        lambda: made_up(150, bad) + no_source(150) + of_no_string(100),
        lambda: [bad(f"{GOOD}/") for _ in range(200)] + [bad(f"{GOOD}:x") for _ in range(200)],
    ],
)
def test_no_writer_with_names_that_it_makes_up_halts_a_topic_or_fills_it(
    house: House, intake: Intake, shape: Callable[[], list[bytes]]
) -> None:
    """However many names, and whatever the shape: registered sources go on, and there are three rows."""
    lines = shape()
    for start in range(0, len(lines), 50):
        outcome = intake.send(*lines[start : start + 50], good(), good(OTHER))
        assert not outcome.halted
        assert set(outcome.quarantined) <= {OTHERS}
        assert outcome.recorded >= 2
    rows = {source for _, source, _ in sources_of(house.session("reader"), TOPIC)}
    assert {GOOD, OTHER} <= rows <= {GOOD, OTHER, OTHERS, NAMELESS}
    figures = ledger_figures(house.session("reader"), house.ledger, house.clock())
    assert set(figures["ledger_quarantined_sources"]) == {(TOPIC,)}


def test_sources_that_are_not_registered_are_quarantined_together(
    house: House, intake: Intake
) -> None:
    intake.send(*made_up(5, good), good())
    assert intake.send(*made_up(10, bad), good()).quarantined == (OTHERS,)
    after = intake.send(*made_up(3, good), good())
    assert (after.recorded, [why.code.value for _, why in after.rejections]) == (
        1,
        ["quarantined"] * 3,
    )


def test_one_that_is_registered_meanwhile_is_let_in(house: House, intake: Intake) -> None:
    new = "urn:voipzeker:new"
    assert intake.send(*[bad(new) for _ in range(10)], good()).quarantined == (OTHERS,)
    assert intake.send(good(new), good()).recorded == 1
    intake.known = KNOWN | {new}
    assert intake.send(good(new), good()).recorded == 2
    intake.known = KNOWN
    assert intake.send(good(new), good()).recorded == 1


def test_who_uses_a_registered_name_is_taken_for_it(house: House, intake: Intake) -> None:
    """Kafka does not tell who wrote a record: topics of their own do, see docs/how-to/guard-the-topics.md."""
    intake.send(good(OTHER))
    assert intake.send(*[bad(GOOD) for _ in range(10)], *made_up(5, good)).halted is False
    assert quarantined(house) == [GOOD]
    assert intake.send(*[bad(OTHER) for _ in range(40)]).halted


def known(house: House, strict: bool, topic: str) -> frozenset[str]:
    """The sources that a ledger knows on a topic by now."""
    speakers = Speakers(frozenset({OFFICE}), POWERS, {} if strict else None, house=SENDERS)
    session = house.session("recorder")
    return known_now(accepted_now(Accepted(speakers=speakers), session), session, topic)


def test_registered_is_who_stands_in_the_table_or_the_register(house: House) -> None:
    """Where sources are checked, on the topics that it may send through. None of them by its own word."""

    def entry(source: str, by: str, **facts: Any) -> dict[str, Any]:
        system = f"system/{source.rpartition(':')[2]}"
        return message("system-registered", system, sources=[source], source=by, **facts)

    new, own, evil = "urn:voipzeker:new", "urn:voipzeker:own", "urn:evil:one"
    house.record(entry(new, OFFICE), entry(own, OFFICE, through=["own"]), entry(evil, evil))
    for topic in (TOPIC, "own"):
        found = known(house, False, topic)
        assert {GOOD, new, own} <= found
        assert evil not in found
    assert {GOOD, new} <= known(house, True, TOPIC)
    assert {own, evil}.isdisjoint(known(house, True, TOPIC))
    assert own in known(house, True, "own")
    assert {GOOD, new, evil}.isdisjoint(known(house, True, "own"))


# How much is kept of a source


def unread(house: House) -> list[str]:
    """The bodies of letters that stand for what was not kept."""
    reader, keyring = house.session("reader"), house.open().keyring
    bodies = (open_letter(reader, keyring, one.letter)[1] for one in letters(reader))
    return [body.decode() for body in bodies if b"not_kept" in body]


@pytest.mark.parametrize("shape", ["made up", "no source", "file"])
def test_of_what_is_not_registered_no_more_letters_are_kept_than_the_bound(
    house: House, intake: Intake, monkeypatch: pytest.MonkeyPatch, shape: str
) -> None:
    monkeypatch.setattr("ledger.letters.dead.LETTERS_A_DAY", 20)

    def send(count: int) -> None:
        if shape == "file":
            house.record(*no_source(count))
        else:
            lines = made_up(count, bad) if shape == "made up" else no_source(count)
            assert not intake.send(*lines, good(), good(OTHER)).halted

    def count() -> tuple[int, int]:
        return count_letters(house.session("reader"), LetterFilter())

    for more, expected in ((19, (19, 19)), (1, (20, 20)), (1, (21, 21)), (30, (21, 51))):
        send(more)
        assert count() == expected
    (body,) = unread(house)
    source = {"made up": OTHERS}.get(shape, NAMELESS)
    assert orjson.loads(body)["not_kept"]["source"] == source
    house.clock.forward(days=1)
    send(1)
    assert count() == (22, 52), "the next day has room of its own"
    assert findings(house) == ()


def test_no_more_bytes_are_kept_than_the_bound_and_no_answer_is_made_of_the_rest(
    house: House, intake: Intake, monkeypatch: pytest.MonkeyPatch
) -> None:
    line = b"x" * 1000
    monkeypatch.setattr("ledger.letters.dead.LETTER_BYTES_A_DAY", 3 * len(line))

    def answers() -> int:
        return len(house.session("reader").of("consumers").rows("answers", count=99))

    for number, kept in enumerate((1, 2, 3, 3, 3), 1):
        intake.send(b"%d" % number + line[1:])
        found, messages = count_letters(house.session("reader"), LetterFilter())
        assert (found, messages) == (kept + (number > 3), number)
        assert answers() == kept
    again = intake.send(b"1" + line[1:])
    assert (again.recorded, len(again.rejections)) == (0, 1)
    assert count_letters(house.session("reader"), LetterFilter()) == (4, 6), (
        "a known one needs no room"
    )


def test_a_registered_source_halts_its_topic_before_anything_of_it_is_not_kept(
    house: House, intake: Intake, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ledger.letters.dead.LETTERS_A_DAY", 30)
    intake.send(good(), *thirds(30))
    assert quarantined(house) == [BAD]
    assert not intake.send(*[good(BAD) for _ in range(19)], good()).halted  # 29 by now
    assert intake.send(good(BAD), good()).halted
    house.open().resume_topics([TOPIC])
    assert not intake.send(*[good(BAD) for _ in range(29)], good()).halted
    assert intake.send(good(BAD), good(), *[good(BAD) for _ in range(5)]).halted
    assert codes(house) == {"unknown-field": 10, "quarantined": 55}
    assert unread(house) == []
    assert findings(house) == ()


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
