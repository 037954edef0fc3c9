"""A console over a ledger with a few persons, and forms as a browser sends them."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from html.parser import HTMLParser
from itertools import count
from pathlib import Path
from typing import Any

import httpx2

from host.wiring import install_site
from tests.fixtures.console import collected, registered
from tests.fixtures.postgres import Templates
from tests.web.console import Client, Consoled, clock, console_settings

_PERSONS = count(30_001)
_WRONG = re.compile(r'<span class="error" id="([^"]+)-error">')


class Office(Consoled):
    """A console, and new persons for each test."""

    def person(self) -> str:
        """A customer of whom name and e-mail address are held."""
        who = f"customer/{next(_PERSONS)}"
        self.record(registered(who), collected(who))
        return who

    @property
    def officer(self) -> Client:
        """The privacy officer, in English."""
        return english(self.as_("privacy-officer"))

    def acts(self, who: str) -> list[dict[str, Any]]:
        """What is recorded of somebody beside reads: types, without the version, and facts."""
        events = self.as_("privacy-officer").api(f"/persons/{who}/history")["events"]
        events.sort(key=lambda event: event["position"])
        named = [(event["type"].split(".")[-2], event["facts"]) for event in events]
        return [{"act": name, **facts} for name, facts in named if name != "ledger-read"]


def english(client: Client) -> Client:
    """A client who reads English."""
    client.http.cookies.set("language", "en")
    return client


@contextmanager
def office(templates: Templates, keys: Path, **settings: str) -> Iterator[Office]:
    """A console over a new ledger."""

    def installed(url: str, folder: Path) -> None:
        install_site(console_settings(url, folder), clock)

    with templates.of("console_empty", installed, keys) as url:
        made = Office(console_settings(url, keys, **settings))
        try:
            yield made
        finally:
            made.close()


class _Controls(HTMLParser):
    """What a browser would send of the form of an act, as the page fills it in."""

    def __init__(self) -> None:
        super().__init__()
        self.sent: list[tuple[str, str]] = []
        self._within = False
        self._select: str | None = None
        self._area: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = {name: text or "" for name, text in attrs}
        if tag == "form":
            self._within = named.get("class") == "act"
        if not self._within:
            return
        name, value = named.get("name", ""), named.get("value", "")
        if tag == "input" and (
            named.get("type") not in {"checkbox", "radio"} or "checked" in named
        ):
            self.sent.append((name, value))
        if tag == "select":
            self._select = name
        if tag == "option" and "selected" in named and self._select:
            self.sent.append((self._select, value))
        if tag == "textarea":
            self._area = name

    def handle_data(self, data: str) -> None:
        if self._area is not None:
            self.sent.append((self._area, data.removeprefix("\n")))

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self._area = None
        if tag == "form":
            self._within = False


def fields_of(page: httpx2.Response) -> dict[str, Any]:
    """The fields of the form of an act, as the page fills them in; one that repeats is a list."""
    controls = _Controls()
    controls.feed(page.text)
    fields: dict[str, Any] = {}
    for name, value in controls.sent:
        known = fields.get(name)
        fields[name] = (
            value if known is None else [*([known] if isinstance(known, str) else known), value]
        )
    return fields


def filled(client: Client, path: str, **fields: Any) -> dict[str, Any]:
    """What the form of a page sends when somebody fills in some fields."""
    page = client.http.get(path)
    assert page.status_code == 200, page.text[:2000]
    return {**fields_of(page), **fields}


def sent(client: Client, path: str, **fields: Any) -> httpx2.Response:
    """Fill in the form of a page, and send it."""
    return client.post(path, **filled(client, path, **fields))


def checked(client: Client, path: str, **fields: Any) -> tuple[httpx2.Response, dict[str, Any]]:
    """Fill in a form that shows first what it would do; that page, and what its button sends."""
    page = sent(client, path, **fields)
    assert page.status_code == 200, page.text[:2000]
    return page, fields_of(page)


def confirmed(client: Client, path: str, **fields: Any) -> httpx2.Response:
    """Fill in a form, look at what it would do, and confirm that."""
    _, confirming = checked(client, path, **fields)
    return client.post(path, **confirming)


def wrong_fields(page: httpx2.Response) -> list[str]:
    """The fields beside which a page says that something is wrong."""
    return _WRONG.findall(page.text)
