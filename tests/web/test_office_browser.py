"""Pages and forms of the office in a browser: accessible, whole at 320 px, one act from form to done."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import BrowserContext, ViewportSize, expect

from tests.fixtures.postgres import Templates
from tests.web.browser import overflowing, problems
from tests.web.console import Consoled
from tests.web.live import Live, listening
from tests.web.office import Office, office, sent

NARROW: ViewportSize = {"width": 320, "height": 800}


@pytest.fixture(scope="module")
def live(sampled: Consoled) -> Iterator[Live]:
    with listening(sampled.pool) as served:
        yield served


def test_an_erasure_goes_from_its_form_over_what_it_does_to_done(
    embedded_templates: Templates, tmp_path_factory: pytest.TempPathFactory, context: BrowserContext
) -> None:
    keys = tmp_path_factory.mktemp("browsed") / "keys"
    with office(embedded_templates, keys) as desk, listening(desk.pool) as served:
        who = desk.person()
        opened(desk, who)
        served.log_in(context, "privacy-officer")
        page = context.new_page()
        page.set_viewport_size(NARROW)
        page.goto(f"{served.address}/requests/VZ-SEEN/answer")
        page.get_by_role("button", name="Check what this does").press("Enter")
        expect(page.get_by_role("button", name="Change")).to_be_visible()
        assert problems(page) == []
        assert overflowing(page) == []
        page.get_by_role("button", name="Change").click()
        assert page.locator("#outcome").input_value() == "granted"
        page.get_by_role("button", name="Check what this does").click()
        page.get_by_role("button", name="Answer the request").dblclick()
        page.wait_for_url("**/requests/VZ-SEEN*")
        assert page.get_by_role("heading", level=1).inner_text() == "Request VZ-SEEN"
        assert "answered" in page.locator("main").inner_text().lower()
        assert len([act for act in desk.acts(who) if act["act"] == "rights-request-answered"]) == 1


def opened(desk: Office, who: str) -> None:
    """A request for erasure whose person has shown who they are."""
    sent(
        desk.officer,
        "/acts/open-request",
        subject=who,
        right="erasure",
        channel="post",
        ref="VZ-SEEN",
    )
    sent(desk.officer, "/requests/VZ-SEEN/verify", method="portal-login", failed="false")
