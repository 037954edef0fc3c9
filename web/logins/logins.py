"""The logins of one console, put together: who asks, the routes, and what stands before all pages."""

from datetime import timedelta
from urllib.parse import urlencode

from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.requests import HTTPConnection, Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from web.logins.by_link import ByLink
from web.logins.by_provider import AGAIN, BEGIN, LOGGED_OUT, ByProvider
from web.logins.clients import Clients
from web.logins.house import House
from web.logins.links import PATH as LINK_PATH
from web.logins.listing import Listing
from web.logins.middleware import LoginMiddleware, TokenRefused, has_bearer
from web.logins.origin import local_path
from web.logins.sessions import Session
from web.portal import is_by_portal
from web.principals import Principal

# Each read asks the register, so an ended role opens nothing at once. After this its session ends, too.
JUDGED_AGAIN = timedelta(minutes=1)


class Logins:
    """How people and clients log in at one console."""

    def __init__(
        self, house: House, provider: ByProvider | None = None, clients: Clients | None = None
    ) -> None:
        """`provider`: None where no OpenID provider is set. `clients`: None where none is let in."""
        self.house = house
        self._provider = provider
        self._clients = clients
        self._link = ByLink(house)
        self._listing = Listing(house)

    async def authenticate(self, connection: HTTPConnection) -> Session | None:
        """The session of a browser, if it runs and the register still grants its role."""
        secret = self.house.cookies.secret(connection)
        session = self.house.sessions.find(secret) if secret else None
        if secret is None or session is None:
            return None
        principal, age = session.principal, self.house.clock() - session.judged_at
        if principal.judged and age >= JUDGED_AGAIN:
            if not await run_in_threadpool(self.house.grants, principal.reader):
                self.house.sessions.end(secret)
                return None
            self.house.sessions.judged(secret)
        return session

    async def authenticate_client(self, connection: HTTPConnection) -> Principal | None:
        """The client that a token or a certificate names; None without either. Raises TokenRefused."""
        if self._clients:
            return await self._clients.authenticate(connection)
        if has_bearer(connection):
            raise TokenRefused("invalid_token")
        return None

    @property
    def middleware(self) -> Middleware:
        """What stands before every page."""
        return Middleware(
            LoginMiddleware,
            house=self.house,
            authenticate=self.authenticate,
            authenticate_client=self.authenticate_client,
        )

    def routes(self) -> list[Route]:
        """The pages of logins."""
        routes = [
            *self._listing.routes(),
            Route("/login", self._page, methods=["GET"]),
            Route(LINK_PATH, self._link.page, methods=["GET"]),
            Route(LINK_PATH, self._link.use, methods=["POST"]),
            Route("/logout", self._logout, methods=["POST"]),
            Route(LOGGED_OUT, self._logged_out, methods=["GET"]),
        ]
        return [*routes, *(self._provider.routes() if self._provider else ())]

    async def _page(self, request: Request) -> Response:
        """The ways in, and what to do where there is none."""
        back, again = local_path(request.query_params.get("next")), AGAIN in request.query_params
        if request.state.principal is not None and not again:
            return RedirectResponse(back, 303)
        facts = {
            "doors": [door_of(request, back, again=again)] if self._provider else [],
            "again": again,
            "links": self.house.links is not None and self.house.origin.is_loopback,
        }
        response = self.house.show(request, "login", facts)
        response.headers["cache-control"] = "no-store"
        return response

    async def _logout(self, request: Request) -> Response:
        """End the session here; the page that says so leads on to the provider, which may have one, too."""
        secret = self.house.cookies.secret(request)
        session = self.house.sessions.end(secret) if secret else None
        if session is not None and session.principal.kind == "data-subject":
            request.scope["left_by"] = "portal"
        self.house.says.info("logout", "a person logged out", sessions=1 if session else 0)
        request.state.session = request.state.principal = None
        leave = await self._leaving(session)
        response = self.house.show(request, "logged_out", {"leave": leave})
        if leave:
            # Not a redirect: the policy of the pages lets no form lead to another origin.
            response.headers["refresh"] = f"0; url={leave}"
        self.house.cookies.drop(response, self.house.cookies.session)
        response.headers["cache-control"] = "no-store"
        response.headers["clear-site-data"] = '"cache"'
        return response

    async def _leaving(self, session: Session | None) -> str | None:
        if session is None or session.provider is None or self._provider is None:
            return None
        is_of_portal = session.principal.kind == "data-subject"
        return await run_in_threadpool(
            self._provider.leaving, session.provider, is_of_portal=is_of_portal
        )

    async def _logged_out(self, request: Request) -> Response:
        """Where the provider leads to after a logout."""
        return self.house.show(request, "logged_out", {"leave": None})


def door_of(request: Request, back: str, *, again: bool) -> dict[str, str]:
    """The way to the provider: for the house, or with `door=portal` for a person of the portal."""
    door = "portal" if is_by_portal(request) else "console"
    word = "portal" if door == "portal" else "provider"
    asked = {"door": door, "next": back, **({AGAIN: "true"} if again else {})}
    return {"word": word, "href": f"{BEGIN}?{urlencode(asked)}"}
