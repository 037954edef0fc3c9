"""The console as a process: it listens, and records what was read while it runs."""

import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import uvicorn
from starlette.routing import Route
from starlette.types import ASGIApp

from application.following import rebuild_outdated
from consumers.post_batcher import UNOBSERVED, PostObserver
from host.logs import Log
from host.pool import SitePool
from host.settings import Settings
from ledger.errors import LedgerError, Misconfigured, Retry
from ledger.reading import may_take
from web.app import Console
from web.listening import listening_of
from web.logins.origin import Origin, is_loopback
from web.logins.peers import PeerProtocol
from web.metrics import MetricsMiddleware, WebMetrics

# Sites that answer at the same time; each has database connections of its own.
SITES = 8
RECORD_S = 1.0
CIPHERS = "ECDHE+AESGCM:ECDHE+CHACHA20"
"""Of TLS 1.2: forward secrecy and authenticated encryption alone. TLS 1.3 has no others."""
# Requests that are being answered are finished in less.
FINISH_S = 10
MOST_HEAD_BYTES = 64 * 1024
"""The head of a request; the server refuses a longer one."""
_LOG = Log("serve")


@contextmanager
def console(
    settings: Settings,
    stop: Callable[[], bool],
    metrics: WebMetrics | None = None,
    posts: PostObserver = UNOBSERVED,
) -> Iterator["Server"]:
    """Serve until told to stop. Raises Misconfigured, Retry or Halt.

    `metrics`: where requests are counted. `posts`: is told what became of events that clients post.
    """
    with listening_of(settings) as listening:
        origin = origin_of(settings, 0 if settings.web.socket else listening.getsockname()[1])
        pool = SitePool(settings, SITES)
        try:
            _build_outdated(pool)
            app = Console(pool, origin, posts)
            yield Server(app, pool, listening, stop, metrics)
        finally:
            pool.close()


def _build_outdated(pool: SitePool) -> None:
    """Build views again that another version of this program built, where this login may; else pages wait."""
    with pool.site() as site:
        projector = site.ledger.role("projector")
        if site.database.peer or may_take(site.session("reader"), projector):
            rebuild_outdated(site, lambda text: _LOG.info("rebuild", text))


class Server:
    """The listening console. `origin`: where browsers reach it."""

    def __init__(
        self,
        console: Console,
        pool: SitePool,
        listening: socket.socket,
        stop: Callable[[], bool],
        metrics: WebMetrics | None,
    ) -> None:
        self.origin = console.origin
        self._console = console
        self._pool = pool
        self._listening = listening
        self._stop = stop
        self._server = uvicorn.Server(config_of(_measured(console, metrics), pool.settings))
        self._told = False

    @property
    def started(self) -> bool:
        """Whether it answers."""
        return self._server.started

    def run(self, beat: Callable[[], None]) -> None:
        """Serve until told to stop. `beat`: called some times a second while it does."""
        serving = threading.Thread(target=self._serve, name="console", daemon=True)
        with self._console.announced():
            serving.start()
            recorded = time.monotonic()
            while serving.is_alive() and not self._stop():
                beat()
                if time.monotonic() - recorded >= RECORD_S:
                    self._record_reads()
                    recorded = time.monotonic()
                time.sleep(0.1)
            self._console.api.changes.ending.set()  # streams end by themselves
            self._server.should_exit = True
            serving.join(FINISH_S)
        self._record_reads(ended="")  # nobody looks on through this console

    def _serve(self) -> None:
        self._server.run([self._listening])

    def _record_reads(self, *, ended: str | None = None) -> None:
        """Record what was read, and visits that are over; what cannot be recorded now waits.

        Views begin to take the reads up here, so that the next request need not wait for that.
        """
        try:
            with self._pool.site() as site:
                if site.record_reads(ended=ended):
                    self._pool.views.wait(site, at_most_s=0.0)
        except (Misconfigured, Retry) as error:
            if not self._told:  # where the login may only read, `ledger upkeep` records them
                _LOG.warning("reads-wait", f"reads are not recorded yet: {error}")
            self._told = True
        except LedgerError as error:
            _LOG.error("reads-wait", f"reads are not recorded: {error}")


def origin_of(settings: Settings, port: int) -> Origin:
    """Where browsers reach the console. Raises Misconfigured without TLS beyond this machine."""
    web = settings.web
    if web.url is not None:
        origin = Origin.read(web.url)
        if origin.is_secure and not (web.certificate or web.socket):
            raise Misconfigured(
                "LEDGER_WEB_URL begins with https, and there is no TLS: set LEDGER_WEB_SOCKET to the socket "
                "by which the proxy comes, or LEDGER_WEB_CERTFILE and LEDGER_WEB_KEYFILE"
            )
        return origin
    scheme = "https" if web.certificate else "http"
    host = f"[{web.host}]" if ":" in web.host else web.host
    if scheme == "http" and not is_loopback(web.host) and web.host != "localhost":
        raise Misconfigured(
            "without TLS the console is reached from this machine alone: set LEDGER_WEB_CERTFILE and "
            "LEDGER_WEB_KEYFILE, or LEDGER_WEB_SOCKET to the socket by which a proxy with TLS comes"
        )
    return Origin.read(f"{scheme}://{host}:{port}")


def _measured(console: Console, metrics: WebMetrics | None) -> ASGIApp:
    """The program of a console, with its requests counted."""
    if metrics is None:
        return console.app
    routes = [route for route in console.app.routes if isinstance(route, Route)]
    return MetricsMiddleware(console.app, metrics, routes)


def config_of(app: ASGIApp, settings: Settings) -> uvicorn.Config:
    """How the server listens: without logs of addresses, and with TLS as strong as it is today."""
    web = settings.web
    authorities = web.logins.client_authorities
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,  # addresses of pages name persons
        server_header=False,
        proxy_headers=False,  # what a proxy says is read where the proxy is known: web/logins/proxied.py
        ssl_certfile=web.certificate,
        ssl_keyfile=web.key,
        ssl_ca_certs=str(authorities) if authorities else None,
        ssl_cert_reqs=ssl.CERT_OPTIONAL if authorities else ssl.CERT_NONE,
        ssl_ciphers=CIPHERS,
        http=PeerProtocol,
        timeout_graceful_shutdown=FINISH_S,
        timeout_keep_alive=30,
        h11_max_incomplete_event_size=MOST_HEAD_BYTES,
        lifespan="off",
        ws="none",
    )
    config.load()
    if config.ssl is not None:
        config.ssl.minimum_version = ssl.TLSVersion.TLSv1_2
        # The file may hold the authority that issues, and not the one above it: web/logins/authorities.py.
        config.ssl.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    return config
