"""No role stops the console by asking: long answers wait for a turn, and looks cost no others anything."""

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
from starlette.requests import Request

import application.remembered
import web.app
from host import long_answers
from host.long_answers import LONGEST_S
from host.wiring import open_site
from ledger.errors import Busy
from ledger.storage.postgres import Session
from tests.web.console import ORIGIN, Client, Consoled
from web import answering
from web.context import RequestContext
from web.logins.limits import LOOKS, Limiter
from web.logins.origin import Origin
from web.principals import Principal

WHO, OTHER = "customer/10003", "customer/10004"
PERSON = f"/api/v1/persons/{WHO}"


@pytest.fixture(autouse=True)
def little_is_long(monkeypatch: pytest.MonkeyPatch) -> None:
    """What takes more than 300 rows is long here, and nobody waits for a turn that is taken."""
    monkeypatch.setattr(long_answers, "SHORT_ROWS", 300)
    monkeypatch.setattr(long_answers, "TURN_S", 0.0)
    # Nothing is so short that it is done for each answer.
    monkeypatch.setattr(application.remembered, "SHORT_S", 0.0)


@contextmanager
def taken(console: Consoled) -> Iterator[None]:
    """Somebody else has the turn."""
    console.pool._long.take("employee/another")
    try:
        yield
    finally:
        console.pool._long.give("employee/another")


LONG = [
    ("/api/v1/findings", {"as_of": "2026-01-01T00:00:00Z"}),
    ("/api/v1/register", {"at_position": "900"}),
    ("/api/v1/register/subscription-management", {"at_position": "900"}),
    ("/api/v1/lint", {}),
    ("/api/v1/transfers", {}),
    ("/findings", {"as_of": "2026-01-01T00:00:00Z"}),
    ("/findings", {"as_of": "2026-01-01T00:00:00Z", "format": "csv"}),
    ("/lint", {}),
    ("/transfers", {}),
    ("/retention", {"format": "json"}),
]


@pytest.mark.parametrize(("path", "asked"), LONG, ids=str)
def test_a_long_answer_waits_for_its_turn_and_others_do_not(
    sampled: Consoled, path: str, asked: dict[str, str]
) -> None:
    officer = sampled.as_("privacy-officer", "employee/901")
    with taken(sampled):
        refused = officer.get(path, **asked)
        assert refused.status_code == 503, refused.text[:200]
        assert refused.headers["retry-after"] == "1"
        again = {"limit": "7", "rule": "law.retention.passed"} if path.endswith("s") else {}
        assert officer.get(path, **again, **asked).status_code in {400, 503}
        assert officer.http.head(f"{PERSON}/state").status_code == 200
        assert officer.get("/requests").status_code == 200
    assert officer.get(path, **asked).status_code == 200
    assert not sampled.pool._long._readers


def test_each_reader_has_one_long_answer_at_a_time(sampled: Consoled) -> None:
    officer = sampled.as_("privacy-officer", "employee/901")
    sampled.pool._long.take("employee/901")
    assert officer.get("/api/v1/lint").status_code == 503
    sampled.pool._long.give("employee/901")
    assert officer.get("/api/v1/lint").status_code == 200


def test_an_answer_ends_when_its_client_goes_away(
    sampled: Consoled, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answering, "WATCH_S", 0.001)
    here = [True]

    async def receive() -> dict[str, str]:
        while here:
            await asyncio.sleep(0.001)
        return {"type": "http.disconnect"}

    request = Request(
        {"type": "http", "method": "GET", "headers": [], "query_string": b""}, receive
    )
    request.state.session = None
    principal = request.state.principal = Principal(
        "employee/77", "auditor", "staff", "oidc", datetime.max.replace(tzinfo=UTC)
    )

    def work(context: RequestContext) -> None:
        here.clear()
        while True:  # it reads on until somebody ends it
            context.site.session("reader").row("head")

    asked = sampled.console.desk.answer(request, principal, work)
    with ThreadPoolExecutor(1) as thread, pytest.raises(Busy, match="went away"):
        thread.submit(asyncio.run, asked).result()
    assert not sampled.pool._long._readers


