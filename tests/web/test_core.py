"""What holds for every page and answer: who may see it, what is noted, what an error says."""

from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.fixtures.console import registered
from tests.web.console import Client, Consoled
from web.app import Console
from web.exports import TYPES
from web.headers import POLICY
from web.logins.origin import Origin
from web.pages.listed import PAGES

WHO = "/persons/customer/10023"
STATE = f"{WHO}/state"
MASKED = {"masked": True}


def reads(console: Consoled, client: Client) -> list[dict[str, Any]]:
    """What the ledger recorded of the reads of a person."""
    console.reads()
    lines: list[dict[str, Any]] = client.api(f"{WHO}/history", limit="1000")["events"]
    return [line["facts"] for line in lines if line["type"].endswith(".ledger-read.v1")]


def test_nobody_gets_a_page_or_an_answer_without_a_login(sampled: Consoled) -> None:
    response = sampled.nobody().get("/")
    assert (response.status_code, response.headers["location"]) == (303, "/login?next=%2F")
    response = sampled.nobody().get(f"/api/v1{STATE}")
    assert response.status_code == 401
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["code"] == "unauthorized"


@pytest.mark.parametrize("role", ["ledger-operator", "network-engineer", "never-defined"])
def test_a_part_that_a_role_does_not_have_is_not_there(sampled: Consoled, role: str) -> None:
    client = sampled.as_(role)
    response = client.get(f"/api/v1{STATE}")
    unknown = client.get("/api/v1/persons/customer/0/nothing")
    assert (response.status_code, unknown.status_code) == (404, 404)


@pytest.mark.parametrize(
    ("role", "page"), [("ledger-operator", "/approvals"), ("helpdesk-agent", "/persons")]
)
def test_a_role_without_the_page_of_today_begins_at_its_first_page(
    sampled: Consoled, role: str, page: str
) -> None:
    client = sampled.as_(role)
    response = client.get("/")
    assert (response.status_code, response.headers["location"]) == (303, page)
    assert f'href="{page}"><strong>' in client.get("/nowhere-at-all/here").text


@pytest.mark.parametrize("role", ["network-engineer", "never-defined"])
def test_a_role_without_a_page_has_no_first_one(sampled: Consoled, role: str) -> None:
    assert sampled.as_(role).get("/").status_code == 404


def test_a_masked_value_opens_with_a_reason_and_the_read_says_it(sampled: Consoled) -> None:
    auditor = sampled.as_("auditor", "employee/901")
    before = auditor.api(STATE)["personal"]
    assert before["contact"]["email"] == before["identity"]["name"] == MASKED
    sent = auditor.post(
        f"{WHO}/open", category="contact", reason="audit-sample", **{"case-ref": "A-1"}
    )
    assert (sent.status_code, sent.headers["location"]) == (303, f"{WHO}#contact")
    opened = auditor.api(STATE)["personal"]
    assert "@" in opened["contact"]["email"]
    assert opened["identity"]["name"] == MASKED
    assert sampled.as_("auditor", "employee/901").api(STATE)["personal"]["contact"]["email"] == (
        MASKED
    ), "another login states its own reason"
    mine = [read for read in reads(sampled, auditor) if read["reader"] == "employee/901"]
    assert {"categories": ["contact"], "reason": "audit-sample", "case_ref": "A-1"}.items() <= (
        mine[1].items()
    )
    assert mine[0]["categories"] == []
    assert auditor.post(f"{WHO}/close").status_code == 303
    assert auditor.api(STATE)["personal"]["contact"]["email"] == MASKED


def test_a_role_sees_what_the_register_says_it_covers_and_no_trace_of_the_rest(
    sampled: Consoled,
) -> None:
    agent = sampled.as_("helpdesk-agent", "employee/11", judged=True)
    personal = agent.api(STATE)["personal"]
    assert set(personal) == {"identity", "address", "contact", "service"}
    assert MASKED not in personal["identity"].values()
    told = agent.api(f"{WHO}/history")["events"]
    assert not {name for line in told for name in line["categories"]} - set(personal)
    assert "iban" not in {name for line in told for name in line["personal"]}
    assert agent.post(f"{WHO}/open", category="payment", reason="complaint").status_code == 404


