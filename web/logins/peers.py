"""Who is at the other end of a connection, for each request on it; and how long that end may take to ask."""

import asyncio
import socket
from collections.abc import Iterable
from ssl import SSLObject

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

BY_PROXY = "by_proxy"
"""Whether a connection came by a socket of the file system: only the proxy can connect to that."""
PEER_CERTIFICATE = "peer_certificate"
"""What the other end brought, as DER. Whether it holds is for `web/logins/certificates.py` to say."""
ASK_S = 60.0
"""A request is here, head and content, within so much time. Connections that only wait take up files."""
TAKE_S = 60.0
"""Within so much time most of what waits is taken, and the rest once the server closes; else the end."""
MOST_UNTAKEN_BYTES = 256 * 1024 * 1024
"""Of all answers that wait to be taken. The largest, a bundle of entries, has a sixteenth of it."""


class PeerProtocol(H11Protocol):
    """HTTP/1.1 of the server, with the peer of the connection in the state of each request."""

    _deadline: asyncio.TimerHandle | None = None
    _taking: asyncio.TimerHandle | None = None
    _leaving: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Note the peer; the server copies `app_state` into each request."""
        super().connection_made(transport)
        session: SSLObject | None = transport.get_extra_info("ssl_object")
        connected: socket.socket | None = transport.get_extra_info("socket")
        self.app_state = {
            **self.app_state,
            BY_PROXY: connected is not None and connected.family == socket.AF_UNIX,
            PEER_CERTIFICATE: session.getpeercert(binary_form=True) if session else None,
        }
        self._expect()

    def data_received(self, data: bytes) -> None:
        """Read on. The server itself waits for ever for the rest of a request, so this does not."""
        super().data_received(data)
        if self.conn.their_state in {h11.IDLE, h11.SEND_BODY}:
            self._expect()
        else:
            self._forget()
        if self.transport.is_closing():
            self._leave()

    def handle_events(self) -> None:
        """Read what has arrived. It may hold more than one request, and only the head of the last one."""
        super().handle_events()
        # Behind an answer this is called without `data_received`: nothing may be left that has no deadline.
        if self.conn.their_state is h11.SEND_BODY:
            self._expect()

    def on_response_complete(self) -> None:
        """From here on the server's own wait for the next request counts."""
        self._forget()
        super().on_response_complete()
        self._leave()

    def pause_writing(self) -> None:
        """Wait until the other end takes what is written, and no longer than it may take."""
        super().pause_writing()
        others: Iterable[PeerProtocol] = self.connections  # type: ignore[assignment]
        if sum(each.transport.get_write_buffer_size() for each in others) > MOST_UNTAKEN_BYTES:
            self.transport.abort()
        if self._taking is None:
            self._taking = self.loop.call_later(TAKE_S, self.transport.abort)

    def resume_writing(self) -> None:
        """Go on: it was taken."""
        self._taken()
        super().resume_writing()

    def _taken(self) -> None:
        if self._taking is not None:
            self._taking.cancel()
            self._taking = None

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait for nothing more."""
        self._forget()
        self._taken()
        if self._leaving is not None:
            self._leaving.cancel()
        super().connection_lost(exc)

    def _leave(self) -> None:
        """Let no rest of an answer that is not taken keep a connection that the server closed.

        Little waits without a pause in writing, so no other deadline counts for it. The server closes what
        brings no further request a few seconds after an answer.
        """
        if self._leaving is not None:
            self._leaving.cancel()
        self._leaving = self.loop.call_later(TAKE_S, self._left)

    def _left(self) -> None:
        if self.transport.is_closing():
            self.transport.abort()

    def _expect(self) -> None:
        if self._deadline is None:
            self._deadline = self.loop.call_later(ASK_S, self._late)

    def _forget(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _late(self) -> None:
        """End the connection, unless what is missing waits here until the program reads on."""
        self._deadline = None
        if self.flow.read_paused:
            self._expect()
        else:
            self.transport.abort()