def test_a_statement_of_the_console_ends_by_itself_and_one_of_a_command_does_not(
    sampled: Consoled,
) -> None:
    def limit(session: Session) -> Any:
        return session._connection.execute("SHOW statement_timeout").fetchone()

    with sampled.site() as site:
        assert limit(site.session("reader")) == (f"{LONGEST_S / 60:.0f}min",)
        assert limit(site.session("projector")) == ("0",)
    with open_site(sampled.pool.settings) as site:
        assert limit(site.session("reader")) == ("0",)


SHOW_NONE = (
    *("/state", "/consents", "/channels", "/disclosures", "/requests", "/comparison"),
    *("/credit-check", "/portability"),
)


def rows(client: Client, path: str, counted: list[int], **asked: str) -> int:
    """How many rows an answer takes."""
    counted.clear()
    assert client.get(path, **asked).status_code in {200, 404}, path  # a role has not all of them
    return sum(counted)


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    found: list[int] = []
    took = long_answers.Asking.took

    def counting(self: Any, number: int) -> None:
        found.append(number)
        took(self, number)

    monkeypatch.setattr(long_answers.Asking, "took", counting)
    return found


@pytest.mark.parametrize("role", ["privacy-officer", "helpdesk-agent"])
def test_looks_at_a_person_cost_no_answer_that_shows_none(
    sampled: Consoled, counted: list[int], role: str
) -> None:
    client, looking = sampled.as_(role), sampled.as_("auditor", "employee/903")
    person = sampled.as_("data-subject", WHO, "data-subject")
    asked = [
        *((f"{PERSON}{part}", {}) for part in SHOW_NONE),
        *((f"{PERSON}{part}", {"as_of": "2026-05-01T00:00:00Z"}) for part in SHOW_NONE[:5]),
    ]
    own = ["/api/v1/me", "/api/v1/me/consents", "/api/v1/me/disclosures", "/api/v1/me/requests"]
    before = [rows(client, path, counted, **more) for path, more in asked]
    before += [rows(person, path, counted) for path in own]
    for _ in range(60):
        assert looking.http.head(f"{PERSON}/state").status_code == 200
    assert sampled.reads() >= 60
    client.get(f"{PERSON}/state")  # the views come up
    after = [rows(client, path, counted, **more) for path, more in asked]
    after += [rows(person, path, counted) for path in own]
    assert after == before
    shown = rows(client, f"{PERSON}/history", counted, limit="200")
    assert shown > 60


def test_a_reader_looks_at_a_person_so_often_and_no_more(
    sampled: Consoled, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert LOOKS == 600
    monkeypatch.setattr(sampled.console.desk, "_looks", Limiter(3, 3600.0))
    officer = sampled.as_("privacy-officer", "employee/904")
    sampled.reads()
    for path in (f"{PERSON}/state", f"{PERSON}/consents", f"/persons/{WHO}"):
        assert officer.get(path).status_code == 200
    refused = officer.get(f"{PERSON}/state")
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "5")
    assert officer.get(f"/persons/{WHO}").status_code == 429
    assert officer.http.head(f"{PERSON}/state").status_code == 429
    assert sampled.reads() == 3, "what is refused is not noted"
    assert officer.get(f"/api/v1/persons/{OTHER}/state").status_code == 200
    assert sampled.as_("privacy-officer", "employee/905").get(f"/persons/{WHO}").status_code == 200
    for _ in range(5):
        assert officer.get("/api/v1/requests").status_code == 200


def test_pages_and_the_interface_share_a_number_of_requests(
    sampled: Consoled, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(web.app, "REQUESTS", 3)
    made = Consoled.__new__(Consoled)
    made._now = sampled._now
    made.pool, made.console = sampled.pool, web.app.Console(sampled.pool, Origin.read(ORIGIN))
    officer = made.as_("privacy-officer", "employee/906")
    asked = [officer.get(path).status_code for path in ("/roles", "/requests", "/api/v1/roles")]
    assert asked == [404, 200, 200]
    assert officer.get("/holds").status_code == 200
    assert officer.get("/holds").status_code == 429
    assert officer.get("/api/v1/roles").status_code == 429
    assert made.as_("privacy-officer", "employee/907").get("/holds").status_code == 200
