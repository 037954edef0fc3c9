"""Consent records and receipts: every mandatory field, and no term that the vocabulary does not have.

Mandatory: the fields of ISO/IEC TS 27560:2023 by the properties of its DPV profile.
"""

import re
import tomllib
from pathlib import Path
from typing import Any, get_args

import msgspec
import pytest
from msgspec.structs import replace

from application.controller import Controller
from application.queries.persons.consents import ConsentAct, Consents, ConsentShown
from application.queries.registers.declaration import UNDECLARED, Declaration
from documents import dpv
from documents.ts27560 import consent_receipt, consent_records
from projections.views.consent_status import Act, ConsentStatus, Hindrance
from rulebook import RECIPIENT_KINDS
from rulebook.consent_validity import Lack
from schemas import CATEGORIES
from tests.fixtures.standards import dpv_terms, standard, terms_in

PERSON = "0190d1b2-0000-7000-8000-000000000001"
CREATED = "2026-11-25T09:00:00.000000Z"
CONTROLLER = Controller(representative="An agent", data_protection_officer="fg@example.nl")
DECLARED = msgspec.structs.replace(
    UNDECLARED,
    data_categories=["identity", "contact"],
    recipient_kinds=["processor", "directory-publisher"],
    countries=["NL", "DE"],
    retention={"identity": "consent-p5y", "contact": "until-withdrawn"},
)


def act(name: Act, day: int, **more: Any) -> ConsentAct:
    given = ConsentAct(
        position=day,
        id=f"e{day}",
        source="/crm",
        purpose="newsletter",
        act=name,
        status="given",
        lacks=None,
        from_=f"2026-01-{day:02}T09:00:00Z",
        to=None,
        recorded_at=CREATED,
        text_version="2026-1",
        method="checkbox",
        channel="portal",
        reason=None,
        valid_until=None,
        activity=None,
        legal_basis=None,
        evidence=None,
        annulled_by=None,
    )
    return replace(given, **more)


def answer(
    *acts: ConsentAct,
    status: ConsentStatus = "given",
    until: str | None = None,
    hindrance: Hindrance | None = None,
) -> Consents:
    row = ConsentShown(
        purpose=acts[0].purpose,
        status=status,
        since=acts[0].from_,
        text_version=None,
        method=None,
        channel=None,
        reason=None,
        valid_until=until,
        effective=hindrance is None,
        why="",
        hindrance=hindrance,
        evidence=None,
    )
    return Consents("customer/1", PERSON, [row], [], len(acts), list(acts))


def record(
    *acts: ConsentAct, declared: Declaration | None = DECLARED, **more: Any
) -> dict[str, Any]:
    given = answer(*acts, **more)
    document: Any = consent_records(given, CONTROLLER, {acts[0].purpose: declared}, CREATED)
    (made,) = document["@graph"]
    assert isinstance(made, dict)
    return made


RECORD = ("dct:conformsTo", "dct:identifier", "dpv:hasIdentifier", "dpv:hasDataSubject")
PROCESSING = (
    "dpv:hasNotice",
    "dpv:hasProcess",
    "dpv:hasDataController",
    "dpv:hasJurisdiction",
    "dpv:hasConsentControl",
    "dpv:hasEntity",
    "dpv:hasConsentStatus",
)
PROCESS = (
    "dpv:hasPurpose",
    "dpv:hasPersonalData",
    "dpv:hasRecipient",
    "dpv:hasStorageCondition",
)
PARTY = ("dpv:hasIdentifier", "dpv:hasAddress", "dpv:hasName", "dpv:hasContact", "@type")
EVENT = (
    "dpv:isIndicatedAtTime",
    "dpv:hasDuration",
    "dpv:isIndicatedBy",
    "dpv:hasLegalBasis",
    "@type",
)


def check_mandatory(made: dict[str, Any]) -> None:
    assert all(made.get(name) for name in (*RECORD, *PROCESSING))
    assert all(made["dpv:hasProcess"].get(name) for name in PROCESS)
    assert all(party.get(name) for party in made["dpv:hasEntity"] for name in PARTY)
    assert all(event.get(name) for event in made["dpv:hasConsentStatus"] for name in EVENT)
    assert all(notice["dct:language"] == "nl" for notice in made["dpv:hasNotice"])
    conditions = {one["@type"] for one in made["dpv:hasProcess"]["dpv:hasStorageCondition"]}
    assert conditions == {"dpv:StorageLocation", "dpv:StorageDuration"}
    assert made["dpv:hasConsentControl"]["@type"] == "dpv:WithdrawConsent"


@pytest.mark.parametrize("declared", [DECLARED, None, UNDECLARED])
@pytest.mark.parametrize(
    "acts",
    [
        [act("given", 1)],
        [act("withdrawn", 2, text_version=None, method=None)],
        [act("refused", 1, method=None, channel=None), act("renewed", 3)],
        [act("invalidated", 4, reason="defect", method=None, channel=None)],
        [act("given", 1, purpose="something-new")],
    ],
)
def test_a_record_has_every_mandatory_field(
    acts: list[ConsentAct], declared: Declaration | None
) -> None:
    made = record(*acts, declared=declared)
    check_mandatory(made)
    assert set(terms_in(made)) <= dpv_terms()


