"""What the proxy says of a request: who connects to it, and with which certificate.

The proxy is known by its connection: it comes by a socket of the file system to which nobody else can connect
(`web/listening.py`). Of a request that came in any other way no such header is read.
"""

import ipaddress

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from application.language import speak
from host.logs import Log
from web.logins.certificates import read_certificate
from web.logins.middleware import problem
from web.logins.peers import BY_PROXY, PEER_CERTIFICATE
from web.requests import language_of

FORWARDED_FOR, CLIENT_CERT = "x-forwarded-for", "client-cert"
_LOG = Log("serve")


class ProxyMiddleware:
    """Puts address and certificate of who connects to the proxy in the place of the proxy's own."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on. The proxy's own is refused where it does not say, once, who connects."""
        if scope["type"] == "http" and scope.get("state", {}).get(BY_PROXY):
            try:
                scope = _of_whom(scope)
            except ValueError:
                _LOG.warning("proxy", "the proxy does not say, once, who connects")
                speak(language_of(Request(scope)))
                await problem(400, "Bad Request", "proxy")(scope, receive, send)
                return
        await self._app(scope, receive, send)


def _of_whom(scope: Scope) -> Scope:
    """The same request, of whom the proxy says. Raises ValueError."""
    headers = Headers(scope=scope)
    address = ipaddress.ip_address(_only(headers, FORWARDED_FOR) or "")
    given = _only(headers, CLIENT_CERT)
    certificate = read_certificate(given) if given else None
    state = {**scope["state"], PEER_CERTIFICATE: certificate}
    return {**scope, "client": (str(address), 0), "state": state}


def _only(headers: Headers, name: str) -> str | None:
    """The value of a header that is there once. Raises ValueError where another spelling or value is, too.

    A stranger's `Client_Cert` passes some proxies, and programs behind them read it as the same name.
    """
    found = [(said, text) for said, text in headers.items() if said.replace("_", "-") == name]
    if not found:
        return None
    ((said, text),) = found
    if said != name:
        raise ValueError
    return text
