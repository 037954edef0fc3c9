"""Who is at the other end of a connection, for each request on it: address, and certificate if any.

The server rewrites the address of a request to what a proxy says; this keeps the address of the proxy.
"""

import asyncio
from ssl import SSLObject

from uvicorn.protocols.http.h11_impl import H11Protocol

PEER_ADDRESS = "peer_address"
PEER_CERTIFICATE = "peer_certificate"


class PeerProtocol(H11Protocol):
    """HTTP/1.1 of the server, with the peer of the connection in the state of each request."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Note the peer; the server copies `app_state` into each request."""
        super().connection_made(transport)
        session: SSLObject | None = transport.get_extra_info("ssl_object")
        self.app_state = {
            **self.app_state,
            PEER_ADDRESS: self.client[0] if self.client else "",
            PEER_CERTIFICATE: session.getpeercert(binary_form=True) if session else None,
        }
