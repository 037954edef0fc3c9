"""A form whose login ended meanwhile: it does nothing, and nothing is lost of what was typed."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, expect

from tests.fixtures.postgres import Templates
from tests.web.browser import problems
from tests.web.live import listening
from tests.web.office import Office, english, fields_of, filled, office
from web.app import keeps_what_was_typed
from web.pages.listed import FORMS, QUESTIONS

OPEN = "/acts/open-request"
LETTER = "An hour of typing, with <b> and 'quotes'. \N{RIGHT-TO-LEFT OVERRIDE}"
WRITTEN = ("subject", "right", "channel", "letter")


@pytest.fixture(scope="module")
def desk(
    embedded_templates: Templates, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Office]:
    with office(embedded_templates, tmp_path_factory.mktemp("ended") / "keys") as made:
        yield made


def typed(desk: Office) -> dict[str, Any]:
    """A form that somebody filled in."""
    return filled(
        desk.officer, OPEN, subject=desk.person(), right="access", channel="post", letter=LETTER
    )


def written(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: fields[name] for name in WRITTEN}


def acts(desk: Office, fields: dict[str, Any]) -> int:
    """How many requests of the person are recorded."""
    names = [act["act"] for act in desk.acts(fields["subject"])]
    return names.count("rights-request-received")


def test_what_came_after_the_login_had_ended_goes_on_with_the_next_one(desk: Office) -> None:
    fields = typed(desk)
    ended = english(desk.nobody()).post(OPEN, **fields)
    assert (ended.status_code, acts(desk, fields)) == (403, 0)
    assert "You are logged out" in ended.text
    kept = fields_of(ended)
    assert written(kept) == written(fields)
    assert "no-store" in ended.headers["cache-control"]

    # The next login has a token of its own, which the page that was kept does not know.
    officer = desk.officer
    again = officer.post(OPEN, csrf="", **kept)
    assert (again.status_code, acts(desk, fields)) == (403, 0)
    assert "filled in with an earlier login" in again.text
    filled_in = fields_of(again)
    assert written(filled_in) == written(fields)
    assert officer.post(OPEN, **filled_in).status_code == 303
    assert acts(desk, fields) == 1


def test_with_the_token_of_another_login_no_form_does_anything(desk: Office) -> None:
    paths = [(form.path, form.page is not None) for form in FORMS]
    paths += [(question.path, True) for question in QUESTIONS]
    before = desk.officer.api("/operations")["position"]
    for path, keeps in paths:
        address = re.sub(r"\{\w+\}", "X-1", path)
        assert keeps_what_was_typed(address) == keeps, path
        answer = desk.officer.post(address, csrf="of another login", change="", seen="x")
        assert answer.status_code in {400, 403, 404}, (path, answer.status_code)
    assert desk.officer.api("/operations")["position"] == before


def test_a_person_logs_in_beside_and_goes_on(desk: Office, context: BrowserContext) -> None:
    who = desk.person()
    with listening(desk.pool) as served:
        served.log_in(context, "privacy-officer")
        page = context.new_page()
        page.goto(served.address + OPEN)
        page.fill("#subject", who)
        page.locator("[name=right]").first.select_option("access")
        page.locator("[name=channel]").first.select_option("post")
        page.fill("#letter", LETTER)
        served.console.logins.house.sessions.end_where(lambda _session: True)
        page.get_by_role("button", name="Record the request").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("You are logged out")
        assert problems(page) == []
        with context.expect_page() as beside:
            page.get_by_role("link", name="Log in again").click()
        expect(beside.value.get_by_role("heading", level=1)).to_have_text("Log in")
        served.log_in(context, "privacy-officer")
        page.get_by_role("button", name="Go on with what I typed").click()
        expect(page.locator("#letter")).to_have_value(LETTER)
        page.get_by_role("button", name="Record the request").click()
        page.wait_for_url("**/requests/*")
        assert acts(desk, {"subject": who}) == 1
