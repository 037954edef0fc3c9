"""What answers say of themselves in headers: that the reader sees a part; of the API version and trace."""

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from web.api.tracing import answered_trace
from web.principals import Principal
from web.requests import language_of
from web.rights import rights_of
from web.words import words

API = "/api/"
"""What every address of the API begins with."""
API_VERSION = "1.0.0"
"""Of the published description; the first number is the one in the address."""


PART = "ledger-part"
"""The header that says that the reader sees a part."""


class MarkMiddleware:
    """Adds the headers. It stands before all that may answer."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and mark its answer."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        state = scope.setdefault("state", {})  # where the login will be known
        marks = {}
        if scope["path"].startswith(API):
            trace = answered_trace(Headers(scope=scope).get("traceparent"))
            marks = {"api-version": API_VERSION, "traceparent": trace}

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(marks)
                if "public" not in headers.get(
                    "cache-control", ""
                ):  # that is the same for everybody
                    headers.update(_part(state.get("principal"), Request(scope)))
            await send(message)

        await self._app(scope, receive, sending)


def _part(principal: Principal | None, request: Request) -> dict[str, str]:
    """The header for a role that sees a part."""
    if principal is None or not rights_of(principal.role).sees_part:
        return {}
    return {PART: words()["page"]["part"][language_of(request)]}
