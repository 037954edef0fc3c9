"""Programs that ask at a console: each has a token of its own, which a made-up provider knows."""

from collections.abc import Iterable
from datetime import timedelta

from starlette.requests import HTTPConnection
from starlette.testclient import TestClient

from tests.web.console import ORIGIN, Consoled, clock
from tests.web.live import Live
from web.logins.clients import PORTAL_SCOPE
from web.logins.middleware import TokenRefused, bearer_of, has_bearer
from web.principals import DATA_SUBJECT, Principal


class Programs:
    """Stands in the place of the console's clients; tokens are names."""

    def __init__(self, console: Consoled | Live) -> None:
        self._console = console
        self._known: dict[str, Principal] = {}
        console.console.logins._clients = self  # type: ignore[assignment]

    async def authenticate(self, connection: HTTPConnection) -> Principal | None:
        """The principal of a token."""
        if not has_bearer(connection):
            return None
        principal = self._known.get(bearer_of(connection))
        if principal is None:
            raise TokenRefused("invalid_token")
        return principal

    def client(
        self, system: str, *scopes: str, role: str = "auditor", kind: str = "client"
    ) -> TestClient:
        """A program of a system, whose token is for some scopes."""
        token = f"{system}-{'-'.join(scopes)}-{role}-{kind}"
        self._know(token, f"employee/{system}", role, kind, system, scopes)
        return self._with(token)

    def person(self, reference: str) -> TestClient:
        """The portal, with the token of a person."""
        token = f"portal-{reference.replace('/', '-')}"
        self._know(token, reference, DATA_SUBJECT, "data-subject", "portal", (PORTAL_SCOPE,))
        return self._with(token)

    def _know(
        self,
        token: str,
        reference: str,
        role: str,
        kind: str,
        system: str,
        scopes: Iterable[str],
    ) -> None:
        self._known[token] = Principal(
            reference,
            role,
            kind,  # type: ignore[arg-type]
            "token",
            clock() + timedelta(hours=1),
            judged=False,
            client=system,
            scopes=frozenset(scopes),
        )

    def _with(self, token: str) -> TestClient:
        return TestClient(
            self._console.console.app,
            base_url=ORIGIN,
            follow_redirects=False,
            headers={"authorization": f"Bearer {token}", "accept-language": "en"},
        )
