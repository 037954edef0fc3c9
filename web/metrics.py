"""Metrics of the console: requests by page and status, how long they took, logins, values that were opened.

A page is the pattern of its address, never the address itself. A request that found no page is one of `none`.
"""

import time
from collections.abc import Iterable
from dataclasses import dataclass

from prometheus_client import CollectorRegistry, Counter, Histogram
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from host.running import watching
from ledger.metrics import Series

OPENING = "/persons/{kind}/{id}/open"
SEARCH = "/persons/find"
# A form that logs in, and the address to which a provider sends the browser back.
LOGINS = frozenset({("POST", "/login/link"), ("GET", "/login/callback")})
NO_PAGE = "none"

REQUESTS = Series(
    "ledger_web_requests_total",
    "counter",
    "Requests that were answered, by the pattern of the address and the status. 5xx above 0: the log of "
    "`serve` names the kind of error. Many 404: somebody tries addresses.",
    ("page", "status"),
)
SECONDS = Series(
    "ledger_web_request_seconds",
    "histogram",
    "Seconds from a request to its answer. Slower than before: look at the database, and at whether "
    "`ledger project` keeps the views up to date.",
    ("page",),
    buckets=(0.01, 0.025, 0.05, 0.1, 0.15, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0),
)
ENTERED = Series(
    "ledger_web_logins_total",
    "counter",
    "Logins at the console that were let in or refused. Refused rises: somebody guesses, or a role has "
    "ended; the log of `serve` says why each was refused.",
    ("outcome",),
)
OPENED = Series(
    "ledger_web_values_opened_total",
    "counter",
    "Times that a reader opened masked values of a person, with a reason. An unusual rise: see the page "
    "of that employee under staff.",
)
SEARCHED = Series(
    "ledger_web_searches_total",
    "counter",
    "Searches for a person by a value: answered, refused, or turned away, as one reader searched more often "
    "than a person does. Turned away above 0: somebody tries values; see the reads of that day.",
    ("outcome",),
)
SERIES: tuple[Series, ...] = (REQUESTS, SECONDS, ENTERED, OPENED, SEARCHED)
_SEARCHES = {200: "answered", 429: "turned-away"}

# For the documentation: who serves which metrics, of the whole program.
MADE: tuple[tuple[str, tuple[Series, ...]], ...] = (*watching.MADE, ("serve", SERIES))


@dataclass(frozen=True)
class WebMetrics:
    """What one console counts."""

    requests: Counter
    seconds: Histogram
    entered: Counter
    opened: Counter
    searched: Counter

    @classmethod
    def on(cls, registry: CollectorRegistry) -> "WebMetrics":
        """Metrics on the registry of a process."""
        return cls(
            REQUESTS.counter(registry),
            SECONDS.histogram(registry),
            ENTERED.counter(registry),
            OPENED.counter(registry),
            SEARCHED.counter(registry),
        )

    def count(self, method: str, page: str, status: int, seconds: float) -> None:
        """Count one request that was answered."""
        self.requests.labels(page, str(status)).inc()
        self.seconds.labels(page).observe(seconds)
        if (method, page) in LOGINS:
            self.entered.labels("let-in" if status == 303 else "refused").inc()
        if page == OPENING and status == 303:
            self.opened.inc()
        if (method, page) == ("POST", SEARCH):
            self.searched.labels(_SEARCHES.get(status, "refused")).inc()


class MetricsMiddleware:
    """Counts each request when its answer is out."""

    def __init__(self, app: ASGIApp, metrics: WebMetrics, routes: Iterable[Route]) -> None:
        self._app = app
        self._metrics = metrics
        self._pages: dict[object, str] = {route.endpoint: route.path for route in routes}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, and count it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun, status = time.perf_counter(), 500

        async def noticed(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, noticed)
        finally:
            page = self._pages.get(scope.get("endpoint"), NO_PAGE)
            self._metrics.count(scope["method"], page, status, time.perf_counter() - begun)
