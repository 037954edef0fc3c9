"""Sessions: who is logged in, kept by this process alone. A restart of the server ends them all.

The secret of a session is in its cookie and nowhere else: here is its hash. Each login begins a new session,
so that a secret that was there before a login is worth nothing after it.
"""

import secrets
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from hashlib import sha256
from threading import Lock
from types import MappingProxyType

import msgspec

from web.principals import Kind, Principal

SECRET_BYTES = 32
MOST_SESSIONS = 20_000
MOST_OF_ONE = 20
PROVEN = timedelta(minutes=10)
"""Who showed so long ago who they are does what needs that without another login."""


class Life(msgspec.Struct, frozen=True):
    """How long a session lives: without a request (`idle`), and at most."""

    idle: timedelta
    most: timedelta


_OFFICE = Life(idle=timedelta(minutes=30), most=timedelta(hours=10))
_GUEST = Life(idle=timedelta(minutes=15), most=timedelta(hours=2))
LIVES: Mapping[Kind, Life] = MappingProxyType(
    {"staff": _OFFICE, "client": _OFFICE, "inspector": _GUEST, "data-subject": _GUEST}
)


class ProviderSession(msgspec.Struct, frozen=True):
    """What the OpenID provider knows a login by. `id_token`: the hint for a logout that we ask for.

    `proven`: when the person showed there who they are, which may be long before this login; None: it did
    not say.
    """

    issuer: str
    subject: str
    sid: str | None
    id_token: str
    proven: datetime | None = None

    def __repr__(self) -> str:
        """Without the token."""
        return "ProviderSession(…)"


class Session(msgspec.Struct, frozen=True):
    """One login in one browser. `name`: for lists, no secret. `csrf`: what each form must bring."""

    name: str
    principal: Principal
    csrf: str
    began: datetime
    seen: datetime
    judged_at: datetime
    provider: ProviderSession | None = None

    def __repr__(self) -> str:
        """Without its tokens."""
        return f"Session(name={self.name!r})"

    def is_proven(self, now: datetime) -> bool:
        """Whether the person showed a short while ago who they are."""
        proven = self.provider.proven if self.provider else self.began
        return proven is not None and now - proven < PROVEN

    @property
    def idle_until(self) -> datetime:
        """When it ends, unless a request comes before."""
        idle = self.seen + LIVES[self.principal.kind].idle
        return min(idle, self.principal.until)


class Sessions:
    """All sessions of this process."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._kept: dict[bytes, Session] = {}
        self._lock = Lock()

    def begin(
        self, principal: Principal, provider: ProviderSession | None = None
    ) -> tuple[str, Session]:
        """A new session and its secret. It ends by itself; the oldest ends when there are too many."""
        now, secret = self._clock(), secrets.token_urlsafe(SECRET_BYTES)
        until = min(principal.until, now + LIVES[principal.kind].most)
        session = Session(
            name=secrets.token_hex(8),
            principal=msgspec.structs.replace(principal, until=until),
            csrf=secrets.token_urlsafe(SECRET_BYTES),
            began=now,
            seen=now,
            judged_at=now,
            provider=provider,
        )
        with self._lock:
            self._forget_ended(now)
            self._make_room(principal.reference)
            self._kept[_hash(secret)] = session
        return secret, session

    def find(self, secret: str) -> Session | None:
        """The session of a secret, which counts as seen now; None when there is none or it has ended."""
        key, now = _hash(secret), self._clock()
        with self._lock:
            session = self._kept.get(key)
            if session is None:
                return None
            if session.idle_until <= now:
                del self._kept[key]
                return None
            self._kept[key] = seen = msgspec.structs.replace(session, seen=now)
            return seen

    def judged(self, secret: str) -> None:
        """Note that the register was asked about the session's role now, and grants it."""
        key = _hash(secret)
        with self._lock:
            if session := self._kept.get(key):
                self._kept[key] = msgspec.structs.replace(session, judged_at=self._clock())

    def end(self, secret: str) -> Session | None:
        """End the session of a secret; the session, if there was one."""
        with self._lock:
            return self._kept.pop(_hash(secret), None)

    def end_where(self, ends: Callable[[Session], bool]) -> int:
        """End every session of which `ends` says so; how many."""
        with self._lock:
            ended = [key for key, session in self._kept.items() if ends(session)]
            for key in ended:
                del self._kept[key]
        return len(ended)

    def listed(self, reference: str | None = None) -> list[Session]:
        """The sessions that run, of one reference or of all, the latest first."""
        now = self._clock()
        with self._lock:
            self._forget_ended(now)
            running = [
                session
                for session in self._kept.values()
                if reference in {None, session.principal.reference}
            ]
        return sorted(running, key=lambda session: (session.began, session.name), reverse=True)

    def _forget_ended(self, now: datetime) -> None:
        for key in [key for key, session in self._kept.items() if session.idle_until <= now]:
            del self._kept[key]

    def _make_room(self, reference: str) -> None:
        """Sessions are kept in the order in which they began."""
        own = [
            key for key, session in self._kept.items() if session.principal.reference == reference
        ]
        for key in own[: max(0, len(own) - MOST_OF_ONE + 1)]:
            del self._kept[key]
        while len(self._kept) >= MOST_SESSIONS:
            del self._kept[next(iter(self._kept))]


def _hash(secret: str) -> bytes:
    return sha256(secret.encode("utf-8", "surrogatepass")).digest()
