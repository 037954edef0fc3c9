"""/metrics, /livez and /readyz of one process, over HTTP, in threads beside its main loop.

Answers are small and cost nothing: nothing here touches the database or Kafka. Every client that
can connect may read them, so they hold no personal value; by default that is this machine alone.
"""

import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from typing import NamedTuple

import msgspec
import orjson

from host.running.health import Check, missing
from host.running.listening import Address, HttpRequest, Page, listen
from schemas.encoding import from_json

# A part that takes longer to say how it is, is not well.
ANSWER_S = 2.0
STARTING = "it does not serve"
MOST_BYTES = 64 * 1024


class Pages(NamedTuple):
    """The served pages. `metrics`: maps an Accept header to content type and text.

    `waiting`: a cause outside of the process; a process that can do its work is ready all the same.
    """

    metrics: Callable[[str], tuple[str, bytes]]
    live: Mapping[str, Check]
    ready: Mapping[str, Check]
    waiting: Mapping[str, Check] = {}

    def answer(self, request: HttpRequest) -> Page:
        """One of the pages."""
        if request.path == "/metrics":
            return Page(HTTPStatus.OK, *self.metrics(request.accept))
        if request.path == "/livez":
            return _health("live", self.live)
        if request.path == "/readyz":
            return _health("ready", self.ready, self.waiting)
        return Page(HTTPStatus.NOT_FOUND, "text/plain", b"/metrics /livez /readyz\n")


def _health(
    name: str, checks: Mapping[str, Check], others: Mapping[str, Check] | None = None
) -> Page:
    failing, held_up = missing(checks), missing(others or {})
    status = HTTPStatus.SERVICE_UNAVAILABLE if failing else HTTPStatus.OK
    document: dict[str, object] = {name: not failing, "missing": failing}
    if held_up:
        document["waiting"] = held_up
    body = orjson.dumps(document, option=orjson.OPT_SORT_KEYS)
    return Page(status, "application/json", body + b"\n")


@contextmanager
def serve(host: str, port: int, pages: Pages) -> Iterator[Address]:
    """Serve until the block ends; where that is. `port` 0: any. Raises Misconfigured when it cannot."""
    with listen(host, port, pages.answer, "LEDGER_METRICS_PORT") as address:
        yield address


def ask_ready(address: Address) -> str | None:
    """Why the process that serves there is not ready. Answers within seconds."""
    answer = _asked(address)
    return _in_words(answer.missing) if answer else "it does not answer"


def ask_live(address: Address, within_s: float = ANSWER_S) -> str | None:
    """Why the process counts as dead: it says so, or says nothing; STARTING until it serves."""
    connection = HTTPConnection(address.local, address.port, timeout=within_s)
    try:
        connection.request("GET", "/livez")
        answer = connection.getresponse()
        answer.read(MOST_BYTES)
        return None if answer.status == HTTPStatus.OK else "its main loop stands still"
    except ConnectionRefusedError:
        return STARTING
    except (OSError, HTTPException):
        return "it does not answer"
    finally:
        connection.close()


def ask_waiting(address: Address) -> str | None:
    """The outside cause that holds up the process at an address."""
    answer = _asked(address)
    return _in_words(answer.waiting) if answer else None


class _Readiness(msgspec.Struct):
    missing: dict[str, str]
    waiting: dict[str, str] = {}


def _asked(address: Address) -> _Readiness | None:
    connection = HTTPConnection(address.local, address.port, timeout=ANSWER_S)
    try:
        connection.request("GET", "/readyz")
        return from_json(connection.getresponse().read(MOST_BYTES), _Readiness)
    except (OSError, HTTPException, msgspec.DecodeError):
        return None
    finally:
        connection.close()


def _in_words(answers: Mapping[str, str]) -> str | None:
    return "; ".join(f"{what}: {why}" for what, why in answers.items()) or None


def reserved_port(host: str) -> int:
    """A port for a server that starts later, and nobody else's as long as this process runs.

    Its socket is bound, listens to nothing and stays open. A server that may reuse an address, as servers do,
    listens beside it.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    bound = socket.socket(family)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    bound.bind((host, 0))
    port = int(bound.getsockname()[1])
    bound.detach()
    return port
