"""Requests as no client sends them: where one ends and the next begins is never in doubt."""

import contextlib
import re
import socket
import threading
from collections.abc import Iterator

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tests.fixtures.logins import serving
from tests.fixtures.running import eventually
from tests.web.console import Consoled
from web import listening
from web.app import Console
from web.logins import peers
from web.logins.origin import Origin
from web.server import MOST_HEAD_BYTES, config_of


@pytest.fixture(scope="module")
def port(sampled: Consoled) -> Iterator[int]:
    """A console that listens as `ledger serve` does."""
    listener = listening.Listening(socket.AF_INET)
    listener.bind(("127.0.0.1", 0))
    number = int(listener.getsockname()[1])
    console = Console(sampled.pool, Origin.read(f"http://127.0.0.1:{number}"))
    server = uvicorn.Server(config_of(console.app, sampled.pool.settings))
    thread = threading.Thread(target=server.run, args=([listener],))
    thread.start()
    while not server.started:
        thread.join(0.01)
    yield number
    server.should_exit = True
    thread.join()
    listener.close()


def told(port: int, request: bytes) -> list[int]:
    """The statuses of all answers to some bytes, until the console ends the connection."""
    text = b""
    with socket.create_connection(("127.0.0.1", port)) as peer:
        peer.sendall(request.replace(b"HOST", f"127.0.0.1:{port}".encode()))
        peer.settimeout(20)  # a connection that stays open is a failure
        with contextlib.suppress(ConnectionResetError):  # what was sent after its end is not read
            while part := peer.recv(65536):
                text += part
    return [int(found) for found in re.findall(rb"HTTP/1\.1 ([0-9]{3}) ", text)]


GET = b"GET /login HTTP/1.1\r\nHost: HOST\r\n"
POST = b"POST /login/link HTTP/1.1\r\nHost: HOST\r\n"
LAST = b"Connection: close\r\n\r\n"
SMUGGLED = b"GET /evil HTTP/1.1\r\nHost: HOST\r\n\r\n"
CHUNKED = b"Transfer-Encoding: chunked\r\n"


@pytest.mark.parametrize(
    "request_",
    [
        POST + b"Content-Length: 6\r\n" + CHUNKED + b"\r\n0\r\n\r\n" + SMUGGLED,
        POST + CHUNKED + b"Content-Length: 60\r\n\r\n0\r\n\r\n" + SMUGGLED,
        POST + b"Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n" + SMUGGLED,
        POST + b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n" + SMUGGLED,
        POST + b"Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n" + SMUGGLED,
        POST + CHUNKED + CHUNKED + b"\r\n0\r\n\r\n" + SMUGGLED,
        POST + CHUNKED + b"\r\n-1\r\nabc" + SMUGGLED,
        POST + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef" + SMUGGLED,
        POST + b"Content-Length: +5\r\n\r\nabcde" + SMUGGLED,
        POST + b"Content-Length: 0x5\r\n\r\nabcde" + SMUGGLED,
        POST + b"Content-Length: 99999999999999999999999\r\n\r\nabc" + SMUGGLED,
        GET + b"Host: evil.example\r\n\r\n" + SMUGGLED,
        b"GET /login HTTP/1.1\r\n\r\n" + SMUGGLED,
        GET + b"X: a\0b\r\n\r\n" + SMUGGLED,
        GET + b"X: " + b"a" * 200_000 + b"\r\n\r\n" + SMUGGLED,
        b"PROXY TCP4 192.0.2.1 192.0.2.2 1 2\r\n" + GET + b"\r\n",
    ],
)
def test_a_request_whose_end_is_in_doubt_ends_its_connection(port: int, request_: bytes) -> None:
    statuses = told(port, request_)
    assert len(statuses) <= 1, "what follows is no request"
    assert set(statuses) <= {400, 403}


