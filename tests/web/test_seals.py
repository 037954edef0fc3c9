"""Seals beside events, in a real browser, over a ledger that a superuser changes behind its back."""

import json
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest
from jinja2 import ChoiceLoader, DictLoader
from msgspec.structs import replace
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

import web.app
from application.queries.persons.history import HistoryPage
from ledger.reading import head_position
from ledger.tlog.proving.proof_file import parse_proof
from ledger.tlog.proving.reading import published
from ledger.tlog.signing.checkpoints import Checkpoint
from ledger.tlog.signing.notes import Note, encode_note, parse_note
from ledger.tlog.signing.policy import parse_policy
from ledger.tlog.store.folder import LogFolder
from tests.fixtures.witness import running
from tests.web.browser import WIDTHS, overflowing, problems
from tests.web.changed import altered, changed, state_at
from tests.web.console import Client, Consoled, clock
from tests.web.live import Live, listening
from web.context import RequestContext
from web.page import Page as ConsolePage
from web.pages.listed import PAGES
from web.principals import Principal
from web.proof.seals import shown_of
from web.rendering import environment
from web.resources.persons import PlaceParams, person_history
from web.scripts import script

SOME = 12
HOUR = timedelta(hours=1)
PERSON = "/seals/customer/10023"
EVENTS = """{% extends "base.html" %}
{% from "components/seal.html" import seal, seal_log with context %}
{% from "components/table.html" import table %}
{% block title %}Events{% endblock %}
{% block content %}<h1>Events</h1>{{ seal_log() }}
<ul>{% for line, shown in lines %}
<li>{{ line.position }} {{ line.text }} {{ seal(line.position, shown) }}</li>
{% endfor %}</ul>
{% endblock %}"""


def present(context: RequestContext, _params: PlaceParams, answer: HistoryPage) -> dict[str, Any]:
    return {"lines": [(line, shown_of(line)) for line in answer.events[:SOME]]}


@pytest.fixture(scope="module")
def live(sampled: Consoled) -> Iterator[Live]:
    """A console with one page more: every event of a person with its seal."""
    more = ConsolePage("/seals/{kind}/{id}", "person", person_history, "events.html", present)
    templates = DictLoader({"events.html": EVENTS})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(web.app, "PAGES", (*PAGES, more))
        before = environment().loader
        assert before
        patch.setattr(environment(), "loader", ChoiceLoader([templates, before]))
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


def test_the_events_of_a_person_are_proven(live: Live, page: Page) -> None:
    page.goto(live.address + PERSON)
    found = states(page)
    assert len(found) == SOME
    assert set(found.values()) == {"proven"}
    expect(page.locator("#seal-log")).to_be_hidden()


EVERY_ENTRY = """async ([modules, count]) => {
    const load = (name) => import(modules.replace("seal.js", `proof/${name}.js`));
    const [{ Log, reader }, { Memory }] = await Promise.all(["log", "memory"].map(load));
    const site = JSON.parse(document.getElementById("seal-log").dataset.site);
    const log = new Log(site, new Memory(null, site.origin), reader(site.log));
    const states = {};
    for (let first = 0; first < count; first += 256) {
        const width = Math.min(256, count - first);
        const number = String(first / 256).padStart(3, "0");
        const path = `/log/tile/entries/${number}${width < 256 ? `.p/${width}` : ""}`;
        const bundle = await (await fetch(path)).arrayBuffer();
        const view = new DataView(bundle);
        for (let [at, place] = [0, 1]; place <= width; place += 1) {
            const entry = new Uint8Array(bundle, at + 2, view.getUint16(at));
            const { state } = await log.prove(first + place, {}, async () => ({ entry, row: entry }));
            states[state] = (states[state] ?? 0) + 1;
            at += 2 + entry.length;
        }
    }
    return states;
}"""


def test_every_entry_of_the_log_is_proven(sampled: Consoled, live: Live, page: Page) -> None:
    page.goto(f"{live.address}/proof/1")
    count = signed(sampled).size
    assert page.evaluate(EVERY_ENTRY, [script("seal.js"), count]) == {"proven": count}


