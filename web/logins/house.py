"""What logins need of the console around them, and how they answer people."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Protocol

import msgspec
from starlette.requests import HTTPConnection, Request
from starlette.responses import Response

from application.reading import Reader
from host.logs import Log
from web.logins.cookies import Cookies
from web.logins.limits import LOGINS, LOGINS_S, Limiter
from web.logins.links import Links
from web.logins.origin import Origin
from web.logins.sessions import Sessions


class Show(Protocol):
    """Makes a page. `name`: of its template; `facts`: what stands in it."""

    def __call__(
        self, request: Request, name: str, facts: Mapping[str, object], status: int = 200
    ) -> Response:
        """The page."""


class House(msgspec.Struct, frozen=True):
    """One console as its logins know it.

    `grants`: asks the register whether a reader holds the role now; it may wait for the database.
    `links`: None where no link lets anybody in. `keeps`: whether a form of this address, when its token does
    not hold, does nothing and shows once more what was typed.
    """

    origin: Origin
    clock: Callable[[], datetime]
    grants: Callable[[Reader], bool]
    show: Show
    sessions: Sessions
    links: Links | None
    keeps: Callable[[str], bool] = lambda _path: False
    tries: Limiter = msgspec.field(default_factory=lambda: Limiter(LOGINS, LOGINS_S))
    says: Log = msgspec.field(default_factory=lambda: Log("serve"))

    @property
    def cookies(self) -> Cookies:
        """The cookies of this console."""
        return Cookies(self.origin)

    def refuse(
        self, request: Request, why: str, status: int, wait_s: float | None = None
    ) -> Response:
        """A page that says why a login is refused. `why`: a word of `refused`."""
        self.says.warning("login-refused", f"a login was refused: {why}", reason=why)
        response = self.show(request, "login_refused", {"why": why}, status)
        if wait_s is not None:
            response.headers["retry-after"] = str(int(wait_s) + 1)
        response.headers["cache-control"] = "no-store"
        return response


def address_of(connection: HTTPConnection) -> str:
    """Where a request comes from: the peer, or whom the proxy names (`proxied.py` judges that)."""
    return connection.client.host if connection.client else ""
