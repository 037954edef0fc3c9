"""Who does not take an answer keeps no connection."""

import asyncio
import socket
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

import pytest
from uvicorn.config import Config
from uvicorn.server import ServerState

from web.logins import peers
from web.logins.peers import PeerProtocol


async def _nothing(_scope: Any, _receive: Any, _send: Any) -> None:
    """An application that is never asked."""


def _watched(application: Any = _nothing) -> tuple[PeerProtocol, asyncio.Event]:
    """A protocol of the running loop, and the end of its connection."""
    config = Config(application, log_config=None, lifespan="off", ws="none", interface="asgi3")
    config.timeout_keep_alive = 0
    config.load()
    protocol = PeerProtocol(config, ServerState(), {}, asyncio.get_running_loop())
    ended, lost = asyncio.Event(), protocol.connection_lost

    def noted(exc: Exception | None) -> None:
        lost(exc)
        ended.set()

    protocol.connection_lost = noted  # type: ignore[method-assign]
    return protocol, ended


async def _flooded(taken: bool) -> None:
    """Return once a connection with much to take has ended."""
    loop, (ours, theirs) = asyncio.get_running_loop(), socket.socketpair()
    protocol, ended = _watched()
    transport, _ = await loop.create_connection(lambda: protocol, sock=ours)
    theirs.setblocking(False)
    size = 4_000_000
    transport.write(bytes(size))
    assert protocol._taking is not None
    if taken:
        while size:
            size -= len(await loop.sock_recv(theirs, 1 << 20))
        assert protocol._taking is None
        transport.abort()
    await asyncio.wait_for(ended.wait(), 60)
    theirs.close()
    assert protocol._taking is None


def _run(flooded: Coroutine[Any, Any, None]) -> None:
    """In a thread of its own: a browser of another test may have left a loop in this one."""
    with ThreadPoolExecutor(max_workers=1) as own:
        own.submit(asyncio.run, flooded).result()


def test_who_does_not_take_an_answer_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(peers, "TAKE_S", 0.1)
    _run(_flooded(taken=False))


def test_who_takes_it_is_not() -> None:
    _run(_flooded(taken=True))


async def _answered(_scope: Any, _receive: Any, send: Any) -> None:
    """An application whose answer is short."""
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": bytes(1_000)})


async def _short_rest(request: bytes) -> None:
    """Return once a connection has ended whose answer is short, and not taken."""
    loop, (ours, theirs) = asyncio.get_running_loop(), socket.socketpair()
    protocol, ended = _watched(_answered)
    ours.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1)
    ours.setblocking(False)
    with suppress(BlockingIOError):
        while True:
            ours.send(bytes(1_000))
    await loop.create_connection(lambda: protocol, sock=ours)
    theirs.setblocking(False)
    await loop.sock_sendall(theirs, request)
    await asyncio.wait_for(ended.wait(), 60)
    assert protocol._taking is None, "so little pauses no writing"
    theirs.close()


@pytest.mark.parametrize(
    "request_", [b"GET / HTTP/1.1\r\nhost: a\r\n\r\n", b"what is this\r\n\r\n"]
)
def test_the_rest_of_a_short_answer_keeps_no_connection(
    monkeypatch: pytest.MonkeyPatch, request_: bytes
) -> None:
    monkeypatch.setattr(peers, "TAKE_S", 0.1)
    _run(_short_rest(request_))