def signed(console: Consoled) -> Checkpoint:
    """The published checkpoint of a ledger."""
    log = LogFolder(console.pool.settings.log.folder)
    found = published(log)
    assert found
    return found.checkpoint


def state_of(console: Consoled, position: int) -> dict[str, Any]:
    state: dict[str, Any] = json.loads(state_at(console, position))
    return state


def encoded(state: dict[str, Any]) -> bytes:
    return orjson.dumps(state, option=orjson.OPT_SORT_KEYS)


def panel_of(page: Page, position: int) -> Locator:
    """The opened seal of an event."""
    page.locator(f'a.seal[data-position="{position}"]').click()
    return page.get_by_role("dialog")


def test_a_seal_opens(sampled: Consoled, live: Live, page: Page) -> None:
    page.goto(live.address + PERSON)
    states(page)
    seal = page.locator("a.seal").first
    position = int(seal.get_attribute("data-position") or 0)
    seal.focus()
    page.keyboard.press("Enter")
    panel = page.get_by_role("dialog")
    expect(panel).to_have_attribute("data-seal", "proven")
    for text in (
        f"The seal of event {position}",
        f"exactly as it is shown, under the signed checkpoint of {signed(sampled).size:,} events",
        "urn:",
        "Signed by the log ledger.localhost/main",
        "first checkpoint that this browser saw",
        f"ledger prove {position} --entry {position}.entry &&",
    ):
        expect(panel).to_contain_text(text)
    picture = panel.get_by_role("img")
    steps = len(live_proof(live, position)["hashes"])
    expect(picture).to_have_accessible_name(f"A tree with {steps} steps from the entry to the root")
    assert picture.locator("circle.on").count() == steps + 1
    assert problems(page) == []
    page.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    expect(seal).to_be_focused()


def live_proof(live: Live, position: int) -> dict[str, Any]:
    client = Client(
        live.console, Principal("employee/900", "auditor", "staff", "oidc", clock() + HOUR)
    )
    client.http.base_url = live.address
    found: dict[str, Any] = client.api(f"/proof/events/{position}")
    return found


def test_a_changed_row_shows_as_changed(sampled: Consoled, live: Live, page: Page) -> None:
    page.goto(live.address + PERSON)
    _, second, *_ = map(int, states(page))
    state = state_of(sampled, second)
    state["source"] = "urn:voipzeker:somebody"
    with altered(sampled, second, lambda _: encoded(state)):
        page.goto(live.address + PERSON)
        found = states(page)
        assert [place for place, what in found.items() if what == "contradicted"] == [str(second)]
        assert set(found.values()) == {"contradicted", "proven"}
        panel = panel_of(page, second)
        expect(panel).to_contain_text("This event is not as it was signed")
        rows = panel.locator("tbody tr")
        expect(rows).to_have_count(2)
        expect(rows.first).to_contain_text("sent by")
        expect(rows.first).to_contain_text('"urn:voipzeker:somebody" in the database')
        expect(rows.last).to_contain_text('"urn:voipzeker:somebody" on this page')
        assert problems(page) == []
    page.goto(live.address + PERSON)
    assert set(states(page).values()) == {"proven"}


CHANGES: dict[str, Callable[[dict[str, Any]], object]] = {
    "happened": lambda state: state.update(time="2020-01-01T00:00:00.000000Z"),
    "facts.": lambda state: state["facts"].popitem(),
    "sealed.": lambda state: next(iter(state["sealed"].values())).update(blob="AAAA"),
    "categories": lambda state: state.update(categories=[]),
}


@pytest.mark.parametrize("name", CHANGES)
def test_each_part_of_a_changed_row_is_named(
    sampled: Consoled, live: Live, page: Page, name: str
) -> None:
    state = state_of(sampled, 135)
    CHANGES[name](state)
    with altered(sampled, 135, lambda _: encoded(state)):
        page.goto(f"{live.address}/proof/135")
        assert states(page) == {"135": "contradicted"}
        expect(panel_of(page, 135).locator("tbody tr").first).to_contain_text(name)


