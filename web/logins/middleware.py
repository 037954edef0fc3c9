"""Who asks, for every request, before any page sees it; and what changes something comes from a page of ours.

A request with a bearer token is judged by the token alone, whatever cookie came along. A browser sends
cookies and certificates by itself: they change nothing without proof that a page of this console asked.
"""

from collections.abc import Awaitable, Callable
from uuid import uuid4

from starlette.datastructures import State
from starlette.requests import HTTPConnection, Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from application.language import speak
from web.logins.forms import Body, TooLong, fields_of, is_form, read_body
from web.logins.guard import (
    CSRF_FIELD,
    CSRF_HEADER,
    SAFE_METHODS,
    came_from_here,
    has_token,
    is_asked_here,
    is_from_browser,
)
from web.logins.house import House
from web.logins.sessions import Session
from web.principals import Principal
from web.requests import as_written, language_of
from web.words import t

PROBLEM = "application/problem+json"
API = "/api/"
STALE = "stale-form"
_BEARER = "bearer "


class TokenRefused(Exception):
    """A token or a certificate of a client does not count. `code`: as RFC 6750 names it."""

    def __init__(self, code: str, status: int = 401) -> None:
        super().__init__(code)
        self.code = code
        self.status = status


Authenticate = Callable[[HTTPConnection], Awaitable[Session | None]]
AuthenticateClient = Callable[[HTTPConnection], Awaitable[Principal | None]]


class LoginMiddleware:
    """Puts `session` and `principal` into the state of each request; both may be None."""

    def __init__(
        self,
        app: ASGIApp,
        house: House,
        authenticate: Authenticate,
        authenticate_client: AuthenticateClient,
    ) -> None:
        self._app = app
        self._house = house
        self._authenticate = authenticate
        self._authenticate_client = authenticate_client

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Judge one request, then pass it on or answer it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        scope = as_written(scope)
        request = Request(scope, receive)
        speak(language_of(request))
        answer: Response | Body | None = self._misdirected(request)
        if answer is None:
            answer = await self._identified(request) or await self._guarded(request)
        if isinstance(answer, Response):
            await answer(scope, receive, send)
        else:
            await self._app(scope, answer.receive if answer else receive, send)

    def _misdirected(self, request: Request) -> Response | None:
        if is_asked_here(request.headers, self._house.origin):
            return None
        return problem(421, "Misdirected Request")

    async def _identified(self, request: Request) -> Response | None:
        """Say who asks; an answer for a token that does not count."""
        state: State = request.state
        state.session = state.principal = None
        state.stale = False
        try:
            state.principal = await self._authenticate_client(request)
        except TokenRefused as refused:
            return token_problem(refused)
        if state.principal is None:
            state.session = await self._authenticate(request)
            state.principal = state.session.principal if state.session else None
        return None

    async def _guarded(self, request: Request) -> Response | Body | None:
        """Let through what a page of ours asks; with the body where it had to be read."""
        if request.method in SAFE_METHODS:
            return None
        session: Session | None = request.state.session
        if self._comes_from_elsewhere(request, session):
            return self._refused(request, "other-site")
        # The API says itself how much it reads; all else that is sent is a form.
        if _is_api(request) and not (session and is_form(request)):
            return self._with_header(request, session) if session else None
        try:
            body = await read_body(request.receive)
        except TooLong:
            return problem(413, "Content Too Large")
        return self._with_token(request, session, body) if session else body

    def _comes_from_elsewhere(self, request: Request, session: Session | None) -> bool:
        """Whether a browser asks, which sends a session by itself, and no page of this console made it."""
        if has_bearer(request) or not (is_from_browser(request.headers) or session):
            return False
        return not came_from_here(request.headers, self._house.origin)

    def _with_token(self, request: Request, session: Session, body: Body) -> Response | Body:
        if not is_form(request):
            return self._with_header(request, session) or body
        if has_token(fields_of(body.content).get(CSRF_FIELD), session.csrf):
            return body
        if not self._house.keeps(request.url.path):
            return self._refused(request, STALE)
        request.state.stale = True  # the page shows it once more, and does nothing
        return body

    def _with_header(self, request: Request, session: Session) -> Response | None:
        given = request.headers.get(CSRF_HEADER)
        return None if has_token(given, session.csrf) else self._refused(request, STALE)

    def _refused(self, request: Request, why: str) -> Response:
        """A page that says why, or the problem of a program."""
        if _is_api(request):
            return problem(403, "Forbidden", why)
        return self._house.refuse(request, why, 403)


def _is_api(request: Request) -> bool:
    path: str = request.scope["path"]
    return path.startswith(API)


def has_bearer(connection: HTTPConnection) -> bool:
    """Whether a request brings a bearer token, which no browser sends by itself."""
    return connection.headers.get("authorization", "").lower().startswith(_BEARER)


def bearer_of(connection: HTTPConnection) -> str:
    """The token of a request that has one."""
    return connection.headers["authorization"][len(_BEARER) :].strip()


def token_problem(refused: TokenRefused) -> Response:
    """What a client is told whose token does not count (RFC 6750, RFC 9457)."""
    titles = {
        401: "Unauthorized",
        403: "Forbidden",
        429: "Too Many Requests",
        503: "Service Unavailable",
    }
    response = problem(refused.status, titles[refused.status], refused.code)
    if refused.status in {401, 403}:
        response.headers["www-authenticate"] = f'Bearer error="{refused.code}"'
    return response


def problem(status: int, title: str, code: str | None = None) -> Response:
    """A problem in the language of the request."""
    detail = str(t(f"http.{status}"))
    content = {
        "type": "about:blank",
        "title": title,
        "status": status,
        "detail": detail,
        "instance": f"urn:uuid:{uuid4()}",
    }
    return JSONResponse(content | ({"code": code} if code else {}), status, media_type=PROBLEM)
