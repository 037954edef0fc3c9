"""The attributes of the envelope: which are allowed, and what each may hold."""

import json
from base64 import b64encode, urlsafe_b64encode
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from schemas import Code, Rejection
from tests.fixtures.cases import each
from tests.unit.schemas.making import GONE, NOW, accepted, changed, example, outcome, refused

TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


def test_the_event_is_what_was_sent() -> None:
    event = accepted(changed(example(), sequence=7, traceparent=TRACE, causationid="c:1"))
    assert event.type == "nl.voipzeker.ledger.personal-data-collected.v1"
    assert event.source == "urn:voipzeker:order-portal"
    assert event.subject == "customer/10023"
    assert event.time == datetime(2026, 11, 24, 9, 15, tzinfo=UTC)
    assert event.time.utcoffset() == timedelta(0)
    assert event.sequence == 7
    assert event.trace == {"traceparent": TRACE, "causationid": "c:1"}
    assert event.activity == "subscription-management"
    assert event.legal_basis == "6-1-b"
    assert event.provision is None
    assert event.categories == ("identity", "contact")
    assert event.facts == {
        "origin": "customer",
        "channel": "portal",
        "necessity": "mandatory",
        "notice_version": "2026-1",
    }
    assert set(event.personal) == {"name", "email", "mobile_number"}


@each("attribute", ["specversion", "id", "source", "type"])
@each("value", [GONE, None, "", 1, True, [], {}, ["1.0"]])
def test_without_it_there_is_no_cloudevent(attribute: str, value: Any) -> None:
    message = changed(example(), **{attribute: value})
    assert refused(message) == ("not-a-cloudevent", f"/{attribute}")


@pytest.mark.parametrize("version", ["1", "1.1", "0.3", "1.0 ", "v1.0"])
def test_another_specversion_is_no_cloudevent(version: str) -> None:
    assert refused(changed(example(), specversion=version))[0] == "not-a-cloudevent"


@pytest.mark.parametrize("value", [[], [{}], "text", 1, None, True])
def test_only_an_object_is_a_cloudevent(value: Any) -> None:
    assert refused(value) == ("not-a-cloudevent", "")


NOT_READ = ["//4=", "no base64!", "QQ=Q", 7, None, {}]
"""No UTF-8, no base64, no text."""


@pytest.mark.parametrize(
    "name", ["personal-data-disclosed", "legal-hold-placed", "personal-data-accessed"]
)
def test_facts_in_base64_are_told_of_where_they_can_be_read(name: str) -> None:
    """Of a type that may tell of an investigation, what cannot be read may be just that."""
    message = example(name)
    plain = json.dumps(message["data"]).encode()
    for written in (b64encode(plain), urlsafe_b64encode(plain), b64encode(plain).rstrip(b"="), b""):
        told = outcome(changed(message, data=GONE, data_base64=written.decode()))
        assert isinstance(told, Rejection)
        assert (told.code, told.hidden) == (Code.UNKNOWN_FIELD, False)
    for encoded in NOT_READ:
        hidden = outcome(changed(message, data=GONE, data_base64=encoded))
        assert isinstance(hidden, Rejection)
        assert (hidden.code, hidden.hidden) == (Code.WITHHELD, True), encoded


@pytest.mark.parametrize("attribute", ["datacontenttypes", "data_base64", "x", "a1", "p" * 20])
def test_other_attributes_are_refused_by_name(attribute: str) -> None:
    values: list[Any] = ["x", 1, None, [], {"a": {}}]
    for value in values:
        refusal = refused(changed(example(), **{attribute: value}))
        assert refusal == ("unknown-field", f"/{attribute}")


@pytest.mark.parametrize(
    "attribute",
    [
        *("", "Time", "a-b", "p" * 21, "é", "a/b", "a~b", "a b"),
        *("0612345678", "klant123456782", "bsn111222333", "nl91abna0417164300", "123456782"),
    ],
)
def test_a_name_that_is_none_or_may_tell_of_a_person_is_not_repeated(attribute: str) -> None:
    assert refused({**example(), attribute: "x"}) == ("unknown-field", "")


@pytest.mark.parametrize("value", ["x" * 128, "A-Za-z0-9._:-", "0"])
def test_ids_that_fit(value: str) -> None:
    assert accepted(changed(example(), id=value)).id == value


@pytest.mark.parametrize("value", ["x" * 129, "a b", "a/b", "a\n", "é", "a@b", "a%20b"])
@pytest.mark.parametrize("attribute", ["id", "correlationid", "causationid"])
def test_ids_that_do_not_fit(attribute: str, value: str) -> None:
    assert refused(changed(example(), **{attribute: value})) == ("schema", f"/{attribute}")


@pytest.mark.parametrize("value", ["/a/b", "urn:x:y", "s" * 128, "urn:processing-ledgers:x"])
def test_sources_that_fit(value: str) -> None:
    assert accepted(changed(example(), source=value)).source == value


