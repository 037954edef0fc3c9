"""Walks through a console as one reader: every link of every page, its files, and the answers behind."""

import re
from collections import Counter, deque
from collections.abc import Callable, Iterator
from html import unescape
from io import BytesIO
from typing import NamedTuple
from urllib.parse import urlsplit
from zipfile import ZipFile

import httpx2
from starlette.routing import Match, Route

from tests.web.console import Client, Consoled
from web.exports import FORMS
from web.resources.listed import RESOURCES

_LINK = re.compile(r'(?:href|action)="([^"]*)"')
A_ROUTE = 2
"""So many addresses of one route are asked: rows of one list are alike."""


class Seen(NamedTuple):
    """One answer: what was asked, and all that it says."""

    address: str
    status: int
    text: str


def walked(
    console: Consoled,
    client: Client,
    starts: list[str],
    is_meant: Callable[[str], bool] = lambda address: True,
) -> Iterator[Seen]:
    """Every answer that leads on from some addresses, each once, a few of each route.

    `is_meant`: says of an address whether it is asked.
    """
    waiting, known, asked = deque(starts), set(starts), Counter[str]()
    while waiting:
        address = waiting.popleft()
        name = route_of(console, address)
        asked[name] += 1
        if asked[name] > A_ROUTE:
            continue
        response = client.http.get(address)
        text = text_of(response)
        yield Seen(address, response.status_code, text)
        for following in links_of(address, response, text):
            if following not in known and is_meant(following):
                known.add(following)
                waiting.append(following)


def route_of(console: Consoled, address: str) -> str:
    """The path of the route that an address leads to, with its form."""
    parts = urlsplit(address)
    scope = {"type": "http", "path": parts.path, "method": "GET"}
    routes = (route for route in console.console.app.routes if isinstance(route, Route))
    path = next((one.path for one in routes if one.matches(scope)[0] is not Match.NONE), "none")
    form = re.search(r"format=(\w+)", parts.query)
    return f"{path} {form[1] if form else ''}"


def links_of(address: str, response: httpx2.Response, text: str) -> Iterator[str]:
    """Where an answer leads, and the other forms of a page."""
    if "location" in response.headers:
        yield response.headers["location"]
    if not response.headers.get("content-type", "").startswith("text/html"):
        return
    for found in _LINK.findall(text):
        link = unescape(found).partition("#")[0]
        # Another language says the same.
        if link.startswith("/") and not link.startswith("/static") and "language=" not in link:
            yield link
    if "format=" not in address and response.status_code == 200:
        mark = "&" if "?" in address else "?"
        yield from (f"{address}{mark}format={form}" for form in FORMS)
        yield f"/api/v1{address}"


def text_of(response: httpx2.Response) -> str:
    """All that an answer says: its headers, its content, the sheets of a workbook."""
    said = "\n".join(f"{name}: {value}" for name, value in response.headers.items())
    if response.content[:2] == b"PK":
        with ZipFile(BytesIO(response.content)) as parts:
            sheets = b"\n".join(parts.read(name) for name in parts.namelist())
        return said + sheets.decode("utf-8", "replace")
    return said + response.text


def all_addresses() -> list[str]:
    """The addresses of all resources that need no part of a path, as answers of the API."""
    return [f"/api/v1{one.path}" for one in RESOURCES if "{" not in one.path]
