"""Objections and restrictions: what uses of the data break a rule, and what marketing may still do."""

from itertools import permutations
from typing import Any

import msgspec
import pytest

from ledger.event import RecordedEvent
from projections.dossier.dossier import Dossier, dossier_from, noted
from projections.dossier.fact import fact_of
from projections.dossier.look import FactContext
from projections.findings.judging import findings_of
from projections.keeping.keepings import keepings_of
from projections.keeping.person import dossier_of
from projections.use.addressee import addressee, consented
from projections.use.restricting import restricted, restricted_by
from rulebook import marketing_decision
from rulebook.calendar import day_of
from tests.unit.projections.making import ANNA, CRM, OURS, annulment, at, event

USED = "law.use.objection", "law.use.restriction"


def objection(act: str, minutes: float, activity: str = "billing") -> RecordedEvent:
    return event(f"objection-{act}", minutes, activity_objected=activity, ground="situation")


def restriction(act: str, minutes: float, *categories: str) -> RecordedEvent:
    return event(act, minutes, ground="accuracy-contested", categories=categories)


def accessed(minutes: float, **members: Any) -> RecordedEvent:
    facts = {"employee": "employee/7", "role": "agent", "purpose": "support", "case_ref": "C-1"}
    shared = {"activity": "billing", "legal_basis": "6-1-f", "categories": ["contact"]}
    return event("personal-data-accessed", minutes, **(facts | shared | members))


def broken(fact: RecordedEvent, *events: RecordedEvent) -> list[str]:
    """The rules about use that an access breaks."""
    dossier = Dossier()
    for one in events:
        dossier = dossier.with_event(one) if noted(one) else dossier
    look = FactContext(ANNA, dossier, lambda _name: None)
    return [rule for rule in findings_of("access", fact_of("access", fact), look) if rule in USED]


@pytest.mark.parametrize(
    ("acts", "found"),
    [
        ([objection("raised", 1)], True),
        ([objection("raised", 1), objection("upheld", 2)], True),
        ([objection("raised", 1), objection("overruled", 2)], False),
        ([objection("raised", 9)], False),
        ([objection("raised", 1, "support")], False),
    ],
)
def test_an_objection_stops_the_activity_until_it_is_overruled(
    acts: list[RecordedEvent], found: bool
) -> None:
    assert (broken(accessed(5), *acts) == ["law.use.objection"]) is found


@pytest.mark.parametrize(
    ("members", "found"),
    [
        ({}, True),
        ({"categories": ["payment"]}, False),
        ({"legal_basis": "6-1-a"}, False),
        ({"legal_basis": "6-1-c", "provision": "nl.awr.53"}, False),
        ({"legal_basis": "6-1-c", "provision": "made-up"}, True),
        ({"case_ref": "R-1"}, False),
    ],
)
def test_restricted_data_is_only_stored_but_for_what_the_law_allows(
    members: dict[str, Any], found: bool
) -> None:
    asked = event(
        "rights-request-received",
        0,
        request_ref="R-1",
        right="restriction",
        received_on="2026-03-01",
    )
    acts = asked, restriction("processing-restricted", 1, "contact", "identity")
    assert (broken(accessed(5, **members), *acts) == ["law.use.restriction"]) is found


def test_after_it_was_lifted_data_may_be_used_and_not_before() -> None:
    acts = (
        restriction("processing-restricted", 1, "contact"),
        restriction("restriction-lifted", 6, "contact"),
    )
    assert broken(accessed(5), *acts) == ["law.use.restriction"]
    assert broken(accessed(7), *acts) == []


def declared(activity: str, *purposes: str, minutes: float = 0, **members: Any) -> RecordedEvent:
    """An activity is declared to be for some purposes."""
    told = [{"purpose": one, "legal_basis": "6-1-a"} for one in purposes]
    name = members.pop("name", "processing-activity-declared")
    return event(name, minutes, subject=f"activity/{activity}", purposes=told)


DECLARED: dict[str, Dossier] = {
    "activity/direct-marketing": dossier_from([declared("direct-marketing", "newsletter")])
}


def allowed(channel: str, *events: RecordedEvent, minutes: float = 60) -> tuple[bool, set[str]]:
    """Whether marketing is allowed for somebody who consented, and why."""
    consent = event("consent-given", 0, purpose="product-information")
    look = FactContext(ANNA, dossier_from([consent, *events]), DECLARED.get)
    person = addressee(
        look, at(minutes), kind="consumer", active=True, consents=consented(look, at(minutes))
    )
    decision = marketing_decision(person, channel, day_of(at(minutes)))
    return decision.allowed, {verdict.why for verdict in decision.verdicts}


