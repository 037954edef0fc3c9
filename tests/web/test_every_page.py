"""Every listed page, for each role that has it: a link leads there, it is accessible, and whole when narrow.

A new page is covered by itself. One that no link leads to fails here, until it is named in TYPED.
"""

from collections.abc import Iterator
from typing import Literal

import pytest
from playwright.sync_api import BrowserContext, Page

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


@pytest.mark.parametrize(("language", "width"), [("nl", 320), ("en", 1280)])
def test_every_page_is_accessible_and_whole(
    whole: dict[str, Found],
    live: Live,
    context: BrowserContext,
    language: str,
    width: int,
) -> None:
    live.log_in(context, FULL, language=language)
    addresses = [found.address for found in whole.values()]
    assert looked_at(live, context, width, [*addresses, *TYPED.values(), *OTHERS]) == []


def test_what_only_another_role_sees_is_accessible_and_whole(
    busy: Consoled, whole: dict[str, Found], live: Live, context: BrowserContext
) -> None:
    known = frozenset[str]().union(*(found.kinds for found in whole.values()))
    for role in sorted(set(table()) - {FULL, PERSON}):
        client = busy.as_(role)
        new = [found for found in reached(client, begin(client)).values() if found.kinds - known]
        known = known.union(*(found.kinds for found in new))
        live.log_in(context, role)
        assert looked_at(live, context, 320, [found.address for found in new]) == [], role


def begin(client: Client) -> str:
    """Where a role begins."""
    response = client.http.get("/", follow_redirects=True)
    assert response.status_code == 200
    return str(response.url.path)


def looked_at(
    live: Live, context: BrowserContext, width: int, addresses: list[str]
) -> list[tuple[str, list[str]]]:
    """What is wrong with pages, with the address of each."""
    with context.new_page() as page:
        with_axe(page).set_viewport_size({"width": width, "height": 800})
        found = [(address, wrong_with(page, live.address + address)) for address in addresses]
    return [(address, wrong) for address, wrong in found if wrong]


def wrong_with(page: Page, address: str) -> list[str]:
    """What breaks WCAG on a page, and what stands wider than it. Of long lists the first rows are judged."""
    page.goto(address)
    too_wide = overflowing(page)
    page.evaluate(
        """() => document.querySelectorAll("tr:nth-child(n+5), li:nth-child(n+9)")
          .forEach((row) => row.remove())"""
    )
    return too_wide + problems(page)
