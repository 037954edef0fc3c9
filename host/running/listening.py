"""HTTP in threads beside the main loop of a process: small requests, small answers, nothing logged.

An answer is a function of the request. If the address is taken, the error names the setting to change.
"""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple

from ledger.errors import Misconfigured

# A client has so long for its whole request and to take the answer, however slowly it does both.
REQUEST_S = 5.0
# Threads that answer at the same time; who comes beyond them is turned away, and asks again.
MOST_AT_ONCE = 64


class Address(NamedTuple):
    """Where a process serves."""

    host: str
    port: int

    @property
    def local(self) -> str:
        """A host by which this machine reaches it."""
        return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.host, self.host)  # noqa: S104

    @property
    def url(self) -> str:
        """By which this machine reaches it."""
        host = f"[{self.local}]" if ":" in self.local else self.local
        return f"http://{host}:{self.port}"


class HttpRequest(NamedTuple):
    """A request. `accept`: its Accept header. `body`: empty for a GET."""

    method: str
    path: str
    accept: str
    body: bytes = b""


class Page(NamedTuple):
    """An answer."""

    status: int
    type: str
    body: bytes


@contextmanager
def listen(
    host: str,
    port: int,
    answer: Callable[[HttpRequest], Page],
    setting: str,
    *,
    limit_bytes: int = 0,
) -> Iterator[Address]:
    """Answer requests until the block ends; where that is. `port` 0: any.

    `setting`: the variable that sets the port, for the error. `limit_bytes`: of a body; 0: only GET.
    Raises Misconfigured when it cannot listen.
    """
    server = _listening(host, port, answer, setting, limit_bytes)
    threading.Thread(target=server.serve_forever, name="listening", daemon=True).start()
    try:
        yield Address(host, server.server_address[1])
    finally:
        server.shutdown()
        server.server_close()


def _listening(
    host: str, port: int, answer: Callable[[HttpRequest], Page], setting: str, limit_bytes: int
) -> "_Server":
    try:
        return _Server(host, port, answer, limit_bytes)
    except (OSError, OverflowError) as error:
        reason = error.strerror if isinstance(error, OSError) else None
        raise Misconfigured(
            f"cannot listen on port {port} of {host}: {reason or 'no such address'}; "
            f"set {setting} to a free one, or to 0 for any"
        ) from None


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(
        self, host: str, port: int, answer: Callable[[HttpRequest], Page], limit_bytes: int
    ) -> None:
        self.answer = answer
        self.limit_bytes = limit_bytes
        self._room = threading.Semaphore(MOST_AT_ONCE)
        self.address_family = socket.AF_INET6 if ":" in host else socket.AF_INET
        super().__init__((host, port), _Handler)

    def server_bind(self) -> None:
        """Bind, without asking a name server what this machine is called."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(self.server_address)
        self.server_address = self.socket.getsockname()

    def process_request(self, request: Any, client_address: Any) -> None:
        """Answer in a thread, if there is room for one."""
        if self._room.acquire(blocking=False):
            super().process_request(request, client_address)
        else:
            self.shutdown_request(request)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """Answer, and end the connection when its time is over."""
        end = threading.Timer(REQUEST_S, _cut_off, [request])
        end.daemon = True
        end.start()
        try:
            super().process_request_thread(request, client_address)
        finally:
            end.cancel()
            self._room.release()

    def handle_error(self, request: object, client_address: object) -> None:
        """Ignore a client that went away in the middle of an answer."""


def _cut_off(request: socket.socket) -> None:
    with suppress(OSError):  # it ended by itself
        request.shutdown(socket.SHUT_RDWR)


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    timeout = REQUEST_S
    server_version = "ledger"
    sys_version = ""

    def do_GET(self) -> None:
        """Answer a request without a body."""
        self._send(self.server.answer(self._request()))

    def do_HEAD(self) -> None:
        """Answer as for GET, without the page."""
        self.do_GET()

    def do_POST(self) -> None:
        """Answer a request with a body, if there may be one."""
        if not self.server.limit_bytes:
            self._send(Page(HTTPStatus.NOT_IMPLEMENTED, "text/plain", b"only GET\n"))
            return
        length = self.headers.get("Content-Length", "")
        if not length.isdecimal() or int(length) > self.server.limit_bytes:
            self.close_connection = True
            self._send(Page(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "text/plain", b"too large\n"))
            return
        self._send(self.server.answer(self._request(self.rfile.read(int(length)))))

    def _request(self, body: bytes = b"") -> HttpRequest:
        path = self.path.partition("?")[0]
        return HttpRequest(self.command, path, self.headers.get("Accept", ""), body)

    def _send(self, page: Page) -> None:
        self.send_response(page.status)
        self.send_header("Content-Type", page.type)
        self.send_header("Content-Length", str(len(page.body)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(page.body)

    def log_message(self, format: str, *args: object) -> None:
        """Requests are not logged: there is one every few seconds."""
