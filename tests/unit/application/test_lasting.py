"""What lasted in a person's time, and in which lane each type of event stands."""

from typing import Any

import pytest

from application.answer import Gone
from application.queries.persons.comparison import change_of
from application.queries.persons.paging import Place
from application.queries.persons.standing import ValueStanding
from application.queries.persons.timeline import LANE_OF, OTHERS, lane_of, lanes, lasting
from application.source import Shown
from ledger.event import instant
from schemas import ALL_TYPES
from tests.unit.projections.making import at, event
from web.timeline import LANES

SPAN = tuple[str, str, str, str | None]


def spans(*events: Any) -> list[SPAN]:
    return [(one.kind, one.ref, one.start, one.end) for one in lasting(events)]


def _t(minutes: float) -> str:
    return instant(at(minutes))


def test_a_consent_lasts_from_its_first_giving_until_it_is_taken_back() -> None:
    purpose: dict[str, Any] = {"purpose": "newsletter"}
    given, again = event("consent-given", 1, **purpose), event("consent-renewed", 2, **purpose)
    taken, anew = event("consent-withdrawn", 3, **purpose), event("consent-given", 4, **purpose)
    assert spans(anew, taken, again, given) == [
        ("consent", "newsletter", _t(1), _t(3)),
        ("consent", "newsletter", _t(4), None),
    ]
    assert lasting([given, again])[0].position == given.position


def test_a_consent_ends_by_itself_unless_it_is_renewed_in_time() -> None:
    def given(minutes: float, until: float) -> Any:
        return event("consent-given", minutes, purpose="p", valid_until=_t(until))

    assert spans(given(1, 5)) == [("consent", "p", _t(1), _t(5))]
    assert spans(given(1, 5), given(3, 9)) == [("consent", "p", _t(1), _t(9))]
    assert spans(given(1, 5), given(7, 9)) == [
        ("consent", "p", _t(1), _t(5)),
        ("consent", "p", _t(7), _t(9)),
    ]
    withdrawn = event("consent-withdrawn", 7, purpose="p")
    assert spans(given(1, 5), withdrawn) == [("consent", "p", _t(1), _t(5))]


def test_a_refusal_alone_lasts_for_nothing() -> None:
    assert spans(event("consent-refused", 1, purpose="p")) == []


def test_a_hold_lasts_until_it_is_released_and_a_review_begins_none() -> None:
    facts: dict[str, Any] = {"hold_ref": "H", "ground": "dispute", "review_on": "2027-01-01"}
    placed = event("legal-hold-placed", 1, categories=["contact"], **facts)
    reviewed = event("legal-hold-reviewed", 2, categories=["contact"], **facts)
    released = event("legal-hold-released", 3, categories=["contact"], **facts)
    assert spans(placed, reviewed) == [("hold", "H", _t(1), None)]
    assert spans(released, placed, reviewed) == [("hold", "H", _t(1), _t(3))]


def test_a_restriction_lasts_category_by_category() -> None:
    on = event("processing-restricted", 1, categories=["contact", "payment"], ground="g")
    off = event("restriction-lifted", 2, categories=["payment"], ground="g")
    assert spans(on, off) == [
        ("restriction", "contact", _t(1), None),
        ("restriction", "payment", _t(1), _t(2)),
    ]


def test_a_contract_runs_until_it_ends() -> None:
    begun = event("contract-concluded", 1, contract_ref="C")
    ended = event("contract-ended", 2, contract_ref="C", reason="r")
    assert spans(begun) == [("contract", "C", _t(1), None)]
    assert spans(begun, ended) == [("contract", "C", _t(1), _t(2))]


def test_each_listed_type_exists_and_each_lane_is_drawn() -> None:
    known = {entry.name for entry in ALL_TYPES.values()}
    assert set(lanes()) - known == set()
    assert {*lanes().values(), *LANE_OF.values(), OTHERS} == set(LANES)
    assert lane_of("rights-request-received") == OTHERS
    assert lane_of("a-type-of-tomorrow") == OTHERS


def _value(value: Shown, position: int) -> ValueStanding:
    return ValueStanding("email", value, position, _t(1), _t(1), "urn:x", None)


HIDDEN = Gone(masked=True)


@pytest.mark.parametrize(
    ("before", "after", "change"),
    [
        (None, _value("a", 1), "new"),
        (_value("a", 1), None, "gone"),
        (_value("a", 1), _value("a", 1), "same"),
        (_value("a", 1), _value("b", 2), "changed"),
        (_value("a", 1), _value("a", 2), "again"),
        (_value(HIDDEN, 1), _value(HIDDEN, 1), "same"),
        (_value(HIDDEN, 1), _value(HIDDEN, 2), "again"),
        (_value("a", 1), _value(HIDDEN, 2), "again"),
    ],
)
def test_a_change_is_told_as_far_as_both_values_are_shown(
    before: ValueStanding | None, after: ValueStanding | None, change: str
) -> None:
    assert change_of(before, after) == change


def test_a_place_in_a_list_is_a_position() -> None:
    events = [
        (event("contract-concluded", position=place, contract_ref="C"), None) for place in (9, 4, 7)
    ]

    def positions(place: Place) -> tuple[list[int], int | None]:
        page, following = place.of(events)
        return [one.position for one, _ in page], following

    assert positions(Place()) == ([9, 7, 4], None)
    assert positions(Place(limit=2)) == ([9, 7], 7)
    assert positions(Place(before=7, limit=2)) == ([4], None)
    assert positions(Place(before=4)) == ([], None)
    assert positions(Place(limit=3)) == ([9, 7, 4], None)
