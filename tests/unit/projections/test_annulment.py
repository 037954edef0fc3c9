"""Semantics 3 of the contract: what annuls what."""

import pytest

from ledger.event import RecordedEvent
from projections.folds.annulment import effects, name_of
from tests.unit.projections.making import (
    ANNA,
    BERT,
    CRM,
    OFFICE,
    OURS,
    PORTAL,
    annulment,
    erasure,
    event,
)


def gone(*events: RecordedEvent) -> dict[str, str]:
    """Id -> id of the annulment, the same in both orders of arrival."""
    result = effects(events, {OFFICE}).annulled
    assert effects(events[::-1], {OFFICE}).annulled == result
    return {id: by for (_, id), by in result.items()}


@pytest.fixture
def target() -> RecordedEvent:
    return event("personal-data-collected", 1, id="target")


def test_an_event_is_annulled_by_a_later_one_of_its_source(target: RecordedEvent) -> None:
    assert gone(target, annulment(2, target, id="a")) == {"target": "a"}
    assert gone(target) == {}


def test_one_that_arrives_before_its_target_waits(target: RecordedEvent) -> None:
    waiting = annulment(2, target, id="a", position=1)
    assert gone(waiting) == {}
    assert gone(waiting, target) == {"target": "a"}


@pytest.mark.parametrize(
    ("minutes", "id", "counts"),
    [(0.5, "z", False), (1, "targe", False), (1, "targeu", True), (1.5, "a", True)],
)
def test_only_an_earlier_event_by_time_source_and_id_is_annulled(
    target: RecordedEvent, minutes: float, id: str, counts: bool
) -> None:
    assert bool(gone(target, annulment(minutes, target, id=id))) is counts


def test_another_source_or_another_stream_has_no_say(target: RecordedEvent) -> None:
    assert gone(target, annulment(2, target, source=PORTAL)) == {}
    assert gone(target, annulment(2, target, source=PORTAL, annuls_source=CRM)) == {}
    elsewhere = event("event-annulled", 2, stream=BERT, annuls=target.id, reason="mistake")
    assert gone(target, elsewhere) == {}


def test_the_privacy_office_may_name_another_source(target: RecordedEvent) -> None:
    office = annulment(2, target, source=OFFICE, annuls_source=CRM, id="o")
    assert gone(target, office) == {"target": "o"}
    assert effects([target, office], frozenset()).annulled == {}
    # Without naming it, the office speaks about its own events.
    assert gone(target, annulment(2, target, source=OFFICE)) == {}


def test_naming_ones_own_source_is_no_privilege(target: RecordedEvent) -> None:
    assert gone(target, annulment(2, target, annuls_source=CRM, id="a")) == {"target": "a"}


def test_an_annulled_annulment_annuls_nothing(target: RecordedEvent) -> None:
    first = annulment(2, target, id="a")
    second = annulment(3, first, id="b")
    assert gone(target, first, second) == {"a": "b"}
    third = annulment(4, second, id="c")
    assert gone(target, first, second, third) == {"b": "c", "target": "a"}


def test_one_annulment_that_stands_is_enough_and_the_earliest_is_named(
    target: RecordedEvent,
) -> None:
    first, second = annulment(2, target, id="a"), annulment(3, target, id="b")
    assert gone(target, first, second) == {"target": "a"}
    assert gone(target, first, second, annulment(4, first, id="c")) == {"a": "c", "target": "b"}


def test_erasures_cannot_be_annulled_not_even_by_the_privacy_office() -> None:
    erased = erasure(1, ["contact"], ["k"])
    office = annulment(2, erased, source=OFFICE, annuls_source=OURS)
    assert gone(erased, office) == {}
    pretended = erasure(1, ["contact"], [], source=CRM)
    assert list(gone(pretended, annulment(2, pretended))) == [pretended.id]


@pytest.mark.parametrize("name", ["intake-gap-recorded", "ledger-read"])
def test_what_the_ledger_passed_over_or_showed_stays_so(name: str) -> None:
    own = event(name, 1, source=OURS)
    assert gone(own, annulment(2, own, source=OFFICE, annuls_source=OURS)) == {}
    assert gone(event(name, 1, id="x"), annulment(2, event(name, 1, id="x"))) != {}


def test_an_annulment_of_itself_annuls_nothing() -> None:
    assert gone(event("event-annulled", 2, id="a", annuls="a", reason="mistake")) == {}


def test_several_streams_are_judged_each_by_itself(target: RecordedEvent) -> None:
    same_id = event("personal-data-collected", 1, id="other", stream=BERT)
    events = [target, same_id, annulment(2, same_id, id="a")]
    assert target.stream == ANNA
    assert effects(events, ()).annulled == {name_of(same_id): "a"}
