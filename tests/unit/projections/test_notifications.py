"""Recipients to be told (GDPR Art. 19): who received what was changed later, and was not told since."""

from itertools import permutations
from typing import Any

import pytest

from ledger.event import RecordedEvent
from projections.folds.timetravel import fold
from projections.views.notifications import VIEW, NotificationTask, tasks
from tests.unit.projections.making import CRM, OURS, event


def shown(*events: RecordedEvent) -> list[tuple[Any, ...]]:
    """Recipient, action, categories, outcome of each task; the same whatever the order of the events."""
    found = [_tasks(order) for order in permutations(events)]
    assert all(one == found[0] for one in found)
    return [
        (task.recipient, task.action, task.categories, task.told.outcome if task.told else None)
        for task in found[0]
    ]


def _tasks(events: Any) -> list[NotificationTask]:
    rows = fold(VIEW, events)
    return tasks(rows[""]) if rows else []


def given(recipient: str, minutes: float, *fields: str) -> RecordedEvent:
    return event("personal-data-disclosed", minutes, recipient=recipient, fields=list(fields))


def corrected(minutes: float, *fields: str) -> RecordedEvent:
    return event("personal-data-corrected", minutes, fields=list(fields))


def told(recipient: str, minutes: float, **facts: Any) -> RecordedEvent:
    shared = {"recipient": recipient, "action": "rectification", "outcome": "told"}
    return event("recipient-notified", minutes, **(shared | facts))


def restricted(minutes: float, *categories: str) -> RecordedEvent:
    return event("processing-restricted", minutes, ground="unlawful", categories=categories)


OPEN = ("acme", "rectification", ("contact",), None)


def test_every_past_recipient_of_the_category_is_to_be_told() -> None:
    events = given("acme", 1, "email"), given("bank", 1, "iban"), given("post", 1, "mobile_number")
    assert shown(*events, corrected(2, "email")) == [
        OPEN,
        ("post", "rectification", ("contact",), None),
    ]


def test_who_received_it_after_the_change_has_it_right() -> None:
    assert shown(given("acme", 3, "email"), corrected(2, "email")) == []
    assert shown(given("acme", 1, "email"), given("acme", 3, "email"), corrected(2, "email")) == [
        OPEN
    ]


def test_a_word_covers_what_was_changed_before_it() -> None:
    events = given("acme", 1, "email"), corrected(2, "email")
    assert shown(*events, told("acme", 3)) == [(*OPEN[:3], "told")]
    assert shown(*events, told("acme", 3), corrected(4, "email")) == [OPEN]
    assert shown(*events, told("bank", 3)) == [OPEN]
    assert shown(*events, told("acme", 1)) == [OPEN]


def test_a_word_about_one_category_leaves_the_other_open() -> None:
    events = given("acme", 1, "email", "iban"), corrected(2, "email"), corrected(2, "iban")
    word = told("acme", 3, categories=["payment"])
    assert shown(*events, word) == [OPEN, ("acme", "rectification", ("payment",), "told")]


def test_what_is_impossible_is_told_with_its_ground() -> None:
    word = told("acme", 3, outcome="impossible", ground="no-longer-exists")
    row = fold(VIEW, [given("acme", 1, "email"), corrected(2, "email"), word])[""]
    [task] = tasks(row)
    assert task.told is not None
    assert (task.told.outcome, task.told.ground) == ("impossible", "no-longer-exists")


@pytest.mark.parametrize(
    ("ground", "source", "expected"),
    [
        ("request", OURS, 1),
        ("objection", OURS, 1),
        ("retention", OURS, 0),  # the end of a period is not Art. 17
        ("request", CRM, 0),  # only the ledger erases
    ],
)
def test_an_erasure_that_a_person_has_a_right_to_is_told(
    ground: str, source: str, expected: int
) -> None:
    facts: dict[str, Any] = {"ground": ground, "keys_destroyed": [], "categories": ["contact"]}
    erased = event("personal-data-erased", 2, source=source, **facts)
    assert len(shown(given("acme", 1, "email"), erased)) == expected


def test_a_restriction_that_was_lifted_needs_no_word() -> None:
    lifted = event("restriction-lifted", 3, ground="mended", categories=["contact"])
    events = given("acme", 1, "email"), restricted(2, "contact")
    assert shown(*events) == [("acme", "restriction", ("contact",), None)]
    assert shown(*events, lifted) == []
    assert shown(*events, lifted, restricted(4, "contact")) == [
        ("acme", "restriction", ("contact",), None)
    ]


def test_a_parcel_gives_away_a_name_and_an_address() -> None:
    parcel = event("equipment-shipped", 1, order_ref="O-1", recipient="post")
    assert shown(parcel, corrected(2, "street")) == [("post", "rectification", ("address",), None)]


@pytest.mark.parametrize("action", ["rectified", "rectify", "correction", "Rectification"])
def test_senders_spell_actions_as_they_like(action: str) -> None:
    events = given("acme", 1, "email"), corrected(2, "email")
    assert shown(*events, told("acme", 3, action=action)) == [(*OPEN[:3], "told")]
    assert shown(*events, told("acme", 3, action="greeting")) == [OPEN]
