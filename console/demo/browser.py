"""The console at the end of `ledger demo`: a page is fetched as a browser does, then a person may look."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from http.client import HTTPConnection, HTTPException
from urllib.parse import urlsplit

from msgspec import structs

from application.words import say
from console.demo.step import Step
from host.keys import ledger_folder
from host.reader import reader_of
from host.settings import Settings
from host.signals import stopping
from host.wiring import utc_now
from ledger.errors import LedgerError
from web.logins.links import LINK_LIFE, PATH, Link, Links, address_of
from web.server import Server, console

PAGE = "/"
_ANSWER_S = 60.0
_LOOK_S = 0.05


def on_any_port(settings: Settings) -> Settings:
    """The settings of the demonstration, with a console of its own beside whatever runs."""
    return structs.replace(settings, web=structs.replace(settings.web, port=0))


@contextmanager
def running(settings: Settings) -> Iterator[Server]:
    """A console that answers while the block lasts."""
    done = threading.Event()
    with console(on_any_port(settings), done.is_set) as server:
        serving = threading.Thread(target=server.run, args=(_nothing,), name="demo")
        serving.start()
        try:
            until = time.monotonic() + _ANSWER_S
            while not server.started and serving.is_alive() and time.monotonic() < until:
                time.sleep(_LOOK_S)
            yield server
        finally:
            done.set()
            serving.join()


def fetched(settings: Settings, server: Server) -> Step:
    """What is due today, fetched with a login by link. Fine: it is shown, and to nobody without a login."""
    stranger = _status(server, "GET", PAGE)
    cookie = _log_in(settings, server)
    status = _status(server, "GET", PAGE, {"cookie": cookie})
    words = say("demo", "console-page", server.origin.url(PAGE), status)
    return Step(say("demo", "console"), "serve", [words], status == 200 and stranger == 303)


def shown_until_stopped(settings: Settings, server: Server) -> Iterator[str]:
    """The link for a person who sits here, then nothing until Ctrl-C; then that it ended."""
    with stopping() as stop:
        yield say("demo", "console-link", link_to(settings, server, utc_now()))
        yield say("demo", "console-again", settings.data_dir)
        while not stop():
            time.sleep(_LOOK_S)
    yield say("demo", "console-ended")


def link_to(settings: Settings, server: Server, now: datetime) -> str:
    """A link by which the user of this machine logs in once, within a minute."""
    folder = ledger_folder(settings)
    reader = reader_of(settings.reading, folder)
    link = Link(reader.reference, reader.role, reader.judged, now + LINK_LIFE)
    return address_of(server.origin, Links(folder).make(link))


def _log_in(settings: Settings, server: Server) -> str:
    """The cookie of a session, by a link that is used as the button on its page does."""
    query = urlsplit(link_to(settings, server, utc_now())).query
    headers = {
        "origin": server.origin.text,
        "sec-fetch-site": "same-origin",
        "content-type": "application/x-www-form-urlencoded",
    }
    with _asked(server, "POST", PATH, headers, query) as (_, cookie):
        return cookie.partition(";")[0]


def _status(server: Server, method: str, path: str, headers: dict[str, str] | None = None) -> int:
    with _asked(server, method, path, headers or {}) as (status, _):
        return status


@contextmanager
def _asked(
    server: Server, method: str, path: str, headers: dict[str, str], body: str = ""
) -> Iterator[tuple[int, str]]:
    """Status and cookie of an answer. Raises LedgerError where there is none."""
    place = urlsplit(server.origin.text)
    connection = HTTPConnection(place.hostname or "", place.port, timeout=_ANSWER_S)
    try:
        connection.request(method, path, body, headers)
        response = connection.getresponse()
        response.read()
        yield response.status, response.headers.get("set-cookie", "")
    except (OSError, HTTPException) as error:
        raise LedgerError(f"the console did not answer: {type(error).__name__}") from None
    finally:
        connection.close()


def _nothing() -> None:
    """The demonstration serves no metrics."""
