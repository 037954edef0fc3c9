"""A console that listens, for a real browser: what `ledger serve` runs, over a ledger of a test."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import uvicorn
from playwright.sync_api import BrowserContext

from host.pool import SitePool
from tests.web.console import clock
from web.app import Console
from web.logins.origin import Origin
from web.principals import Kind, Principal


class Live:
    """A console at its address."""

    def __init__(self, console: Console, address: str) -> None:
        self.console = console
        self.address = address

    def log_in(
        self,
        context: BrowserContext,
        role: str,
        reference: str = "employee/900",
        kind: Kind = "staff",
        language: str = "en",
    ) -> None:
        """Let the browser of a context be somebody's, whom the register need not know."""
        until = clock() + timedelta(hours=1)
        principal = Principal(reference, role, kind, "oidc", until, judged=False)
        house = self.console.logins.house
        secret, _ = house.sessions.begin(principal)
        cookies = [(house.cookies.session, secret), ("language", language)]
        context.add_cookies(
            [{"name": name, "value": text, "url": self.address} for name, text in cookies]
        )


@contextmanager
def listening(pool: SitePool, listener: socket.socket | None = None) -> Iterator[Live]:
    """Serve a console on a free port until the block ends. `listener`: bound to one already."""
    if listener is None:
        listener = socket.socket()
        listener.bind(("127.0.0.1", 0))
    address = f"http://127.0.0.1:{listener.getsockname()[1]}"
    console = Console(pool, Origin.read(address))
    config = uvicorn.Config(console.app, log_level="error", lifespan="off", ws="none")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, args=([listener],))
    thread.start()
    try:
        while not server.started:
            thread.join(0.01)
            assert thread.is_alive()
        yield Live(console, address)
    finally:
        server.should_exit = True
        thread.join()
        listener.close()
