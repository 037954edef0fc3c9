"""An answer that ends says so on each answer, half a year before, and names what takes its place."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime

import pytest
from msgspec.structs import replace

from tests.web.console import Client, Consoled
from web.api.openapi import document
from web.api.routing import resource_route
from web.logins.limits import Limiter
from web.resource import Ending
from web.resources.disclosures import recipients_shown, transfers_shown
from web.resources.listed import RESOURCES

ENDING = Ending(since=date(2026, 12, 1), until=date(2027, 6, 30), instead="/parties")
OLD = replace(recipients_shown, path="/old-recipients", ending=ENDING)


@pytest.fixture
def client(sampled: Consoled) -> Iterator[Client]:
    """An auditor at a console that has one more answer: one that ends."""
    routes = sampled.console.app.router.routes
    routes.insert(0, resource_route(sampled.console.desk, OLD, Limiter(100, 60.0)))
    yield sampled.as_("auditor")
    del routes[0]


def test_each_answer_of_an_address_that_ends_says_so(sampled: Consoled, client: Client) -> None:
    given = client.get("/api/v1/old-recipients", limit="2")
    assert given.status_code == 200
    same = client.http.get(
        "/api/v1/old-recipients?limit=2", headers={"if-none-match": given.headers["etag"]}
    )
    wrong = client.get("/api/v1/old-recipients", unknown="x")
    unknown = sampled.nobody().get("/api/v1/old-recipients")
    method = client.http.request("OPTIONS", "/api/v1/old-recipients")
    answers = {200: given, 304: same, 400: wrong, 401: unknown, 204: method}
    for status, answer in answers.items():
        assert answer.status_code == status
        assert answer.headers["deprecation"] == "@1796083200"
        sunset = parsedate_to_datetime(answer.headers["sunset"])
        assert sunset == datetime(2027, 7, 1, tzinfo=UTC)
    links = given.headers["link"].split(", ")
    assert links[-1] == '</api/v1/parties>; rel="successor-version"'
    assert links[0].endswith('rel="next"')


def test_other_answers_say_nothing_of_it(client: Client) -> None:
    answer = client.get("/api/v1/recipients")
    assert not {"deprecation", "sunset"} & set(answer.headers)


def test_the_description_says_which_answer_ends() -> None:
    paths = document((OLD, transfers_shown), ())["paths"]
    ends, stays = (paths[path]["get"] for path in ("/old-recipients", "/transfers"))
    assert ends["deprecated"] is True
    assert {"Deprecation", "Sunset", "Link"} <= set(ends["responses"]["200"]["headers"])
    assert "deprecated" not in stays
    assert "Sunset" not in stays["responses"]["200"]["headers"]


def test_an_answer_that_takes_the_place_of_another_is_there() -> None:
    """Nothing ends yet; who lets an answer end names here, too, what takes its place."""
    paths = {resource.path for resource in RESOURCES}
    assert {one.ending.instead for one in RESOURCES if one.ending} <= paths


def test_no_answer_ends_within_half_a_year() -> None:
    with pytest.raises(ValueError, match="half a year"):
        Ending(since=date(2026, 12, 1), until=date(2027, 5, 31), instead="/parties")
