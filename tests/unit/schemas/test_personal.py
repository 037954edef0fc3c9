"""Personal data: the fields, their categories, their formats, and that values stay as they came."""

import json
from typing import Any

import pytest

from schemas import CATEGORIES, LISTED_CATEGORIES, PERSONAL_FIELDS, ROLLING_CATEGORIES
from tests.fixtures.cases import each
from tests.unit.schemas.making import GONE, accepted, changed, example, refused

TABLE = """
identity: name company_name kvk_number contact_person_name date_of_birth
address: street house_number postcode city country
contact: email mobile_number fixed_number invoice_email
payment: iban account_holder payment_method
service: assigned_numbers sim_iccid service_ids
traffic: called_number calling_number call_started_at call_duration_s
location: cell_id latitude longitude location_text
device: device_id ip_address user_agent operating_system
behaviour: cookie_id visited_pages
credit: credit_score credit_outcome
debt: claim_amount invoice_numbers
credential: login_name
correspondence: letter_text ticket_text
fraud: fraud_signal
staff: employee_name vog_reference
remark: remark
"""

FORMATTED = {
    "kvk_number": "01234567",
    "postcode": "2171 TR",
    "email": "a@b.nl",
    "invoice_email": "a@b.nl",
    "mobile_number": "+31612345678",
    "fixed_number": "+31201234567",
    "iban": "NL91ABNA0417164300",
}
FREE = [field for field in PERSONAL_FIELDS if field not in FORMATTED]


def with_personal(**personal: Any) -> dict[str, Any]:
    return changed(example(), data__personal=personal, data__categories=[*LISTED_CATEGORIES])


def test_the_table_of_the_contract() -> None:
    rows = [line.partition(": ") for line in TABLE.strip().splitlines()]
    expected = {field: category for category, _, fields in rows for field in fields.split()}
    assert expected == PERSONAL_FIELDS
    assert [*PERSONAL_FIELDS] == [*expected]
    assert tuple(category for category, _, _ in rows) == CATEGORIES
    assert CATEGORIES[:-1] == LISTED_CATEGORIES
    assert {"traffic", "location", "behaviour", "device", "correspondence"} == ROLLING_CATEGORIES


@each("field", FREE)
@each(
    "value",
    ["", " two  words ", "é\u0000\n", 0, -1, 2**63 - 1, -(2**63), 0.1, 1e300, True, False, []],
)
def test_free_values_stay_as_they_came(field: str, value: Any) -> None:
    message = with_personal(**{field: value})
    event = accepted(message)
    assert event.personal == {field: value}
    assert type(event.personal[field]) is type(value)
    assert json.loads(event.canonical)["data"] == message["data"]


@pytest.mark.parametrize("field", ["name", "assigned_numbers", "remark", "visited_pages"])
def test_flat_lists(field: str) -> None:
    value = ["a", 1, 1.5, True, "", "a"]
    assert accepted(with_personal(**{field: value})).personal == {field: value}


@each("field", [*FREE, *FORMATTED])
def test_other_values_do_not_fit(field: str) -> None:
    for value in (None, {}, {"a": 1}):
        assert refused(with_personal(**{field: value})) == ("schema", f"/data/personal/{field}")
    item: Any
    for item in (None, {}, []):
        pointer = f"/data/personal/{field}/0"
        assert refused(with_personal(**{field: [item]})) == ("schema", pointer)


@pytest.mark.parametrize("value", [2**63, -(2**63) - 1, 10**40])
def test_integers_of_any_size_stay_as_they_are(value: int) -> None:
    event = accepted(with_personal(cell_id=value))
    assert event.personal == {"cell_id": value}
    assert f'"cell_id":{value}'.encode() in event.canonical


@pytest.mark.parametrize("number", [b"1e400", b"-1e400", b"1" * 5000])
def test_numbers_beyond_every_range_do_not_fit(number: bytes) -> None:
    sent = json.dumps(with_personal(cell_id="HERE")).encode().replace(b'"HERE"', number)
    assert refused(sent) == ("schema", "/data/personal/cell_id")


