"""Decisions about erasure: what keeps a category, which reason decides, and what goes."""

from collections.abc import Collection
from datetime import date
from typing import get_args

import pytest

from rulebook import (
    ERASURE_RULES,
    Anchor,
    Cause,
    ErasureDecision,
    ErasureFacts,
    Keeping,
    erasure_decisions,
    retention_periods,
)
from schemas import CATEGORIES

TODAY = date(2026, 11, 24)
HOLD = Keeping("hold", "H-1", frozenset({"traffic", "contact"}))
CONTRACT = Keeping("contract", "C-1")
INVOICE: dict[Anchor, date] = {"invoice": date(2026, 3, 10)}


def decided(
    *keepings: Keeping,
    cause: Cause = "request",
    categories: Collection[str] = CATEGORIES,
    anchors: dict[Anchor, date] | None = None,
    day: date = TODAY,
) -> dict[str, ErasureDecision]:
    known = anchors or {}
    periods = {category: retention_periods(category, known, day) for category in categories}
    facts = ErasureFacts(cause, categories, periods if known else {}, keepings)
    return erasure_decisions(facts, day)


def kinds(found: dict[str, ErasureDecision], decision: str) -> set[str]:
    return {category for category, one in found.items() if one.decision == decision}


@pytest.mark.parametrize("cause", get_args(Cause))
def test_what_nothing_keeps_goes_for_the_cause_that_asks(cause: Cause) -> None:
    found = decided(cause=cause)
    assert kinds(found, "erase") == set(CATEGORIES)
    assert list(found) == sorted(CATEGORIES)
    assert {one.first.ground for one in found.values()} == {cause}
    assert all(one.first.until is None for one in found.values())


@pytest.mark.parametrize("cause", get_args(Cause))
def test_a_hold_restricts_its_categories_against_every_cause(cause: Cause) -> None:
    found = decided(HOLD, cause=cause)
    assert kinds(found, "restrict") == {"traffic", "contact"}
    assert (found["traffic"].first.ref, found["traffic"].first.ground) == ("H-1", "legal-hold")
    assert "H-1" in found["traffic"].first.says_nl


def test_a_duty_retains_until_its_end_and_says_which_statute() -> None:
    found = decided(anchors=INVOICE)
    assert kinds(found, "retain") == {"identity", "address", "payment", "debt", "service"}
    reason = found["payment"].first
    assert (reason.rule, reason.until) == ("law.awr.52.administration", date(2034, 1, 1))
    assert "AWR art. 52(4)" in reason.statute
    assert "17(3)(b)" in reason.statute
    assert "2034-01-01" in reason.says
    last, first = date(2033, 12, 31), date(2034, 1, 1)
    assert kinds(decided(anchors=INVOICE, day=last), "retain")
    assert kinds(decided(anchors=INVOICE, day=first), "erase") == set(CATEGORIES)


def test_the_longest_lasting_reason_decides_and_the_others_stand_beside_it() -> None:
    hold = Keeping("hold", "H-2", frozenset({"payment"}))
    found = decided(hold, anchors=INVOICE)["payment"]
    assert [reason.ground for reason in found.reasons] == ["legal-hold", "retention-duty"]
    assert (found.decision, found.first.until) == ("restrict", None)


def test_a_running_contract_stands_against_a_request_and_not_against_a_period() -> None:
    assert "service" in kinds(decided(CONTRACT), "retain")
    assert "behaviour" in kinds(decided(CONTRACT), "erase")
    assert kinds(decided(CONTRACT, cause="retention"), "erase") == set(CATEGORIES)


def test_data_that_was_unlawful_goes_although_a_claim_or_a_duty_would_keep_it() -> None:
    found = decided(
        Keeping("debt", "I-1"),
        CONTRACT,
        Keeping("dispute", "D-1"),
        cause="unlawful",
        anchors=INVOICE,
    )
    assert kinds(found, "erase") == set(CATEGORIES)


def test_hard_case_3_an_invoice_a_hold_and_an_analytics_consent_overlap() -> None:
    """Each category for itself: tax keeps the administration, the hold its calls, the rest goes."""
    held = {"identity", "payment", "traffic", "behaviour", "contact"}
    hold = Keeping("hold", "H-3", frozenset({"traffic", "identity"}))
    found = decided(hold, categories=held, anchors=INVOICE)
    assert {category: one.decision for category, one in found.items()} == {
        "behaviour": "erase",
        "contact": "erase",
        "identity": "restrict",
        "payment": "retain",
        "traffic": "restrict",
    }


@pytest.mark.parametrize("cause", get_args(Cause))
def test_what_is_not_disclosed_keeps_against_every_cause_and_names_nothing(cause: Cause) -> None:
    secret = Keeping("undisclosed", categories=frozenset({"traffic"}))
    found = decided(secret, cause=cause)
    assert kinds(found, "restrict") == {"traffic"}
    (reason,) = found["traffic"].reasons
    assert (reason.ground, reason.ref, reason.until) == ("undisclosed", None, None)


def test_what_is_not_disclosed_is_not_told_beside_a_reason_that_is() -> None:
    """The answer is the one that would be given without it."""
    secret = Keeping("undisclosed", categories=frozenset({"payment", "traffic"}))
    for others in ([], [HOLD]):
        with_, without = (
            decided(*keepings, *others, anchors=INVOICE) for keepings in ([secret], [])
        )
        assert {c for c in CATEGORIES if with_[c] != without[c]} == {"traffic"} - {
            category for one in others for category in one.categories or ()
        }
    assert decided(secret, anchors=INVOICE)["payment"].first.ground == "retention-duty"


def test_every_reason_speaks_both_languages_and_cites() -> None:
    for entry in ERASURE_RULES:
        assert entry.citation
        assert entry.says != entry.says_nl
        assert entry.says.endswith(".")
        assert entry.says_nl.endswith(".")
