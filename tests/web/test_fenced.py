"""A console whose database contradicts the log: acts fail as unavailable, and say the way out."""

from collections.abc import Iterator
from contextlib import closing

import psycopg
import pytest

from tests.fixtures.console import collected, registered
from tests.web.console import Client, Consoled
from tests.web.programs import Programs

SAID = "the database ends at position 2, and position 3 is published"
WAY_OUT = "`ledger restore` into a new database brings the entries back from the log"
OPEN = "/acts/open-request"


@pytest.fixture
def fenced(empty: Consoled) -> Iterator[Consoled]:
    """Three events are published, and the database is one as it was after the second."""
    empty.record(registered(), collected(), registered("customer/2"))
    with empty.site() as site, closing(site.publisher()) as publisher:
        publisher.publish_once()
    settings = empty.pool.settings
    with psycopg.connect(str(settings.database_url), autocommit=True) as superuser:
        for table in ("events", "head"):
            superuser.execute(f"ALTER TABLE ledger_main.{table} DISABLE TRIGGER ALL".encode())
        superuser.execute("DELETE FROM ledger_main.events WHERE notification_id > 2")
        superuser.execute("UPDATE ledger_main.head SET position = 2")
    with closing(Consoled(settings)) as console:
        yield console


@pytest.fixture
def office(fenced: Consoled) -> Client:
    return fenced.as_("privacy-officer")


def test_a_form_is_refused_with_the_way_out(office: Client) -> None:
    sent = office.post(OPEN, subject="customer/10023", right="access", channel="post")
    assert sent.status_code == 503, sent.text
    assert "de database eindigt bij positie 2, en positie 3 is gepubliceerd" in sent.text
    assert "retry-after" not in sent.headers, "asking again does not help"


def test_a_program_gets_a_problem_document(fenced: Consoled) -> None:
    crm = Programs(fenced).client("crm", "ledger", "ledger-events")
    event = registered("customer/3", source="urn:voipzeker:crm")
    headers = {"content-type": "application/cloudevents+json"}
    sent = crm.post("/api/v1/events", json=event, headers=headers)
    assert sent.status_code == 503, sent.text
    assert sent.headers["content-type"] == "application/problem+json"
    problem = sent.json()
    assert problem["code"] == "unavailable"
    assert SAID in problem["detail"]
    assert WAY_OUT in problem["detail"]
    assert "retry-after" not in sent.headers


def test_pages_go_on(office: Client) -> None:
    for path in ("/", "/persons/customer/10023", "/disclosures", "/operations"):
        assert office.get(path).status_code == 200, path


def test_a_customer_is_told_without_technical_words(fenced: Consoled) -> None:
    customer = fenced.as_("data-subject", "customer/10023", "data-subject")
    sent = customer.post("/my/requests/new/access", once="a-form-of-tests")
    assert sent.status_code == 503, sent.text
    assert "niets vast" in sent.text
    assert "restore" not in sent.text
    assert "database" not in sent.text
