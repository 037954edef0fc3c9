"""How often something may be done: a bucket of permits for each key, which fills again with time.

In the memory of the one process, and bounded: requests from many addresses cannot fill it.
"""

import ipaddress
import time
from collections import OrderedDict
from collections.abc import Callable
from math import ceil
from threading import Lock

import msgspec

MOST_KEYS = 50_000
# A guess of a login needs far more tries than this; a person who mistypes needs fewer.
LOGINS, LOGINS_S = 10, 60.0
# Who looks at values one by one all day opens fewer; who copies a customer base opens more.
OPENINGS, OPENINGS_S = 120, 3600.0
# Who works on a person's file, or a program that asks of one person before each contact, looks less often.
LOOKS, LOOKS_S = 600, 3600.0
# A person does less about their own data in an hour; who floods the office with requests does more.
OWN_ACTS, OWN_ACTS_S = 60, 3600.0
_NETWORK_V6 = 64


class _Bucket(msgspec.Struct):
    permits: float
    at: float


class Limiter:
    """At most `most` at once for each key, and as many again in `period_s` seconds."""

    def __init__(
        self,
        most: int,
        period_s: float,
        monotonic: Callable[[], float] = time.monotonic,
        keys: int = MOST_KEYS,
    ) -> None:
        self._most = float(most)
        self._rate = most / period_s
        self._monotonic = monotonic
        self._keys = keys
        self._buckets: OrderedDict[str, _Bucket] = OrderedDict()
        self._lock = Lock()

    def take(self, key: str, cost: float = 1.0) -> float:
        """Take permits: 0.0 when they were there, else the seconds until they are, and nothing is taken."""
        with self._lock:
            bucket = self._filled(key)
            if bucket.permits >= cost:
                bucket.permits -= cost
                return 0.0
            return (cost - bucket.permits) / self._rate

    @property
    def policy(self) -> tuple[int, int]:
        """How many permits there are at once, and in how many seconds as many come again."""
        return int(self._most), round(self._most / self._rate)

    def left(self, key: str) -> tuple[int, int]:
        """How many permits are there for a key, and in how many seconds all of them are; none is taken."""
        with self._lock:
            permits = self._filled(key).permits
            return int(permits), ceil((self._most - permits) / self._rate)

    def is_open(self, key: str) -> bool:
        """Whether a permit is there; none is taken."""
        with self._lock:
            return self._filled(key).permits >= 1.0

    def _filled(self, key: str) -> _Bucket:
        now = self._monotonic()
        bucket = self._buckets.pop(key, None) or _Bucket(self._most, now)
        bucket.permits = min(self._most, bucket.permits + (now - bucket.at) * self._rate)
        bucket.at = now
        self._buckets[key] = bucket
        if len(self._buckets) > self._keys:
            self._buckets.popitem(last=False)  # the one that was asked for least recently
        return bucket


def openings(monotonic: Callable[[], float] = time.monotonic) -> Limiter:
    """The limit on opening values, by the reference of who opens."""
    return Limiter(OPENINGS, OPENINGS_S, monotonic)


def looks(monotonic: Callable[[], float] = time.monotonic) -> Limiter:
    """The limit on looks of one reader at one person: each is an event of that person for ever."""
    return Limiter(LOOKS, LOOKS_S, monotonic)


def own_acts(monotonic: Callable[[], float] = time.monotonic) -> Limiter:
    """The limit on what a person of the portal does, by their reference."""
    return Limiter(OWN_ACTS, OWN_ACTS_S, monotonic)


def network_of(address: str) -> str:
    """The key of an address: of IPv6 the network, since one machine has as many addresses as it wants."""
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.ipv4_mapped:
            return str(ip.ipv4_mapped)
        return str(ipaddress.ip_network((ip, _NETWORK_V6), strict=False))
    return str(ip)
