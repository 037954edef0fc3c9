"""A login at the OpenID provider: there with PKCE, back with a code, and out again from either side."""

from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from web.logins.beginnings import LIFE, Beginning, Beginnings
from web.logins.claims import Door, NoOne
from web.logins.entering import enter
from web.logins.forms import fields_of
from web.logins.house import House, address_of
from web.logins.limits import network_of
from web.logins.origin import local_path
from web.logins.provider import CodeRefused, Metadata, Provider, ProviderAway
from web.logins.relying import Naming, Relying
from web.logins.sessions import LIVES, ProviderSession, Session
from web.logins.tokens import (
    SKEW_S,
    Claims,
    LoginRequest,
    TokenWrong,
    ends_at,
    id_token_claims,
    logout_claims,
    proven_at,
)
from web.logins.used_once import UsedOnce
from web.principals import Principal

BEGIN, BACK, BACK_CHANNEL, LOGGED_OUT = (
    "/login/provider",
    "/login/callback",
    "/logout/backchannel",
    "/logged-out",
)


AGAIN = "again"
"""The parameter that asks for a login also of a person who is logged in."""
# A link on a page of ours, or an address that a person typed. Another site begins no login.
_OWN_WILL = {"same-origin", "none"}


class ByProvider:
    """The handlers of one provider."""

    def __init__(self, house: House, relying: Relying, provider: Provider) -> None:
        self._house = house
        self._relying = relying
        self._provider = provider
        self._beginnings = Beginnings(house.clock)
        self._logouts = UsedOnce(house.clock, SKEW_S)

    def routes(self) -> list[Route]:
        """Where a login begins and comes back, and where the provider says that one is over."""
        return [
            Route(BEGIN, self._begin, methods=["GET"]),
            Route(BACK, self._back, methods=["GET"]),
            Route(BACK_CHANNEL, self._ended_there, methods=["POST"]),
        ]

    def leaving(self, session: ProviderSession, *, is_of_portal: bool) -> str | None:
        """Where to end the provider's session, too; None where it has no such page or is away.

        A person of the portal comes back to a page of theirs.
        """
        try:
            page = self._provider.metadata().end_session_endpoint
        except ProviderAway:
            return None
        if page is None:
            return None
        return _with(
            page,
            id_token_hint=session.id_token,
            client_id=self._relying.us.client_id,
            post_logout_redirect_uri=self._house.origin.url(LOGGED_OUT),
            **({"state": "portal"} if is_of_portal else {}),
        )

    async def _begin(self, request: Request) -> Response:
        house = self._house
        if request.headers.get("sec-fetch-site", "none") not in _OWN_WILL:
            return RedirectResponse(f"/login?{request.url.query}", 303)
        if wait_s := house.tries.take(network_of(address_of(request))):
            return house.refuse(request, "too-many", 429, wait_s)
        try:
            described = await run_in_threadpool(self._provider.metadata)
        except ProviderAway:
            return house.refuse(request, "provider-away", 503)
        door: Door = "portal" if request.query_params.get("door") == "portal" else "console"
        next_path = local_path(request.query_params.get("next"))
        again = AGAIN in request.query_params
        browser, beginning = self._beginnings.begin(door, next_path, again=again)
        response = RedirectResponse(self._asking(described, beginning), 303)
        house.cookies.put(response, house.cookies.begun, browser, int(LIFE.total_seconds()))
        return response

    def _asking(self, described: Metadata, beginning: Beginning) -> str:
        relying = self._relying
        asked = {
            "response_type": "code",
            "client_id": relying.us.client_id,
            "redirect_uri": self._house.origin.url(BACK),
            "scope": " ".join(relying.scopes),
            "state": beginning.state,
            "nonce": beginning.nonce,
            "code_challenge": beginning.challenge,
            "code_challenge_method": "S256",
        }
        strength = relying.strength
        if strength.acr:
            asked["acr_values"] = " ".join(strength.acr)
        if beginning.again:
            asked |= {"prompt": "login", "max_age": "0"}
        elif strength.max_age_s is not None:
            asked["max_age"] = str(strength.max_age_s)
        return _with(described.authorization_endpoint, **asked)

    async def _back(self, request: Request) -> Response:
        """The provider sends the browser back. Any refusal leaves the browser as it was, not logged in."""
        house, said = self._house, request.query_params
        browser = request.cookies.get(house.cookies.begun)
        beginning = self._beginnings.end(said.get("state", ""), browser)
        if beginning is None:
            return house.refuse(request, "not-begun", 400)
        try:
            principal, session = await run_in_threadpool(self._named, dict(said), beginning)
        except (CodeRefused, ProviderAway, TokenWrong, NoOne) as error:
            response = house.refuse(request, *_refusal_of(error))
            house.cookies.drop(response, house.cookies.begun)
            return response
        return await enter(house, request, principal, beginning.next_path, session)

    def _named(
        self, said: dict[str, str], beginning: Beginning
    ) -> tuple[Principal, ProviderSession]:
        """Whom the provider's answer names. Raises CodeRefused, ProviderAway, TokenWrong or NoOne."""
        relying, now = self._relying, self._house.clock()
        described = self._provider.metadata()
        says_issuer = "iss" in said or described.authorization_response_iss_parameter_supported
        if says_issuer and said.get("iss") != relying.issuer:
            raise TokenWrong("iss")
        if "error" in said or "code" not in said:
            raise CodeRefused
        redirect_uri = self._house.origin.url(BACK)
        tokens = self._provider.exchange(relying.us, said["code"], beginning.verifier, redirect_uri)
        # The page of the provider may stand open as long as a login may take.
        lately = int(LIFE.total_seconds()) if beginning.again else None
        asked = LoginRequest(beginning.nonce, relying.strength.within(lately))
        claims = id_token_claims(tokens.id_token, self._provider, relying.us.client_id, asked, now)
        longest = now + max(life.most for life in LIVES.values())
        naming = Naming(relying.names, self._house.grants, longest, "oidc")
        return naming.through(beginning.door, claims), _session(relying, claims, tokens.id_token)

    async def _ended_there(self, request: Request) -> Response:
        """The provider says that a session is over (OpenID Connect Back-Channel Logout 1.0)."""
        try:
            token = fields_of(await request.body()).get("logout_token", "")
            ended = await run_in_threadpool(self._end, token)
        except ProviderAway:
            return _answer(503, {"error": "temporarily_unavailable"})
        except TokenWrong as error:
            self._house.says.warning("logout-refused", f"a logout token does not hold: {error}")
            return _answer(400, {"error": "invalid_request"})
        self._house.says.info("logout", f"the provider ended {ended} sessions", sessions=ended)
        return _answer(200, {})

    def _end(self, token: str) -> int:
        now = self._house.clock()
        claims = logout_claims(token, self._provider, self._relying.us.client_id, now)
        if not self._logouts.take(claims["jti"], ends_at(claims)):
            raise TokenWrong("jti")
        return self._house.sessions.end_where(lambda session: self._is_named(session, claims))

    def _is_named(self, session: Session, claims: Claims) -> bool:
        known = session.provider
        if known is None or known.issuer != self._relying.issuer:
            return False
        named = {"sub": known.subject, "sid": known.sid}
        return all(claims[name] == value for name, value in named.items() if name in claims)


def _session(relying: Relying, claims: Claims, id_token: str) -> ProviderSession:
    sid, proven = claims.get("sid"), proven_at(claims)
    return ProviderSession(relying.issuer, claims["sub"], sid, id_token, proven)


def _refusal_of(error: Exception) -> tuple[str, int]:
    """The word for a person, and the status."""
    if isinstance(error, NoOne):
        return str(error), 403
    if isinstance(error, ProviderAway):
        return "provider-away", 503
    return ("token-wrong", 403) if isinstance(error, TokenWrong) else ("provider-refused", 403)


def _answer(status: int, content: dict[str, str]) -> Response:
    return JSONResponse(content, status, headers={"cache-control": "no-store"})


def _with(address: str, **parameters: str) -> str:
    """An address of the provider, which may have parameters already, with more of them."""
    parts = urlsplit(address)
    query = urlencode([*parse_qsl(parts.query), *parameters.items()])
    return urlunsplit(parts._replace(query=query))
