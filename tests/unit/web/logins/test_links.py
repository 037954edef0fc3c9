"""A link works once, for a minute, from this machine."""

import os
import threading
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from ledger.errors import Misconfigured
from tests.fixtures.ledger import Clock
from tests.fixtures.logins import ELSEWHERE, HERE, LOOPBACK, SECURE, Console
from web.logins.limits import LOGINS
from web.logins.links import FOLDER, LINK_LIFE, Link, Links, address_of
from web.logins.origin import Origin


@pytest.fixture
def console(tmp_path: Path) -> Console:
    return Console(tmp_path)


def test_a_link_logs_in_once(console: Console) -> None:
    browser, secret = console.browser(), console.link()
    page = browser.get(f"/login/link?key={secret}")
    assert page.json() == {"page": "login_link", "key": secret}
    used = browser.post("/login/link", data={"key": secret}, headers=console.same)
    assert (used.status_code, used.headers["location"]) == (303, "/")
    assert browser.get("/who").json()["reference"] == "employee/7"
    again = console.browser().post("/login/link", data={"key": secret}, headers=console.same)
    assert (again.status_code, again.json()["why"]) == (403, "link-over")


def test_the_page_of_a_link_uses_nothing_up(console: Console) -> None:
    browser, secret = console.browser(), console.link()
    for _ in range(3):
        assert browser.get(f"/login/link?key={secret}").status_code == 200
    console.log_in(browser, secret)


def test_a_link_is_over_after_a_minute(console: Console) -> None:
    secret = console.link()
    console.clock.now += LINK_LIFE
    used = console.browser().post("/login/link", data={"key": secret}, headers=console.same)
    assert (used.status_code, used.json()["why"]) == (403, "link-over")


def test_a_link_works_until_its_minute_is_over(console: Console) -> None:
    secret = console.link()
    console.clock.now += LINK_LIFE - timedelta(microseconds=1)
    console.log_in(console.browser(), secret)


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_link_is_refused_from_elsewhere(console: Console, method: str) -> None:
    secret = console.link()
    browser = console.browser(ELSEWHERE)
    send = browser.get if method == "get" else browser.post
    answer = send("/login/link", params={"key": secret}, headers=console.same)
    assert (answer.status_code, answer.json()["why"]) == (403, "not-from-here")
    console.log_in(console.browser(), secret)


@pytest.mark.parametrize("name", ["Forwarded", "X-Forwarded-For", "X-Real-IP", "Via"])
def test_a_link_is_refused_through_a_proxy_of_this_machine(console: Console, name: str) -> None:
    headers = {**console.same, name: "127.0.0.1"}
    answer = console.browser().post("/login/link", data={"key": console.link()}, headers=headers)
    assert answer.json()["why"] == "not-from-here"


def test_a_link_is_refused_where_other_machines_reach_the_console(tmp_path: Path) -> None:
    console = Console(tmp_path, SECURE)
    answer = console.browser().post(
        "/login/link", data={"key": console.link()}, headers=console.same
    )
    assert answer.json()["why"] == "not-from-here"


@pytest.mark.parametrize(
    "headers", [{}, {"sec-fetch-site": "cross-site"}, {"origin": "https://evil.test"}]
)
def test_no_other_site_uses_a_link(console: Console, headers: dict[str, str]) -> None:
    secret = console.link()
    answer = console.browser().post("/login/link", data={"key": secret}, headers=headers)
    assert answer.status_code == 403
    console.log_in(console.browser(), secret)


def test_a_link_does_not_grant_the_role(console: Console) -> None:
    secret = console.link("privacy-officer")
    answer = console.browser().post("/login/link", data={"key": secret}, headers=console.same)
    assert (answer.status_code, answer.json()["why"]) == (403, "not-granted")


def test_the_operator_needs_no_grant(console: Console) -> None:
    browser = console.browser()
    console.log_in(browser, console.link("operator", judged=False, reference="employee/root"))
    assert browser.get("/who").json()["role"] == "operator"
    assert console.register.asked == 0


