"""Seals beside events, in a real browser, over a ledger that a superuser changes behind its back."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from jinja2 import ChoiceLoader, DictLoader
from playwright.sync_api import BrowserContext, Page, expect
from psycopg import sql

import web.app
from tests.web.console import Consoled
from tests.web.live import Live, listening
from web.page import Page as ConsolePage
from web.proof.seals import seal_of, shown_of
from web.rendering import environment
from web.resources.persons import History, PersonParams, person_history
from web.routing import Pages
from web.visit import Visit

PERSON = "/seals/customer/10023"
EVENTS = """{% extends "base.html" %}
{% from "components/seal.html" import seal, seal_log with context %}
{% from "components/table.html" import table %}
{% block title %}Events{% endblock %}
{% block content %}<h1>Events</h1>{{ seal_log() }}
<ul>{% for line, shown in lines %}<li>{{ line.position }} {{ line.text }} {{ seal(line.position, shown) }}</li>{% endfor %}</ul>
{% endblock %}"""


def present(visit: Visit, _params: PersonParams, answer: History) -> dict[str, Any]:
    return {"lines": [(line, shown_of(line)) for line in answer.events]}


@pytest.fixture(scope="module")
def live(sampled: Consoled) -> Iterator[Live]:
    """A console with one page more: every event of a person with its seal."""
    more = ConsolePage("/seals/{kind}/{id}", "person", person_history, "events.html", present)
    templates = DictLoader({"events.html": EVENTS})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(web.app, "PAGES", (*web.app.PAGES, more))
        patch.setattr(environment(), "loader", ChoiceLoader([templates, environment().loader]))
        with listening(sampled.pool) as live:
            yield live


@pytest.fixture
def page(live: Live, context: BrowserContext) -> Iterator[Page]:
    """A page of an auditor. Whatever the browser complains about fails the test."""
    live.log_in(context, "auditor")
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    assert [one for one in complaints if "404" not in one] == []


def states(page: Page) -> dict[str, str]:
    """State of each seal, by position, when all that are there were checked."""
    for seal in page.locator("a.seal").all():
        seal.scroll_into_view_if_needed()
    page.wait_for_function(
        """() => [...document.querySelectorAll("a.seal")].every((seal) => seal.title)"""
    )
    found: dict[str, str] = page.evaluate(
        """() => Object.fromEntries([...document.querySelectorAll("a.seal")]
            .map((seal) => [seal.dataset.position, seal.dataset.seal]))"""
    )
    return found


def test_every_event_of_a_person_is_proven(live: Live, page: Page) -> None:
    page.goto(live.address + PERSON)
    found = states(page)
    assert len(found) > 20
    assert set(found.values()) == {"proven"}
    expect(page.locator("#seal-log")).to_be_hidden()


def test_a_seal_opens(live: Live, page: Page) -> None:
    page.goto(live.address + PERSON)
    position = next(iter(states(page)))
    page.locator("a.seal").first.click()
    panel = page.get_by_role("dialog", name=f"The seal of event {int(position):,}")
    expect(panel).to_be_visible()
    expect(panel).to_have_attribute("data-seal", "proven")
    print(panel.inner_text())
    page.screenshot(path="/tmp/panel.png", full_page=False)
    page.keyboard.press("Escape")
    expect(panel).to_be_hidden()
