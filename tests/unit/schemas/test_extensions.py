"""Attributes that CloudEvents and its documented extensions define: accepted, and dropped."""

import json
from typing import Any

import pytest

from schemas import Rejection, decode_binary
from schemas.extensions import DROPPED
from tests.fixtures.cases import each
from tests.unit.schemas.making import GONE, NOW, OPEN, accepted, changed, example, outcome, refused
from tests.unit.schemas.test_binary import binary

# As their specifications show them.
EXAMPLES: dict[str, Any] = {
    "dataschema": "https://example.nl/schemas/collected.json",
    "dataref": "https://example.nl/files/1",
    "partitionkey": "customer/10023",
    "recordedtime": "2026-11-24T09:15:01Z",
    "sequencetype": "Integer",
    "sampledrate": 30,
    "expirytime": "2027-11-24T09:15:01Z",
    "severitytext": "WARN",
    "severitynumber": 9,
    "authtype": "app_user",
    "authid": "j.devries@example.nl",
    "authclaims": '{"bsn":"123456782"}',
    "dataclassification": "confidential",
    "dataregulation": "GDPR",
    "datacategory": "PII",
    "deprecated": True,
    "deprecationfrom": "2027-01-01T00:00:00Z",
    "deprecationsunset": "2028-01-01T00:00:00Z",
    "deprecationmigration": "https://example.nl/migrate",
    "bamtxid": "1",
    "bampid": "2",
    "bamptxid": "3",
    "bamptxsid": "4",
    "bamptxsstatus": "ok",
    "bamptxcompleted": False,
    "opcuametadatamajorversion": 1,
    "opcuametadataminorversion": 0,
    "opcuastatus": 2147483648,
    "dssematerial": "ZGF0YQ==",
}


def test_every_one_has_an_example() -> None:
    assert EXAMPLES.keys() == DROPPED.keys()


@each("name", DROPPED)
def test_it_changes_nothing_and_is_kept_nowhere(name: str) -> None:
    message = {**example(), name: EXAMPLES[name]}
    assert accepted(message) == accepted(example())
    assert accepted({**example(), name: None}) == accepted(example())
    headers, value = binary(message)
    assert decode_binary(headers, value, OPEN, NOW) == accepted(example())


def test_all_of_them_at_once() -> None:
    event = accepted({**example(), **EXAMPLES, "tracestate": "a=b", "sequence": "7"})
    assert (event.sequence, event.trace) == (7, {"tracestate": "a=b"})
    for name, value in EXAMPLES.items():
        assert name not in repr(event)
        assert str(value) not in repr(event) or len(str(value)) < 4 or value == example()["subject"]


@each("name", DROPPED)
@each("value", [1.5, [], {}, ["x"], {"a": 1}])
def test_a_value_that_no_attribute_has(name: str, value: Any) -> None:
    assert refused({**example(), name: value}) == ("schema", f"/{name}")


@pytest.mark.parametrize("absent", [GONE, None])
def test_data_that_is_elsewhere_is_refused(absent: Any) -> None:
    message = changed(example(), data=absent, dataref="https://example.nl/files/1")
    assert refused(message) == ("schema", "/dataref")
    headers, _ = binary(changed(message, data={}))
    rejection = decode_binary(headers, None, OPEN, NOW)
    assert isinstance(rejection, Rejection)
    assert (rejection.code, rejection.pointer) == ("schema", "/dataref")


@each("name", [*DROPPED, "tracestate"])
def test_what_cites_an_article_is_withheld_wherever_it_is_said(name: str) -> None:
    message = {**example(), name: "files of sv-126nd"}
    hidden = outcome(message)
    assert isinstance(hidden, Rejection)
    assert hidden.hidden
    headers, value = binary(message)
    hidden = decode_binary(headers, value, OPEN, NOW)
    assert isinstance(hidden, Rejection)
    assert hidden.hidden


def test_what_cites_an_article_is_withheld_in_an_attribute_that_nobody_knows() -> None:
    hidden = outcome({**example(), "surprise": "files of sv-126nd"})
    assert isinstance(hidden, Rejection)
    assert hidden.hidden
    assert "surprise" not in json.dumps(hidden.pointer)
