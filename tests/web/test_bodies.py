"""Bodies of requests never fill the memory: their sum is bounded, over all clients and for each."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from consumers.posts import MOST_BYTES
from tests.web.console import ORIGIN, Consoled
from tests.web.programs import Programs
from tests.web.test_api_intake import BATCHED, PATH, event, post
from web.bodies import MOST_HELD, MOST_OF_ONE

PART = b" " * (64 * 1024)
POST = MOST_BYTES - len(PART)
"""A post that is nearly as large as one may be."""


class Slow:
    """A client that sends most of a body, and then the end of it only when it is told to."""

    def __init__(self, app: Any, address: str, path: str, headers: Mapping[str, str]) -> None:
        self._app, self.sent, self.status = app, 0, 0
        self.headers: dict[str, str] = {}
        self._end, self.waits = asyncio.Event(), asyncio.Event()
        named = {"host": ORIGIN.partition("//")[2], **headers}
        self._scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": "POST",
            "scheme": "http",
            "path": path,
            "raw_path": path.encode(),
            "query_string": b"",
            "headers": [(name.encode(), text.encode()) for name, text in named.items()],
            "client": (address, 50_000),
            "server": ("127.0.0.1", 8463),
        }

    async def run(self) -> None:
        await self._app(self._scope, self._receive, self._send)
        self.waits.set()

    def end(self) -> None:
        self._end.set()

    async def _receive(self) -> dict[str, Any]:
        if self.sent < POST:
            self.sent += len(PART)
            return {"type": "http.request", "body": PART, "more_body": True}
        self.waits.set()
        await self._end.wait()
        return {"type": "http.request", "body": b"", "more_body": False}

    async def _send(self, message: Any) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.headers = {name.decode(): text.decode() for name, text in message["headers"]}


def held_by(
    console: Consoled, addresses: list[str], path: str, then: Callable[[], Awaitable[None]]
) -> list[Slow]:
    """Slow clients, one after the other; `then` is done while all of them hold what was taken."""
    token = dict(Programs(console).client("crm", "ledger", "ledger-events").headers)
    headers = {"authorization": token["authorization"], "content-type": BATCHED}

    async def all_of_them() -> list[Slow]:
        clients, running = [], []
        for address in addresses:
            client = Slow(console.console.app, address, path, headers)
            running.append(asyncio.create_task(client.run()))
            await client.waits.wait()
            clients.append(client)
        assert console.console.room.held <= MOST_HELD
        await then()
        for client in clients:
            client.end()
        await asyncio.gather(*running)
        return clients

    # In a thread of its own: a browser of other tests has its loop in this one.
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, all_of_them()).result()


async def nothing() -> None:
    pass


def test_many_slow_clients_hold_no_more_than_there_is_room_for(empty: Consoled) -> None:
    addresses = [f"192.0.2.{number}" for number in range(20)]
    clients = held_by(empty, addresses, PATH, nothing)
    turned_away = [client for client in clients if client.status == 503]
    assert len(turned_away) == len(clients) - MOST_HELD // POST
    assert all(client.headers["retry-after"] == "1" for client in turned_away)
    assert {client.status for client in clients} == {400, 503}, "a body of blanks is no batch"
    assert empty.console.room.held == 0
    crm = Programs(empty).client("crm", "ledger", "ledger-events")
    assert post(crm, event(7)).status_code == 200, "there is room again"


def test_one_client_leaves_room_for_the_others(empty: Consoled) -> None:
    taken: list[int] = []

    async def another() -> None:
        taken.append(empty.console.room.held)
        empty.console.room.take("192.0.2.9", MOST_BYTES)
        empty.console.room.give_back("192.0.2.9", MOST_BYTES)

    clients = held_by(empty, ["192.0.2.8"] * 8, PATH, another)
    assert sum(client.status == 503 for client in clients) == 8 - MOST_OF_ONE // POST
    assert taken[0] <= MOST_OF_ONE


@pytest.mark.parametrize(
    "path", ["/persons/look-up", "/login/link", "/no-page", "/api/v1/me/requests"]
)
def test_forms_and_other_bodies_count_as_well(empty: Consoled, path: str) -> None:
    """Each is refused by itself as too long, and holds nothing then; without room it gets 503."""
    empty.console.room.take("192.0.2.10", MOST_OF_ONE)
    empty.console.room.take("192.0.2.11", MOST_OF_ONE)
    (client,) = held_by(empty, ["192.0.2.12"], path, nothing)
    assert (client.status, client.sent) in {(503, len(PART)), (404, 0)}
    assert empty.console.room.held == MOST_HELD
