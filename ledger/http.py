"""Asking a server once over HTTP, within a time and a size that hold for the whole answer.

The server may be slow, endless or hostile. A deadline for each read would not end an answer that comes byte
by byte, so one deadline holds for everything: connection, TLS, headers and body. No redirect is followed,
since a person decided on the address. Nothing is expanded, since a short answer can become a long one.
"""

import asyncio
import ssl
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from ledger.errors import ServiceAway

if TYPE_CHECKING:  # it is slow to import, and few commands ask anybody
    from httpx2 import AsyncClient


class Question(NamedTuple):
    """An HTTP request."""

    method: str
    url: str
    headers: Mapping[str, str] = {}
    body: bytes = b""


class Reply(NamedTuple):
    """An HTTP answer: status, content type without parameters, body."""

    status: int
    type: str
    body: bytes


class Bounds(NamedTuple):
    """How long the whole answer may take, and how long its body may be."""

    within_s: float
    most_bytes: int


def ask(question: Question, bounds: Bounds, connect: Callable[[], "AsyncClient"]) -> Reply:
    """The answer, whatever its status. Raises ServiceAway, whose text names no address.

    To find the address of a name may take longer: the machine's resolver has a deadline of its own.
    """
    from httpx2 import HTTPError, InvalidURL

    try:
        # In a thread of its own: the caller's may run an event loop already.
        with ThreadPoolExecutor(max_workers=1) as own:
            return own.submit(asyncio.run, _asked(question, bounds, connect)).result()
    except TimeoutError:
        raise ServiceAway("it does not answer in time") from None
    except (HTTPError, InvalidURL, OSError, ValueError) as error:
        raise ServiceAway(f"it is not reached ({type(error).__name__})") from None


async def _asked(question: Question, bounds: Bounds, connect: Callable[[], "AsyncClient"]) -> Reply:
    from httpx2 import Timeout

    headers = {**question.headers, "accept-encoding": "identity"}
    # Half of the time to connect, half for TLS: a handshake that the deadline ends leaves its socket open.
    timeout = Timeout(None, connect=bounds.within_s / 2)
    body = bytearray()
    async with asyncio.timeout(bounds.within_s), connect() as http:
        request = http.build_request(
            question.method, question.url, headers=headers, content=question.body, timeout=timeout
        )
        answer = await http.send(request, stream=True, follow_redirects=False)
        async with aclosing(answer):
            async for part in answer.aiter_raw():
                body += part
                if len(body) > bounds.most_bytes:
                    raise ServiceAway(f"its answer has more than {bounds.most_bytes} bytes")
    kind = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
    return Reply(answer.status_code, kind, bytes(body))


def client(*, proxies: bool) -> "AsyncClient":
    """A client for one request, without cookies. `proxies`: use the proxies that the environment names."""
    from httpx2 import AsyncClient

    return AsyncClient(trust_env=proxies, verify=_trusted())


@cache
def _trusted() -> ssl.SSLContext:
    """The authorities that this machine trusts; to read them takes longer than to ask."""
    return ssl.create_default_context()
