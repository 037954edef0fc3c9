"""What requests hold in memory at once: the bytes of all bodies that are read and not yet answered.

One body has a bound of its own, where it is read. This bounds their sum, so that neither one client nor many
slow ones fill the memory of the process. Bytes count as they arrive, not as a header promises them.
"""

from collections import Counter

from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ledger.errors import Busy, Misconfigured
from web.api.problems import failed
from web.logins.limits import network_of

MOST_HELD = 32 * 1024 * 1024
"""Eight posts of the largest size, or more than a hundred forms."""
MOST_OF_ONE = MOST_HELD // 2
"""What one address holds, so that another one always finds room."""


_LENGTHS = (b"content-length", b"transfer-encoding")


class NoRoom(Busy):
    """More bytes wait here than are kept in memory: send the same again in a moment."""


class Room:
    """How many bytes are held, by whom. For one event loop, which runs nothing of it at once."""

    def __init__(self, most: int = MOST_HELD, of_one: int = MOST_OF_ONE) -> None:
        self._most, self._of_one = most, of_one
        self._held: Counter[str] = Counter()
        self._all = 0

    def take(self, who: str, size: int) -> None:
        """Hold some bytes. Raises NoRoom, and holds none then."""
        if self._all + size > self._most or self._held[who] + size > self._of_one:
            raise NoRoom
        self._all += size
        self._held[who] += size

    def give_back(self, who: str, size: int) -> None:
        """Hold them no more."""
        self._all -= size
        self._held[who] -= size
        if self._held[who] <= 0:
            del self._held[who]

    @property
    def held(self) -> int:
        """All bytes that are held."""
        return self._all


class BodiesMiddleware:
    """Counts the bytes of each request from their arrival until it is answered.

    A request that says its length in two ways is refused, and ends its connection (RFC 9112, 6.3): a proxy
    before us may have read another end of it, and what follows would be somebody else's request.
    """

    def __init__(self, app: ASGIApp, room: Room) -> None:
        self._app = app
        self._room = room

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on; answer 503 where its bytes have no room."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if all(name in dict(scope["headers"]) for name in _LENGTHS):
            await _two_lengths()(scope, receive, send)
            return
        client = scope.get("client")
        who, held, begun = network_of(client[0]) if client else "", 0, False

        async def receiving() -> Message:
            nonlocal held
            message = await receive()
            size = len(message.get("body", b""))
            self._room.take(who, size)
            held += size
            return message

        async def sending(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self._app(scope, receiving, sending)
        except NoRoom as error:
            if begun:
                raise
            await failed(error)(scope, receive, send)
        finally:
            self._room.give_back(who, held)


def _two_lengths() -> Response:
    response = failed(Misconfigured("this request says its length in two ways"))
    response.headers["connection"] = "close"
    return response
