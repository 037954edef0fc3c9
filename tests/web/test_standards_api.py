"""The read interfaces of the Dutch standards: as published, in pieces; of oneself what the report tells."""

import json
from typing import Any

import pytest
import yaml

from tests.fixtures.standards import ldv_validator, standard, vng_validator
from tests.web.console import ORIGIN, Client, Consoled
from tests.web.programs import Programs
from web.standards import ldv, vng

LDV, VNG = "/api/ldv/v1/processing-activities", "/api/vng/v1/verwerkte-objecten"
WHO = "customer/10023"
ASKED = {
    "objecttype": "persoon",
    "soortObjectId": "klant",
    "objectId": "10023",
    "beginDatum": "2020-01-01",
    "eindDatum": "2030-01-01",
}


@pytest.fixture
def program(sampled: Consoled) -> Any:
    return Programs(sampled).client("log-reader", "ledger")


def own(sampled: Consoled, reference: str = WHO) -> Client:
    return sampled.as_("data-subject", reference, "data-subject")


def read_ldv(program: Any, **wanted: Any) -> list[Any]:
    """All records, by the links from one answer to the next."""
    records, address = [], LDV
    while address:
        response = program.post(address, json=wanted)
        assert response.status_code == 200, response.text
        assert response.headers["api-version"]
        piece = response.json()["processingActivities"]
        assert len(piece) <= 100
        records += piece
        address = response.headers.get("link", "").partition(">")[0].lstrip("<")
    return records


def person_of(sampled: Consoled, reference: str = WHO) -> str:
    state: str = sampled.as_("auditor").api(f"/persons/{reference}/state")["data_subject"]
    return state


def test_ldv_gives_the_acts_of_a_person_as_published(sampled: Consoled, program: Any) -> None:
    records = read_ldv(program, **{"dpl.core.data_subject_id": person_of(sampled)})
    assert len(records) > 5
    for record in records:
        ldv_validator().validate(record)
    assert {record["attributes"]["dpl.core.data_subject_id"] for record in records} == {
        person_of(sampled)
    }
    sampled.reads()
    reads = [r for r in read_ldv(program, **{"dpl.core.data_subject_id": person_of(sampled)})]
    assert len(reads) > len(records), "the read itself is an act"
    traced = read_ldv(
        program, traceId=records[0]["traceId"], **{"dpl.core.data_subject_id": person_of(sampled)}
    )
    assert records[0] in traced


def test_ldv_pages_through_the_whole_ledger_by_key(sampled: Consoled, program: Any) -> None:
    records = read_ldv(program, startTime=0)
    positions = [record["attributes"]["processing_ledger.position"] for record in records]
    assert positions == sorted(set(positions))
    assert len(positions) > 2000
    middle = records[1000]["startTime"]
    since = read_ldv(program, startTime=middle, endTime=middle + 86_400_000)
    assert since == [r for r in records if middle <= r["startTime"] <= middle + 86_400_000]
    one = records[17]
    assert one in read_ldv(program, traceId=one["traceId"])
    assert read_ldv(program, **{"dpl.core.foreign_operation.processor": "https://x.example"}) == []


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{}",
        b"[]",
        b"{",
        b'{"traceId": "x"}',
        b'{"no": 1}',
        b'{"startTime": 1e400}',
        b"[" * 9999,
    ],
)
def test_ldv_refuses_what_the_standard_does_not_have(program: Any, content: bytes) -> None:
    response = program.post(LDV, content=content, headers={"content-type": "application/json"})
    assert response.status_code == 400
    assert {"title", "status", "detail"} <= response.json().keys()


def test_a_request_has_a_length(program: Any) -> None:
    for length, status in ((16 * 1024, 200), (16 * 1024 + 1, 400)):
        content = b'{"startTime":0}'.ljust(length)
        response = program.post(LDV, content=content, headers={"content-type": "application/json"})
        assert response.status_code == status


