"""Fixtures of the tests of pages: the browser, and a context of its own for each test."""

from collections.abc import Iterator
from unittest.mock import patch

import pytest
from anyio.from_thread import start_blocking_portal
from playwright.sync_api import Browser, BrowserContext, expect
from starlette.testclient import TestClient

import application.remembered
from tests.web.browser import PATIENCE_MS, chromium
from tests.web.console import empty, sampled
from tests.web.scripting import Files, Script, scripted, served

__all__ = ["empty", "sampled"]
expect.set_options(timeout=PATIENCE_MS)


@pytest.fixture(autouse=True)
def _answers_are_of_now(monkeypatch: pytest.MonkeyPatch) -> None:
    """However slow the machine is: no answer is of a moment ago, unless a test asks for that itself."""
    monkeypatch.setattr(application.remembered, "SHORT_S", float("inf"))


@pytest.fixture(scope="module", autouse=True)
def _one_loop() -> Iterator[None]:
    """One event loop for the clients of a module: one with its threads for each request costs as much as a
    quick answer."""
    with start_blocking_portal() as portal, patch.object(TestClient, "portal", portal):
        yield


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One browser for all tests of the process."""
    with chromium() as started:
        yield started


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A context: its cookies and its memory are gone after the test."""
    with browser.new_context() as made:
        made.set_default_timeout(PATIENCE_MS)
        yield made


@pytest.fixture(scope="module")
def files() -> Iterator[Files]:
    """A server of the scripts, and of whatever a test puts in."""
    files = Files()
    with served(files.app()) as address:
        files.address = address
        yield files


@pytest.fixture(scope="module")
def script(browser: Browser, files: Files) -> Iterator[Script]:
    """Runs functions with the modules of the proof, in one page."""
    with browser.new_page() as page:
        page.goto(files.address)
        yield scripted(page)
