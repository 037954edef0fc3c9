"""Turns: one reader takes up a share of the sites, and no more, however much is asked at once."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from msgspec import Struct

# Of one reader at the same time: half of the sites of a console.
SHARE = 4


class _Turns(Struct):
    free: asyncio.Semaphore
    asking: int = 0


class Shares:
    """What readers take up. Kept of those alone who ask now, and in the loop that answers them."""

    def __init__(self, most: int = SHARE) -> None:
        self._most = most
        self._turns: dict[tuple[asyncio.AbstractEventLoop, str], _Turns] = {}

    @asynccontextmanager
    async def turn(self, reader: str) -> AsyncIterator[None]:
        """Wait until fewer requests of the reader than the share are being answered, without a thread."""
        key = asyncio.get_running_loop(), reader
        turns = self._turns.setdefault(key, _Turns(asyncio.Semaphore(self._most)))
        turns.asking += 1
        try:
            async with turns.free:
                yield
        finally:
            turns.asking -= 1
            if not turns.asking:
                del self._turns[key]
