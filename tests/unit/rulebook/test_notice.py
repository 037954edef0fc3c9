"""The privacy notice as claims: every entry passes its own tests, and the comparison says what differs."""

from collections.abc import Iterable
from datetime import date
from typing import Any

import pytest
from msgspec.structs import replace

from rulebook import (
    NOTICE_CHECKS,
    NOTICE_CLAIMS,
    RULES,
    NoticeCheck,
    NoticeClaim,
    NoticeFinding,
    Statement,
    house_statements,
    loading,
    notice_findings,
)
from rulebook import notice_checks as checks
from rulebook.loading import RulebookError
from tests.unit.schemas.making import example

TODAY = date(2026, 11, 24)
OTHER_SOURCES = {
    *(f"notice:{name}" for name in ("in-force", "unknown", "unread", "broken")),
    "rulebook:provision",
    "rulebook:period",
}


def named(entries: Iterable[Any]) -> list[Any]:
    return [pytest.param(entry, id=entry.id) for entry in entries]


EACH_CHECK = pytest.mark.parametrize("check", named(NOTICE_CHECKS))
EACH_CLAIM = pytest.mark.parametrize("claim", named(NOTICE_CLAIMS.values()))


@EACH_CHECK
def test_a_check_passes_its_own_tests(check: NoticeCheck) -> None:
    assert {test.finds is None for test in check.tests} == {True, False}
    for test in check.tests:
        facts = {source: dict.fromkeys(values, ()) for source, values in test.facts.items()}
        assert check.found(facts) == test.finds, test
        assert test.finds is None or test.facts.keys() <= check.sources


@EACH_CHECK
def test_a_check_compares_only_what_there_is(check: NoticeCheck) -> None:
    told = {f"told:{name}{part}" for name in NOTICE_CLAIMS for part in ("", "/of")}
    practice = {f"practice:{name}" for name in checks.PRACTICE_SOURCES}
    assert check.sources
    assert check.sources <= told | practice | OTHER_SOURCES
    assert set(check.shows) <= NOTICE_CLAIMS.keys()
    assert not check.singly or check.sources <= OTHER_SOURCES


def test_every_source_and_every_claim_is_of_use() -> None:
    asked = {source for check in NOTICE_CHECKS for source in check.sources}
    compared = {claim for check in NOTICE_CHECKS for claim in (*check.claims, *check.shows)}
    assert {f"practice:{name}" for name in checks.PRACTICE_SOURCES} - asked == {
        "practice:open-finding"  # behind notice:broken
    }
    assert all(c.id in compared or c.kept_by for c in NOTICE_CLAIMS.values())


@EACH_CLAIM
def test_a_claim_passes_its_own_tests(claim: NoticeClaim) -> None:
    assert bool(claim.values) is (claim.takes == "listed")
    for test in claim.tests:
        assert claim.read(test.value) == (test.understood, test.unread)


@EACH_CLAIM
def test_a_claim_is_kept_by_rules_that_there_are(claim: NoticeClaim) -> None:
    assert set(claim.kept_by) <= {rule.id for rule in RULES}
    for said in claim.policy:
        assert claim.read(said.value)[1] == ()


def test_ids_are_unique_and_stand_in_their_layer(monkeypatch: pytest.MonkeyPatch) -> None:
    assert len({check.id for check in NOTICE_CHECKS}) == len(NOTICE_CHECKS)
    monkeypatch.setattr(loading, "load", lambda *_: (NOTICE_CHECKS[0],))
    with pytest.raises(RulebookError, match="house"):
        loading.load_both("notice_check", NoticeCheck)


# The comparison


def said(claim: str, value: str, clause: str = "8") -> Statement:
    return Statement(clause, claim, value)


def found(
    told: Iterable[Statement] | None, practice: dict[str, dict[str, list[str]]] | None = None
) -> dict[str, NoticeFinding]:
    made = notice_findings(None if told is None else list(told), practice or {}, TODAY)
    return {one.check.id: one for one in made}


def values(finding: NoticeFinding) -> list[str]:
    return [contrast.value for contrast in finding.contrasts]


def test_what_the_policy_says_is_in_the_order_of_its_clauses() -> None:
    clauses = [statement.clause for statement in house_statements()]
    assert list(dict.fromkeys(clauses)) == [
        *("1", "2.1", "2.2", "2.3", "3.1", "3.2", "4.1", "4.3", "4.4", "5.1", "5.2"),
        *("6", "7", "8", "9", "10"),
    ]


def test_the_example_for_upstream_is_in_words_of_the_rulebook() -> None:
    told = [Statement(**one) for one in example("privacy-notice-published")["data"]["claims"]]
    assert told
    assert found(told).keys().isdisjoint({"house.notice-text.unknown", "house.notice-text.unread"})


