"""Recording on a real database: each message becomes one event, one dead letter or one duplicate."""

from typing import Any
from uuid import UUID

import orjson
import pytest

from ledger.errors import Fenced
from ledger.letters.dead import letters, open_letter
from ledger.recording.batch import Batch
from ledger.writing.append import Span
from ledger.writing.bookmarks import Bookmark
from schemas import Code
from tests.fixtures.ledger import House, accessed, collected, message, registered

pytestmark = pytest.mark.both_engines


def codes(outcome: object) -> list[Code]:
    return [rejection.code for _, rejection in outcome.rejections]  # type: ignore[attr-defined]


def test_a_batch_becomes_gapless_positions_and_versions(house: House) -> None:
    outcome = house.record(registered(), collected(), accessed(), registered("customer/2"))
    assert (outcome.recorded, outcome.duplicates, outcome.last_position) == (4, 0, 4)
    events = house.events()
    assert [event.position for event in events] == [1, 2, 3, 4]
    assert [event.version for event in events] == [1, 2, 3, 1]
    assert len({event.recorded_at for event in events}) == 1
    assert len({event.stream for event in events}) == 2


def test_references_are_subjects_and_values_are_sealed(house: House) -> None:
    house.record(collected(), accessed())
    first, second = house.events()
    assert first.subject is None
    assert set(first.sealed) == {"identity", "contact"}
    employee = UUID(second.facts["employee"])
    assert house.opener().references([employee, first.stream]) == {
        employee: "employee/7",
        first.stream: "customer/10023",
    }
    assert house.opener().personal(first) == {
        "email": "j.devries@example.nl",
        "name": "J. de Vries",
    }


def test_a_repeat_is_a_duplicate_also_within_a_batch_and_in_other_spelling(house: House) -> None:
    event = collected()
    respelled = orjson.dumps(dict(reversed(event.items())), option=orjson.OPT_INDENT_2)
    first = house.record(event, event)
    second = house.record(respelled)
    assert (first.recorded, first.duplicates) == (1, 1)
    assert (second.recorded, second.duplicates, codes(second)) == (0, 1, [])


def test_the_same_name_with_other_content_is_a_conflict(house: House) -> None:
    event = collected()
    house.record(event)
    outcome = house.record(event | {"time": "2026-11-24T10:15:01+01:00"})
    assert codes(outcome) == [Code.CONFLICTING_DUPLICATE]
    assert len(house.events()) == 1


def test_a_refused_line_twice_is_one_letter_counted_twice(house: House) -> None:
    house.record(b"no json")
    house.record(b"no json")
    rows = house.session("reader").rows("letters")
    assert [(row[1], row[11]) for row in rows] == [("not-json", 2)]


def test_a_bookmark_moves_by_compare_and_set(house: House) -> None:
    house.session(None).script(
        "INSERT INTO bookmarks VALUES ('privacy.events.v1', 0, 'c', 't', 0)", {}
    )
    bookmark = Bookmark("c", "t", b"last")
    ledger = house.open()
    batch = Batch(house.messages(registered()), Span("privacy.events.v1", 0, 0, 5), bookmark)
    assert ledger.record(batch).recorded == 1
    zombie = Batch(house.messages(collected()), Span("privacy.events.v1", 0, 0, 9), bookmark)
    with pytest.raises(Fenced):
        ledger.record(zombie)
    recreated = Batch(
        house.messages(collected()), Span("privacy.events.v1", 0, 5, 6), Bookmark("c", "other")
    )
    with pytest.raises(Fenced):
        ledger.record(recreated)
    assert len(house.events()) == 1


def test_a_letter_after_a_batch_that_was_rolled_back_can_be_opened(house: House) -> None:
    ledger = house.open()
    fenced = Batch(house.messages(b"bad"), Span("t", 0, 0, 1), Bookmark("c", "i"))
    with pytest.raises(Fenced):
        ledger.record(fenced)
    house.record(b"bad", ledger=ledger)
    other = house.open()
    (letter,) = letters(other.session)
    assert open_letter(other.session, other.keyring, letter.letter)[1] == b"bad"


