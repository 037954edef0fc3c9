"""Objections to direct marketing: known by what an activity is declared for, in any order of arrival."""

from collections.abc import Sequence
from itertools import permutations
from typing import Any

import pytest

from ledger.event import RecordedEvent
from projections.dossier.dossier import Dossier, dossier_from
from projections.dossier.look import FactContext
from projections.folds.timetravel import counting
from projections.use.addressee import addressee, consented
from rulebook import marketing_decision
from rulebook.calendar import day_of
from tests.unit.projections.making import ANNA, OFFICE, annulment, at, event
from tests.unit.projections.test_findings import rules

CONSENT = event("consent-given", 0, purpose="product-information")


def declared(
    minutes: float, *purposes: str, activity: str = "mkt", **members: Any
) -> RecordedEvent:
    told = [{"purpose": one, "legal_basis": "6-1-a"} for one in purposes]
    name = members.pop("type", "processing-activity-declared")
    return event(name, minutes, subject=f"activity/{activity}", purposes=told, **members)


def objection(minutes: float, act: str = "raised", activity: str = "mkt") -> RecordedEvent:
    return event(f"objection-{act}", minutes, activity_objected=activity, ground="own-situation")


def sent(minutes: float = 50, **members: Any) -> RecordedEvent:
    facts = {"channel": "email", "purpose": "product-information", "activity": "news"}
    return event("marketing-message-sent", minutes, **(facts | members))


def allowed(events: Sequence[RecordedEvent], channel: str = "email") -> bool:
    """What `ledger marketing` decides, and what a finding says of a message: always the same."""
    answers = {_allowed(list(order), channel) for order in permutations(events)}
    assert len(answers) == 1
    message = sent(channel=channel)
    found = {
        "law.contact.objection" in rules(counting([CONSENT, *order, message], (OFFICE,)))
        for order in permutations(events)
    }
    assert found == {not next(iter(answers))}
    return answers.pop()


def _allowed(events: list[RecordedEvent], channel: str) -> bool:
    mine = [one for one in [CONSENT, *events] if one.stream == ANNA]
    others: dict[str, list[RecordedEvent]] = {}
    for one in events:
        if one.subject:
            others.setdefault(one.subject, []).append(one)
    known: dict[str, Dossier] = {
        name: dossier_from(counting(told, (OFFICE,))) for name, told in others.items()
    }
    look = FactContext(ANNA, dossier_from(counting(mine, (OFFICE,))), known.get)
    person = addressee(look, at(50), kind="consumer", active=True, consents=consented(look, at(50)))
    return marketing_decision(person, channel, day_of(at(50))).allowed


OBJECTED = objection(5)


@pytest.mark.parametrize(
    "purpose", ["newsletter", "telemarketing", "direct-marketing", "advertising", "marketing"]
)
def test_an_activity_is_marketing_by_its_purpose_whatever_it_is_called(purpose: str) -> None:
    for channel in ("email", "post", "phone", "sms", "app"):
        assert not allowed([declared(1, purpose), OBJECTED], channel)
    assert allowed([declared(1, "invoicing"), OBJECTED])
    assert allowed([declared(1, purpose)])


def test_a_name_makes_nothing_marketing() -> None:
    named = declared(1, "invoicing", activity="direct-marketing")
    assert allowed([named, objection(5, activity="direct-marketing")])


@pytest.mark.parametrize("minutes", [1, 20, 90])
def test_it_does_not_matter_when_the_activity_was_declared(minutes: float) -> None:
    assert not allowed([declared(minutes, "newsletter"), OBJECTED])


def test_a_purpose_that_was_changed_or_declared_twice_counts_as_each_of_them() -> None:
    changed = declared(9, "invoicing", type="processing-activity-changed")
    assert not allowed([declared(1, "newsletter"), OBJECTED, changed])
    assert not allowed([declared(1, "invoicing"), declared(2, "newsletter"), OBJECTED])
    renamed = declared(9, "newsletter", type="processing-activity-changed", name="Post")
    assert not allowed([declared(1, "newsletter"), OBJECTED, renamed])


def test_a_declaration_that_was_a_mistake_never_was() -> None:
    wrong = declared(1, "newsletter")
    assert allowed([wrong, declared(2, "invoicing"), OBJECTED, annulment(3, wrong)])


def test_of_an_undeclared_activity_the_id_is_read_as_a_purpose_and_it_is_found() -> None:
    assert allowed([OBJECTED])
    assert not allowed([objection(5, activity="newsletter")])
    assert "house.objection.undeclared" in rules([OBJECTED])
    assert "house.objection.undeclared" not in rules([OBJECTED, declared(90, "invoicing")])


def test_an_objection_to_marketing_is_final_and_overruling_it_is_found() -> None:
    marketing, overruled = declared(1, "newsletter"), objection(9, "overruled")
    assert not allowed([marketing, OBJECTED, overruled])
    assert "law.objection.overruled" in rules([marketing, OBJECTED, overruled])
    message = sent(activity="mkt")
    assert "law.use.objection" in rules([CONSENT, marketing, OBJECTED, overruled, message])
    other = declared(1, "invoicing")
    assert "law.objection.overruled" not in rules([other, OBJECTED, overruled])
    assert "law.use.objection" not in rules([CONSENT, other, OBJECTED, overruled, message])


def test_nothing_is_stopped_before_the_objection() -> None:
    early = sent(3)
    assert "law.contact.objection" not in rules(
        [CONSENT, declared(1, "newsletter"), OBJECTED, early]
    )
