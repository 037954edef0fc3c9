"""Looking for a person, and the documents that a person gets: what is asked for stands in no address."""

from typing import Any

import pytest

from tests.web.console import Consoled
from tests.web.persons import EMAIL, IBAN, WHO, agent, page, record_persons

ASKED = {"reason": "question-of-person", "case_ref": "Q-1"}


@pytest.fixture(scope="module")
def persons(sampled: Consoled) -> Consoled:
    record_persons(sampled)
    return sampled


def last_read(console: Consoled, reader: str) -> dict[str, Any]:
    console.reads()
    events = console.as_("operator").api(page(WHO, "history"))["events"]
    reads = [line for line in events if line["facts"].get("reader") == reader]
    return dict(reads[0]["facts"]) | {"categories": reads[0]["categories"]}


@pytest.mark.parametrize("text", ["77001", "customer/77001", " customer/77001 "])
def test_a_person_is_looked_up_by_reference(persons: Consoled, text: str) -> None:
    sent = agent(persons).post("/persons/look-up", reference=text)
    assert (sent.status_code, sent.headers["location"]) == (303, "/persons/customer/77001")


@pytest.mark.parametrize("text", ["j.jansen@example.nl", "recipient/police", "a/b/c", "<script>"])
def test_what_is_no_reference_is_told_beside_the_form(persons: Consoled, text: str) -> None:
    sent = agent(persons).post("/persons/look-up", reference=text)
    assert sent.status_code == 400
    assert "customer/10023" in sent.text
    assert "<script>" not in sent.text.replace('<script src="', "")


def test_a_role_looks_by_the_values_that_it_may_open(persons: Consoled) -> None:
    mine = agent(persons).api("/persons")["fields"]
    assert {row["field"] for row in mine} == {
        *("email", "invoice_email", "mobile_number", "fixed_number", "kvk_number"),
    }
    assert not any(row["reason"] for row in mine)
    officer = persons.as_("privacy-officer").api("/persons")["fields"]
    assert {"iban", "email"} <= {row["field"] for row in officer}
    assert all(row["reason"] for row in officer)
    refused = agent(persons).post("/persons/find", field="iban", value=IBAN)
    assert refused.status_code == 404, "as if there were no such question"
    assert WHO not in refused.text


def test_a_person_is_found_by_value_and_no_address_has_it(persons: Consoled) -> None:
    found = agent(persons).post("/persons/find", field="email", value=EMAIL.upper())
    assert found.status_code == 200
    assert f'href="{page(WHO)}"' in found.text
    assert EMAIL not in found.text
    assert found.headers["cache-control"] == "no-store"
    assert persons.nobody().get("/persons/find", value=EMAIL).status_code == 404
    read = last_read(persons, "employee/11")
    assert (read["query"], read["categories"]) == ("find", ["contact"])


def test_a_hidden_value_is_looked_for_with_a_reason(persons: Consoled) -> None:
    auditor = persons.as_("auditor", "employee/910")
    refused = auditor.post("/persons/find", field="iban", value=IBAN)
    assert refused.status_code == 400
    assert 'id="reason-error"' in refused.text
    found = auditor.post("/persons/find", field="iban", value=IBAN, **ASKED)
    assert f'href="{page(WHO)}"' in found.text
    read = last_read(persons, "employee/910")
    assert {"reason": "question-of-person", "case_ref": "Q-1"}.items() <= read.items()
    assert read["categories"] == ["payment"]
    assert IBAN not in auditor.get(page(WHO)).text, "the page stays closed"


def test_nobody_is_found_by_a_value_of_nobody(persons: Consoled) -> None:
    found = agent(persons).post("/persons/find", field="email", value="nobody@example.nl")
    assert found.status_code == 200
    assert "/persons/customer/" not in found.text


@pytest.mark.parametrize(
    ("what", "kind", "begins"),
    [
        ("access.pdf", "application/pdf", b"%PDF"),
        ("access.html", "text/html", b"<!doctype html>"),
        ("access.json", "application/json", b"{"),
        ("portability.json", "application/json", b"{"),
        ("portability.csv", "text/csv", b""),
    ],
)
def test_the_office_hands_out_documents_with_all_that_is_held(
    persons: Consoled, what: str, kind: str, begins: bytes
) -> None:
    officer = persons.as_("privacy-officer", "employee/911")
    sent = officer.post(page(WHO, "report"), what=what)
    assert sent.status_code == 200
    assert sent.headers["content-type"].startswith(kind)
    assert sent.headers["content-disposition"] == f"attachment; filename={what}"
    assert sent.content.lower().startswith(begins.lower())
    if what.endswith("json"):
        assert EMAIL in sent.text
    assert last_read(persons, "employee/911")["query"] == "report"


def test_a_document_for_a_request_that_is_none_is_refused_beside_the_form(
    persons: Consoled,
) -> None:
    officer = persons.as_("privacy-officer")
    sent = officer.post(page(WHO, "report"), what="access.json", request_ref="NO-SUCH-1")
    assert sent.status_code == 404
    assert "NO-SUCH-1" in sent.text
    assert "attachment" not in sent.headers.get("content-disposition", "")
    assert EMAIL not in sent.text


@pytest.mark.parametrize("role", ["auditor", "helpdesk-agent", "team-lead"])
def test_who_answers_no_requests_has_no_documents(persons: Consoled, role: str) -> None:
    client = agent(persons) if role == "helpdesk-agent" else persons.as_(role)
    assert client.get(page(WHO, "documents")).status_code == 404
    sent = client.post(page(WHO, "report"), what="access.json")
    assert sent.status_code == 404
    assert EMAIL not in sent.text
