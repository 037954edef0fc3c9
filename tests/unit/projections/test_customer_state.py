"""Semantics 1, 2 and 5 of the contract, for the state of a person."""

from collections.abc import Iterable
from itertools import permutations
from typing import Any

import msgspec
import pytest

from ledger.event import RecordedEvent
from projections.folds.timetravel import Moment, fold_at
from projections.folds.view import encode
from projections.views.customer_state import (
    VIEW,
    CustomerState,
    customer_kind,
    erased_categories,
    live_values,
    standing,
    status,
)
from schemas import CATEGORIES
from tests.unit.projections.making import (
    ANNA,
    BERT,
    CRM,
    PORTAL,
    annulment,
    at,
    erasure,
    event,
    values,
)


def state_of(*events: RecordedEvent) -> CustomerState:
    """The state, the same whatever the order of the events."""
    states = {encode(_fold(order)) for order in permutations(events)}
    assert len(states) == 1
    return _fold(events)


def _fold(events: Iterable[RecordedEvent]) -> CustomerState:
    state: CustomerState = fold_at(VIEW, events)[""]
    return state


def blobs(state: CustomerState) -> dict[str, dict[str, str]]:
    return {
        category: {field: msgspec.json.decode(value.blob)[field] for field, value in fields.items()}
        for category, fields in live_values(state).items()
    }


def registered(minutes: float = 0, kind: str = "consumer", **more: Any) -> RecordedEvent:
    facts: dict[str, Any] = {"customer_kind": kind, "channel": "portal", "notice_version": "1"}
    return event("customer-registered", minutes, **facts, **more)


def collected(minutes: float, **more: Any) -> RecordedEvent:
    return event("personal-data-collected", minutes, **more)


def removed(minutes: float, *fields: str, **more: Any) -> RecordedEvent:
    return event(
        "personal-data-removed", minutes, fields=list(fields), requested_by="subject", **more
    )


def test_the_latest_occurred_value_of_a_field_counts_and_keeps_what_opens_it() -> None:
    newer = collected(2, sealed=values("k1", email="new", mobile_number="m"), id="newer")
    older = event("personal-data-corrected", 1, sealed=values("k1", email="old"), fields=["email"])
    state = state_of(registered(), newer, older)
    assert blobs(state) == {"contact": {"email": "new", "mobile_number": "m"}}
    value = live_values(state)["contact"]["email"]
    assert (value.source, value.id, value.key, value.time) == (CRM, "newer", "k1", at(2))


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"sequence": None}, {"sequence": 0}),
        ({"sequence": 9}, {"sequence": 10}),
        ({"sequence": 1, "source": CRM}, {"sequence": 1, "source": PORTAL}),
        ({"source": PORTAL}, {"source": CRM, "sequence": 0}),
        ({"id": "a-2"}, {"id": "a-20"}),
        ({"id": "Z"}, {"id": "a"}),
    ],
)
def test_at_equal_time_sequence_then_source_then_id_decide(
    first: dict[str, Any], second: dict[str, Any]
) -> None:
    low = collected(1, sealed=values("k", email="low"), **first)
    high = collected(1, sealed=values("k", email="high"), **second)
    assert blobs(state_of(high, low)) == {"contact": {"email": "high"}}


def test_a_removal_hides_what_is_older_or_equally_old_and_nothing_else() -> None:
    older = collected(1, sealed=values("k", email="old", mobile_number="kept"))
    equal = collected(2, sealed=values("k", email="equal"), sequence=99)
    assert blobs(state_of(older, equal, removed(2, "email"))) == {
        "contact": {"mobile_number": "kept"}
    }
    later = collected(3, sealed=values("k", email="later"))
    assert blobs(state_of(older, later, removed(2, "email"))) == {
        "contact": {"email": "later", "mobile_number": "kept"}
    }


def test_a_group_stays_as_it_was_sealed_until_none_of_its_fields_counts() -> None:
    first = collected(1, sealed=values("k", email="a", mobile_number="b"), id="first")
    mended = collected(2, sealed=values("k", email="c"), id="mended")
    state = state_of(first, mended)
    assert blobs(state) == {"contact": {"email": "c", "mobile_number": "b"}}
    kept = state.values["contact"].kept
    assert [(one.order.id, one.fields, one.gone) for one in kept] == [
        ("mended", ("email",), ()),
        ("first", ("email", "mobile_number"), ("email",)),
    ]
    assert kept[1].blob == first.sealed["contact"].blob
    without = state_of(first, mended, removed(3, "mobile_number"))
    assert [one.order.id for one in without.values["contact"].kept] == ["mended"]
    assert blobs(without) == {"contact": {"email": "c"}}