@pytest.mark.parametrize(
    ("change", "values", "name"),
    [
        (
            "UPDATE {} SET topic = %s WHERE notification_id = %s",
            ["nl.voipzeker.ledger.x.v1"],
            "kind of event",
        ),
        (
            "UPDATE {} SET recorded_at = recorded_at - interval '1 day' WHERE notification_id = %s",
            [],
            "recorded",
        ),
        ("UPDATE {} SET originator_version = 77 WHERE notification_id = %s", [], "number of this"),
        (
            "UPDATE {} SET originator_id = gen_random_uuid() WHERE notification_id = %s",
            [],
            "data subject",
        ),
        ("DELETE FROM {} WHERE notification_id = %s", [], "number"),
    ],
)
def test_each_column_of_a_changed_row_is_named(
    sampled: Consoled, live: Live, page: Page, change: str, values: list[str], name: str
) -> None:
    with changed(sampled, 135, change, *values):
        page.goto(f"{live.address}/proof/135")
        assert states(page) == {"135": "contradicted"}
        expect(panel_of(page, 135).locator("tbody tr").first).to_contain_text(name)


@contextmanager
def written(path: Path, content: bytes) -> Iterator[None]:
    """A file of the log with other content, until the block ends."""
    before = path.read_bytes()
    path.write_bytes(content)
    try:
        yield
    finally:
        path.write_bytes(before)


@pytest.mark.parametrize(
    ("name", "told"),
    [
        (
            "tile/entries/000",
            "The log's copy of this event is not the one that was signed",
        ),
        # The console gives out no file that disagrees with the signed tree.
        ("tile/0/000", "/log/tile/0/000: it is not what the log's key signed"),
        ("checkpoint", "/log/checkpoint: it is not what the log's key signed"),
    ],
)
def test_a_changed_file_of_the_log_shows(
    sampled: Consoled, live: Live, page: Page, name: str, told: str
) -> None:
    path = sampled.pool.settings.log.folder / name
    content = bytearray(path.read_bytes())
    # In the entry of position 135, in its own hash, in the size of the checkpoint.
    at = {"tile/entries/000": content.find(b'"position":135,') + 3, "tile/0/000": 134 * 32}
    place = at.get(name, content.index(b"\n") + 1)
    content[place] ^= 1
    with written(path, bytes(content)):
        page.goto(f"{live.address}/proof/135")
        assert states(page) == {"135": "contradicted"}
        expect(panel_of(page, 135)).to_contain_text(told)


def test_an_older_checkpoint_is_noticed_by_a_browser_that_saw_a_later_one(
    sampled: Consoled, live: Live, page: Page
) -> None:
    page.goto(live.address + PERSON)
    assert set(states(page).values()) == {"proven"}
    log = LogFolder(sampled.pool.settings.log.folder)
    history, size = list(log.history), signed(sampled).size
    with written(log.path / "checkpoint", history[0]):
        page.reload()
        assert set(states(page).values()) == {"contradicted"}
        told = page.locator("#seal-log")
        before = f"{size:,}"
        expect(told).to_contain_text(f"This browser saw a signed checkpoint of {before} before")
        # Both notes stand there, to be kept.
        expect(told.locator("pre")).to_have_text([history[0].decode(), history[-1].decode()])
        assert problems(page) == []
    page.reload()
    assert set(states(page).values()) == {"proven"}


def test_an_event_becomes_proven_while_the_page_is_open(
    sampled: Consoled, live: Live, page: Page
) -> None:
    position = record_one(sampled)
    page.goto(f"{live.address}/proof/{position}")
    assert states(page) == {str(position): "unproven"}
    expect(page.get_by_role("main")).to_contain_text("is not under a checkpoint yet")
    publish(sampled)
    seal = page.locator("a.seal")
    expect(seal).to_have_attribute("data-seal", "proven")
    panel_of(page, position)
    expect(page.get_by_role("dialog")).to_contain_text("It extends the checkpoint of")