@pytest.mark.parametrize(
    "value",
    [
        "s" * 129,
        "a b",
        "a\n",
        "a@b",
        "urn:processing-ledger:erasure",
        "urn:processing-ledger:",
        "URN:Processing-Ledger:x",
    ],
)
def test_sources_that_do_not_fit_or_are_reserved(value: str) -> None:
    assert refused(changed(example(), source=value)) == ("schema", "/source")


@pytest.mark.parametrize(
    "value",
    [
        GONE,
        None,
        "",
        7,
        "customer/",
        "customer",
        "customer/a b",
        "customer/1/contact",
        "customer/1/contact/",
        "customer/1/contact/2/3",
        "customer/1/contacts/2",
        "visitor/1/contact/1",
        "Customer/1",
        "recipient/1",
        "person/1",
        "customer/1\n",
        "customer/" + "1" * 129,
    ],
)
def test_subjects_that_do_not_fit(value: Any) -> None:
    assert refused(changed(example(), subject=value)) == ("schema", "/subject")


@pytest.mark.parametrize("value", ["visitor/a:b", "employee/1", "customer/A.1/contact/_-"])
def test_every_kind_of_person_may_be_collected_from(value: str) -> None:
    assert accepted(changed(example(), subject=value)).subject == value


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2026-11-24T10:15:00Z", datetime(2026, 11, 24, 10, 15, tzinfo=UTC)),
        ("2026-11-24t10:15:00z", datetime(2026, 11, 24, 10, 15, tzinfo=UTC)),
        ("2026-11-24T00:30:00+01:00", datetime(2026, 11, 23, 23, 30, tzinfo=UTC)),
        ("2026-11-24T10:15:00-00:00", datetime(2026, 11, 24, 10, 15, tzinfo=UTC)),
        ("2026-11-24T10:15:00.1Z", datetime(2026, 11, 24, 10, 15, 0, 100_000, tzinfo=UTC)),
        ("2026-11-24T10:15:00.123456Z", datetime(2026, 11, 24, 10, 15, 0, 123_456, tzinfo=UTC)),
        ("2024-02-29T12:00:00-12:00", datetime(2024, 3, 1, tzinfo=UTC)),
        ("1900-01-01T00:00:00Z", datetime(1900, 1, 1, tzinfo=UTC)),
    ],
)
def test_times_that_fit(text: str, instant: datetime) -> None:
    assert accepted(changed(example(), time=text)).time == instant


@each(
    "text",
    [
        GONE,
        None,
        "",
        1764000000,
        "2026-11-24",
        "2026-11-24T10:15:00",
        "2026-11-24T10:15Z",
        "2026-11-24 10:15:00Z",
        "2026-11-24T10:15:00.Z",
        "2026-11-24T10:15:00.1234567Z",
        "2026-11-24T10:15:00,5Z",
        "2026-11-24T10:15:60Z",
        "2026-11-24T24:00:00Z",
        "2026-02-30T10:15:00Z",
        "2025-02-29T10:15:00Z",
        "2026-13-01T10:15:00Z",
        "2026-11-24T10:15:00+24:00",
        "2026-11-24T10:15:00+01:60",
        "2026-11-24T10:15:00+0100",
        "2026-11-24T10:15:00+01",
        "20261124T101500Z",
        "2026-W48-2T10:15:00Z",
        "0000-01-01T00:00:00Z",
        "0001-01-01T00:00:00+01:00",
        "1899-12-31T23:59:59Z",
        "1900-01-01T00:00:00+01:00",
        "2200-01-01T00:00:00Z",
        "9999-12-31T23:59:59Z",
        "9999-12-31T23:59:59-01:00",
        "2026-11-24T10:15:00Z\n",
        "٢٠٢٦-11-24T10:15:00Z",
    ],
)
def test_times_that_are_no_instants(text: Any) -> None:
    assert refused(changed(example(), time=text)) == ("schema", "/time")


def test_five_minutes_ahead_are_allowed_and_no_more() -> None:
    limit = NOW + timedelta(minutes=5)
    assert accepted(changed(example(), time=limit.isoformat())).time == limit
    late = (limit + timedelta(microseconds=1)).isoformat()
    assert refused(changed(example(), time=late)) == ("time-in-future", "/time")


@pytest.mark.parametrize("value", [0, 1, 2**63 - 1])
def test_sequences_that_fit(value: int) -> None:
    assert accepted(changed(example(), sequence=value)).sequence == value


@pytest.mark.parametrize(
    "value",
    [
        *(-1, 2**63, 2**64, 10**30, 1.0, 1.5, True, [1], "", "-1", "+1", "01", "1.0", "1e1", " 1"),
        *("1\n", "\u0661", "x", str(2**63), "9" * 5000),
    ],
)
def test_sequences_that_do_not_fit(value: Any) -> None:
    assert refused(changed(example(), sequence=value)) == ("schema", "/sequence")


