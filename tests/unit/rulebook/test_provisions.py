"""Provisions: their own tests, their spellings, and which are secret."""

from typing import get_args

import pytest

from rulebook import PROVISIONS, Provision, provision, secrecy, secret_provisions
from rulebook.loading import RulebookError
from rulebook.provisions import _index
from schemas import AdmissionRules, Event, Rejection
from schemas.events.disclosure import RecipientKind
from tests.fixtures.cases import each
from tests.unit.schemas.making import changed, example, outcome

# What the person may learn of, or may learn of in some cases. A second look at each entry's `secrecy`.
OPEN = [
    "eu.2013.611",
    "eu.gdpr.12",
    "eu.gdpr.15",
    "eu.gdpr.16",
    "eu.gdpr.17",
    "eu.gdpr.18",
    "eu.gdpr.19",
    "eu.gdpr.20",
    "eu.gdpr.21",
    "eu.gdpr.22",
    "eu.gdpr.33",
    "eu.gdpr.34",
    "eu.gdpr.58.1.e",
    "nl.awb.5.16",
    "nl.awr.47",
    "nl.awr.52",
    "nl.awr.52.4",
    "nl.awr.53",
    "nl.awr.53a",
    "nl.bvgt",
    "nl.ib.10.8",
    "nl.iw",
    "nl.rv.194",
    "nl.rv.843a",
    "nl.hr.2005.lycos-pessers",
    "nl.iwacm.6b",
    "nl.wft.1.74",
    "nl.tw.18.7",
    "nl.rv.22",
    "nl.rv.475g",
    "nl.tw.11.10",
    "nl.tw.11.11",
    "nl.tw.11.5.6",
    "nl.tw.11.6",
    "nl.tw.12.1",
    "nl.tw.4.10",
    "nl.uavg.33.4",
    "nl.uavg.33.5",
]


SPELLINGS = [(entry, spelled) for entry in PROVISIONS for spelled in entry.tests]


@each("entry, spelled", SPELLINGS, ids=lambda value: getattr(value, "id", ""))
def test_each_entry_is_found_by_its_spellings(entry: Provision, spelled: str) -> None:
    assert provision(spelled) is entry


def test_what_is_no_secret() -> None:
    assert {entry.id for entry in PROVISIONS if entry.secrecy != "mandatory"} == set(OPEN)


@each("entry, spelled", SPELLINGS, ids=lambda value: getattr(value, "id", ""))
def test_secrecy_decides_the_ledger(entry: Provision, spelled: str) -> None:
    message = changed(
        example("personal-data-disclosed"),
        data__legal_basis="6-1-c",
        data__provision=spelled,
    )
    secret = entry.secrecy == "mandatory"
    for confidential in (False, True):
        intake = AdmissionRules(confidential=confidential, secrecy=secrecy())
        result = outcome(message, intake)
        if secret is confidential:
            assert isinstance(result, Event)
        else:
            assert isinstance(result, Rejection)
            assert result.code == ("wrong-ledger" if confidential else "withheld")


@pytest.mark.parametrize(
    ("spelled", "id"),
    [
        ("nl.sv.126na", "nl.sv.126na"),
        ("Sv-126NA", "nl.sv.126na"),
        ("sv126na", "nl.sv.126na"),
        ("sv-126na-lid-2", "nl.sv.126na"),
        ("nl.sv.126n", "nl.sv.126n"),
        ("tw-11.10", "nl.tw.11.10"),
        ("awr-52", "nl.awr.52"),
        ("awr-52.4", "nl.awr.52.4"),
        ("wiv-2017", "nl.wiv.2017"),
        ("eu-2023-1543", "eu.2023.1543"),
    ],
)
def test_spellings(spelled: str, id: str) -> None:
    found = provision(spelled)
    assert found is not None
    assert found.id == id


@pytest.mark.parametrize("spelled", ["", "nl", "nl.sv", "sv.126", "nl.sv.126naa", "x", "tw"])
def test_what_is_not_there_is_unknown(spelled: str) -> None:
    assert provision(spelled) is None


def test_criminal_procedure_and_intelligence_are_secret_and_tax_and_112_are_not() -> None:
    secret = secret_provisions()
    assert {"nl.sv.126n", "nl.sv.126na", "nl.tw.13.4", "nl.wiv.2017", "eu.2023.1543"} <= secret
    assert not secret & {"nl.awr.47", "nl.awr.52.4", "nl.awr.53", "nl.tw.11.10", "nl.tw.11.11"}
    assert all(name == name.lower() for name in secret)


def test_entries_are_in_words_that_the_contract_knows() -> None:
    kinds = set(get_args(RecipientKind))
    for entry in PROVISIONS:
        assert entry.authorities or entry.id.startswith("eu.gdpr."), entry.id
        assert set(entry.authorities) <= kinds, entry.id
        assert entry.citation, entry.id
        assert entry.title, entry.id
    assert {entry.confidence for entry in PROVISIONS} == {"sourced", "unconfirmed"}


def test_whom_a_provision_keeps_secret_from_the_provider_does_not_tell() -> None:
    for entry in PROVISIONS:
        if entry.secrecy == "mandatory" and entry.authorities:
            assert entry.notice in {"authority", "barred"}, entry.id
        if not entry.authorities:
            assert entry.notice == "none", entry.id
    assert {entry.id for entry in PROVISIONS if entry.must_tell} == {"nl.tw.11.11"}
    barred = {entry.id for entry in PROVISIONS if entry.notice == "barred"}
    assert {"nl.sv.126na", "nl.sv.126zi"} <= barred  # Sv art. 126bb(4)


def test_two_provisions_share_no_spelling() -> None:
    with pytest.raises(RulebookError, match="share a spelling"):
        _index((PROVISIONS[0], PROVISIONS[0]))
