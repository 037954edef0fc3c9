"""Every listed page, for each role that has it: a link leads there, it is accessible, and whole when narrow.

A new page is covered by itself. One that no link leads to fails here, until it is named in TYPED.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from typing import Literal, NamedTuple

import pytest
from playwright.sync_api import BrowserContext, Page

from schemas.texts import LANGUAGES, Language
from tests.fixtures.whole import turn
from tests.web.browser import overflowing, problems, with_axe
from tests.web.console import Client, Consoled
from tests.web.crawl import Found, reached
from tests.web.live import Live, listening
from tests.web.office import english, sent
from tests.web.test_operations_pages import refuse
from web.pages.listed import PAGES
from web.portal import HOME
from web.rights import table

WHO = "customer/10023"
FULL = "privacy-officer"
"""The role that has every page of staff."""
PERSON: Literal["data-subject"] = "data-subject"
TYPED = {
    "/seen": f"/seen?subject={WHO}",
    "/proof/event": "/proof/event?position=5",
    "/proof/audit": "/proof/audit",
    "/operations/kafka": "/operations/kafka",
}
"""Pages to which a form leads, or a link that is there at times only."""
AFTER_AN_ACT = {"/my/done/{id}", "/retention/progress"}
"""Pages that are there after an act alone: the tests of the act look at them."""
PAGE_WIDTHS = (320, 1280)


class Look(NamedTuple):
    """How a page is looked at by axe."""

    language: Language
    width: int
    scheme: Literal["light", "dark"]


LOOKS = (
    Look("nl", 320, "light"),
    Look("nl", 1280, "dark"),
    Look("en", 320, "dark"),
    Look("en", 1280, "light"),
)
"""Each two of language, width and scheme are in one of them."""
OTHERS = ("/login", "/sessions", "/nothing-here")
"""Pages that no list has: the login, the own logins, what answers where there is nothing."""


@pytest.fixture(scope="module")
def busy(sampled: Consoled) -> Consoled:
    """The sample, and an open case of each kind that it lacks: every page has something to show."""
    officer = english(sampled.as_(FULL))
    acts = {
        "/acts/open-request": {"right": "access", "channel": "post", "ref": "VZ-WALK"},
        "/acts/place-hold": {"ground": "dispute", "category": "contact", "ref": "H-WALK"},
        "/acts/suspect-misuse": {"kinds": "login", "ref": "MB-WALK"},
    }
    for form, fields in acts.items():
        done = sent(officer, form, subject=WHO, review_on="2026-12-01", **fields)
        assert done.status_code == 303, done.text
    refuse(sampled, b"[]")
    return sampled


@pytest.fixture(scope="module")
def live(busy: Consoled) -> Iterator[Live]:
    with listening(busy.pool) as served:
        yield served


@pytest.fixture(scope="module")
def whole(busy: Consoled) -> dict[str, Found]:
    """All pages of staff, by links."""
    return reached(busy.as_(FULL))


@pytest.fixture(scope="module")
def own(busy: Consoled) -> dict[str, Found]:
    """All pages of the portal, by links; tests/web/test_portal_browser.py looks at them with axe."""
    return reached(busy.as_(PERSON, WHO, PERSON), HOME)


def test_links_lead_to_every_page(whole: dict[str, Found], own: dict[str, Found]) -> None:
    assert not whole.keys() & own.keys()
    assert {*whole, *own, *TYPED, *AFTER_AN_ACT} == {page.path for page in PAGES}


def test_every_page_is_accessible_in_a_look_and_whole_in_all(
    whole: dict[str, Found], live: Live, context: BrowserContext
) -> None:
    """In Dutch, whose words are longer, a page is whole at every width."""
    pages = {path: found.address for path, found in whole.items()}
    pages |= TYPED | {path: path for path in OTHERS}
    for language in LANGUAGES:
        live.log_in(context, FULL, language=language)
        wanted = {
            address: [look for look in turn(path, LOOKS) if look.language == language]
            for path, address in pages.items()
        }
        if language != "nl":
            wanted = {address: looks for address, looks in wanted.items() if looks}
        assert looked_at(live, context, wanted) == [], language


def test_pages_are_looked_at_in_every_look(whole: dict[str, Found]) -> None:
    assert {look for path in whole for look in turn(path, LOOKS, whole=False)} == {*LOOKS}


def test_the_looks_have_every_two_of_language_width_and_scheme() -> None:
    for one, other in combinations(Look._fields, 2):
        pairs = {(getattr(look, one), getattr(look, other)) for look in LOOKS}
        assert len(pairs) == 4


def test_what_only_another_role_sees_is_accessible_and_whole(
    busy: Consoled, whole: dict[str, Found], live: Live, context: BrowserContext
) -> None:
    known = frozenset[str]().union(*(found.kinds for found in whole.values()))
    for role in sorted(set(table()) - {FULL, PERSON}):
        client = busy.as_(role)
        new = {
            path: found
            for path, found in reached(client, begin(client)).items()
            if found.kinds - known
        }
        known = known.union(*(found.kinds for found in new.values()))
        live.log_in(context, role)
        looks = [look for look in LOOKS if look.language == "en"]
        wanted = {found.address: turn(path, looks) for path, found in new.items()}
        assert looked_at(live, context, wanted) == [], role


def begin(client: Client) -> str:
    """Where a role begins."""
    response = client.http.get("/", follow_redirects=True)
    assert response.status_code == 200
    return str(response.url.path)


def looked_at(
    live: Live, context: BrowserContext, wanted: Mapping[str, Sequence[Look]]
) -> list[tuple[str, list[str]]]:
    """What is wrong with pages, with the address of each."""
    with context.new_page() as page:
        with_axe(page)
        found = [
            (address, wrong_with(page, live.address + address, looks))
            for address, looks in wanted.items()
        ]
    return [(address, wrong) for address, wrong in found if wrong]


def wrong_with(page: Page, address: str, looks: Sequence[Look]) -> list[str]:
    """What stands wider than a page, and what breaks WCAG in some looks, of long lists in the first rows."""
    page.goto(address)
    wrong = [one for width in PAGE_WIDTHS for one in at_width(page, width)]
    page.evaluate(
        """() => document.querySelectorAll("tr:nth-child(n+5), li:nth-child(n+9)")
          .forEach((row) => row.remove())"""
    )
    for look in looks:
        page.set_viewport_size({"width": look.width, "height": 800})
        page.emulate_media(color_scheme=look.scheme)
        wrong += [f"{look}: {problem}" for problem in problems(page)]
    return wrong


def at_width(page: Page, width: int) -> list[str]:
    """What stands wider than the page when it is so wide."""
    page.set_viewport_size({"width": width, "height": 800})
    return overflowing(page)
