"""Static files are compressed on their way. Pages are not: what is secret in them would show in their length.

A page holds a form's token beside texts that others chose. Compressed, its length tells of both (BREACH).
"""

from starlette.middleware.gzip import GZipMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

STATIC = "/static/"


class CompressionMiddleware:
    """Compresses what lies under `/static/`, for browsers that take it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._compressed = GZipMiddleware(app)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        is_static = scope["type"] == "http" and scope["path"].startswith(STATIC)
        await (self._compressed if is_static else self._app)(scope, receive, send)
