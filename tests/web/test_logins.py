"""The pages of logins as people see them: in both languages, with the words of each refusal."""

import re
from pathlib import Path

import pytest
from msgspec.structs import replace
from starlette.testclient import TestClient

from ledger.errors import Misconfigured
from tests.fixtures.clients import authority
from tests.fixtures.logins import SECURE
from tests.web.console import ORIGIN, Consoled, console_settings
from web.app import Console
from web.logins.links import LINK_LIFE, Link
from web.logins.origin import Origin
from web.logins.sessions import PROVEN
from web.logins.wiring import logins_of
from web.words import words

# Each reason that the code gives stands here; `test_every_reason_has_its_words` reads them from the code.
REASON = re.compile(
    r'(?:refused?\(request, |STALE = |NoOne\(|return )"([a-z]+(?:-[a-z]+)+)"(?! in)'
)


def reasons() -> set[str]:
    texts = (path.read_text("utf-8") for path in Path("web/logins").glob("*.py"))
    found = {reason for text in texts for reason in REASON.findall(text)}
    return found | {"token-wrong", "provider-refused"}


def test_every_reason_has_its_words_and_no_word_is_without_a_reason() -> None:
    assert reasons() == set(words()["refused"])


@pytest.mark.parametrize("language", ["nl", "en"])
def test_a_refusal_is_a_page_that_says_what_to_do(empty: Consoled, language: str) -> None:
    browser = empty.nobody()
    answer = browser.http.get(f"/login/link?language={language}", headers={"via": "a proxy"})
    assert answer.status_code == 403
    assert f'lang="{language}"' in answer.text
    assert words()["refused"]["not-from-here"][language] in answer.text  # type: ignore[index]


@pytest.mark.parametrize(("language", "word"), [("nl", "Inloggen"), ("en", "Log in")])
def test_the_login_page_says_what_to_do_without_a_provider(
    empty: Consoled, language: str, word: str
) -> None:
    page = empty.nobody().get("/login", language=language).text
    assert f"<h1>{word}</h1>" in page
    assert "ledger login-link" in page


def test_who_has_no_login_is_led_to_the_login_page_and_back(empty: Consoled) -> None:
    answer = empty.nobody().http.get("/?x=1")
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/login?next=%2F%3Fx%3D1")


def test_a_link_opens_the_console_for_the_operator(empty: Consoled) -> None:
    house, console = empty.console.logins.house, empty.console
    person = TestClient(
        console.app, base_url=ORIGIN, client=("127.0.0.1", 50000), follow_redirects=False
    )
    assert house.links is not None
    link = Link("employee/root", "operator", False, house.clock() + LINK_LIFE)
    secret = house.links.make(link)
    page = person.get(f"/login/link?key={secret}")
    assert f'value="{secret}"' in page.text
    used = person.post("/login/link", data={"key": secret}, headers={"origin": ORIGIN})
    assert (used.status_code, used.headers["location"]) == (303, "/")
    assert person.get("/").status_code == 200


def test_where_no_way_is_set_the_page_names_the_settings(
    empty: Consoled,
) -> None:
    """Other machines reach this console, so no link lets anybody in, and no provider is set."""
    console = Console(empty.pool, Origin.read(SECURE))
    page = TestClient(console.app, base_url=SECURE).get("/login").text
    assert "LEDGER_OIDC_ISSUER" in page
    assert "login-link" not in page


def test_a_provider_of_the_settings_is_a_way_in(empty: Consoled, tmp_path: Path) -> None:
    house = empty.console.logins.house
    settings = console_settings(
        "postgresql://none@localhost/none",
        tmp_path,
        OIDC_ISSUER="https://login.test",
        OIDC_CLIENT_ID="ledger",
    )
    paths = {route.path for route in logins_of(house, settings).routes()}
    assert {"/login/provider", "/login/callback", "/logout/backchannel"} <= paths
    assert house.origin == Origin.read("http://127.0.0.1:8463")


def test_a_file_of_clients_that_is_none_stops_the_start(empty: Consoled, tmp_path: Path) -> None:
    file = tmp_path / "clients.toml"
    file.write_text("clients")
    authorities = tmp_path / "authorities.pem"
    authorities.write_bytes(authority().pem)
    files = {"API_CLIENTS_FILE": str(file), "API_CLIENTS_CAFILE": str(authorities)}
    settings = console_settings("postgresql://none@localhost/none", tmp_path, **files)
    with pytest.raises(Misconfigured, match="a table for each client"):
        logins_of(empty.console.logins.house, settings)


def test_a_person_sees_and_ends_the_own_logins(empty: Consoled) -> None:
    first, second = empty.as_("auditor"), empty.as_("auditor")
    other = empty.as_("auditor", "employee/901")
    assert first.session
    assert second.session
    assert other.session
    page = first.get("/sessions").text
    assert all(one.session.name in page for one in (first, second) if one.session)
    assert other.session.name not in page
    first.post("/sessions/end", name=other.session.name)
    assert other.get("/").status_code == 200
    assert first.post("/sessions/end", name=second.session.name).headers["location"] == "/sessions"
    assert second.get("/").status_code == 303
    assert first.get("/").status_code == 200


def test_who_logged_in_long_ago_logs_in_again_before_another_login_ends(empty: Consoled) -> None:
    first, second = empty.as_("auditor"), empty.as_("auditor")
    sessions = empty.console.logins.house.sessions
    assert first.session
    assert second.session
    long_ago = first.session.began - PROVEN
    for key, kept in sessions._kept.items():
        sessions._kept[key] = replace(kept, began=long_ago)
    page = first.get("/sessions", language="en").text
    assert page.count('action="/sessions/end"') == 1, "its own alone"
    assert 'href="/login?again=true&amp;next=%2Fsessions"' in page
    refused = first.post("/sessions/end", name=second.session.name)
    assert refused.headers["location"] == "/login?again=true&next=%2Fsessions"
    assert second.get("/").status_code == 200
    again = first.http.get(refused.headers["location"])
    assert again.status_code == 200, "also for who is logged in"
    assert "ledger login-link" in again.text
    first.post("/sessions/end", name=first.session.name)
    assert first.get("/").status_code == 303


def test_a_logout_ends_the_session_and_clears_what_the_browser_keeps(empty: Consoled) -> None:
    person = empty.as_("auditor")
    out = person.post("/logout")
    assert out.status_code == 200
    assert out.headers["clear-site-data"] == '"cache"'
    assert person.get("/").status_code == 303


def test_who_looks_after_security_ends_the_logins_of_everybody(empty: Consoled) -> None:
    officer, other = empty.as_("security-officer"), empty.as_("auditor", "employee/902")
    assert other.session
    assert other.session.name in officer.get("/sessions", language="en").text
    officer.post("/sessions/end", name=other.session.name)
    assert other.get("/").status_code == 303


def test_without_a_login_there_is_no_list_of_logins(empty: Consoled) -> None:
    nobody = empty.nobody()
    assert nobody.get("/sessions").headers["location"] == "/login?next=/sessions"
    assert nobody.post("/sessions/end", name="x").status_code == 403
