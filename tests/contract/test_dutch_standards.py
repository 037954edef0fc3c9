"""Every event of every type as a record of the two Dutch standards, against their published schemas."""

from typing import Any
from uuid import UUID

import jsonschema_rs
import orjson
import pytest

from application.processing_acts import Act, Log
from documents.ldv import ldv_record
from documents.vng import vng_record
from ledger.event import RecordedEvent
from ledger.names import LedgerName
from projections.folds.annulment import effects, name_of
from schemas import EVENT_TYPES, names
from tests.fixtures.ledger import House
from tests.fixtures.standards import (
    ldv_validator,
    standard,
    vng_properties,
    vng_validator,
)
from tests.fixtures.views import OFFICES, annulment, erase_some, sampled
from tests.unit.projections.making import OURS, event

LDV = {
    "traceId",
    "spanId",
    "status",
    "name",
    "startTime",
    "endTime",
    "parentSpanId",
    "resource",
    "attributes",
}
LDV_OURS = {"processing_ledger.position", "processing_ledger.annulled"}


@pytest.fixture
def acts(house: House) -> list[Act]:
    """A whole sample with annulments and erasures, and one of each type that no sample holds."""
    lines = sampled(house, 24)
    disclosed = [line for line in lines if ".personal-data-disclosed." in line["type"]]
    house.record(*lines, *(annulment(line) for line in disclosed[::4]))
    erase_some(house)
    events = house.events()
    known = {e.type for e in events}
    events += [of_type(type) for type in EVENT_TYPES if type not in known]
    log, annulled = Log(house.ledger), effects(events, OFFICES).annulled
    return [Act(log, e, name_of(e) in annulled) for e in events]


def of_type(type: str) -> RecordedEvent:
    """An event of one of the types that a sample has no occasion for: the ledger's, and declared codes."""
    known = EVENT_TYPES[type]
    assert known.own or known.name == names.CODES_DECLARED, f"the sample lacks {type}"
    facts: dict[str, Any] = (
        {"reader": str(UUID(int=7)), "query": "state"} if known.references else {}
    )
    about = None if "employee" in known.subjects else "system/kafka"
    return event(known.name, 1, source=OURS, subject=about, categories=["contact"], **facts)


def test_every_event_is_a_record_of_logboek_dataverwerkingen(acts: list[Act]) -> None:
    assert {act.event.type for act in acts} == set(EVENT_TYPES)
    attributes = orjson.loads(standard("ldv-attributes.schema.json").read_bytes())["properties"]
    validator, spans = ldv_validator(), set()
    for act in acts:
        record: Any = ldv_record(act)
        assert_valid(validator, record)
        assert record.keys() <= LDV
        assert record["attributes"].keys() <= attributes.keys() | LDV_OURS
        assert (record["status"] == "Error") is act.annulled
        spans.add(record["spanId"])
    assert len(spans) == len(acts)
    assert any(act.annulled for act in acts)


def test_every_event_is_a_record_of_vng_verwerkingenlogging(acts: list[Act]) -> None:
    write = vng_validator("write", "VerwerkingsactieUitgebreid")
    known, known_objects = (
        vng_properties("VerwerkingsactieUitgebreid"),
        vng_properties("VerwerktObject"),
    )
    made = set()
    for act in acts:
        record: Any = vng_record(act)
        assert (record is None) is (act.annulled or act.event.name == "event-annulled")
        if record is not None:
            assert_valid(write, record)
            assert record.keys() <= known
            assert all(each.keys() <= known_objects for each in record["verwerkteObjecten"])
            made.add(act.event.type)
    # The sample has these by mistake alone, and takes them back.
    left_out = {"event-annulled", "customer-deceased", "customer-merged"}
    assert made == {type for type, known in EVENT_TYPES.items() if known.name not in left_out}


def test_what_a_citizen_may_read_of_vng_is_valid_there_too(acts: list[Act]) -> None:
    """The read API leaves out system and user, and embeds the act in each object."""
    read = vng_validator("read", "VerwerkingsactieBeperkt")
    for act in acts:
        record = vng_record(act)
        if record is not None:
            hidden = {"systeem", "gebruiker"}
            assert_valid(read, {name: v for name, v in record.items() if name not in hidden})


def test_no_personal_value_and_no_reference_of_another_system_is_in_a_record(
    house: House, acts: list[Act]
) -> None:
    opener = house.opener()
    values = {
        value
        for act in acts
        for value in opener.personal(act.event).values()
        if isinstance(value, str) and len(value) > 6
    }
    references = {reference for reference, _ in opener.people(("customer", "contact", "employee"))}
    assert len(values) > 100
    assert len(references) > 20
    for act in acts:
        for record in (ldv_record(act), vng_record(act)):
            texts = set(texts_of(record))
            assert not texts & (values | references)


def texts_of(document: Any) -> list[str]:
    if isinstance(document, dict):
        return [text for value in document.values() for text in texts_of(value)]
    if isinstance(document, list):
        return [text for value in document for text in texts_of(value)]
    return [document] if isinstance(document, str) else []


def assert_valid(validator: jsonschema_rs.Draft202012Validator, record: dict[str, Any]) -> None:
    wrong = [f"{error.instance_path}: {error.message}" for error in validator.iter_errors(record)]
    assert not wrong, (record.get("name") or record.get("actieNaam"), wrong)


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("traceId", "no-uuid"),
        ("spanId", "1"),
        ("status", "Fine"),
        ("startTime", "2026-11-24T12:00:00Z"),
        ("attributes", {"dpl.core.processing_activity_id": "no uri"}),
    ],
)
def test_the_published_schema_of_ldv_is_really_asked(member: str, value: Any) -> None:
    record = ldv_record(an_act())
    assert ldv_validator().is_valid(record)
    assert not ldv_validator().is_valid(record | {member: value})


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("actieId", "no-uuid"),
        ("vertrouwelijkheid", "geheim"),
        ("tijdstip", "today"),
        ("afnemerId", "x" * 41),
        ("verwerkteObjecten", [{"objecttype": "persoon"}]),
    ],
)
def test_the_published_schema_of_vng_is_really_asked(member: str, value: Any) -> None:
    record = vng_record(an_act())
    validator = vng_validator("write", "VerwerkingsactieUitgebreid")
    assert record is not None
    assert validator.is_valid(record)
    assert not validator.is_valid(record | {member: value})


def an_act() -> Act:
    disclosed = event(
        "personal-data-disclosed",
        1,
        activity="debt-collection",
        categories=["debt"],
        recipient="incasso",
        recipient_kind="collection-agency",
        purpose="collection",
        fields=["claim_amount"],
    )
    return Act(Log(LedgerName()), disclosed)