def test_a_topic_of_which_the_only_source_fails_halts_and_the_batch_stays(house: House) -> None:
    house.session(None).script("INSERT INTO bookmarks VALUES ('t', 0, 'c', 'i', 0)", {})
    bad = [registered(f"customer/{n}", surprise=n) for n in range(51)]
    lines = [registered(f"customer/{n}") for n in range(49)] + bad
    known = frozenset({lines[0]["source"]})
    span, bookmark = Span("t", 0, 0, 100), Bookmark("c", "i")
    outcome = house.open().record(Batch(house.messages(*lines), span, bookmark, registered=known))
    assert outcome.halted
    assert (outcome.recorded, len(outcome.rejections)) == (49, 51)
    rows = house.session("reader").rows("intake_windows_of", topics=["t"])
    assert rows == [("t", house.clock())]


def lawyer(name: str = "Mr. A. Jansen") -> dict[str, Any]:
    return message(
        "recipient-registered",
        "recipient/lawyer-1",
        id="lawyer-1",
        name=name,
        kind="lawyer",
        role="controller",
        country="NL",
        valid_from="2026-01-01",
    )


def test_private_recipients_names_are_sealed(house: House) -> None:
    house.record(lawyer())
    (event,) = house.events()
    assert "name" not in event.facts
    assert event.subject == "recipient/lawyer-1"
    assert house.opener().personal(event) == {"name": "Mr. A. Jansen"}
    house.eraser().erase("recipient/lawyer-1", [], "request")
    assert house.opener().personal(event)["name"].value == "erased"
    assert {event.subject for event in house.events()} == {"recipient/lawyer-1"}


def test_nobody_can_try_names_of_a_private_recipient_that_was_erased(house: House) -> None:
    house.record(lawyer())
    assert house.record(lawyer()).duplicates == 1
    (refused,) = house.record(lawyer("Mr. B. Jansen")).rejections
    assert refused[1].code is Code.CONFLICTING_DUPLICATE
    house.eraser().erase("recipient/lawyer-1", [], "request")
    for name in ("Mr. A. Jansen", "Mr. B. Jansen"):
        assert house.record(lawyer(name)).duplicates == 1


def test_two_consumers_that_meet_on_a_new_person_agree(house: House) -> None:
    first, second = house.open(), house.open()
    house.record(accessed("customer/1"), ledger=first)
    house.record(accessed("customer/1"), ledger=second)
    one, two = house.events()
    assert one.stream == two.stream
    assert one.facts["employee"] == two.facts["employee"]


def test_an_old_version_is_read_as_the_newest_and_stays_as_it_is_stored(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.record(accessed())
    stored = house.open().recorder.select_notifications(1, 1)[0]
    steps = {
        ("nl.voipzeker.ledger.personal-data-accessed", 1): lambda facts: facts | {"new": "fact"}
    }
    monkeypatch.setattr("ledger.reading.UPCASTERS", steps)
    (event,) = house.events()
    assert event.type == "nl.voipzeker.ledger.personal-data-accessed.v2"
    assert event.facts["new"] == "fact"
    assert event.name == "personal-data-accessed"
    again = house.open().recorder.select_notifications(1, 1)[0]
    assert again.state == stored.state
    assert again.topic == "nl.voipzeker.ledger.personal-data-accessed.v1"


@pytest.mark.parametrize("apart", [True, False])
def test_the_same_name_for_another_subject_or_type_is_a_conflict(house: House, apart: bool) -> None:
    first = registered(id="same")
    others = [
        registered("customer/2", id="same"),
        collected(id="same"),
        message(
            "contact-person-added",
            "customer/10023/contact/1",
            id="same",
            customer="customer/10023",
            activity="subscription-management",
            legal_basis="6-1-b",
        ),
        message("processing-activity-retired", "activity/a", id="same", reason="over"),
    ]
    if apart:
        house.record(first)
        outcome = house.record(*others)
    else:
        outcome = house.record(first, *others)
    assert codes(outcome) == [Code.CONFLICTING_DUPLICATE] * 4
    assert outcome.duplicates == 0
    back = house.record(
        message("processing-activity-retired", "activity/b", id="other", reason="x")
    )
    assert back.recorded == 1
    assert codes(house.record(registered(id="other"))) == [Code.CONFLICTING_DUPLICATE]