def test_a_group_under_another_key_stays_whole_below_a_later_one() -> None:
    """The later key may be destroyed, which uncovers all of the earlier group."""
    first = collected(1, sealed=values("k0", email="a", mobile_number="b"))
    mended = collected(2, sealed=values("k1", email="c"))
    assert [one.gone for one in state_of(first, mended).values["contact"].kept] == [(), ()]
    erased = state_of(first, mended, erasure(3, ["contact"], ["k1"]))
    assert blobs(erased) == {"contact": {"email": "a", "mobile_number": "b"}}


def test_any_event_with_sealed_values_counts_remarks_too() -> None:
    sealed = values("k", email="mail") | values("r", "remark", remark="note")
    state = state_of(event("consent-given", 1, purpose="newsletter", sealed=sealed))
    assert blobs(state) == {"contact": {"email": "mail"}, "remark": {"remark": "note"}}


def test_the_latest_act_on_the_account_decides_wherever_the_registration_lies() -> None:
    off, on = event("account-deactivated", 1), event("account-reactivated", 2)
    assert status(state_of(off, on)) == "active"
    late = state_of(registered(5), off)
    assert (status(late), standing(late).since) == ("inactive", at(1))


def test_at_equal_time_a_deactivation_beats_a_reactivation() -> None:
    state = state_of(event("account-deactivated", 1), event("account-reactivated", 1, sequence=7))
    assert (status(state), standing(state).since) == ("inactive", at(1))


@pytest.mark.parametrize(
    ("acts", "expected"),
    [
        ([event("customer-deceased", 1, reported_by="notary")], "inactive 1"),
        ([event("customer-merged", 1, into_customer=str(BERT))], "inactive 1"),
        ([event("customer-merged", 1, into_customer=str(BERT)), event("account-reactivated", 2)], "active 2"),
        ([event("account-deactivated", 1), event("contract-concluded", 2, contract_ref="C")], "active 2"),
        ([event("account-deactivated", 2), event("contract-concluded", 1, contract_ref="C")], "inactive 2"),
        ([event("account-deactivated", 1), event("contract-concluded", 1, contract_ref="C")], "inactive 1"),
        ([event("contract-concluded", 1, contract_ref="C")], "active 1"),
        (
            [
                event("account-deactivated", 1),
                event("contract-concluded", 2, contract_ref="C"),
                event("contract-ended", 3, contract_ref="C"),
            ],
            "inactive 1",
        ),
        (  # a change begins no contract
            [
                event("contract-concluded", 0, contract_ref="C"),
                event("account-deactivated", 1),
                event("contract-changed", 2, contract_ref="C"),
            ],
            "inactive 1",
        ),
        ([event("account-deactivated", 1), event("contract-changed", 2, contract_ref="C")], "inactive 1"),
        (  # to take a contract over is its beginning, to hand it over its end
            [
                event("account-deactivated", 1),
                event("contract-taken-over", 2, contract_ref="C", from_customer="-", to_customer=str(ANNA)),
            ],
            "active 2",
        ),
        (
            [
                event("account-deactivated", 1),
                event("contract-concluded", 2, contract_ref="C"),
                event("contract-taken-over", 3, contract_ref="C", from_customer=str(ANNA), to_customer="-"),
            ],
            "inactive 1",
        ),
        (
            [
                event("contract-concluded", 2, contract_ref="C"),
                event("account-deactivated", 3),
                event("account-reactivated", 4),
            ],
            "active 4",
        ),
    ],
)  # fmt: skip
def test_the_beginning_of_a_contract_that_runs_decides_like_a_reactivation(
    acts: list[RecordedEvent], expected: str
) -> None:
    word, minute = expected.split()
    stands = standing(state_of(registered(0), *acts, registered(9)))
    assert stands == (word, at(int(minute)))


def test_a_contact_person_is_inactive_once_removed_and_active_when_added_again() -> None:
    joined, left = (
        event(f"contact-person-{what}", n, customer="-")
        for n, what in enumerate(("added", "removed"))
    )
    again = event("contact-person-added", 2, customer="-")
    assert standing(state_of(joined)) == ("active", at(0))
    assert standing(state_of(joined, left)) == ("inactive", at(1))
    assert standing(state_of(joined, left, again)) == ("active", at(2))
    at_once = event("contact-person-added", 1, customer="-", sequence=9)
    assert standing(state_of(joined, left, at_once)) == ("inactive", at(1))


def test_a_contact_person_is_inactive_while_the_customer_s_account_is_not_active() -> None:
    contact = state_of(event("contact-person-added", 1, customer="-"))
    customer = standing(state_of(registered(0), event("account-deactivated", 5)))
    assert standing(contact, customer) == ("inactive", at(5))
    assert standing(contact, standing(state_of(registered(0)))) == ("active", at(1))
    erased = standing(state_of(registered(0), erasure(6, CATEGORIES, [])))
    assert standing(contact, erased) == ("inactive", at(6))


