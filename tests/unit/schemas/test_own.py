"""Events that a ledger records about itself."""

from typing import Any

import pytest

from schemas import CATEGORIES, OwnEventError, is_person, own_event
from schemas.references import kind_of

PREFIX = "nl.voipzeker.ledger."
SOURCE = "urn:processing-ledger:erasure"
KEY = "A" * 43


def own(name: str, facts: dict[str, Any], **other: str) -> Any:
    values = {"id": "e.1", "source": SOURCE, **other}
    return own_event(f"{PREFIX}{name}.v1", facts=facts, **values)


def test_an_erasure_names_keys_and_every_category() -> None:
    facts = {"categories": [*CATEGORIES], "ground": "request", "keys_destroyed": [KEY]}
    event = own("personal-data-erased", facts)
    assert event.categories == CATEGORIES
    assert event.facts == facts
    assert event.type == f"{PREFIX}personal-data-erased.v1"
    assert (event.id, event.source) == ("e.1", SOURCE)


def test_a_decision_and_a_repetition() -> None:
    decisions = {"remark": {"decision": "erase", "ground": "request"}}
    assert own("erasure-decided", {"decisions": decisions}).categories == ()
    assert own("erasure-reapplied", {"after": "restore"}).facts == {"after": "restore"}


GAP = {
    "topic": "privacy.events.v1",
    "partition": 0,
    "from_offset": 3,
    "to_offset": 9,
    "reason": "retention-passed",
}


def test_a_gap_names_its_place_and_why() -> None:
    assert own("intake-gap-recorded", GAP).facts == GAP
    anew = GAP | {"to_offset": 0, "former_topic_id": "a-1", "topic_id": "b-2"}
    assert own("intake-gap-recorded", anew).facts == anew


@pytest.mark.parametrize(
    ("name", "facts", "other"),
    [
        ("intake-gap-recorded", GAP, {"source": "urn:voipzeker:crm"}),
        ("intake-gap-recorded", GAP | {"topic": "a topic"}, {}),
        ("intake-gap-recorded", GAP | {"to_offset": -1}, {}),
        ("intake-gap-recorded", GAP | {"reason": "somebody deleted it"}, {}),
        ("consent-withdrawn", {"purpose": "newsletter", "channel": "x"}, {}),
        ("erasure-reapplied", {"after": "restore"}, {"source": "urn:voipzeker:crm"}),
        ("erasure-reapplied", {"after": "restore"}, {"source": f"{SOURCE} x"}),
        ("erasure-reapplied", {"after": "restore"}, {"id": "e 1"}),
        ("erasure-reapplied", {"after": "J. de Vries"}, {}),
        ("erasure-reapplied", {"after": "restore", "more": 1}, {}),
        ("erasure-reapplied", {"after": "restore", "activity": "a"}, {}),
        ("erasure-decided", {"decisions": {}, "personal": {}}, {}),
        ("personal-data-erased", {"categories": [], "ground": "request"}, {}),
        (
            "personal-data-erased",
            {"categories": [], "ground": "request", "keys_destroyed": ["short"]},
            {},
        ),
    ],
)
def test_a_faulty_one_is_an_error_that_quotes_nothing(
    name: str, facts: dict[str, Any], other: dict[str, str]
) -> None:
    with pytest.raises(OwnEventError) as error:
        own(name, facts, **other)
    assert "J. de Vries" not in str(error.value)


@pytest.mark.parametrize(
    ("reference", "kind"),
    [
        ("customer/10023", "customer"),
        ("customer/10023/contact/1", "contact"),
        ("visitor/a", "visitor"),
        ("employee/7", "employee"),
        ("recipient/x", "recipient"),
        ("notice/2026-1", "notice"),
        ("customer/", None),
        ("customer/1/contact", None),
        ("elsewhere/1", None),
        ("", None),
    ],
)
def test_kinds_of_reference(reference: str, kind: str | None) -> None:
    assert kind_of(reference) == kind
    assert is_person(reference) is (kind in {"customer", "contact", "visitor", "employee"})
