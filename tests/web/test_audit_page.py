"""An audit on demand: a process of its own, a page that shows how far it is, and what it names."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from typing import IO, Any

import pytest
from msgspec.structs import replace
from playwright.sync_api import BrowserContext, expect

from host.settings import Settings
from tests.web.browser import overflowing, problems
from tests.web.changed import altered
from tests.web.console import Client, Consoled, clock
from tests.web.live import Live, listening
from web.pages.proof import code_of, part_word
from web.proof import audits
from web.proof.audits import AuditRun, Audits
from web.words import words


@pytest.fixture(scope="module")
def live(sampled: Consoled) -> Iterator[Live]:
    with listening(sampled.pool) as live:
        yield live


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """No audit says a word before a test opens this: what holds while one runs can be looked at."""
    opened = threading.Event()
    listen = audits._Followed._listen

    def listens(self: audits._Followed, words: IO[bytes]) -> None:
        opened.wait()
        listen(self, words)

    monkeypatch.setattr(audits._Followed, "_listen", listens)
    yield opened
    opened.set()


def ended(client: Client) -> dict[str, Any]:
    """The audit when it has ended."""
    while (run := client.api("/proof/audit"))["state"] == "running":
        time.sleep(0.05)
    found: dict[str, Any] = run
    return found


def test_an_audit_runs_beside_the_console_and_says_what_it_looked_at(
    sampled: Consoled, gate: threading.Event
) -> None:
    auditor = sampled.as_("auditor")
    response = auditor.post("/proof/audit", views="true")
    assert (response.status_code, response.headers["location"]) == (303, "/proof/audit")
    running = auditor.api("/proof/audit")
    assert running["state"] == "running"
    # One at a time: who asks meanwhile sees the one that runs.
    assert sampled.as_("inspector").post("/proof/audit").status_code == 303
    assert auditor.api("/proof/audit")["started_at"] == running["started_at"]
    gate.set()
    found = ended(auditor)
    assert (found["state"], found["failure"], found["views"]) == ("done", None, True)
    report = found["report"]
    assert (report["verdict"], report["findings"]) == ("in-order", [])
    assert report["size"] == found["reached"] == found["recorded"]
    assert {"the catalogue", "the events", "the log", "the keys", "the views"} <= set(
        found["looked_at"]
    )
    for language in ("en", "nl"):
        auditor.http.cookies.set("language", language)
        text = auditor.get("/proof/audit").text
        assert "<progress" not in text
    # The main parts have words; a page does not name what is looked at within them.
    assert words()["audit_part"].keys() == {
        code_of(name) for name in found["looked_at"] if part_word(name)
    }


def test_only_a_role_that_audits_starts_one(sampled: Consoled) -> None:
    for role in ("legal-counsel", "disclosure-officer", "helpdesk-agent"):
        assert sampled.as_(role).post("/proof/audit").status_code == 404
    # A form of another site brings no token.
    auditor = sampled.as_("auditor")
    assert (
        auditor.http.post("/proof/audit", headers={"origin": "https://other.example"}).status_code
        == 403
    )
    assert auditor.post("/proof/audit", views="perhaps").status_code == 400


def test_the_page_shows_what_an_audit_names(
    sampled: Consoled, live: Live, context: BrowserContext, gate: threading.Event
) -> None:
    live.log_in(context, "auditor")
    page = context.new_page()
    with altered(sampled, 135, lambda state: state.replace(b"urn:", b"URN:")):
        page.goto(f"{live.address}/proof")
        page.get_by_role("button", name="Start an audit").click()
        expect(page.get_by_role("progressbar")).to_be_visible()
        assert problems(page) == []
        # The page goes on by itself, and without scripts by its link.
        expect(page.get_by_role("link", name="Show how far it is now")).to_be_visible()
        gate.set()
        expect(page.get_by_role("table", name="Findings")).to_be_visible()
    expect(page.locator(".answer")).to_contain_text("something is not as it was recorded")
    expect(page.get_by_role("link", name="135", exact=True).first).to_have_attribute(
        "href", "/proof/135"
    )
    assert problems(page) == []
    for width in (320, 1920):
        page.set_viewport_size({"width": width, "height": 800})
        assert overflowing(page) == []


def run_of(started: Audits, settings: Settings) -> AuditRun:
    started.start(settings, clock, 0, views=False)
    return outcome(started)


def outcome(started: Audits) -> AuditRun:
    while started.last.state == "running":
        time.sleep(0.02)
    return started.last


def test_an_audit_that_cannot_be_made_says_why(sampled: Consoled) -> None:
    settings = sampled.pool.settings
    texts: Mapping[str, str] = {**settings.texts, "LEDGER_NAME": "another"}
    run = run_of(Audits(), replace(settings, texts=texts))
    assert (run.state, run.report) == ("failed", None)
    assert run.failure is not None
    assert "There is no ledger here yet" in run.failure


def test_an_audit_ends_when_the_console_is_gone(sampled: Consoled) -> None:
    texts = sampled.pool.settings.texts
    process = subprocess.Popen(
        [sys.executable, "-m", "web.proof.audit_process", "views"],
        env={**os.environ, **texts},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout
    assert process.stdout.readline().startswith(b'{"type":"began"')
    process.stdout.close()
    assert process.stderr
    said = process.stderr.read()
    assert (process.wait(), said) == (1, b"")
    process.stderr.close()


def test_an_audit_that_dies_leaves_a_word(
    sampled: Consoled, monkeypatch: pytest.MonkeyPatch
) -> None:
    def dies(_settings: Settings, *, views: bool) -> "subprocess.Popen[bytes]":
        text = 'import os; print(\'{"type":"reached","position":7}\', flush=True); os._exit(9)'
        return subprocess.Popen([sys.executable, "-c", text], stdout=subprocess.PIPE)

    monkeypatch.setattr(audits, "_process", dies)
    run = run_of(Audits(), sampled.pool.settings)
    assert (run.state, run.reached) == ("failed", 7)
    assert run.failure == "the audit ended before it was complete: run it again"


class Spoken:
    """Audits whose processes say what a test tells them, and end when it lets them."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._mouths: list[int] = []
        monkeypatch.setattr(audits, "_process", self._process)

    def _process(self, _settings: Settings, *, views: bool) -> "subprocess.Popen[bytes]":
        ear, mouth = os.pipe()
        with open(ear, "rb") as words:
            self._mouths.append(mouth)
            return subprocess.Popen(["cat"], stdin=words, stdout=subprocess.PIPE)

    def say(self, number: int, word: bytes) -> None:
        os.write(self._mouths[number], word + b"\n")

    def end(self, number: int) -> None:
        os.close(self._mouths[number])


