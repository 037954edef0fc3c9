"""The console over a ledger, without a server: clients of each role talk to its program in this process."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from io import BytesIO
from itertools import count
from pathlib import Path
from typing import Any

import httpx2
import orjson
import pytest
from starlette.testclient import TestClient

from application.following import bring_up_to_date
from consumers.files import ingest
from host.pool import SitePool
from host.settings import Settings, read_settings
from host.site import Site
from host.wiring import install_site, open_site
from ledger.clocks import Clocks
from sample import generating
from tests.fixtures.postgres import Templates
from web.app import Console
from web.logins.origin import Origin
from web.logins.sessions import Session
from web.principals import Kind, Principal

ORIGIN = "http://127.0.0.1:8463"
NOW = datetime(2026, 6, 1, 9, 0, tzinfo=UTC)
"""The end of the sample's three years, and the time of the console's first request."""
EVENTS = generating.DEFAULT_EVENTS


_TICKS = count()


def clock() -> datetime:
    """A clock that begins at NOW, and goes on a little each time that it is asked."""
    return NOW + next(_TICKS) * timedelta(milliseconds=1)


class Client:
    """One person at one console. Forms bring the session's token, and pages the browser's headers."""

    def __init__(self, console: Console, principal: Principal | None) -> None:
        self.http = TestClient(
            console.app, base_url=ORIGIN, follow_redirects=False, raise_server_exceptions=True
        )
        self.session: Session | None = None
        if principal is not None:
            house = console.logins.house
            secret, self.session = house.sessions.begin(principal)
            self.http.cookies.set(house.cookies.session, secret)

    def get(self, path: str, **parameters: str) -> httpx2.Response:
        """A page. Parameters with `_` are written with `-`."""
        named = {name.replace("_", "-"): value for name, value in parameters.items()}
        return self.http.get(path, params=named)

    def post(self, path: str, **fields: Any) -> httpx2.Response:
        """What a form of a page sends."""
        token = {"csrf": self.session.csrf} if self.session else {}
        headers = {"origin": ORIGIN, "sec-fetch-site": "same-origin"}
        return self.http.post(path, data={**token, **fields}, headers=headers)

    def api(self, path: str, **parameters: str) -> Any:
        """An answer of the API, which must be one."""
        response = self.get(f"/api/v1{path}", **parameters)
        assert response.status_code == 200, response.text
        return response.json()

    def parts(self, path: str, **parameters: str) -> Iterator[Any]:
        """The answers of the API that make up a list, as each leads to the next one."""
        answer = self.api(path, **parameters)
        yield answer
        while answer["next"] is not None:
            response = self.http.get(answer["next"])
            assert response.status_code == 200, response.text
            answer = response.json()
            yield answer


class Consoled:
    """A console over one ledger."""

    def __init__(self, settings: Settings, now: Callable[[], datetime] | None = None) -> None:
        self._now = now or clock  # looked up now: a test may have stopped the clock
        self.pool = SitePool(settings, 4, self._now)
        self.console = Console(self.pool, Origin.read(ORIGIN))

    def as_(
        self,
        role: str,
        reference: str = "employee/900",
        kind: Kind = "staff",
        *,
        judged: bool = False,
    ) -> Client:
        """A client who is logged in. `judged`: whether the register must grant the role."""
        until = self._now() + timedelta(hours=1)
        return Client(self.console, Principal(reference, role, kind, "oidc", until, judged))

    def nobody(self) -> Client:
        """A client who is not logged in."""
        return Client(self.console, None)

    @contextmanager
    def site(self) -> Iterator[Site]:
        """A site of the ledger itself."""
        with self.pool.site() as site:
            yield site

    def record(self, *messages: Mapping[str, Any]) -> None:
        """Ingest events as a file of the privacy office's systems."""
        content = b"\n".join(orjson.dumps(dict(message)) for message in messages)
        with self.site() as site:
            result = ingest(
                site.open_recorder, [("test", BytesIO(content))], site.intake, Clocks(site.clock)
            )
            assert not result.rejections, result.rejections
            bring_up_to_date(site)

    def reads(self) -> int:
        """End all visits and record what was read; how many looks that were."""
        with self.site() as site:
            return site.record_reads(ended="")

    def close(self) -> None:
        """Close every session of the database."""
        self.pool.close()


def console_settings(url: str, keys: Path, **more: str) -> Settings:
    """Settings of a ledger in a database of a test."""
    texts = {"DATABASE_URL": url, "KEY_DIR": str(keys), "LOG_DIR": str(keys / "tlog"), **more}
    named = {f"LEDGER_{name}": text for name, text in texts.items()}
    return read_settings(named, keys / "data")


def _sample() -> Iterator[dict[str, Any]]:
    return generating.generate(
        seed=generating.DEFAULT_SEED,
        customers=generating.DEFAULT_CUSTOMERS,
        events=EVENTS,
        until=NOW,
    )


def fill_with_sample(url: str, keys: Path) -> None:
    """A ledger with the sample in it, its views and its published log."""
    settings = console_settings(url, keys)
    install_site(settings, clock)
    lines = BytesIO()
    generating.write(_sample(), lines)
    lines.seek(0)
    with open_site(settings, clock) as site:
        ingest(site.open_recorder, [("sample", lines)], site.intake, Clocks(site.clock))
        bring_up_to_date(site)
        with closing(site.publisher()) as publisher:
            publisher.publish_once()


@pytest.fixture(scope="module")
def sampled(
    embedded_templates: Templates, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Consoled]:
    """A console over a copy of the sample, for the tests of one module."""
    keys = tmp_path_factory.mktemp("console") / "keys"
    with embedded_templates.of("sampled", fill_with_sample, keys) as url:
        made = Consoled(console_settings(url, keys))
        try:
            yield made
        finally:
            made.close()


@pytest.fixture
def empty(embedded_templates: Templates, tmp_path: Path) -> Iterator[Consoled]:
    """A console over a new ledger without an event."""

    def installed(url: str, keys: Path) -> None:
        install_site(console_settings(url, keys), clock)

    keys = tmp_path / "keys"
    with embedded_templates.of("console_empty", installed, keys) as url:
        made = Consoled(console_settings(url, keys))
        try:
            yield made
        finally:
            made.close()
