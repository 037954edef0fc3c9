"""The OpenID provider as this console knows it: its description, its keys, and the exchange of a code.

What it says is believed only under the issuer that the settings name. Its keys are read again when a token
names one that is not known, at most so often, and when they are old.
"""

import time
from base64 import b64encode
from collections.abc import Callable
from functools import partial
from http import HTTPStatus
from threading import BoundedSemaphore, Lock
from typing import TypeVar, cast
from urllib.parse import quote_plus, urlencode, urlsplit

import httpx2
import msgspec
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, GuestProtocol, Key, KeySet, OKPKey, RSAKey
from joserfc.jwk import import_key as import_jwk

from ledger.errors import ServiceAway
from ledger.http import Bounds, Question, ask, client
from schemas.encoding import from_json
from web.logins.origin import is_loopback

# A provider that answers later is away for the person who waits. Descriptions and key sets have a few KiB.
BOUNDS = Bounds(within_s=5.0, most_bytes=256 * 1024)
# A key that the provider took away counts for so long at most; while it is away the last keys count longer.
FRESH_S, STALE_S = 600.0, 3600.0
# Unknown keys of made-up tokens ask the provider no more often than this, and one that is away is left alone.
PAUSE_S = 10.0
# Codes that are exchanged at once. Each holds a thread as long as the provider takes, and pages are made in
# the same threads, of which there are 40. Keys and descriptions are asked for by one thread alone.
MOST_EXCHANGES = 16
_LEAST_RSA_BITS = 2048
_DISCOVERY = "/.well-known/openid-configuration"
T = TypeVar("T")


class ProviderAway(Exception):
    """The provider cannot be reached, or what it says is not what it must be."""


class CodeRefused(Exception):
    """The provider gives no tokens for a code."""


