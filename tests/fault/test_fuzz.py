"""Broken messages by the million: each is an event or a typed rejection, at little work, in words of our own.

What is accepted can be recorded, opened and folded; what is refused can be kept and read again.
"""

import multiprocessing
import time
from datetime import timedelta

import pytest

from ledger.audit import audit
from ledger.letters.dead import letters, open_letter
from ledger.letters.withheld import KeyPair
from ledger.recording.batch import Batch
from ledger.writing.append import Span
from ledger.writing.bookmarks import HaltLimit
from ledger.writing.message import Message
from schemas import Event
from tests.fault.campaign import seeded
from tests.fault.fuzzing import NOW, Report, fuzz, message_of
from tests.fault.mutation import EXAMPLES, Headers, Mutant, mutant
from tests.fixtures.ledger import House
from tests.fixtures.views import OFFICES, audit_views, follower

SOME = 15_000
LARGE_IN = 21  # each of them is counted, as it is large, and they are judged in every way
MANY = 1_200_000
PROCESSES = 2
CHUNK = 10_000
# Calls that a byte may cost: `unit/schemas/test_work.py` says what is counted, and for which messages.
STEPS_A_BYTE = 6
NEVER = HaltLimit(share=1.0)


def test_broken_messages_are_events_or_typed_rejections(house: House) -> None:
    seed = seeded().randrange(10**9)
    report = fuzz(seed, 0, SOME, LARGE_IN)
    check(report)
    check_recording(house, report)


@pytest.mark.campaign
def test_a_million_broken_messages(house: House) -> None:
    seed = seeded().randrange(10**9)
    start, report = time.monotonic(), Report(seed)
    with multiprocessing.get_context("forkserver").Pool(PROCESSES) as pool:
        parts = [(seed, first, CHUNK) for first in range(0, MANY, CHUNK)]
        for part in pool.starmap(fuzz, parts, chunksize=1):
            report.join(part)
    print(f"{time.monotonic() - start:.0f} s: {report.told()}")
    assert report.messages == MANY >= 1_000_000
    check(report)
    check_recording(house, report)


def check(report: Report) -> None:
    assert report.faults == []
    assert report.worst <= STEPS_A_BYTE, report.told()
    # The mutations reach every answer of decoding, and leave enough as it was.
    codes = {"not-json", "not-a-cloudevent", "unknown-type", "withheld", "unknown-field"}
    codes |= {"schema", "personal-data-in-facts", "time-in-future", "too-large", "accepted"}
    assert report.codes.keys() == codes
    assert min(report.codes[code] for code in codes) >= 10, report.told()
    assert report.codes["accepted"] > report.messages / 10
    assert report.compared > report.messages / 20


def messages_of(report: Report) -> list[Message]:
    """A sample of what was decoded, as records of one partition."""
    sample = [*report.accepted, *report.refused]
    return [message_of(made, offset) for offset, made in enumerate(sample)]


def check_recording(house: House, report: Report) -> None:
    house.clock.now = NOW + timedelta(minutes=1)
    key = KeyPair(house.keys / "confidential").create()
    messages, recorder = messages_of(report), house.open(limit=NEVER, withheld_key=key)
    outcomes = [
        recorder.record(Batch(messages[at : at + 500], Span("file:t", 0, at, at + 500)))
        for at in range(0, len(messages), 500)
    ]
    events = [m.outcome for m in messages if isinstance(m.outcome, Event)]
    assert len(events) == len(report.accepted) > 100
    refused = sum(len(outcome.rejections) for outcome in outcomes)
    recorded = sum(outcome.recorded for outcome in outcomes)
    withheld = sum(len(outcome.withheld) for outcome in outcomes)
    assert recorded + refused + withheld + sum(o.duplicates for o in outcomes) == len(messages)
    assert recorded > len(events) / 2
    assert audit(house.session("reader")).findings == ()
    check_values(house, events)
    check_letters(house, messages)
    follower(house).follow_once()
    assert all(view.ok for view in audit_views(house.session("reader"), privacy_office=OFFICES))


def check_values(house: House, events: list[Event]) -> None:
    """Values come back exactly as they were received."""
    sent: dict[tuple[str, str], Event] = {}
    for event in events:
        sent.setdefault((event.source, event.id), event)
    opener = house.opener()
    for stored in house.events():
        assert opener.personal(stored) == dict(
            sorted(sent[stored.source, stored.id].personal.items())
        )


def check_letters(house: House, messages: list[Message]) -> None:
    """What was refused can be read again, byte for byte."""
    bodies = {message.body for message in messages}
    keyring, session = house.open().keyring, house.session("reader")
    for letter in letters(session):
        assert open_letter(session, keyring, letter.letter)[1] in bodies


def test_a_message_can_be_made_again_from_its_recipe() -> None:
    made = [mutant(7, number) for number in range(300)]
    assert made == [mutant(7, number) for number in range(300)]
    assert len({one.value for one in made}) > 250


def test_the_examples_that_are_broken_are_valid_before() -> None:
    headers: Headers = [("content-type", b"application/cloudevents+json")]
    for text in EXAMPLES:
        whole = Mutant(headers, text.encode(), "as it is", structured=True)
        assert isinstance(message_of(whole).outcome, Event)