def test_since_of_a_never_changed_account_is_its_first_registration() -> None:
    state = state_of(collected(1), registered(3, "legal-entity"), registered(2))
    assert (status(state), standing(state).since, customer_kind(state)) == (
        "active",
        at(2),
        "legal-entity",
    )


def test_since_of_a_person_who_was_never_registered_is_the_first_event() -> None:
    state = state_of(collected(4), event("consent-given", 2, purpose="newsletter"))
    assert (status(state), standing(state).since, customer_kind(state)) == ("active", at(2), None)


def test_reads_change_nothing_and_make_no_person() -> None:
    read = event("ledger-read", -5, position=900)
    assert not VIEW.keys(read)
    state = state_of(collected(1, position=7), read)
    assert (state.position, standing(state).since) == (7, at(1))


def test_events_of_registry_subjects_are_nobodys_state() -> None:
    assert not VIEW.keys(event("recipient-registered", subject="recipient/acme"))


def test_destroyed_keys_take_exactly_their_values_in_any_order() -> None:
    first = collected(1, sealed=values("k0", email="a", mobile_number="b"))
    month = collected(2, sealed=values("m1", "traffic", called_number="c"))
    again = collected(4, sealed=values("k1", email="d"))
    state = state_of(first, month, erasure(3, ["contact"], ["k0"]), again)
    assert blobs(state) == {"contact": {"email": "d"}, "traffic": {"called_number": "c"}}
    assert status(state) == "active"
    assert state.last_erasure == at(3)


def test_a_destroyed_value_uncovers_the_one_below_that_has_another_key() -> None:
    low = collected(1, sealed=values("k1", email="low"))
    high = collected(2, sealed=values("k0", email="high"))
    assert blobs(state_of(low, high, erasure(3, ["contact"], ["k0"]))) == {
        "contact": {"email": "low"}
    }


def test_a_category_is_erased_until_it_holds_a_value_again() -> None:
    gone = collected(1, sealed=values("k0", email="a"))
    erased = erasure(2, ["debt", "contact"], ["k0"])
    assert erased_categories(state_of(gone, erased)) == ["contact", "debt"]
    again = collected(3, sealed=values("k1", email="b"))
    assert erased_categories(state_of(gone, erased, again)) == ["debt"]


def test_a_person_is_erased_when_one_erasure_lists_every_category() -> None:
    given = collected(1, sealed=values("k0", email="a"))
    halves = [erasure(2, CATEGORIES[:5], ["k0"]), erasure(3, CATEGORIES[5:], [])]
    assert status(state_of(given, *halves)) == "active"
    state = state_of(given, event("account-deactivated", 2), erasure(4, CATEGORIES, ["k0"]))
    assert (status(state), standing(state).since, blobs(state)) == ("erased", at(4), {})
    assert erased_categories(state) == sorted(CATEGORIES)


def test_whoever_gives_data_after_a_whole_erasure_is_not_shown_as_erased() -> None:
    again = collected(5, sealed=values("k1", email="b"))
    state = state_of(registered(), erasure(4, CATEGORIES, ["k0"]), again)
    assert (status(state), standing(state).since) == ("active", at(0))


def test_an_erasure_from_outside_erases_nothing() -> None:
    given = collected(1, sealed=values("k0", email="a"))
    state = state_of(given, erasure(2, CATEGORIES, ["k0"], source=CRM))
    assert (status(state), erased_categories(state)) == ("active", [])
    assert blobs(state) == {"contact": {"email": "a"}}


def test_as_of_before_an_erasure_the_status_of_then_is_shown_without_values() -> None:
    events = [
        registered(),
        collected(1, sealed=values("k0", email="a")),
        event("account-deactivated", 2),
        erasure(9, CATEGORIES, ["k0"]),
    ]
    for moment in (Moment(as_of=at(3)), Moment(at_position=events[2].position)):
        state = fold_at(VIEW, events, moment)[""]
        assert (status(state), standing(state).since, blobs(state)) == ("inactive", at(2), {})
        assert erased_categories(state) == sorted(CATEGORIES)
        assert state.position == events[2].position
    assert status(fold_at(VIEW, events, Moment(as_of=at(9)))[""]) == "erased"


def test_annulled_events_do_not_count() -> None:
    wrong = collected(2, sealed=values("k", email="wrong"))
    state = state_of(
        collected(1, sealed=values("k", email="right")), wrong, annulment(3, wrong, position=99_999)
    )
    assert blobs(state) == {"contact": {"email": "right"}}
    assert state.position == 99_999