def test_the_person_says_what_was_decided_and_the_controller_that_it_is_invalid() -> None:
    acts: tuple[Act, ...] = ("given", "withdrawn", "refused", "renewed", "invalidated")
    made = record(*(act(name, day, reason="defect") for day, name in enumerate(acts, 1)))
    by = [event["dpv:isIndicatedBy"] for event in made["dpv:hasConsentStatus"]]
    assert len(set(by[:4])) == 1
    assert by[4] not in by[:4]


def test_profiles_are_those_that_are_published() -> None:
    profile = standard("dpv-27560.ttl").read_text("utf-8")
    published = set(re.findall(r"(dpv-27560:[a-z-]+) a ", profile))
    given = answer(act("given", 1))
    made = record(act("given", 1))
    receipt: Any = consent_receipt(given, CONTROLLER, {"newsletter": DECLARED}, CREATED)
    assert made["dct:conformsTo"] == ["dpv-27560:record", "dpv-27560:record-eu-gdpr"]
    assert receipt["dct:conformsTo"] == ["dpv-27560:receipt", "dpv-27560:receipt-eu-gdpr"]
    assert {*made["dct:conformsTo"], *receipt["dct:conformsTo"]} == published


def test_a_receipt_carries_a_copy_of_each_record() -> None:
    given = answer(act("given", 1))
    declared = {"newsletter": DECLARED}
    receipt: Any = consent_receipt(given, CONTROLLER, declared, CREATED)
    records: Any = consent_records(given, CONTROLLER, declared, CREATED)
    assert receipt["@type"] == "dpv:ConsentReceipt"
    assert receipt["dct:identifier"] == receipt["@id"] != records["@graph"][0]["@id"]
    assert receipt["dct:created"] == CREATED
    assert receipt["dpv:hasRecordOfActivity"] == records["@graph"]
    assert set(terms_in(receipt)) <= dpv_terms()


def test_events_are_the_acts_that_stand_and_the_end_of_validity() -> None:
    until = "2026-06-01T00:00:00Z"
    made = record(
        act("given", 1, valid_until=until),
        act("given", 2, annulled_by="mend"),
        status="expired",
        until=until,
        hindrance="expired",
    )
    given, expired = made["dpv:hasConsentStatus"]
    assert (given["@type"], expired["@type"]) == ("dpv:ConsentGiven", "dpv:ConsentExpired")
    assert given["dpv:hasDuration"] == {"@type": "dpv:UntilTimeDuration", "rdf:value": until}
    assert given["dpv:isIndicatedBy"] == f"urn:uuid:{PERSON}"
    assert given["dpv:hasIndicationMethod"] == "checkbox, portal"
    assert expired["dpv:isIndicatedAtTime"] == until


def test_a_record_says_what_was_declared() -> None:
    process = record(act("given", 1))["dpv:hasProcess"]
    assert process["dpv:hasPurpose"]["skos:broader"] == "dpv:DirectMarketing"
    assert [data["skos:broader"] for data in process["dpv:hasPersonalData"]] == [
        "pd:Identifying",
        "pd:Contact",
    ]
    location, *durations = process["dpv:hasStorageCondition"]
    assert [one["dct:identifier"] for one in location["dpv:hasLocation"]] == ["NL", "DE"]
    assert [one["dpv:hasDuration"]["rdf:value"] for one in durations] == ["until-withdrawn", "P5Y"]
    assert len(process["dpv:hasRecipient"]) == 3


def test_the_same_person_and_purpose_have_the_same_identifier() -> None:
    first, second = record(act("given", 1)), record(act("given", 1), act("withdrawn", 2))
    assert first["@id"] == second["@id"]
    assert first["@id"] != record(act("given", 1, purpose="telemarketing"))["@id"]


def test_every_code_of_ours_has_a_term_that_the_vocabulary_has() -> None:
    table = tomllib.loads(Path(dpv.__file__).with_name("dpv.toml").read_text("utf-8"))
    assert {term for kind in table.values() for term in kind.values()} <= dpv_terms()
    assert set(table["category"]) - {"default"} <= set(CATEGORIES)
    assert set(table["recipient"]) - {"default"} <= set(RECIPIENT_KINDS)
    assert set(terms_in({name: None for name in dpv.CONTEXT})) <= dpv_terms()


@pytest.mark.parametrize("lacks", get_args(Lack))
def test_an_act_that_is_no_consent_is_never_told_as_given(lacks: Lack) -> None:
    until = "2026-06-01T00:00:00Z"
    made = record(act("given", 1, lacks=lacks, valid_until=until), hindrance=lacks)
    check_mandatory(made)
    (event,) = made["dpv:hasConsentStatus"]
    assert event["@type"] == "dpv:ConsentInvalidated"
    assert event["dpv:isIndicatedBy"] != f"urn:uuid:{PERSON}"
    assert event["dpv:hasDuration"]["@type"] == "dpv:UntilEventDuration"


@pytest.mark.parametrize("hindrance", sorted(set(get_args(Hindrance)) - set(get_args(Lack))))
def test_the_last_event_of_a_consent_without_effect_is_not_that_it_was_given(
    hindrance: Hindrance,
) -> None:
    ended = [act(name, 2) for name in get_args(Act) if name == hindrance]
    made = record(act("given", 1), *ended, hindrance=hindrance, until="2026-06-01T00:00:00Z")
    check_mandatory(made)
    assert made["dpv:hasConsentStatus"][-1]["@type"] not in {
        "dpv:ConsentGiven",
        "dpv:RenewedConsentGiven",
    }
