"""Purposes: their own tests, both layers in every decision, and no purpose of ours without an entry."""

import tomllib
from datetime import date, timedelta
from pathlib import Path
from typing import get_args

import msgspec
import pytest

import sample as made_up
from projections.views import disclosures
from rulebook import (
    PROVISIONS,
    PURPOSES,
    RECIPIENT_KINDS,
    Purpose,
    purpose_decision,
    purposes_on,
)
from rulebook.loading import RulebookError
from rulebook.purposes import PURPOSE_WHY, _index
from schemas.events.consent import Purpose as ConsentPurpose
from tests.fixtures.cases import each
from tests.unit.projections.making import event

TODAY = date(2026, 11, 24)
BASES = [f"6-1-{letter}" for letter in "abcdef"]


@each("entry", PURPOSES, ids=lambda entry: entry.id)
def test_each_entry_passes_its_own_tests(entry: Purpose) -> None:
    for test in entry.tests:
        assert bool(test.basis) != bool(test.further)
        assert entry in purposes_on(entry.purpose, test.on)
        verdict = (
            entry.basis_verdict(test.basis) if test.basis else entry.further_verdict(test.further)
        )
        assert verdict.allowed == test.allowed
        assert verdict.why in PURPOSE_WHY
    assert False in {test.allowed for test in entry.tests}


def test_entries_name_what_exists() -> None:
    codes = {code for entry in PURPOSES for code in (entry.purpose, *entry.aliases)}
    for entry in PURPOSES:
        assert set(entry.compatible) <= codes, entry.id
        assert not set(entry.compatible) & {entry.purpose, *entry.aliases}, entry.id
        assert not entry.provision or entry.provision in {p.id for p in PROVISIONS}, entry.id
        assert bool(entry.provision) <= ("6-1-c" in entry.legal_bases), entry.id
        assert entry.layer == "law" or entry.clause, entry.id


def test_every_purpose_of_a_consent_a_declaration_and_a_disclosure_is_known() -> None:
    sample = Path(made_up.__file__).with_name("register.toml").read_text("utf-8")
    declared = {p["purpose"] for a in tomllib.loads(sample)["activity"] for p in a["purposes"]}
    natures = {
        name: disclosures.evolve(None, event(name)).purpose
        for name in (disclosures.VIEW.names or ())
        if name not in {"personal-data-disclosed", disclosures.FEED}
    }
    natures |= {
        kind.kind: kind.feed_purpose for kind in RECIPIENT_KINDS.values() if kind.feed_purpose
    }
    wanted = {*get_args(ConsentPurpose), *declared, *natures.values()}
    assert len(wanted) > 30
    assert {purpose for purpose in wanted if not purposes_on(purpose, TODAY)} == set()


def test_the_house_promises_more_than_the_law_asks() -> None:
    decision = purpose_decision("newsletter", "6-1-f", TODAY)
    assert [(v.layer, v.allowed, v.why) for v in decision.verdicts] == [
        ("law", True, "basis"),
        ("house", False, "other-basis"),
    ]
    assert not decision.allowed
    assert purpose_decision("newsletter", "6-1-a", TODAY).allowed


@pytest.mark.parametrize("purpose", ["marketing", "sale"])
@pytest.mark.parametrize("basis", BASES)
def test_no_basis_allows_what_is_forbidden(purpose: str, basis: str) -> None:
    decision = purpose_decision(purpose, basis, TODAY)
    assert not decision.allowed
    assert [verdict.why for verdict in decision.verdicts] == ["forbidden"]


def test_a_purpose_that_nobody_knows_is_not_allowed() -> None:
    decision = purpose_decision("horoscopes", "6-1-a", TODAY)
    assert (decision.allowed, decision.verdicts) == (False, ())


def test_an_alias_is_the_same_purpose() -> None:
    assert purposes_on("emergency-call", TODAY) == purposes_on("emergency-response", TODAY)
    same = purpose_decision("emergency-call", "6-1-f", TODAY, collected_for="emergency-response")
    assert {verdict.why for verdict in same.verdicts} == {"other-basis"}


def test_a_further_use_fits_or_has_a_ground_of_its_own() -> None:
    billed = purpose_decision("invoicing", "6-1-b", TODAY, collected_for="call-routing")
    assert [(v.layer, v.why) for v in billed.verdicts] == [
        ("house", "basis"),
        ("law", "compatible"),
        ("house", "compatible"),
    ]
    assert billed.allowed
    reported = purpose_decision(
        "management-reporting", "6-1-f", TODAY, collected_for="call-routing"
    )
    assert not reported.allowed  # traffic data is not for reports (Tw art. 11.5)
    assert [v.layer for v in reported.verdicts if v.why == "incompatible"] == ["law", "house"]
    consented = purpose_decision("newsletter", "6-1-a", TODAY, collected_for="call-routing")
    demanded = purpose_decision("bookkeeping", "6-1-c", TODAY, collected_for="call-routing")
    assert consented.allowed
    assert demanded.allowed


def test_an_entry_answers_only_while_it_holds() -> None:
    first = PURPOSES[0].valid_from
    assert purposes_on("call-routing", first)
    assert purposes_on("call-routing", first - timedelta(days=1)) == ()


def test_two_purposes_share_no_code_and_no_day() -> None:
    one, other = PURPOSES[0], PURPOSES[1]
    with pytest.raises(RulebookError, match="share the code"):
        _index((one, msgspec.structs.replace(other, aliases=(one.purpose,))))
    with pytest.raises(RulebookError, match="two versions"):
        _index((one, one))
