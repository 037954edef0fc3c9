"""The moment of a login: a new session in place of whatever the browser had, and its cookie."""

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from web.logins.house import House
from web.logins.origin import local_path
from web.logins.sessions import ProviderSession
from web.principals import Principal


async def enter(
    house: House,
    request: Request,
    principal: Principal,
    next_path: str,
    provider: ProviderSession | None = None,
) -> Response:
    """Log in, if the register grants the role. The answer leads on to a path of this console."""
    if principal.judged and not await run_in_threadpool(house.grants, principal.reader):
        return house.refuse(request, "not-granted", 403)
    cookies = house.cookies
    if before := cookies.secret(request):
        house.sessions.end(before)
    secret, _ = house.sessions.begin(principal, provider)
    house.says.info(
        "login", f"a login as {principal.role}", role=principal.role, method=principal.method
    )
    response = RedirectResponse(local_path(next_path), 303)
    cookies.put(response, cookies.session, secret)
    cookies.drop(response, cookies.begun)
    response.headers["cache-control"] = "no-store"
    return response