def test_a_rotated_key_is_told_until_the_reader_compared_it(
    sampled: Consoled, live: Live, page: Page
) -> None:
    page.goto(live.address + PERSON)
    assert set(states(page).values()) == {"proven"}
    with sampled.site() as site:
        key = site.log_key.rotate().verifier.text
    record_one(sampled)
    publish(sampled)
    page.reload()
    assert set(states(page).values()) == {"proven"}
    told = page.locator("#seal-log")
    expect(told).to_contain_text("signs with a new key since your last visit")
    expect(told).to_contain_text(key)
    assert problems(page) == []
    told.get_by_role("button", name="I compared the key, and it is right").click()
    expect(told).to_be_hidden()
    page.reload()
    assert set(states(page).values()) == {"proven"}
    expect(told).to_be_hidden()


def publish(console: Consoled) -> None:
    """Sign a checkpoint of what was recorded."""
    with console.site() as site, closing(site.publisher()) as publisher:
        publisher.publish_once()


def record_one(console: Consoled) -> int:
    """Record an event that nothing publishes; its position."""
    with console.site() as site:
        site.source("test").reads.note_many(())
    assert console.reads()
    with console.site() as site:
        return head_position(site.session("reader"))


def test_witnesses_of_the_policy_are_checked_in_the_browser(
    empty: Consoled, context: BrowserContext, tmp_path: Path
) -> None:
    before = empty.pool.settings
    with empty.site() as site:
        log_key = site.log_key.known()[0].text
    with running(tmp_path / "witness", "witness.example/officer", log_key) as witness:
        policy = parse_policy(
            f"witness officer {witness.key.text} {witness.url}\ngroup one any officer\nquorum one\n"
        )
        settings = replace(before, log=replace(before.log, policy=policy))
        with closing(Consoled(settings)) as witnessed:
            record_one(witnessed)
            publish(witnessed)
            with listening(witnessed.pool) as live:
                live.log_in(context, "auditor")
                page = context.new_page()
                page.goto(f"{live.address}/proof")
                expect(page.locator("#seal-log")).to_have_attribute("data-seal", "proven")
                expect(
                    page.get_by_role("rowheader", name="witness.example/officer")
                ).to_be_visible()
                page.goto(f"{live.address}/proof/1")
                assert states(page) == {"1": "proven"}
                expect(panel_of(page, 1)).to_contain_text("Witness officer signed on")
                # What no witness signed is not believed, whoever holds the log's key.
                folder = LogFolder(settings.log.folder)
                note = parse_note(folder.checkpoint() or b"")
                alone = encode_note(Note(note.text, note.signatures[:1]))
                with written(folder.path / "checkpoint", alone):
                    page.reload()
                    assert states(page) == {"1": "contradicted"}
                    expect(page.locator("#seal-log")).to_contain_text("Only 0 witnesses signed")


@pytest.mark.parametrize("role", ["helpdesk-agent", "billing-clerk"])
def test_a_role_to_which_something_is_hidden_has_no_seals(
    live: Live, context: BrowserContext, role: str
) -> None:
    live.log_in(context, role)
    page = context.new_page()
    page.goto(live.address + PERSON)
    expect(page.get_by_role("listitem").first).to_be_visible()
    assert page.locator(".seal, #seal-log, script[type=module]").count() == 0


def test_without_scripts_a_seal_leads_to_the_page_of_its_proof(
    live: Live, browser: Browser
) -> None:
    with browser.new_context(java_script_enabled=False) as context:
        live.log_in(context, "auditor")
        page = context.new_page()
        page.goto(live.address + PERSON)
        seal = page.locator("a.seal").first
        expect(seal).to_have_text("recorded")
        seal.click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("Event ")
        expect(page.get_by_role("main")).to_contain_text("ledger verify")
        with page.expect_download() as download:
            page.get_by_role("link", name="Proof as a file").click()
        parse_proof(Path(download.value.path()).read_bytes())


@pytest.mark.parametrize("path", ["/proof", PERSON])
def test_pages_with_seals_are_accessible_at_every_width(
    live: Live, context: BrowserContext, page: Page, path: str
) -> None:
    for language, width in (("nl", WIDTHS[0]), ("en", WIDTHS[-1])):
        live.log_in(context, "auditor", language=language)
        page.set_viewport_size({"width": width, "height": 800})
        page.goto(live.address + path)
        if path == "/proof":
            expect(page.locator("#seal-log")).to_have_attribute("data-seal", "proven")
        assert overflowing(page) == []
        assert problems(page) == []
