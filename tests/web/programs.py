"""Programs that ask at a console: each has a token of its own, which a made-up provider knows."""

from datetime import timedelta

from starlette.requests import HTTPConnection
from starlette.testclient import TestClient

from tests.web.console import ORIGIN, Consoled, clock
from web.logins.middleware import TokenRefused, bearer_of, has_bearer
from web.principals import Principal


class Programs:
    """Stands in the place of the console's clients; tokens are names."""

    def __init__(self, console: Consoled) -> None:
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
        until = clock() + timedelta(hours=1)
        self._known[token] = Principal(
            f"employee/{system}",
            role,
            kind,  # type: ignore[arg-type]
            "token",
            until,
            judged=False,
            client=system,
            scopes=frozenset(scopes),
        )
        return TestClient(
            self._console.console.app,
            base_url=ORIGIN,
            follow_redirects=False,
            headers={"authorization": f"Bearer {token}", "accept-language": "en"},
        )
