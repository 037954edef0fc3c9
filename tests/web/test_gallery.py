"""Every component in a real browser: accessible, whole at every width, and unharmed by hostile values."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from schemas.texts import LANGUAGES, Language
from tests.web.browser import PATIENCE_MS, WIDTHS, overflowing, problems, spaced
from tests.web.gallery import HOSTILE, NAMES, opened, serve


@pytest.fixture(scope="module")
def gallery(browser: Browser) -> Iterator[BrowserContext]:
    """The pages of the gallery, in one context: none of them keeps anything."""
    with browser.new_context() as made:
        made.set_default_timeout(PATIENCE_MS)
        serve(made)
        yield made


@pytest.fixture(scope="module")
def one_tab(gallery: BrowserContext) -> Iterator[Page]:
    """A tab for all tests: a new one is a new process of the browser, which costs more than most tests."""
    with gallery.new_page() as page:
        yield page


@pytest.fixture
def tab(one_tab: Page) -> Iterator[Page]:
    """The tab as a new one is: at no page, of the same size, and with no media that a test asked for."""
    fresh = one_tab.viewport_size
    assert fresh
    yield one_tab
    one_tab.goto("about:blank")
    one_tab.emulate_media(
        media="null", color_scheme="null", reduced_motion="null", forced_colors="null"
    )
    one_tab.set_viewport_size(fresh)


@pytest.mark.parametrize("name", NAMES)
def test_accessible_and_whole_at_every_width(tab: Page, name: str) -> None:
    messages: list[str] = []
    tab.on("console", lambda message: messages.append(message.text))
    tab.on("pageerror", lambda error: messages.append(str(error)))
    for language in LANGUAGES:
        opened(tab, name, language)
        assert tab.evaluate("document.documentElement.lang") == language
        for width in WIDTHS:
            tab.set_viewport_size({"width": width, "height": 900})
            assert (width, overflowing(tab)) == (width, [])
        tab.set_viewport_size({"width": 320, "height": 900})
        spaced(tab)
        assert ("spaced", overflowing(tab)) == ("spaced", [])
        opened(tab, name, language)
        tab.emulate_media(color_scheme="light" if language == "nl" else "dark")
        assert (language, problems(tab)) == (language, [])
    # The policy refused nothing: no page has code or style of its own.
    assert messages == []


def test_axe_would_find_a_fault(tab: Page) -> None:
    opened(tab, "states", "nl")
    tab.evaluate("document.querySelector('label[for=reason]').remove()")
    assert any(found.startswith("label") for found in problems(tab))


def test_axe_would_find_pale_text_among_text_that_it_passed(tab: Page) -> None:
    opened(tab, "states", "nl")
    assert problems(tab) == []
    tab.evaluate(
        """() => {
          const [pale, dark] = [document.createElement("p"), document.createElement("p")];
          pale.textContent = dark.textContent = "text";
          document.querySelector("main").append(pale, dark);
          const sheet = new CSSStyleSheet();
          sheet.replaceSync("p.pale { color: #bbb; }");
          document.adoptedStyleSheets = [sheet];
          pale.className = "pale";
        }"""
    )
    for _ in range(2):
        found = problems(tab)
        assert [one.startswith("color-contrast: ['.pale']") for one in found] == [True]


def test_an_overflow_would_be_found(tab: Page) -> None:
    opened(tab, "states", "nl")
    tab.set_viewport_size({"width": 320, "height": 900})
    tab.evaluate(
        """() => {
          const tag = document.createElement("time");
          tag.textContent = "W".repeat(100);
          document.querySelector("main").append(tag);
        }"""
    )
    assert [one.startswith("<time>") for one in overflowing(tab)] == [True]


def test_hostile_values_stay_text(tab: Page) -> None:
    opened(tab, "hostile", "en")
    assert tab.title().startswith(HOSTILE[0])
    assert tab.locator("main script, main img, main td h1").count() == 0
    # What is sent back is what was there, to the last character.
    sent = tab.locator("input[id^=f]").evaluate_all("fields => fields.map(field => field.value)")
    assert sent == list(HOSTILE)
    assert "\N{RIGHT-TO-LEFT OVERRIDE}" not in tab.inner_text("main")
    lines = tab.locator("main td a").evaluate_all(
        "links => links.map(a => a.getBoundingClientRect().width)"
    )
    assert max(lines) < tab.viewport_size["width"]  # type: ignore[index]


def test_a_long_value_opens_by_keyboard(tab: Page) -> None:
    opened(tab, "hostile", "en")
    value = tab.locator("details.long").first
    value.locator("summary").press("Enter")
    assert value.get_attribute("open") is not None
    assert value.locator("p").inner_text() == HOSTILE[3]
    tab.keyboard.press("Escape")
    assert value.get_attribute("open") is None


def test_a_seal_fits_its_words(tab: Page) -> None:
    """Each state of a value and of a seal says in words what its form says."""
    opened(tab, "today", "en")
    said = tab.locator("a.seal").evaluate_all("all => all.map(a => [a.dataset.seal, a.innerText])")
    assert {tuple(pair) for pair in said} == {
        ("contradicted", "does not match"),
        ("proven", "proven"),
        ("unproven", "recorded"),
    }


def test_the_first_stop_leads_to_the_content(tab: Page) -> None:
    opened(tab, "today", "nl")
    tab.keyboard.press("Tab")
    assert tab.evaluate("document.activeElement.className") == "skip"
    assert tab.locator(".skip").bounding_box()["height"] >= 24  # type: ignore[index]
    tab.keyboard.press("Enter")
    assert tab.evaluate("document.activeElement.id") == "main"


def test_errors_of_a_form_are_where_the_reader_begins(tab: Page) -> None:
    opened(tab, "states", "en")
    assert tab.evaluate("document.activeElement.getAttribute('role')") == "alert"
    tab.keyboard.press("Tab")
    tab.keyboard.press("Enter")
    assert tab.evaluate("location.hash") == "#reason"
    field = tab.locator("#reason")
    described = field.get_attribute("aria-describedby") or ""
    told = [tab.locator(f"#{name}").inner_text() for name in described.split()]
    assert told == ["Why you need this value", "Error: State the reason."]


def test_arrows_move_from_act_to_act(tab: Page) -> None:
    opened(tab, "person", "en")
    picture = tab.locator("figure.timeline svg")
    assert picture.locator("a[tabindex='0']").count() == 1
    picture.locator("a[tabindex='0']").focus()

    def lane() -> str | None:
        return tab.evaluate("document.activeElement.closest('[data-lane]').dataset.lane")  # type: ignore[no-any-return]

    assert lane() == "contract"
    first = tab.locator("[data-told]").inner_text()
    tab.keyboard.press("ArrowRight")
    assert (lane(), tab.locator("[data-told]").inner_text() != first) == ("contract", True)
    tab.keyboard.press("ArrowDown")
    assert lane() == "data"
    tab.keyboard.press("End")
    assert lane() == "keeping"
    tab.keyboard.press("Enter")
    tab.wait_for_url("**/e/4")


def test_a_period_is_chosen_by_dragging(tab: Page) -> None:
    opened(tab, "person", "en")
    box = tab.locator("figure.timeline svg").bounding_box()
    assert box
    tab.mouse.move(box["x"] + box["width"] * 0.25, box["y"] + 4)
    tab.mouse.down()
    tab.mouse.move(box["x"] + box["width"] * 0.5, box["y"] + 8)
    tab.mouse.up()
    tab.wait_for_url("**from=2024-11-*&until=2025-07-*")


def test_two_handles_show_what_was_known_when(tab: Page) -> None:
    opened(tab, "person", "en")
    later = tab.locator("figure.timeline .later")
    assert later.count() == 0
    known = tab.locator("#t-recorded")
    known.fill("300")
    by_knowledge = later.count()
    assert by_knowledge > 10
    assert (
        tab.locator("output[for=t-recorded]").inner_text() == "as it was known on 30 December 2024"
    )
    tab.locator("#t-occurred").fill("200")
    assert later.count() > by_knowledge
    tab.get_by_role("button", name="Show the page at this moment").click()
    tab.wait_for_url("**as-of=2024-09-*&recorded-by=2024-12-*")


@pytest.mark.parametrize("language", LANGUAGES)
def test_without_javascript_the_timeline_is_a_picture_with_links_and_a_list(
    browser: Browser, language: Language
) -> None:
    with browser.new_context(java_script_enabled=False) as plain:
        serve(plain)
        page = plain.new_page()
        opened(page, "person", language)
        assert page.locator("figure.timeline svg a").count() > 50
        assert page.locator(".months li a").count() > 20
        assert not page.locator("[data-handles]").is_visible()
        page.locator("#from").fill("2025-01-01")
        page.locator("main .filter button").click()
        # The moment that the page shows stays in the address.
        page.wait_for_url("**/person?as-of=*&recorded-by=*&from=2025-01-01&until=2026-11-28")


def test_print_is_the_list_without_the_frame(tab: Page) -> None:
    opened(tab, "person", "nl")
    tab.emulate_media(media="print")
    hidden = ("nav[aria-label]", "figure.timeline", ".languages", "main .filter")
    assert [name for name in hidden if tab.locator(name).first.is_visible()] == []
    assert tab.locator(".months li").first.is_visible()
    assert tab.locator(".moment strong").is_visible()
    tab.emulate_media(media="screen")


def test_no_motion_for_a_reader_who_wants_none(tab: Page) -> None:
    opened(tab, "today", "nl")
    tab.emulate_media(reduced_motion="reduce")
    assert tab.evaluate("getComputedStyle(document.documentElement).scrollBehavior") == "auto"
    tab.emulate_media(reduced_motion="no-preference")
    assert tab.evaluate("getComputedStyle(document.documentElement).scrollBehavior") == "smooth"


def test_a_form_is_sent_once(tab: Page) -> None:
    opened(tab, "states", "en")
    sent: list[str] = []
    tab.on("request", lambda request: sent.append(request.method))
    tab.locator("#reason").fill("complaint")
    tab.get_by_role("button", name="Record").dblclick()
    tab.wait_for_url("http://console.test/states")
    assert sent.count("POST") == 1


def test_at_first_every_act_is_known(tab: Page) -> None:
    """Also those that were recorded after the period that the picture shows."""
    opened(tab, "person", "nl")
    assert tab.locator("figure.timeline [data-known]").count() > 100
    assert tab.locator("figure.timeline .later").count() == 0