@pytest.mark.parametrize(
    "headers",
    [
        b"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
        b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n",
        b"Upgrade: h2c\r\nConnection: Upgrade, HTTP2-Settings\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n",
        b"Cookie: \xff\xfe=\xff; language=\xff\r\n",
        b"Accept-Language: x;q=nan,nl;q=-inf,;;q==\r\n",
        b"".join(b"X%d: a\r\n" % number for number in range(3000)),
    ],
)
def test_odd_headers_are_passed_over(port: int, headers: bytes) -> None:
    assert told(port, GET + headers + LAST) == [200]


def test_no_connection_is_passed_on_to_another_host(port: int) -> None:
    for line in (b"CONNECT evil.example:443", b"GET http://evil.example/login", b"OPTIONS *"):
        statuses = told(port, line + b" HTTP/1.1\r\nHost: HOST\r\n" + LAST)
        assert statuses in ([400], [404])


def test_so_many_connections_are_kept_and_no_more(
    port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    for bound in ("MOST_CONNECTIONS", "MOST_OF_ONE"):
        with monkeypatch.context() as patched:
            patched.setattr(listening, bound, 2)
            with connected(port) as one, connected(port) as other:
                for waiting in (one, other):
                    waiting.sendall(GET.replace(b"HOST", f"127.0.0.1:{port}".encode()))
                assert told(port, GET + LAST) == []
                one.sendall(LAST)
                assert one.recv(64).startswith(b"HTTP/1.1 ")
            eventually(lambda: told(port, GET + LAST) == [200], "there is room again")


def connected(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port))


@pytest.mark.parametrize("before", [b"", GET + b"\r\n", (GET + b"\r\n") * 3])
@pytest.mark.parametrize(
    "begun",
    [
        POST + b"Content-Length: 9\r\n\r\nabc",
        POST + CHUNKED + b"\r\n3\r\nabc\r\n",
        POST + b"Content-Length: 9\r\nExpect: 100-continue\r\n\r\n",
    ],
)
def test_a_request_that_does_not_end_ends_its_connection(
    port: int, monkeypatch: pytest.MonkeyPatch, before: bytes, begun: bytes
) -> None:
    """Behind another request in the same bytes it stood for ever, and 500 of them shut the console."""
    monkeypatch.setattr(peers, "ASK_S", 0.2)
    answered = [status for status in told(port, before + begun) if status != 100]
    assert answered == [200] * before.count(b"GET")


def test_answers_that_nobody_takes_have_a_bound_together(
    sampled: Consoled, monkeypatch: pytest.MonkeyPatch
) -> None:
    size, asked = 8 * 1024 * 1024, []

    async def large(_request: Request) -> Response:
        asked.append(1)
        return Response(bytes(size))

    app = Starlette(routes=[Route("/login", large)])
    monkeypatch.setattr(peers, "MOST_UNTAKEN_BYTES", 3 * size)
    with contextlib.ExitStack() as stack:
        listener = stack.enter_context(listening.Listening(socket.AF_INET))
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        number = int(listener.getsockname()[1])
        stack.enter_context(serving(config_of(app, sampled.pool.settings), listener))
        slow = [stack.enter_context(connected(number)) for _ in range(8)]
        for one in slow:
            one.sendall((GET + LAST).replace(b"HOST", f"127.0.0.1:{number}".encode()))
        eventually(lambda: len(asked) == len(slow), "all are answered")
        lengths = sorted(map(taken, slow))
    assert lengths[0] < size < lengths[-1]


def taken(peer: socket.socket) -> int:
    """How many bytes of an answer come, until its connection ends."""
    peer.settimeout(20)
    length = 0
    with contextlib.suppress(ConnectionResetError):
        while part := peer.recv(1 << 20):
            length += len(part)
    return length


def test_the_head_of_a_request_has_a_length(port: int) -> None:
    """What arrives at once is looked at as a whole: the server reads 256 KiB at a time at most."""
    for length, status in ((MOST_HEAD_BYTES - 4_096, 200), (MOST_HEAD_BYTES + 512 * 1024, 400)):
        assert told(port, GET + b"X: " + b"x" * length + b"\r\n" + LAST) == [status]
