"""Who does not take an answer keeps no connection."""

import asyncio
import socket
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from uvicorn.config import Config
from uvicorn.server import ServerState

from web.logins import peers
from web.logins.peers import PeerProtocol


async def _nothing(_scope: Any, _receive: Any, _send: Any) -> None:
    """An application that is never asked."""


async def _flooded(taken: bool) -> None:
    """Return once a connection with much to take has ended."""
    loop, (ours, theirs) = asyncio.get_running_loop(), socket.socketpair()
    config = Config(_nothing, log_config=None, lifespan="off", ws="none", interface="asgi3")
    config.load()
    protocol = PeerProtocol(config, ServerState(), {}, loop)
    ended = asyncio.Event()
    lost = protocol.connection_lost

    def noted(exc: Exception | None) -> None:
        lost(exc)
        ended.set()

    protocol.connection_lost = noted  # type: ignore[method-assign]
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
