"""`ledger login-link`: who gets a link is judged as who reads is, and the register judges the role."""

import os
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from application.reading import Reader
from host.environment import settings_from
from host.keys import ledger_folder
from host.wiring import open_site, utc_now
from tests.fixtures.console import Cli, message
from tests.fixtures.logins import HERE
from web.logins.links import Link, Links
from web.logins.origin import Origin

HR = "urn:voipzeker:hr"


def links_of(cli: Cli) -> Links:
    return Links(ledger_folder(settings_from({})))


def taken(links: Links, url: str) -> Link:
    key = parse_qs(urlsplit(url).query)["key"][0]
    link = links.take(key, utc_now())
    assert link is not None
    return link


def test_a_link_is_for_the_reader_of_the_process(cli: Cli) -> None:
    links = links_of(cli)
    with links.announced(Origin.read(HERE)):
        operator = cli("login-link", "--json").json
        named = cli(
            "login-link", "--reader", "employee/7", "--reader-role", "auditor", "--json"
        ).json
        shown = cli("login-link").out.decode()
    assert operator["url"].startswith(f"{HERE}/login/link?key=")
    assert operator["role"] == "operator"
    assert not taken(links, operator["url"]).judged
    link = taken(links, named["url"])
    assert (link.reference, link.role, link.judged) == ("employee/7", "auditor", True)
    assert f"{HERE}/login/link?key=" in shown


def test_without_a_console_there_is_no_link(cli: Cli) -> None:
    ran = cli("login-link")
    assert (ran.status, ran.out) == (2, b"")
    assert "no console runs here" in ran.err


def test_only_who_may_name_another_reader_gets_a_link_for_one(
    cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    with links_of(cli).announced(Origin.read(HERE)):
        monkeypatch.setattr(os, "getuid", lambda: 54321)
        ran = cli("login-link", "--reader", "employee/7")
    assert ran.status == 2
    assert "only root and the owner of the key folder" in ran.err


def test_the_register_grants_the_role_of_a_login(cli: Cli) -> None:
    """Also while it grants nobody any role: what reads by command is let through then, a login is not."""
    clerk, chief = (Reader(f"employee/{id}", "auditor", judged=True) for id in (7, 9))
    with open_site(settings_from({})) as site:
        assert site.is_granted(clerk)
        assert site.grant_of(clerk) is None
    cli.record(message("role-granted", "employee/7", source=HR, role="auditor"))
    with open_site(settings_from({})) as site:
        assert site.grant_of(clerk) is not None
        assert site.grant_of(chief) is None


def test_the_links_are_in_the_folder_of_the_keys(cli: Cli) -> None:
    with links_of(cli).announced(Origin.read(HERE)):
        cli("login-link")
    folder = Path(cli.folder / "keys" / "main" / "login-links")
    assert [file.suffix for file in folder.iterdir()] == [".link"]