class Metadata(msgspec.Struct, frozen=True):
    """What a provider says of itself (OpenID Connect Discovery 1.0, RFC 9207)."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    end_session_endpoint: str | None = None
    code_challenge_methods_supported: tuple[str, ...] | None = None
    token_endpoint_auth_methods_supported: tuple[str, ...] = ("client_secret_basic",)
    authorization_response_iss_parameter_supported: bool = False

    @property
    def addresses(self) -> tuple[str, ...]:
        """All addresses that it names."""
        named = (self.authorization_endpoint, self.token_endpoint, self.jwks_uri)
        return (*named, *((self.end_session_endpoint,) if self.end_session_endpoint else ()))


class Tokens(msgspec.Struct, frozen=True):
    """What the provider gives for a code, as far as a login needs it."""

    id_token: str

    def __repr__(self) -> str:
        """Without the token."""
        return "Tokens(…)"


class _Jwks(msgspec.Struct, frozen=True):
    keys: tuple[dict[str, object], ...]


class Credentials(msgspec.Struct, frozen=True):
    """Who we are to the provider. Without a secret PKCE alone ties a code to us."""

    client_id: str
    secret: str | None = None

    def __repr__(self) -> str:
        """Without the secret."""
        return f"Credentials(client_id={self.client_id!r})"


class Provider:
    """One provider. Its methods may wait for the network; all may be called from several threads."""

    def __init__(
        self,
        issuer: str,
        connect: Callable[[], httpx2.AsyncClient],
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.issuer = issuer
        self._connect = connect
        self._monotonic = monotonic
        self._lock = Lock()  # who holds it asks the provider; nobody waits for it
        self._exchanges = BoundedSemaphore(MOST_EXCHANGES)  # nor for these
        self._metadata: tuple[float, Metadata] | None = None
        self._keys: tuple[float, KeySet] | None = None
        self._asked_at: float | None = None
        self._failed: tuple[float, str] | None = None

    def metadata(self) -> Metadata:
        """What it says of itself, at most so old. Raises ProviderAway."""
        if (described := _within(self._metadata, self._age, FRESH_S)) is not None:
            return described
        return self._refreshed(self._read_metadata) or self._last(self._metadata)

    def key_of(self, token: GuestProtocol) -> Key:
        """The public key that a token names. Raises JoseError for an unknown one, ProviderAway."""
        kid = token.headers().get("kid")
        keys = _within(self._keys, self._age, FRESH_S)
        if keys is None:
            keys = self._refreshed(self._read_keys) or self._last(self._keys)
        try:
            return keys.get_by_kid(kid)
        except JoseError:
            if not self._may_ask():
                raise
        # Others who come while one asks are told of the keys that are known.
        return (self._refreshed(self._read_keys) or keys).get_by_kid(kid)

    def exchange(self, us: Credentials, code: str, verifier: str, redirect_uri: str) -> Tokens:
        """The tokens of a code. Raises CodeRefused, and ProviderAway also while it has enough to answer."""
        described = self.metadata()
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect_uri,
            "code_verifier": verifier,
        }
        headers = {"content-type": "application/x-www-form-urlencoded"}
        if us.secret is None:
            form["client_id"] = us.client_id
        elif "client_secret_basic" in described.token_endpoint_auth_methods_supported:
            # Both encoded as in a form, as RFC 6749, 2.3.1 asks.
            login = f"{quote_plus(us.client_id)}:{quote_plus(us.secret)}"
            headers["authorization"] = f"Basic {b64encode(login.encode()).decode()}"
        else:
            form |= {"client_id": us.client_id, "client_secret": us.secret}
        body = urlencode(form).encode()
        if not self._exchanges.acquire(blocking=False):
            raise ProviderAway("the provider has not answered those who came before")
        try:
            status, content = self._send(Question("POST", described.token_endpoint, headers, body))
        finally:
            self._exchanges.release()
        if status in {HTTPStatus.BAD_REQUEST, HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
            raise CodeRefused
        return _read(status, content, Tokens)

    def _refreshed(self, read: Callable[[], T]) -> T | None:
        """What the provider says now; None while somebody else asks it, or it was away a moment ago."""
        if not self._lock.acquire(blocking=False):
            return None
        try:
            if _within(self._failed, self._age, PAUSE_S) is not None:
                return None
            answer = read()
            self._failed = None
            return answer
        except ProviderAway as error:
            self._failed = self._monotonic(), str(error)
            return None
        finally:
            self._lock.release()

    def _last(self, known: tuple[float, T] | None) -> T:
        """What it said last, unless that is too old. Raises ProviderAway."""
        if (last := _within(known, self._age, STALE_S)) is None:
            failed = self._failed
            raise ProviderAway(failed[1] if failed else "the provider is being asked")
        return last

    def _read_metadata(self) -> Metadata:
        described = self._get(self.issuer.rstrip("/") + _DISCOVERY, Metadata)
        self._check(described)
        self._metadata = self._monotonic(), described
        return described

    def _check(self, described: Metadata) -> None:
        """Its own issuer, each address by TLS, and PKCE where it says which kinds it knows."""
        if described.issuer != self.issuer:
            raise ProviderAway("the provider says that it is another one")
        if not all(map(is_protected, described.addresses)):
            raise ProviderAway("the provider names an address without TLS")
        methods = described.code_challenge_methods_supported
        if methods is not None and "S256" not in methods:
            raise ProviderAway("the provider does not know PKCE with S256")

    def _may_ask(self) -> bool:
        return self._asked_at is None or self._age(self._asked_at) >= PAUSE_S

    def _read_keys(self) -> KeySet:
        self._asked_at = self._monotonic()
        described = _within(self._metadata, self._age, FRESH_S) or self._described_anew()
        listed = self._get(described.jwks_uri, _Jwks)
        keys = KeySet([key for entry in listed.keys if (key := _public_key(entry)) is not None])
        self._keys = self._monotonic(), keys
        return keys

    def _described_anew(self) -> Metadata:
        try:
            return self._read_metadata()
        except ProviderAway:
            return self._last(self._metadata)

    def _age(self, at: float) -> float:
        return self._monotonic() - at

    def _get(self, address: str, kind: type[T]) -> T:
        return _read(*self._send(Question("GET", address)), kind)

    def _send(self, question: Question) -> tuple[int, bytes]:
        """Status and body."""
        headers = {**question.headers, "accept": "application/json"}
        try:
            reply = ask(question._replace(headers=headers), BOUNDS, self._connect)
        except ServiceAway as error:
            raise ProviderAway(str(error)) from None
        return reply.status, reply.body


# What talks to a provider, once: no cookies, and no proxies of the environment.
connect = partial(client, proxies=False)


def is_protected(address: str) -> bool:
    """Whether TLS protects an address, or nothing between us and it can be listened to."""
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
    except ValueError:
        return False
    if parts.scheme == "https":
        return bool(host)
    return parts.scheme == "http" and (host == "localhost" or is_loopback(host))


def _within(
    known: tuple[float, T] | None, age: Callable[[float], float], most_s: float
) -> T | None:
    """What was said, if it is no older than that."""
    return known[1] if known is not None and age(known[0]) < most_s else None


def _read(status: int, content: bytes, kind: type[T]) -> T:
    if status != HTTPStatus.OK:
        raise ProviderAway(f"the provider answers {status}")
    try:
        return from_json(content, kind)
    except msgspec.DecodeError:
        raise ProviderAway("the provider's answer is not what it must be") from None


def _public_key(entry: dict[str, object]) -> Key | None:
    """A key for signatures that is public and long enough; None for any other, which no token may use."""
    if entry.get("use", "sig") != "sig" or entry.get("kty") not in {"RSA", "EC", "OKP"}:
        return None
    try:
        key = import_jwk(cast(dict[str, str | list[str]], entry))
    except (JoseError, ValueError, TypeError):
        return None
    if isinstance(key, RSAKey):
        return key if key.public_key.key_size >= _LEAST_RSA_BITS else None
    return key if isinstance(key, ECKey | OKPKey) else None