@pytest.mark.parametrize("text", ["0", "7", str(2**63 - 1)])
def test_a_sequence_may_be_decimal_text_as_cloudevents_has_it(text: str) -> None:
    event = accepted(changed(example(), sequence=text, sequencetype="Integer"))
    assert event == accepted(changed(example(), sequence=int(text)))


PARAMETERS = [
    *("", "; charset=utf-8", ";charset=UTF-8", "; charset=utf8", ' ; Charset="utf-8" ', "\t;a=b"),
    *("; profile=\"urn:x, 'y'\"; charset=utf-8", ";a=b;c=d;e=f", "; charsets=latin-1"),
]
WRONG_PARAMETERS = [
    *("; charset=utf-16", "; charset=iso-8859-1", ';charset="latin1"', "; CHARSET=us-ascii", ";"),
    *("; charset", "; charset=", "; =utf-8", "; a b=c", '; a="b', "; charset=utf-8\n", "+xml"),
    *("; charset=utf-8; charset=utf-16", "; a=b" * 9, "; a=" + "b" * 65, ", application/json"),
]


@each("parameters", PARAMETERS)
@each("type", ["application/json", "Application/JSON", "APPLICATION/JSON"])
def test_content_types_of_json_in_utf_8(type: str, parameters: str) -> None:
    event = accepted(changed(example(), datacontenttype=type + parameters))
    assert event == accepted(example())


@each(
    "value",
    [
        *("text/plain", "text/json", "application/cloudevents+json", "application/json5", "", 1),
        *("application/vnd.x+json", " application/json", "json"),
        *(f"application/json{parameters}" for parameters in WRONG_PARAMETERS),
    ],
)
def test_content_types_that_do_not_fit(value: Any) -> None:
    assert refused(changed(example(), datacontenttype=value)) == ("schema", "/datacontenttype")


@pytest.mark.parametrize(
    "value",
    [
        "00-00000000000000000000000000000000-b7ad6b7169203331-01",
        "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
        "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        TRACE.upper(),
        TRACE + "-x",
        "a person's name",
    ],
)
def test_trace_contexts_that_do_not_fit(value: str) -> None:
    assert refused(changed(example(), traceparent=value)) == ("schema", "/traceparent")


@pytest.mark.parametrize("state", ["rojo=00f067aa0ba902b7,congo=t61rcWkgMzE", "a@b=c.d:e", "a=1 "])
def test_a_trace_state_is_kept(state: str) -> None:
    event = accepted(changed(example(), traceparent=TRACE, tracestate=state))
    assert event.trace == {"traceparent": TRACE, "tracestate": state}
    assert accepted(changed(example(), tracestate=" " + "x" * 511)).trace["tracestate"]
    assert accepted(changed(example(), tracestate="")) == accepted(example())


@pytest.mark.parametrize("state", ["x" * 513, "a=\u00e9", "a=b\n", 1, ["a=b"]])
def test_a_trace_state_that_is_none(state: Any) -> None:
    assert refused(changed(example(), tracestate=state)) == ("schema", "/tracestate")


@pytest.mark.parametrize(
    "state", ["u=j.devries@example.nl", "tel=0612345678", "bsn=123456782", "a=NL91ABNA0417164300"]
)
def test_a_trace_state_is_a_public_place(state: str) -> None:
    message = changed(example(), tracestate=state)
    assert refused(message) == ("personal-data-in-facts", "/tracestate")


KEPT = ["sequence", "traceparent", "tracestate", "correlationid", "causationid"]


@pytest.mark.parametrize("attribute", ["datacontenttype", *KEPT])
def test_an_optional_attribute_that_is_null_is_absent(attribute: str) -> None:
    absent = accepted(changed(example(), **{attribute: GONE}))
    null = accepted(changed(example(), **{attribute: None}))
    assert null == absent
    assert attribute not in KEPT or attribute.encode() not in null.canonical


def test_what_is_readable_is_echoed() -> None:
    rejection = outcome(changed(example(), data=None))
    assert isinstance(rejection, Rejection)
    assert rejection.type == "nl.voipzeker.ledger.personal-data-collected.v1"
    assert rejection.source == "urn:voipzeker:order-portal"
    assert rejection.id == example()["id"]
    assert rejection.subject == "customer/10023"


@pytest.mark.parametrize(
    ("attribute", "value"),
    [
        ("type", "nl.voipzeker.ledger.J. de Vries.v1"),
        ("type", "nl.voipzeker.ledger.0612345678.v1"),
        ("type", "nl.voipzeker.ledger." + "a" * 65 + ".v1"),
        ("type", "com.example.thing"),
        ("source", "j.devries@example.nl"),
        ("id", "J. de Vries"),
        ("subject", "customer/J. de Vries"),
    ],
)
def test_what_does_not_match_its_pattern_is_not_echoed(attribute: str, value: str) -> None:
    rejection = outcome(changed(example(), **{attribute: value}))
    assert isinstance(rejection, Rejection)
    assert getattr(rejection, attribute) is None
    assert value not in repr(rejection)