def test_guesses_are_limited(console: Console) -> None:
    browser = console.browser()
    for _ in range(LOGINS):
        assert (
            browser.post("/login/link", data={"key": "x"}, headers=console.same).status_code == 403
        )
    refused = browser.post("/login/link", data={"key": console.link()}, headers=console.same)
    assert (refused.status_code, refused.json()["why"]) == (429, "too-many")
    assert int(refused.headers["retry-after"]) > 0


@pytest.mark.parametrize("key", ["", "../console", "x" * 5000, "\ud800"])
def test_a_made_up_key_is_no_link(console: Console, key: str) -> None:
    assert console.links.take(key, console.clock()) is None


def taken_by_many(links: Links, secret: str, now: datetime, many: int = 4) -> int:
    """How many of several threads got the link."""
    taken: list[Link | None] = []
    start = threading.Barrier(many)

    def take() -> None:
        start.wait()
        taken.append(links.take(secret, now))

    threads = [threading.Thread(target=take) for _ in range(many)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(link is not None for link in taken)


def test_of_many_at_once_one_takes_the_link(tmp_path: Path) -> None:
    clock, links = Clock(), Links(tmp_path)
    for _ in range(20):
        secret = links.make(Link("employee/7", "auditor", True, clock() + LINK_LIFE))
        assert taken_by_many(links, secret, clock()) == 1


def test_the_folder_says_nothing_of_a_secret_and_is_the_owners_alone(tmp_path: Path) -> None:
    clock, links = Clock(), Links(tmp_path)
    secret = links.make(Link("employee/7", "auditor", True, clock() + LINK_LIFE))
    folder = tmp_path / FOLDER
    assert folder.stat().st_mode & 0o777 == 0o700
    (file,) = folder.iterdir()
    assert file.stat().st_mode & 0o777 == 0o600
    assert secret not in file.name + file.read_text()


def test_links_that_nobody_used_are_removed(tmp_path: Path) -> None:
    clock, links = Clock(), Links(tmp_path)
    links.make(Link("employee/7", "auditor", True, clock() + LINK_LIFE))
    (tmp_path / FOLDER / "damaged.link").write_text("{")
    clock.now += LINK_LIFE
    links.forget_ended(clock())
    assert list((tmp_path / FOLDER).iterdir()) == []


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_a_link_of_root_belongs_to_the_owner_of_the_keys(tmp_path: Path) -> None:
    keys = tmp_path / "keys"
    keys.mkdir(mode=0o700)
    os.chown(keys, 12345, 12345)
    Links(keys).make(Link("employee/7", "auditor", True, Clock()() + LINK_LIFE))
    (file,) = (keys / FOLDER).iterdir()
    assert (file.stat().st_uid, (keys / FOLDER).stat().st_uid) == (12345, 12345)


def test_the_console_says_where_it_runs_while_it_does(tmp_path: Path) -> None:
    links, origin = Links(tmp_path), Origin.read(HERE)
    with pytest.raises(Misconfigured, match="no console runs here"):
        links.console()
    with links.announced(origin):
        assert links.console() == origin
    with pytest.raises(Misconfigured):
        links.console()
    with links.announced(Origin.read(SECURE)), pytest.raises(Misconfigured, match="provider"):
        links.console()


def test_an_address_leads_to_the_page_of_the_link() -> None:
    assert address_of(Origin.read(HERE), "abc") == f"{HERE}/login/link?key=abc"
    assert LOOPBACK[0] in HERE


@pytest.mark.parametrize("content", [b'{"reference":"' + b"x" * 5_000, b'{"a":' * 800, b"\xff"])
def test_a_file_that_is_too_large_is_no_link(console: Console, content: bytes) -> None:
    secret = console.link()
    (link,) = [path for path in console.folder.rglob("*.link") if path.is_file()]
    link.write_bytes(content)
    used = console.browser().post("/login/link", data={"key": secret}, headers=console.same)
    assert (used.status_code, used.json()["why"]) == (403, "link-over")
