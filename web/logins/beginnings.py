"""Logins that have begun at the provider: each comes back once, in the browser that began it."""

import secrets
from base64 import urlsafe_b64encode
from collections import OrderedDict
from collections.abc import Callable
from datetime import datetime, timedelta
from hashlib import sha256
from threading import Lock

import msgspec

from web.logins.claims import Door

LIFE = timedelta(minutes=10)
MOST = 10_000
_BYTES = 32


class Beginning(msgspec.Struct, frozen=True):
    """A login that has begun: the values that the answer must hold, and the page that the person wanted.

    `again`: the provider must ask the person now, whoever is logged in there.
    """

    state: str
    nonce: str
    verifier: str
    door: Door
    next_path: str
    browser: bytes
    until: datetime
    again: bool = False

    def __repr__(self) -> str:
        """Without what is secret."""
        return f"Beginning(door={self.door!r})"

    @property
    def challenge(self) -> str:
        """The verifier as the provider may know it before (RFC 7636, S256)."""
        return urlsafe_b64encode(sha256(self.verifier.encode()).digest()).rstrip(b"=").decode()


class Beginnings:
    """All logins that have begun here."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._begun: OrderedDict[str, Beginning] = OrderedDict()
        self._lock = Lock()

    def begin(self, door: Door, next_path: str, *, again: bool = False) -> tuple[str, Beginning]:
        """A new login, and the secret that its browser keeps until it is back."""
        browser = secrets.token_urlsafe(_BYTES)
        beginning = Beginning(
            state=secrets.token_urlsafe(_BYTES),
            nonce=secrets.token_urlsafe(_BYTES),
            verifier=secrets.token_urlsafe(_BYTES),
            door=door,
            next_path=next_path,
            browser=_hash(browser),
            until=self._clock() + LIFE,
            again=again,
        )
        with self._lock:
            self._forget_old()
            self._begun[beginning.state] = beginning
        return browser, beginning

    def end(self, state: str, browser: str | None) -> Beginning | None:
        """The login of a state, which is over with that; None for any other browser, which ends nothing."""
        with self._lock:
            beginning = self._begun.get(state)
            if beginning is None or browser is None:
                return None
            if not secrets.compare_digest(beginning.browser, _hash(browser)):
                return None
            del self._begun[state]
        return beginning if self._clock() < beginning.until else None

    def _forget_old(self) -> None:
        """All live equally long, so the first are the oldest."""
        now = self._clock()
        while self._begun:
            first = next(iter(self._begun.values()))
            if now < first.until and len(self._begun) < MOST:
                return
            self._begun.popitem(last=False)


def _hash(secret: str) -> bytes:
    return sha256(secret.encode("utf-8", "surrogatepass")).digest()