def vng_list(client: Any, **wanted: str) -> list[Any]:
    results: list[Any] = []
    response = client.get(VNG, params=ASKED | wanted)
    while True:
        assert response.status_code == 200, response.text
        answer = response.json()
        results += answer["results"]
        if answer["next"] is None:
            assert answer["count"] == len(results)
            return results
        response = client.get(answer["next"])


def test_vng_gives_the_objects_of_a_person_as_published(sampled: Consoled, program: Any) -> None:
    results = vng_list(program)
    assert len(results) > 5
    for result in results:
        vng_validator("read", "VerwerktObjectUitgebreid").validate(result)
        assert not {"systeem", "gebruiker"} & result["verwerkingsactie"].keys()
    by_id = vng_list(
        program, soortObjectId=results[0]["soortObjectId"], objectId=results[0]["objectId"]
    )
    assert by_id[: len(results)] == results
    activity = next(r["verwerkingsactie"]["verwerkingsactiviteitId"] for r in results)
    some = vng_list(program, verwerkingsactiviteitId=activity)
    assert {r["verwerkingsactie"]["verwerkingsactiviteitId"] for r in some} == {activity}
    assert vng_list(program, eindDatum="2020-01-01") == []
    assert results[0]["url"].startswith(f"{ORIGIN}{VNG}/")
    assert program.get(results[0]["url"]).json() == results[0]


def test_vng_words_errors_as_published(sampled: Consoled, program: Any) -> None:
    fault, wrong = vng_validator("read", "Fout"), vng_validator("read", "ValidatieFout")
    for response, status, validator in (
        (program.get(VNG), 400, wrong),
        (program.get(VNG, params=ASKED | {"beginDatum": "x"}), 400, wrong),
        (program.get(f"{VNG}/00000000-0000-4000-8000-000000000000"), 404, fault),
        (sampled.nobody().http.get(VNG, params=ASKED), 401, fault),
        (program.put(VNG), 405, fault),
    ):
        assert response.status_code == status, response.text
        validator.validate(response.json())


def test_a_person_reads_of_themselves_what_the_access_report_tells_and_of_nobody_else(
    sampled: Consoled, program: Any
) -> None:
    mine, other = own(sampled), own(sampled, "customer/10024")
    results = vng_list(mine.http)
    told = {result["verwerkingsactie"]["actieId"] for result in results}
    everything = {result["verwerkingsactie"]["actieId"] for result in vng_list(program)}
    assert told <= everything
    nobody = mine.http.get(VNG, params=ASKED | {"objectId": "none"})
    assert nobody.json() == {"count": 0, "next": None, "previous": None, "results": []}
    for client, id in ((mine, "10024"), (other, "10023")):
        assert client.http.get(VNG, params=ASKED | {"objectId": id}).content == nobody.content
    theirs = {"dpl.core.data_subject_id": person_of(sampled)}
    token = {"x-csrf-token": other.session.csrf if other.session else ""}
    headers = {"origin": ORIGIN, "sec-fetch-site": "same-origin", **token}
    assert other.http.post(LDV, json=theirs, headers=headers).status_code == 404
    assert other.http.get(results[0]["url"]).status_code == 404
    assert mine.http.get(results[0]["url"]).json() == results[0]


@pytest.mark.parametrize("role", ["team-lead", "ledger-operator"])
def test_a_role_without_persons_has_no_log(sampled: Consoled, role: str) -> None:
    program = Programs(sampled).client("log-reader", "ledger", role=role)
    assert program.get(VNG, params=ASKED).status_code == 403
    assert program.post(LDV, json={"startTime": 0}).status_code == 403


def test_the_parameters_are_those_of_the_published_files() -> None:
    published = yaml.safe_load(standard("vng-logging-read-openapi.yaml").read_text("utf-8"))
    names = {p["name"] for p in published["paths"]["/verwerkte-objecten"]["get"]["parameters"]}
    assert names == {*vng.VngQuery.__struct_encode_fields__} - {"cursor"}
    attributes = json.loads(standard("ldv-attributes.schema.json").read_text("utf-8"))["properties"]
    expected = {*attributes, "traceId", "startTime", "endTime"}
    assert expected == {*ldv.LdvQuery.__struct_encode_fields__}
