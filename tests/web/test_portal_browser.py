"""A customer in Chromium: login at a real provider, changes, logout and after it; every page accessible."""

import re
from collections.abc import Iterator

import pytest
from msgspec.structs import replace
from playwright.sync_api import BrowserContext, Page, expect

from host.login_settings import LoginSettings, ProviderSettings
from host.pool import SitePool
from host.wiring import utc_now
from tests.fixtures.console import collected, registered
from tests.fixtures.logins import free_socket
from tests.fixtures.oidc import private_key, running
from tests.fixtures.whole import turn
from tests.web.browser import overflowing, problems, spaced, with_axe
from tests.web.console import Consoled
from tests.web.live import Live, listening
from tests.web.test_portal_pages import OWN_PAGES
from web.portal import HOME
from web.principals import DATA_SUBJECT

FIRST, SECOND = "customer/77031", "customer/77032"
FIRST_EMAIL, SECOND_EMAIL = "first@ledger.example", "second@ledger.example"
CLIENT, SECRET = "ledger-portal", "of the tests alone"


@pytest.fixture(scope="module")
def live(sampled: Consoled) -> Iterator[Live]:
    """A console whose customers log in at a provider that runs."""
    for who, email in ((FIRST, FIRST_EMAIL), (SECOND, SECOND_EMAIL)):
        contact = {"email": email, "mobile_number": "+31612345678"}
        sampled.record(registered(who), collected(who, categories=["contact"], personal=contact))
    with free_socket() as listener:
        address = f"http://127.0.0.1:{listener.getsockname()[1]}"
        accounts = {"first": {"data_subject": FIRST}, "second": {"data_subject": SECOND}}
        client = {
            "client_id": CLIENT,
            "client_secret": SECRET,
            "redirect_uris": [f"{address}/login/callback"],
            "post_logout_redirect_uris": [f"{address}/logged-out"],
        }
        known = {
            "port": 0,
            "keys": [private_key("first")],
            "accounts": accounts,
            "resource": address,
            "clients": [client],
        }
        with running(known) as provider:
            logins = LoginSettings(ProviderSettings(provider.issuer, CLIENT, SECRET))
            settings = sampled.pool.settings
            settings = replace(settings, web=replace(settings.web, logins=logins))
            pool = SitePool(settings, 2, utc_now)
            try:
                with listening(pool, listener) as served:
                    yield served
            finally:
                pool.close()


def log_in(page: Page, live: Live, who: str) -> None:
    """From the first page to the provider, and back as a customer."""
    page.goto(f"{live.address}{HOME}")
    page.get_by_role("link", name="Log in as a customer").click()
    page.locator('input[name="login"]').fill(who)
    page.locator('input[name="password"]').fill("any")
    page.locator('button[type="submit"]').click()
    page.locator('button[type="submit"]').click()
    page.wait_for_url(f"{live.address}{HOME}")


def log_out(page: Page, live: Live) -> None:
    """Here, and at the provider."""
    page.get_by_role("button", name="Log out").click()
    page.locator('button[name="logout"]').click()
    page.wait_for_url(f"{live.address}/logged-out*")


@pytest.fixture
def page(context: BrowserContext, live: Live) -> Page:
    context.add_cookies([{"name": "language", "value": "en", "url": live.address}])
    return context.new_page()


def heading(page: Page, text: str) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text(text)


def test_a_customer_logs_in_changes_what_is_theirs_and_logs_out(page: Page, live: Live) -> None:
    log_in(page, live, "first")
    heading(page, "My data")
    expect(page.get_by_text(FIRST_EMAIL)).to_be_visible()

    page.get_by_role("link", name="My choices").click()
    page.get_by_role("link", name="Say yes: newsletter").click()
    page.get_by_role("button", name="Yes, I agree").dblclick()
    page.wait_for_url("**/my/done/*")
    heading(page, "You said yes: newsletter")
    page.get_by_role("link", name="Back to my choices").click()
    expect(page.get_by_role("link", name="Say no: newsletter")).to_be_visible()

    page.get_by_role("link", name="Correct", exact=True).click()
    page.get_by_role("link", name="Correct: contact").press("Enter")
    page.get_by_label("Mobile number").fill("06 87654321")
    page.get_by_label("Mobile number").press("Enter")
    heading(page, "Your data is corrected")
    page.get_by_role("link", name="Look at my data").click()
    expect(page.get_by_text("+31687654321")).to_be_visible()

    page.get_by_role("link", name="My requests").click()
    page.get_by_role("link", name="Show me everything").click()
    page.get_by_label("What you want to tell us").fill("Everything, please.")
    page.get_by_role("button", name="Send my request").click()
    heading(page, "We have your request: Show me everything")
    expect(page.get_by_text(re.compile("VZ-[A-Z]{12}"))).to_be_visible()

    page.get_by_role("link", name="Download").click()
    with page.expect_download() as got:
        page.get_by_role("button", name="as PDF").click()
    assert got.value.path().read_bytes().startswith(b"%PDF")

    log_out(page, live)
    heading(page, "You are logged out")
    expect(page.get_by_role("link", name="Log in again")).to_have_attribute(
        "href", "/login?next=/my"
    )


def test_after_the_logout_the_back_button_shows_nothing_and_the_next_customer_only_theirs(
    page: Page, live: Live
) -> None:
    log_in(page, live, "first")
    page.goto(f"{live.address}{HOME}/choices/objections/sms")
    stale = page.context.new_page()
    stale.goto(f"{live.address}{HOME}/choices/objections/post")
    page.goto(f"{live.address}{HOME}/history")
    log_out(page, live)
    for _ in range(4):
        page.go_back()
        assert FIRST_EMAIL not in page.content()
        assert "77031" not in page.content()
    log_in(page, live, "second")
    expect(page.get_by_text(SECOND_EMAIL)).to_be_visible()
    assert "77031" not in page.content()
    stale.get_by_role("button", name="No more advertising").click()
    expect(stale.get_by_text("This was filled in with an earlier login")).to_be_visible()
    page.goto(f"{live.address}{HOME}/choices")
    assert page.get_by_text("You have not said no").count() == 5
    log_out(page, live)


@pytest.mark.parametrize("language", ["nl", "en"])
def test_pages_are_accessible_and_whole_at_every_width(
    live: Live, context: BrowserContext, language: str
) -> None:
    live.log_in(context, DATA_SUBJECT, "customer/10023", "data-subject", language)
    page = with_axe(context.new_page())
    for path in (*OWN_PAGES, f"{HOME}/logins"):
        response = page.goto(live.address + path)
        assert response is not None
        assert response.status == 200, path
        for width in (320, 1920) if language == "nl" else (768,):
            page.set_viewport_size({"width": width, "height": 800})
            assert overflowing(page) == [], (path, width)
        if language in turn(path, ["nl", "en"]):
            assert problems(page) == [], path
        spaced(page)
        assert overflowing(page) == [], path
