"""/metrics, /livez and /readyz of one process, over HTTP, in threads beside its main loop.

Answers are small and cost nothing: nothing here touches the database or Kafka. Whoever may connect may
read them, so they hold no value; by default that is this machine alone.
"""

import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple

import msgspec
import orjson

from console.health import Check, missing
from ledger.errors import Misconfigured

__all__ = ["Address", "Pages", "ask_ready", "free_port", "serve"]

# Whoever connects and says nothing is sent away.
REQUEST_S = 5.0
# A part that takes longer to say how it is, is not well.
ANSWER_S = 2.0


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


class Pages(NamedTuple):
    """What is served. `metrics`: from an Accept header to content type and text."""

    metrics: Callable[[str], tuple[str, bytes]]
    live: Mapping[str, Check]
    ready: Mapping[str, Check]


@contextmanager
def serve(host: str, port: int, pages: Pages) -> Iterator[Address]:
    """Serve until the block ends; where that is. `port` 0: any. Raises Misconfigured when it cannot."""
    server = _listening(host, port, pages)
    thread = threading.Thread(target=server.serve_forever, name="serving", daemon=True)
    thread.start()
    try:
        yield Address(host, server.server_address[1])
    finally:
        server.shutdown()
        server.server_close()


def ask_ready(address: Address) -> str | None:
    """Why the process that serves there is not ready."""
    connection = HTTPConnection(address.local, address.port, timeout=ANSWER_S)
    try:
        connection.request("GET", "/readyz")
        answer = msgspec.json.decode(connection.getresponse().read(), type=_Readiness)
    except (OSError, HTTPException, msgspec.DecodeError):
        return "it does not answer"
    finally:
        connection.close()
    return "; ".join(f"{what}: {why}" for what, why in answer.missing.items()) or None


class _Readiness(msgspec.Struct):
    missing: dict[str, str]


def free_port(host: str) -> int:
    """A port that nobody listens on at the moment."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.bind((host, 0))
        return int(probe.getsockname()[1])


def _listening(host: str, port: int, pages: Pages) -> "_Server":
    try:
        return _Server(host, port, pages)
    except (OSError, OverflowError) as error:
        reason = error.strerror if isinstance(error, OSError) else None
        raise Misconfigured(
            f"cannot serve metrics on port {port} of {host}: {reason or 'no such address'}; "
            "set LEDGER_METRICS_PORT to a free one, or to 0 for any"
        ) from None


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, host: str, port: int, pages: Pages) -> None:
        self.pages = pages
        self.address_family = socket.AF_INET6 if ":" in host else socket.AF_INET
        super().__init__((host, port), _Handler)

    def server_bind(self) -> None:
        """Bind, without asking a name server what this machine is called."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(self.server_address)
        self.server_address = self.socket.getsockname()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Somebody who went away in the middle of an answer is nobody's business."""


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    timeout = REQUEST_S
    server_version = "ledger"
    sys_version = ""

    def do_GET(self) -> None:
        """Answer one of the pages."""
        path = self.path.partition("?")[0]
        if path == "/metrics":
            self._answer(HTTPStatus.OK, *self.server.pages.metrics(self.headers.get("Accept", "")))
        elif path == "/livez":
            self._health("live", self.server.pages.live)
        elif path == "/readyz":
            self._health("ready", self.server.pages.ready)
        else:
            self._answer(HTTPStatus.NOT_FOUND, "text/plain", b"/metrics /livez /readyz\n")

    def do_HEAD(self) -> None:
        """The same without the page."""
        self.do_GET()

    def _health(self, name: str, checks: Mapping[str, Check]) -> None:
        found = missing(checks)
        status = HTTPStatus.SERVICE_UNAVAILABLE if found else HTTPStatus.OK
        body = orjson.dumps({name: not found, "missing": found}, option=orjson.OPT_SORT_KEYS)
        self._answer(status, "application/json", body + b"\n")

    def _answer(self, status: HTTPStatus, content_type: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Requests are not logged: there is one every few seconds."""
