"""A run of retention by form: beside the requests, with a page that shows how far it is."""

import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, expect

from application.acts.deciding import erase_due
from application.queries.keeping.erasures import CarriedOut
from host.site import Site
from ledger.errors import Retry
from tests.web.browser import overflowing, problems
from tests.web.console import Client, Consoled
from tests.web.live import listening
from tests.web.office import checked, english
from web import runs


@pytest.fixture(autouse=True)
def no_run_before(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runs, "_RUNS", {})


class Gate:
    """Lets so many erasures of a run happen, and then waits until it is opened."""

    def __init__(self, first: int, last: int) -> None:
        self.opened = threading.Event()
        self.waits = threading.Event()
        self._first, self._last = first, last

    def erase(self, site: Site) -> Iterator[CarriedOut]:
        for number, done in enumerate(erase_due(site), 1):
            yield done
            if number == self._first:
                self.waits.set()
                assert self.opened.wait(60)
            if number == self._last:
                return


def state(client: Client) -> dict[str, Any]:
    found: dict[str, Any] = client.api("/retention/progress")
    return found


def ended(client: Client) -> dict[str, Any]:
    while (run := state(client))["state"] == "running":
        time.sleep(0.02)
    return run


def started(client: Client) -> None:
    _, confirming = checked(client, "/acts/run-retention")
    done = client.post("/acts/run-retention", **confirming)
    assert done.headers["location"] == "/retention/progress"


def test_a_run_goes_on_beside_its_page_and_one_at_a_time(
    sampled: Consoled, monkeypatch: pytest.MonkeyPatch, context: BrowserContext
) -> None:
    gate = Gate(1, 3)
    monkeypatch.setattr(runs, "erase_due", gate.erase)
    officer = english(sampled.as_("privacy-officer"))
    assert state(officer)["state"] == "none"
    assert "/retention/progress" not in officer.get("/retention").text
    before = officer.api("/retention/run")["count"]
    started(officer)
    assert gate.waits.wait(60)
    running = state(officer)
    assert (running["state"], running["planned"], running["done"]) == ("running", before, 1)
    started(officer)
    assert state(officer)["started_at"] == running["started_at"], "one at a time"
    assert "/retention/progress" in officer.get("/retention").text
    with listening(sampled.pool) as live:
        live.log_in(context, "privacy-officer")
        page = context.new_page()
        page.set_viewport_size({"width": 320, "height": 800})
        page.goto(f"{live.address}/retention/progress")
        expect(page.locator("progress")).to_have_attribute("max", str(before))
        assert problems(page) == []
        assert overflowing(page) == []
        gate.opened.set()
        expect(page.locator("progress")).to_have_count(0)
        expect(page.locator(".answer")).to_contain_text("Done: 3")
    last = ended(officer)
    assert (last["state"], last["done"], last["failure"]) == ("done", 3, None)
    assert last["ended_at"] >= last["started_at"]
    assert officer.api("/retention/run")["count"] < before


def test_a_run_that_ends_early_says_why_and_what_was_done(
    sampled: Consoled, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(site: Site) -> Iterator[CarriedOut]:
        yield next(erase_due(site))
        raise Retry("the run ended before it was complete: run it again")

    monkeypatch.setattr(runs, "erase_due", interrupted)
    officer = english(sampled.as_("privacy-officer"))
    started(officer)
    last = ended(officer)
    assert (last["state"], last["done"]) == ("failed", 1)
    page = officer.get("/retention/progress").text
    assert "run it again" in page
    assert "stays so" in page
    assert sampled.as_("helpdesk-agent").get("/retention/progress").status_code == 404