def followers() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "audit"]


def test_an_audit_that_is_slow_to_end_says_nothing_of_the_next_one(
    sampled: Consoled, monkeypatch: pytest.MonkeyPatch
) -> None:
    spoken, started, settings = Spoken(monkeypatch), Audits(), sampled.pool.settings
    before = followers()
    started.start(settings, clock, 1, views=False)
    (first,) = set(followers()).difference(before)
    spoken.say(0, b'{"type":"failed","why":"no database"}')
    assert outcome(started).failure == "no database"
    assert first.is_alive(), "its process has said its last word and is still there"
    started.start(settings, clock, 2, views=False)
    spoken.say(0, b'{"type":"reached","position":1}')
    spoken.end(0)
    first.join()
    assert (started.last.state, started.last.recorded, started.last.reached) == ("running", 2, 0)
    spoken.say(1, b'{"type":"failed","why":"no keys"}')
    spoken.end(1)
    assert outcome(started).failure == "no keys"


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_an_audit_that_says_what_nobody_understands_has_failed(
    sampled: Consoled, monkeypatch: pytest.MonkeyPatch
) -> None:
    spoken, started, settings = Spoken(monkeypatch), Audits(), sampled.pool.settings
    started.start(settings, clock, 1, views=False)
    spoken.say(0, b"Killed")
    spoken.end(0)
    assert outcome(started).failure == "the audit ended before it was complete: run it again"