def test_a_role_that_the_register_does_not_grant_reads_nothing(sampled: Consoled) -> None:
    clerk = sampled.as_("helpdesk-agent", "employee/21", judged=True)
    response = clerk.get(f"/api/v1{STATE}")
    assert response.status_code == 403
    assert "LEDGER_" not in response.text, "a program sets nothing here"
    assert "employee/21" in response.json()["detail"]


@pytest.mark.parametrize(
    ("field", "fields"),
    [
        ("category", {"category": "nothing", "reason": "complaint"}),
        ("reason", {"category": "contact", "reason": "curious"}),
        ("reason", {"category": "contact"}),
        (
            "case_ref",
            {"category": "contact", "reason": "complaint", "case-ref": "a@example.nl"},
        ),
    ],
)
def test_a_reason_that_is_none_opens_nothing(
    sampled: Consoled, field: str, fields: dict[str, str]
) -> None:
    auditor = sampled.as_("auditor")
    response = auditor.post(f"{WHO}/open", **fields)
    assert response.status_code == 400
    assert auditor.api(STATE)["personal"]["contact"]["email"] == MASKED


def test_a_form_without_its_token_or_from_elsewhere_does_nothing(sampled: Consoled) -> None:
    auditor = sampled.as_("auditor")
    fields = {"category": "contact", "reason": "complaint"}
    headers = {"origin": "http://evil.example", "sec-fetch-site": "cross-site"}
    assert auditor.post(f"{WHO}/open", **fields | {"csrf": "other"}).status_code == 403
    token = {"csrf": auditor.session.csrf if auditor.session else ""}
    sent = auditor.http.post(f"{WHO}/open", data=fields | token, headers=headers)
    assert sent.status_code == 403
    assert auditor.api(STATE)["personal"]["contact"]["email"] == MASKED


@pytest.mark.parametrize(
    ("parameters", "field"),
    [
        ({"asOf": "yesterday"}, "asOf"),
        ({"recordedBy": "2026-13-01T00:00:00Z"}, "recordedBy"),
        ({"atPosition": "-1"}, "atPosition"),
        ({"atPosition": "9" * 30}, "atPosition"),
        ({"pageSize": "3"}, "pageSize"),
    ],
)
def test_a_wrong_parameter_is_named_and_not_repeated(
    sampled: Consoled, parameters: dict[str, str], field: str
) -> None:
    response = sampled.as_("auditor").get(f"/api/v1{STATE}", **parameters)
    problem = response.json()
    assert (response.status_code, problem["errors"][0]["parameter"]) == (400, field)
    assert not [text for text in parameters.values() if text in problem["detail"]]


def test_an_answer_of_the_past_is_that_of_the_past(sampled: Consoled) -> None:
    auditor = sampled.as_("auditor")
    now = auditor.api(STATE)
    earlier = auditor.api(STATE, at_position=str(now["position"] - 1))
    assert earlier["position"] < now["position"]
    assert auditor.get("/api/v1/today", as_of="2026-01-01T00:00:00Z").status_code == 400


def test_an_unknown_person_is_an_address_with_nothing(sampled: Consoled) -> None:
    response = sampled.as_("auditor").get("/api/v1/persons/customer/none/state")
    assert (response.status_code, response.json()["title"]) == (404, "Not Found")


def test_every_answer_says_what_a_browser_may_do(sampled: Consoled) -> None:
    client = sampled.as_("auditor")
    for path in ("/", f"/api/v1{STATE}", "/nothing", "/static/console.css"):
        headers = client.get(path).headers
        assert headers["content-security-policy"] == POLICY
        assert headers["x-content-type-options"] == "nosniff"
    assert client.get("/").headers["cache-control"] == "no-store"
    assert "immutable" in client.get("/static/console.css").headers["cache-control"]
    for name in ("../app.py", "%2e%2e/app.py", "none.css"):
        assert client.get(f"/static/{name}").status_code == 404


