"""The cookies of a login: a session's secret, and that of a login which has begun.

With TLS their names begin with `__Host-`: a browser takes them from this origin alone, by TLS, for all paths.
Without TLS, on loopback, browsers differ in what they take: there the name holds the port instead, since
cookies of one host are shared by all its ports.
"""

import msgspec
from starlette.requests import HTTPConnection
from starlette.responses import Response

from web.logins.origin import Origin


class Cookies(msgspec.Struct, frozen=True):
    """The cookies of a console at an origin."""

    origin: Origin

    @property
    def session(self) -> str:
        """The name of the cookie of a session."""
        return self._name("ledger")

    @property
    def begun(self) -> str:
        """The name of the cookie of a login that has begun at the provider."""
        return self._name("ledger-login")

    def _name(self, name: str) -> str:
        return f"__Host-{name}" if self.origin.is_secure else f"{name}-{self.origin.port}"

    def secret(self, connection: HTTPConnection) -> str | None:
        """The session's secret that a browser sent."""
        return connection.cookies.get(self.session) or None

    def put(self, response: Response, name: str, secret: str, seconds: int | None = None) -> None:
        """Set a cookie. Without `seconds` the browser forgets it when it closes."""
        response.set_cookie(
            name,
            secret,
            max_age=seconds,
            path="/",
            secure=self.origin.is_secure,
            httponly=True,
            samesite="lax",
        )

    def drop(self, response: Response, name: str) -> None:
        """Take a cookie away."""
        response.delete_cookie(
            name, path="/", secure=self.origin.is_secure, httponly=True, samesite="lax"
        )
