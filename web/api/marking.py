"""What every answer of the API says of itself: its version, and the trace that it belongs to."""

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from web.api.tracing import answered_trace

API = "/api/"
"""What every address of the API begins with."""
API_VERSION = "1.0.0"
"""Of the published description; the first number is the one in the address."""


class MarkMiddleware:
    """Adds both headers to answers of the API. It stands before all that may answer."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and mark its answer."""
        if scope["type"] != "http" or not scope["path"].startswith(API):
            await self._app(scope, receive, send)
            return
        trace = answered_trace(Headers(scope=scope).get("traceparent"))

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["api-version"], headers["traceparent"] = API_VERSION, trace
            await send(message)

        await self._app(scope, receive, sending)
