"""A login by a one-time link, from this machine alone.

The page of the link takes nothing: programs that fetch links before a person opens them use none up. The
button on it does.
"""

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from web.logins.entering import enter
from web.logins.forms import fields_of
from web.logins.guard import came_from_here
from web.logins.house import House, address_of
from web.logins.links import Link
from web.logins.origin import is_loopback
from web.logins.sessions import LIVES
from web.principals import Principal, staff_kind

_FORWARDED = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "via")


class ByLink:
    """The two handlers of a link."""

    def __init__(self, house: House) -> None:
        self._house = house

    async def page(self, request: Request) -> Response:
        """The button that uses the link."""
        if not self._is_from_here(request):
            return self._house.refuse(request, "not-from-here", 403)
        facts = {"key": request.query_params.get("key", "")}
        response = self._house.show(request, "login_link", facts)
        response.headers["cache-control"] = "no-store"
        return response

    async def use(self, request: Request) -> Response:
        """Use the link up and log in."""
        house = self._house
        if not self._is_from_here(request) or not came_from_here(request.headers, house.origin):
            return house.refuse(request, "not-from-here", 403)
        if wait_s := house.tries.take(address_of(request)):
            return house.refuse(request, "too-many", 429, wait_s)
        key = fields_of(await request.body()).get("key", "")
        link = await run_in_threadpool(self._taken, key)
        if link is None:
            return house.refuse(request, "link-over", 403)
        return await enter(house, request, self._principal(link), "/")

    def _taken(self, key: str) -> Link | None:
        return self._house.links.take(key, self._house.clock()) if self._house.links else None

    def _principal(self, link: Link) -> Principal:
        kind = staff_kind(link.role)
        return Principal(
            reference=link.reference,
            role=link.role,
            kind=kind,
            method="link",
            until=self._house.clock() + LIVES[kind].most,
            judged=link.judged,
        )

    def _is_from_here(self, request: Request) -> bool:
        """Whether the request comes from this machine, and not by a proxy on it."""
        is_direct = not any(name in request.headers for name in _FORWARDED)
        is_open = self._house.links is not None and self._house.origin.is_loopback
        return is_open and is_direct and is_loopback(address_of(request))
