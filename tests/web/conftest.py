"""Fixtures of the tests of pages: the browser, and a context of its own for each test."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext

from tests.web.browser import chromium
from tests.web.console import empty, sampled

__all__ = ["empty", "sampled"]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One browser for all tests of the process."""
    with chromium() as started:
        yield started


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A context: its cookies and its memory are gone after the test."""
    with browser.new_context() as made:
        yield made
