"""What begins and ends at one instant has ended, whichever was recorded first and whatever its name is."""

from typing import Any

import pytest

from projections.dossier.dossier import NO_DOSSIER, NOTED, SIGNAL, Mark
from schemas import CATEGORIES
from tests.unit.projections.making import ANNA, BERT, HR, NOON, OURS, event

# What begins, what ends it, and the topic.
PAIRS = [
    ("account-reactivated", "account-deactivated", "account"),
    ("account-reactivated", "personal-data-erased", "account"),
    ("contact-person-added", "contact-person-removed", "contact"),
    ("contract-concluded", "contract-ended", "contract/c1"),
    ("contract-changed", "contract-ended", "contract/c1"),
    ("contract-concluded", "contract-taken-over", "contract/c1"),
    ("contract-taken-over", "contract-ended", "contract/c1"),
    ("transfer-agreement-recorded", "transfer-agreement-ended", "transfer"),
    ("payment-default-recorded", "collection-closed", "debt/i1"),
    ("misuse-suspected", "misuse-resolved", "case/c1"),
    ("fraud-signal-recorded", "misuse-resolved", "case/c1"),
    ("fraud-signal-recorded", "misuse-resolved", "suspicion/c1"),
    ("portal-account-opened", "portal-account-closed", "portal"),
    ("legal-hold-placed", "legal-hold-released", "hold/H-1"),
    ("legal-hold-reviewed", "legal-hold-released", "hold/H-1"),
    ("dispute-opened", "dispute-closed", "dispute/c1"),
    ("consent-given", "consent-withdrawn", "consent/newsletter"),
    ("consent-renewed", "consent-refused", "consent/newsletter"),
    ("consent-given", "consent-invalidated", "consent/newsletter"),
    ("objection-overruled", "objection-raised", "objected/billing"),
    ("objection-overruled", "objection-upheld", "objected/billing"),
    ("app-permission-granted", "app-permission-denied", "permission"),
    ("app-permission-granted", "app-permission-revoked", "permission"),
    ("rights-request-answered", "rights-request-refused", "answered/r1"),
    ("employment-started", "employment-ended", "job"),
    ("role-granted", "role-revoked", "role/agent"),
    ("recipient-registered", "recipient-ended", "recipient"),
    ("recipient-changed", "recipient-ended", "recipient"),
]
FACTS: dict[str, Any] = {
    **{"contract_ref": "c1", "case_ref": "c1", "invoice_ref": "i1", "hold_ref": "H-1"},
    **{"request_ref": "r1", "purpose": "newsletter", "activity_objected": "billing"},
    **{"customer": str(BERT), "from_customer": str(ANNA), "to_customer": str(BERT)},
    **{"countries": ["US"], "role": "agent", "permission": "contacts", "ground": "claim"},
    **{"review_on": "2030-01-01", "received_on": "2026-03-01", "keys_destroyed": []},
    **{"channel": "app", "method": "checkbox", "text_version": "1", "outcome": "cleared"},
    **{"kind": "processor", "country": "NL", "valid_from": "2026-01-01", "valid_to": "2026-03-01"},
}
# Nothing comes before these at the same instant, or what they say stands beside it.
ALONE = {"lifted", "objection", "employment", "reading", "removed"}


def said(name: str, id: str, sequence: int | None = None) -> Any:
    erased = name == "personal-data-erased"
    return event(
        name,
        id=id,
        sequence=sequence,
        source=OURS if erased else HR,
        categories=CATEGORIES if erased else ["contact"],
        **FACTS,
    )


def decides(topic: str, *events: Any) -> Mark | None:
    return NO_DOSSIER.with_events(events).last(topic, NOON)


@pytest.mark.parametrize(("begins", "ends", "topic"), PAIRS)
def test_the_end_decides(begins: str, ends: str, topic: str) -> None:
    for first, last in (("a", "b"), ("b", "a")):
        for sequence in (None, 9):
            begun, ended = said(begins, first, sequence), said(ends, last)
            alone = decides(topic, ended)
            assert alone
            assert decides(topic, begun) != alone
            assert decides(topic, begun, ended) == decides(topic, ended, begun) == alone


def test_every_topic_that_something_ends_is_in_the_table() -> None:
    """Of a browser's two signals the one that says no is tried in `test_objections.py`."""
    ending = {rule.kind for rules in NOTED.values() for rule in rules if rule.rank}
    assert {topic.partition("/")[0] for _, _, topic in PAIRS} == ending - ALONE - {SIGNAL}
