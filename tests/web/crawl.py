"""Pages as a person reaches them: by links, from the first page of their role on."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

from starlette.routing import compile_path

from tests.web.console import Client
from web.page import AnyPage
from web.pages.listed import PAGES

_BY_PATH = [(compile_path(page.path)[0], page) for page in PAGES]
# Of one page so many are looked at for links: a list would lead to each of thousands of persons.
_EACH = 3


@dataclass
class Found:
    """A page that somebody was led to. `kinds`: the elements that it is built of, with their classes."""

    address: str
    kinds: frozenset[str]


@dataclass
class _Reader(HTMLParser):
    links: list[str] = field(default_factory=list)
    kinds: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        self.kinds.add(f"{tag}.{named.get('class')}[{named.get('type')}]")
        if tag == "a" and named.get("href"):
            self.links.append(str(named["href"]))


def reached(client: Client, begin: str = "/") -> dict[str, Found]:
    """Each page that links lead a person to, by its path; of one with many addresses the first.

    Fails where a link leads to nothing.
    """
    found: dict[str, Found] = {}
    looked: dict[str, int] = {}
    todo, known = [begin], {begin}
    while todo:
        address = todo.pop(0)
        page = _page_at(urlsplit(address).path)
        if page is None or looked.get(page.path, 0) >= _EACH:
            continue
        # Not `client.get`: it would take the parameters of a link away.
        response = client.http.get(address)
        assert response.status_code == 200, f"a link leads to {address}: {response.status_code}"
        reader = _Reader()
        reader.feed(response.text)
        looked[page.path] = looked.get(page.path, 0) + 1
        found.setdefault(page.path, Found(address, frozenset(reader.kinds)))
        more = [link for link in _pages(reader.links, address) if link not in known]
        known.update(more)
        todo += more
    return found


def _page_at(path: str) -> AnyPage | None:
    """The page at an address, as the console's routes find it: the first that fits."""
    return next((page for pattern, page in _BY_PATH if pattern.match(path)), None)


def _pages(links: list[str], address: str) -> Iterator[str]:
    """Addresses of this console, without the files that a page offers."""
    for link in dict.fromkeys(links):
        place = urlsplit(urljoin(address, link))
        if not place.netloc and not re.search(r"(^|&)(format|language)=", place.query):
            yield place._replace(fragment="").geturl()