def test_an_objection_to_direct_marketing_is_final() -> None:
    assert allowed("email") == (True, {"consent"})
    raised = objection("raised", 1, "direct-marketing")
    assert allowed("email", raised) == (False, {"objection"})
    assert allowed("email", raised, objection("overruled", 2, "direct-marketing"))[0] is False
    assert allowed("email", objection("raised", 1, "billing"))[0] is True
    assert allowed("email", objection("raised", 90, "direct-marketing"))[0] is True


def test_nobody_is_reached_by_data_that_may_only_be_stored() -> None:
    restricted = restriction("processing-restricted", 1, "contact")
    assert allowed("email", restricted) == (False, {"restricted"})
    assert allowed("post", restricted)[0] is True
    assert allowed("email", restricted, restriction("restriction-lifted", 2, "contact"))[0] is True


def decided(decision: str, minutes: float, rule: str = "law.erasure.hold", ref: str = "X-1") -> Any:
    facts = {"decision": decision, "ground": "g", "rule": rule, "ref": ref}
    return event(
        "erasure-decided", minutes, source=OURS, cause="request", decisions={"contact": facts}
    )


def hold(act: str, minutes: float, ground: str = "claim", *categories: str) -> RecordedEvent:
    told: dict[str, Any] = {"hold_ref": "X-1", "ground": ground, "review_on": "2026-06-01"}
    return event(f"legal-hold-{act}", minutes, categories=categories or ("contact",), **told)


DISPUTE, CASE = "law.erasure.dispute", "house.erasure.case"
KEPT = [
    ("law.erasure.hold", hold("placed", 0), hold("released", 6)),
    ("law.erasure.hold", hold("placed", 0), hold("reviewed", 6, "claim", "traffic")),
    ("law.erasure.undisclosed", hold("placed", 0, "undisclosed"), hold("released", 6)),
    (
        DISPUTE,
        event("dispute-opened", 0, case_ref="X-1"),
        event("dispute-closed", 6, case_ref="X-1"),
    ),
    (
        CASE,
        event("misuse-suspected", 0, case_ref="X-1"),
        event("misuse-resolved", 6, case_ref="X-1"),
    ),
]


@pytest.mark.parametrize(("rule", "opened", "closed"), KEPT)
def test_a_decision_restricts_by_itself_until_its_reason_ends(
    rule: str, opened: RecordedEvent, closed: RecordedEvent
) -> None:
    acts = opened, decided("restrict", 1, rule), closed
    for order in permutations(acts):
        assert broken(accessed(5), *order) == ["law.use.restriction"]
        assert broken(accessed(0.5), *order) == []
        assert broken(accessed(7), *order) == []
        assert broken(accessed(5, case_ref="X-1"), *order) == []  # what it is kept for
        assert restricted_by(order, at(5)) == {"contact"}
        assert restricted_by(order, at(7)) == set()
    assert allowed("email", *acts[:2]) == (False, {"restricted"})
    assert allowed("email", *acts)[0] is True


@pytest.mark.parametrize(
    "after",
    [
        decided("retain", 2, "law.erasure.duty"),
        decided("erase", 2),
        event("customer-registered", 2, customer_kind="consumer"),
    ],
)
def test_a_later_decision_or_a_new_registration_ends_the_restriction(after: RecordedEvent) -> None:
    acts = hold("placed", 0), decided("restrict", 1), after
    assert restricted_by(acts[:2], at(5)) == {"contact"}
    assert restricted_by(acts, at(5)) == set()
    assert broken(accessed(5), *acts) == []


def test_words_from_outside_restrict_nothing() -> None:
    told = msgspec.structs.replace(decided("restrict", 1), source=CRM)
    assert restricted_by([hold("placed", 0), told], at(5)) == set()


def test_a_decision_without_its_hold_restricts_nothing() -> None:
    placed = hold("placed", 0)
    acts = placed, decided("restrict", 1), annulment(2, placed)
    assert restricted(dossier_of(acts, ()), at(5)) == set()


def test_a_restriction_that_is_decided_keeps_nothing_by_itself() -> None:
    """Otherwise an erasure that waits would wait for itself."""
    acts = hold("placed", 0), decided("restrict", 1), hold("released", 2)
    assert keepings_of(dossier_of(acts, ())) == []
