"""What held in a stretch of time, and when a person had a value: against a model that asks at each minute."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from ledger.event import RecordedEvent, Sealed
from projections.use.stretches import Stretch, held_in, stretches_of, together
from tests.unit.projections.making import at, event

NUMBER, CALL = "mobile_number", "called_number"


def gave(minute: float, **values: str) -> RecordedEvent:
    """An event with values, one in a category; their blobs are the values themselves."""
    category = {"mobile_number": "contact", "name": "identity", "called_number": "traffic"}
    sealed = {category[field]: Sealed("key", (field,), value) for field, value in values.items()}
    return event("personal-data-collected", minute, sealed=sealed)


def removed(minute: float, *fields: str) -> RecordedEvent:
    return event("personal-data-removed", minute, fields=list(fields))


def told(held: list) -> list[tuple[int, list[str], bool]]:  # type: ignore[type-arg]
    return [(each.event.position, sorted(each.fields), each.before) for each in held]


def test_what_describes_a_person_holds_until_it_changes_and_what_occurs_does_not() -> None:
    first = gave(1, name="A", mobile_number="1", called_number="9")
    second, call = gave(5, name="B"), gave(6, called_number="8")
    late = gave(20, name="C")
    held = held_in([late, call, second, first], {"name", NUMBER, CALL}, Stretch(at(4), at(10)))
    assert told(held) == [
        (first.position, [NUMBER, "name"], True),
        (second.position, ["name"], False),
        (call.position, [CALL], False),
    ]


def test_at_one_instant_it_is_what_held_then() -> None:
    first, second = gave(1, name="A", mobile_number="1"), gave(5, name="B")
    held = held_in([first, second], {"name", NUMBER}, Stretch(at(5), at(5)))
    assert told(held) == [(first.position, [NUMBER], True), (second.position, ["name"], False)]


def test_a_removal_ends_what_held() -> None:
    events = [gave(1, mobile_number="1"), removed(3, NUMBER)]
    assert held_in(events, {NUMBER}, Stretch(at(4), at(9))) == []
    assert len(held_in(events, {NUMBER}, Stretch(at(2), at(9)))) == 1


def test_of_several_stretches_each_event_is_told_once() -> None:
    events = [gave(1, name="A"), gave(5, name="B")]
    stretches = [Stretch(at(0), at(2)), Stretch(at(4), at(6))]
    held = together(held_in(events, {"name"}, stretch) for stretch in stretches)
    assert told(held) == [
        (events[0].position, ["name"], False),
        (events[1].position, ["name"], False),
    ]


Line = st.lists(st.sampled_from(["1", "2", ""]), max_size=6)


@given(Line, st.integers(0, 12), st.integers(0, 12))
def test_a_person_had_a_value_when_the_model_says_so(
    line: list[str], since: int, length: int
) -> None:
    """Event n is at minute 2n: a value, or a removal where it is empty."""
    events = [
        gave(2 * n, mobile_number=value) if value else removed(2 * n, NUMBER)
        for n, value in enumerate(line)
    ]
    within = Stretch(at(since), at(since + length))
    found = stretches_of(events, NUMBER, lambda event: _value(event) == "1", within)
    for minute in range(26):
        now = [value for n, value in enumerate(line) if 2 * n <= minute]
        had = bool(now) and now[-1] == "1" and since <= minute <= since + length
        assert any(each.since <= at(minute) <= each.until for each in found) == had
    assert all(before.until < after.since for before, after in pairwise(found))


def _value(event: RecordedEvent) -> str | None:
    sealed = event.sealed.get("contact")
    return sealed.blob if sealed else None


def test_an_occurrence_is_an_instant() -> None:
    events = [gave(1, called_number="9"), gave(5, called_number="9"), gave(7, called_number="8")]
    found = stretches_of(
        events,
        CALL,
        lambda event: event.sealed["traffic"].blob == "9",
        Stretch(at(2), at(9)),
    )
    assert found == [Stretch(at(5), at(5))]
