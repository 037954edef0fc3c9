"""No answer over HTTP tells of a secret order: not that of the person, nor that of who asks about persons."""

import os
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from host.settings import read_settings
from host.site import Site
from host.wiring import utc_now
from tests.fixtures.console import Cli
from tests.fixtures.two_ledgers import WHO, secrecy
from tests.integration.test_no_tell_tale import (
    OTHER,
    Secret,
    house,
    order_in_force,
)
from tests.web import console
from tests.web.console import Client, Consoled
from tests.web.test_portal import done
from tests.web.test_portal_pages import OWN_PAGES, plain
from web.api.own import DEEDS
from web.pages.listed import PAGES
from web.portal import HOME, is_own
from web.principals import DATA_SUBJECT
from web.resources.listed import RESOURCES
from web.resources.own import RESOURCES as OWN

__all__ = ["house"]

OFFICE_PAGES = [
    page.path
    for page in PAGES
    # What runs is told with the number of looks that wait to be recorded: those of this test.
    if "{" not in page.path and not is_own(page.path) and page.path != "/operations"
]
PERSONAL = tuple(resource.path for resource in RESOURCES if resource.is_personal)


@pytest.fixture
def served(house: tuple[Cli, Secret], monkeypatch: pytest.MonkeyPatch) -> Iterator[Consoled]:
    """A console over the open ledger. Its clock stands still, as answers say when they were made."""
    now = utc_now()
    monkeypatch.setattr(console, "clock", lambda: now)
    texts = {name: text for name, text in os.environ.items() if name.startswith("LEDGER_")}
    made = Consoled(read_settings(texts, house[0].folder))
    yield made
    made.close()


def own(served: Consoled, reference: str = WHO) -> Client:
    return served.as_(DATA_SUBJECT, reference, "data-subject")


def answers(served: Consoled) -> dict[str, bytes]:
    """What the person, and those who may ask about persons, get: status, headers that differ, content."""
    found: dict[str, bytes] = {}
    addresses = [resource.path.replace("{id}", "no-such-act") for resource in OWN]
    asked = [("me", own(served), address) for address in addresses]
    for role in ("privacy-officer", "auditor", "helpdesk-agent"):
        asked += [(role, served.as_(role), path.replace("{kind}/{id}", WHO)) for path in PERSONAL]
    for who, client, path in asked:
        response = client.get(f"/api/v1{path}")
        assert response.status_code < 500
        head = f"{response.status_code} {response.headers.get('etag')} ".encode()
        found[f"{who} {path}"] = head + response.content
    customer = own(served)
    for path in OWN_PAGES:
        response = customer.get(path)
        assert response.status_code == 200, path
        found[f"page {path}"] = plain(response.text).encode()
    officer = served.as_("privacy-officer")
    for path in OFFICE_PAGES:
        found[f"page {path}"] = plain(officer.get(path).text).encode()
    for what in ("access.html", "access.json", "portability.csv", "portability.json"):
        response = customer.post(f"{HOME}/download", what=what)
        assert response.status_code == 200, what
        found[f"download {what}"] = response.content
    # The looks of this walk are shown as well; the next one is asked of a ledger without them.
    with psycopg.connect(os.environ["LEDGER_DATABASE_URL"]) as connection:
        connection.execute("DELETE FROM ledger_main.read_notes")
    return found


def test_a_secret_order_changes_no_byte_of_any_answer_over_http(
    house: tuple[Cli, Secret], served: Consoled, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, secret = house
    # A document that is handed out ends visits; here each walk is asked of the same events.
    monkeypatch.setattr(Site, "record_reads", lambda _site, **_ended: 0)
    without = answers(served)
    assert len(without) > 25
    secret.tell(*order_in_force())
    assert answers(served) == without
    secret.tell(secrecy("lifted", "2026-11-26T10:00:00Z"))
    assert answers(served) == without


def test_acts_of_a_person_with_an_order_are_answered_like_those_of_another(
    house: tuple[Cli, Secret], served: Consoled
) -> None:
    _, secret = house
    secret.tell(*order_in_force())

    def acted(reference: str) -> list[Any]:
        client = own(served, reference)
        told = [done(client, deed.path, deed.example, "during-order") for deed in DEEDS]
        return [(sorted(answer), answer["act"]) for answer in told]

    assert acted(WHO) == acted(OTHER)
    requests = [own(served, who).api("/me/requests")["requests"] for who in (WHO, OTHER)]
    named = {"request_ref", "subject", "data_subject"}
    assert [
        {name: value for name, value in row.items() if name not in named} for row in requests[0]
    ] == [{name: value for name, value in row.items() if name not in named} for row in requests[1]]


def test_after_the_hand_over_the_person_is_told(
    house: tuple[Cli, Secret], served: Consoled
) -> None:
    """So the comparison of the three states is no sieve."""
    cli, secret = house
    without = answers(served)
    secret.tell(*order_in_force(), secrecy("lifted", "2026-11-26T10:00:00Z"))
    file = cli.folder / "lifted.ndjson"
    file.write_bytes(b"\n".join(secret.lifted()) + b"\n")
    assert cli("ingest", "--signed", str(file), "--json").json["recorded"] == 1
    told = answers(served)
    name = "me /me/disclosures"
    assert told[name] != without[name]
    assert b'"police"' in told[name]
    assert b'"police"' not in without[name]
