"""Which ledger an event belongs to: the open one or the confidential one."""

from typing import Any

import pytest

from schemas import AdmissionRules
from schemas.catalogue import AT_HOME_IN_BOTH, CONFIDENTIAL_TYPES, EVENT_TYPES, OWN_TYPES
from schemas.provision import folded, readings
from tests.fixtures.cases import each
from tests.unit.schemas.making import (
    CONFIDENTIAL,
    FOREIGN,
    accepted,
    changed,
    example,
    refused,
)

SECRET = changed(
    example("personal-data-disclosed", "edge-tax-authority"), data__provision="nl.sv.126na"
)
WITHHELD = ("withheld", "")
ELSEWHERE = ("wrong-ledger", "/type")


@pytest.mark.parametrize("name", sorted(CONFIDENTIAL_TYPES))
def test_confidential_types_have_no_place_in_the_open_ledger(name: str) -> None:
    assert refused(changed(example(), type=name)) == WITHHELD
    # The confidential ledger knows them, and what they must tell.
    assert refused(changed(example(), type=name), CONFIDENTIAL)[0] == "unknown-field"


@pytest.mark.parametrize(
    "spelling",
    ["nl.sv.126na", "NL.SV.126NA", "nl-sv-126na", "nl/sv:126na", "nlsv126na", "nl.sv.126na.1"],
)
def test_a_disclosure_under_secrecy_however_it_is_spelled(spelling: str) -> None:
    message = changed(SECRET, data__provision=spelling)
    assert refused(message) == WITHHELD
    assert accepted(message, CONFIDENTIAL).provision == spelling


@pytest.mark.parametrize("spelling", ["nl.awr.53", "nl.awr.99", "nl.awb.5.16", "nl.iw.7"])
def test_a_mistaken_article_of_an_open_law_is_open(spelling: str) -> None:
    message = changed(SECRET, data__provision=spelling)
    assert accepted(message).provision == spelling
    assert refused(message, CONFIDENTIAL) == ("wrong-ledger", "/data/provision")


@pytest.mark.parametrize(
    "spelling",
    ["nl", "nl.nowhere", "us.cloud-act", "nl.wed.19", "nl.awr.81", "nl.wwft.17", "nl.iwx"],
)
def test_data_is_given_under_a_law_that_is_known(spelling: str) -> None:
    message = changed(SECRET, data__provision=spelling)
    assert refused(message) == WITHHELD
    assert accepted(message, CONFIDENTIAL).provision == spelling
    private = changed(message, data__recipient_kind="carrier")
    assert refused(private) == WITHHELD
    # Where data only comes in, or nothing is said of why, an unknown one is a finding.
    if spelling in {"nl", "nl.nowhere", "nl.iwx"}:
        bought = changed(example("order-placed"), data__provision=spelling)
        assert accepted(bought).provision == spelling


def test_a_disclosure_without_provision_is_open() -> None:
    message = example("personal-data-disclosed")
    assert accepted(message)
    assert refused(message, CONFIDENTIAL) == ("wrong-ledger", "/data/provision")


@pytest.mark.parametrize(
    "fault", [{"data__surprise": 1}, {"data__country": 1}, {"surprise": 1}, {"id": "not an id"}]
)
def test_secrecy_is_seen_whatever_else_is_wrong(fault: dict[str, Any]) -> None:
    assert refused(changed(SECRET, **fault)) == WITHHELD


@pytest.mark.parametrize("provision", [{"nl.sv.126na": 1}, ["nl.sv.126na"], [["Sv 126na"]]])
def test_a_secret_provision_is_seen_in_whatever_shape(provision: Any) -> None:
    assert refused(changed(SECRET, data__provision=provision)) == WITHHELD


@pytest.mark.parametrize("provision", [None, 1, []])
def test_a_provision_that_says_nothing_is_a_fault_of_shape(provision: Any) -> None:
    assert refused(changed(SECRET, data__provision=provision)) == ("schema", "/data/provision")


@pytest.mark.parametrize(
    "name", ["emergency-call-disclosed", "malicious-call-data-disclosed", "bulk-feed-delivered"]
)
def test_every_kind_of_disclosure_under_secrecy_is_kept_out_of_the_open_ledger(name: str) -> None:
    message = changed(example(name), data__legal_basis="6-1-c", data__provision="nl.sv.126na")
    assert refused(message) == WITHHELD
    assert accepted(message, CONFIDENTIAL)
    ordinary = changed(message, data__provision="nl.tw.11.10")
    assert accepted(ordinary)
    assert refused(ordinary, CONFIDENTIAL) == ELSEWHERE


@each("entry", FOREIGN, ids=lambda entry: entry.name)
def test_what_the_confidential_ledger_accepts(entry: Any) -> None:
    message = example(entry.name)
    if entry.type in AT_HOME_IN_BOTH:
        assert accepted(message, CONFIDENTIAL)
    else:
        assert refused(message, CONFIDENTIAL)[0] == "wrong-ledger"


def test_roles_grants_employments_and_recipients_are_at_home_in_both() -> None:
    names = {EVENT_TYPES[type].name for type in AT_HOME_IN_BOTH - OWN_TYPES}
    assert names == {
        *("role-defined", "role-granted", "role-revoked"),
        *("employment-started", "employment-ended", "event-annulled"),
        *("recipient-registered", "recipient-changed", "recipient-ended"),
    }


@each("entry", FOREIGN, ids=lambda entry: entry.name)
def test_what_is_withheld_of_any_type_is_for_the_confidential_ledger(entry: Any) -> None:
    message = changed(example(entry.name), correlationid="sv-126n")
    assert refused(message) == WITHHELD
    if entry.name != "privacy-notice-published":
        assert accepted(message, CONFIDENTIAL)


def test_a_notice_may_name_any_law_in_what_it_promises_and_nowhere_else() -> None:
    claim = {"clause": "4.3", "claim": "disclosed-under", "value": "police order under sv 126n"}
    notice = changed(example("privacy-notice-published"), data__claims=[claim])
    assert accepted(notice)
    assert refused(changed(notice, id="police-order-126n")) == WITHHELD


def test_without_the_rulebook_only_types_are_withheld() -> None:
    assert accepted(SECRET, AdmissionRules())
    secret = changed(example(), type=sorted(CONFIDENTIAL_TYPES)[0])
    assert refused(secret, AdmissionRules()) == WITHHELD


def test_readings_of_a_provision() -> None:
    assert folded("Sv-126.na/1:x_y") == "sv126na1xy"
    assert [*readings("NL.sv-1")] == ["nl.sv-1", "nlsv1", "nl.sv", "nlsv", "nl", "nl"]
    assert [*readings("")] == []
    assert [*readings("...")][:1] == ["..."]
