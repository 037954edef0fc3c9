"""One reader, and one connection, take up a share and no more."""

import asyncio
from contextlib import suppress
from typing import Any

import pytest
import uvicorn

from web.logins import peers
from web.logins.peers import PeerProtocol
from web.shares import Shares


def test_a_reader_waits_for_the_own_requests_and_for_nobody_elses() -> None:
    async def told() -> list[str]:
        shares, said, done = Shares(2), list[str](), asyncio.Event()

        async def ask(reader: str, name: str) -> None:
            async with shares.turn(reader):
                said.append(name)
                await done.wait()

        async with asyncio.TaskGroup() as group:
            for name in ("first", "second", "third"):
                group.create_task(ask("employee/1", name))
            group.create_task(ask("employee/2", "another"))
            while len(said) < 3:
                await asyncio.sleep(0)
            assert said == ["first", "second", "another"]
            done.set()
        assert not shares._turns
        return said

    assert asyncio.run(told())[-1] == "third"


async def _app(_scope: Any, receive: Any, send: Any) -> None:
    while (await receive()).get("more_body"):
        pass
    await send({"type": "http.response.start", "status": 204, "headers": []})
    await send({"type": "http.response.body"})


WHOLE = b"GET / HTTP/1.1\r\nhost: x\r\n\r\n"


@pytest.mark.parametrize(
    ("before", "sent"),
    [
        (b"", b""),
        (b"", b"GET / HTTP/1.1\r\nhost:"),
        (b"", b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 9\r\n\r\nab"),
        (WHOLE, b"G"),
    ],
)
def test_a_connection_that_asks_for_nothing_whole_ends(
    before: bytes, sent: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(peers, "ASK_S", 0.05)
    # The server's own wait is long here, and must not be what ends the connection.
    config = uvicorn.Config(
        _app, http=PeerProtocol, lifespan="off", log_config=None, timeout_keep_alive=3600
    )
    config.load()
    state = uvicorn.Server(config).server_state

    async def until_it_ends() -> bytes:
        loop = asyncio.get_running_loop()
        listening = await loop.create_server(
            lambda: PeerProtocol(config, state, {}), "127.0.0.1", 0
        )
        async with listening:
            reader, writer = await asyncio.open_connection(*listening.sockets[0].getsockname())
            writer.write(before)
            answer = await reader.readuntil(b"\r\n\r\n") if before else b""
            writer.write(sent)
            with suppress(ConnectionResetError):
                answer += await reader.read()
            writer.close()
        return answer

    assert asyncio.run(until_it_ends()).count(b" 204 ") == before.count(WHOLE)