@pytest.mark.parametrize(("field", "good"), FORMATTED.items())
def test_formats(field: str, good: str) -> None:
    assert accepted(with_personal(**{field: good})).personal == {field: good}
    assert accepted(with_personal(**{field: [good, good]})).personal == {field: [good, good]}
    assert accepted(with_personal(**{field: []})).personal == {field: []}
    for bad in ("", "x", good + "\n", " " + good, good + " ", 12345678, True):
        assert refused(with_personal(**{field: bad})) == ("schema", f"/data/personal/{field}")
        pointer = f"/data/personal/{field}/1"
        assert refused(with_personal(**{field: [good, bad]})) == ("schema", pointer)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("email", "a.b+c@sub.example.museum"),
        ("email", "jürgen@bücher.example"),
        ("mobile_number", "+1234567"),
        ("mobile_number", "+123456789012345"),
        ("postcode", "1000AA"),
        ("iban", "DE89370400440532013000"),
        ("iban", "MT84MALT011000012345MTLCAST001S"),
        ("iban", "NO9386011117947"),
        ("iban", "GB82WEST12345698765432"),
    ],
)
def test_more_that_fits(field: str, value: str) -> None:
    assert accepted(with_personal(**{field: value})).personal[field] == value


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("email", "a@b"),
        ("email", "a@b@c.nl"),
        ("email", "@b.nl"),
        ("email", "a@.nl"),
        ("email", "a@nl."),
        ("email", "a b@c.nl"),
        ("email", "a@c\ufeff.nl"),
        ("email", "a@c\u3000.nl"),
        ("mobile_number", "0612345678"),
        ("mobile_number", "+0612345678"),
        ("mobile_number", "+31 612345678"),
        ("mobile_number", "+123456"),
        ("mobile_number", "+1234567890123456"),
        ("fixed_number", "+٣١٢٠١٢٣٤٥٦"),
        ("postcode", "0171 TR"),
        ("postcode", "2171  TR"),
        ("postcode", "2171 tr"),
        ("kvk_number", "1234567"),
        ("kvk_number", "123456789"),
        ("iban", "NL91ABNA0417164301"),
        ("iban", "NL92ABNA0417164300"),
        ("iban", "nl91abna0417164300"),
        ("iban", "NL91 ABNA 0417 1643 00"),
        ("iban", "NL91"),
    ],
)
def test_more_that_does_not_fit(field: str, value: str) -> None:
    assert refused(with_personal(**{field: value})) == ("schema", f"/data/personal/{field}")


@each("field", [field for field in PERSONAL_FIELDS if field != "remark"])
def test_the_category_of_a_field_must_be_listed(field: str) -> None:
    value = FORMATTED.get(field, "x")
    category = PERSONAL_FIELDS[field]
    personal = changed(example(), data__personal={field: value})
    assert accepted(changed(personal, data__categories=[category])).categories == (category,)
    others = [other for other in LISTED_CATEGORIES if other != category]
    for categories in (others, [], GONE):
        message = changed(personal, data__categories=categories)
        assert refused(message) == ("schema", "/data/categories")


def test_a_remark_needs_no_category_and_has_none() -> None:
    message = changed(example(), data__personal={"remark": "x"}, data__categories=GONE)
    assert accepted(message).personal == {"remark": "x"}
    assert refused(changed(message, data__categories=["remark"])) == (
        "schema",
        "/data/categories/0",
    )


def test_categories_may_name_more_than_is_sent() -> None:
    message = changed(example(), data__personal=GONE, data__categories=["debt", "debt"])
    assert accepted(message).categories == ("debt", "debt")


@pytest.mark.parametrize("categories", ["identity", ["shoes"], [1], None, {}, [["identity"]]])
def test_other_categories_do_not_fit(categories: Any) -> None:
    code, pointer = refused(changed(example(), data__categories=categories))
    assert code == "schema"
    assert pointer.startswith("/data/categories")


def test_a_field_outside_the_table_is_unknown() -> None:
    message = with_personal(name="x", shoe_size=43)
    assert refused(message) == ("unknown-field", "/data/personal")
    assert refused(with_personal(Name="x")) == ("unknown-field", "/data/personal")
    assert refused(changed(example(), data__email="a@b.nl")) == ("unknown-field", "/data")


@pytest.mark.parametrize("value", [None, [], "x", 1])
def test_personal_is_an_object(value: Any) -> None:
    assert refused(changed(example(), data__personal=value)) == ("schema", "/data/personal")


@pytest.mark.parametrize(
    "name", ["recipient-registered", "recipient-ended", "processing-activity-declared"]
)
def test_entries_of_the_register_have_no_personal_data(name: str) -> None:
    message = changed(example(name), data__personal={}, data__categories=["identity"])
    assert refused(message) == ("unknown-field", "/data")


def test_an_annulment_has_personal_data_only_about_a_person() -> None:
    message = changed(example("event-annulled"), data__personal={"remark": "x"})
    assert accepted(message).personal == {"remark": "x"}
    elsewhere = changed(message, subject="recipient/1")
    assert refused(elsewhere) == ("schema", "/data/personal")
