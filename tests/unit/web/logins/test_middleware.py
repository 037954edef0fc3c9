"""Each request is judged before any page: by whom, for which host, and whether a page of ours asked."""

from pathlib import Path

import pytest
from starlette.testclient import TestClient

from tests.fixtures.logins import SECURE, Console
from web.logins.forms import MOST_BYTES
from web.logins.logins import JUDGED_AGAIN


@pytest.fixture
def console(tmp_path: Path) -> Console:
    return Console(tmp_path)


@pytest.fixture
def browser(console: Console) -> TestClient:
    return console.browser()


def test_without_a_login_there_is_no_principal(browser: TestClient) -> None:
    assert browser.get("/who").json()["reference"] is None
    browser.cookies.set("ledger-8080", "made-up")
    assert browser.get("/who").json()["reference"] is None


def test_a_form_with_the_token_is_passed_on_whole(console: Console, browser: TestClient) -> None:
    csrf = console.log_in(browser)
    answer = browser.post("/change", data={"csrf": csrf, "a": "1"}, headers=console.same)
    assert answer.json() == {"body": f"csrf={csrf}&a=1"}


def test_other_bodies_bring_the_token_in_a_header(console: Console, browser: TestClient) -> None:
    csrf = console.log_in(browser)
    headers = {**console.same, "x-csrf-token": csrf}
    assert browser.post("/change", json={"a": 1}, headers=headers).status_code == 200
    refused = browser.post("/change", json={"a": 1}, headers=console.same)
    assert (refused.status_code, refused.json()["why"]) == (403, "stale-form")


@pytest.mark.parametrize("token", ["", "x", "é"])
def test_a_form_without_the_sessions_token_changes_nothing(
    console: Console, browser: TestClient, token: str
) -> None:
    console.log_in(browser)
    refused = browser.post("/change", data={"csrf": token}, headers=console.same)
    assert (refused.status_code, refused.json()["why"]) == (403, "stale-form")


def test_the_token_of_another_session_does_not_count(console: Console, browser: TestClient) -> None:
    other = console.log_in(console.browser())
    console.log_in(browser)
    refused = browser.post("/change", data={"csrf": other}, headers=console.same)
    assert refused.json()["why"] == "stale-form"


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"sec-fetch-site": "cross-site", "origin": "https://evil.test"},
        {"sec-fetch-site": "same-site"},
        {"sec-fetch-site": "none"},
        {"origin": "https://evil.test"},
        {"origin": "null"},
        {"origin": "http://127.0.0.1:9999"},
        {"sec-fetch-site": "same-origin", "origin": "https://evil.test"},
    ],
)
def test_no_other_site_changes_anything_even_with_the_token(
    console: Console, browser: TestClient, said: dict[str, str]
) -> None:
    csrf = console.log_in(browser)
    refused = browser.post("/change", data={"csrf": csrf}, headers=said)
    assert (refused.status_code, refused.json()["why"]) == (403, "other-site")


@pytest.mark.parametrize(
    "said",
    [
        {"sec-fetch-site": "same-origin", "origin": "null"},
        {"sec-fetch-site": "same-origin"},
        {"origin": "http://127.0.0.1:8080"},
    ],
)
def test_browsers_may_say_it_in_their_ways(
    console: Console, browser: TestClient, said: dict[str, str]
) -> None:
    csrf = console.log_in(browser)
    assert browser.post("/change", data={"csrf": csrf}, headers=said).status_code == 200


def test_a_form_may_not_be_endless(console: Console, browser: TestClient) -> None:
    csrf = console.log_in(browser)
    form = {"csrf": csrf, "a": "x" * MOST_BYTES}
    assert browser.post("/change", data=form, headers=console.same).status_code == 413


@pytest.mark.parametrize("host", ["evil.test", "127.0.0.1", "127.0.0.1:9999", "localhost:8080", ""])
def test_another_name_for_this_host_is_refused(browser: TestClient, host: str) -> None:
    assert browser.get("/who", headers={"host": host}).status_code == 421


def test_a_login_gives_a_new_secret_and_ends_what_was_there(
    console: Console, browser: TestClient
) -> None:
    browser.cookies.set("ledger-8080", "planted")
    console.log_in(browser)
    first = next(cookie.value for cookie in browser.cookies.jar if cookie.value != "planted")
    browser.cookies.clear()
    browser.cookies.set("ledger-8080", "planted")
    assert browser.get("/who").json()["reference"] is None
    browser.cookies.clear()
    browser.cookies.set("ledger-8080", str(first))
    console.log_in(browser)
    thief = console.browser()
    thief.cookies.set("ledger-8080", str(first))
    assert thief.get("/who").json()["reference"] is None


def test_a_role_that_ended_ends_the_session(console: Console, browser: TestClient) -> None:
    console.log_in(browser)
    console.register.granted.clear()
    assert browser.get("/who").json()["role"] == "auditor"
    console.clock.now += JUDGED_AGAIN
    assert browser.get("/who").json()["role"] is None
    assert console.house.sessions.listed() == []


def test_the_register_is_asked_again_and_not_each_time(
    console: Console, browser: TestClient
) -> None:
    console.log_in(browser)
    console.clock.now += JUDGED_AGAIN
    asked = console.register.asked
    for _ in range(3):
        assert browser.get("/who").json()["role"] == "auditor"
    assert console.register.asked == asked + 1


def test_a_logout_ends_the_session_and_takes_the_cookie(
    console: Console, browser: TestClient
) -> None:
    csrf = console.log_in(browser)
    answer = browser.post("/logout", data={"csrf": csrf}, headers=console.same)
    assert answer.json() == {"page": "logged_out", "leave": None}
    assert console.house.sessions.listed() == []
    assert "ledger-8080" not in browser.cookies


def test_no_other_site_logs_a_person_out(console: Console, browser: TestClient) -> None:
    csrf = console.log_in(browser)
    browser.post("/logout", data={"csrf": csrf}, headers={"sec-fetch-site": "cross-site"})
    assert browser.get("/who").json()["reference"] == "employee/7"


def test_on_loopback_the_cookie_is_of_this_port(console: Console, browser: TestClient) -> None:
    used = browser.post("/login/link", data={"key": console.link()}, headers=console.same)
    cookie = used.headers["set-cookie"]
    assert cookie.startswith("ledger-8080=")
    assert {"HttpOnly", "Path=/", "SameSite=lax"} <= set(cookie.split("; "))
    assert "Secure" not in cookie


def test_with_tls_the_cookie_is_of_this_host_alone(tmp_path: Path) -> None:
    console = Console(tmp_path, SECURE)
    cookies = console.house.cookies
    assert (cookies.session, cookies.begun) == ("__Host-ledger", "__Host-ledger-login")


def test_the_login_page_says_which_ways_there_are(console: Console, browser: TestClient) -> None:
    page = browser.get("/login?next=//evil.test").json()
    assert page == {"page": "login", "doors": [], "links": True, "again": False}
    console.log_in(browser)
    assert browser.get("/login?next=/today").headers["location"] == "/today"


def test_a_token_is_refused_where_no_client_is_let_in(browser: TestClient) -> None:
    answer = browser.get("/who", headers={"authorization": "Bearer x"})
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == 'Bearer error="invalid_token"'