def test_without_a_notice_only_that_and_unpublished_versions_are_found() -> None:
    practice = {"notice-used": {"2026-1": ["3 events"]}, "category": {"traffic": ["billing"]}}
    assert list(found(None, practice)) == [
        "law.notice-text.in-force",
        "law.notice-text.unpublished",
    ]
    assert found([]).keys().isdisjoint({"law.notice-text.in-force", "law.notice-text.unpublished"})


def test_a_finding_says_where_in_practice_and_what_the_notice_says() -> None:
    told = [
        said("category", "identity", "2.1"),
        said("category", "device", "2.2"),
        said("right", ""),
    ]
    practice = {"category": {"identity": ["a"], "debt": ["c", "b"], "credit": ["a"]}}
    finding = found(told, practice)["law.notice-text.category"]
    assert (finding.clause, finding.said) == ("2.1", tuple(told[:2]))
    assert [(one.value, one.seen_in) for one in finding.contrasts] == [
        ("credit", ("a",)),
        ("debt", ("b", "c")),
    ]


def test_statements_of_several_clauses_are_taken_together() -> None:
    basis = {"legal-basis": {"6-1-a": ["x"], "6-1-b": ["x"], "6-1-f": ["x"]}}
    told = [said("legal-basis", "6-1-a", "1"), said("legal-basis", " 6-1-b,6-1-f ", "3.1")]
    assert "law.notice-text.legal-basis" not in found(told, basis)
    assert values(found(told[:1], basis)["law.notice-text.legal-basis"]) == ["6-1-b", "6-1-f"]


def test_claims_that_nobody_knows_are_findings_of_their_own_where_they_are_made() -> None:
    told = [
        said("moon-phase", "full", "9"),
        said("weather", "fine", "2.1"),
        said("right", "access"),
    ]
    made = [
        (one.clause, values(one), one.said)
        for one in notice_findings(told, {}, TODAY)
        if one.check.id == "house.notice-text.unknown"
    ]
    assert made == [("2.1", ["weather"], (told[1],)), ("9", ["moon-phase"], (told[0],))]
    (nowhere,) = notice_findings([said("weather", "fine", "")], {}, TODAY)[:1]
    assert (nowhere.check.id, nowhere.clause) == ("house.notice-text.unknown", "1")
    unread = found([said("transfer", "by-agreement, perhaps", "3.2")])["house.notice-text.unread"]
    assert (unread.clause, values(unread)) == ("3.2", ["transfer"])


def test_a_promise_is_broken_by_open_findings_of_the_rules_behind_it() -> None:
    told = [said("misuse-warning", "always", "4.4")]
    practice = {
        "open-finding": {"house.misuse.warning": ["2 open"], "law.rights.overdue": ["1 open"]}
    }
    promise = found(told, practice)["house.notice-text.promise"]
    assert promise.clause == "4.4"
    assert promise.contrasts[0].seen_in == ("house.misuse.warning: 2 open",)
    assert "house.notice-text.promise" not in found([said("misuse-warning", "")], practice)
    assert "house.notice-text.promise" not in found(told)


def test_provisions_in_any_spelling_and_years_told_in_months_are_understood() -> None:
    told = [said("provision", "awr-53, wwft.16", "3.1"), said("retention-period", "identity=P84M")]
    made = found(told)
    assert values(made["law.notice-text.provision"]) == ["nl.wwft.16"]
    assert "house.notice-text.retention" not in made
    longer = found([said("retention-period", "identity=P8Y, traffic=P6M")])
    assert values(longer["house.notice-text.retention"]) == ["identity=P8Y"]


def test_findings_stand_by_clause_and_rule() -> None:
    made = notice_findings(house_statements(), {}, TODAY)
    clauses = [[int(part) for part in one.clause.split(".")] for one in made]
    assert clauses == sorted(clauses)
    assert len({tuple(clause) for clause in clauses}) > 5
    assert any(clause == [3, 1] for clause in clauses)


def test_a_check_holds_within_its_validity(monkeypatch: pytest.MonkeyPatch) -> None:
    (liability,) = (c for c in NOTICE_CHECKS if c.id == "law.notice-text.liability")
    ending = replace(liability, valid_to=TODAY)
    monkeypatch.setattr(checks, "NOTICE_CHECKS", (ending,))
    told = [said("liability", "excluded", "3.1")]
    assert not notice_findings(told, {}, TODAY)
    assert notice_findings(told, {}, date(2026, 11, 23))
    assert not notice_findings(told, {}, date(2018, 5, 24))


def test_a_source_that_no_check_can_name_is_an_error() -> None:
    with pytest.raises(KeyError, match="categories"):
        notice_findings([], {"categories": {}}, TODAY)
