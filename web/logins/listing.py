"""The logins that run: a person's own, and for a role that may end them those of everybody."""

from collections.abc import Sequence
from urllib.parse import urlencode

from msgspec import Struct
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from web.logins.forms import fields_of
from web.logins.house import House
from web.logins.sessions import Session
from web.portal import HOME
from web.principals import Principal
from web.rights import rights_of

PATH, OWN_PATH = "/sessions", f"{HOME}/logins"
"""Where staff, and where a person of the portal, finds the own logins; below it ends one of them."""


class Running(Struct, frozen=True):
    """One login as the page lists it. `is_this`: the one that asks."""

    session: Session
    is_this: bool


class Listing:
    """The page of logins, and the end of some of them."""

    def __init__(self, house: House) -> None:
        self._house = house

    def routes(self) -> list[Route]:
        """Both handlers."""
        return [
            *(Route(path, self._page, methods=["GET"]) for path in (PATH, OWN_PATH)),
            *(Route(f"{path}/end", self._end, methods=["POST"]) for path in (PATH, OWN_PATH)),
        ]

    async def _page(self, request: Request) -> Response:
        session: Session | None = request.state.session
        if session is None:
            return RedirectResponse(f"/login?next={request.url.path}", 303)
        check_place(request, session.principal)
        own, others = self._running(session, session.principal)
        facts = {
            "path": path_of(session.principal),
            "own": own,
            "others": others,
            "sees_all": sees_all(session.principal),
            "again": None if self._is_proven(session) else log_in_again(session),
        }
        return self._house.show(request, "sessions", facts)

    async def _end(self, request: Request) -> Response:
        """End the login of a name: an own one, or any for a role that may.

        Who came upon an open session must not end the others of its person: that needs a login just before
        (ASVS 7.5.2). The session that asks ends without one.
        """
        session: Session | None = request.state.session
        if session is None:
            return self._house.refuse(request, "stale-form", 403)
        check_place(request, session.principal)
        name = fields_of(await request.body()).get("name", "")
        if name != session.name and not self._is_proven(session):
            return RedirectResponse(log_in_again(session), 303)
        ended = self._house.sessions.end_where(
            lambda one: one.name == name and may_end(session.principal, one)
        )
        self._house.says.info("logout", f"{ended} logins were ended by hand", sessions=ended)
        return RedirectResponse(path_of(session.principal), 303)

    def _is_proven(self, session: Session) -> bool:
        return session.is_proven(self._house.clock())

    def _running(
        self, session: Session, principal: Principal
    ) -> tuple[Sequence[Running], Sequence[Running]]:
        listed = self._house.sessions.listed()
        own = [one for one in listed if one.principal.reference == principal.reference]
        others = [one for one in listed if one not in own] if sees_all(principal) else []
        return (
            [Running(one, one.name == session.name) for one in own],
            [Running(one, False) for one in others],
        )


def path_of(principal: Principal) -> str:
    """Where somebody finds the own logins."""
    return OWN_PATH if principal.kind == "data-subject" else PATH


def check_place(request: Request, principal: Principal) -> None:
    """Raise HTTPException where a person of the portal asks for the page of staff, or the other way round."""
    if not request.url.path.startswith(path_of(principal)):
        raise HTTPException(404)


def log_in_again(session: Session) -> str:
    """Where the person of a session shows again who they are, and comes back to the list."""
    return f"/login?{urlencode({'again': 'true', 'next': path_of(session.principal)})}"


def sees_all(principal: Principal) -> bool:
    """Whether a role sees the logins of everybody, and ends them."""
    return "logins" in rights_of(principal.role).acts


def may_end(principal: Principal, session: Session) -> bool:
    """Whether somebody may end a login."""
    return session.principal.reference == principal.reference or sees_all(principal)
