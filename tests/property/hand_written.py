"""Ledgers written by hand, of what is easily told wrong; drawn ones are tried beside them.

What meets at one instant, what is annulled before it is there, chains of annulments, and an act that
judges what came long before it.
"""

from collections.abc import Sequence
from typing import Any

from tests.property.finding_specs import DAY, EVA
from tests.property.spec_parts import Spec
from tests.unit.projections.making import ANNA, BERT, CRM, HR, OFFICE, OURS


def said(name: str, minutes: int = 0, source: str = CRM, **members: Any) -> Spec:
    return {"name": name, "minutes": minutes, "source": source, **members}


def annulled(distance: int, by: str = "its source", later: int = 0) -> Spec:
    return said("event-annulled", distance=distance, by=by, later=later)


_NEWSLETTER: Spec = {"purpose": "newsletter", "channel": "app"}
_HOLD: Spec = {
    **{"hold_ref": "H-1", "ground": "claim", "owner": None, "review_on": "2026-02-01"},
    "categories": ["contact"],
}
_GIVEN: Spec = {
    **{"recipient": "acme", "recipient_kind": "processor", "country": "NL", "purpose": "service"},
    **{"fields": ["name"], "categories": ["contact"], "legal_basis": "6-1-b"},
}
_TOLD: Spec = {"recipient": "acme", "categories": ["contact"], "outcome": "told"}
_GRANT: Spec = {"role": "agent", "valid_until": None}

AT_ONCE = [
    said("customer-registered", stream=ANNA, customer_kind="consumer"),
    said("account-deactivated", stream=ANNA),
    said("account-reactivated", stream=ANNA),
    said("personal-data-collected", stream=ANNA, sealed={"contact": ("k0", "both")}),
    said("personal-data-corrected", stream=ANNA, sealed={"contact": ("k1", "one")}),
    said("personal-data-removed", stream=ANNA, fields=["email"], sealed={}),
    said("consent-given", stream=ANNA, **_NEWSLETTER),
    said("consent-withdrawn", stream=ANNA, **_NEWSLETTER),
    said("personal-data-disclosed", stream=ANNA, **_GIVEN),
    said("recipient-notified", stream=ANNA, action="rectified", **_TOLD),
    said("processing-restricted", stream=ANNA, ground="unlawful", categories=["contact"]),
    said("restriction-lifted", stream=ANNA, ground="unlawful", categories=["contact"]),
    said("legal-hold-placed", stream=ANNA, **_HOLD),
    said("legal-hold-released", stream=ANNA, **_HOLD),
    said("role-granted", stream=BERT, **_GRANT),
    said("role-revoked", stream=BERT, **_GRANT),
    said("contract-concluded", stream=BERT, contract_ref="c1"),
    said("contract-ended", stream=BERT, contract_ref="c1"),
    said(
        "personal-data-erased",
        source=OURS,
        stream=ANNA,
        categories=["contact"],
        ground="request",
        keys_destroyed=["contact-k0"],
    ),
]
"""Everything of one instant: begun and ended, said and taken back, told before it is erased."""

TAKEN_BACK = [
    annulled(1),
    said("consent-given", stream=ANNA, **_NEWSLETTER),
    said("consent-withdrawn", stream=ANNA, **_NEWSLETTER),
    annulled(-1),
    annulled(-1),
    said("account-deactivated", 1, stream=ANNA),
    annulled(-1, by="another"),
    said("personal-data-disclosed", 1, stream=ANNA, **_GIVEN),
    annulled(-1, by="the office", later=3),
    said("legal-hold-placed", 1, OFFICE, stream=BERT, **_HOLD),
    annulled(-1),
    said("personal-data-collected", 2, stream=BERT, sealed={"contact": ("k0", "both")}),
    annulled(-1),
    annulled(-3),
]
"""Annulments before what they name, of annulments, by who may not, and of a thing twice."""

JUDGED = [
    said("role-granted", -2 * DAY, HR, stream=EVA, role="c1", valid_until="2026-03-02T00:00:00Z"),
    said("role-defined", -2 * DAY, subject="role/c1", categories=["contact"]),
    *(
        said(
            "personal-data-accessed",
            minutes,
            stream=ANNA,
            employee=str(EVA),
            role="c1",
            categories=categories,
        )
        for minutes in (-2 * DAY, 0, DAY)
        for categories in (["contact"], ["contact", "traffic"])
    ),
    said("employment-ended", 1, HR, stream=EVA, issued_on="2026-01-01"),
    said("consent-given", stream=BERT, valid_until=None, method="checkbox", **_NEWSLETTER),
    said("consent-withdrawn", 1, stream=BERT, **_NEWSLETTER),
    *(
        said("marketing-message-sent", minutes, stream=BERT, channel="email", purpose="newsletter")
        for minutes in (-1, 0, 1, DAY)
    ),
    said("credit-check-requested", stream=BERT, reason="new-customer"),
    said("order-placed", 1, stream=BERT, large_order=False),
    annulled(-1),
]
"""What rules judge by an act that may come later: grants, definitions, consents, an order taken back."""

SIZES = ([1], [2], [3, 1], [99])


def orders(count: int) -> list[list[int]]:
    """So many places forwards, backwards, and every other one first."""
    places = [*range(count)]
    return [places, places[::-1], places[1::2] + places[::2]]


def told_to(join: str | None) -> Sequence[list[Spec]]:
    """The ledgers that say something to views of a kind."""
    return [JUDGED] if join == "findings" else [AT_ONCE, TAKEN_BACK]
