"""Unknown and empty parameters are refused and named; how often one may ask stands in the answer."""

from typing import Any

import pytest

from tests.web.console import ORIGIN, Client, Consoled
from tests.web.programs import Programs

WHO = "/persons/customer/10023"
STATE = f"/api/v1{WHO}/state"
VNG = "/api/vng/v1/verwerkte-objecten"


@pytest.fixture
def auditor(sampled: Consoled) -> Client:
    return sampled.as_("auditor", "employee/901")


def refused(response: Any) -> str:
    """The parameter that an answer names."""
    assert response.status_code == 400, response.text
    (fault,) = response.json()["errors"]
    return str(fault["parameter"])


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ("asOf=", "asOf"),
        ("as-of=", "asOf"),
        ("open=&reason=complaint", "open"),
        ("nothing=1", "nothing"),
        ("language=fr", "language"),
        ("language=", "language"),
    ],
)
def test_an_answer_refuses_what_it_does_not_know(auditor: Client, query: str, named: str) -> None:
    assert refused(auditor.http.get(f"{STATE}?{query}")) == named


@pytest.mark.parametrize("query", ["cursor=", "limit=", "recipient=", "unknown=x"])
def test_a_list_refuses_it_too(auditor: Client, query: str) -> None:
    assert refused(auditor.http.get(f"/api/v1/disclosures?{query}")) == query.partition("=")[0]


def test_so_do_addresses_that_take_a_body_and_the_description(sampled: Consoled) -> None:
    programs = Programs(sampled)
    program, person = (
        programs.client("crm", "ledger", "ledger-events"),
        programs.person("customer/10023"),
    )
    for path in ("/api/v1/events", "/api/v1/events/batch"):
        assert refused(program.post(f"{path}?limit=1", json={})) == "limit"
    assert refused(person.post("/api/v1/me/requests?now=1", json={"right": "access"})) == "now"
    assert refused(program.get("/api/v1/openapi.json?format=yaml")) == "format"
    assert (
        refused(program.post("/api/ldv/v1/processing-activities?page=2", json={"startTime": 0}))
        == "page"
    )
    wrong = program.get(f"{VNG}?objecttype=")
    assert wrong.status_code == 400
    assert "objecttype" in wrong.text


def test_a_file_of_a_page_refuses_it_and_a_form_of_a_page_may_leave_fields_empty(
    auditor: Client,
) -> None:
    assert auditor.http.get("/disclosures?recipient=&from=").status_code == 200
    for query, named in (
        ("recipient=&format=csv", "recipient"),
        ("format=", "format"),
        ("format=docx", "format"),
        ("unknown=x", "unknown"),
        ("language=fr", "language"),
    ):
        page = auditor.http.get(f"/disclosures?{query}", headers={"accept-language": "en"})
        assert page.status_code == 400, query
        assert f"<code>{named}</code>" in page.text
    shown = auditor.http.get("/disclosures?recipient=&from=").text
    assert 'href="/disclosures?format=csv"' in shown, "a link to a file carries no empty field on"


def test_an_answer_says_how_often_one_may_ask(sampled: Consoled) -> None:
    one, other = sampled.as_("auditor", "employee/905"), sampled.as_("auditor", "employee/906")
    counts = []
    for client in (one, one, other):
        headers = client.get("/api/v1/today").headers
        assert headers["ratelimit-policy"] == '"requests";q=3000;w=60'
        limit = dict(part.split("=") for part in headers["ratelimit"].split(";")[1:])
        assert int(limit["t"]) <= 1
        counts.append(int(limit["r"]))
    assert counts[1] <= counts[0]
    assert counts[2] == 2999
    assert "ratelimit" not in sampled.nobody().get("/api/v1/today").headers


def test_a_refusal_says_when_the_next_request_is_taken(sampled: Consoled) -> None:
    client = Programs(sampled).client("reports", "ledger")
    limiter = sampled.console.requests
    assert limiter.take("employee/reports", 3000) == 0.0
    refusal = client.get(f"{ORIGIN}/api/v1/today")
    while refusal.status_code == 200:  # a permit came back meanwhile
        limiter.take("employee/reports", 1)
        refusal = client.get(f"{ORIGIN}/api/v1/today")
    assert refusal.status_code == 429
    assert refusal.headers["retry-after"] == "1"
    assert refusal.headers["ratelimit"].startswith('"requests";r=0;t=')