def test_static_files_are_compressed_and_pages_are_not(sampled: Consoled) -> None:
    client = sampled.as_("auditor")
    for path, encoding in (("/static/console.css", "gzip"), ("/", None), (f"/api/v1{STATE}", None)):
        response = client.http.get(path, headers={"accept-encoding": "gzip"})
        assert response.headers.get("content-encoding") == encoding, path
    plain = client.http.get("/static/console.css", headers={"accept-encoding": "identity"})
    assert "content-encoding" not in plain.headers


@pytest.mark.parametrize(
    ("accepted", "chosen", "language"),
    [
        ("", {}, "nl"),
        ("en-GB,nl;q=0.5", {}, "en"),
        ("nl;q=0.3,en;q=0.9", {}, "en"),
        ("de,fr", {}, "nl"),
        ("en", {"language": "nl"}, "nl"),
        ("nl", {"language": "xx"}, "nl"),
        (";q=,nl;q=x", {}, "nl"),
    ],
)
def test_a_page_is_in_the_language_that_was_chosen_or_is_preferred(
    sampled: Consoled, accepted: str, chosen: dict[str, str], language: str
) -> None:
    client = sampled.as_("auditor")
    response = client.http.get("/", params=chosen, headers={"accept-language": accepted})
    assert f'<html lang="{language}">' in response.text


def test_a_language_that_was_chosen_stays(sampled: Consoled) -> None:
    client = sampled.as_("auditor")
    client.get("/", language="en")
    assert '<html lang="en">' in client.get("/").text


def test_with_tls_every_cookie_is_of_this_host_alone(sampled: Consoled) -> None:
    secure = "https://ledger.example"
    console = Console(sampled.pool, Origin.read(secure))
    client = sampled.as_("auditor")
    assert client.session
    house = console.logins.house
    secret, _ = house.sessions.begin(client.session.principal)
    browser = TestClient(console.app, base_url=secure)
    browser.cookies.set(house.cookies.session, secret)
    answer = browser.get("/findings?language=en")
    assert answer.headers["strict-transport-security"] == "max-age=31536000; includeSubDomains"
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("__Host-language=en; ")
    assert {"HttpOnly", "Path=/", "Secure", "SameSite=lax"} <= set(cookie.split("; "))
    assert '<html lang="en">' in browser.get("/findings").text


def test_a_list_is_a_table_in_the_order_shown(sampled: Consoled) -> None:
    client = sampled.as_("auditor")
    tasks = client.api("/today")["tasks"]
    table = client.get("/", format="csv")
    assert table.headers["content-disposition"] == "attachment; filename=today.csv"
    head, *rows = table.content.decode("utf-8-sig").splitlines()
    assert head.split(",")[:3] == ["task", "state", "day"]
    assert [row.split(",")[0] for row in rows] == [task["task"] for task in tasks]
    book = client.get("/", format="xlsx")
    assert book.content[:2] == b"PK"
    assert client.get("/", format="json").json()["tasks"] == tasks


def test_the_views_are_brought_up_to_date_for_the_present(sampled: Consoled) -> None:
    who = "customer/web-1"
    sampled.record(registered(who))
    answer = sampled.as_("auditor").api(f"/persons/{who}/state")
    assert answer["status"] == "active"


def test_each_page_has_its_json_csv_and_workbook(sampled: Consoled) -> None:
    client, shown = sampled.as_("operator"), 0
    for page in PAGES:
        if "{" in page.path or client.get(page.path).status_code != 200:
            continue  # it needs to be told of what
        shown += 1
        for form, kind in TYPES.items():
            file = client.get(page.path, format=form)
            assert (file.status_code, file.headers["content-type"]) == (200, kind), page.path
    assert shown > 30
